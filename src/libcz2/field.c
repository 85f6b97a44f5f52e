/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of values, and the codecs that take them out of a row and put
 * them back. Evidence: C captured, P captured payload, S stated, I inferred;
 * docs/protocol.md tells more about each.
 */
#include "build.h"

#include <cz2/field.h>

#include <string.h>

static const char *const mode_words[] = {"Heat", "Cool", "Auto", "EHeat", "Off", NULL};
static const char *const fan_words[] = {"Auto", "On", NULL};
static const char *const running_words[] = {"Off", "On", NULL};

/* A value of the system at one place. */
#define AT(row, byte, codec) {CZ2_ROW_##row, byte, 0xFF, codec, 0, 0}
#define BITS(row, byte, mask) {CZ2_ROW_##row, byte, mask, CZ2_U8, 0, 0}
/* A value of the zones first to last, zone `first` at `byte`. */
#define ZONES(row, byte, codec, first, last) {CZ2_ROW_##row, byte, 0xFF, codec, first, last}
#define ALL_ZONES(row, byte, codec) ZONES(row, byte, codec, 1, CZ2_ZONES_MAX)
#define SENSOR(zone) {CZ2_ROW_2_3 + (zone) - 2, 7, 0xFF, CZ2_ZONE_TEMP16, zone, zone}

/* Sixteenths; a sensor beyond -60..160 F is broken, whatever it says. */
#define TEMP16_RANGE -60 * 16, 160 * 16
/* What a setpoint can be read as; the panel itself keeps 40..90. */
#define SETPOINT_RANGE 32, 110
#define READ_ONLY false, 0, 0
#define FLAG 0, 1

static const struct cz2_field_info fields[CZ2_FIELD_COUNT] = {
	/* name, unit, plausible, writable as, words, evidence, places, scale */
	[CZ2_MODE] = {"system_mode", "", 0, 4, true, 0, 4, mode_words, "P", {AT(1_12, 4, CZ2_U8)}},
	[CZ2_EFFECTIVE_MODE] = {"effective_mode", "", 0, 4, READ_ONLY, mode_words, "P",
				{AT(1_12, 6, CZ2_U8)}},
	[CZ2_FAN] = {"fan_mode", "", FLAG, true, FLAG, fan_words, "P", {BITS(1_17, 3, 0x04)}},
	/* Set to 9 means "on": the zone that rules stays, else zone 1. */
	[CZ2_ALL] = {"all_mode", "", 0, 8, true, 0, 9, NULL, "P", {AT(1_12, 15, CZ2_U8)}},
	[CZ2_OUTSIDE_TEMP] = {"outside_temp", "F/16", TEMP16_RANGE, READ_ONLY, NULL, "C",
			      {AT(9_3, 4, CZ2_TEMP16)}},
	[CZ2_AIR_HANDLER_TEMP] = {"air_handler_temp", "F", 0, 254, READ_ONLY, NULL, "C",
				  {AT(9_3, 6, CZ2_TEMP8)}},
	/* A house without the sensor reads 0 or 255. */
	[CZ2_HUMIDITY] = {"zone1_humidity", "%", 1, 100, READ_ONLY, NULL, "C",
			  {AT(1_6, 7, CZ2_U8), AT(1_9, 4, CZ2_U8)}},
	[CZ2_COMPRESSOR_1] = {"compressor_stage_1", "", FLAG, READ_ONLY, NULL, "S",
			      {BITS(9_5, 3, 0x01)}},
	[CZ2_COMPRESSOR_2] = {"compressor_stage_2", "", FLAG, READ_ONLY, NULL, "S",
			      {BITS(9_5, 3, 0x02)}},
	[CZ2_AUX_HEAT_1] = {"aux_heat_stage_1", "", FLAG, READ_ONLY, NULL, "C",
			    {BITS(9_5, 3, 0x04)}},
	[CZ2_AUX_HEAT_2] = {"aux_heat_stage_2", "", FLAG, READ_ONLY, NULL, "S",
			    {BITS(9_5, 3, 0x08)}},
	[CZ2_FAN_RUNNING] = {"fan_state", "", FLAG, READ_ONLY, running_words, "C",
			     {BITS(9_5, 3, 0x20)}},
	[CZ2_HUMIDIFY] = {"humidify", "", FLAG, READ_ONLY, NULL, "S", {BITS(9_5, 3, 0x40)}},
	/* Set in every value ever seen, also in winter: taken as reverse logic (I). */
	[CZ2_DEHUMIDIFY] = {"dehumidify", "", FLAG, READ_ONLY, NULL, "I",
			    {{CZ2_ROW_9_5, 3, 0x80, CZ2_INVERTED, 0, 0}}},
	[CZ2_REVERSING_VALVE] = {"reversing_valve", "", FLAG, READ_ONLY, NULL, "S",
				 {BITS(9_5, 3, 0x10)}},
	[CZ2_CLOCK_DAY] = {"clock_day", "", 0, 6, READ_ONLY, NULL, "C", {AT(1_18, 3, CZ2_U8)}},
	[CZ2_CLOCK_HOUR] = {"clock_hour", "", 0, 23, READ_ONLY, NULL, "C", {AT(1_18, 4, CZ2_U8)}},
	[CZ2_CLOCK_MINUTE] = {"clock_minute", "", 0, 59, READ_ONLY, NULL, "C",
			      {AT(1_18, 5, CZ2_U8)}},
	[CZ2_CLOCK_SECOND] = {"clock_second", "", 0, 59, READ_ONLY, NULL, "C",
			      {AT(1_18, 6, CZ2_U8)}},
	[CZ2_DEADBAND] = {"deadband", "F", 0, 15, READ_ONLY, NULL, "P", {AT(1_17, 10, CZ2_U8)}},
	[CZ2_ZONE_COUNT] = {"zone_count", "", 1, 8, READ_ONLY, NULL, "S", {AT(1_2, 4, CZ2_U8)}},
	[CZ2_INSTALLER_TEST] = {"installer_test", "", FLAG, READ_ONLY, NULL, "S",
				{BITS(9_3, 3, 0x20)}},
	[CZ2_HEAT_PUMP] = {"heat_pump", "", FLAG, READ_ONLY, NULL, "S", {BITS(9_3, 3, 0x01)}},
	[CZ2_ZONING_OFF] = {"zoning_disabled", "", FLAG, READ_ONLY, NULL, "S",
			    {BITS(1_17, 3, 0x01)}},
	[CZ2_FAN_WITH_AUX] = {"fan_with_aux_heat", "", FLAG, READ_ONLY, NULL, "S",
			      {BITS(1_17, 3, 0x02)}},
	[CZ2_AUTO_HUMIDITY] = {"auto_humidity_adjust", "", FLAG, READ_ONLY, NULL, "S",
			       {BITS(1_17, 3, 0x08)}},
	[CZ2_HUMIDIFY_ALWAYS] = {"humidify_always", "", FLAG, READ_ONLY, NULL, "S",
				 {BITS(1_17, 3, 0x10)}},
	[CZ2_COOL_TO_DEHUMIDIFY] = {"cool_to_dehumidify", "", FLAG, READ_ONLY, NULL, "S",
				    {BITS(1_17, 3, 0x20)}},
	[CZ2_IGNORE_LIMITS] = {"ignore_air_limits", "", FLAG, READ_ONLY, NULL, "S",
			       {BITS(1_17, 3, 0x40)}},
	[CZ2_VARIABLE_BLOWER] = {"variable_speed_blower", "", FLAG, READ_ONLY, NULL, "S",
				 {BITS(1_17, 3, 0x80)}},
	[CZ2_FILTER_LIFE] = {"filter_life", "h", 0, 50, READ_ONLY, NULL, "S",
			     {AT(1_17, 4, CZ2_U8)}, 400},
	[CZ2_AUX_LOCKOUT] = {"aux_heat_lockout", "F", 0, 50, READ_ONLY, NULL, "S",
			     {AT(1_17, 5, CZ2_U8)}, 5},
	[CZ2_CROSSOVER] = {"dual_fuel_crossover", "F", 0, 50, READ_ONLY, NULL, "S",
			   {AT(1_17, 6, CZ2_U8)}, 5},
	[CZ2_HEAT_SHUTDOWN] = {"heat_shutdown", "F", 0, 254, READ_ONLY, NULL, "S",
			       {AT(1_17, 11, CZ2_U8)}},
	[CZ2_TWO_SPEED] = {"two_speed", "", FLAG, READ_ONLY, NULL, "S", {BITS(9_3, 3, 0x02)}},
	[CZ2_THREE_STAGE] = {"three_stage", "", FLAG, READ_ONLY, NULL, "S", {BITS(9_3, 3, 0x04)}},
	[CZ2_CONVENTIONAL_RECOVERY] = {"conventional_recovery", "", FLAG, READ_ONLY, NULL, "S",
				       {BITS(9_3, 3, 0x08)}},
	[CZ2_SECOND_SYSTEM] = {"second_system", "", FLAG, READ_ONLY, NULL, "S",
			       {BITS(9_3, 3, 0x10)}},
	[CZ2_LOW_TEMP_COOLING_OFF] = {"low_temp_cooling_off", "", FLAG, READ_ONLY, NULL, "S",
				      {BITS(9_3, 3, 0x40)}},
	[CZ2_DUAL_FUEL] = {"dual_fuel", "", FLAG, READ_ONLY, NULL, "S", {BITS(9_3, 3, 0x80)}},

	/* Remote sensors, else the wall unit's own (zone 1), else Smart Sensors. */
	[CZ2_TEMP_EXACT] = {"temperature_exact", "F/16", TEMP16_RANGE, READ_ONLY, NULL, "C",
			    {ZONES(9_1, 3, CZ2_ZONE_TEMP16, 1, 4),
			     ZONES(9_2, 3, CZ2_ZONE_TEMP16, 5, 8),
			     ZONES(1_6, 5, CZ2_ZONE_TEMP16, 1, 1), SENSOR(2), SENSOR(3), SENSOR(4),
			     SENSOR(5), SENSOR(6), SENSOR(7), SENSOR(8)}},
	[CZ2_TEMP_WHOLE] = {"temperature", "F", 1, 254, READ_ONLY, NULL, "P",
			    {ALL_ZONES(1_24, 3, CZ2_ZONE_BYTE)}},
	[CZ2_DAMPER] = {"damper_position", "1/15", 0, 15, READ_ONLY, NULL, "C",
			{ALL_ZONES(9_4, 3, CZ2_ZONE_BYTE)}},
	[CZ2_COOL] = {"cool_setpoint", "F", SETPOINT_RANGE, true, 64, 99, NULL, "C",
		      {ALL_ZONES(1_16, 3, CZ2_ZONE_BYTE)}},
	[CZ2_HEAT] = {"heat_setpoint", "F", SETPOINT_RANGE, true, 45, 85, NULL, "C",
		      {ALL_ZONES(1_16, 11, CZ2_ZONE_BYTE)}},
	[CZ2_TEMPORARY] = {"temporary", "", FLAG, true, FLAG, NULL, "P",
			   {ALL_ZONES(1_12, 9, CZ2_ZONE_BIT)}},
	[CZ2_HOLD] = {"hold", "", FLAG, true, FLAG, NULL, "P",
		      {ALL_ZONES(1_12, 10, CZ2_ZONE_BIT)}},
	[CZ2_OUT] = {"out", "", FLAG, true, FLAG, NULL, "P", {ALL_ZONES(1_12, 12, CZ2_ZONE_BIT)}},
};

const struct cz2_field_info *
cz2_field_info(enum cz2_field field)
{
	return &fields[field];
}

enum cz2_field
cz2_field_find(const char *name)
{
	int field = 0;

	while (field < CZ2_FIELD_COUNT && strcmp(fields[field].name, name) != 0)
		field++;
	return (enum cz2_field)field;
}

bool
cz2_field_is_setting(enum cz2_field field)
{
	return field >= CZ2_FIRST_SETTING && field < CZ2_FIRST_ZONE_FIELD;
}

bool
cz2_field_is_zonal(enum cz2_field field)
{
	return field >= CZ2_FIRST_ZONE_FIELD;
}

static bool
serves(const struct cz2_place *place, int zone)
{
	return place->first_zone == 0 || (zone >= place->first_zone && zone <= place->last_zone);
}

/* The byte where the value of this zone begins. */
static size_t
byte_of(const struct cz2_place *place, int zone)
{
	int index = zone - place->first_zone;

	switch (place->codec) {
	case CZ2_ZONE_BYTE:
		return place->byte + (size_t)index;
	case CZ2_ZONE_TEMP16:
		return place->byte + 2 * (size_t)index;
	default:
		return place->byte;
	}
}

static int
lowest_bit(unsigned mask)
{
	return mask != 0 ? __builtin_ctz(mask) : 0;
}

static uint8_t
mask_of(const struct cz2_place *place, int zone)
{
	if (place->codec == CZ2_ZONE_BIT)
		return (uint8_t)(1U << (zone - place->first_zone));
	return place->mask;
}

static int
temp16(const uint8_t *bytes)
{
	int value = bytes[0] << 8 | bytes[1];

	if (value == 0xFFFF)
		return CZ2_UNKNOWN;
	return value >= 0x8000 ? value - 0x10000 : value;
}

static int
decode(const struct cz2_place *place, int zone, const uint8_t *at)
{
	uint8_t mask = mask_of(place, zone);

	switch (place->codec) {
	case CZ2_TEMP16:
	case CZ2_ZONE_TEMP16:
		return temp16(at);
	case CZ2_TEMP8:
		return *at == 0xFF ? CZ2_UNKNOWN : *at;
	case CZ2_INVERTED:
		return (*at & mask) == 0;
	default:
		return (*at & mask) >> lowest_bit(mask);
	}
}

int
cz2_place_get(const struct cz2_field_info *info, const struct cz2_place *place, int zone,
	      const uint8_t *bytes, size_t length)
{
	bool wide = place->codec == CZ2_TEMP16 || place->codec == CZ2_ZONE_TEMP16;
	size_t at;
	int value;

	if (!serves(place, zone))
		return CZ2_UNKNOWN;
	at = byte_of(place, zone);
	if (at + (wide ? 2 : 1) > length)
		return CZ2_UNKNOWN;
	value = decode(place, zone, bytes + at);
	return value >= info->min && value <= info->max ? value : CZ2_UNKNOWN;
}

static void
put_temp16(int value, uint8_t *at)
{
	unsigned raw = value == CZ2_UNKNOWN ? 0xFFFF : (unsigned)value & 0xFFFF;

	at[0] = (uint8_t)(raw >> 8);
	at[1] = (uint8_t)(raw & 0xFF);
}

void
cz2_place_put(const struct cz2_place *place, int zone, int value, uint8_t *bytes)
{
	uint8_t *at = bytes + byte_of(place, zone);
	uint8_t mask = mask_of(place, zone);

	switch (place->codec) {
	case CZ2_TEMP16:
	case CZ2_ZONE_TEMP16:
		put_temp16(value, at);
		return;
	case CZ2_INVERTED:
		value = !value;
		break;
	default:
		if (value == CZ2_UNKNOWN)
			value = 0xFF;
		break;
	}
	*at = (uint8_t)((*at & ~mask) | ((unsigned)value << lowest_bit(mask) & mask));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Batches into wishes, in the order mode, power, preset, setpoints: each may need to know
 * what those before it made of it.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_judge.h"

#include "cz2d/config/config.h"
#include "cz2d/model/climate.h"

/* One case on its way. */
struct hearing {
	const struct mqtt_case *judged;
	const struct mqtt_batch *batch;
	int zone;
	int mode; /* as it will be */
	struct cz2_command *wish;
	struct mqtt_refusal *refusal;
};

static bool
has(const struct hearing *hearing, enum mqtt_field field)
{
	return hearing->batch->order[field] != 0;
}

static int
value_of(const struct hearing *hearing, enum mqtt_field field)
{
	return hearing->batch->values[field];
}

/* As the panel is now; in ALL mode only the ruling zone is asked about. */
static int
now_is(const struct hearing *hearing, enum cz2_field field)
{
	return cz2_values_get(hearing->judged->state, field, hearing->zone);
}

static int
wished(const struct hearing *hearing, enum cz2_field field)
{
	return cz2_values_get(&hearing->wish->wish, field, hearing->zone);
}

static void
want(struct hearing *hearing, enum cz2_field field, int value)
{
	cz2_command_set(hearing->wish, field, hearing->zone, value);
}

/* ------------------------------------------------------------------------
 * What may be asked at all
 */

static bool
names_zone(const struct hearing *hearing)
{
	return has(hearing, MQTT_POWER) || has(hearing, MQTT_TARGET) || has(hearing, MQTT_LOW) ||
	       has(hearing, MQTT_HIGH) || has(hearing, MQTT_PRESET);
}

/* It would take effect unseen, when ALL mode ends. */
static bool
is_ruled(struct hearing *hearing)
{
	int ruler = now_is(hearing, CZ2_ALL);

	if (ruler <= 0 || ruler == hearing->zone || !names_zone(hearing))
		return false;
	mqtt_refuse(hearing->refusal, MQTT_ALL_MODE,
		    "Zone %d rules all zones (ALL mode): zone %d has nothing to say until that "
		    "ends.", ruler, hearing->zone);
	return true;
}

static bool
is_known(const struct hearing *hearing)
{
	static const enum cz2_field needed[] = {CZ2_MODE, CZ2_HEAT, CZ2_COOL, CZ2_HOLD,
						CZ2_TEMPORARY, CZ2_OUT};

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (now_is(hearing, needed[i]) == CZ2_UNKNOWN &&
		    (hearing->zone != 0 || !cz2_field_is_zonal(needed[i])))
			return false;
	return true;
}

static int
zone_mode(const struct config *config)
{
	if (config->home.zone_mode != CONFIG_ZONE_MODE_STANDARD)
		return config->home.zone_mode;
	return config->panel.zones == 1 ? CONFIG_ZONE_MODE_SYSTEM_WITH_OFF
					: CONFIG_ZONE_MODE_SYSTEM;
}

bool
mqtt_zone_off_allowed(const struct config *config)
{
	return zone_mode(config) == CONFIG_ZONE_MODE_SYSTEM_WITH_OFF;
}

/* ------------------------------------------------------------------------
 * Mode and power
 */

static bool
refuse_off(struct hearing *hearing, const char *what)
{
	return mqtt_refuse(hearing->refusal, MQTT_ZONE_OFF_REFUSED,
			   "zone %d: %s would concern the whole house; use the system mode.",
			   hearing->zone, what);
}

static bool
take_zone_mode(struct hearing *hearing)
{
	const struct config *config = hearing->judged->config;
	int mode = value_of(hearing, MQTT_MODE);

	if (zone_mode(config) == CONFIG_ZONE_MODE_READONLY)
		return mqtt_refuse(hearing->refusal, MQTT_ZONE_MODE_REFUSED,
				   "zone %d: the mode is the house's; use the system mode "
				   "(ha.zone_mode).", hearing->zone);
	if (mode == CZ2_MODE_OFF && !mqtt_zone_off_allowed(config))
		return refuse_off(hearing, "\"off\"");
	/* A zone cannot tell emergency heat from heat, and so does not end it. */
	if (mode == CZ2_MODE_HEAT && hearing->mode == CZ2_MODE_EHEAT)
		return true;
	hearing->mode = mode;
	want(hearing, CZ2_MODE, mode);
	return true;
}

static bool
take_mode(struct hearing *hearing)
{
	if (!has(hearing, MQTT_MODE))
		return true;
	if (hearing->zone != 0)
		return take_zone_mode(hearing);
	hearing->mode = value_of(hearing, MQTT_MODE);
	want(hearing, CZ2_MODE, hearing->mode);
	return true;
}

static bool
turn_off(struct hearing *hearing)
{
	const struct config *config = hearing->judged->config;

	if (config->home.zone_off == CONFIG_ZONE_OFF_AWAY) {
		want(hearing, CZ2_OUT, 1);
		return true;
	}
	if (!mqtt_zone_off_allowed(config))
		return refuse_off(hearing, "turning it off");
	hearing->mode = CZ2_MODE_OFF;
	want(hearing, CZ2_MODE, CZ2_MODE_OFF);
	return true;
}

static bool
turn_on(struct hearing *hearing)
{
	if (hearing->judged->config->home.zone_off == CONFIG_ZONE_OFF_AWAY &&
	    now_is(hearing, CZ2_OUT) == 1) {
		want(hearing, CZ2_OUT, 0);
		return true;
	}
	if (hearing->mode == CZ2_MODE_OFF)
		return refuse_off(hearing, "turning it on");
	return true;
}

/* Some versions of Home Assistant send it with each mode: then it says nothing new. */
static bool
take_power(struct hearing *hearing)
{
	if (!has(hearing, MQTT_POWER) || has(hearing, MQTT_MODE))
		return true;
	return value_of(hearing, MQTT_POWER) == 1 ? turn_on(hearing) : turn_off(hearing);
}

/* ------------------------------------------------------------------------
 * Presets
 */

enum { AS_IT_IS = -1, AS_CONFIGURED = -2 };

static const struct {
	int temporary, hold, out;
} presets[CLIMATE_PRESET_COUNT] = {
	[CLIMATE_NONE] = {0, 0, 0},
	[CLIMATE_TEMPORARY] = {1, 0, 0},
	[CLIMATE_HOLD] = {0, 1, 0},
	[CLIMATE_AWAY] = {0, AS_CONFIGURED, 1},
};

static void
take_preset(struct hearing *hearing)
{
	int preset = value_of(hearing, MQTT_PRESET);
	int hold;

	if (!has(hearing, MQTT_PRESET))
		return;
	hold = presets[preset].hold;
	if (hold == AS_CONFIGURED)
		hold = hearing->judged->config->home.away_holds ? 1 : AS_IT_IS;
	want(hearing, CZ2_TEMPORARY, presets[preset].temporary);
	want(hearing, CZ2_OUT, presets[preset].out);
	if (hold != AS_IT_IS)
		want(hearing, CZ2_HOLD, hold);
}

/* ------------------------------------------------------------------------
 * Setpoints
 */

static bool
take_setpoint(struct hearing *hearing, enum mqtt_field field, enum cz2_field side)
{
	const struct cz2_field_info *info = cz2_field_info(side);
	int value = value_of(hearing, field);

	if (value < info->set_min || value > info->set_max)
		return mqtt_refuse(hearing->refusal, MQTT_OUT_OF_RANGE,
				   "zone %d: the %s setpoint %d is not accepted; %d to %d are.",
				   hearing->zone, side == CZ2_HEAT ? "heat" : "cool", value,
				   info->set_min, info->set_max);
	want(hearing, side, value);
	return true;
}

/* The setpoint that a single number is about, if nobody has named it later. */
static bool
take_target(struct hearing *hearing)
{
	int effective = cz2_values_get(hearing->judged->state, CZ2_EFFECTIVE_MODE, 0);
	enum cz2_field side = climate_single(hearing->mode, effective);
	enum mqtt_field rival = side == CZ2_HEAT ? MQTT_LOW : MQTT_HIGH;

	if (side == CZ2_FIELD_COUNT)
		return mqtt_refuse(hearing->refusal, MQTT_AMBIGUOUS_SETPOINT,
				   "zone %d: with the system %s a single setpoint could be either; "
				   "send low, high or both.", hearing->zone,
				   hearing->mode == CZ2_MODE_OFF ? "off" : "in Auto");
	if (hearing->batch->order[rival] > hearing->batch->order[MQTT_TARGET])
		return true;
	return take_setpoint(hearing, MQTT_TARGET, side);
}

static int
setpoint_after(const struct hearing *hearing, enum cz2_field side)
{
	int value = wished(hearing, side);

	return value != CZ2_UNKNOWN ? value : now_is(hearing, side);
}

/* Who sends a single number sees no other: that one gives way, as far as it must. */
static void
push_other(struct hearing *hearing)
{
	int heat = setpoint_after(hearing, CZ2_HEAT);
	int cool = setpoint_after(hearing, CZ2_COOL);

	if (!has(hearing, MQTT_TARGET) || cool >= heat + CZ2_SETPOINT_GAP)
		return;
	if (wished(hearing, CZ2_COOL) == CZ2_UNKNOWN)
		want(hearing, CZ2_COOL, heat + CZ2_SETPOINT_GAP);
	else if (wished(hearing, CZ2_HEAT) == CZ2_UNKNOWN)
		want(hearing, CZ2_HEAT, cool - CZ2_SETPOINT_GAP);
}

static bool
keeps_gap(struct hearing *hearing)
{
	int heat = setpoint_after(hearing, CZ2_HEAT);
	int cool = setpoint_after(hearing, CZ2_COOL);

	if (cool >= heat + CZ2_SETPOINT_GAP)
		return true;
	return mqtt_refuse(hearing->refusal, MQTT_GAP,
			   "zone %d: the cool setpoint %d must be at least %d above the heat "
			   "setpoint %d.", hearing->zone, cool, CZ2_SETPOINT_GAP, heat);
}

/* A setpoint lasts with hold or temporary only; whoever sends one is visibly back. */
static void
make_last(struct hearing *hearing)
{
	bool holds = now_is(hearing, CZ2_HOLD) == 1;

	if (has(hearing, MQTT_PRESET))
		return;
	if (now_is(hearing, CZ2_OUT) == 1 && wished(hearing, CZ2_OUT) == CZ2_UNKNOWN)
		want(hearing, CZ2_OUT, 0);
	if (holds && now_is(hearing, CZ2_TEMPORARY) != 1)
		return;
	if (holds || hearing->judged->config->home.setpoint_hold == CONFIG_SETPOINT_HOLD)
		want(hearing, CZ2_HOLD, 1);
	else
		want(hearing, CZ2_TEMPORARY, 1);
}

static bool
take_setpoints(struct hearing *hearing)
{
	if (has(hearing, MQTT_LOW) && !take_setpoint(hearing, MQTT_LOW, CZ2_HEAT))
		return false;
	if (has(hearing, MQTT_HIGH) && !take_setpoint(hearing, MQTT_HIGH, CZ2_COOL))
		return false;
	if (has(hearing, MQTT_TARGET) && !take_target(hearing))
		return false;
	if (wished(hearing, CZ2_HEAT) == CZ2_UNKNOWN && wished(hearing, CZ2_COOL) == CZ2_UNKNOWN)
		return true;
	push_other(hearing);
	if (!keeps_gap(hearing))
		return false;
	make_last(hearing);
	return true;
}

/* ------------------------------------------------------------------------
 * The whole
 */

bool
mqtt_judge(const struct mqtt_case *judged, struct cz2_command *wish, struct cz2_warnings *warnings,
	   struct mqtt_refusal *refusal)
{
	struct hearing hearing = {.judged = judged, .batch = judged->batch, .zone = judged->zone,
				  .mode = cz2_values_get(judged->state, CZ2_MODE, 0),
				  .wish = wish, .refusal = refusal};

	cz2_command_init(wish);
	if (!is_known(&hearing))
		return mqtt_refuse(refusal, MQTT_NOT_READY,
				   "The panel has not told yet how it is set.");
	if (is_ruled(&hearing) || !take_mode(&hearing))
		return false;
	if (has(&hearing, MQTT_ALL))
		want(&hearing, CZ2_ALL, value_of(&hearing, MQTT_ALL));
	if (!take_power(&hearing))
		return false;
	if (has(&hearing, MQTT_FAN))
		want(&hearing, CZ2_FAN, value_of(&hearing, MQTT_FAN));
	take_preset(&hearing);
	if (hearing.zone != 0 && !take_setpoints(&hearing))
		return false;
	cz2_command_exclude(wish, warnings);
	return true;
}

const char *
mqtt_command_name(const struct cz2_command *wish, int zone)
{
	bool zonal = cz2_command_last_zone(wish) != 0;
	bool fan = cz2_values_get(&wish->wish, CZ2_FAN, 0) != CZ2_UNKNOWN;
	bool mode = cz2_values_get(&wish->wish, CZ2_MODE, 0) != CZ2_UNKNOWN ||
		    cz2_values_get(&wish->wish, CZ2_ALL, 0) != CZ2_UNKNOWN;

	if (zonal && (mode || fan))
		return "zone.set";
	if (mode && fan)
		return "system.set";
	if (mode)
		return "system.mode";
	if (fan)
		return "system.fan";
	return zone != 0 ? "zone.temperature" : "system.set";
}

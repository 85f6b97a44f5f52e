/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The values inside the rows: THE table. For each known value: where it lies,
 * how it is coded, its unit, range and name, whether it may be written, and
 * the evidence. Decoding, encoding, JSON names, the simulator and the protocol
 * document all follow it; adding a value is adding one line to field.c.
 */
#ifndef CZ2_FIELD_H
#define CZ2_FIELD_H

#include <cz2/row.h>

enum cz2_field {
	/* of the system */
	CZ2_MODE,            /* enum cz2_mode */
	CZ2_EFFECTIVE_MODE,  /* enum cz2_mode */
	CZ2_FAN,             /* 0 Auto, 1 On */
	CZ2_ALL,             /* 0, or the zone that rules all */
	CZ2_OUTSIDE_TEMP,    /* sixteenths of a degree F */
	CZ2_AIR_HANDLER_TEMP,/* degrees F */
	CZ2_HUMIDITY,        /* percent, zone 1 */
	CZ2_COMPRESSOR_1,
	CZ2_COMPRESSOR_2,
	CZ2_AUX_HEAT_1,
	CZ2_AUX_HEAT_2,
	CZ2_FAN_RUNNING,
	CZ2_HUMIDIFY,
	CZ2_DEHUMIDIFY,
	CZ2_REVERSING_VALVE,
	CZ2_CLOCK_DAY,       /* 0 Sunday .. 6 */
	CZ2_CLOCK_HOUR,
	CZ2_CLOCK_MINUTE,
	CZ2_CLOCK_SECOND,
	/* of the installer: nothing but the installer changes them */
	CZ2_DEADBAND,        /* degrees F */
	CZ2_ZONE_COUNT,      /* as the panel sees it */
	CZ2_INSTALLER_TEST,
	CZ2_HEAT_PUMP,
	CZ2_ZONING_OFF,
	CZ2_FAN_WITH_AUX,
	CZ2_AUTO_HUMIDITY,
	CZ2_HUMIDIFY_ALWAYS,
	CZ2_COOL_TO_DEHUMIDIFY,
	CZ2_IGNORE_LIMITS,
	CZ2_VARIABLE_BLOWER,
	CZ2_FILTER_LIFE, /* 400 hours */
	CZ2_AUX_LOCKOUT, /* 5 degrees F */
	CZ2_CROSSOVER, /* 5 degrees F */
	CZ2_HEAT_SHUTDOWN, /* degrees F */
	CZ2_TWO_SPEED,
	CZ2_THREE_STAGE,
	CZ2_CONVENTIONAL_RECOVERY,
	CZ2_SECOND_SYSTEM,
	CZ2_LOW_TEMP_COOLING_OFF,
	CZ2_DUAL_FUEL,
	/* of each zone */
	CZ2_TEMP_EXACT,      /* sixteenths of a degree F */
	CZ2_TEMP_WHOLE,      /* degrees F */
	CZ2_DAMPER,          /* 0..15 */
	CZ2_COOL,            /* setpoint, degrees F */
	CZ2_HEAT,            /* setpoint, degrees F */
	CZ2_TEMPORARY,
	CZ2_HOLD,
	CZ2_OUT,
	CZ2_FIELD_COUNT,
	CZ2_FIRST_SETTING = CZ2_DEADBAND,
	CZ2_FIRST_ZONE_FIELD = CZ2_TEMP_EXACT,
};

enum cz2_mode {
	CZ2_MODE_HEAT,
	CZ2_MODE_COOL,
	CZ2_MODE_AUTO,
	CZ2_MODE_EHEAT,
	CZ2_MODE_OFF,
	CZ2_MODE_COUNT
};

enum { CZ2_UNKNOWN = INT16_MIN }; /* never read, not fitted or implausible */

enum cz2_codec {
	CZ2_PLACES_END, /* not a codec: ends a list of places */
	CZ2_U8,       /* the masked byte, shifted down to the mask's lowest bit */
	CZ2_INVERTED, /* one bit, 0 means true */
	CZ2_TEMP8,    /* whole degrees, 255 not fitted */
	CZ2_TEMP16,   /* big-endian, signed, sixteenths; FF FF not fitted */
	CZ2_ZONE_BYTE,/* one byte per zone, from this byte on */
	CZ2_ZONE_TEMP16, /* two bytes per zone, from this byte on */
	CZ2_ZONE_BIT, /* bit 0 is zone 1 */
};

/* One place where a value can be found. */
struct cz2_place {
	int16_t row;   /* enum cz2_row */
	uint8_t byte;
	uint8_t mask;  /* for CZ2_U8 and CZ2_INVERTED; else 0xFF */
	uint8_t codec; /* enum cz2_codec */
	uint8_t first_zone, last_zone; /* zone fields: whom this place serves */
};

enum { CZ2_PLACES_MAX = 10 };

struct cz2_field_info {
	const char *name;  /* as in JSON */
	const char *unit;  /* "F", "F/16", "%", "" */
	int16_t min, max;  /* plausible when read */
	bool writable;
	int16_t set_min, set_max; /* accepted when written */
	const char *const *words; /* names of the values from 0 on, or NULL */
	const char *evidence;
	struct cz2_place places[CZ2_PLACES_MAX + 1]; /* ended by CZ2_PLACES_END */
	int16_t scale; /* units in a step of the value; 0: one */
};

const struct cz2_field_info *
cz2_field_info(enum cz2_field field);

/* It is on or off, and has no words for that. */
static inline bool
cz2_field_is_flag(const struct cz2_field_info *info)
{
	return info->words == NULL && info->min == 0 && info->max == 1;
}

/* The field with this JSON name; CZ2_FIELD_COUNT when there is none. */
enum cz2_field
cz2_field_find(const char *name);

/* True for values that each zone has of its own. */
bool
cz2_field_is_zonal(enum cz2_field field);

/* True for the installer's settings: of the system, and read only. */
bool
cz2_field_is_setting(enum cz2_field field);

/*
 * The value at one place of a row image; CZ2_UNKNOWN when the image is empty or
 * too short, the place serves another zone, or the bytes say "not fitted" or
 * something outside the field's range. zone is 1..8, ignored for the system's.
 */
int
cz2_place_get(const struct cz2_field_info *info, const struct cz2_place *place, int zone,
	      const uint8_t *bytes, size_t length);

/*
 * Writes value into the row's bytes, leaving every other bit as it is;
 * CZ2_UNKNOWN as "not fitted". zone must be one that the place serves, and the
 * row long enough.
 */
void
cz2_place_put(const struct cz2_place *place, int zone, int value, uint8_t *bytes);

#endif

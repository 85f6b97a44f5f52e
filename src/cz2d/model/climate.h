/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A zone as a thermostat: what the panel's mode, flags and outputs mean in the words of
 * Home Assistant's climate entities, and which setpoint a single number is about. Works on
 * values only; both what is published and what is commanded follow it.
 */
#ifndef CZ2D_CLIMATE_H
#define CZ2D_CLIMATE_H

#include <cz2/state.h>

enum climate_mode {
	CLIMATE_OFF,
	CLIMATE_HEAT, /* also in emergency heat */
	CLIMATE_COOL,
	CLIMATE_HEAT_COOL,
	CLIMATE_MODE_COUNT
};

enum climate_preset {
	CLIMATE_NONE,
	CLIMATE_TEMPORARY,
	CLIMATE_HOLD,
	CLIMATE_AWAY,
	CLIMATE_PRESET_COUNT
};

enum climate_action {
	CLIMATE_ACTION_OFF,
	CLIMATE_IDLE,
	CLIMATE_FAN,
	CLIMATE_HEATING,
	CLIMATE_COOLING,
	CLIMATE_ACTION_COUNT
};

/* "off", "heat", ...; "none", ...; "off", "idle", ...; each ended by NULL. */
extern const char *const climate_mode_names[];
extern const char *const climate_preset_names[];
extern const char *const climate_action_names[];

/* Each -1 when the panel has not told what it takes to know. */
struct climate {
	int mode;   /* enum climate_mode */
	int preset; /* enum climate_preset */
	int action; /* enum climate_action */
	/* Degrees F or CZ2_UNKNOWN. Known are either target or the two others, never all. */
	int target, low, high;
};

void
climate_of(const struct cz2_values *values, int zone, struct climate *climate);

/* What the equipment does for the whole house. */
int
climate_activity(const struct cz2_values *values);

/*
 * The setpoint (CZ2_HEAT or CZ2_COOL) that a single number is about in this mode of the panel
 * (a value of CZ2_MODE): in Auto the one of the side that is effective. CZ2_FIELD_COUNT: none,
 * since both would do.
 */
enum cz2_field
climate_single(int mode, int effective_mode);

#endif

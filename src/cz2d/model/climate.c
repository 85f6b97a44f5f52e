/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Two tables say what the panel's modes and flags are called; the rest is what the outputs
 * mean. What the panel calls running may lag a command by minutes: an action confirms nothing.
 */
#include "build.h"

#include "cz2d/model/climate.h"

#include <stddef.h>

const char *const climate_mode_names[] = {"off", "heat", "cool", "heat_cool", NULL};
const char *const climate_preset_names[] = {"none", "temporary", "hold", "away", NULL};
const char *const climate_action_names[] = {"off", "idle", "fan", "heating", "cooling", NULL};

/* What a mode of the panel is, and the setpoint that it follows; CZ2_FIELD_COUNT: not one. */
static const struct {
	enum climate_mode mode;
	enum cz2_field single;
} modes[CZ2_MODE_COUNT] = {
	[CZ2_MODE_HEAT] = {CLIMATE_HEAT, CZ2_HEAT},
	[CZ2_MODE_COOL] = {CLIMATE_COOL, CZ2_COOL},
	[CZ2_MODE_AUTO] = {CLIMATE_HEAT_COOL, CZ2_FIELD_COUNT},
	[CZ2_MODE_EHEAT] = {CLIMATE_HEAT, CZ2_HEAT},
	[CZ2_MODE_OFF] = {CLIMATE_OFF, CZ2_FIELD_COUNT},
};

/* The first flag that is set says what is shown. */
static const struct {
	enum cz2_field flag;
	enum climate_preset preset;
} presets[] = {
	{CZ2_OUT, CLIMATE_AWAY},
	{CZ2_HOLD, CLIMATE_HOLD},
	{CZ2_TEMPORARY, CLIMATE_TEMPORARY},
};

enum cz2_field
climate_single(int mode, int effective_mode)
{
	if (mode == CZ2_MODE_AUTO)
		mode = effective_mode;
	return mode == CZ2_UNKNOWN ? CZ2_FIELD_COUNT : modes[mode].single;
}

static int
preset_of(const struct cz2_values *values, int zone)
{
	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
		int flag = cz2_state_shown(values, presets[i].flag, zone);

		if (flag == CZ2_UNKNOWN)
			return -1;
		if (flag != 0)
			return presets[i].preset;
	}
	return CLIMATE_NONE;
}

/* 1 when one of two outputs is on, whatever the other is. */
static int
either(const struct cz2_values *values, enum cz2_field first, enum cz2_field second)
{
	int a = cz2_values_get(values, first, 0);
	int b = cz2_values_get(values, second, 0);

	if (a == 1 || b == 1)
		return 1;
	return a == CZ2_UNKNOWN || b == CZ2_UNKNOWN ? CZ2_UNKNOWN : 0;
}

/* What a running compressor is for; CLIMATE_IDLE when the mode does not say. */
static int
compressor_activity(int effective_mode)
{
	if (effective_mode == CZ2_UNKNOWN)
		return -1;
	if (modes[effective_mode].mode == CLIMATE_HEAT)
		return CLIMATE_HEATING;
	return effective_mode == CZ2_MODE_COOL ? CLIMATE_COOLING : CLIMATE_IDLE;
}

/* Of a house that neither heats nor cools. */
static int
rest_activity(const struct cz2_values *values, bool running)
{
	int fan = cz2_values_get(values, CZ2_FAN_RUNNING, 0);
	int mode = cz2_values_get(values, CZ2_MODE, 0);

	if (fan == 1)
		return CLIMATE_FAN;
	if (fan == CZ2_UNKNOWN || mode == CZ2_UNKNOWN)
		return -1;
	return mode == CZ2_MODE_OFF && !running ? CLIMATE_ACTION_OFF : CLIMATE_IDLE;
}

int
climate_activity(const struct cz2_values *values)
{
	int compressor = either(values, CZ2_COMPRESSOR_1, CZ2_COMPRESSOR_2);
	int aux = either(values, CZ2_AUX_HEAT_1, CZ2_AUX_HEAT_2);
	int activity = CLIMATE_IDLE;

	if (aux == 1)
		return CLIMATE_HEATING;
	if (aux == CZ2_UNKNOWN || compressor == CZ2_UNKNOWN)
		return -1;
	if (compressor == 1)
		activity = compressor_activity(cz2_values_get(values, CZ2_EFFECTIVE_MODE, 0));
	return activity == CLIMATE_IDLE ? rest_activity(values, compressor == 1) : activity;
}

/* What the equipment does concerns a zone whose damper lets it in. */
static int
action_of(const struct cz2_values *values, int zone)
{
	int mode = cz2_values_get(values, CZ2_MODE, 0);

	if (mode == CZ2_UNKNOWN)
		return -1;
	if (mode == CZ2_MODE_OFF)
		return CLIMATE_ACTION_OFF;
	if (cz2_values_get(values, CZ2_DAMPER, zone) == 0)
		return CLIMATE_IDLE;
	return climate_activity(values);
}

/* In Auto and Off two numbers are shown, also where a single one has a meaning. */
static void
set_setpoints(const struct cz2_values *values, int zone, int mode, struct climate *climate)
{
	climate->target = climate->low = climate->high = CZ2_UNKNOWN;
	if (mode == CZ2_UNKNOWN)
		return;
	if (modes[mode].single != CZ2_FIELD_COUNT) {
		climate->target = cz2_state_shown(values, modes[mode].single, zone);
		return;
	}
	climate->low = cz2_state_shown(values, CZ2_HEAT, zone);
	climate->high = cz2_state_shown(values, CZ2_COOL, zone);
}

void
climate_of(const struct cz2_values *values, int zone, struct climate *climate)
{
	int mode = cz2_values_get(values, CZ2_MODE, 0);

	climate->mode = mode == CZ2_UNKNOWN ? -1 : (int)modes[mode].mode;
	climate->preset = preset_of(values, zone);
	climate->action = action_of(values, zone);
	set_setpoints(values, zone, mode, climate);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Names are those that templates and entities read: adding a member is harmless, renaming one
 * is not. What the values mean as a thermostat stands in climate.c.
 */
#include "build.h"

#include "cz2d/json/json_home.h"

#include <stdlib.h>

#include "cz2d/devices/devices.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/json/json_value.h"
#include "cz2d/model/climate.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_program.h"

/* In sixteenths of a degree. */
enum {
	HALF_DEGREE = 8,
	/*
	 * So far from what is shown the next step is nearer by an eighth of a degree: up and down
	 * again are a quarter apart.
	 */
	LEAVES = HALF_DEGREE / 2 + 2,
};

static json_t *
flag(const struct cz2_values *state, enum cz2_field field, int zone)
{
	return json_value_boolean(cz2_state_shown(state, field, zone));
}

static json_t *
number(const struct cz2_values *state, enum cz2_field field, int zone)
{
	return json_value_integer(cz2_state_shown(state, field, zone));
}

static json_t *
word(const struct cz2_values *state, enum cz2_field field)
{
	return json_value_word(cz2_field_info(field)->words, cz2_values_get(state, field, 0));
}

static bool
is_known(const struct json_view *view)
{
	struct model_meta meta;

	model_meta(view->model, view->now, &meta);
	return meta.known;
}

/* ------------------------------------------------------------------------
 * The system
 */

static json_t *
emergency_heat(const struct cz2_values *state)
{
	int mode = cz2_values_get(state, CZ2_MODE, 0);

	return mode == CZ2_UNKNOWN ? json_null() : json_boolean(mode == CZ2_MODE_EHEAT);
}

static json_t *
outside_temperature(const struct cz2_values *state)
{
	int sixteenths = cz2_values_get(state, CZ2_OUTSIDE_TEMP, 0);

	return json_value_integer(cz2_round_sixteenths(sixteenths));
}

static void
set(json_t *object, const char *name, json_t *value)
{
	json_object_set_new(object, name, value);
}

static void
set_outputs(json_t *object, const struct cz2_values *state)
{
	static const enum cz2_field outputs[] = {CZ2_COMPRESSOR_1, CZ2_COMPRESSOR_2,
						 CZ2_AUX_HEAT_1, CZ2_AUX_HEAT_2};

	for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
		set(object, cz2_field_info(outputs[i])->name, flag(state, outputs[i], 0));
}

json_t *
json_home_system(const struct json_view *view)
{
	const struct cz2_values *state = model_state(view->model);
	json_t *object;

	if (!is_known(view))
		return json_null();
	object = json_object();
	set(object, "mode", word(state, CZ2_MODE));
	set(object, "effective_mode", word(state, CZ2_EFFECTIVE_MODE));
	set(object, "activity", json_value_word(climate_action_names, climate_activity(state)));
	set(object, "fan_mode", word(state, CZ2_FAN));
	set(object, "fan_running", flag(state, CZ2_FAN_RUNNING, 0));
	set_outputs(object, state);
	set(object, "emergency_heat", emergency_heat(state));
	set(object, "humidify", flag(state, CZ2_HUMIDIFY, 0));
	set(object, "dehumidify", flag(state, CZ2_DEHUMIDIFY, 0));
	set(object, "reversing_valve", flag(state, CZ2_REVERSING_VALVE, 0));
	set(object, "outside_temp", outside_temperature(state));
	set(object, "air_handler_temp", number(state, CZ2_AIR_HANDLER_TEMP, 0));
	set(object, "all_mode", number(state, CZ2_ALL, 0));
	return object;
}

/* ------------------------------------------------------------------------
 * A zone
 */

/* Where only whole degrees are known they are shown as they are. */
static int
half_degrees_of(const struct cz2_values *state, int zone, int shown)
{
	int exact = cz2_values_get(state, CZ2_TEMP_EXACT, zone);
	int whole = cz2_values_get(state, CZ2_TEMP_WHOLE, zone);

	if (exact == CZ2_UNKNOWN)
		return whole == CZ2_UNKNOWN ? CZ2_UNKNOWN : 2 * whole;
	if (shown != CZ2_UNKNOWN && abs(exact - shown * HALF_DEGREE) < LEAVES)
		return shown;
	return cz2_round_sixteenths(2 * exact);
}

/* The one sensor hangs in zone 1. */
static json_t *
humidity(const struct cz2_values *state, int zone)
{
	return zone == 1 ? number(state, CZ2_HUMIDITY, 0) : json_null();
}

static json_t *
zone_fan(const struct cz2_values *state)
{
	static const char *const names[] = {"auto", "on"};

	return json_value_word(names, cz2_values_get(state, CZ2_FAN, 0));
}

static void
set_climate(json_t *object, const struct climate *climate)
{
	set(object, "mode", json_value_word(climate_mode_names, climate->mode));
	set(object, "action", json_value_word(climate_action_names, climate->action));
	set(object, "target", json_value_integer(climate->target));
	set(object, "low", json_value_integer(climate->low));
	set(object, "high", json_value_integer(climate->high));
}

static void
set_zone(json_t *object, const struct cz2_values *state, int zone)
{
	int damper = cz2_values_get(state, CZ2_DAMPER, zone);
	struct climate climate;

	climate_of(state, zone, &climate);
	set(object, "humidity", humidity(state, zone));
	set_climate(object, &climate);
	set(object, "heat_setpoint", number(state, CZ2_HEAT, zone));
	set(object, "cool_setpoint", number(state, CZ2_COOL, zone));
	set(object, "preset", json_value_word(climate_preset_names, climate.preset));
	set(object, "hold", flag(state, CZ2_HOLD, zone));
	set(object, "temporary", flag(state, CZ2_TEMPORARY, zone));
	set(object, "out", flag(state, CZ2_OUT, zone));
	set(object, "damper", json_value_integer(json_damper_percent(damper)));
	set(object, "fan_mode", zone_fan(state));
}

json_t *
json_home_zone(const struct json_view *view, int zone, int *half_degrees)
{
	const struct cz2_values *state = model_state(view->model);
	json_t *object;

	if (!is_known(view) || !devices_in_use(view->devices, zone))
		return json_null();
	*half_degrees = half_degrees_of(state, zone, *half_degrees);
	object = json_object();
	set(object, "zone", json_integer(zone));
	set(object, "name", json_string(devices_name(view->devices, zone)));
	set(object, "temperature",
	    *half_degrees == CZ2_UNKNOWN ? json_null() : json_real(*half_degrees / 2.0));
	set_zone(object, state, zone);
	set(object, "period", json_value_word(cz2_period_names,
					      panel_period(view->model, zone, view->now)));
	return object;
}

json_t *
json_home_schedule(const struct json_view *view, int zone)
{
	struct cz2_day week[CZ2_DAYS];
	int64_t oldest;
	json_t *object;

	if (!devices_in_use(view->devices, zone) ||
	    !panel_week(view->model, zone, week, &oldest))
		return json_null();
	object = json_schedule(view, zone);
	json_object_del(object, "period");
	json_object_del(object, "age_seconds");
	return object;
}

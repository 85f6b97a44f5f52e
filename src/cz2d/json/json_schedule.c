/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days of the program as objects of periods, zones with their weeks, and the rules that a day
 * has to keep. What somebody wishes of it is json_program.c's.
 */
#include "build.h"

#include "cz2d/json/json_schedule.h"

#include <stdio.h>

#include <cz2/command.h>

#include "cz2d/devices/devices.h"
#include "cz2d/json/json_value.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_program.h"

enum { HOUR = 60, WHERE_MAX = 32 };

const char *const json_day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

/* ------------------------------------------------------------------------
 * Days
 */

json_t *
json_start(int start)
{
	if (start == CZ2_UNKNOWN)
		return json_null();
	return json_sprintf("%02d:%02d", start / HOUR, start % HOUR);
}

static json_t *
period_value(const struct cz2_setting *setting)
{
	bool out = setting->out == 1;

	return json_pack("{s:o, s:o, s:o, s:o}", "start", json_start(setting->start), "heat",
			 json_value_integer(out ? CZ2_UNKNOWN : setting->heat), "cool",
			 json_value_integer(out ? CZ2_UNKNOWN : setting->cool), "out",
			 json_value_boolean(setting->out));
}

json_t *
json_day(const struct cz2_day *day)
{
	json_t *object = json_object();

	for (int period = 0; period < CZ2_PERIODS; period++)
		json_object_set_new(object, cz2_period_names[period],
				    period_value(&day->periods[period]));
	return object;
}

/* ------------------------------------------------------------------------
 * Zones
 */

/* The period that rules now, by its name. */
static json_t *
ruling_period(const struct json_view *view, int zone)
{
	return json_value_word(cz2_period_names, panel_period(view->model, zone, view->now));
}

static bool
is_known(const struct json_view *view, int zone, int day)
{
	return model_image(view->model, cz2_schedule_row(zone, day))->length != 0;
}

json_t *
json_schedule(const struct json_view *view, int zone)
{
	struct cz2_day week[CZ2_DAYS];
	int64_t oldest = INT64_MAX;
	json_t *days = json_object();

	panel_week(view->model, zone, week, &oldest);
	for (int day = 0; day < CZ2_DAYS; day++)
		json_object_set_new(days, json_day_names[day], is_known(view, zone, day)
								       ? json_day(&week[day])
								       : json_null());
	return json_pack("{s:i, s:s, s:o, s:o, s:o}", "zone_id", zone, "name",
			 devices_name(view->devices, zone), "period", ruling_period(view, zone),
			 "age_seconds", oldest != INT64_MAX
						? json_integer((view->now - oldest) / 1000)
						: json_null(),
			 "days", days);
}

json_t *
json_schedules(const struct json_view *view, unsigned zones)
{
	json_t *list = json_array();

	for (int zone = 1; zone <= devices_zones(view->devices); zone++)
		if (devices_in_use(view->devices, zone) && (zones & 1U << (zone - 1)) != 0)
			json_array_append_new(list, json_schedule(view, zone));
	return list;
}

json_t *
json_schedule_progress(const struct json_view *view)
{
	int known, of;

	panel_program_progress(view->model, model_zones(view->model), &known, &of);
	return json_pack("{s:i, s:i}", "known", known, "of", of);
}

/* ------------------------------------------------------------------------
 * Rules
 */

static json_t *
range_rule(const char *where, enum cz2_field field, int value)
{
	const struct cz2_field_info *info = cz2_field_info(field);
	const char *side = field == CZ2_HEAT ? "heat" : "cool";

	if (value == CZ2_UNKNOWN)
		return json_sprintf("%s: it needs a %s setpoint of %d to %d, as what the panel "
				    "holds makes no sense", where, side, info->set_min,
				    info->set_max);
	return json_sprintf("%s: the %s setpoint %d is not accepted; %d to %d are", where, side,
			    value, info->set_min, info->set_max);
}

static json_t *
rule_of(const char *where, const struct cz2_schedule_problem *problem)
{
	const struct cz2_setting *setting = &problem->setting;

	switch (problem->fault) {
	case CZ2_FAULT_START:
		return json_sprintf("%s: it begins at a quarter of an hour", where);
	case CZ2_FAULT_ORDER:
		return json_sprintf("%s: it begins at %02d:%02d, and has to begin later than %s, "
				    "which begins at %02d:%02d", where, setting->start / HOUR,
				    setting->start % HOUR, cz2_period_names[problem->after],
				    problem->after_start / HOUR, problem->after_start % HOUR);
	case CZ2_FAULT_HEAT:
		return range_rule(where, CZ2_HEAT, setting->heat);
	case CZ2_FAULT_COOL:
		return range_rule(where, CZ2_COOL, setting->cool);
	case CZ2_FAULT_GAP:
		return json_sprintf("%s: the cool setpoint %d must be at least %d above the heat "
				    "setpoint %d", where, setting->cool, CZ2_SETPOINT_GAP,
				    setting->heat);
	case CZ2_FAULT_OUT:
		return json_sprintf("%s: while out is true, heat and cool are not given", where);
	case CZ2_FAULT_NONE:
		break;
	}
	return json_sprintf("%s: it cannot be so", where);
}

json_t *
json_schedule_rule(int zone, int day, const struct cz2_schedule_problem *problem)
{
	char where[WHERE_MAX];
	int used = zone != 0 ? snprintf(where, sizeof where, "zone %d ", zone) : 0;

	snprintf(where + used, sizeof where - (size_t)used, "%s %s", json_day_names[day],
		 cz2_period_names[problem->period]);
	return rule_of(where, problem);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The shapes of the panel's program, told and wished, and of its clock.
 */
#include "build.h"

#include "cz2d/api/openapi_internal.h"

#include <cz2/field.h>
#include <cz2/schedule.h>

#include "cz2d/json/body.h"
#include "cz2d/json/json_clock.h"
#include "cz2d/json/json_schedule.h"

/* An object, or null, whose members are all of that shape. */
static json_t *
keyed(const struct body_key *keys, const char *shape)
{
	json_t *properties = json_object();

	for (; keys->name != NULL; keys++)
		json_object_set_new(properties, keys->name,
				    json_pack("{s:[o, o]}", "anyOf", openapi_reference(shape),
					      openapi_plain("null")));
	return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			 "additionalProperties", 0);
}

json_t *
openapi_time_of_day(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "pattern",
			 "^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$");
}

static json_t *
quarter(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "pattern",
			 "^([01][0-9]|2[0-3]):(00|15|30|45)$");
}

static json_t *
setpoint(enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return json_pack("{s:[s, s], s:i, s:i}", "type", "integer", "null", "minimum",
			 info->set_min, "maximum", info->set_max);
}

json_t *
openapi_days_wish(void)
{
	return keyed(body_day_keys, "DayWish");
}

json_t *
openapi_day_wish(void)
{
	return keyed(body_period_keys, "PeriodWish");
}

json_t *
openapi_period_wish(void)
{
	json_t *period = openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o}", "start", quarter(), "heat", setpoint(CZ2_HEAT), "cool",
		setpoint(CZ2_COOL), "out", openapi_nullable("boolean")));

	json_object_set_new(period, "additionalProperties", json_false());
	return period;
}

/* ------------------------------------------------------------------------
 * What is told
 */

json_t *
openapi_period(void)
{
	return openapi_object(json_pack("{s:o, s:o, s:o, s:o}", "start", openapi_nullable("string"),
					"heat", openapi_nullable("integer"), "cool",
					openapi_nullable("integer"), "out",
					openapi_nullable("boolean")));
}

/* An object that has a member for each of these names. */
static json_t *
each(const char *const *names, json_t *member)
{
	json_t *properties = json_object();

	for (; *names != NULL; names++)
		json_object_set(properties, *names, member);
	json_decref(member);
	return openapi_object(properties);
}

json_t *
openapi_day(void)
{
	return each(cz2_period_names, openapi_reference("Period"));
}

static json_t *
or_null(const char *shape)
{
	return json_pack("{s:[o, o]}", "anyOf", openapi_reference(shape), openapi_plain("null"));
}

json_t *
openapi_schedule(void)
{
	json_t *period = openapi_nullable("string");
	json_t *words = openapi_word_list(cz2_period_names);

	json_array_append_new(words, json_null());
	json_object_set_new(period, "enum", words);
	return openapi_object(json_pack("{s:o, s:o, s:o, s:o, s:o}", "zone_id",
					openapi_plain("integer"), "name", openapi_plain("string"),
					"period", period, "age_seconds",
					openapi_nullable("integer"), "days",
					each(json_day_names, or_null("Day"))));
}

/* {name: thing, "meta"}, with what is said when it was changed. */
static json_t *
answer(const char *name, json_t *thing, bool changed)
{
	json_t *properties = json_pack("{s:o, s:o}", name, thing, "meta",
				       openapi_reference("Meta"));

	if (changed) {
		json_object_set_new(properties, "message", openapi_plain("string"));
		json_object_set_new(properties, "warnings",
				    openapi_list_of(openapi_plain("string")));
	}
	return openapi_object(properties);
}

json_t *
openapi_schedule_answer(void)
{
	return answer("schedule", openapi_reference("Schedule"), false);
}

json_t *
openapi_schedule_set(void)
{
	return answer("schedule", openapi_reference("Schedule"), true);
}

json_t *
openapi_schedules_answer(void)
{
	json_t *whole = answer("schedules", openapi_list_of(openapi_reference("Schedule")), false);
	json_t *progress = openapi_object(json_pack("{s:o, s:o}", "known",
						    openapi_plain("integer"), "of",
						    openapi_plain("integer")));

	json_object_set_new(json_object_get(whole, "properties"), "progress", progress);
	return whole;
}

json_t *
openapi_schedules_set(void)
{
	return answer("schedules", openapi_list_of(openapi_reference("Schedule")), true);
}

json_t *
openapi_clock(void)
{
	json_t *day = json_pack("{s:s, s:o}", "type", "string", "enum",
				openapi_word_list(json_day_names));
	json_t *host = openapi_object(json_pack("{s:O, s:o, s:o}", "day", day, "time",
						openapi_plain("string"), "synchronized",
						openapi_plain("boolean")));
	json_t *sync = json_pack("{s:s, s:o}", "type", "string", "enum",
				 openapi_word_list(json_clock_syncs));

	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "day", day, "time", openapi_plain("string"),
		"system_time", openapi_plain("string"), "offset_seconds", openapi_plain("integer"),
		"host", host, "sync", sync, "age_seconds", openapi_plain("integer")));
}

json_t *
openapi_clock_answer(void)
{
	return answer("clock", or_null("Clock"), false);
}

json_t *
openapi_clock_set(void)
{
	return answer("clock", or_null("Clock"), true);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days of the panel's program in a body: days, groups of them, or all; periods, or all; of
 * each what is to change. What is said twice has to be the same, and what is said has to be
 * a day that the panel could be told, as far as that can be judged without knowing its own.
 */
#include "build.h"

#include "cz2d/json/body_internal.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cz2d/json/json_schedule.h"
#include "cz2d/json/lax_time.h"

enum {
	MINUTE_S = 60,
	SHOWN_MAX = 8, /* of a value in a sentence */
	DEPTH = 4,     /* "days", a day, a period, a value */
};

const struct body_key body_day_keys[] = {
	{"sun", 1 << 0}, {"mon", 1 << 1}, {"tue", 1 << 2}, {"wed", 1 << 3}, {"thu", 1 << 4},
	{"fri", 1 << 5}, {"sat", 1 << 6}, {"all", 0x7f}, {"weekdays", 0x3e}, {"weekend", 0x41},
	{NULL, 0},
};

const struct body_key body_period_keys[] = {
	{"wake", 1 << CZ2_WAKE}, {"day", 1 << CZ2_DAY}, {"eve", 1 << CZ2_EVE},
	{"sleep", 1 << CZ2_SLEEP}, {"all", (1 << CZ2_PERIODS) - 1}, {NULL, 0},
};

/* By which names a period of a day was named last: errors point there. */
struct name {
	const struct body_key *day, *period;
	bool refused;
};

/* Days while they are read. */
struct reading {
	struct body *body;
	const char *place[DEPTH]; /* of the value at hand, below the body */
	const struct body_key *day, *period;
	struct name named[CZ2_DAYS][CZ2_PERIODS];
};

/* A value of a period. */
struct value {
	const char *name;
	size_t at; /* of struct cz2_setting */
	bool (*read)(struct reading *reading, json_t *json, int *value);
	void (*show)(int value, char out[SHOWN_MAX]);
};

static json_t *
place_of(const struct reading *reading, int depth)
{
	json_t *loc = body_loc(reading->body);

	for (int i = 0; i < depth; i++)
		json_array_append_new(loc, json_string(reading->place[i]));
	return loc;
}

/* ------------------------------------------------------------------------
 * Values
 */

static bool
read_start(struct reading *reading, json_t *json, int *value)
{
	const char *text = json_string_value(json);
	int second = -1;

	if (text != NULL && lax_time(text, json_string_length(json), &second) &&
	    second % (CZ2_START_STEP * MINUTE_S) == 0) {
		*value = second / MINUTE_S;
		return true;
	}
	body_add_rule(reading->body, place_of(reading, DEPTH),
		      "a quarter of an hour is accepted, such as 06:30, 6:30am or 18:45", json);
	return false;
}

static bool
read_setpoint(struct reading *reading, enum cz2_field field, json_t *json, int *value)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return body_read_range(reading->body, place_of(reading, DEPTH), info->set_min,
			       info->set_max, json, value);
}

static bool
read_heat(struct reading *reading, json_t *json, int *value)
{
	return read_setpoint(reading, CZ2_HEAT, json, value);
}

static bool
read_cool(struct reading *reading, json_t *json, int *value)
{
	return read_setpoint(reading, CZ2_COOL, json, value);
}

static bool
read_out(struct reading *reading, json_t *json, int *value)
{
	bool given;
	enum lax outcome = lax_boolean(json, &given);

	if (outcome != LAX_OK)
		body_add_lax(reading->body, outcome, place_of(reading, DEPTH), json);
	*value = outcome == LAX_OK && given;
	return outcome == LAX_OK;
}

static void
show_start(int value, char out[SHOWN_MAX])
{
	snprintf(out, SHOWN_MAX, "%02d:%02d", value / 60 % 24, value % 60);
}

static void
show_number(int value, char out[SHOWN_MAX])
{
	snprintf(out, SHOWN_MAX, "%d", value);
}

static void
show_flag(int value, char out[SHOWN_MAX])
{
	snprintf(out, SHOWN_MAX, "%s", value != 0 ? "true" : "false");
}

static const struct value values[] = {
	{"start", offsetof(struct cz2_setting, start), read_start, show_start},
	{"heat", offsetof(struct cz2_setting, heat), read_heat, show_number},
	{"cool", offsetof(struct cz2_setting, cool), read_cool, show_number},
	{"out", offsetof(struct cz2_setting, out), read_out, show_flag},
};

enum { VALUES = sizeof values / sizeof values[0] };

static void
refuse_second(struct reading *reading, const struct value *value, int first, int second,
	      json_t *json)
{
	char rule[BODY_MESSAGE_MAX], one[SHOWN_MAX], other[SHOWN_MAX];

	value->show(first, one);
	value->show(second, other);
	snprintf(rule, sizeof rule, "%s is named twice, as %s and as %s", value->name, one, other);
	body_add_rule(reading->body, place_of(reading, DEPTH), rule, json);
}

/* In each of the days and periods at hand. */
static void
name_value(struct reading *reading, const struct value *value, int given, json_t *json)
{
	for (int i = 0; i < CZ2_DAYS * CZ2_PERIODS; i++) {
		int day = i / CZ2_PERIODS, period = i % CZ2_PERIODS;
		struct cz2_setting *setting = &reading->body->days[day].periods[period];
		int16_t *held = (int16_t *)(void *)((char *)setting + value->at);

		if ((reading->day->which & 1U << day) == 0 ||
		    (reading->period->which & 1U << period) == 0)
			continue;
		if (*held != CZ2_UNKNOWN && *held != given) {
			refuse_second(reading, value, *held, given, json);
			return;
		}
		*held = (int16_t)given;
		reading->named[day][period] = (struct name){reading->day, reading->period, false};
	}
}

/* ------------------------------------------------------------------------
 * Objects
 */

/* False, and an error unless it is null, when the value is no object. */
static bool
is_object(struct reading *reading, int depth, json_t *json)
{
	if (!json_is_object(json) && !json_is_null(json))
		body_add(reading->body, "model_attributes_type", place_of(reading, depth),
			 "Input should be a valid object", json);
	return json_is_object(json);
}

static void
refuse_name(struct reading *reading, int depth, json_t *json)
{
	body_add(reading->body, "extra_forbidden", place_of(reading, depth),
		 "Extra inputs are not permitted", json);
}

static const struct body_key *
find_key(const struct body_key *keys, const char *name)
{
	while (keys->name != NULL && strcmp(keys->name, name) != 0)
		keys++;
	return keys->name != NULL ? keys : NULL;
}

static void
read_value(struct reading *reading, json_t *json)
{
	int given = 0;

	for (int i = 0; i < VALUES; i++) {
		if (strcmp(values[i].name, reading->place[DEPTH - 1]) != 0)
			continue;
		if (!json_is_null(json) && values[i].read(reading, json, &given))
			name_value(reading, &values[i], given, json);
		return;
	}
	refuse_name(reading, DEPTH, json);
}

static void
read_period(struct reading *reading, json_t *period)
{
	const char *name;
	json_t *json;

	reading->period = find_key(body_period_keys, reading->place[2]);
	if (reading->period == NULL) {
		refuse_name(reading, 3, period);
		return;
	}
	if (!is_object(reading, 3, period))
		return;
	json_object_foreach(period, name, json) {
		reading->place[3] = name;
		read_value(reading, json);
	}
}

static void
read_day(struct reading *reading, json_t *day)
{
	const char *name;
	json_t *json;

	reading->day = find_key(body_day_keys, reading->place[1]);
	if (reading->day == NULL) {
		refuse_name(reading, 2, day);
		return;
	}
	if (!is_object(reading, 2, day))
		return;
	json_object_foreach(day, name, json) {
		reading->place[2] = name;
		read_period(reading, json);
	}
}

/* ------------------------------------------------------------------------
 * The rules
 */

/* Several days or periods that were named by one name break a rule together: that is said once. */
static bool
was_refused(const struct reading *reading, const struct name *name)
{
	for (int i = 0; i < CZ2_DAYS * CZ2_PERIODS; i++) {
		const struct name *other = &reading->named[i / CZ2_PERIODS][i % CZ2_PERIODS];

		if (other->refused && other->day == name->day && other->period == name->period)
			return true;
	}
	return false;
}

static void
refuse_period(struct reading *reading, int day, const struct cz2_schedule_problem *problem)
{
	struct name *name = &reading->named[day][problem->period];
	json_t *days = json_object_get(reading->body->json, reading->place[0]);
	json_t *rule;

	if (was_refused(reading, name))
		return;
	name->refused = true;
	reading->place[1] = name->day->name;
	reading->place[2] = name->period->name;
	rule = json_schedule_rule(0, day, problem);
	body_add_rule(reading->body, place_of(reading, 3), json_string_value(rule),
		      json_object_get(json_object_get(days, name->day->name), name->period->name));
	json_decref(rule);
}

/* Period by period, so that one that breaks a rule does not hide the next. */
static void
check_day(struct reading *reading, int day)
{
	struct cz2_day known;
	struct cz2_schedule_problem problem;

	cz2_day_clear(&known);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		struct cz2_setting *setting = &known.periods[period];
		const struct cz2_setting unknown = *setting;

		*setting = reading->body->days[day].periods[period];
		if (cz2_day_check(&known, &problem) == CZ2_OK)
			continue;
		refuse_period(reading, day, &problem);
		*setting = unknown;
	}
}

void
body_decode_days(struct body *body, int index, json_t *value)
{
	struct reading reading = {.body = body, .place = {body->schema->fields[index].name}};
	const char *name;
	json_t *json;

	if (!is_object(&reading, 1, value))
		return;
	json_object_foreach(value, name, json) {
		reading.place[1] = name;
		read_day(&reading, json);
	}
	for (int day = 0; day < CZ2_DAYS; day++)
		check_day(&reading, day);
}

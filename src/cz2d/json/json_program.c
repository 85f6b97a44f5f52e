/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What somebody wishes of the program, as the ledger keeps it and as its caller is told it.
 */
#include "build.h"

#include "cz2d/json/json_schedule.h"

#include "cz2d/json/lax_time.h"

enum { MINUTE_S = 60 };

static json_t *
period_wish(const struct cz2_setting *wish)
{
	json_t *object = json_object();

	if (wish->start != CZ2_UNKNOWN)
		json_object_set_new(object, "start", json_start(wish->start));
	if (wish->heat != CZ2_UNKNOWN)
		json_object_set_new(object, "heat", json_integer(wish->heat));
	if (wish->cool != CZ2_UNKNOWN)
		json_object_set_new(object, "cool", json_integer(wish->cool));
	if (wish->out != CZ2_UNKNOWN)
		json_object_set_new(object, "out", json_boolean(wish->out));
	return object;
}

/* Puts the member in, unless it is empty. It is taken. */
static void
set_if_any(json_t *object, const char *name, json_t *member)
{
	if (json_object_size(member) > 0)
		json_object_set(object, name, member);
	json_decref(member);
}

static json_t *
day_wish(const struct cz2_day *day)
{
	json_t *object = json_object();

	for (int period = 0; period < CZ2_PERIODS; period++)
		set_if_any(object, cz2_period_names[period], period_wish(&day->periods[period]));
	return object;
}

json_t *
json_program(const struct cz2_day days[CZ2_SCHEDULES])
{
	json_t *zones = json_array();

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		json_t *week = json_object();

		for (int day = 0; day < CZ2_DAYS; day++)
			set_if_any(week, json_day_names[day],
				   day_wish(&days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE]));
		if (json_object_size(week) > 0)
			json_array_append_new(zones, json_pack("{s:i, s:O}", "zone_id", zone,
							       "days", week));
		json_decref(week);
	}
	return zones;
}

static int16_t
start_read(const json_t *value)
{
	const char *text = json_string_value(value);
	int second;

	if (text == NULL || !lax_time(text, json_string_length(value), &second))
		return CZ2_UNKNOWN;
	return (int16_t)(second / MINUTE_S);
}

static int16_t
number_read(const json_t *value)
{
	json_int_t number = json_integer_value(value);

	return (int16_t)(json_is_integer(value) && number >= 0 && number <= UINT8_MAX
				 ? number : CZ2_UNKNOWN);
}

static int16_t
flag_read(const json_t *value)
{
	return (int16_t)(json_is_boolean(value) ? json_is_true(value) : CZ2_UNKNOWN);
}

static void
day_read(const json_t *object, struct cz2_day *day)
{
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const json_t *wish = json_object_get(object, cz2_period_names[period]);

		day->periods[period] = (struct cz2_setting){
			.start = start_read(json_object_get(wish, "start")),
			.heat = number_read(json_object_get(wish, "heat")),
			.cool = number_read(json_object_get(wish, "cool")),
			.out = flag_read(json_object_get(wish, "out")),
		};
	}
}

/* A week of the list, into its rows. */
static bool
week_read(const json_t *entry, struct cz2_day days[CZ2_SCHEDULES])
{
	const json_t *week = json_object_get(entry, "days");
	json_int_t zone = json_integer_value(json_object_get(entry, "zone_id"));
	struct cz2_schedule_problem problem;

	if (zone < 1 || zone > CZ2_ZONES_MAX)
		return false;
	for (int day = 0; day < CZ2_DAYS; day++) {
		struct cz2_day *wish = &days[cz2_schedule_row((int)zone, day) - CZ2_ROW_SCHEDULE];

		day_read(json_object_get(week, json_day_names[day]), wish);
		if (cz2_day_check(wish, &problem) != CZ2_OK)
			return false;
	}
	return true;
}

bool
json_program_read(const json_t *zones, struct cz2_day days[CZ2_SCHEDULES])
{
	const json_t *entry;
	size_t i;

	for (int row = 0; row < CZ2_SCHEDULES; row++)
		cz2_day_clear(&days[row]);
	json_array_foreach(zones, i, entry)
		if (!week_read(entry, days))
			return false;
	return true;
}

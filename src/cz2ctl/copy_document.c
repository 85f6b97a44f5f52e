/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The document that a backup is. Values have the names that they have in GET /status; what is
 * not known is null. The rows are for people and programs to look at, and for cz2ctl diff:
 * nothing is restored from them.
 */
#include "build.h"

#include "cz2ctl/copy.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/week.h"

enum { TIME_MAX = 32, PLACE_MAX = 64 };

static bool
is_flag(const struct cz2_field_info *info)
{
	return info->words == NULL && info->min == 0 && info->max == 1;
}

/* ------------------------------------------------------------------------
 * Writing
 */

static json_t *
value_json(enum cz2_field field, int value)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (value == CZ2_UNKNOWN)
		return json_null();
	if (info->words != NULL)
		return json_string(info->words[value]);
	return is_flag(info) ? json_boolean(value) : json_integer(value);
}

/* Of the system for zone 0. */
static void
put_values(json_t *object, const struct copy *copy, int zone)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		enum cz2_field id = (enum cz2_field)field;

		int value = cz2_values_get(&copy->values, id, zone);

		if (copy_is_kept(id) && cz2_field_is_zonal(id) == (zone != 0))
			json_object_set_new(object, cz2_field_info(id)->name,
					    value_json(id, value));
	}
}

static json_t *
zone_json(int zone, const json_t *names)
{
	json_t *object = mem_or_end(json_pack("{s:i}", "zone_id", zone));
	char key[TIME_MAX];
	json_t *name;

	snprintf(key, sizeof key, "%d", zone);
	name = json_object_get(names, key);
	json_object_set(object, "name", name != NULL ? name : json_null());
	return object;
}

static json_t *
status_json(const struct copy *copy, const json_t *names)
{
	json_t *object = mem_or_end(json_object());
	json_t *zones = mem_or_end(json_array());

	put_values(object, copy, 0);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		if (!copy_has(copy, zone))
			continue;
		json_array_append_new(zones, zone_json(zone, names));
		put_values(json_array_get(zones, json_array_size(zones) - 1), copy, zone);
	}
	json_object_set_new(object, "zones", zones);
	return object;
}

static json_t *
week_json(const struct copy *copy, int zone)
{
	json_t *week = mem_or_end(json_object());

	for (int day = 0; day < CZ2_DAYS; day++) {
		const struct cz2_day *one =
			&copy->days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE];

		json_object_set_new(week, calendar_day_keys[day],
				    week_is_unknown(one) ? json_null() : week_day_json(one));
	}
	return week;
}

static json_t *
schedules_json(const struct copy *copy, const json_t *names)
{
	json_t *list = mem_or_end(json_array());

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		json_t *object;

		if (!copy_has(copy, zone))
			continue;
		object = zone_json(zone, names);
		json_object_set_new(object, "days", week_json(copy, zone));
		json_array_append_new(list, object);
	}
	return list;
}

/* Without what is not the panel's: how old it is, and how it was learnt. */
static json_t *
rows_json(const json_t *rows)
{
	static const char *const members[] = {"device", "table", "row", "name", "hex"};
	json_t *list = mem_or_end(json_array());
	const json_t *row;
	size_t index;

	json_array_foreach(rows, index, row)
	{
		json_t *object = mem_or_end(json_object());

		for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
			json_object_set(object, members[i], json_object_get(row, members[i]));
		json_array_append_new(list, object);
	}
	return list;
}

json_t *
copy_document(const struct copy *copy, const char *version, const json_t *names, const json_t *rows)
{
	char created[TIME_MAX];
	time_t now = time(NULL);
	struct tm utc;

	strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%S+00:00", gmtime_r(&now, &utc));
	return mem_or_end(json_pack("{s:i, s:s, s:s, s:{s:s}, s:o, s:o, s:o}", "cz2_backup",
				    COPY_VERSION, "created", created, "version", version, "panel",
				    "id", copy->panel, "status", status_json(copy, names),
				    "schedules", schedules_json(copy, names), "rows",
				    rows_json(rows)));
}

/* ------------------------------------------------------------------------
 * Reading
 */

static bool
wrong(char why[COPY_WHY_MAX], const char *place, const char *wanted)
{
	snprintf(why, COPY_WHY_MAX, "%s: %s", place, wanted);
	return false;
}

static bool
wants_word(char why[COPY_WHY_MAX], const char *place, const struct cz2_field_info *info)
{
	size_t used = (size_t)snprintf(why, COPY_WHY_MAX, "%s: wanted is one of", place);

	for (int i = 0; i <= info->max && used < COPY_WHY_MAX; i++)
		used += (size_t)snprintf(why + used, COPY_WHY_MAX - used, " %s", info->words[i]);
	return false;
}

static int
word_number(const struct cz2_field_info *info, const char *word)
{
	for (int i = 0; word != NULL && i <= info->max; i++)
		if (strcmp(info->words[i], word) == 0)
			return i;
	return CZ2_UNKNOWN;
}

/* null and what is not there are unknown. */
static bool
read_value(const json_t *value, enum cz2_field field, const char *place, int *to,
	   char why[COPY_WHY_MAX])
{
	const struct cz2_field_info *info = cz2_field_info(field);

	*to = CZ2_UNKNOWN;
	if (value == NULL || json_is_null(value))
		return true;
	if (info->words != NULL) {
		*to = word_number(info, json_string_value(value));
		return *to != CZ2_UNKNOWN || wants_word(why, place, info);
	}
	if (is_flag(info)) {
		*to = json_is_true(value);
		return json_is_boolean(value) || wrong(why, place, "true or false is wanted");
	}
	if (!json_is_integer(value) || json_integer_value(value) < info->min ||
	    json_integer_value(value) > info->max)
		return wrong(why, place, "a whole number in the range of the panel is wanted");
	*to = (int)json_integer_value(value);
	return true;
}

static bool
read_values(const json_t *object, const char *where, int zone, struct copy *copy,
	    char why[COPY_WHY_MAX])
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		enum cz2_field id = (enum cz2_field)field;
		const char *name = cz2_field_info(id)->name;
		char place[2 * PLACE_MAX];
		int value;

		if (!copy_is_kept(id) || cz2_field_is_zonal(id) != (zone != 0))
			continue;
		snprintf(place, sizeof place, "%s.%s", where, name);
		if (!read_value(json_object_get(object, name), id, place, &value, why))
			return false;
		cz2_values_set(&copy->values, id, zone, value);
	}
	return true;
}

/* The number of a zone of the panel; 0 after why. */
static int
read_zone(const json_t *object, const char *where, struct copy *copy, char why[COPY_WHY_MAX])
{
	const json_t *id = json_object_get(object, "zone_id");
	json_int_t zone = json_integer_value(id);
	char place[2 * PLACE_MAX];

	snprintf(place, sizeof place, "%s.zone_id", where);
	if (!json_is_integer(id) || zone < 1 || zone > CZ2_ZONES_MAX) {
		wrong(why, place, "a number from 1 to 8 is wanted");
		return 0;
	}
	copy->zones |= 1U << (zone - 1);
	return (int)zone;
}

static bool
read_status(const json_t *status, struct copy *copy, char why[COPY_WHY_MAX])
{
	const json_t *zones = json_object_get(status, "zones"), *one;
	size_t index;

	if (!json_is_object(status))
		return wrong(why, "status", "an object is wanted");
	if (!json_is_array(zones))
		return wrong(why, "status.zones", "a list is wanted");
	if (!read_values(status, "status", 0, copy, why))
		return false;
	json_array_foreach(zones, index, one)
	{
		char where[PLACE_MAX];
		int zone;

		snprintf(where, sizeof where, "status.zones[%zu]", index);
		zone = read_zone(one, where, copy, why);
		if (zone == 0 || !read_values(one, where, zone, copy, why))
			return false;
	}
	return true;
}

static bool
read_week(const json_t *schedule, const char *where, int zone, struct copy *copy,
	  char why[COPY_WHY_MAX])
{
	const json_t *week = json_object_get(schedule, "days");
	char problem[WEEK_WHY_MAX], place[2 * PLACE_MAX];

	if (!json_is_object(week)) {
		snprintf(place, sizeof place, "%s.days", where);
		return wrong(why, place, "an object with sun to sat is wanted");
	}
	for (int day = 0; day < CZ2_DAYS; day++) {
		const char *key = calendar_day_keys[day];
		struct cz2_day *to = &copy->days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE];

		if (week_read_day(json_object_get(week, key), to, problem))
			continue;
		snprintf(why, COPY_WHY_MAX, "%s.days.%s.%s", where, key, problem);
		return false;
	}
	return true;
}

static bool
read_schedules(const json_t *list, struct copy *copy, char why[COPY_WHY_MAX])
{
	const json_t *schedule;
	size_t index;

	if (!json_is_array(list))
		return wrong(why, "schedules", "a list is wanted");
	json_array_foreach(list, index, schedule)
	{
		char where[PLACE_MAX];
		int zone;

		snprintf(where, sizeof where, "schedules[%zu]", index);
		zone = read_zone(schedule, where, copy, why);
		if (zone == 0 || !read_week(schedule, where, zone, copy, why))
			return false;
	}
	return true;
}

static bool
check_version(const json_t *document, char why[COPY_WHY_MAX])
{
	const json_t *version = json_object_get(document, "cz2_backup");

	if (!json_is_integer(version) || json_integer_value(version) < 1) {
		strcpy(why, "it is no backup: \"cz2_backup\": 1 is missing");
		return false;
	}
	if (json_integer_value(version) > COPY_VERSION) {
		snprintf(why, COPY_WHY_MAX,
			 "cz2_backup is %" JSON_INTEGER_FORMAT
			 ": a newer cz2ctl made it, this one reads up to %d",
			 json_integer_value(version), COPY_VERSION);
		return false;
	}
	return true;
}

bool
copy_read(struct copy *copy, const json_t *document, char why[COPY_WHY_MAX])
{
	const json_t *panel = json_object_get(document, "panel");
	const char *id = json_string_value(json_object_get(panel, "id"));
	const json_t *rows = json_object_get(document, "rows");

	memset(copy, 0, sizeof *copy);
	cz2_values_clear(&copy->values);
	copy_clear_days(copy->days);
	if (!check_version(document, why))
		return false;
	if (id == NULL)
		return wrong(why, "panel.id", "a text is wanted");
	snprintf(copy->panel, sizeof copy->panel, "%s", id);
	if (rows != NULL && !json_is_array(rows))
		return wrong(why, "rows", "a list is wanted");
	return read_status(json_object_get(document, "status"), copy, why) &&
	       read_schedules(json_object_get(document, "schedules"), copy, why) &&
	       copy_read_rows(rows, copy, why);
}

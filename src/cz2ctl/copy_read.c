/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A backup that people may have had in their hands: what is in it is checked member by member,
 * and one whose name is not known is an error: a typo must not pass for a wish.
 */
#include "build.h"

#include "cz2ctl/copy.h"

#include <stdio.h>
#include <string.h>

#include "cz2ctl/calendar.h"
#include "cz2ctl/document_file.h"
#include "cz2ctl/say.h"
#include "cz2ctl/week.h"

enum { PLACE_MAX = 64 };

/* The members that each kind of object has; ended by NULL. */
static const char *const document_members[] = {"cz2_backup", "created", "version", "panel",
					       "status", "schedules", "rows", NULL};
static const char *const panel_members[] = {"id", NULL};
static const char *const system_members[] = {"system_mode", "fan_mode", "all_mode", "zones", NULL};
static const char *const zone_members[] = {"zone_id", "name", "heat_setpoint", "cool_setpoint",
					   "temporary", "hold", "out", NULL};
static const char *const schedule_members[] = {"zone_id", "name", "days", NULL};
static const char *const period_members[] = {"wake", "day", "eve", "sleep", NULL};
static const char *const setting_members[] = {"start", "heat", "cool", "out", NULL};

static bool
wrong(char why[COPY_WHY_MAX], const char *place, const char *wanted)
{
	snprintf(why, COPY_WHY_MAX, "%s: %s", place, wanted);
	return false;
}

static bool
is_among(const char *const *names, const char *name)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* Nothing else than these; where: NULL for the document. What is no object has no members. */
static bool
has_only(json_t *object, const char *where, const char *const *names, char why[COPY_WHY_MAX])
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		size_t used;

		if (is_among(names, name))
			continue;
		used = (size_t)snprintf(why, COPY_WHY_MAX, "%s%s%.64s: known are",
					where != NULL ? where : "", where != NULL ? "." : "", name);
		for (; *names != NULL && used < COPY_WHY_MAX; names++)
			used += (size_t)snprintf(why + used, COPY_WHY_MAX - used, " %s", *names);
		return false;
	}
	return true;
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
	if (cz2_field_is_flag(info)) {
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
read_zone_values(json_t *object, const char *where, int zone, struct copy *copy,
		 char why[COPY_WHY_MAX])
{
	return has_only(object, where, zone_members, why) &&
	       read_values(object, where, zone, copy, why);
}

static bool
check_periods(json_t *day, const char *where, char why[COPY_WHY_MAX])
{
	char place[2 * PLACE_MAX];

	for (int period = 0; period < CZ2_PERIODS; period++) {
		const char *name = cz2_period_names[period];

		snprintf(place, sizeof place, "%.*s.%s", 2 * PLACE_MAX - 16, where, name);
		if (!has_only(json_object_get(day, name), place, setting_members, why))
			return false;
	}
	return has_only(day, where, period_members, why);
}

static bool
read_week(json_t *schedule, const char *where, int zone, struct copy *copy, char why[COPY_WHY_MAX])
{
	json_t *week = json_object_get(schedule, "days");
	char problem[WEEK_WHY_MAX], place[2 * PLACE_MAX];

	snprintf(place, sizeof place, "%s.days", where);
	if (!json_is_object(week))
		return wrong(why, place, "an object with sun to sat is wanted");
	if (!has_only(schedule, where, schedule_members, why) ||
	    !has_only(week, place, calendar_day_keys, why))
		return false;
	for (int day = 0; day < CZ2_DAYS; day++) {
		json_t *one = json_object_get(week, calendar_day_keys[day]);
		struct cz2_day *to = &copy->days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE];

		snprintf(place, sizeof place, "%s.days.%s", where, calendar_day_keys[day]);
		if (!check_periods(one, place, why))
			return false;
		if (week_read_day(one, to, problem))
			continue;
		snprintf(why, COPY_WHY_MAX, "%s.%s", place, problem);
		return false;
	}
	return true;
}

typedef bool zone_reader(json_t *object, const char *where, int zone, struct copy *copy,
			 char why[COPY_WHY_MAX]);

static bool
read_zones(json_t *list, const char *name, zone_reader *read, struct copy *copy,
	   char why[COPY_WHY_MAX])
{
	json_t *one;
	size_t index;
	unsigned seen = 0;

	if (!json_is_array(list))
		return wrong(why, name, "a list is wanted");
	json_array_foreach(list, index, one)
	{
		char where[PLACE_MAX];
		int zone;

		snprintf(where, sizeof where, "%s[%zu]", name, index);
		zone = read_zone(one, where, copy, why);
		if (zone == 0)
			return false;
		if ((seen & 1U << zone) != 0)
			return wrong(why, where, "this zone was told of before");
		seen |= 1U << zone;
		if (!read(one, where, zone, copy, why))
			return false;
	}
	return true;
}

static bool
read_status(json_t *status, struct copy *copy, char why[COPY_WHY_MAX])
{
	if (!json_is_object(status))
		return wrong(why, "status", "an object is wanted");
	return read_zones(json_object_get(status, "zones"), "status.zones", read_zone_values, copy,
			  why) &&
	       has_only(status, "status", system_members, why) &&
	       read_values(status, "status", 0, copy, why);
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
copy_read(struct copy *copy, json_t *document, char why[COPY_WHY_MAX])
{
	json_t *panel = json_object_get(document, "panel");
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
	       read_zones(json_object_get(document, "schedules"), "schedules", read_week, copy,
			  why) &&
	       copy_read_rows(rows, copy, why) && has_only(panel, "panel", panel_members, why) &&
	       has_only(document, NULL, document_members, why);
}

enum ctl_exit
copy_load(const char *path, struct copy *copy)
{
	char why[COPY_WHY_MAX];
	json_t *document;
	enum ctl_exit code = document_load(path, &document);

	if (code == CTL_DONE && !copy_read(copy, document, why)) {
		say_error("%s: %s", path, why);
		code = CTL_USAGE;
	}
	json_decref(document);
	return code;
}

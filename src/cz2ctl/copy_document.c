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
#include <time.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/week.h"

enum { TIME_MAX = 32 };

static json_t *
value_json(enum cz2_field field, int value)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (value == CZ2_UNKNOWN)
		return json_null();
	if (info->words != NULL)
		return json_string(info->words[value]);
	return cz2_field_is_flag(info) ? json_boolean(value) : json_integer(value);
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

	json_object_set(object, "name", json_array_get(names, (size_t)zone));
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

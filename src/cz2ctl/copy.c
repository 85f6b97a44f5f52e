/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What REST and backups have in common.
 */
#include "build.h"

#include "cz2ctl/copy.h"

#include <stdio.h>
#include <string.h>

#include "cz2ctl/calendar.h"
#include "cz2ctl/hex.h"
#include "cz2ctl/week.h"

static const enum cz2_field kept[] = {
	CZ2_MODE, CZ2_FAN, CZ2_ALL, CZ2_COOL, CZ2_HEAT, CZ2_TEMPORARY, CZ2_HOLD, CZ2_OUT,
};

bool
copy_is_kept(enum cz2_field field)
{
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (kept[i] == field)
			return true;
	return false;
}

void
copy_clear_days(struct cz2_day days[CZ2_SCHEDULES])
{
	for (int i = 0; i < CZ2_SCHEDULES; i++)
		cz2_day_clear(&days[i]);
}

void
copy_take_schedule(const json_t *schedule, struct cz2_day days[CZ2_SCHEDULES])
{
	json_int_t zone = json_integer_value(json_object_get(schedule, "zone_id"));
	const json_t *week = json_object_get(schedule, "days");
	char why[WEEK_WHY_MAX];

	if (zone < 1 || zone > CZ2_ZONES_MAX)
		return;
	for (int day = 0; day < CZ2_DAYS; day++)
		week_read_day(json_object_get(week, calendar_day_keys[day]),
			      &days[cz2_schedule_row((int)zone, day) - CZ2_ROW_SCHEDULE], why);
}

/* ------------------------------------------------------------------------
 * Rows
 */

static json_int_t
number(const json_t *row, const char *member)
{
	const json_t *value = json_object_get(row, member);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* A row that nobody has decoded is none of ours; the document keeps it all the same. */
static bool
read_row(const json_t *row, struct copy *copy)
{
	const char *hex = json_string_value(json_object_get(row, "hex"));
	json_int_t device = number(row, "device"), table = number(row, "table");
	json_int_t place = number(row, "row");
	struct cz2_image image = {.source = CZ2_SOURCE_POLL};
	enum cz2_row id;

	if (device < 0 || device > UINT8_MAX || table < 0 || table > UINT8_MAX || place < 0 ||
	    place > UINT8_MAX || hex == NULL)
		return false;
	image.length = (uint8_t)hex_read(hex, image.bytes, sizeof image.bytes);
	if (image.length == 0)
		return false;
	id = cz2_row_find((unsigned)device, (unsigned)table, (unsigned)place);
	if (id != CZ2_ROW_NONE && cz2_row_matches(id, image.bytes, image.length))
		copy->rows[id] = image;
	return true;
}

bool
copy_read_rows(const json_t *list, struct copy *copy, char why[COPY_WHY_MAX])
{
	const json_t *row;
	size_t index;

	memset(copy->rows, 0, sizeof copy->rows);
	json_array_foreach(list, index, row)
	{
		if (read_row(row, copy))
			continue;
		snprintf(why, COPY_WHY_MAX,
			 "rows[%zu]: device, table, row and hex of whole bytes are wanted", index);
		return false;
	}
	return true;
}

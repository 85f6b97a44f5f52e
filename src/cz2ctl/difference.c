/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Part by part. Of the rows only those are compared that are the installer's: what the others
 * hold is compared as values, or moves by itself.
 */
#include "build.h"

#include "cz2ctl/difference.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/view.h"
#include "cz2ctl/week.h"

enum { TEXT_MAX = 64, PLACE_MAX = 128, BYTE_PLACE_MAX = 192 };

static void
add(json_t *list, const char *part, const char *place, const char *old, const char *now)
{
	json_array_append_new(list, mem_or_end(json_pack("{s:s, s:s, s:s, s:s}", "part", part,
							 "place", place, "old", old, "new", now)));
}

/* ------------------------------------------------------------------------
 * Schedules
 */

/* One period of each day of a zone's week. */
struct column {
	const struct cz2_day *old, *now;
	int period;
};

static const struct cz2_setting *
old_of(const struct column *column, int day)
{
	return &column->old[day].periods[column->period];
}

static const struct cz2_setting *
now_of(const struct column *column, int day)
{
	return &column->now[day].periods[column->period];
}

static bool
same(const struct cz2_setting *a, const struct cz2_setting *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The days that differ as this one does. */
static unsigned
alike(const struct column *column, int day)
{
	unsigned days = 0;

	for (int other = 0; other < CZ2_DAYS; other++)
		if (same(old_of(column, other), old_of(column, day)) &&
		    same(now_of(column, other), now_of(column, day)))
			days |= 1U << other;
	return days;
}

/* What OUT covers is told only when nothing else differs. */
static void
add_days(json_t *list, const struct column *column, int zone, int day, unsigned days)
{
	char place[PLACE_MAX], old[WEEK_SETTING_MAX], now[WEEK_SETTING_MAX];
	char text[CALENDAR_DAYS_MAX];

	snprintf(place, sizeof place, "Zone %d %s %s", zone, calendar_days_text(days, text),
		 cz2_period_names[column->period]);
	week_setting_text(old_of(column, day), false, old);
	week_setting_text(now_of(column, day), false, now);
	if (strcmp(old, now) == 0) {
		week_setting_text(old_of(column, day), true, old);
		week_setting_text(now_of(column, day), true, now);
	}
	add(list, "schedules", place, old, now);
}

static void
compare_column(json_t *list, const struct column *column, int zone)
{
	unsigned done = 0;

	for (int day = 0; day < CZ2_DAYS; day++) {
		if ((done >> day & 1) != 0 || same(old_of(column, day), now_of(column, day)))
			continue;
		done |= alike(column, day);
		add_days(list, column, zone, day, alike(column, day));
	}
}

void
difference_days(const struct cz2_day old[CZ2_SCHEDULES], const struct cz2_day now[CZ2_SCHEDULES],
		json_t *list)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int period = 0; period < CZ2_PERIODS; period++) {
			int first = cz2_schedule_row(zone, 0) - CZ2_ROW_SCHEDULE;
			struct column column = {&old[first], &now[first], period};

			compare_column(list, &column, zone);
		}
}

/* ------------------------------------------------------------------------
 * Values
 */

static const char *
value_text(enum cz2_field field, int value, char out[TEXT_MAX])
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (value == CZ2_UNKNOWN)
		return "-";
	if (info->words != NULL)
		return info->words[value];
	if (cz2_field_is_flag(info))
		return value != 0 ? "on" : "off";
	snprintf(out, TEXT_MAX, "%d", value);
	return out;
}

/* "heat_setpoint" is "Zone 2 heat setpoint", and "system_mode" is "System mode". */
static void
put_place(char place[PLACE_MAX], enum cz2_field field, int zone)
{
	if (zone != 0)
		snprintf(place, PLACE_MAX, "Zone %d %s", zone, cz2_field_info(field)->name);
	else
		snprintf(place, PLACE_MAX, "%s", cz2_field_info(field)->name);
	for (char *at = place; *at != '\0'; at++)
		if (*at == '_')
			*at = ' ';
	if (zone == 0 && place[0] >= 'a' && place[0] <= 'z')
		place[0] = (char)(place[0] - 'a' + 'A');
}

static void
compare_value(json_t *list, const char *part, const struct copy *old, const struct copy *now,
	      enum cz2_field field, int zone)
{
	int before = cz2_values_get(&old->values, field, zone);
	int after = cz2_values_get(&now->values, field, zone);
	char place[PLACE_MAX], from[TEXT_MAX], to[TEXT_MAX];

	if (before == after)
		return;
	put_place(place, field, zone);
	add(list, part, place, value_text(field, before, from), value_text(field, after, to));
}

static void
compare_zones(json_t *list, const struct copy *old, const struct copy *now)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int field = CZ2_FIRST_ZONE_FIELD; field < CZ2_FIELD_COUNT; field++)
			if (copy_is_kept((enum cz2_field)field) &&
			    (copy_has(old, zone) || copy_has(now, zone)))
				compare_value(list, "setpoints", old, now, (enum cz2_field)field,
					      zone);
}

static void
compare_system(json_t *list, const struct copy *old, const struct copy *now)
{
	for (int field = 0; field < CZ2_FIRST_ZONE_FIELD; field++)
		if (copy_is_kept((enum cz2_field)field))
			compare_value(list, "system", old, now, (enum cz2_field)field, 0);
}

/* ------------------------------------------------------------------------
 * The installer's rows
 */

/* Where his settings stand; of bytes that hold something else besides only these bits. */
static const struct {
	enum cz2_row row;
	uint8_t first, last; /* bytes */
	uint8_t first_mask;  /* of the first one */
} settings[] = {
	{CZ2_ROW_1_2, 4, 4, 0xFF},
	{CZ2_ROW_1_11, 3, CZ2_ROW_SIZE_MAX - 1, 0xFF},
	{CZ2_ROW_1_17, 3, CZ2_ROW_SIZE_MAX - 1, 0xFB}, /* but for the fan */
	{CZ2_ROW_1_19, 3, CZ2_ROW_SIZE_MAX - 1, 0xFF},
	{CZ2_ROW_1_31, 3, CZ2_ROW_SIZE_MAX - 1, 0xFF},
	{CZ2_ROW_9_3, 3, 3, 0xFF},
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* The settings that lie in some bits of a byte: "deadband", "ignore_limits, dual_fuel". */
static void
put_fields(enum cz2_row row, int byte, uint8_t bits, char out[PLACE_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	for (int field = CZ2_FIRST_SETTING; field < CZ2_FIRST_ZONE_FIELD; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);
		const struct cz2_place *place = &info->places[0];

		if (place->row == (int)row && place->byte == byte && (place->mask & bits) != 0 &&
		    used < PLACE_MAX)
			used += (size_t)snprintf(out + used, PLACE_MAX - used, "%s%s",
						 used > 0 ? ", " : "", info->name);
	}
}

static void
add_byte(json_t *list, enum cz2_row row, int byte, uint8_t old, uint8_t now)
{
	char name[16], fields[PLACE_MAX], place[BYTE_PLACE_MAX], from[TEXT_MAX], to[TEXT_MAX];

	put_fields(row, byte, old ^ now, fields);
	snprintf(place, sizeof place, "Row %s byte %d%s%s%s", cz2_row_name(row, name), byte,
		 fields[0] != '\0' ? " (" : "", fields, fields[0] != '\0' ? ")" : "");
	snprintf(from, sizeof from, "%d", old);
	snprintf(to, sizeof to, "%d", now);
	add(list, "installer", place, from, to);
}

/* Rows that one of them does not have are no difference: they were not to be had. */
static void
compare_row(json_t *list, const struct copy *old, const struct copy *now, int setting)
{
	enum cz2_row row = settings[setting].row;
	const struct cz2_image *a = &old->rows[row], *b = &now->rows[row];

	for (int byte = settings[setting].first; byte <= settings[setting].last; byte++) {
		bool first = byte == settings[setting].first;
		uint8_t mask = first ? settings[setting].first_mask : 0xFF;

		if (byte < a->length && byte < b->length &&
		    ((a->bytes[byte] ^ b->bytes[byte]) & mask) != 0)
			add_byte(list, row, byte, a->bytes[byte] & mask, b->bytes[byte] & mask);
	}
}

static void
compare_installer(json_t *list, const struct copy *old, const struct copy *now)
{
	for (int i = 0; i < SETTINGS; i++)
		compare_row(list, old, now, i);
}

/* ------------------------------------------------------------------------
 * All of it
 */

void
difference_find(const struct copy *old, const struct copy *now, unsigned parts, json_t *list)
{
	if ((parts & PART_SYSTEM) != 0)
		compare_system(list, old, now);
	if ((parts & PART_SETPOINTS) != 0)
		compare_zones(list, old, now);
	if ((parts & PART_SCHEDULES) != 0)
		difference_days(old->days, now->days, list);
	if ((parts & PART_INSTALLER) != 0)
		compare_installer(list, old, now);
}

static void
put_change(const json_t *difference, const struct view_field *field, struct table_cell *cell)
{
	(void)field;
	snprintf(cell->text, sizeof cell->text, "%s -> %s",
		 json_string_value(json_object_get(difference, "old")),
		 json_string_value(json_object_get(difference, "new")));
}

static const struct view_field columns[] = {
	{NULL, TABLE_LEFT, view_word, NULL, "place", NULL},
	{NULL, TABLE_ELASTIC, put_change, NULL, NULL, NULL},
};

/* A list may be longer than a table. */
void
view_differences(const struct screen *screen, const json_t *list)
{
	for (size_t from = 0; from < json_array_size(list); from += TABLE_ROWS_MAX) {
		json_t *piece = mem_or_end(json_array());

		for (size_t i = from; i < from + TABLE_ROWS_MAX && i < json_array_size(list); i++)
			json_array_append(piece, json_array_get(list, i));
		view_rows(screen, piece, columns, VIEW_COUNT(columns));
		json_decref(piece);
	}
}

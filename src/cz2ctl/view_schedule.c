/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's program: a table for each zone, in which days that are alike share a line.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/calendar.h"
#include "cz2ctl/text.h"
#include "cz2ctl/value.h"
#include "cz2ctl/week.h"

enum { COLUMNS = 1 + CZ2_PERIODS, NOTE_MAX = 128, DAY_MINUTES = 24 * 60, UNKNOWN = -1 };

/* A week as it is shown. */
struct shown {
	struct cz2_day days[CZ2_DAYS];
	unsigned asked; /* the days that are in the answer */
	int ruling;     /* 4 times its day plus its place; UNKNOWN */
};

/* ------------------------------------------------------------------------
 * What rules now
 */

/* Minutes since Sunday 00:00 by the panel's clock. */
static int
minute_of_week(const json_t *clock)
{
	char why[CALENDAR_WHY_MAX];
	const char *time = json_string_value(json_object_get(clock, "time"));
	int seconds = time != NULL ? calendar_time(time, why) : UNKNOWN;

	for (int day = 0; seconds >= 0 && calendar_day_keys[day] != NULL; day++)
		if (value_is_word(clock, "day", calendar_day_keys[day]))
			return day * DAY_MINUTES + seconds / 60;
	return UNKNOWN;
}

static void
read_week(const json_t *zone, const json_t *clock, struct shown *shown)
{
	const json_t *days = json_object_get(zone, "days");
	int minute = minute_of_week(clock);
	char why[WEEK_WHY_MAX];

	shown->asked = 0;
	for (int day = 0; day < CZ2_DAYS; day++) {
		const json_t *object = json_object_get(days, calendar_day_keys[day]);

		if (object != NULL)
			shown->asked |= 1U << day;
		week_read_day(object, &shown->days[day], why);
	}
	shown->ruling = minute >= 0 && json_is_string(json_object_get(zone, "period"))
				? cz2_schedule_period(shown->days, minute)
				: UNKNOWN;
}

/* ------------------------------------------------------------------------
 * A zone
 */

/* The days that are as this one. */
static unsigned
alike(const struct shown *shown, int day)
{
	unsigned days = 0;

	for (int other = 0; other < CZ2_DAYS; other++)
		if ((shown->asked >> other & 1) != 0 &&
		    memcmp(&shown->days[other], &shown->days[day], sizeof *shown->days) == 0)
			days |= 1U << other;
	return days;
}

static void
put_period(const struct shown *shown, int day, unsigned days, int period, struct table_cell *cell)
{
	char text[WEEK_SETTING_MAX];
	bool rules = shown->ruling >= 0 && shown->ruling % CZ2_PERIODS == period &&
		     (days >> (shown->ruling / CZ2_PERIODS) & 1) != 0;

	snprintf(cell->text, sizeof cell->text, "%s%s",
		 week_setting_text(&shown->days[day].periods[period], false, text),
		 rules ? " *" : "");
	cell->style = rules ? STYLE_GOOD : STYLE_PLAIN;
}

static void
add_days(struct table *table, const struct shown *shown, int day, unsigned days)
{
	struct table_cell *cells = table_add(table);
	char text[CALENDAR_DAYS_MAX];

	snprintf(cells[0].text, sizeof cells[0].text, "%s", calendar_days_text(days, text));
	if (week_is_unknown(&shown->days[day])) {
		strcpy(cells[1].text, "not read yet");
		cells[1].style = STYLE_WARN;
		return;
	}
	for (int period = 0; period < CZ2_PERIODS; period++)
		put_period(shown, day, days, period, &cells[1 + period]);
}

/* From Monday on. */
static void
print_week(const struct screen *screen, const struct shown *shown)
{
	static const struct table_column columns[COLUMNS] = {
		{"Days", TABLE_LEFT}, {"Wake", TABLE_LEFT},  {"Day", TABLE_LEFT},
		{"Eve", TABLE_LEFT},  {"Sleep", TABLE_LEFT},
	};
	struct table *table = table_new(columns, COLUMNS);
	unsigned done = 0;

	for (int place = 0; place < CZ2_DAYS; place++) {
		int day = (place + 1) % CZ2_DAYS;

		if ((shown->asked >> day & 1) == 0 || (done >> day & 1) != 0)
			continue;
		done |= alike(shown, day);
		add_days(table, shown, day, alike(shown, day));
	}
	table_print(table, screen);
	table_free(table);
}

/* "Zone 2  Bedrooms  read 3 min ago" */
static void
print_title(const struct screen *screen, const json_t *zone)
{
	static const struct table_column columns[] = {
		{NULL, TABLE_LEFT}, {NULL, TABLE_ELASTIC}, {NULL, TABLE_LEFT}};
	struct table *table = table_new(columns, VIEW_COUNT(columns));
	struct table_cell *cells = table_add(table);
	char number[VALUE_MAX], age[VALUE_MAX];

	value_number(zone, "zone_id", "", number);
	value_age(zone, "age_seconds", age);
	snprintf(cells[0].text, sizeof cells[0].text, "Zone %s", number);
	value_word(zone, "name", cells[1].text);
	if (strcmp(age, "-") != 0)
		snprintf(cells[2].text, sizeof cells[2].text, "read %s ago", age);
	cells[0].style = cells[1].style = STYLE_TITLE;
	table_print(table, screen);
	table_free(table);
}

/* ------------------------------------------------------------------------
 * All of them
 */

static void
print_progress(const struct screen *screen, const json_t *answer)
{
	const json_t *progress = json_object_get(answer, "progress");
	char known[VALUE_MAX], of[VALUE_MAX], text[2 * VALUE_MAX + NOTE_MAX];

	value_number(progress, "known", "", known);
	value_number(progress, "of", "", of);
	if (strcmp(known, of) == 0)
		return;
	snprintf(text, sizeof text, "%s of %s days are known; --refresh reads the rest.", known,
		 of);
	view_note(screen, text);
}

void
view_schedules(const struct screen *screen, const json_t *answer)
{
	const json_t *clock = json_object_get(answer, "clock");
	const json_t *zone;
	bool any = false;
	size_t index;

	json_array_foreach(json_object_get(answer, "schedules"), index, zone)
	{
		struct shown shown;

		read_week(zone, clock, &shown);
		any = any || shown.ruling >= 0;
		print_title(screen, zone);
		print_week(screen, &shown);
		putc('\n', screen->file);
	}
	if (any)
		fputs("Start, heat/cool. * rules now, unless the zone is held.\n", screen->file);
	else
		fputs("Start, heat/cool.\n", screen->file);
	print_progress(screen, answer);
}

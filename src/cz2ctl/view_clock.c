/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock beside that of the daemon's machine.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <stdio.h>
#include <string.h>

#include "cz2ctl/value.h"

static void
put_moment(const json_t *clock, const struct view_field *field, struct table_cell *cell)
{
	char day[VALUE_MAX], time[VALUE_MAX];

	(void)field;
	value_word(clock, "day", day);
	value_word(clock, "time", time);
	if (day[0] >= 'a' && day[0] <= 'z')
		day[0] = (char)(day[0] - 'a' + 'A');
	snprintf(cell->text, sizeof cell->text, "%s %s", day, time);
}

/* Whether the host knows the time is of interest, too. */
static void
put_host(const json_t *host, const struct view_field *field, struct table_cell *cell)
{
	size_t used;

	put_moment(host, field, cell);
	used = strlen(cell->text);
	if (value_is_false(host, field->member)) {
		snprintf(cell->text + used, sizeof cell->text - used, ", not synchronized");
		cell->style = STYLE_WARN;
	}
}

static void
put_offset(const json_t *clock, const struct view_field *field, struct table_cell *cell)
{
	const json_t *value = json_object_get(clock, field->member);
	double seconds = json_number_value(value);
	json_t *size = json_pack("{s:f}", "seconds", seconds < 0 ? -seconds : seconds);
	char age[VALUE_MAX];

	value_age(size, "seconds", age);
	json_decref(size);
	if (!json_is_number(value))
		strcpy(cell->text, "-");
	else if (seconds > -1 && seconds < 1)
		strcpy(cell->text, "right");
	else
		snprintf(cell->text, sizeof cell->text, "%s %s", age,
			 seconds < 0 ? "behind" : "ahead");
}

static void
put_read(const json_t *clock, const struct view_field *field, struct table_cell *cell)
{
	char age[VALUE_MAX];

	value_age(clock, field->member, age);
	snprintf(cell->text, sizeof cell->text, "%s ago", age);
}

static const struct view_field clock_fields[] = {
	{"Panel's clock", 0, put_moment, NULL, NULL, NULL},
	{"cz2d's clock", 0, put_host, "host", "synchronized", NULL},
	{"Panel is", 0, put_offset, NULL, "offset_seconds", NULL},
	{"clock.sync", 0, view_word, NULL, "sync", NULL},
	{"Read", 0, put_read, NULL, "age_seconds", NULL},
};

void
view_clock(const struct screen *screen, const json_t *answer)
{
	const json_t *clock = json_object_get(answer, "clock");

	if (json_is_object(clock))
		view_lines(screen, clock, clock_fields, VIEW_COUNT(clock_fields));
	else
		view_note(screen, "The panel's clock was not read yet.");
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The status: what to beware of, the system, the zones.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <string.h>

#include "cz2ctl/value.h"

/* A boolean member, and the word for it. */
struct flag {
	const char *member, *word;
};

/* The words of those that are true; "-" when nothing is known of any. */
static void
put_flags(const json_t *object, const struct flag *flags, int count, const char *none,
	  struct table_cell *cell)
{
	size_t used = 0;
	int known = 0;

	for (int i = 0; i < count; i++) {
		known += json_is_boolean(json_object_get(object, flags[i].member));
		if (value_is_true(object, flags[i].member))
			used += (size_t)snprintf(cell->text + used, sizeof cell->text - used,
						 "%s%s", used > 0 ? ", " : "", flags[i].word);
	}
	if (used == 0)
		strcpy(cell->text, known > 0 ? none : "-");
}

/* ------------------------------------------------------------------------
 * The system
 */

/* What is set and, where it differs, what is: "Auto, now Heat". */
static void
put_both(const json_t *status, const char *set_member, const char *now_member,
	 struct table_cell *cell)
{
	char set[VALUE_MAX], now[VALUE_MAX];

	value_word(status, set_member, set);
	value_word(status, now_member, now);
	if (strcmp(set, now) == 0)
		strcpy(cell->text, set);
	else
		snprintf(cell->text, sizeof cell->text, "%s, now %s", set, now);
}

static void
put_mode(const json_t *status, const struct view_field *field, struct table_cell *cell)
{
	put_both(status, field->member, "effective_mode", cell);
}

static void
put_fan(const json_t *status, const struct view_field *field, struct table_cell *cell)
{
	put_both(status, field->member, "fan_state", cell);
}

static void
put_active(const json_t *status, const struct view_field *field, struct table_cell *cell)
{
	view_word(status, field, cell);
	if (strstr(cell->text, " On") != NULL)
		cell->style = STYLE_GOOD;
}

static void
put_all_mode(const json_t *status, const struct view_field *field, struct table_cell *cell)
{
	char zone[VALUE_MAX];

	value_number(status, field->member, "", zone);
	if (strcmp(zone, "0") == 0)
		strcpy(cell->text, "Off");
	else if (strcmp(zone, "-") == 0)
		strcpy(cell->text, zone);
	else
		snprintf(cell->text, sizeof cell->text, "zone %s rules all", zone);
}

static void
put_outputs(const json_t *status, const struct view_field *field, struct table_cell *cell)
{
	static const struct flag outputs[] = {
		{"compressor_stage_1", "compressor 1"},
		{"compressor_stage_2", "compressor 2"},
		{"aux_heat_stage_1", "aux heat 1"},
		{"aux_heat_stage_2", "aux heat 2"},
		{"humidify", "humidifier"},
		{"dehumidify", "dehumidifier"},
		{"reversing_valve", "reversing valve"},
	};

	(void)field;
	put_flags(status, outputs, VIEW_COUNT(outputs), "nothing", cell);
}

/* "2 s ago (poll)"; the daemon may be told not to say. */
static void
put_updated(const json_t *meta, const struct view_field *field, struct table_cell *cell)
{
	char age[VALUE_MAX], source[VALUE_MAX];

	value_age(meta, field->member, age);
	value_word(meta, "source", source);
	if (json_is_object(meta))
		snprintf(cell->text, sizeof cell->text, "%s ago (%s)", age, source);
	else
		strcpy(cell->text, age);
}

static const struct view_field system_fields[] = {
	{"Panel time", 0, view_word, "status", "system_time"},
	{"Mode", 0, put_mode, "status", "system_mode"},
	{"Active", 0, put_active, "status", "active_state"},
	{"Fan", 0, put_fan, "status", "fan_mode"},
	{"ALL mode", 0, put_all_mode, "status", "all_mode"},
	{"Outside", 0, view_number, "status", "outside_temp", " F"},
	{"Air handler", 0, view_number, "status", "air_handler_temp", " F"},
	{"Humidity", 0, view_number, "status", "zone1_humidity", " %"},
	{"Running", 0, put_outputs, "status"},
	{"Updated", 0, put_updated, "meta", "age_seconds"},
};

/* ------------------------------------------------------------------------
 * What to beware of
 */

static bool
is_silent(const json_t *meta)
{
	return value_is_false(meta, "connected");
}

static bool
is_restored(const json_t *meta)
{
	return value_is_word(meta, "source", "restored");
}

static bool
is_stale(const json_t *meta)
{
	return value_is_true(meta, "is_stale");
}

static const struct {
	bool (*holds)(const json_t *meta);
	const char *text;
} notes[] = {
	{is_silent, "The panel does not answer."},
	{is_restored, "Restored from before a restart: nothing was read since."},
	{is_stale, "Stale: mode, flags or setpoints were not seen of late."},
};

static void
print_notes(const struct screen *screen, const json_t *meta)
{
	char error[VALUE_MAX], text[VALUE_MAX + 32];

	for (int i = 0; i < VIEW_COUNT(notes); i++)
		if (notes[i].holds(meta))
			view_note(screen, notes[i].text);
	if (!json_is_string(json_object_get(meta, "error")))
		return;
	value_word(meta, "error", error);
	snprintf(text, sizeof text, "The last refresh failed: %s", error);
	view_note(screen, text);
}

/* ------------------------------------------------------------------------
 * The zones
 */

static void
put_zone_flags(const json_t *zone, const struct view_field *field, struct table_cell *cell)
{
	static const struct flag flags[] = {
		{"hold", "hold"}, {"temporary", "temp"}, {"out", "out"}};

	(void)field;
	put_flags(zone, flags, VIEW_COUNT(flags), "", cell);
}

static const struct view_field zone_fields[] = {
	{"Zone", TABLE_RIGHT, view_number, NULL, "zone_id", ""},
	{"Name", TABLE_ELASTIC, view_word, NULL, "name"},
	{"Temp", TABLE_RIGHT, view_number, NULL, "temperature", ""},
	{"Heat", TABLE_RIGHT, view_number, NULL, "heat_setpoint", ""},
	{"Cool", TABLE_RIGHT, view_number, NULL, "cool_setpoint", ""},
	{"Flags", TABLE_LEFT, put_zone_flags},
	{"Damper", TABLE_RIGHT, view_number, NULL, "damper_position", "%"},
};

void
view_status(const struct screen *screen, const json_t *answer)
{
	const json_t *status = json_object_get(answer, "status");

	print_notes(screen, json_object_get(answer, "meta"));
	if (!json_is_object(status)) {
		view_note(screen, "Nothing is known yet.");
		return;
	}
	view_lines(screen, answer, system_fields, VIEW_COUNT(system_fields));
	putc('\n', screen->file);
	view_rows(screen, json_object_get(status, "zones"), zone_fields, VIEW_COUNT(zone_fields));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Devices: all of them, one by itself, how well it is, and how the installer has set it.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <stdlib.h>
#include <string.h>

#include "cz2ctl/text.h"
#include "cz2ctl/value.h"

static void
put_status(const json_t *device, const struct view_field *field, struct table_cell *cell)
{
	static const struct {
		const char *word;
		enum style style;
	} styles[] = {{"online", STYLE_GOOD}, {"offline", STYLE_BAD}, {"error", STYLE_BAD},
		      {"decommissioned", STYLE_WARN}};

	view_word(device, field, cell);
	for (int i = 0; i < VIEW_COUNT(styles); i++)
		if (strcmp(cell->text, styles[i].word) == 0)
			cell->style = styles[i].style;
}

static void
put_object(const json_t *device, const struct view_field *field, struct table_cell *cell)
{
	const json_t *object = json_object_get(device, field->member);
	char *text;

	if (json_object_size(object) == 0) {
		strcpy(cell->text, "-");
		return;
	}
	text = value_json(object);
	text_escape(text, cell->text, sizeof cell->text);
	free(text);
}

static const struct view_field columns[] = {
	{"Device", TABLE_LEFT, view_word, NULL, "device_id", NULL},
	{"Name", TABLE_ELASTIC, view_word, NULL, "name", NULL},
	{"Type", TABLE_LEFT, view_word, NULL, "type", NULL},
	{"Status", TABLE_LEFT, put_status, NULL, "status", NULL},
	{"Last seen", TABLE_LEFT, view_time, NULL, "last_seen", NULL},
};

static const struct view_field lines[] = {
	{"Device", 0, view_word, NULL, "device_id", NULL},
	{"Name", 0, view_word, NULL, "name", NULL},
	{"Type", 0, view_word, NULL, "type", NULL},
	{"Zone", 0, view_number, NULL, "zone_id", ""},
	{"Status", 0, put_status, NULL, "status", NULL},
	{"Last seen", 0, view_time, NULL, "last_seen", NULL},
	{"Known since", 0, view_time, NULL, "created_at", NULL},
	{"Changed", 0, view_time, NULL, "updated_at", NULL},
	{"Metadata", 0, put_object, NULL, "metadata", NULL},
};

void
view_devices(const struct screen *screen, const json_t *answer)
{
	view_rows(screen, json_object_get(answer, "devices"), columns, VIEW_COUNT(columns));
}

void
view_device(const struct screen *screen, const json_t *answer)
{
	view_lines(screen, answer, lines, VIEW_COUNT(lines));
}

/* ------------------------------------------------------------------------
 * Health
 */

/* "50 % within 38 ms, 90 % 41 ms, 99 % 60 ms" */
static void
put_turnaround(const json_t *link, const struct view_field *field, struct table_cell *cell)
{
	const json_t *turnaround = json_object_get(link, field->member);
	char half[VALUE_MAX], most[VALUE_MAX], all[VALUE_MAX];

	value_number(turnaround, "p50", " ms", half);
	value_number(turnaround, "p90", " ms", most);
	value_number(turnaround, "p99", " ms", all);
	snprintf(cell->text, sizeof cell->text, "50 %% within %.32s, 90 %% %.32s, 99 %% %.32s",
		 half, most, all);
}

static void
put_foreign(const json_t *link, const struct view_field *field, struct table_cell *cell)
{
	const json_t *foreign = json_object_get(link, field->member);
	double percent = json_number_value(json_object_get(foreign, "line_percent"));
	char frames[VALUE_MAX];

	value_number(foreign, "frames", " frames", frames);
	snprintf(cell->text, sizeof cell->text, "%s, %.1f %% of the line", frames, percent);
}

static void
put_sensor(const json_t *sensor, const struct view_field *field, struct table_cell *cell)
{
	char degrees[VALUE_MAX];

	value_number(sensor, "temperature", " F", degrees);
	if (value_is_true(sensor, field->member))
		strcpy(cell->text, degrees);
	else
		strcpy(cell->text, value_is_false(sensor, field->member) ? "missing" : "-");
}

#define WHOSE                                                                                      \
	{"Device", 0, view_word, NULL, "device_id", NULL},                                         \
		{"Status", 0, put_status, NULL, "status", NULL},                                   \
		{"Last seen", 0, view_time, NULL, "last_seen", NULL}

static const struct view_field zone_lines[] = {
	WHOSE,
	{"Sensor", 0, put_sensor, "sensor", "ok", NULL},
};

static const struct view_field panel_lines[] = {
	WHOSE,
	{"Link", 0, view_word, "link", "kind", NULL},
	{"Link since", 0, view_time, "link", "since", NULL},
	{"Frames sent", 0, view_number, "link", "frames_sent", ""},
	{"Frames received", 0, view_number, "link", "frames_received", ""},
	{"Retries", 0, view_number, "link", "retries", ""},
	{"Time-outs", 0, view_number, "link", "timeouts", ""},
	{"CRC errors", 0, view_number, "link", "crc_errors", ""},
	{"Stray replies", 0, view_number, "link", "stray_replies", ""},
	{"Our address taken", 0, view_number, "link", "address_conflicts", ""},
	{"Answers", 0, put_turnaround, "link", "turnaround_ms", NULL},
	{"Others", 0, put_foreign, "link", "foreign", NULL},
};

static void
put_age(const json_t *row, const struct view_field *field, struct table_cell *cell)
{
	value_age(row, field->member, cell->text);
}

static const struct view_field row_columns[] = {
	{"Row", TABLE_LEFT, view_word, NULL, "row", NULL},
	{"Learnt", TABLE_LEFT, view_word, NULL, "source", NULL},
	{"Age", TABLE_RIGHT, put_age, NULL, "age_seconds", NULL},
};

void
view_device_health(const struct screen *screen, const json_t *answer)
{
	if (json_is_object(json_object_get(answer, "link")))
		view_lines(screen, answer, panel_lines, VIEW_COUNT(panel_lines));
	else
		view_lines(screen, answer, zone_lines, VIEW_COUNT(zone_lines));
	view_notes(screen, json_object_get(answer, "problems"));
	putc('\n', screen->file);
	view_rows(screen, json_object_get(answer, "rows"), row_columns, VIEW_COUNT(row_columns));
}

/* ------------------------------------------------------------------------
 * Settings
 */

static void
put_value(const json_t *setting, const struct view_field *field, struct table_cell *cell)
{
	const char *unit = json_string_value(json_object_get(setting, "unit"));
	char escaped[VALUE_MAX] = "";

	if (value_is_true(setting, field->member))
		strcpy(cell->text, "on");
	else if (value_is_false(setting, field->member))
		strcpy(cell->text, "off");
	else
		value_number(setting, field->member, "", cell->text);
	if (unit == NULL || unit[0] == '\0' || strcmp(cell->text, "-") == 0)
		return;
	text_escape(unit, escaped, sizeof escaped);
	snprintf(cell->text + strlen(cell->text), sizeof cell->text - strlen(cell->text), " %s",
		 escaped);
}

static const struct view_field setting_columns[] = {
	{"Setting", TABLE_ELASTIC, view_word, NULL, "name", NULL},
	{"Value", TABLE_RIGHT, put_value, NULL, "value", NULL},
	{"Row", TABLE_LEFT, view_word, NULL, "row", NULL},
};

void
view_device_config(const struct screen *screen, const json_t *answer)
{
	const json_t *settings = json_object_get(answer, "settings");

	if (json_array_size(settings) == 0)
		view_note(screen, "The installer's settings are the panel's.");
	else
		view_rows(screen, settings, setting_columns, VIEW_COUNT(setting_columns));
}

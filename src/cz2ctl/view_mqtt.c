/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The connection to the broker, what was said there, and what it retains of us.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <string.h>

#include "cz2ctl/value.h"

static void
put_connection(const json_t *mqtt, const struct view_field *field, struct table_cell *cell)
{
	if (value_is_false(mqtt, "enabled")) {
		strcpy(cell->text, "off");
		return;
	}
	cell->style = value_is_true(mqtt, field->member) ? STYLE_GOOD : STYLE_BAD;
	strcpy(cell->text, value_is_true(mqtt, field->member) ? "connected" : "not connected");
}

static const struct view_field lines[] = {
	{"MQTT", 0, put_connection, NULL, "connected", NULL},
	{"Broker", 0, view_word, NULL, "broker", NULL},
	{"Version", 0, view_word, NULL, "version", NULL},
	{"Home Assistant", 0, view_word, NULL, "discovery", NULL},
	{"Published", 0, view_number, "counts", "published", ""},
	{"Acknowledged", 0, view_number, "counts", "acknowledged", ""},
	{"Received", 0, view_number, "counts", "received", ""},
	{"Dropped", 0, view_number, "counts", "dropped", ""},
	{"Announced", 0, view_number, "counts", "announced", ""},
	{"Taken back", 0, view_number, "counts", "taken_back", ""},
	{"Births", 0, view_number, "counts", "births", ""},
};

static const struct view_field columns[] = {
	{"Retained topic", TABLE_ELASTIC, view_word, NULL, "topic", NULL},
	{"Bytes", TABLE_RIGHT, view_number, NULL, "bytes", ""},
};

void
view_mqtt(const struct screen *screen, const json_t *answer)
{
	view_lines(screen, answer, lines, VIEW_COUNT(lines));
	putc('\n', screen->file);
	view_rows(screen, json_object_get(answer, "topics"), columns, VIEW_COUNT(columns));
}

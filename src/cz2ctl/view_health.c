/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The daemon itself: its parts, and what is wrong with them.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <string.h>

#include "cz2ctl/value.h"

static void
put_verdict(const json_t *health, const struct view_field *field, struct table_cell *cell)
{
	static const struct {
		const char *word;
		enum style style;
	} verdicts[] = {
		{"healthy", STYLE_GOOD}, {"degraded", STYLE_WARN}, {"unhealthy", STYLE_BAD}};

	view_word(health, field, cell);
	for (int i = 0; i < VIEW_COUNT(verdicts); i++)
		if (strcmp(cell->text, verdicts[i].word) == 0)
			cell->style = verdicts[i].style;
}

/* One of two texts; "-" when it is unknown which. */
static const char *
either(const json_t *object, const char *member, const char *yes, const char *no)
{
	if (value_is_true(object, member))
		return yes;
	return value_is_false(object, member) ? no : "-";
}

static void
put_link(const json_t *link, const struct view_field *field, struct table_cell *cell)
{
	char kind[VALUE_MAX], age[VALUE_MAX];

	value_word(link, field->member, kind);
	value_age(link, "last_frame_age", age);
	snprintf(cell->text, sizeof cell->text, "%s, %s, last frame %s ago", kind,
		 either(link, "connected", "the panel answers", "no answer"), age);
}

static void
put_state(const json_t *cache, const struct view_field *field, struct table_cell *cell)
{
	char age[VALUE_MAX];

	value_age(cache, "age_seconds", age);
	snprintf(cell->text, sizeof cell->text, "%s, %s old",
		 either(cache, field->member, "stale", "fresh"), age);
}

static void
put_mqtt(const json_t *mqtt, const struct view_field *field, struct table_cell *cell)
{
	if (value_is_false(mqtt, "enabled"))
		strcpy(cell->text, "off");
	else
		strcpy(cell->text, either(mqtt, field->member, "connected", "not connected"));
}

static void
put_storage(const json_t *storage, const struct view_field *field, struct table_cell *cell)
{
	strcpy(cell->text, either(storage, field->member, "ok", "failed"));
}

static const struct view_field fields[] = {
	{"Health", 0, put_verdict, NULL, "status"},
	{"Version", 0, view_word, NULL, "version"},
	{"Link", 0, put_link, "link", "kind"},
	{"State", 0, put_state, "cache", "is_stale"},
	{"MQTT", 0, put_mqtt, "mqtt", "connected"},
	{"Storage", 0, put_storage, "storage", "ok"},
	{"Waiting", 0, view_number, NULL, "queue", ""},
};

void
view_health(const struct screen *screen, const json_t *answer)
{
	view_lines(screen, answer, fields, VIEW_COUNT(fields));
	view_notes(screen, json_object_get(answer, "problems"));
}

void
view_version(const struct screen *screen, const json_t *answer)
{
	char name[VALUE_MAX], version[VALUE_MAX], api[VALUE_MAX];

	value_word(answer, "name", name);
	value_word(answer, "version", version);
	value_word(answer, "api", api);
	fprintf(screen->file, "%s %s (API %s)\n", name, version, api);
}

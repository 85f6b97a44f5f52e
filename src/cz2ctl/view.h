/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Answers as people read them. Members of the wrong type are shown as unknown ones.
 */
#ifndef CZ2CTL_VIEW_H
#define CZ2CTL_VIEW_H

#include <jansson.h>

#include "cz2ctl/screen.h"
#include "cz2ctl/table.h"

/* A value of an answer, and how it is shown: a line of a list, or a cell of a row. */
struct view_field {
	const char *title;
	enum table_kind kind; /* of its column */
	void (*put)(const json_t *object, const struct view_field *field, struct table_cell *cell);
	const char *group;  /* the member that put gets; NULL: the object itself */
	const char *member; /* what else put wants to know */
	const char *unit;
};

#define VIEW_COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* The puts of what is a member and nothing else. */
void
view_word(const json_t *object, const struct view_field *field, struct table_cell *cell);

void
view_number(const json_t *object, const struct view_field *field, struct table_cell *cell);

/* Of a time, to the second, as a clock on the wall here shows it. */
void
view_time(const json_t *object, const struct view_field *field, struct table_cell *cell);

/* A line for each field, its title in front. */
void
view_lines(const struct screen *screen, const json_t *object, const struct view_field *fields,
	   int count);

/* A row for each member of a list, below the titles. */
void
view_rows(const struct screen *screen, const json_t *list, const struct view_field *fields,
	  int count);

/* A line to beware of. */
void
view_note(const struct screen *screen, const char *text);

/* The same for each sentence of a list. */
void
view_notes(const struct screen *screen, const json_t *sentences);

/* The answers of GET /api/v1/devices, and of one of them, its health and its config. */
void
view_devices(const struct screen *screen, const json_t *answer);

void
view_device(const struct screen *screen, const json_t *answer);

void
view_device_health(const struct screen *screen, const json_t *answer);

void
view_device_config(const struct screen *screen, const json_t *answer);

/* The answers of GET /status, GET /health, GET /api/v1/system/version. */
void
view_status(const struct screen *screen, const json_t *answer);

/* The answer of GET /api/v1/commands, and a record of it. */
void
view_commands(const struct screen *screen, const json_t *answer);

void
view_command(const struct screen *screen, const json_t *record);

/* The same on one line, for who follows. */
void
view_command_line(const struct screen *screen, const json_t *record);

void
view_health(const struct screen *screen, const json_t *answer);

void
view_version(const struct screen *screen, const json_t *answer);

/* The answer of GET /api/v1/mqtt. */
void
view_mqtt(const struct screen *screen, const json_t *answer);

/* The answer of GET /schedules; with that of GET /clock in it as "clock" it is told what rules. */
void
view_schedules(const struct screen *screen, const json_t *answer);

/* What difference.h has found. */
void
view_differences(const struct screen *screen, const json_t *list);

/* The answer of GET /clock. */
void
view_clock(const struct screen *screen, const json_t *answer);

/* {"tokens": [...]}, which token list makes. */
void
view_tokens(const struct screen *screen, const json_t *document);

#endif

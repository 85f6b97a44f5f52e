/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Fields into tables.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <string.h>
#include <time.h>

#include "cz2ctl/text.h"
#include "cz2ctl/value.h"

enum { NOTES_MAX = 32 };

_Static_assert(2 * VALUE_MAX + 16 <= TABLE_CELL_MAX, "two values fit into a cell");

void
view_word(const json_t *object, const struct view_field *field, struct table_cell *cell)
{
	value_word(object, field->member, cell->text);
}

void
view_number(const json_t *object, const struct view_field *field, struct table_cell *cell)
{
	value_number(object, field->member, field->unit, cell->text);
}

static void
put(const json_t *object, const struct view_field *field, struct table_cell *cell)
{
	field->put(field->group != NULL ? json_object_get(object, field->group) : object, field,
		   cell);
}

void
view_lines(const struct screen *screen, const json_t *object, const struct view_field *fields,
	   int count)
{
	static const struct table_column columns[] = {{NULL, TABLE_LEFT}, {NULL, TABLE_ELASTIC}};
	struct table *table = table_new(columns, 2);

	for (int i = 0; i < count; i++) {
		struct table_cell *cells = table_add(table);

		snprintf(cells[0].text, sizeof cells[0].text, "%s", fields[i].title);
		put(object, &fields[i], &cells[1]);
	}
	table_print(table, screen);
	table_free(table);
}

void
view_rows(const struct screen *screen, const json_t *list, const struct view_field *fields,
	  int count)
{
	struct table_column columns[TABLE_COLUMNS_MAX];
	struct table *table;
	const json_t *object;
	size_t index;

	for (int i = 0; i < count; i++)
		columns[i] = (struct table_column){fields[i].title, fields[i].kind};
	table = table_new(columns, count);
	json_array_foreach(list, index, object)
	{
		struct table_cell *cells = table_add(table);

		for (int i = 0; cells != NULL && i < count; i++)
			put(object, &fields[i], &cells[i]);
	}
	table_print(table, screen);
	table_free(table);
}

/* In the time of whoever reads it; the daemon's is UTC. */
void
view_time(const json_t *object, const struct view_field *field, struct table_cell *cell)
{
	const char *text = json_string_value(json_object_get(object, field->member));
	struct tm utc = {0}, local;
	time_t moment;

	if (text == NULL || strptime(text, "%Y-%m-%dT%H:%M:%S", &utc) == NULL) {
		strcpy(cell->text, "-");
		return;
	}
	moment = timegm(&utc);
	strftime(cell->text, sizeof cell->text, "%Y-%m-%d %H:%M:%S", localtime_r(&moment, &local));
}

void
view_notes(const struct screen *screen, const json_t *sentences)
{
	for (size_t i = 0; i < json_array_size(sentences) && i < NOTES_MAX; i++)
		if (json_is_string(json_array_get(sentences, i)))
			view_note(screen, json_string_value(json_array_get(sentences, i)));
}

void
view_note(const struct screen *screen, const char *text)
{
	screen_begin(screen, STYLE_WARN);
	text_put(text, screen->file);
	screen_end(screen, STYLE_WARN);
	putc('\n', screen->file);
}

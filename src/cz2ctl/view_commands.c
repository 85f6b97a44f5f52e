/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Records of the ledger: as a table, one by itself, and one a line. What a command asked
 * for and what changed without one are told in the same words.
 */
#include "build.h"

#include "cz2ctl/view.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/text.h"
#include "cz2ctl/value.h"

enum { ID_SHOWN = 8, MEMBERS_MAX = 32 };

static void __attribute__((format(printf, 2, 3)))
append(char out[TABLE_CELL_MAX], const char *format, ...)
{
	size_t used = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out + used, TABLE_CELL_MAX - used, format, arguments);
	va_end(arguments);
}

/* ------------------------------------------------------------------------
 * Values
 */

static void
append_value(char out[TABLE_CELL_MAX], const json_t *value)
{
	char word[VALUE_MAX];

	if (json_is_boolean(value))
		append(out, "%s", json_is_true(value) ? "on" : "off");
	else if (json_is_number(value))
		append(out, "%g", json_number_value(value));
	else if (json_is_string(value))
		append(out, "%s", text_escape(json_string_value(value), word, sizeof word));
	else
		append(out, "-");
}

/* Zones of a batch: "1,3". */
static void
append_list(char out[TABLE_CELL_MAX], const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list) && i < MEMBERS_MAX; i++) {
		append(out, "%s", i > 0 ? "," : "");
		append_value(out, json_array_get(list, i));
	}
}

/* The names of all members that have this value: "mon,tue". */
static void
append_names(char out[TABLE_CELL_MAX], json_t *object, const json_t *wanted)
{
	const char *name, *comma = "";
	json_t *value;

	json_object_foreach(object, name, value)
	{
		char word[VALUE_MAX];

		if (!json_equal(value, wanted))
			continue;
		append(out, "%s%s", comma, text_escape(name, word, sizeof word));
		comma = ",";
	}
}

/* No member before that of this name has its value. */
static bool
is_first(json_t *object, const char *wanted)
{
	const json_t *same = json_object_get(object, wanted);
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (json_equal(value, same))
			return strcmp(name, wanted) == 0;
	}
	return false;
}

/* A copy without what null does not name. */
static json_t *
named_of(json_t *object)
{
	json_t *named = mem_or_end(json_object()), *value, *inner;
	const char *name;

	json_object_foreach(object, name, value)
	{
		if (json_is_null(value))
			continue;
		inner = json_is_object(value) ? named_of(value) : json_incref(value);
		if (!json_is_object(inner) || json_object_size(inner) > 0)
			json_object_set(named, name, inner);
		json_decref(inner);
	}
	return named;
}

/* Days of a schedule, those alike together: "mon,tue eve start 18:30 heat 69". */
static void
append_object(char out[TABLE_CELL_MAX], json_t *object)
{
	const char *name, *blank = "";
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (!is_first(object, name))
			continue;
		append(out, "%s", blank);
		append_names(out, object, value);
		append(out, " ");
		if (json_is_object(value))
			append_object(out, value);
		else
			append_value(out, value);
		blank = " ";
	}
}

static void
append_named(char out[TABLE_CELL_MAX], json_t *object)
{
	json_t *named = named_of(object);

	append_object(out, named);
	json_decref(named);
}

static void
append_params(char out[TABLE_CELL_MAX], json_t *params)
{
	const char *name, *comma = "";
	json_t *value;

	json_object_foreach(params, name, value)
	{
		char word[VALUE_MAX];

		append(out, "%s%s ", comma, text_escape(name, word, sizeof word));
		if (json_is_array(value))
			append_list(out, value);
		else if (json_is_object(value))
			append_named(out, value);
		else
			append_value(out, value);
		comma = ", ";
	}
}

static void
append_changes(char out[TABLE_CELL_MAX], const json_t *changes)
{
	for (size_t i = 0; i < json_array_size(changes) && i < MEMBERS_MAX; i++) {
		const json_t *change = json_array_get(changes, i);
		char field[VALUE_MAX];

		value_word(change, "field", field);
		append(out, "%s%s ", i > 0 ? ", " : "", field);
		append_value(out, json_object_get(change, "old"));
		append(out, " -> ");
		append_value(out, json_object_get(change, "new"));
	}
}

/* What was asked for, or what changed. */
static void
put_what(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	json_t *params = json_object_get(record, "params");
	const json_t *changes = json_object_get(params, "changes");

	(void)field;
	/* The parameters of others, where they have any, say what they are about. */
	if (value_is_word(record, "command", "clock.set"))
		append(cell->text, "clock ");
	if (changes != NULL)
		append_changes(cell->text, changes);
	else
		append_params(cell->text, params);
	if (cell->text[0] == '\0')
		strcpy(cell->text, "-");
}

/* Why it failed, or what changed it. */
static void
put_why(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	const json_t *params = json_object_get(record, "params");
	const json_t *result = json_object_get(record, "result");
	const char *message = json_string_value(json_object_get(result, "error_message"));
	char cause[VALUE_MAX];

	(void)field;
	if (json_object_get(params, "cause") != NULL) {
		value_word(params, "cause", cause);
		append(cell->text, "cause %s", cause);
	} else {
		text_escape(message != NULL ? message : "-", cell->text, sizeof cell->text);
	}
}

static void
put_status(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	static const struct {
		const char *word;
		enum style style;
	} styles[] = {{"delivered", STYLE_GOOD}, {"sent", STYLE_WARN}, {"failed", STYLE_BAD},
		      {"expired", STYLE_BAD}};

	view_word(record, field, cell);
	for (int i = 0; i < VIEW_COUNT(styles); i++)
		if (strcmp(cell->text, styles[i].word) == 0)
			cell->style = styles[i].style;
}

/* Its end: an ID begins with the time, alike in all that were made within a minute. */
static void
put_short_id(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	char id[VALUE_MAX];
	size_t skipped;

	value_word(record, field->member, id);
	skipped = strlen(id) > ID_SHOWN ? strlen(id) - ID_SHOWN : 0;
	snprintf(cell->text, sizeof cell->text, "%s", id + skipped);
}

/* Without the year and the seconds: a table has 80 columns. */
static void
put_short_time(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	enum { YEAR = 5, MINUTES_END = 16 };

	view_time(record, field, cell);
	if (strlen(cell->text) <= MINUTES_END)
		return;
	memmove(cell->text, cell->text + YEAR, MINUTES_END - YEAR);
	cell->text[MINUTES_END - YEAR] = '\0';
}

/* What was asked for, by its name if there is no more to it, and why it came to nothing. */
static void
put_all(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	struct table_cell why = {.text = ""};

	put_what(record, field, cell);
	if (strcmp(cell->text, "-") == 0)
		value_word(record, "command", cell->text);
	put_why(record, field, &why);
	if (strcmp(why.text, "-") != 0)
		append(cell->text, ": %s", why.text);
}

/* "local:ann (ctl)" */
static void
put_who(const json_t *record, const struct view_field *field, struct table_cell *cell)
{
	char user[VALUE_MAX], source[VALUE_MAX];

	value_word(record, field->member, user);
	value_word(record, "source", source);
	snprintf(cell->text, sizeof cell->text, strcmp(user, source) != 0 ? "%s (%s)" : "%s", user,
		 source);
}

/* ------------------------------------------------------------------------
 * Views
 */

static const struct view_field columns[] = {
	{"Time", TABLE_LEFT, put_short_time, NULL, "requested_at", NULL},
	{"ID", TABLE_LEFT, put_short_id, NULL, "command_id", NULL},
	{"Device", TABLE_LEFT, view_word, NULL, "device_id", NULL},
	{"Who", TABLE_LEFT, view_word, NULL, "request_user_id", NULL},
	{"Status", TABLE_LEFT, put_status, NULL, "status", NULL},
	{"What", TABLE_ELASTIC, put_all, NULL, NULL, NULL},
};

static const struct view_field lines[] = {
	{"ID", 0, view_word, NULL, "command_id", NULL},
	{"Device", 0, view_word, NULL, "device_id", NULL},
	{"Command", 0, view_word, NULL, "command", NULL},
	{"What", 0, put_what, NULL, NULL, NULL},
	{"Who", 0, put_who, NULL, "request_user_id", NULL},
	{"Status", 0, put_status, NULL, "status", NULL},
	{"Why", 0, put_why, NULL, NULL, NULL},
	{"Asked", 0, view_time, NULL, "requested_at", NULL},
	{"Sent", 0, view_time, NULL, "sent_at", NULL},
	{"Delivered", 0, view_time, NULL, "delivered_at", NULL},
	{"Expires", 0, view_time, NULL, "expires_at", NULL},
};

static void
add_row_line(struct table *table, const json_t *row, const char *member)
{
	struct table_cell *cells = table_add(table);

	if (cells == NULL)
		return;
	value_word(row, "row", cells[0].text);
	value_word(row, member, cells[1].text);
	strcpy(cells[2].text, member);
}

/* Two lines for each row: side by side they do not fit a terminal. */
static void
print_rows(const struct screen *screen, const json_t *rows)
{
	static const struct table_column titles[] = {
		{"Row", TABLE_LEFT}, {"Bytes", TABLE_ELASTIC}, {NULL, TABLE_LEFT}};
	static const char *const members[] = {"before", "after"};
	struct table *table = table_new(titles, VIEW_COUNT(titles));
	const json_t *row;
	size_t index;

	json_array_foreach(rows, index, row)
	{
		for (int i = 0; i < VIEW_COUNT(members); i++)
			add_row_line(table, row, members[i]);
	}
	table_print(table, screen);
	table_free(table);
}

/* What is known to be on the panel of what was not delivered as a whole. */
static void
print_applied(const struct screen *screen, const json_t *applied)
{
	char *text;

	if (json_object_size(applied) == 0)
		return;
	text = value_json(applied);
	fputs("\nthe panel shows this of it: ", screen->file);
	text_put(text, screen->file);
	putc('\n', screen->file);
	free(text);
}

void
view_commands(const struct screen *screen, const json_t *answer)
{
	const json_t *list = json_object_get(answer, "commands");

	if (json_array_size(list) == 0)
		view_note(screen, "There are no such commands.");
	else
		view_rows(screen, list, columns, VIEW_COUNT(columns));
}

void
view_command(const struct screen *screen, const json_t *record)
{
	const json_t *result = json_object_get(record, "result");
	const json_t *warnings = json_object_get(result, "warnings");
	const json_t *rows = json_object_get(result, "rows");

	view_lines(screen, record, lines, VIEW_COUNT(lines));
	if (!value_is_word(record, "status", "delivered"))
		print_applied(screen, json_object_get(result, "applied"));
	if (json_array_size(rows) > 0) {
		putc('\n', screen->file);
		print_rows(screen, rows);
	}
	view_notes(screen, warnings);
}

void
view_command_line(const struct screen *screen, const json_t *record)
{
	for (int i = 0; i < VIEW_COUNT(columns); i++) {
		struct table_cell cell = {.text = ""};

		columns[i].put(record, &columns[i], &cell);
		if (strcmp(cell.text, "-") == 0)
			continue;
		fputs(i > 0 ? "  " : "", screen->file);
		screen_begin(screen, cell.style);
		fputs(cell.text, screen->file);
		screen_end(screen, cell.style);
	}
	putc('\n', screen->file);
}

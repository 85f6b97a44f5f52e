/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Widths first, then the lines.
 */
#include "build.h"

#include "cz2ctl/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/text.h"

enum { GAP = 2, ELASTIC_MIN = 4 };

struct table *
table_new(const struct table_column *columns, int count)
{
	struct table *table = mem_new(1, sizeof *table);

	memcpy(table->columns, columns, (size_t)count * sizeof *columns);
	table->column_count = count;
	return table;
}

void
table_free(struct table *table)
{
	free(table);
}

struct table_cell *
table_add(struct table *table)
{
	return table->row_count < TABLE_ROWS_MAX ? table->cells[table->row_count++] : NULL;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
natural_width(const struct table *table, int column)
{
	const char *title = table->columns[column].title;
	size_t width = title != NULL ? text_width(title) : 0;

	for (int row = 0; row < table->row_count; row++)
		width = larger(width, text_width(table->cells[row][column].text));
	return width;
}

/* The elastic column takes what the others leave it, when there is too little for all. */
static void
measure(const struct table *table, size_t columns, size_t widths[TABLE_COLUMNS_MAX])
{
	size_t others = 0;
	int elastic = -1;

	for (int i = 0; i < table->column_count; i++) {
		widths[i] = natural_width(table, i);
		if (table->columns[i].kind == TABLE_ELASTIC)
			elastic = i;
		else
			others += widths[i] + GAP;
	}
	if (columns == 0 || elastic < 0 || others + widths[elastic] <= columns)
		return;
	widths[elastic] = columns > others ? larger(columns - others, ELASTIC_MIN) : ELASTIC_MIN;
}

static void
put_blanks(size_t count, FILE *file)
{
	fprintf(file, "%*s", (int)count, "");
}

/* Blanks are owed until something stands behind them: lines do not end in any. */
static void
print_line(const struct table *table, const struct table_cell *cells, const size_t *widths,
	   const struct screen *screen)
{
	size_t owed = 0;

	for (int i = 0; i < table->column_count; i++, owed += GAP) {
		bool right = table->columns[i].kind == TABLE_RIGHT;
		size_t used = 0;

		if (right)
			owed += widths[i] - text_width(cells[i].text);
		if (cells[i].text[0] != '\0') {
			put_blanks(owed, screen->file);
			screen_begin(screen, cells[i].style);
			used = text_put_cut(cells[i].text, widths[i], screen->file);
			screen_end(screen, cells[i].style);
			owed = 0;
		}
		if (!right)
			owed += widths[i] - used;
	}
	putc('\n', screen->file);
}

static void
print_titles(const struct table *table, const size_t *widths, const struct screen *screen)
{
	struct table_cell titles[TABLE_COLUMNS_MAX] = {0};
	bool any = false;

	for (int i = 0; i < table->column_count; i++) {
		if (table->columns[i].title == NULL)
			continue;
		any = true;
		titles[i].style = STYLE_TITLE;
		snprintf(titles[i].text, sizeof titles[i].text, "%s", table->columns[i].title);
	}
	if (any)
		print_line(table, titles, widths, screen);
}

void
table_print(const struct table *table, const struct screen *screen)
{
	size_t widths[TABLE_COLUMNS_MAX];

	measure(table, screen->columns, widths);
	print_titles(table, widths, screen);
	for (int row = 0; row < table->row_count; row++)
		print_line(table, table->cells[row], widths, screen);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows and columns of text. Each column is as wide as its widest cell, except one that
 * gives way when the screen is too narrow.
 */
#ifndef CZ2CTL_TABLE_H
#define CZ2CTL_TABLE_H

#include "cz2ctl/screen.h"

enum {
	TABLE_COLUMNS_MAX = 8,
	TABLE_ROWS_MAX = 256, /* more are dropped */
	TABLE_CELL_MAX = 320,
};

enum table_kind { TABLE_LEFT, TABLE_RIGHT, TABLE_ELASTIC };

struct table_column {
	const char *title; /* no column has one: no line of titles */
	enum table_kind kind;
};

struct table_cell {
	char text[TABLE_CELL_MAX];
	enum style style;
};

/* The cells are filled in by whoever adds them. */
struct table {
	struct table_column columns[TABLE_COLUMNS_MAX];
	int column_count;
	int row_count;
	struct table_cell cells[TABLE_ROWS_MAX][TABLE_COLUMNS_MAX];
};

struct table *
table_new(const struct table_column *columns, int count);

void
table_free(struct table *table);

/* The cells of a new row, empty; NULL when the table is full. */
struct table_cell *
table_add(struct table *table);

void
table_print(const struct table *table, const struct screen *screen);

#endif

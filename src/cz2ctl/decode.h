/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A row of the panel as people read it: what is known of its bytes by the library's
 * tables, with words and units, and the bytes that nobody knows as such. Rows that are
 * not known at all are nothing but bytes.
 */
#ifndef CZ2CTL_DECODE_H
#define CZ2CTL_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2ctl/screen.h"

enum {
	DECODE_ITEMS_MAX = 48,
	DECODE_LABEL_MAX = 64,
	DECODE_VALUE_MAX = 96,
	DECODE_NAME_MAX = 24,
	DECODE_LINE_MAX = 512,
};

struct decode_item {
	char label[DECODE_LABEL_MAX]; /* "cool setpoint" */
	char value[DECODE_VALUE_MAX]; /* "76 76 78 76 76 76 76 76 F"; "-": not fitted, no sense */
	bool usual;                   /* a flag that is off: one line leaves it out */
	bool unknown;                 /* bytes that nobody knows, in hexadecimal */
};

/* All of it is plain ASCII, ready for a terminal. */
struct decode {
	char name[DECODE_NAME_MAX];  /* "1.16"; "2.3@4": of a Smart Sensor; "5.7@20": not known */
	char title[DECODE_LABEL_MAX]; /* "setpoints", "schedule, zone 2 Mon", "unknown row" */
	struct decode_item items[DECODE_ITEMS_MAX];
	int count;
};

/*
 * payload is what a reply to a read holds: 0, table, row, and the content. device is the
 * bus address that has the row. A payload too short for that, or longer than rows are,
 * decodes to unknown bytes.
 */
void
decode_row(unsigned device, const uint8_t *payload, size_t length, struct decode *decode);

/* The name alone, of a row that need not have been read. Returns out. */
const char *
decode_name(unsigned device, unsigned table, unsigned row, char out[DECODE_NAME_MAX]);

/* "system mode Heat, hold zones 1 4, unknown 3: 0a": without name and title. Returns out. */
const char *
decode_line(const struct decode *decode, char out[DECODE_LINE_MAX]);

/* A line with name and title, then one for each item; no line is wider than 80 columns. */
void
decode_print(const struct decode *decode, const struct screen *screen);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows of the panel as people and answers write them, and the bytes that are meant.
 */
#ifndef CZ2CTL_ROW_TEXT_H
#define CZ2CTL_ROW_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2ctl/decode.h"

enum {
	ROW_BYTES_MAX = 64,
	ROW_PREFIX = 3,
	ROW_PLAIN_MAX = 4 * ROW_BYTES_MAX,
	ROW_WHY_MAX = 192,
};

struct row {
	int device, table, row;
	size_t length; /* 0: it was not read */
	uint8_t bytes[ROW_BYTES_MAX];
};

/* A whole number from least to most and nothing else. */
bool
row_number(const char *text, int least, int most, int *value);

/* DEV TABLE ROW. False, with an error told, when one of them cannot be. */
bool
row_address(struct row *row, char **arguments);

/* Decimal, joined by dots, from byte `from` on: "76.78.76". */
const char *
row_plain(const struct row *row, size_t from, char out[ROW_PLAIN_MAX]);

/* Of an answer of the daemon's; false when it is none about a row that was read. */
bool
row_of_answer(struct row *row, const json_t *answer);

/* By whom a row of this table is owned, as far as one can know it from that; 0: unknown. */
int
row_owner(int table);

/*
 * What is to be written, from the words of a person: the content from byte 3 on as decimal
 * bytes joined by dots, or in hexadecimal, with the prefix or without; or INDEX:BYTE... to
 * change single bytes of before. False, and why not, when that is not the whole row.
 */
bool
row_edit(const struct row *before, char **words, struct row *after, char why[ROW_WHY_MAX]);

/* Decodes it. */
void
row_decode(const struct row *row, struct decode *decode);

#endif

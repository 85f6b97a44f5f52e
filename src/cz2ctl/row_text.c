/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Text into bytes and back. What may be read or written is the daemon's business.
 */
#include "build.h"

#include "cz2ctl/row_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/hex.h"
#include "cz2ctl/say.h"

enum { DEVICE_MAX = 254, BYTE_MAX = 255, HEX_BASE = 16 };

/* ------------------------------------------------------------------------
 * Numbers and addresses
 */

static bool
read_number(const char *text, size_t length, int base, int least, int most, int *value)
{
	char copy[8], *end;
	long number;

	if (length == 0 || length >= sizeof copy || !isxdigit((unsigned char)text[0]))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	number = strtol(copy, &end, base);
	*value = (int)number;
	return *end == '\0' && number >= least && number <= most;
}

bool
row_number(const char *text, int least, int most, int *value)
{
	return read_number(text, strlen(text), 10, least, most, value);
}

bool
row_address(struct row *row, char **arguments)
{
	memset(row, 0, sizeof *row);
	if (!row_number(arguments[0], 1, DEVICE_MAX, &row->device))
		say_error("'%s': a device is a bus address from 1 to %d: 1 is the wall unit, 9 the "
			  "equipment controller",
			  arguments[0], DEVICE_MAX);
	else if (!row_number(arguments[1], 0, BYTE_MAX, &row->table))
		say_error("'%s': a table is a number from 0 to %d", arguments[1], BYTE_MAX);
	else if (arguments[2] != NULL && !row_number(arguments[2], 0, BYTE_MAX, &row->row))
		say_error("'%s': a row is a number from 0 to %d", arguments[2], BYTE_MAX);
	else
		return true;
	return false;
}

int
row_owner(int table)
{
	switch (table) {
	case 1:
	case 10:
		return 1;
	case 2:
		return 2;
	case 9:
		return 9;
	default:
		return 0;
	}
}

/* ------------------------------------------------------------------------
 * Bytes
 */

const char *
row_plain(const struct row *row, size_t from, char out[ROW_PLAIN_MAX])
{
	char *end = out;

	out[0] = '\0';
	for (size_t i = from; i < row->length; i++)
		end += snprintf(end, 5, "%s%d", i > from ? "." : "", row->bytes[i]);
	return out;
}

static int
member(const json_t *answer, const char *name)
{
	const json_t *value = json_object_get(answer, name);
	json_int_t number = json_integer_value(value);

	return json_is_integer(value) && number >= 0 && number <= BYTE_MAX ? (int)number : -1;
}

bool
row_of_answer(struct row *row, const json_t *answer)
{
	const char *hex = json_string_value(json_object_get(answer, "hex"));

	memset(row, 0, sizeof *row);
	row->device = member(answer, "device");
	row->table = member(answer, "table");
	row->row = member(answer, "row");
	if (hex == NULL || row->device < 0)
		return false;
	row->length = hex_read(hex, row->bytes, sizeof row->bytes);
	return row->length > ROW_PREFIX && row->bytes[1] == row->table &&
	       row->bytes[2] == row->row;
}

void
row_decode(const struct row *row, struct decode *decode)
{
	decode_row((unsigned)row->device, row->bytes, row->length, decode);
}

/* ------------------------------------------------------------------------
 * What is to be written
 */

/* INDEX:BYTE; a byte is decimal, or 0x and hexadecimal. */
static bool
edit_byte(struct row *row, const char *word, char why[ROW_WHY_MAX])
{
	size_t colon = strcspn(word, ":");
	const char *text = word + colon + 1;
	int base = 10, at, value;

	if (strncmp(text, "0x", 2) == 0) {
		base = HEX_BASE;
		text += 2;
	}
	if (read_number(word, colon, 10, ROW_PREFIX, (int)row->length - 1, &at) &&
	    read_number(text, strlen(text), base, 0, BYTE_MAX, &value)) {
		row->bytes[at] = (uint8_t)value;
		return true;
	}
	snprintf(why, ROW_WHY_MAX,
		 "'%.40s': INDEX:BYTE is wanted, with an INDEX from %d to %zu and a BYTE from 0 to "
		 "%d or 0x00 to 0xff", word, ROW_PREFIX, row->length - 1, BYTE_MAX);
	return false;
}

/* Two words may not name the same byte. */
static bool
is_repeated(char **words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strtol(words[i], NULL, 10) == strtol(words[count], NULL, 10))
			return true;
	return false;
}

static bool
edit_bytes(struct row *row, char **words, char why[ROW_WHY_MAX])
{
	for (size_t i = 0; words[i] != NULL; i++) {
		if (strchr(words[i], ':') == NULL) {
			snprintf(why, ROW_WHY_MAX, "'%.40s': INDEX:BYTE is wanted, as in the others",
				 words[i]);
			return false;
		}
		if (!edit_byte(row, words[i], why))
			return false;
		if (is_repeated(words, i)) {
			snprintf(why, ROW_WHY_MAX, "'%.40s': this byte is given twice; INDEX:BYTE is "
						   "wanted once for each", words[i]);
			return false;
		}
	}
	return true;
}

static size_t
read_decimals(const char *word, uint8_t bytes[ROW_BYTES_MAX])
{
	size_t length = 0;

	for (;;) {
		size_t digits = strcspn(word, ".");
		int value;

		if (length == ROW_BYTES_MAX || !read_number(word, digits, 10, 0, BYTE_MAX, &value))
			return 0;
		bytes[length++] = (uint8_t)value;
		if (word[digits] == '\0')
			return length;
		word += digits + 1;
	}
}

/* Decimal when there are dots in it, or when the row has but one byte. */
static size_t
read_content(const struct row *before, const char *word, uint8_t bytes[ROW_BYTES_MAX])
{
	if (strchr(word, '.') != NULL || before->length == ROW_PREFIX + 1)
		return read_decimals(word, bytes);
	return hex_read(word, bytes, ROW_BYTES_MAX);
}

static bool
set_content(const struct row *before, const char *word, struct row *after, char why[ROW_WHY_MAX])
{
	uint8_t bytes[ROW_BYTES_MAX];
	size_t content = before->length - ROW_PREFIX;
	size_t length = read_content(before, word, bytes);

	if (length == content) {
		memcpy(after->bytes + ROW_PREFIX, bytes, content);
		return true;
	}
	if (length == before->length && memcmp(bytes, before->bytes, ROW_PREFIX) == 0) {
		memcpy(after->bytes, bytes, length);
		return true;
	}
	snprintf(why, ROW_WHY_MAX,
		 "'%.40s': the %zu byte%s from byte %d on are wanted, as decimal numbers joined by "
		 "dots or in hexadecimal; or INDEX:BYTE...", word, content, content == 1 ? "" : "s",
		 ROW_PREFIX);
	return false;
}

bool
row_edit(const struct row *before, char **words, struct row *after, char why[ROW_WHY_MAX])
{
	*after = *before;
	if (strchr(words[0], ':') != NULL)
		return edit_bytes(after, words, why);
	if (words[1] == NULL)
		return set_content(before, words[0], after, why);
	snprintf(why, ROW_WHY_MAX, "'%.40s': the bytes are one word, or all words are INDEX:BYTE",
		 words[1]);
	return false;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows that somebody has kept, in words: the raw of a status, one row, or a dump.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/decode.h"
#include "cz2ctl/row_text.h"
#include "cz2ctl/say.h"

enum {
	INPUT_MAX = 256 * 1024,
	RAW_MAX = 16 * 1024, /* bytes behind base64 */
};

static const char accepted[] = "wanted is the raw of a status (base64), a row in hexadecimal, or "
			       "the JSON of a status, of read or of dump";

/* What was found, in the order in which it was. */
struct found {
	const struct ctl *ctl;
	json_t *rows;
	int count;
};

/* ------------------------------------------------------------------------
 * Showing
 */

static json_t *
decode_json(const struct decode *decode)
{
	json_t *items = json_array();

	for (int i = 0; i < decode->count; i++)
		json_array_append_new(items, json_pack("{s:s, s:s, s:b}", "label",
						       decode->items[i].label, "value",
						       decode->items[i].value, "known",
						       !decode->items[i].unknown));
	return json_pack("{s:s, s:s, s:o}", "name", decode->name, "title", decode->title, "items",
			 items);
}

static void
show(struct found *found, const struct row *row)
{
	struct decode decode;

	row_decode(row, &decode);
	if (options_has(found->ctl->options, OPTION_JSON)) {
		json_array_append_new(found->rows, decode_json(&decode));
	} else {
		if (found->count > 0)
			putc('\n', found->ctl->screen.file);
		decode_print(&decode, &found->ctl->screen);
	}
	found->count++;
}

/* Whose it is follows from its table. */
static bool
show_payload(struct found *found, const uint8_t *bytes, size_t length)
{
	struct row row = {.length = length};

	if (length <= ROW_PREFIX || length > ROW_BYTES_MAX || bytes[0] != 0)
		return false;
	memcpy(row.bytes, bytes, length);
	row.table = bytes[1];
	row.row = bytes[2];
	row.device = row_owner(row.table);
	show(found, &row);
	return true;
}

/* ------------------------------------------------------------------------
 * The raw of a status: each row with its length before it
 */

static int
digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* 0: it is no base64, or too much of it. */
static size_t
read_base64(const char *text, uint8_t bytes[RAW_MAX])
{
	unsigned bits = 0;
	int count = 0;
	size_t length = 0;

	for (; *text != '\0' && *text != '='; text++) {
		int digit = digit_of(*text);

		if (strchr(" \t\r\n", *text) != NULL)
			continue;
		if (digit < 0 || length == RAW_MAX)
			return 0;
		bits = bits << 6 | (unsigned)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			bytes[length++] = (uint8_t)(bits >> count);
		}
	}
	return text[strspn(text, "= \t\r\n")] == '\0' ? length : 0;
}

static bool
show_raw(struct found *found, const char *text)
{
	uint8_t *bytes = mem_new(RAW_MAX, 1);
	size_t length = read_base64(text, bytes), at = 0;
	bool good = length > 0;

	while (good && at < length) {
		size_t size = bytes[at++];

		/* Of length 0: it was never read. */
		good = size <= length - at && (size == 0 || show_payload(found, bytes + at, size));
		at += size;
	}
	free(bytes);
	return good;
}

/* ------------------------------------------------------------------------
 * Input
 */

static bool
show_json(struct found *found, const char *text)
{
	json_t *document = json_loads(text, 0, NULL);
	const json_t *rows = json_object_get(document, "rows"), *one;
	const char *raw = json_string_value(json_object_get(document, "raw"));
	bool good = raw != NULL && show_raw(found, raw);
	struct row row;
	size_t i;

	if (row_of_answer(&row, document)) {
		show(found, &row);
		good = true;
	}
	json_array_foreach(rows, i, one) {
		good = true;
		if (row_of_answer(&row, one))
			show(found, &row);
	}
	json_decref(document);
	return good;
}

static bool
show_text(struct found *found, const char *text)
{
	uint8_t bytes[ROW_BYTES_MAX];
	size_t length;

	text += strspn(text, " \t\r\n");
	if (text[0] == '{')
		return show_json(found, text);
	length = row_hex_read(text, bytes);
	if (length > 0 && show_payload(found, bytes, length))
		return true;
	return show_raw(found, text);
}

/* NULL after an error was told. */
static char *
read_all(FILE *file, const char *name)
{
	char *text = mem_new(INPUT_MAX + 1, 1);
	size_t length = fread(text, 1, INPUT_MAX + 1, file);

	if (!ferror(file) && length <= INPUT_MAX) {
		text[length] = '\0';
		return text;
	}
	if (ferror(file))
		say_error("%s: %s", name, strerror(errno));
	else
		say_error("%s: it is larger than %d bytes", name, INPUT_MAX);
	free(text);
	return NULL;
}

/* What is no file is taken for the text itself. */
static char *
read_input(const char *argument)
{
	FILE *file;
	char *text;

	if (argument == NULL || strcmp(argument, "-") == 0)
		return read_all(stdin, "standard input");
	file = fopen(argument, "re");
	if (file == NULL && (errno == ENOENT || errno == ENAMETOOLONG || errno == ENOTDIR))
		return mem_text(argument);
	if (file == NULL) {
		say_error("%s: %s", argument, strerror(errno));
		return NULL;
	}
	text = read_all(file, argument);
	fclose(file);
	return text;
}

static enum ctl_exit
decode_text(struct found *found, const char *text)
{
	if (!show_text(found, text)) {
		say_error("%s", accepted);
		return CTL_USAGE;
	}
	if (found->count > 0)
		return CTL_DONE;
	say_error("no row in it was ever read");
	return CTL_REFUSED;
}

enum ctl_exit
run_decode(struct ctl *ctl)
{
	struct found found = {.ctl = ctl, .rows = mem_or_end(json_array())};
	char *text = read_input(ctl->arguments[0]);
	enum ctl_exit code = text != NULL ? decode_text(&found, text) : CTL_USAGE;
	json_t *document = mem_or_end(json_pack("{s:o}", "rows", found.rows));

	if (code == CTL_DONE && options_has(ctl->options, OPTION_JSON))
		call_show(ctl, document, NULL);
	json_decref(document);
	free(text);
	return code;
}

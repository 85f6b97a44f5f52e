/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows that somebody has kept, in words: the raw of a status, one row, or a dump.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2ctl/decode.h"
#include "cz2ctl/document_file.h"
#include "cz2ctl/hex.h"
#include "cz2ctl/row_text.h"
#include "cz2ctl/say.h"

enum {
	RAW_MAX = 16 * 1024, /* bytes behind base64 */
};

static const char accepted[] =
	"wanted is a file, or the text of one: a row in hexadecimal, the JSON of read or of dump, or "
	"the raw of a status (GET /status?raw=1), as base64 or in its JSON";

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
	length = hex_read(text, bytes, sizeof bytes);
	if (length > 0 && show_payload(found, bytes, length))
		return true;
	return show_raw(found, text);
}

/* What is no file is taken for the text itself. NULL after an error was told. */
static char *
read_input(const char *argument)
{
	size_t length;

	if (access(argument, F_OK) != 0 && strcmp(argument, "-") != 0)
		return mem_text(argument);
	return document_text(argument, &length);
}

/* A text is told from a file by there being none. */
static const char *
kind_of(const char *argument, const char *text)
{
	return strcmp(argument, text) == 0 ? "there is no such file, and it cannot be decoded"
					   : "it cannot be decoded";
}

static enum ctl_exit
decode_text(struct found *found, const char *argument, const char *text)
{
	if (!show_text(found, text)) {
		say_error("%.40s: %s: %s", argument, kind_of(argument, text), accepted);
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
	const char *argument = ctl->arguments[0] != NULL ? ctl->arguments[0] : "-";
	char *text = read_input(argument);
	enum ctl_exit code = text != NULL ? decode_text(&found, argument, text) : CTL_USAGE;
	json_t *document = mem_or_end(json_pack("{s:o}", "rows", found.rows));

	if (code == CTL_DONE && options_has(ctl->options, OPTION_JSON))
		call_show(ctl, document, NULL);
	json_decref(document);
	free(text);
	return code;
}

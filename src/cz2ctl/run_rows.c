/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's memory as it is: one row, or all of them.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>

#include "base/mem.h"
#include "cz2ctl/decode.h"
#include "cz2ctl/hex.h"
#include "cz2ctl/http_status.h"
#include "cz2ctl/row_call.h"
#include "cz2ctl/say.h"

enum {
	SILENT_MAX = 3, /* rows in a row, before nobody is asked any more */
	NAME_WIDTH = 8,
	TABLE_OTHER_ROWS = 16, /* are asked for of a table that nobody knows */
};

/* ------------------------------------------------------------------------
 * One
 */

/* --hex and --plain are for scripts: the bytes and nothing else. */
static void
print_row(const struct ctl *ctl, const struct row *row)
{
	struct decode decode;
	char text[ROW_PLAIN_MAX];

	if (options_has(ctl->options, OPTION_HEX)) {
		fprintf(ctl->screen.file, "%s\n",
			hex_write(row->bytes, row->length, " ", text, sizeof text));
	} else if (options_has(ctl->options, OPTION_PLAIN)) {
		fprintf(ctl->screen.file, "%s\n", row_plain(row, 0, text));
	} else {
		row_decode(row, &decode);
		decode_print(&decode, &ctl->screen);
	}
}

enum ctl_exit
run_read(struct ctl *ctl)
{
	struct row row;
	json_t *answer;
	enum ctl_exit code;

	if (!row_address(&row, ctl->arguments))
		return CTL_USAGE;
	code = row_fetch(ctl, &row, &answer);
	if (code != CTL_DONE)
		return code;
	if (options_has(ctl->options, OPTION_JSON))
		call_show(ctl, answer, NULL);
	else
		print_row(ctl, &row);
	json_decref(answer);
	return CTL_DONE;
}

/* ------------------------------------------------------------------------
 * All
 */

/* The rows that a panel is known to have. */
static const struct range {
	int device, table, last;
} ranges[] = {{1, 1, 34}, {9, 9, 5}, {1, 10, 56}};

enum { RANGES = sizeof ranges / sizeof ranges[0] };

struct dump {
	struct ctl *ctl;
	json_t *rows; /* as they come */
	int done, of;
	int silent;   /* of late */
};

/* content: NULL when there is none. */
static void
print_line(const struct dump *dump, const struct row *row, const struct row *content)
{
	char name[DECODE_NAME_MAX], text[ROW_PLAIN_MAX];

	decode_name((unsigned)row->device, (unsigned)row->table, (unsigned)row->row, name);
	if (options_has(dump->ctl->options, OPTION_JSON))
		return;
	say_bar_end();
	fprintf(dump->ctl->screen.file, "%-*s %s\n", NAME_WIDTH, name,
		content != NULL    ? row_plain(content, ROW_PREFIX, text)
		: dump->silent > 0 ? "silent"
				   : "refused");
}

/* A row that the panel has not, or that nobody answered for, is part of the picture. */
static enum ctl_exit
fetch(struct dump *dump, const struct row *row)
{
	char target[ROW_TARGET_MAX];
	struct row content = *row;
	long status;
	json_t *answer;
	enum ctl_exit code;

	code = call_any(dump->ctl, row_target(row, target), &status, &answer);
	if (code != CTL_DONE)
		return code;
	if (status != STATUS_OK && status != STATUS_ABSENT && status != STATUS_SILENT)
		return call_refused(dump->ctl, status, answer);
	dump->silent = status == STATUS_SILENT ? dump->silent + 1 : 0;
	if (dump->silent == SILENT_MAX)
		return call_refused(dump->ctl, status, answer);
	if (status == STATUS_OK && !row_take(&content, answer)) {
		say_error("the daemon's answer is not understood");
		json_decref(answer);
		return CTL_REFUSED;
	}
	print_line(dump, row, status == STATUS_OK ? &content : NULL);
	if (status != STATUS_OK) {
		json_decref(answer);
		answer = json_pack("{s:i, s:i, s:i, s:n, s:s}", "device", row->device, "table",
				   row->table, "row", row->row, "hex", "error",
				   status == STATUS_SILENT ? "silent" : "refused");
	}
	json_array_append_new(dump->rows, answer);
	return CTL_DONE;
}

static enum ctl_exit
dump_range(struct dump *dump, const struct range *range)
{
	struct row row = {.device = range->device, .table = range->table};
	enum ctl_exit code = CTL_DONE;

	for (row.row = 1; code == CTL_DONE && row.row <= range->last; row.row++) {
		say_bar("Reading", dump->done, dump->of);
		code = fetch(dump, &row);
		dump->done++;
	}
	return code;
}

/* Of a table that nobody knows only the first rows. */
static struct range
range_of(const struct row *wanted)
{
	struct range range = {wanted->device, wanted->table, TABLE_OTHER_ROWS};

	for (int i = 0; i < RANGES; i++)
		if (ranges[i].table == wanted->table)
			range.last = ranges[i].last;
	return range;
}

static enum ctl_exit
dump_all(struct dump *dump)
{
	enum ctl_exit code = CTL_DONE;

	for (int i = 0; i < RANGES; i++)
		dump->of += ranges[i].last;
	for (int i = 0; code == CTL_DONE && i < RANGES; i++)
		code = dump_range(dump, &ranges[i]);
	return code;
}

static enum ctl_exit
dump_one(struct dump *dump, char **arguments)
{
	struct row wanted;
	struct range range;

	if (arguments[1] == NULL) {
		say_error("dump takes DEV and TABLE, or neither");
		return CTL_USAGE;
	}
	if (!row_address(&wanted, arguments))
		return CTL_USAGE;
	range = range_of(&wanted);
	dump->of = range.last;
	return dump_range(dump, &range);
}

enum ctl_exit
run_dump(struct ctl *ctl)
{
	struct dump dump = {.ctl = ctl, .rows = mem_or_end(json_array())};
	json_t *document;
	enum ctl_exit code = ctl->arguments[0] != NULL ? dump_one(&dump, ctl->arguments)
						       : dump_all(&dump);

	say_bar_end();
	document = mem_or_end(json_pack("{s:o}", "rows", dump.rows));
	if (code == CTL_DONE && options_has(ctl->options, OPTION_JSON))
		call_show(ctl, document, NULL);
	json_decref(document);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A row written whole, behind its guard: what changes is shown byte by byte and in words, a
 * person types the row's name, and the daemon writes it only onto what was shown.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2ctl/decode.h"
#include "cz2ctl/hex.h"
#include "cz2ctl/row_call.h"
#include "cz2ctl/say.h"

enum { ANSWER_MAX = 64, WORDS = 3 /* of the address */, LABEL_WIDTH = 22 };

/* ------------------------------------------------------------------------
 * What changes
 */

static void
show_bytes(FILE *to, const struct row *before, const struct row *after)
{
	for (size_t i = ROW_PREFIX; i < after->length; i++)
		if (before->bytes[i] != after->bytes[i])
			fprintf(to, "  byte %-2zu  %3d -> %3d   (%02x -> %02x)\n", i,
				before->bytes[i], after->bytes[i], before->bytes[i],
				after->bytes[i]);
}

static const char *
value_in(const struct decode *decode, const char *label)
{
	for (int i = 0; i < decode->count; i++)
		if (strcmp(decode->items[i].label, label) == 0)
			return decode->items[i].value;
	return "-";
}

static void
show_words(FILE *to, const struct row *before, const struct row *after)
{
	struct decode old, new;

	row_decode(before, &old);
	row_decode(after, &new);
	for (int i = 0; i < new.count; i++) {
		const char *was = value_in(&old, new.items[i].label);

		if (!new.items[i].unknown && strcmp(was, new.items[i].value) != 0)
			fprintf(to, "  %-*s  %s -> %s\n", LABEL_WIDTH, new.items[i].label, was,
				new.items[i].value);
	}
}

/* With --json standard output is the daemon's. */
static void
show_changes(const struct ctl *ctl, const struct row *before, const struct row *after)
{
	FILE *to = options_has(ctl->options, OPTION_JSON) ? stderr : ctl->screen.file;
	struct decode decode;

	row_decode(before, &decode);
	fprintf(to, "%s  %s\n", decode.name, decode.title);
	show_bytes(to, before, after);
	show_words(to, before, after);
	fflush(to);
}

/* ------------------------------------------------------------------------
 * Whether to
 */

/* A y is typed too easily. */
static enum ctl_exit
ask(const struct ctl *ctl, const struct row *row)
{
	char name[DECODE_NAME_MAX], answer[ANSWER_MAX];

	if (options_has(ctl->options, OPTION_YES))
		return CTL_DONE;
	decode_name((unsigned)row->device, (unsigned)row->table, (unsigned)row->row, name);
	if (!isatty(STDIN_FILENO)) {
		say_error("nobody can be asked whether to write this: --yes is wanted");
		return CTL_USAGE;
	}
	fprintf(stderr, "This is written without the checks that commands have. Type %s to write "
			"it: ", name);
	fflush(stderr);
	if (fgets(answer, sizeof answer, stdin) != NULL) {
		answer[strcspn(answer, "\r\n")] = '\0';
		if (strcmp(answer, name) == 0)
			return CTL_DONE;
	}
	say_error("nothing was written");
	return CTL_REFUSED;
}

/* ------------------------------------------------------------------------
 * The command
 */

static enum ctl_exit
put(struct ctl *ctl, const struct row *before, const struct row *after)
{
	char target[ROW_TARGET_MAX], hex[ROW_PLAIN_MAX], expected[ROW_PLAIN_MAX];
	json_t *answer;
	enum ctl_exit code;

	hex_write(before->bytes, before->length, "", expected, sizeof expected);
	hex_write(after->bytes, after->length, "", hex, sizeof hex);
	code = call_send(ctl, "PUT", row_target(before, target),
			 mem_or_end(json_pack("{s:s, s:s}", "hex", hex, "expected", expected)),
			 &answer);
	if (code == CTL_DONE)
		call_show_sent(ctl, answer);
	json_decref(answer);
	return code;
}

static enum ctl_exit
write_row(struct ctl *ctl, const struct row *before)
{
	char why[ROW_WHY_MAX];
	struct row after;
	enum ctl_exit code;

	if (!row_edit(before, ctl->arguments + WORDS, &after, why)) {
		say_error("%s", why);
		return CTL_USAGE;
	}
	if (memcmp(before->bytes, after.bytes, before->length) == 0) {
		say_warning("the row is so already: nothing was written");
		return CTL_DONE;
	}
	show_changes(ctl, before, &after);
	code = ask(ctl, before);
	return code == CTL_DONE ? put(ctl, before, &after) : code;
}

enum ctl_exit
run_write(struct ctl *ctl)
{
	struct row row;
	json_t *answer;
	enum ctl_exit code;

	if (!row_address(&row, ctl->arguments))
		return CTL_USAGE;
	code = row_fetch(ctl, &row, &answer);
	if (code == CTL_DONE)
		code = write_row(ctl, &row);
	json_decref(answer);
	return code;
}

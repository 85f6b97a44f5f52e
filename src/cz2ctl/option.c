/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table; getopt_long reads by it.
 */
#include "build.h"

#include "cz2ctl/option.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/say.h"
#include "cz2ctl/word.h"

enum { FIRST_VALUE = 256, LEFT_MAX = 64, LEFT_WIDTH = 30, NUMBER_MAX = 3600 };

enum kind {
	SWITCH, /* no argument */
	TEXT,
	NUMBER, /* 0 to NUMBER_MAX: what a field accepts is the daemon's business */
	WORD,   /* one of those in the column "argument" */
};

static const struct {
	const char *name;
	char letter;
	enum kind kind;
	const char *argument, *help;
} rows[OPTION_COUNT] = {
	[OPTION_SOCKET] = {"socket", 0, TEXT, "PATH",
			   "the daemon's Unix socket (/run/cz2d/cz2d.sock)"},
	[OPTION_URL] = {"url", 0, TEXT, "URL", "a daemon elsewhere: http(s)://HOST:PORT"},
	[OPTION_CACERT] = {"cacert", 0, TEXT, "FILE", "whom to believe with https, as PEM"},
	[OPTION_TOKEN_FILE] = {"token-file", 0, TEXT, "FILE",
			       "the token: the first line of FILE (CZ2_TOKEN)"},
	[OPTION_TIMEOUT] = {"timeout", 0, NUMBER, "S", "wait at most S seconds (90; 0: for ever)"},
	[OPTION_JSON] = {"json", 0, SWITCH, NULL, "print the daemon's answer as JSON"},
	[OPTION_QUIET] = {"quiet", 'q', SWITCH, NULL, "print only what was asked for, and errors"},
	[OPTION_COLOR] = {"color", 0, WORD, "auto|always|never", "colours (auto: on a terminal)"},
	[OPTION_HELP] = {"help", 'h', SWITCH, NULL, "explain the command, or all of them"},
	[OPTION_VERSION] = {"version", 0, SWITCH, NULL, "the version of cz2ctl itself"},
	[OPTION_REFRESH] = {"refresh", 0, SWITCH, NULL, "read the panel first"},
	[OPTION_ALL] = {"all", 0, WORD, "on|off", "ALL mode: one zone rules all others"},
	[OPTION_HEAT] = {"heat", 0, NUMBER, "N", "heat up to N degrees Fahrenheit"},
	[OPTION_COOL] = {"cool", 0, NUMBER, "N", "cool down to N degrees Fahrenheit"},
	[OPTION_HOLD] = {"hold", 0, WORD, "on|off", "keep the setpoints for good"},
	[OPTION_TEMP] = {"temp", 0, WORD, "on|off", "keep the setpoints until the next period"},
	[OPTION_OUT] = {"out", 0, WORD, "on|off", "nobody is there"},
	[OPTION_NO_WAIT] = {"no-wait", 0, SWITCH, NULL, "print the command's ID and do not wait"},
	[OPTION_DEVICE] = {"device", 0, TEXT, "ID", "of this device only: cz2-zone-2"},
	[OPTION_STATUS] = {"status", 0, WORD, "pending|sent|delivered|failed|expired",
			   "only those with this status"},
	[OPTION_LIMIT] = {"limit", 0, NUMBER, "N", "the newest N (20), at most 256"},
	[OPTION_SCOPE] = {"scope", 0, TEXT, "SCOPES", "read, command or admin: what it may do"},
	[OPTION_FILE] = {"file", 0, TEXT, "PATH", "the file of tokens (/etc/cz2d/tokens)"},
	[OPTION_START] = {"start", 0, TEXT, "TIME", "when the period begins: 19:00, 7:15am"},
	[OPTION_DRY_RUN] = {"dry-run", 0, SWITCH, NULL, "show what would be changed, and do not"},
	[OPTION_YES] = {"yes", 'y', SWITCH, NULL, "do not ask"},
	[OPTION_ONLY] = {"only", 0, WORD, "schedules|setpoints|system", "this part of the file"},
	[OPTION_DIRECT] = {"direct", 0, TEXT, "LINK",
			   "listen on a device or HOST:PORT itself"},
	[OPTION_REPLAY] = {"replay", 0, TEXT, "FILE", "show what a capture holds"},
	[OPTION_CAPTURE] = {"capture", 0, TEXT, "FILE", "keep what was heard, for --replay"},
	[OPTION_HEX] = {"hex", 0, SWITCH, NULL, "bytes instead of what they mean"},
	[OPTION_FROM] = {"from", 0, TEXT, "ADDRESS", "only from wall, panel, cz2d or 42"},
	[OPTION_TO] = {"to", 0, TEXT, "ADDRESS", "only to one of them"},
	[OPTION_ROW] = {"row", 0, TEXT, "ROW", "only about this row: 1.16"},
	[OPTION_FUNCTION] = {"function", 0, WORD, "read|reply|write|ack|nack|error",
			     "only frames of this kind"},
	[OPTION_SECONDS] = {"seconds", 0, NUMBER, "N", "for so long"},
	[OPTION_LINES] = {"count", 0, NUMBER, "N", "so many lines"},
	[OPTION_PLAIN] = {"plain", 0, SWITCH, NULL, "decimal bytes joined by dots"},
};

uint64_t
options_common(void)
{
	return (UINT64_C(1) << OPTION_FIRST_OWN) - 1;
}

static bool
is_in(uint64_t set, int id)
{
	return (set >> id & 1) != 0;
}

/* ------------------------------------------------------------------------
 * Reading
 */

static bool
is_number(const char *text)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && value >= 0 && value <= NUMBER_MAX;
}

static bool
is_whole(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool
is_accepted(int id, const char *argument)
{
	char word[WORD_MAX];

	switch (rows[id].kind) {
	case NUMBER:
		return is_number(argument);
	case WORD:
		return word_find(rows[id].argument, argument, word);
	default:
		return argument[0] != '\0';
	}
}

static enum ctl_exit
take(struct options *options, int id, const char *argument)
{
	if (argument != NULL && !is_accepted(id, argument)) {
		if (rows[id].kind == NUMBER && is_whole(argument))
			say_error("--%s %s: at most %d is accepted", rows[id].name, argument,
				  NUMBER_MAX);
		else if (rows[id].kind == NUMBER)
			say_error("--%s %s: a whole number is wanted", rows[id].name, argument);
		else
			say_error("--%s %s: %s is wanted", rows[id].name, argument,
				  rows[id].argument);
		return CTL_USAGE;
	}
	options->given[id] = argument != NULL ? argument : "";
	return CTL_DONE;
}

static void
describe(struct option longs[OPTION_COUNT + 1], char letters[OPTION_COUNT + 1])
{
	size_t used = 0;

	memset(longs, 0, (OPTION_COUNT + 1) * sizeof *longs);
	for (int id = 0; id < OPTION_COUNT; id++) {
		longs[id].name = rows[id].name;
		longs[id].has_arg = rows[id].kind != SWITCH ? required_argument : no_argument;
		longs[id].val = FIRST_VALUE + id;
		if (rows[id].letter != 0)
			letters[used++] = rows[id].letter;
	}
	letters[used] = '\0';
}

/* Letters stand for switches only. */
static int
id_of(int value)
{
	for (int id = 0; id < OPTION_COUNT; id++)
		if (value == FIRST_VALUE + id || value == rows[id].letter)
			return id;
	return -1;
}

enum ctl_exit
options_parse(struct options *options, int argc, char **argv, int *first)
{
	struct option longs[OPTION_COUNT + 1];
	char letters[OPTION_COUNT + 1];
	int value;

	memset(options, 0, sizeof *options);
	describe(longs, letters);
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int id = id_of(value);

		if (id < 0 || take(options, id, optarg) != CTL_DONE)
			return CTL_USAGE;
	}
	*first = optind;
	return CTL_DONE;
}

bool
options_has(const struct options *options, enum option_id id)
{
	return options->given[id] != NULL;
}

long
options_number(const struct options *options, enum option_id id, long fallback)
{
	return options_has(options, id) ? strtol(options->given[id], NULL, 10) : fallback;
}

const char *
options_stray(const struct options *options, uint64_t allowed)
{
	for (int id = OPTION_FIRST_OWN; id < OPTION_COUNT; id++)
		if (options->given[id] != NULL && !is_in(allowed, id))
			return rows[id].name;
	return NULL;
}

/* ------------------------------------------------------------------------
 * Explaining
 */

bool
options_usage(uint64_t set, int id, char out[OPTION_USAGE_MAX])
{
	const char *argument = rows[id].argument;

	snprintf(out, OPTION_USAGE_MAX, "[--%s%s%s]", rows[id].name, argument != NULL ? " " : "",
		 argument != NULL ? argument : "");
	return is_in(set, id);
}

void
options_print_help(uint64_t set, FILE *to)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		const char *argument = rows[id].argument;
		char letter[] = {'-', rows[id].letter, ',', ' ', '\0'};
		char left[LEFT_MAX];

		if (!is_in(set, id))
			continue;
		snprintf(left, sizeof left, "%s--%s%s%s", rows[id].letter != 0 ? letter : "    ",
			 rows[id].name, argument != NULL ? " " : "",
			 argument != NULL ? argument : "");
		if (strlen(left) > LEFT_WIDTH)
			fprintf(to, "  %s\n  %*s %s\n", left, LEFT_WIDTH, "", rows[id].help);
		else
			fprintf(to, "  %-*s %s\n", LEFT_WIDTH, left, rows[id].help);
	}
}

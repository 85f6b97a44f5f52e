/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The options of cz2ctl: one table, by which they are read and explained. Which of them
 * a command takes stands in the table of commands.
 */
#ifndef CZ2CTL_OPTION_H
#define CZ2CTL_OPTION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cz2ctl/exit.h"

enum option_id {
	/* of every command */
	OPTION_SOCKET,
	OPTION_URL,
	OPTION_CACERT,
	OPTION_TOKEN_FILE,
	OPTION_TIMEOUT,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_COLOR,
	OPTION_HELP,
	OPTION_VERSION,
	/* of some */
	OPTION_REFRESH,
	OPTION_ALL,
	OPTION_HEAT,
	OPTION_COOL,
	OPTION_HOLD,
	OPTION_TEMP,
	OPTION_OUT,
	OPTION_NO_WAIT,
	OPTION_DEVICE,
	OPTION_STATUS,
	OPTION_LIMIT,
	OPTION_SCOPE,
	OPTION_FILE,
	OPTION_START,
	OPTION_DRY_RUN,
	OPTION_YES,
	OPTION_ONLY,
	OPTION_DIRECT,
	OPTION_REPLAY,
	OPTION_CAPTURE,
	OPTION_HEX,
	OPTION_FROM,
	OPTION_TO,
	OPTION_ROW,
	OPTION_FUNCTION,
	OPTION_SECONDS,
	OPTION_LINES,
	OPTION_PLAIN,
	OPTION_COUNT
};

/* A set of options. */
#define OPTION(id) (UINT64_C(1) << OPTION_##id)

enum { OPTION_USAGE_MAX = 80, OPTION_FIRST_OWN = OPTION_REFRESH };

struct options {
	const char *given[OPTION_COUNT]; /* the argument, "" without one; NULL: not given */
};

/* Reads them all and leaves argv with the other arguments from *first on. An error was told. */
enum ctl_exit
options_parse(struct options *options, int argc, char **argv, int *first);

bool
options_has(const struct options *options, enum option_id id);

/* Of an option with a number; fallback when it was not given. */
long
options_number(const struct options *options, enum option_id id, long fallback);

/* The name of one that was given and is neither common nor among the allowed; NULL: none is. */
const char *
options_stray(const struct options *options, uint64_t allowed);

/* "[--heat N]": how one is written; false when the set does not have it. */
bool
options_usage(uint64_t set, int id, char out[OPTION_USAGE_MAX]);

/* A line of explanation for each of a set. */
void
options_print_help(uint64_t set, FILE *to);

/* Those of every command. */
uint64_t
options_common(void);

#endif

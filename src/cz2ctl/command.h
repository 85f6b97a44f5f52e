/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The commands of cz2ctl: one table. A new one is a row there and a handler.
 */
#ifndef CZ2CTL_COMMAND_H
#define CZ2CTL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "cz2ctl/call.h"

struct command {
	const char *name;
	const char *arguments; /* as in the usage line */
	int least, most;       /* how many of them */
	uint64_t options;      /* besides the common ones */
	enum ctl_exit (*run)(struct ctl *ctl);
	const char *help;    /* one line */
	const char *details; /* what else --help of the command says, or NULL */
	bool local;          /* the daemon is not asked */
};

/* NULL: there is no such command. */
const struct command *
command_find(const char *name);

/* What a command of the older tools is called here, as docs/old-tools.md has it; NULL: none was
 * called so. */
const char *
command_former(const char *name);

/* That the arguments are as many as it takes, and the options its own. An error was told. */
enum ctl_exit
command_check(const struct command *command, const struct options *options, int argument_count);

/* The text of --help: of all when command is NULL. */
void
command_help(const struct command *command);

#endif

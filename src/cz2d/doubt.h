/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Writes that left and were not confirmed. What became of them is found out by
 * reading, never by sending them again.
 */
#ifndef CZ2D_DOUBT_H
#define CZ2D_DOUBT_H

#include <stdbool.h>
#include <stdint.h>

#include <cz2/command.h>

struct model;

/* All members are private. All zero: no doubt. */
struct doubt {
	bool open;
	struct cz2_command command; /* all that is in doubt */
	int64_t since;              /* when the last of it was given up */
};

/* The write of this command was given up. True when there was no doubt before. */
bool
doubt_add(struct doubt *doubt, const struct cz2_command *command, int64_t now);

/* True when there is doubt about this row. */
bool
doubt_concerns(const struct doubt *doubt, enum cz2_row row);

enum doubt_verdict {
	DOUBT_OPEN,    /* not all its rows were read since */
	DOUBT_FOUND,   /* the panel shows it */
	DOUBT_MISSING, /* the panel shows something else */
};

enum doubt_verdict
doubt_look(const struct doubt *doubt, const struct model *model);

/* Ends the doubt, with a line in the log, once all its rows were read since. */
void
doubt_settle(struct doubt *doubt, const struct model *model);

#endif

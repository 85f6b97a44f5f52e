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
	struct cz2_image seen[CZ2_COMMAND_ROWS]; /* as first read since, by place */
};

/* The write of this command was given up. True when there was no doubt before. */
bool
doubt_add(struct doubt *doubt, const struct cz2_command *command, int64_t now);

enum doubt_verdict {
	DOUBT_OPEN,    /* not all its rows were read since */
	DOUBT_FOUND,   /* the panel shows it */
	DOUBT_MISSING, /* the panel shows something else */
};

/*
 * To be called whenever the panel may have been read: what a row showed first counts,
 * whatever is written to it later.
 */
enum doubt_verdict
doubt_look(struct doubt *doubt, const struct model *model);

/* What the row at this place showed; of length 0: it was not read yet. */
const struct cz2_image *
doubt_seen(const struct doubt *doubt, int place);

/* Ends the doubt, with a line in the log, once all its rows were read since. */
void
doubt_settle(struct doubt *doubt, const struct model *model);

#endif

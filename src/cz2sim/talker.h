/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Somebody on the bus who asks device 9 by himself: the wall unit with its
 * burst every ten seconds, or a second system whose traffic fills the line. It
 * says when it wants to speak and what; others put it on the line.
 */
#ifndef CZ2SIM_TALKER_H
#define CZ2SIM_TALKER_H

#include <stdbool.h>
#include <stdint.h>

#include <cz2/frame.h>

#include "cz2sim/chance.h"
#include "cz2sim/panel.h"

enum { TALKER_REQUESTS = 5 };

struct talker {
	uint8_t address;
	int64_t period; /* from the start of a round to that of the next; 0: never */
	bool jitter;    /* the period varies by a third */
	bool running;   /* within a round */
	int request;    /* the next one of it */
	bool waiting;   /* for the answer to the one before */
	int64_t due;    /* of the next request, or of giving up the answer */
	int64_t next_round;
};

/* The burst of the wall unit. */
void
talker_init_burst(struct talker *talker, int64_t now);

/* Foreign traffic that fills percent of the line. */
void
talker_init_load(struct talker *talker, int percent, int64_t now);

/* A round begins as soon as the line is quiet. */
void
talker_hurry(struct talker *talker, int64_t now);

int64_t
talker_wake(const struct talker *talker);

/* The line is not quiet at the moment of waking. */
void
talker_wait(struct talker *talker, int64_t now);

/*
 * Its time has come and the line is quiet: true and the request to say, or false
 * when there is nothing to say now. *first: a round begins with it. The rows
 * that the wall unit writes are in dampers and outputs.
 */
bool
talker_speak(struct talker *talker, const struct panel_row *dampers,
	     const struct panel_row *outputs, struct cz2_frame *frame, struct chance *chance,
	     bool *first, int64_t now);

/* A frame for this talker's address has ended. */
void
talker_heard(struct talker *talker, int64_t now);

#endif

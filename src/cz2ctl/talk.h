/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A frame as people read it: who, to whom, what about which row, and its values. Some of that
 * stands in the frame before it only: an acknowledgement names no row.
 */
#ifndef CZ2CTL_TALK_H
#define CZ2CTL_TALK_H

#include "cz2ctl/decode.h"
#include "cz2ctl/event.h"
#include "cz2ctl/screen.h"

enum { TALK_NAME_MAX = 8 };

/* What goes on on the line. All members are private; zeroed: nothing was heard. */
struct talk {
	bool asked; /* what follows is about the last request */
	struct cz2_frame request;
	uint8_t us; /* the daemon's address; 0: it has sent nothing yet */
};

/* What is to be said of one frame. */
struct talk_facts {
	struct cz2_frame frame;
	const char *function;      /* "read", "reply", "write", "ack", "nack", "error", "other" */
	bool about;                /* it is about a row */
	char row[DECODE_NAME_MAX]; /* "1.16" */
	char from[TALK_NAME_MAX], to[TALK_NAME_MAX]; /* "wall", "panel", "zone2", "cz2d", "42" */
};

/* Each frame in its order, shown or not. */
void
talk_hear(struct talk *talk, const struct event *event, struct talk_facts *facts);

/* One line, cut to the width of the screen. hex: its bytes instead of what they mean. */
void
talk_print(const struct event *event, const struct talk_facts *facts, bool hex,
	   const struct screen *screen);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Whether the panel's clock is to be set, or somebody be told that it is off. Has no clock of
 * its own and asks nobody: all that it takes to decide is handed in, and remembered by the
 * caller from one look to the next.
 */
#ifndef CZ2D_CLOCK_RULE_H
#define CZ2D_CLOCK_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* Periods begin with a quarter of an hour: so many there are in a week. */
enum { CLOCK_QUARTERS = 7 * 24 * 4 };

/* How things are. */
struct clock_view {
	int64_t now;       /* monotonic ms */
	int panel, host;   /* seconds of the week that each of the clocks shows */
	int zone;          /* seconds that local time is before UTC: summer time changes it */
	bool wanted;       /* it is to be set, and could be */
	bool synchronized; /* something keeps the host's clock right */
	const bool *starts; /* CLOCK_QUARTERS: a period of some zone begins; NULL: not known */
};

/* What is remembered; all zero at the beginning. */
struct clock_memory {
	bool looked;    /* zone is known */
	int zone;
	bool drifting;  /* it is off, */
	int64_t since;  /* and has been since; */
	bool told, set; /* what has been done about that */
	bool written;   /* it was set before, */
	int64_t last;   /* at this moment */
};

enum clock_step {
	CLOCK_REST,
	CLOCK_TELL, /* that it is off: once for each drift that is left as it is */
	CLOCK_SET,  /* now: once for each drift, and at most once an hour but for summer time */
};

enum clock_step
clock_rule(struct clock_memory *memory, const struct clock_view *view);

/* What clock_rule() wanted to be set was not even tried: an hour later it may be. */
void
clock_rule_missed(struct clock_memory *memory);

#endif

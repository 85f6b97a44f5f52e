/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Refreshes of the status: when one is due, which rows it has to ask for, and asking
 * for them one by one. Only what is neither overheard nor fresh is polled.
 */
#ifndef CZ2D_REFRESH_H
#define CZ2D_REFRESH_H

#include <cz2/exchange.h>

struct model;

enum refresh_kind {
	REFRESH_LAZY,   /* one row of the program, if one is due */
	REFRESH_DIRTY,  /* only the rows that somebody wrote */
	REFRESH_POLL,   /* what is due */
	REFRESH_FORCED, /* what a status needs, due or not */
	REFRESH_FULL,   /* every row of the status */
};

/* All members are private. */
struct refresh {
	struct model *model;
	int attempts;        /* sends of each read */
	int64_t interval_ms; /* between polls */

	int64_t next_poll;
	int64_t look_at;          /* when dirty rows are read; INT64_MAX: none */
	int64_t lazy_at;          /* when a row of the program is; INT64_MAX: not yet */
	enum refresh_kind wanted; /* by whoever asked for one */
	bool program_wanted;      /* the same: all of the program besides */
	bool full;                /* the next one reads every row: a new link */
	bool dirty[CZ2_ROW_COUNT];
	int64_t skip_until[CZ2_ROW_COUNT]; /* rows that this panel does not have */

	bool active;
	enum refresh_kind kind;
	bool program; /* with all of the program */
	enum cz2_source source; /* that the rows are marked with */
	enum cz2_row rows[CZ2_ROW_COUNT];
	int count, index;
	int tries;              /* of the row at hand, so far */
	bool failed;
};

void
refresh_init(struct refresh *refresh, struct model *model, int attempts, int64_t interval_ms);

/*
 * The link came or went: maybe another panel, nothing is known of what it has. Nothing
 * is told of it before it has been read whole, once.
 */
void
refresh_reset(struct refresh *refresh, bool open, int64_t now);

/* Somebody will wait for the next one, and wants this of it. */
void
refresh_want(struct refresh *refresh, enum refresh_kind kind);

/* The same, with all days of the program. */
void
refresh_want_program(struct refresh *refresh);

/* A command got no answer: whether the panel is still there is found out at once. */
void
refresh_soon(struct refresh *refresh, int64_t now);

/* Somebody wrote this row: it is asked for soon. */
void
refresh_disturb(struct refresh *refresh, enum cz2_row row, int64_t now);

/* The moment when the next one is due. */
int64_t
refresh_wake(const struct refresh *refresh);

/*
 * Begins one; false when none is due. forced: somebody waits for it; overhearing: the
 * panel's burst is heard, so its rows come by themselves.
 */
bool
refresh_start(struct refresh *refresh, bool forced, bool overhearing, int64_t now);

bool
refresh_active(const struct refresh *refresh);

/*
 * The next request: one send, so that a command can come between. False when the
 * refresh is over.
 */
bool
refresh_next(struct refresh *refresh, struct cz2_request *request);

void
refresh_result(struct refresh *refresh, const struct cz2_result *result, int64_t now);

/* After refresh_next() said that it is over. CZ2_ETIMEOUT: the panel did not answer. */
int
refresh_end(struct refresh *refresh, int64_t now);

#endif

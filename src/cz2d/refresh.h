/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One refresh of the status: which rows have to be asked for, and asking for
 * them one by one. Only what is neither overheard nor fresh is polled.
 */
#ifndef CZ2D_REFRESH_H
#define CZ2D_REFRESH_H

#include <cz2/exchange.h>

struct model;

enum refresh_kind {
	REFRESH_POLL,   /* what is due */
	REFRESH_FORCED, /* what a status needs, due or not */
	REFRESH_FULL,   /* every row of the status */
	REFRESH_DIRTY,  /* only the rows that somebody else wrote */
};

/* All members are private. */
struct refresh {
	struct model *model;
	int attempts;        /* sends of each read */
	int tries;           /* of the row at hand, so far */
	enum refresh_kind kind;
	enum cz2_source source; /* that the rows are marked with */
	enum cz2_row rows[CZ2_ROW_COUNT];
	int count, index;
	bool active;
	bool dirty[CZ2_ROW_COUNT];
	int64_t skip_until[CZ2_ROW_COUNT]; /* rows that this panel does not have */
	bool failed;
};

void
refresh_init(struct refresh *refresh, struct model *model, int attempts);

/* A new link, maybe another panel: nothing is known of what it has. */
void
refresh_reset(struct refresh *refresh);

/* Somebody wrote this row: it is asked for soon. */
void
refresh_disturb(struct refresh *refresh, enum cz2_row row);

/* True when some row was disturbed and not read since. */
bool
refresh_dirty(const struct refresh *refresh);

/*
 * Plans. forced: somebody asked for it; overhearing: the panel's burst is heard, so its
 * rows come by themselves.
 */
void
refresh_begin(struct refresh *refresh, enum refresh_kind kind, bool forced, bool overhearing,
	      int64_t now);

bool
refresh_active(const struct refresh *refresh);

/*
 * The next request: one send, so that a command can come between. False when the
 * refresh is over; *failed then tells whether the panel did not answer.
 */
bool
refresh_next(struct refresh *refresh, struct cz2_request *request, bool *failed);

void
refresh_result(struct refresh *refresh, const struct cz2_result *result, int64_t now);

#endif

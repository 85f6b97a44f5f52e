/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One value of the panel: what is believed of it, and what was shown instead of late. A new
 * value is in doubt until it is shown again, so much later that no reply to anything before can
 * have done both; then it is ripe, until it is believed.
 * Moments are monotonic ms.
 */
#ifndef CZ2D_BELIEF_H
#define CZ2D_BELIEF_H

#include <stdbool.h>
#include <stdint.h>

struct belief {
	int16_t value;    /* believed; CZ2_UNKNOWN: never seen */
	int16_t doubtful; /* shown of late instead; CZ2_UNKNOWN: nothing is */
	int64_t shown;    /* when the believed one was shown last */
	int64_t since;    /* when the doubtful one was shown first; INT64_MAX: nothing is */
	int64_t ripened;  /* when that was beyond doubt; INT64_MIN: it is not yet */
	bool client;      /* another one was heard writing the row about when it changed */
};

/* After the one moment, and before the other. */
struct span {
	int64_t after, before;
};

void
belief_init(struct belief *belief);

bool
belief_is_ripe(const struct belief *belief);

bool
belief_is_in_doubt(const struct belief *belief);

/* What it is beyond doubt. */
int16_t
belief_by_now(const struct belief *belief);

/* Another value was shown: whether what happened within a span may have made that change. */
bool
belief_may_have_changed_within(const struct belief *belief, struct span span);

/* Leaves of a span what lies between the last sight of the old value and the first of the new. */
void
belief_narrow(const struct belief *belief, struct span *span);

/* Neither was seen as it had been after the other had changed. */
bool
belief_can_change_with(const struct belief *belief, const struct belief *other);

/* From now on this value counts: it was shown. */
void
belief_accept(struct belief *belief, int value, int64_t time);

/*
 * Another value than the believed one was shown; true: it is beyond doubt. disturbed: when
 * somebody else was heard writing the row last, or INT64_MIN.
 */
bool
belief_weigh(struct belief *belief, int value, int64_t time, int64_t disturbed);

/* What was in doubt is forgotten. */
void
belief_drop_doubt(struct belief *belief);

/* Somebody else was heard writing the row last then; INT64_MIN: never. */
void
belief_disturbed(struct belief *belief, int64_t time);

#endif

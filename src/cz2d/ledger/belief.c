/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Replies carry no number: one that came late or twice shows the row as it was.
 */
#include "build.h"

#include "cz2d/ledger/belief.h"

#include <cz2/exchange.h>
#include <cz2/state.h>

#include "base/clock.h"

void
belief_init(struct belief *belief)
{
	belief->value = CZ2_UNKNOWN;
	belief->shown = 0;
	belief_drop_doubt(belief);
}

bool
belief_is_ripe(const struct belief *belief)
{
	return belief->ripened != INT64_MIN;
}

bool
belief_is_in_doubt(const struct belief *belief)
{
	return belief->doubtful != CZ2_UNKNOWN && !belief_is_ripe(belief);
}

int16_t
belief_by_now(const struct belief *belief)
{
	return belief_is_ripe(belief) ? belief->doubtful : belief->value;
}

bool
belief_may_have_changed_within(const struct belief *belief, struct span span)
{
	return span.after < belief->since + CZ2_LATE_MS &&
	       belief->shown < span.before + CZ2_LATE_MS;
}

void
belief_narrow(const struct belief *belief, struct span *span)
{
	span->after = clock_later(span->after, belief->shown);
	span->before = clock_earlier(span->before, belief->since);
}

bool
belief_can_change_with(const struct belief *belief, const struct belief *other)
{
	struct span both = {INT64_MIN, INT64_MAX};

	belief_narrow(belief, &both);
	belief_narrow(other, &both);
	return both.after < both.before;
}

void
belief_drop_doubt(struct belief *belief)
{
	belief->doubtful = CZ2_UNKNOWN;
	belief->since = INT64_MAX;
	belief->ripened = INT64_MIN;
	belief->client = false;
}

void
belief_accept(struct belief *belief, int value, int64_t time)
{
	belief_drop_doubt(belief);
	belief->value = (int16_t)value;
	belief->shown = time;
}

static void
doubt(struct belief *belief, int value, int64_t time, int64_t disturbed)
{
	belief_drop_doubt(belief);
	belief->doubtful = (int16_t)value;
	belief->since = time;
	belief_disturbed(belief, disturbed);
}

bool
belief_weigh(struct belief *belief, int value, int64_t time, int64_t disturbed)
{
	if (belief->doubtful != value)
		doubt(belief, value, time, disturbed);
	else if (time >= belief->since + CZ2_LATE_MS && !belief_is_ripe(belief))
		belief->ripened = time;
	return belief_is_ripe(belief);
}

void
belief_disturbed(struct belief *belief, int64_t time)
{
	struct span then = {time, time};

	if (time != INT64_MIN && belief->doubtful != CZ2_UNKNOWN &&
	    belief_may_have_changed_within(belief, then))
		belief->client = true;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A clock that is set over the start of a period may make the panel skip it, or begin it
 * twice, which ends what people have set until then: so that is waited for, but not for ever.
 */
#include "build.h"

#include "cz2d/clock/clock_rule.h"

#include <stdlib.h>

#include <cz2/clock.h>

enum {
	MINUTE_S = 60,
	QUARTER_S = 15 * MINUTE_S,
	OFF_S = 2 * MINUTE_S,   /* more is too much, */
	RIGHT_S = MINUTE_S,     /* and so little is none any more */
	/* Within two minutes of the start of a period nothing is set; and who is told to set
	 * it may need half a minute until he can. */
	NEAR_S = 2 * MINUTE_S + 30,
	FAR_S = 2 * 3600,       /* over so much time it has lost its place in the day anyway */
	PAUSE_MS = 3600 * 1000, /* between two writes */
	PATIENCE_MS = 24 * PAUSE_MS,
};

static bool
is_near_start(const bool *starts, int second)
{
	int quarter = second / QUARTER_S, past = second % QUARTER_S;

	return (past <= NEAR_S && starts[quarter]) ||
	       (QUARTER_S - past <= NEAR_S && starts[(quarter + 1) % CLOCK_QUARTERS]);
}

/* Whether a period begins in the time between both clocks. */
static bool
is_start_between(const bool *starts, int panel, int host)
{
	int offset = cz2_clock_ahead(panel, host);
	int from = offset < 0 ? panel : host;
	int quarters = (from % QUARTER_S + abs(offset)) / QUARTER_S;

	for (int i = 1; i <= quarters; i++)
		if (starts[(from / QUARTER_S + i) % CLOCK_QUARTERS])
			return true;
	return false;
}

static bool
is_good_moment(const struct clock_view *view, bool patient)
{
	if (view->starts == NULL || is_near_start(view->starts, view->panel) ||
	    is_near_start(view->starts, view->host))
		return false;
	if (!patient || abs(cz2_clock_ahead(view->panel, view->host)) > FAR_S)
		return true;
	return !is_start_between(view->starts, view->panel, view->host);
}

/* Summer time begins or ends: whatever was done before counts no more. */
static void
look_at_zone(struct clock_memory *memory, const struct clock_view *view)
{
	if (memory->looked && memory->zone != view->zone)
		memory->drifting = memory->told = memory->set = memory->written = false;
	memory->looked = true;
	memory->zone = view->zone;
}

static bool
is_off(struct clock_memory *memory, const struct clock_view *view)
{
	int off = abs(cz2_clock_ahead(view->panel, view->host));

	if (off <= (memory->drifting ? RIGHT_S : OFF_S)) {
		memory->drifting = memory->told = memory->set = false;
		return false;
	}
	if (!memory->drifting)
		memory->since = view->now;
	memory->drifting = true;
	return true;
}

static bool
may_set(const struct clock_memory *memory, const struct clock_view *view, bool patient)
{
	if (memory->written && view->now - memory->last < PAUSE_MS)
		return false;
	return is_good_moment(view, patient);
}

enum clock_step
clock_rule(struct clock_memory *memory, const struct clock_view *view)
{
	bool patient;

	look_at_zone(memory, view);
	if (!is_off(memory, view))
		return CLOCK_REST;
	patient = view->now - memory->since < PATIENCE_MS;
	if (view->wanted && view->synchronized && !memory->set) {
		if (may_set(memory, view, patient)) {
			memory->set = memory->written = true;
			memory->last = view->now;
			return CLOCK_SET;
		}
		if (patient)
			return CLOCK_REST;
	}
	if (memory->told)
		return CLOCK_REST;
	memory->told = true;
	return CLOCK_TELL;
}

void
clock_rule_missed(struct clock_memory *memory)
{
	memory->set = false;
}

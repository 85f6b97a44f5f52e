/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/ledger/unexpected.h"

#include <stdlib.h>

#include <cz2/exchange.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/ledger/belief.h"
#include "cz2d/ledger/cause.h"
#include "cz2d/ledger/clock_history.h"
#include "cz2d/ledger/writes.h"

enum {
	BEGINS_MS = 60000, /* the panel may take so long to begin a period */
	TOGETHER_MS = 2 * CZ2_LATE_MS, /* the next value may be beyond doubt so much later */
	HOLDS_TOGETHER = 2, /* zones whose hold a person does not end at the same moment */
};

const char *const unexpected_cause_names[] = {
	[UNEXPECTED_UNKNOWN] = "unknown",
	[UNEXPECTED_RESTARTED] = "panel_restarted",
	[UNEXPECTED_CLIENT] = "other_client",
	[UNEXPECTED_PERIOD] = "period_began",
	[UNEXPECTED_WALL] = "wall_thermostat",
	[UNEXPECTED_CAUSE_COUNT] = NULL,
};

struct unexpected {
	int zones;
	struct belief beliefs[CZ2_SLOT_COUNT];
	struct writes writes;
	struct cz2_image seen[CZ2_ROW_COUNT];  /* the newest */
	struct cz2_image calm[CZ2_ROW_COUNT];  /* the newest without anything doubtful */
	int64_t disturbed[CZ2_ROW_COUNT];      /* when somebody else was heard writing it last */
	int64_t deaf;                          /* when somebody may have written unheard, last */
	struct clock_history clock; /* of the panel */
};

struct unexpected *
unexpected_new(int zones)
{
	struct unexpected *unexpected = mem_new(1, sizeof *unexpected);

	unexpected->zones = zones;
	clock_history_init(&unexpected->clock);
	writes_init(&unexpected->writes);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		belief_init(&unexpected->beliefs[slot]);
	unexpected->deaf = INT64_MIN;
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		unexpected->disturbed[row] = INT64_MIN;
	return unexpected;
}

struct unexpected *
unexpected_free(struct unexpected *unexpected)
{
	free(unexpected);
	return NULL;
}

/* ------------------------------------------------------------------------
 * Values in rows. Each that can be written lies in one row only.
 */

static enum cz2_row
row_of(int slot)
{
	enum cz2_field field;
	int zone;

	cz2_slot_split(slot, &field, &zone);
	return (enum cz2_row)cz2_field_info(field)->places[0].row;
}

/* Its zone; 0: the panel. */
static int
zone_of_slot(int slot)
{
	enum cz2_field field;
	int zone;

	cz2_slot_split(slot, &field, &zone);
	return zone;
}

static int
value_in(const struct cz2_image *image, int slot)
{
	enum cz2_field field;
	int zone;

	cz2_slot_split(slot, &field, &zone);
	return cz2_place_get(cz2_field_info(field), &cz2_field_info(field)->places[0], zone,
			     image->bytes, image->length);
}

static bool
is_watched(const struct unexpected *unexpected, int slot)
{
	enum cz2_field field;
	int zone;

	cz2_slot_split(slot, &field, &zone);
	return cz2_field_info(field)->writable && zone <= unexpected->zones;
}

/* ------------------------------------------------------------------------
 * What we wrote
 */

void
unexpected_wrote(struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *before,
		 const struct cz2_image *after, int64_t now)
{
	struct cz2_values *named = writes_add(&unexpected->writes, now, true);

	if (row == CZ2_ROW_1_18)
		clock_history_set(&unexpected->clock);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (is_watched(unexpected, slot) && row_of(slot) == row &&
		    value_in(before, slot) != value_in(after, slot))
			named->at[slot] = (int16_t)value_in(after, slot);
}

void
unexpected_doubtful(struct unexpected *unexpected, const struct cz2_command *command, int64_t now)
{
	*writes_add(&unexpected->writes, now, false) = command->wish;
}

void
unexpected_delivered(struct unexpected *unexpected, const struct cz2_command *command, int64_t now)
{
	struct cz2_command open;

	cz2_command_init(&open);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		int16_t named = command->wish.at[slot];

		if (slot == CZ2_ALL && named == CZ2_ALL_ON)
			open.wish.at[slot] = named; /* whichever zone rules */
		else if (named != CZ2_UNKNOWN && unexpected->beliefs[slot].value != CZ2_UNKNOWN)
			unexpected->beliefs[slot].value = named;
	}
	unexpected_doubtful(unexpected, &open, now);
}

/* ------------------------------------------------------------------------
 * What the panel shows
 */

void
unexpected_disturbed(struct unexpected *unexpected, enum cz2_row row, int64_t now)
{
	unexpected->disturbed[row] = now;
	if (row == CZ2_ROW_1_18)
		clock_history_set(&unexpected->clock);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (row_of(slot) == row)
			belief_disturbed(&unexpected->beliefs[slot], now);
}

void
unexpected_deaf(struct unexpected *unexpected, int64_t now)
{
	unexpected->deaf = now;
}

/* A value that differs from the believed one and that no write of ours named. */
static void
weigh(struct unexpected *unexpected, int slot, int value, int64_t time)
{
	struct belief *belief = &unexpected->beliefs[slot];

	if (!belief_weigh(belief, value, time, unexpected->disturbed[row_of(slot)]))
		return;
	/* What the panel made of a value that we wrote is told by that command. */
	if (writes_may_have_made(&unexpected->writes, slot, belief)) {
		writes_forget(&unexpected->writes, slot, belief->since);
		belief_accept(belief, value, time);
	}
}

static void
look_at(struct unexpected *unexpected, int slot, const struct cz2_image *image)
{
	struct belief *belief = &unexpected->beliefs[slot];
	int value = value_in(image, slot);

	if (value == CZ2_UNKNOWN) {
		if (belief_is_in_doubt(belief))
			belief_drop_doubt(belief);
		return;
	}
	if (writes_explain(&unexpected->writes, slot, value) || belief->value == CZ2_UNKNOWN ||
	    belief->value == value)
		belief_accept(belief, value, image->time);
	else
		weigh(unexpected, slot, value, image->time);
	if (belief->doubtful == CZ2_UNKNOWN)
		writes_expire(&unexpected->writes, slot, image->time);
}

static bool
is_new(const struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *image)
{
	const struct cz2_image *seen = &unexpected->seen[row];

	return image->length != 0 && (seen->length == 0 || image->time > seen->time);
}

bool
unexpected_contradicts(const struct unexpected *unexpected, enum cz2_row row,
		       const struct cz2_image *image)
{
	if (!is_new(unexpected, row, image))
		return false;
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		const struct belief *belief = &unexpected->beliefs[slot];
		int value;

		if (!belief_is_ripe(belief) || row_of(slot) != row)
			continue;
		value = value_in(image, slot);
		if (value != CZ2_UNKNOWN && value != belief->doubtful)
			return true;
	}
	return false;
}

bool
unexpected_saw(struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *image)
{
	bool doubtful = false;

	if (!is_new(unexpected, row, image))
		return false;
	unexpected->seen[row] = *image;
	if (row == CZ2_ROW_1_18)
		clock_history_read(&unexpected->clock, image);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		if (!is_watched(unexpected, slot) || row_of(slot) != row)
			continue;
		look_at(unexpected, slot, image);
		doubtful = doubtful || unexpected->beliefs[slot].doubtful != CZ2_UNKNOWN;
	}
	if (!doubtful)
		unexpected->calm[row] = *image;
	return doubtful;
}

/* ------------------------------------------------------------------------
 * What may have happened together
 */

/* What is beyond doubt may have more to it, which is not yet, or was not read since. */
static bool
lacks_another(const struct unexpected *unexpected, int ripe)
{
	const struct belief *beliefs = unexpected->beliefs;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (zone_of_slot(slot) == zone_of_slot(ripe) && !belief_is_ripe(&beliefs[slot]) &&
		    beliefs[slot].value != CZ2_UNKNOWN &&
		    belief_can_change_with(&beliefs[slot], &beliefs[ripe]))
			return true;
	return false;
}

bool
unexpected_overdue(const struct unexpected *unexpected, int64_t now)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (belief_is_ripe(&unexpected->beliefs[slot]) &&
		    now >= unexpected->beliefs[slot].ripened + TOGETHER_MS)
			return true;
	return false;
}

bool
unexpected_waits(const struct unexpected *unexpected, int64_t now)
{
	if (unexpected_overdue(unexpected, now))
		return false;
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (belief_is_ripe(&unexpected->beliefs[slot]) && lacks_another(unexpected, slot))
			return true;
	return false;
}

/* ------------------------------------------------------------------------
 * Causes
 */

static int
slot_of(const struct unexpected_finding *finding, int change)
{
	return cz2_slot(finding->changes[change].field, finding->zone);
}

static bool
any_made_within(const struct unexpected *unexpected, const struct unexpected_finding *finding,
		struct span span)
{
	for (int i = 0; i < finding->count; i++)
		if (belief_may_have_changed_within(&unexpected->beliefs[slot_of(finding, i)], span))
			return true;
	return false;
}

/* All holds, of several zones, at one moment; when. */
static bool
holds_vanished(const struct unexpected *unexpected, struct span *span)
{
	int count = 0;

	*span = (struct span){INT64_MIN, INT64_MAX};
	for (int zone = 1; zone <= unexpected->zones; zone++) {
		const struct belief *belief = &unexpected->beliefs[cz2_slot(CZ2_HOLD, zone)];

		if (belief_by_now(belief) == 1)
			return false;
		if (belief_is_ripe(belief) && belief->value == 1) {
			belief_narrow(belief, span);
			count++;
		}
	}
	return count >= HOLDS_TOGETHER && span->after < span->before;
}

static bool
is_of_restart(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	struct span jump = {unexpected->clock.jump_after, unexpected->clock.jump_before};
	struct span vanished;

	if (jump.before != INT64_MIN && any_made_within(unexpected, finding, jump))
		return true;
	return holds_vanished(unexpected, &vanished) &&
	       any_made_within(unexpected, finding, vanished);
}

static bool
is_of_client(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	for (int i = 0; i < finding->count; i++)
		if (unexpected->beliefs[slot_of(finding, i)].client)
			return true;
	return false;
}

/* The zone as it was believed to be, or as it is beyond doubt by now. */
static struct cause_zone
zone_of(const struct unexpected *unexpected, int zone, bool by_now)
{
	struct cz2_values values;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		const struct belief *belief = &unexpected->beliefs[slot];

		values.at[slot] = by_now ? belief_by_now(belief) : belief->value;
	}
	return cause_zone_of(&values, zone);
}

static bool
is_whole(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	for (int i = 0; i < finding->count; i++)
		if (lacks_another(unexpected, slot_of(finding, i)))
			return false;
	return true;
}

static struct span
span_of(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	struct span span = {INT64_MIN, INT64_MAX};

	for (int i = 0; i < finding->count; i++)
		belief_narrow(&unexpected->beliefs[slot_of(finding, i)], &span);
	return span;
}

/* At one moment, at which whoever writes a row would have been heard. */
static bool
was_heard_at_once(const struct unexpected *unexpected, struct span span)
{
	return span.after > unexpected->deaf && span.after < span.before;
}

/* How a zone was and is, and when it changed. */
struct zone_change {
	int zone;
	struct cause_zone was, is;
	struct span span;
};

static bool
period_began(const struct unexpected *unexpected, const struct zone_change *change)
{
	const struct span *span = &change->span;
	struct cz2_setting period;

	return clock_history_began(&unexpected->clock, unexpected->seen, change->zone,
				   span->after - BEGINS_MS, span->before + CZ2_LATE_MS, &period) &&
	       cause_is_period(&change->was, &change->is, &period);
}

static bool
was_turned(const struct unexpected *unexpected, const struct zone_change *change)
{
	struct cz2_setting period;
	bool known;

	if (!was_heard_at_once(unexpected, change->span))
		return false;
	known = clock_history_in_force(&unexpected->clock, unexpected->seen, change->zone,
				       change->span.before, &period);
	return cause_is_wall(&change->was, &change->is, known ? &period : NULL);
}

static enum unexpected_cause
cause_of_zone(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	const struct zone_change change = {
		.zone = finding->zone,
		.was = zone_of(unexpected, finding->zone, false),
		.is = zone_of(unexpected, finding->zone, true),
		.span = span_of(unexpected, finding),
	};

	if (period_began(unexpected, &change))
		return UNEXPECTED_PERIOD;
	if (was_turned(unexpected, &change))
		return UNEXPECTED_WALL;
	return UNEXPECTED_UNKNOWN;
}

static enum unexpected_cause
cause_of(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	if (is_of_restart(unexpected, finding))
		return UNEXPECTED_RESTARTED;
	if (is_of_client(unexpected, finding))
		return UNEXPECTED_CLIENT;
	return finding->zone != 0 && is_whole(unexpected, finding)
		       ? cause_of_zone(unexpected, finding)
		       : UNEXPECTED_UNKNOWN;
}

/* ------------------------------------------------------------------------
 * Findings
 */

/*
 * Setpoints of a zone that nobody holds, the end of temporary ones, and being out. What stays
 * temporary has seen no period begin.
 */
static bool
by_schedule(const struct unexpected *unexpected, int zone, const struct unexpected_change *change)
{
	const struct belief *temporary;

	if (zone == 0 || change->field == CZ2_HOLD)
		return false;
	if (unexpected->beliefs[cz2_slot(CZ2_HOLD, zone)].value == 1)
		return false;
	temporary = &unexpected->beliefs[cz2_slot(CZ2_TEMPORARY, zone)];
	if (temporary->value == 1 && temporary->doubtful == CZ2_UNKNOWN)
		return false;
	return change->field != CZ2_TEMPORARY || change->now == 0;
}

static void
add_row(const struct unexpected *unexpected, struct unexpected_finding *finding, enum cz2_row row)
{
	for (int i = 0; i < finding->row_count; i++)
		if (finding->rows[i].row == row)
			return;
	finding->rows[finding->row_count++] = (struct outcome_row){
		.row = row, .before = unexpected->calm[row], .after = unexpected->seen[row]};
}

static void
add_change(const struct unexpected *unexpected, struct unexpected_finding *finding, int slot)
{
	const struct belief *belief = &unexpected->beliefs[slot];
	struct unexpected_change *change = &finding->changes[finding->count++];
	int zone;

	*change = (struct unexpected_change){.old = belief->value, .now = belief->doubtful};
	cz2_slot_split(slot, &change->field, &zone);
	finding->seen = clock_later(finding->seen, belief->since);
	finding->scheduled = finding->scheduled && by_schedule(unexpected, zone, change);
	add_row(unexpected, finding, row_of(slot));
}

static bool
find(const struct unexpected *unexpected, int zone, struct unexpected_finding *finding)
{
	*finding = (struct unexpected_finding){.zone = zone, .scheduled = true, .seen = INT64_MIN};
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (zone_of_slot(slot) == zone && belief_is_ripe(&unexpected->beliefs[slot]))
			add_change(unexpected, finding, slot);
	if (finding->count == 0)
		return false;
	finding->cause = cause_of(unexpected, finding);
	if (finding->cause != UNEXPECTED_UNKNOWN)
		finding->scheduled = finding->cause == UNEXPECTED_PERIOD;
	return true;
}

static bool
is_row_in_doubt(const struct unexpected *unexpected, enum cz2_row row)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (row_of(slot) == row && belief_is_in_doubt(&unexpected->beliefs[slot]))
			return true;
	return false;
}

static void
believe_ripe(struct unexpected *unexpected)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		struct belief *belief = &unexpected->beliefs[slot];
		enum cz2_row row = row_of(slot);

		if (!belief_is_ripe(belief))
			continue;
		belief_accept(belief, belief->doubtful, unexpected->seen[row].time);
		if (!is_row_in_doubt(unexpected, row))
			unexpected->calm[row] = unexpected->seen[row];
	}
}

int
unexpected_take(struct unexpected *unexpected,
		struct unexpected_finding findings[UNEXPECTED_FINDINGS_MAX])
{
	int count = 0;

	for (int zone = 0; zone <= unexpected->zones; zone++)
		count += find(unexpected, zone, &findings[count]);
	believe_ripe(unexpected);
	return count;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Replies carry no number: a reply that came late or twice shows the row as it was. So
 * a new value counts only when a second read shows it, asked for so much later that
 * no reply to anything before can have answered both. A value that we wrote counts at once.
 */
#include "build.h"

#include "cz2d/ledger/unexpected.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/exchange.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/ledger/cause.h"
#include "cz2d/ledger/clock_history.h"

enum {
	WRITES_MAX = 32,     /* of ours, whose end was not seen yet */
	SETTLED_MS = 5000,   /* a write that does not show by then was not kept */
	BEGINS_MS = 60000,   /* the panel may take so long to begin a period */
	TOGETHER_MS = 2 * CZ2_LATE_MS, /* the next value may be beyond doubt so much later */
	HOLDS_TOGETHER = 2,  /* zones whose hold a person does not end at the same moment */
};

const char *const unexpected_cause_names[] = {
	[UNEXPECTED_UNKNOWN] = "unknown",
	[UNEXPECTED_RESTARTED] = "panel_restarted",
	[UNEXPECTED_CLIENT] = "other_client",
	[UNEXPECTED_PERIOD] = "period_began",
	[UNEXPECTED_WALL] = "wall_thermostat",
	[UNEXPECTED_CAUSE_COUNT] = NULL,
};

/* What is known of one value. */
struct slot {
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

/* What a write named and no read has shown yet. */
struct sent {
	int64_t time;
	bool live; /* it left in this life */
	struct cz2_values named;
};

struct unexpected {
	int zones;
	struct slot slots[CZ2_SLOT_COUNT];
	struct sent sent[WRITES_MAX];
	int next_sent;
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
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		unexpected->slots[slot] = (struct slot){
			.value = CZ2_UNKNOWN,
			.doubtful = CZ2_UNKNOWN,
			.since = INT64_MAX,
			.ripened = INT64_MIN,
		};
	unexpected->deaf = INT64_MIN;
	for (int i = 0; i < WRITES_MAX; i++)
		cz2_values_clear(&unexpected->sent[i].named);
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

static bool
is_settled(const struct sent *sent)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (sent->named.at[slot] != CZ2_UNKNOWN)
			return false;
	return true;
}

/* Room for one more; of those that are not settled the oldest gives way. */
static struct sent *
sent_new(struct unexpected *unexpected, int64_t now)
{
	struct sent *sent = &unexpected->sent[unexpected->next_sent];

	for (int i = 0; i < WRITES_MAX && !is_settled(sent); i++) {
		unexpected->next_sent = (unexpected->next_sent + 1) % WRITES_MAX;
		sent = &unexpected->sent[unexpected->next_sent];
	}
	unexpected->next_sent = (unexpected->next_sent + 1) % WRITES_MAX;
	sent->time = now;
	sent->live = false;
	cz2_values_clear(&sent->named);
	return sent;
}

void
unexpected_wrote(struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *before,
		 const struct cz2_image *after, int64_t now)
{
	struct sent *sent = sent_new(unexpected, now);

	if (row == CZ2_ROW_1_18)
		clock_history_set(&unexpected->clock);
	sent->live = true;
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (is_watched(unexpected, slot) && row_of(slot) == row &&
		    value_in(before, slot) != value_in(after, slot))
			sent->named.at[slot] = (int16_t)value_in(after, slot);
}

static bool
is_met(int slot, int named, int value)
{
	if (slot == CZ2_ALL && named == CZ2_ALL_ON)
		return value > 0;
	return named == value;
}

/* Not what was there before it, nor what came long after the old value had still been shown. */
static bool
may_be_made_of(const struct sent *sent, const struct slot *slot)
{
	if (slot->since < sent->time)
		return false;
	return slot->shown <= sent->time || slot->since < sent->time + SETTLED_MS;
}

static bool
is_being_written(const struct unexpected *unexpected, int id)
{
	for (int i = 0; i < WRITES_MAX; i++) {
		const struct sent *sent = &unexpected->sent[i];

		if (sent->live && sent->named.at[id] != CZ2_UNKNOWN &&
		    may_be_made_of(sent, &unexpected->slots[id]))
			return true;
	}
	return false;
}

/* What came of these writes was seen: they explain no later change. */
static void
forget_until(struct unexpected *unexpected, int slot, int64_t time)
{
	for (int i = 0; i < WRITES_MAX; i++)
		if (unexpected->sent[i].time <= time)
			unexpected->sent[i].named.at[slot] = CZ2_UNKNOWN;
}

/* True when a write of ours named it. */
static bool
explained(struct unexpected *unexpected, int slot, int value)
{
	int64_t newest = INT64_MIN;

	for (int i = 0; i < WRITES_MAX; i++) {
		const struct sent *sent = &unexpected->sent[i];

		if (sent->named.at[slot] != CZ2_UNKNOWN &&
		    is_met(slot, sent->named.at[slot], value))
			newest = clock_later(newest, sent->time);
	}
	if (newest != INT64_MIN)
		forget_until(unexpected, slot, newest);
	return newest != INT64_MIN;
}

void
unexpected_doubtful(struct unexpected *unexpected, const struct cz2_command *command, int64_t now)
{
	sent_new(unexpected, now)->named = command->wish;
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
		else if (named != CZ2_UNKNOWN && unexpected->slots[slot].value != CZ2_UNKNOWN)
			unexpected->slots[slot].value = named;
	}
	unexpected_doubtful(unexpected, &open, now);
}

/* ------------------------------------------------------------------------
 * What the panel shows
 */

static bool
is_ripe(const struct slot *slot)
{
	return slot->ripened != INT64_MIN;
}

static bool
is_in_doubt(const struct slot *slot)
{
	return slot->doubtful != CZ2_UNKNOWN && !is_ripe(slot);
}

/* Whether something that happened within a span may have made the change. */
static bool
may_have_made(const struct slot *slot, struct span span)
{
	return span.after < slot->since + CZ2_LATE_MS && slot->shown < span.before + CZ2_LATE_MS;
}

static void
end_doubt(struct slot *slot)
{
	slot->doubtful = CZ2_UNKNOWN;
	slot->since = INT64_MAX;
	slot->ripened = INT64_MIN;
	slot->client = false;
}

static void
believe(struct slot *slot, int value, int64_t time)
{
	end_doubt(slot);
	slot->value = (int16_t)value;
	slot->shown = time;
}

/* disturbed: when somebody else was heard writing the row last, or INT64_MIN. */
static void
doubt(struct slot *slot, int value, int64_t time, int64_t disturbed)
{
	slot->doubtful = (int16_t)value;
	slot->since = time;
	slot->ripened = INT64_MIN;
	slot->client = disturbed != INT64_MIN &&
		       may_have_made(slot, (struct span){disturbed, disturbed});
}

void
unexpected_disturbed(struct unexpected *unexpected, enum cz2_row row, int64_t now)
{
	unexpected->disturbed[row] = now;
	if (row == CZ2_ROW_1_18)
		clock_history_set(&unexpected->clock);
	for (int id = 0; id < CZ2_SLOT_COUNT; id++) {
		struct slot *slot = &unexpected->slots[id];

		if (slot->doubtful != CZ2_UNKNOWN && row_of(id) == row &&
		    may_have_made(slot, (struct span){now, now}))
			slot->client = true;
	}
}

void
unexpected_deaf(struct unexpected *unexpected, int64_t now)
{
	unexpected->deaf = now;
}

/* A value that differs from the believed one and that no write of ours named. */
static void
weigh(struct unexpected *unexpected, int id, int value, int64_t time)
{
	struct slot *slot = &unexpected->slots[id];

	if (slot->doubtful != value) {
		doubt(slot, value, time, unexpected->disturbed[row_of(id)]);
	} else if (time >= slot->since + CZ2_LATE_MS) {
		/* What the panel made of a value that we wrote is told by that command. */
		if (is_being_written(unexpected, id)) {
			forget_until(unexpected, id, slot->since);
			believe(slot, value, time);
		} else if (!is_ripe(slot)) {
			slot->ripened = time;
		}
	}
}

static void
look_at(struct unexpected *unexpected, int id, const struct cz2_image *image)
{
	struct slot *slot = &unexpected->slots[id];
	int value = value_in(image, id);

	if (value == CZ2_UNKNOWN) {
		if (is_in_doubt(slot))
			end_doubt(slot);
		return;
	}
	if (explained(unexpected, id, value) || slot->value == CZ2_UNKNOWN || slot->value == value)
		believe(slot, value, image->time);
	else
		weigh(unexpected, id, value, image->time);
	/* What did not show by then was not kept, or was taken back at once. */
	if (slot->doubtful == CZ2_UNKNOWN)
		forget_until(unexpected, id, image->time - SETTLED_MS);
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
	for (int id = 0; id < CZ2_SLOT_COUNT; id++) {
		const struct slot *slot = &unexpected->slots[id];
		int value;

		if (!is_ripe(slot) || row_of(id) != row)
			continue;
		value = value_in(image, id);
		if (value != CZ2_UNKNOWN && value != slot->doubtful)
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
		doubtful = doubtful || unexpected->slots[slot].doubtful != CZ2_UNKNOWN;
	}
	if (!doubtful)
		unexpected->calm[row] = *image;
	return doubtful;
}

/* ------------------------------------------------------------------------
 * Moments
 */

/* Leaves of a span what lies between the last sight of the old value and the first of the new. */
static void
narrow(struct span *span, const struct slot *slot)
{
	span->after = clock_later(span->after, slot->shown);
	span->before = clock_earlier(span->before, slot->since);
}

/* Neither was seen as it had been after the other had changed. */
static bool
can_be_one(const struct slot *one, const struct slot *other)
{
	return clock_later(one->shown, other->shown) < clock_earlier(one->since, other->since);
}

/* What is beyond doubt may have more to it, which is not yet, or was not read since. */
static bool
lacks_another(const struct unexpected *unexpected, int ripe)
{
	const struct slot *slots = unexpected->slots;

	for (int id = 0; id < CZ2_SLOT_COUNT; id++)
		if (zone_of_slot(id) == zone_of_slot(ripe) && !is_ripe(&slots[id]) &&
		    slots[id].value != CZ2_UNKNOWN && can_be_one(&slots[id], &slots[ripe]))
			return true;
	return false;
}

bool
unexpected_overdue(const struct unexpected *unexpected, int64_t now)
{
	for (int id = 0; id < CZ2_SLOT_COUNT; id++)
		if (is_ripe(&unexpected->slots[id]) &&
		    now >= unexpected->slots[id].ripened + TOGETHER_MS)
			return true;
	return false;
}

bool
unexpected_waits(const struct unexpected *unexpected, int64_t now)
{
	if (unexpected_overdue(unexpected, now))
		return false;
	for (int id = 0; id < CZ2_SLOT_COUNT; id++)
		if (is_ripe(&unexpected->slots[id]) && lacks_another(unexpected, id))
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
		if (may_have_made(&unexpected->slots[slot_of(finding, i)], span))
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
		const struct slot *slot = &unexpected->slots[cz2_slot(CZ2_HOLD, zone)];

		if ((is_ripe(slot) ? slot->doubtful : slot->value) == 1)
			return false;
		if (is_ripe(slot) && slot->value == 1) {
			narrow(span, slot);
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
		if (unexpected->slots[slot_of(finding, i)].client)
			return true;
	return false;
}

/* The zone as it was believed to be, or as it is beyond doubt by now. */
static struct cause_zone
zone_of(const struct unexpected *unexpected, int zone, bool by_now)
{
	struct cz2_values values;

	for (int id = 0; id < CZ2_SLOT_COUNT; id++) {
		const struct slot *slot = &unexpected->slots[id];

		values.at[id] = by_now && is_ripe(slot) ? slot->doubtful : slot->value;
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
		narrow(&span, &unexpected->slots[slot_of(finding, i)]);
	return span;
}

/* At one moment, at which whoever writes a row would have been heard. */
static bool
was_heard_at_once(const struct unexpected *unexpected, struct span span)
{
	return span.after > unexpected->deaf && span.after < span.before;
}

static enum unexpected_cause
cause_of_zone(const struct unexpected *unexpected, const struct unexpected_finding *finding)
{
	struct cause_zone was = zone_of(unexpected, finding->zone, false);
	struct cause_zone is = zone_of(unexpected, finding->zone, true);
	struct span span = span_of(unexpected, finding);
	struct cz2_setting period;

	if (clock_history_began(&unexpected->clock, unexpected->seen, finding->zone,
				span.after - BEGINS_MS, span.before + CZ2_LATE_MS, &period) &&
	    cause_is_period(&was, &is, &period))
		return UNEXPECTED_PERIOD;
	if (was_heard_at_once(unexpected, span) && cause_is_wall(&was, &is))
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
	const struct slot *temporary = &unexpected->slots[cz2_slot(CZ2_TEMPORARY, zone)];

	if (zone == 0 || unexpected->slots[cz2_slot(CZ2_HOLD, zone)].value == 1)
		return false;
	if (temporary->value == 1 && temporary->doubtful == CZ2_UNKNOWN)
		return false;
	return change->field != CZ2_HOLD && (change->field != CZ2_TEMPORARY || change->now == 0);
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
add_change(const struct unexpected *unexpected, struct unexpected_finding *finding, int id)
{
	const struct slot *slot = &unexpected->slots[id];
	struct unexpected_change *change = &finding->changes[finding->count++];
	int zone;

	*change = (struct unexpected_change){.old = slot->value, .now = slot->doubtful};
	cz2_slot_split(id, &change->field, &zone);
	finding->seen = clock_later(finding->seen, slot->since);
	finding->scheduled = finding->scheduled && by_schedule(unexpected, zone, change);
	add_row(unexpected, finding, row_of(id));
}

static bool
find(const struct unexpected *unexpected, int zone, struct unexpected_finding *finding)
{
	*finding = (struct unexpected_finding){.zone = zone, .scheduled = true, .seen = INT64_MIN};
	for (int id = 0; id < CZ2_SLOT_COUNT; id++)
		if (zone_of_slot(id) == zone && is_ripe(&unexpected->slots[id]))
			add_change(unexpected, finding, id);
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
	for (int id = 0; id < CZ2_SLOT_COUNT; id++)
		if (row_of(id) == row && is_in_doubt(&unexpected->slots[id]))
			return true;
	return false;
}

static void
believe_ripe(struct unexpected *unexpected)
{
	for (int id = 0; id < CZ2_SLOT_COUNT; id++) {
		struct slot *slot = &unexpected->slots[id];
		enum cz2_row row = row_of(id);

		if (!is_ripe(slot))
			continue;
		believe(slot, slot->doubtful, unexpected->seen[row].time);
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

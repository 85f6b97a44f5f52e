/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the disk to the engine and back to the disk: what happens to one command once it
 * has been accepted.
 */
#include "build.h"

#include "cz2d/ledger/ledger_internal.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/host_clock.h"
#include "base/log.h"
#include "cz2d/json/json.h"

enum {
	AGAIN_MS = 5000, /* between attempts to keep an end that could not be kept */
	RETRY_MS = 1000, /* between looks whether the panel can be asked */
};

void
entry_set_result(struct entry *entry, json_t *result)
{
	free(entry->record.result);
	entry->record.result = json_dumps(result, JSON_COMPACT);
	json_decref(result);
}

/* ------------------------------------------------------------------------
 * The end
 */

void
entry_tell(struct entry *entry, const struct outcome *outcome, int64_t now)
{
	struct ledger_caller caller = entry->caller;

	entry->caller = (struct ledger_caller){.self = NULL};
	if (caller.ended != NULL)
		caller.ended(caller.self, &entry->record, outcome, now);
}

static void
observers_accepted(const struct entry *entry, int64_t now)
{
	for (int i = 0; i < entry->ledger->observer_count; i++) {
		const struct ledger_observer *observer = &entry->ledger->observers[i];

		if (observer->accepted != NULL)
			observer->accepted(observer->self, &entry->record, now);
	}
}

static void
observers_final(const struct entry *entry, const struct outcome *outcome, int64_t now)
{
	for (int i = 0; i < entry->ledger->observer_count; i++) {
		const struct ledger_observer *observer = &entry->ledger->observers[i];

		if (observer->final != NULL)
			observer->final(observer->self, &entry->record, outcome, now);
	}
}

void
entry_end(struct entry *entry, enum record_status status, const struct outcome *outcome,
	  int64_t now)
{
	struct record *record = &entry->record;

	record->status = status;
	record->updated_us = clock_wall_us_of(now);
	if (status == RECORD_DELIVERED)
		record->delivered_us = record->updated_us;
	log_info("ledger", "%s for %s by %s: %s%s%s", record->command, record->device, record->user,
		 record_status_names[status], outcome->error != CZ2_OK ? ", " : "",
		 outcome->error != CZ2_OK ? cz2_strerror(outcome->error) : "");
	entry->phase = PHASE_ENDED;
	entry_tell(entry, outcome, now);
	observers_final(entry, outcome, now);
	entry_keep(entry);
}

static void
end_with(struct entry *entry, enum record_status status, const struct outcome *outcome,
	 int64_t now)
{
	entry_set_result(entry, json_result(outcome));
	entry_end(entry, status, outcome, now);
}

struct outcome
entry_failure(const struct entry *entry, int error)
{
	struct outcome outcome = {.error = error, .warnings = entry->warnings};

	cz2_command_init(&outcome.applied);
	if (entry->program != NULL)
		program_tell(entry->program, &outcome);
	return outcome;
}

void
entry_fail(struct entry *entry, int error, int64_t now)
{
	struct outcome outcome = entry_failure(entry, error);

	end_with(entry, RECORD_FAILED, &outcome, now);
}

/* Of a program days may have been written before the panel went away. */
static void
expire(struct entry *entry, int64_t now)
{
	struct outcome outcome = entry_failure(entry, CZ2_ETIMEOUT);

	end_with(entry, entry->record.sent_us != 0 ? RECORD_FAILED : RECORD_EXPIRED, &outcome, now);
}

/* ------------------------------------------------------------------------
 * With the engine
 */

/* Before its first frame: a crash must not leave a write that nobody knows of. */
static void
prepare(void *self, int64_t now)
{
	struct entry *entry = self;

	(void)now;
	entry->record.armed = true;
	entry->arming = true;
	entry_keep(entry);
}

/* A program goes on for seconds: that it has begun stands on the disk, too. */
static void
on_sent(void *self, int64_t now)
{
	struct entry *entry = self;
	struct record *record = &entry->record;
	bool first = record->sent_us == 0;

	record->status = RECORD_SENT;
	record->updated_us = clock_wall_us_of(now);
	if (!first)
		return;
	record->sent_us = record->updated_us;
	if (entry->program != NULL)
		entry_keep(entry);
}

/*
 * Nothing has left of which nobody knows what became: a crash from now on leaves it to be
 * carried out, or the rest of it.
 */
static void
disarm(struct entry *entry)
{
	entry->arming = false;
	if (!entry->record.armed)
		return;
	entry->record.armed = false;
	entry_keep(entry);
}

/* On the disk it has not ended: the next start takes it up. */
static void
leave(struct entry *entry)
{
	entry->phase = PHASE_LEFT;
	disarm(entry);
	if (entry->keeps == 0)
		entry_free(entry);
}

/* Until the panel can be asked again. */
static void
hold(struct entry *entry)
{
	entry->phase = PHASE_HELD;
	disarm(entry);
}

/*
 * Of two commands that contradict each other the later one has to win, however long the earlier
 * one waits: from the first such one on those behind it wait as well, and entries that wait are
 * gone through in order. Of raw writes none has to win: they go onto what was seen, or not at all.
 */
static void
hold_with_followers(struct entry *entry)
{
	bool follows = false;

	hold(entry);
	for (struct entry *other = entry->next; other != NULL; other = other->next) {
		struct cz2_command both = entry->wish;

		if (other->phase != PHASE_QUEUED || other->refresh || other->is_raw ||
		    other->program != NULL)
			continue;
		follows = follows || cz2_command_merge(&both, &other->wish) != CZ2_OK;
		if (!follows || !engine_withdraw(entry->ledger->engine, other->order))
			continue;
		other->order = 0;
		hold(other);
	}
}

static void
queue(struct entry *entry, int64_t now);

static bool
panel_is_away(int error)
{
	return error == CZ2_ETIMEOUT || error == CZ2_ECLOSED || error == CZ2_EBUSY;
}

/* What came of all of it. waits: it may be carried out later. */
static void
finish(struct entry *entry, const struct outcome *outcome, bool waits, int64_t now)
{
	if (outcome->error == CZ2_OK)
		end_with(entry, RECORD_DELIVERED, outcome, now);
	else if (outcome->error == CZ2_EUNCONFIRMED)
		entry_leave_open(entry, outcome, now);
	else if (waits && outcome->error == CZ2_ESTOPPING)
		leave(entry);
	else if (waits && panel_is_away(outcome->error) && now < entry->deadline)
		hold_with_followers(entry);
	else if (waits && panel_is_away(outcome->error))
		expire(entry, now);
	else
		end_with(entry, RECORD_FAILED, outcome, now);
}

static void
on_done(void *self, const struct outcome *outcome, int64_t now)
{
	struct entry *entry = self;
	bool waits = entry->patient && !outcome->sent;
	struct outcome whole = *outcome;
	struct cz2_command next;

	entry->order = 0;
	if (entry->program != NULL) {
		program_took(entry->program, outcome);
		if (outcome->error == CZ2_OK && program_command(entry->program, &next)) {
			queue(entry, now);
			return;
		}
		program_tell(entry->program, &whole);
	}
	finish(entry, &whole, waits, now);
}

/* A clock that has waited for the panel over the beginning of summer time, or its end, is to
 * show what clocks show by then. */
static void
follow_summer_time(struct entry *entry, int64_t now)
{
	int zone_s = host_clock_zone_s(clock_wall_us_of(now));

	if (entry->wish.week_start != CZ2_CLOCK_AS_IT_IS)
		entry->wish.week_start -= (zone_s - entry->zone_s) * INT64_C(1000);
	entry->zone_s = zone_s;
}

/* A day of a program has its time as any command has, within that of all of them. */
static int
submit(struct entry *entry, int64_t now)
{
	const struct ledger *ledger = entry->ledger;
	struct engine_order order = {
		.command = entry->wish,
		.warnings = entry->warnings,
		.deadline = entry->deadline,
		.done = on_done,
		.sent = on_sent,
		.prepare = entry->record.armed ? NULL : prepare,
		.self = entry,
		.raw = entry->is_raw ? &entry->raw : NULL,
	};

	if (entry->program != NULL) {
		program_command(entry->program, &order.command);
		order.deadline =
			clock_earlier(entry->deadline, now + ledger->config.timeout_ms);
	}
	return engine_submit(ledger->engine, &order, now, &entry->order);
}

/* From now on it is the engine's, if that takes it. */
static void
queue(struct entry *entry, int64_t now)
{
	int error;

	follow_summer_time(entry, now);
	error = entry->refresh ? engine_refresh(entry->ledger->engine, entry->how, on_done, entry,
						now, &entry->order)
			       : submit(entry, now);

	if (error == CZ2_OK)
		entry->phase = PHASE_QUEUED;
	else if (entry->patient && error == CZ2_ESTOPPING)
		leave(entry);
	else if (entry->patient && panel_is_away(error))
		hold(entry);
	else
		entry_fail(entry, error, now);
}

/* ------------------------------------------------------------------------
 * With the disk
 */

/*
 * Its caller is told that nothing is carried out that could not be recorded. Should the disk keep
 * the record after all, and we crash before it keeps this end of it, the next start takes it up.
 */
static void
give_up_recording(struct entry *entry, int64_t now)
{
	struct outcome outcome = entry_failure(entry, CZ2_EIO);

	entry->patient = false;
	entry->record_by = INT64_MAX;
	entry->error = CZ2_EIO;
	entry_tell(entry, &outcome, now);
}

static void
end_shown(struct entry *entry, int64_t now)
{
	struct outcome outcome = entry_failure(entry, CZ2_OK);

	outcome.unchanged = true;
	outcome.applied = entry->wish;
	end_with(entry, RECORD_DELIVERED, &outcome, now);
}

static void
on_recorded(struct entry *entry, int64_t now)
{
	if (entry->error != CZ2_OK) {
		entry_fail(entry, entry->error, now);
		return;
	}
	entry->phase = PHASE_HELD; /* behind those that were accepted before */
	if (entry->caller.recorded != NULL)
		entry->caller.recorded(entry->caller.self, &entry->record, now);
	observers_accepted(entry, now);
	if (entry->program != NULL)
		program_begin(entry->program, entry->ledger->model);
	if (entry->shown)
		end_shown(entry, now);
	else if (entry->record.answer != NULL)
		entry_keep(entry);
}

static void
on_not_recorded(struct entry *entry, int64_t now)
{
	struct outcome outcome = entry_failure(entry, CZ2_EIO);

	entry_tell(entry, &outcome, now);
	entry_free(entry);
}

static void
on_armed(struct entry *entry, int error, int64_t now)
{
	entry->arming = false;
	if (error == CZ2_OK) {
		engine_prepared(entry->ledger->engine, entry->order);
		return;
	}
	engine_withdraw(entry->ledger->engine, entry->order);
	entry_fail(entry, CZ2_EIO, now);
}

/* What was never accepted need not be kept at all costs. */
static void
on_end_kept(struct entry *entry, int error, int64_t now)
{
	if (error == CZ2_OK || !entry->recorded) {
		entry_free(entry);
		return;
	}
	entry->phase = PHASE_UNKEPT;
	entry->deadline = now + AGAIN_MS;
}

/* What was on its way to the disk has arrived, or cannot be kept. */
static void
on_kept(void *self, int error, int64_t now)
{
	struct entry *entry = self;

	entry->recorded |= error == CZ2_OK;
	if (--entry->keeps > 0)
		return; /* something newer is on its way */
	if (entry->phase == PHASE_RECORDING && error == CZ2_OK)
		on_recorded(entry, now);
	else if (entry->phase == PHASE_RECORDING)
		on_not_recorded(entry, now);
	else if (entry->phase == PHASE_QUEUED && entry->arming)
		on_armed(entry, error, now);
	else if (entry->phase == PHASE_ENDED)
		on_end_kept(entry, error, now);
	else if (entry->phase == PHASE_LEFT)
		entry_free(entry);
}

void
entry_keep(struct entry *entry)
{
	const struct ledger_disk *disk = &entry->ledger->disk;

	entry->keeps++;
	disk->keep(disk->self, &entry->record, on_kept, entry);
}

/* ------------------------------------------------------------------------
 * Time
 */

/*
 * The engine has one day of a program at a time. Who overtook the rest of it would have his own
 * days written over by an older wish.
 */
bool
entry_follows(const struct entry *entry, const struct entry *other)
{
	return entry->program != NULL && other->program != NULL && other->phase < PHASE_SETTLING &&
	       other->phase != PHASE_REFUSED &&
	       program_contradicts(entry->program, other->program);
}

static bool
has_to_wait(const struct entry *entry)
{
	for (const struct entry *other = entry->ledger->first; other != entry; other = other->next)
		if (entry_follows(entry, other))
			return true;
	return false;
}

static void
step_held(struct entry *entry, int64_t now)
{
	bool away = engine_reachable(entry->ledger->engine) != CZ2_OK;

	if (entry->patient && now >= entry->deadline)
		expire(entry, now);
	else if (away ? !entry->patient : !has_to_wait(entry))
		queue(entry, now);
	else if (!entry->patient && now >= entry->deadline)
		entry_fail(entry, CZ2_EBUSY, now);
}

static void
keep_again(struct entry *entry)
{
	entry->phase = PHASE_ENDED;
	entry_keep(entry);
}

void
entry_step(struct entry *entry, int64_t now)
{
	switch (entry->phase) {
	case PHASE_RECORDING:
		if (now >= entry->record_by)
			give_up_recording(entry, now);
		break;
	case PHASE_REFUSED:
		entry_fail(entry, entry->error, now);
		break;
	case PHASE_HELD:
		step_held(entry, now);
		break;
	case PHASE_SETTLING:
		entry_settle(entry, now);
		break;
	case PHASE_UNKEPT:
		if (now >= entry->deadline)
			keep_again(entry);
		break;
	case PHASE_QUEUED:
	case PHASE_ENDED:
	case PHASE_LEFT:
		break;
	}
}

int64_t
entry_wake(const struct entry *entry, int64_t now)
{
	switch (entry->phase) {
	case PHASE_RECORDING:
		return entry->record_by;
	case PHASE_REFUSED:
		return now;
	case PHASE_HELD:
		if (!entry->patient && !has_to_wait(entry))
			return now;
		return clock_earlier(entry->deadline, now + RETRY_MS);
	case PHASE_SETTLING:
		return clock_earlier(entry->deadline, entry->doubt_from);
	case PHASE_UNKEPT:
		return entry->deadline;
	default:
		return INT64_MAX;
	}
}

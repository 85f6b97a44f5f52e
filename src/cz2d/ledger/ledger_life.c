/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the disk to the engine and back to the disk: what happens to one command once it
 * has been accepted.
 */
#include "build.h"

#include "cz2d/ledger/ledger_internal.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "cz2d/json/json.h"
#include "cz2d/model/model.h"

enum {
	SETTLE_MS = 60 * 60 * 1000, /* how long the panel may be silent after a write of ours */
	AGAIN_MS = 5000,            /* between attempts to keep an end that could not be kept */
	RETRY_MS = 1000,            /* between looks whether the panel can be asked */
	/*
	 * A reply to what an earlier life of the daemon asked may come so long after the start,
	 * and pass for the answer to what this one asks.
	 */
	EARLIER_REPLIES_MS = 2000,
};

static void
set_result(struct entry *entry, json_t *result)
{
	free(entry->record.result);
	entry->record.result = json_dumps(result, JSON_COMPACT);
	json_decref(result);
}

/* ------------------------------------------------------------------------
 * The end
 */

static void
tell_end(struct entry *entry, const struct outcome *outcome, int64_t now)
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

/* The result of the record has been set. */
static void
end(struct entry *entry, enum record_status status, const struct outcome *outcome, int64_t now)
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
	tell_end(entry, outcome, now);
	observers_final(entry, outcome, now);
	entry_keep(entry);
}

static void
end_with(struct entry *entry, enum record_status status, const struct outcome *outcome,
	 int64_t now)
{
	set_result(entry, json_result(outcome));
	end(entry, status, outcome, now);
}

/* Nothing was written for it. */
static struct outcome
failure(const struct entry *entry, int error)
{
	struct outcome outcome = {.error = error, .warnings = entry->warnings};

	cz2_command_init(&outcome.applied);
	return outcome;
}

void
entry_fail(struct entry *entry, int error, int64_t now)
{
	struct outcome outcome = failure(entry, error);

	end_with(entry, RECORD_FAILED, &outcome, now);
}

static void
expire(struct entry *entry, int64_t now)
{
	struct outcome outcome = failure(entry, CZ2_ETIMEOUT);

	end_with(entry, RECORD_EXPIRED, &outcome, now);
}

/* ------------------------------------------------------------------------
 * A write that nobody confirmed
 */

static void
begin_settling(struct entry *entry, int64_t now)
{
	entry->phase = PHASE_SETTLING;
	entry->record.status = RECORD_SENT;
	entry->deadline = now + SETTLE_MS;
	entry->record.expires_us = clock_wall_us_of(entry->deadline);
}

void
entry_doubt(struct entry *entry, int64_t now)
{
	begin_settling(entry, now);
	entry->doubt_from = now + EARLIER_REPLIES_MS;
	engine_pause(entry->ledger->engine, entry->doubt_from);
}

static void
leave_open(struct entry *entry, const struct outcome *outcome, int64_t now)
{
	begin_settling(entry, now);
	entry->doubt_from = INT64_MAX;
	doubt_add(&entry->doubt, &entry->wish, now);
	entry->record.updated_us = clock_wall_us_of(now);
	set_result(entry, json_result(outcome));
	tell_end(entry, outcome, now);
	entry_keep(entry);
}

/* What the panel showed of it. */
static void
look(const struct entry *entry, struct outcome *outcome)
{
	outcome->applied = entry->wish;
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(&entry->wish, place);
		const struct cz2_image *image = doubt_seen(&entry->doubt, place);

		if (row == CZ2_ROW_NONE)
			continue;
		cz2_command_keep_shown(&outcome->applied, row, image->bytes, image->length,
				       image->time);
		outcome->rows[outcome->row_count++] = (struct outcome_row){row, .after = *image};
	}
}

static void
conclude(struct entry *entry, enum doubt_verdict verdict, int64_t now)
{
	struct outcome outcome = failure(entry, CZ2_EUNCONFIRMED);

	if (verdict != DOUBT_OPEN)
		look(entry, &outcome);
	if (verdict == DOUBT_FOUND)
		outcome.error = CZ2_OK;
	else if (verdict == DOUBT_MISSING)
		outcome.error = CZ2_ENOTFOUND;
	set_result(entry, json_result_settled(entry->record.result, &outcome));
	end(entry, outcome.error == CZ2_OK ? RECORD_DELIVERED : RECORD_FAILED, &outcome, now);
}

/* The panel shows it, or something else; or it is silent for too long. */
static void
settle(struct entry *entry, int64_t now)
{
	enum doubt_verdict verdict = DOUBT_OPEN;

	if (now >= entry->doubt_from) {
		entry->doubt_from = INT64_MAX;
		doubt_add(&entry->doubt, &entry->wish, now);
		engine_doubt(entry->ledger->engine, &entry->wish, now);
		entry->record.updated_us = clock_wall_us_of(now);
		entry_keep(entry);
	} else if (entry->doubt_from == INT64_MAX) {
		verdict = doubt_look(&entry->doubt, entry->ledger->model);
	}
	if (verdict != DOUBT_OPEN || now >= entry->deadline)
		conclude(entry, verdict, now);
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

static void
on_sent(void *self, int64_t now)
{
	struct record *record = &((struct entry *)self)->record;

	record->status = RECORD_SENT;
	record->sent_us = record->updated_us = clock_wall_us_of(now);
}

/* Nothing has left: a crash from now on leaves it to be carried out. */
static void
disarm(struct entry *entry)
{
	entry->arming = false;
	if (!entry->record.armed)
		return;
	entry->record.armed = false;
	entry_keep(entry);
}

/* On the disk it is pending still: the next start takes it up. */
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

static bool
panel_is_away(int error)
{
	return error == CZ2_ETIMEOUT || error == CZ2_ECLOSED || error == CZ2_EBUSY;
}

static void
on_done(void *self, const struct outcome *outcome, int64_t now)
{
	struct entry *entry = self;
	bool waits = entry->patient && !outcome->sent;

	entry->order = 0;
	if (outcome->error == CZ2_OK)
		end_with(entry, RECORD_DELIVERED, outcome, now);
	else if (outcome->error == CZ2_EUNCONFIRMED)
		leave_open(entry, outcome, now);
	else if (waits && outcome->error == CZ2_ESTOPPING)
		leave(entry);
	else if (waits && panel_is_away(outcome->error) && now < entry->deadline)
		hold(entry);
	else if (waits && panel_is_away(outcome->error))
		expire(entry, now);
	else
		end_with(entry, RECORD_FAILED, outcome, now);
}

static int
hand_to_engine(struct entry *entry, int64_t now)
{
	struct engine *engine = entry->ledger->engine;
	struct engine_order order = {
		.command = entry->wish,
		.warnings = entry->warnings,
		.deadline = entry->deadline,
		.done = on_done,
		.sent = on_sent,
		.prepare = entry->record.armed ? NULL : prepare,
		.self = entry,
	};

	if (entry->refresh)
		return engine_refresh(engine, entry->how, on_done, entry, now, &entry->order);
	return engine_submit(engine, &order, now, &entry->order);
}

/* From now on it is the engine's, if that takes it. */
static void
queue(struct entry *entry, int64_t now)
{
	int error = hand_to_engine(entry, now);

	if (error == CZ2_OK)
		entry->phase = PHASE_QUEUED;
	else if (entry->patient && error == CZ2_ESTOPPING)
		leave(entry);
	else if (!entry->patient || !panel_is_away(error))
		entry_fail(entry, error, now);
}

/* ------------------------------------------------------------------------
 * With the disk
 */

/* Its caller has been told that nothing is carried out that could not be recorded. */
static void
give_up_recording(struct entry *entry, int64_t now)
{
	struct outcome outcome = failure(entry, CZ2_EIO);

	entry->patient = false;
	entry->record_by = INT64_MAX;
	entry->error = CZ2_EIO;
	tell_end(entry, &outcome, now);
}

static void
end_shown(struct entry *entry, int64_t now)
{
	struct outcome outcome = failure(entry, CZ2_OK);

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
	if (entry->shown)
		end_shown(entry, now);
	else if (entry->record.answer != NULL)
		entry_keep(entry);
}

static void
on_not_recorded(struct entry *entry, int64_t now)
{
	struct outcome outcome = failure(entry, CZ2_EIO);

	tell_end(entry, &outcome, now);
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

static void
step_held(struct entry *entry, int64_t now)
{
	if (entry->patient && now >= entry->deadline)
		expire(entry, now);
	else if (!entry->patient || engine_reachable(entry->ledger->engine) == CZ2_OK)
		queue(entry, now);
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
		settle(entry, now);
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
		if (!entry->patient)
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

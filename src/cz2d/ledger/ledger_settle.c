/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Writes that nobody confirmed: what became of them is found out by reading, a program day by
 * day, and nothing of it is sent again.
 */
#include "build.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/ledger_internal.h"
#include "cz2d/model/model.h"

enum {
	SETTLE_MS = 60 * 60 * 1000, /* how long the panel may be silent after a write of ours */
	/*
	 * A reply to what an earlier life of the daemon asked may come so long after the start,
	 * and pass for the answer to what this one asks.
	 */
	EARLIER_REPLIES_MS = 2000,
};

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

/* The day at hand of a program is read; false: there is none. */
static bool
look_at_day(struct entry *entry, int64_t now)
{
	struct cz2_command command;

	if (!program_command(entry->program, &command))
		return false;
	entry->doubt = (struct doubt){.open = false};
	doubt_add(&entry->doubt, &command, now);
	engine_look(entry->ledger->engine, command.program, now);
	return true;
}

void
entry_leave_open(struct entry *entry, const struct outcome *outcome, int64_t now)
{
	begin_settling(entry, now);
	entry->doubt_from = entry->is_raw ? now : INT64_MAX;
	entry->record.updated_us = clock_wall_us_of(now);
	entry_set_result(entry, json_result(outcome));
	entry_tell(entry, outcome, now);
	entry_keep(entry);
	if (entry->program == NULL) {
		doubt_add(&entry->doubt, &entry->wish, now);
		return;
	}
	program_look(entry->program);
	look_at_day(entry, now);
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
	struct outcome outcome = entry_failure(entry, CZ2_EUNCONFIRMED);

	if (verdict != DOUBT_OPEN && entry->program == NULL)
		look(entry, &outcome);
	if (verdict == DOUBT_FOUND)
		outcome.error = CZ2_OK;
	else if (verdict == DOUBT_MISSING)
		outcome.error = CZ2_ENOTFOUND;
	entry_set_result(entry, json_result_settled(entry->record.result, &outcome));
	entry_end(entry, outcome.error == CZ2_OK ? RECORD_DELIVERED : RECORD_FAILED, &outcome, now);
}

static void
begin_doubt(struct entry *entry, int64_t now)
{
	entry->doubt_from = INT64_MAX;
	if (entry->program != NULL) {
		program_look(entry->program);
		look_at_day(entry, now);
	} else {
		doubt_add(&entry->doubt, &entry->wish, now);
		engine_doubt(entry->ledger->engine, &entry->wish, now);
	}
	entry->record.updated_us = clock_wall_us_of(now);
	entry_keep(entry);
}

/* Of a program only when all its days were looked at. */
static enum doubt_verdict
verdict_of(struct entry *entry, int64_t now)
{
	enum doubt_verdict verdict = doubt_look(&entry->doubt, entry->ledger->model);

	if (entry->program == NULL || verdict == DOUBT_OPEN)
		return verdict;
	program_saw(entry->program, doubt_seen(&entry->doubt, cz2_row_place(CZ2_ROW_SCHEDULE)));
	if (look_at_day(entry, now))
		return DOUBT_OPEN;
	return program_whole(entry->program) ? DOUBT_FOUND : DOUBT_MISSING;
}

void
entry_settle(struct entry *entry, int64_t now)
{
	enum doubt_verdict verdict = DOUBT_OPEN;

	if (entry->is_raw) {
		entry_settle_raw(entry, now);
		return;
	}
	if (now >= entry->doubt_from)
		begin_doubt(entry, now);
	else if (entry->doubt_from == INT64_MAX)
		verdict = verdict_of(entry, now);
	if (verdict != DOUBT_OPEN || now >= entry->deadline)
		conclude(entry, verdict, now);
}

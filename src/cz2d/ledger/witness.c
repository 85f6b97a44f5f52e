/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From what was found to what is said. Whoever plays with a thermostat all day must
 * not wear out the disk: beyond some changes an hour they are recorded some at a time.
 */
#include "build.h"

#include "cz2d/ledger/witness.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/allowance.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/engine/engine.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/record.h"
#include "cz2d/ledger/unexpected_log.h"
#include "cz2d/model/model.h"

enum {
	RECORDS_AT_ONCE = 64, /* visits to the disk without a pause, then one in some minutes */
	RECORD_PAUSE_MS = 10 * 60 * 1000,
	WAITING_MAX = 128,    /* findings that wait for the next visit: so many are one */
};

/* Where values lie that people change. */
static const enum cz2_row watched[] = {CZ2_ROW_1_12, CZ2_ROW_1_16, CZ2_ROW_1_17};

struct witness {
	struct engine *engine;
	struct ledger *ledger;
	struct model *model;
	struct unexpected *unexpected;
	witness_told told;
	void *told_self;
	struct allowance records;
	struct unexpected_log log;
	int waiting_count;
	struct unexpected_finding waiting[WAITING_MAX];
};

/* ------------------------------------------------------------------------
 * The ledger
 */

static void
record(struct witness *witness, const struct unexpected_finding *finding)
{
	json_t *params = json_finding(finding);
	char *text = json_dumps(params, JSON_COMPACT);
	struct outcome outcome = {.row_count = finding->row_count};
	struct ledger_note note = {
		.command = "unexpected",
		.zone = finding->zone,
		.user = "panel",
		.source = RECORD_PANEL,
		.params = text,
		.outcome = &outcome,
		.moment = finding->seen,
	};

	memcpy(outcome.rows, finding->rows, sizeof outcome.rows);
	cz2_command_init(&outcome.applied);
	for (int i = 0; i < finding->count; i++)
		cz2_values_set(&outcome.applied.wish, finding->changes[i].field, finding->zone,
			       finding->changes[i].now);
	ledger_note(witness->ledger, &note);
	free(text);
	json_decref(params);
}

static void
record_waiting(struct witness *witness)
{
	for (int i = 0; i < witness->waiting_count; i++)
		record(witness, &witness->waiting[i]);
	witness->waiting_count = 0;
}

static void
record_if_granted(struct witness *witness, int64_t now)
{
	if (allowance_take(&witness->records, now))
		record_waiting(witness);
}

/* ------------------------------------------------------------------------
 * What the model tells
 */

static void
tell(struct witness *witness, const struct unexpected_finding *findings, int count, int64_t now)
{
	unexpected_log_say(&witness->log, findings, count, now);
	for (int i = 0; i < count; i++) {
		if (witness->told != NULL)
			witness->told(witness->told_self, &findings[i]);
		if (witness->waiting_count == WAITING_MAX)
			record_waiting(witness);
		witness->waiting[witness->waiting_count++] = findings[i];
	}
	record_if_granted(witness, now);
}

/* At all that may have changed together, and the clock, which tells a restart. */
static void
look_again(struct witness *witness, int64_t now)
{
	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
		engine_look(witness->engine, watched[i], now);
	engine_look(witness->engine, CZ2_ROW_1_18, now);
}

static void
take(struct witness *witness, int64_t now)
{
	struct unexpected_finding findings[UNEXPECTED_FINDINGS_MAX];
	int count = unexpected_take(witness->unexpected, findings);

	if (count > 0)
		tell(witness, findings, count, now);
}

static void
see(struct witness *witness, int64_t now)
{
	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		enum cz2_row row = (enum cz2_row)id;
		const struct cz2_image *image = model_image(witness->model, row);

		if (unexpected_contradicts(witness->unexpected, row, image))
			take(witness, now);
		if (unexpected_saw(witness->unexpected, row, image))
			look_again(witness, now);
	}
}

static void
see_and_take(struct witness *witness, int64_t now)
{
	see(witness, now);
	take(witness, now);
}

/* On a bad line no look may end well for long. */
static bool
is_due(const struct witness *witness, unsigned events, int64_t now)
{
	if ((events & MODEL_REFRESHED) != 0)
		return !unexpected_waits(witness->unexpected, now);
	return (events & MODEL_ERROR) != 0 && unexpected_overdue(witness->unexpected, now);
}

static void
on_changed(void *self, unsigned events, const bool *changed)
{
	struct witness *witness = self;
	int64_t now = clock_now();

	(void)changed;
	see(witness, now);
	if (is_due(witness, events, now))
		take(witness, now);
	if ((events & MODEL_LINK) != 0 && !model_connected(witness->model))
		unexpected_deaf(witness->unexpected, now); /* the line may be cut behind the adapter */
	if (witness->waiting_count > 0)
		record_if_granted(witness, now);
}

/* On a bad line no refresh may end before a write of ours covers what was found. */
static void
on_wrote(void *self, enum cz2_row row, const struct cz2_image *before,
	 const struct cz2_image *after, int64_t now)
{
	struct witness *witness = self;

	see_and_take(witness, now);
	unexpected_wrote(witness->unexpected, row, before, after, now);
}

void
witness_link_changed(struct witness *witness, int64_t now)
{
	see_and_take(witness, now);
	unexpected_deaf(witness->unexpected, now);
}

void
witness_disturbed(struct witness *witness, enum cz2_row row, int64_t now)
{
	see(witness, now);
	unexpected_disturbed(witness->unexpected, row, now);
}

/* ------------------------------------------------------------------------
 * After a restart
 */

/* What of a wish concerns rows that were read before a moment, or after it. */
static struct cz2_command
part_of(const struct witness *witness, const struct cz2_command *wish, int64_t wall_us, bool before)
{
	struct cz2_command part = *wish;

	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(wish, place);
		const struct cz2_image *image =
			row != CZ2_ROW_NONE ? model_image(witness->model, row) : NULL;

		if (image != NULL && (image->length == 0 ||
				      (clock_wall_us_of(image->time) < wall_us) != before))
			cz2_command_keep_shown(&part, row, image->bytes, 0, image->time);
	}
	return part;
}

/*
 * The rows are kept now and then only: what was delivered since is not in them. Where a
 * row was read while the command was carried out, both its values are right.
 */
void
witness_recall(struct witness *witness, const struct record *record)
{
	json_t *values = json_loads(record->wish != NULL ? record->wish : "", 0, NULL);
	struct cz2_command wish, sure, unsure;
	bool delivered = record->status == RECORD_DELIVERED;
	bool written = delivered || record->sent_us != 0 || record->armed;
	int64_t now = clock_now();

	if (written && json_command_read(values, &wish)) {
		sure = part_of(witness, &wish, record->requested_us, true);
		unsure = part_of(witness, &wish, record->requested_us, false);
		unsure = part_of(witness, &unsure, record->updated_us, true);
		if (delivered)
			unexpected_delivered(witness->unexpected, &sure, now);
		else
			unexpected_doubtful(witness->unexpected, &sure, now);
		unexpected_doubtful(witness->unexpected, &unsure, now);
	}
	json_decref(values);
}

int64_t
witness_since(const struct witness *witness)
{
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
		const struct cz2_image *image = model_image(witness->model, watched[i]);

		if (image->length != 0)
			since = clock_earlier(since, clock_wall_us_of(image->time));
	}
	return since;
}

void
witness_record(struct witness *witness)
{
	see_and_take(witness, clock_now());
	record_waiting(witness);
}

struct witness *
witness_new(struct engine *engine, struct ledger *ledger, struct model *model)
{
	struct witness *witness = mem_new(1, sizeof *witness);
	struct model_observer observer = {
		.self = witness, .changed = on_changed, .wrote = on_wrote};
	int64_t now = clock_now();

	witness->engine = engine;
	witness->ledger = ledger;
	witness->model = model;
	witness->unexpected = unexpected_new(model_zones(model));
	unexpected_log_init(&witness->log, now);
	allowance_init(&witness->records, RECORDS_AT_ONCE, RECORD_PAUSE_MS, now);
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		unexpected_saw(witness->unexpected, (enum cz2_row)row,
			       model_image(model, (enum cz2_row)row));
	unexpected_deaf(witness->unexpected, now);
	model_observe(model, &observer);
	return witness;
}

void
witness_tell(struct witness *witness, witness_told told, void *self)
{
	witness->told = told;
	witness->told_self = self;
}

void
witness_stop(struct witness *witness)
{
	witness_record(witness);
	allowance_init(&witness->records, 1, 1, clock_now());
}

void
witness_sum_up(struct witness *witness)
{
	unexpected_log_sum_up(&witness->log);
}

struct witness *
witness_free(struct witness *witness)
{
	if (witness == NULL)
		return NULL;
	model_unobserve(witness->model, witness);
	unexpected_free(witness->unexpected);
	free(witness);
	return NULL;
}

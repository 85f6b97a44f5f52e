/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From what was found to what is said. Whoever plays with a thermostat all day must
 * neither fill the log nor wear out the disk: beyond some changes an hour they are
 * said and recorded some at a time.
 */
#include "build.h"

#include "cz2d/ledger/witness.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allowance.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/engine/engine.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/record.h"
#include "cz2d/model/model.h"

enum {
	HOUR_MS = 60 * 60 * 1000,
	RECORDS_AT_ONCE = 64,  /* visits to the disk without a pause, then one in some minutes */
	RECORD_PAUSE_MS = HOUR_MS / 6,
	WAITING_MAX = 128,     /* findings that wait for the next visit: so many are one */
	HOLD_PAUSE_MS = HOUR_MS / 6,
	OTHER_PAUSE_MS = 4 * HOUR_MS,
	LINE_MAX = 900,
};

/* Of lines in the log, the gravest first. */
enum kind { ABOUT_HOLDS, OTHER_WARNINGS, EVERY_DAY, KIND_COUNT };

/* What schedules do every day is no warning, and keeps no warning back. */
static const struct {
	enum log_level level;
	int at_once;      /* lines without a pause, */
	int64_t pause_ms; /* then one after each */
} kinds[KIND_COUNT] = {
	[ABOUT_HOLDS] = {LOG_LEVEL_WARNING, 32, HOLD_PAUSE_MS},
	[OTHER_WARNINGS] = {LOG_LEVEL_WARNING, 4, OTHER_PAUSE_MS},
	[EVERY_DAY] = {LOG_LEVEL_INFO, 4, OTHER_PAUSE_MS},
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
	struct {
		struct allowance allowance;
		int unsaid; /* findings that were not told */
	} lines[KIND_COUNT];
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
 * The log
 */

static const char *const cause_texts[] = {
	[UNEXPECTED_UNKNOWN] = "unknown, maybe somebody at a wall thermostat",
	[UNEXPECTED_RESTARTED] = "the panel has restarted",
	[UNEXPECTED_CLIENT] = "another client on the bus",
	[UNEXPECTED_PERIOD] = "a period of the schedule began",
	[UNEXPECTED_WALL] = "somebody at a wall thermostat",
};

static const char *
word_of(enum cz2_field field, int value, char out[16])
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (info->words != NULL)
		return info->words[value];
	if (cz2_field_is_flag(info))
		return value ? "on" : "off";
	snprintf(out, 16, "%d", value);
	return out;
}

static void
describe(const struct unexpected_finding *finding, FILE *to)
{
	if (finding->zone != 0)
		fprintf(to, "zone %d ", finding->zone);
	for (int i = 0; i < finding->count; i++) {
		const struct unexpected_change *change = &finding->changes[i];
		char old[16], now[16];

		fprintf(to, "%s%s %s -> %s", i > 0 ? ", " : "", cz2_field_info(change->field)->name,
			word_of(change->field, change->old, old),
			word_of(change->field, change->now, now));
	}
}

static const char *
cause_text(const struct unexpected_finding *finding)
{
	if (finding->cause == UNEXPECTED_UNKNOWN && finding->scheduled)
		return "somebody at a wall thermostat, or a schedule";
	return cause_texts[finding->cause];
}

static enum kind
kind_of(const struct unexpected_finding *finding)
{
	for (int i = 0; i < finding->count; i++)
		if (finding->changes[i].field == CZ2_HOLD)
			return ABOUT_HOLDS;
	return finding->scheduled ? EVERY_DAY : OTHER_WARNINGS;
}

static enum kind
gravest_of(const struct unexpected_finding *findings, int count)
{
	enum kind gravest = EVERY_DAY;

	for (int i = 0; i < count; i++) {
		enum kind kind = kind_of(&findings[i]);

		gravest = kind < gravest ? kind : gravest;
	}
	return gravest;
}

/* Each cause stands before what it made. */
static void
describe_all(const struct unexpected_finding *findings, int count, FILE *to)
{
	for (int i = 0; i < count; i++) {
		const char *cause = cause_text(&findings[i]);

		fprintf(to, "%s", i > 0 ? "; " : "");
		if (i == 0 || strcmp(cause, cause_text(&findings[i - 1])) != 0)
			fprintf(to, "(%s): ", cause);
		describe(&findings[i], to);
	}
}

/* One line, whatever happened together. */
static void
say(struct witness *witness, const struct unexpected_finding *findings, int count, int64_t now)
{
	enum kind kind = gravest_of(findings, count);
	struct allowance *allowance = &witness->lines[kind].allowance;
	int *unsaid = &witness->lines[kind].unsaid;
	char text[LINE_MAX] = "", more[64] = "";
	FILE *to;

	if (!log_enabled(kinds[kind].level))
		return;
	if (!allowance_take(allowance, now)) {
		*unsaid += count;
		return;
	}
	to = mem_or_end(fmemopen(text, sizeof text, "w"));
	describe_all(findings, count, to);
	fclose(to);
	if (*unsaid > 0)
		snprintf(more, sizeof more, "; and %d more since the last such line", *unsaid);
	*unsaid = 0;
	log_line(kinds[kind].level, "panel", "changed without a command %s%s%s", text, more,
		 allowance->left == 0 ? "; the next ones are only recorded, for a while" : "");
}

/* ------------------------------------------------------------------------
 * What the model tells
 */

static void
tell(struct witness *witness, const struct unexpected_finding *findings, int count, int64_t now)
{
	say(witness, findings, count, now);
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
	for (int kind = 0; kind < KIND_COUNT; kind++)
		allowance_init(&witness->lines[kind].allowance, kinds[kind].at_once,
			       kinds[kind].pause_ms, now);
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The list of commands that have not ended, and the way in. What becomes of each one
 * stands in ledger_life.c; what has ended is the store's.
 */
#include "build.h"

#include "cz2d/ledger/ledger_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/host_clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "cz2d/json/json.h"
#include "cz2d/json/json_rows.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/model/model.h"

enum {
	OPEN_MAX = 2000,  /* commands, whatever they wait for */
	UNKEPT_MAX = 512, /* ends that wait for the disk, before what happens is not noted */
	DAY_MS = 1000,    /* longer for each day of a program */
};

/* ------------------------------------------------------------------------
 * Entries
 */

struct entry *
entry_new(struct ledger *ledger)
{
	struct entry *entry = mem_new(1, sizeof *entry);

	entry->ledger = ledger;
	entry->id = ++ledger->last_id;
	entry->record_by = INT64_MAX;
	entry->link = ledger->end;
	*ledger->end = entry;
	ledger->end = &entry->next;
	return entry;
}

void
entry_free(struct entry *entry)
{
	*entry->link = entry->next;
	if (entry->next != NULL)
		entry->next->link = entry->link;
	else
		entry->ledger->end = entry->link;
	record_fini(&entry->record);
	program_free(entry->program);
	free(entry);
}

static struct entry *
entry_find(const struct ledger *ledger, ledger_id id)
{
	struct entry *entry = ledger->first;

	while (entry != NULL && entry->id != id)
		entry = entry->next;
	return entry;
}

/* ------------------------------------------------------------------------
 * Accepting
 */

static char *
wish_text(const struct cz2_command *wish, const struct cz2_program *program)
{
	json_t *values = json_command_values(wish);
	char *text;

	if (program != NULL)
		json_object_set_new(values, "program", json_program(program->days));
	text = json_dumps(values, JSON_COMPACT);
	json_decref(values);
	return text;
}

/* False: not acceptable. */
static bool
read_wish(struct entry *entry, const char *text)
{
	json_t *values = json_loads(text != NULL ? text : "", 0, NULL);
	const json_t *days = json_object_get(values, "program");
	struct cz2_program program;
	bool good = json_command_read(values, &entry->wish);

	if (good && days != NULL) {
		good = json_program_read(days, program.days);
		if (good)
			entry->program = program_new(&program);
	}
	json_decref(values);
	entry->is_raw = strcmp(entry->record.command, RECORD_RAW_WRITE) == 0;
	if (entry->is_raw)
		return json_raw_read(entry->record.params, &entry->raw);
	return good;
}

static char *
result_text(const struct outcome *outcome)
{
	json_t *result = json_result(outcome);
	char *text = json_dumps(result, JSON_COMPACT);

	json_decref(result);
	return text;
}

static void
fill_record(struct entry *entry, const struct ledger_order *order, int64_t now)
{
	struct record *record = &entry->record;

	if (order->id != NULL)
		snprintf(record->id, sizeof record->id, "%s", order->id);
	else
		uuid_make(record->id);
	record_device_name(entry->ledger->config.panel_id, order->zone, record->device);
	snprintf(record->command, sizeof record->command, "%s", order->command);
	snprintf(record->user, sizeof record->user, "%s", order->user);
	snprintf(record->key, sizeof record->key, "%s", order->key != NULL ? order->key : "");
	record->source = order->source;
	record->requested_us = record->updated_us = clock_wall_us_of(now);
	record->expires_us = clock_wall_us_of(entry->deadline);
	record->params = mem_text(order->params);
	record->wish = wish_text(&order->wish, order->program);
	record->metadata = mem_text(order->metadata);
}

/* What a program takes longer than other commands may, with those that have to end before. */
static int64_t
extra_ms(const struct entry *entry)
{
	int days = 0;

	if (entry->program == NULL)
		return 0;
	for (const struct entry *other = entry->ledger->first; other != entry; other = other->next)
		if (entry_follows(entry, other) && days < CZ2_SCHEDULES)
			days += program_days(other->program);
	return (int64_t)(days + program_days(entry->program)) * DAY_MS;
}

static struct entry *
open_entry(struct ledger *ledger, const struct ledger_order *order, int64_t now)
{
	struct entry *entry = entry_new(ledger);
	int64_t came = now - order->waited_ms;

	entry->refresh = order->refresh;
	entry->how = order->how;
	entry->shown = order->shown;
	entry->patient = order->patience_ms != 0;
	entry->record_by = came + ledger->config.timeout_ms;
	entry->wish = order->wish;
	entry->zone_s = host_clock_zone_s(clock_wall_us_of(now));
	entry->is_raw = order->raw != NULL;
	if (entry->is_raw)
		entry->raw = *order->raw;
	if (order->program != NULL)
		entry->program = program_new(order->program);
	entry->deadline = entry->patient ? came + order->patience_ms
					 : entry->record_by + extra_ms(entry);
	entry->warnings = order->warnings;
	fill_record(entry, order, now);
	return entry;
}

static int
count_open(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count++;
	return count;
}

static int
count_patient(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count += entry->patient && entry->phase <= PHASE_QUEUED;
	return count;
}

/* Why the panel would not do it now, or CZ2_OK. */
static int
judge(const struct ledger *ledger, const struct ledger_order *order, const struct entry *entry,
      int64_t now)
{
	int error = CZ2_OK;

	if (entry->program != NULL)
		error = program_check(entry->program, ledger->engine, now);
	else if (order->raw != NULL)
		error = engine_check_raw(ledger->engine, order->raw, now);
	else if (!order->refresh)
		error = engine_check(ledger->engine, &order->wish, now);
	if (error != CZ2_OK || order->patience_ms != 0)
		return error;
	return engine_reachable(ledger->engine);
}

/* Its caller is told with the next step: nobody is, from within the call that asks. */
static void
refuse(struct entry *entry, int error)
{
	entry->phase = PHASE_REFUSED;
	entry->error = error;
}

int
ledger_submit(struct ledger *ledger, const struct ledger_order *order,
	      const struct ledger_caller *caller, int64_t now, ledger_id *id)
{
	struct entry *entry;
	int error;

	if (ledger->stopping)
		return CZ2_ESTOPPING;
	if (count_open(ledger) >= OPEN_MAX ||
	    (order->patience_ms != 0 && count_patient(ledger) >= ledger->config.queue_limit))
		return CZ2_EBUSY;
	entry = open_entry(ledger, order, now);
	entry->caller = *caller;
	*id = entry->id;
	error = judge(ledger, order, entry, now);
	if (error != CZ2_OK) {
		refuse(entry, error);
		return CZ2_OK;
	}
	/* Its turn comes at once: one visit to the disk is enough. */
	entry->record.armed = !entry->refresh && !entry->patient && !entry->shown &&
			      engine_open(ledger->engine);
	entry_keep(entry);
	return CZ2_OK;
}

/* A clock that was set back meanwhile does not grant more time than there ever was. */
static int64_t
time_left(const struct record *record, int64_t wall_us)
{
	return clock_earlier(record->expires_us - wall_us,
			     record->expires_us - record->requested_us);
}

/* Of a program that was left between two days it is known what has been written. */
static bool
may_have_left(const struct entry *entry)
{
	return entry->record.armed ||
	       (entry->record.status == RECORD_SENT && entry->program == NULL);
}

void
ledger_take_up(struct ledger *ledger, const struct record *record, int64_t now)
{
	struct entry *entry = entry_new(ledger);

	record_copy(&entry->record, record);
	entry->recorded = entry->patient = true;
	entry->phase = PHASE_HELD;
	entry->zone_s = host_clock_zone_s(record->requested_us);
	entry->deadline = now + time_left(record, clock_wall_us_of(now)) / 1000;
	if (!read_wish(entry, record->wish))
		refuse(entry, CZ2_EMALFORMED);
	else if (may_have_left(entry))
		entry_doubt(entry, now);
	else if (entry->program != NULL)
		program_begin(entry->program, ledger->model);
	else
		entry->refresh = !entry->is_raw && cz2_command_empty(&entry->wish);
}

void
ledger_answered(struct ledger *ledger, ledger_id id, int status, const char *text)
{
	struct entry *entry = entry_find(ledger, id);

	if (entry == NULL || entry->record.key[0] == '\0')
		return;
	free(entry->record.answer);
	entry->record.answer = mem_text(text);
	entry->record.answer_status = status;
}

static int
count_unkept(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count += entry->phase == PHASE_UNKEPT;
	return count;
}

void
ledger_note(struct ledger *ledger, const struct ledger_note *note)
{
	struct entry *entry;
	struct record *record;

	if (count_unkept(ledger) >= UNKEPT_MAX) {
		log_warning("ledger", "the disk takes nothing: what changed without a command is "
				      "not recorded any more");
		return;
	}
	entry = entry_new(ledger);
	record = &entry->record;
	uuid_make(record->id);
	record_device_name(ledger->config.panel_id, note->zone, record->device);
	snprintf(record->command, sizeof record->command, "%s", note->command);
	snprintf(record->user, sizeof record->user, "%s", note->user);
	record->source = note->source;
	record->status = RECORD_DELIVERED;
	record->requested_us = clock_wall_us_of(note->moment);
	record->updated_us = record->delivered_us = record->requested_us;
	record->params = mem_text(note->params);
	record->wish = wish_text(&note->outcome->applied, NULL);
	record->result = result_text(note->outcome);
	entry->recorded = true; /* there is nobody who could be told that it is not */
	entry->phase = PHASE_ENDED;
	entry_keep(entry);
}

void
ledger_forget(struct ledger *ledger, ledger_id id)
{
	struct entry *entry = entry_find(ledger, id);

	if (entry != NULL)
		entry->caller = (struct ledger_caller){.self = NULL};
}

/* ------------------------------------------------------------------------
 * Looking and stepping
 */

const struct record *
ledger_open_record(const struct ledger *ledger, const char *id)
{
	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		if (entry->recorded && strcmp(entry->record.id, id) == 0)
			return &entry->record;
	return NULL;
}

void
ledger_expect(const struct ledger *ledger, struct cz2_values *values)
{
	*values = *model_state(ledger->model);
	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		if (entry->phase < PHASE_SETTLING && entry->phase != PHASE_REFUSED)
			cz2_command_foresee(&entry->wish, values);
}

int
ledger_pending(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count += entry->phase < PHASE_SETTLING && !entry->shown;
	return count;
}

int
ledger_waiting(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count += entry->phase <= PHASE_HELD;
	return count;
}

/* Who stops tells those who wait for an answer; all else is for the next start. */
static bool
is_stepped(const struct entry *entry)
{
	return !entry->ledger->stopping || entry->phase == PHASE_REFUSED ||
	       (entry->phase == PHASE_HELD && !entry->patient);
}

void
ledger_step(struct ledger *ledger, int64_t now)
{
	struct entry *next;

	for (struct entry *entry = ledger->first; entry != NULL; entry = next) {
		next = entry->next;
		if (is_stepped(entry))
			entry_step(entry, now);
	}
}

int64_t
ledger_wake(const struct ledger *ledger, int64_t now)
{
	int64_t wake = INT64_MAX;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		if (is_stepped(entry))
			wake = clock_earlier(wake, entry_wake(entry, now));
	return wake;
}

void
ledger_stop(struct ledger *ledger)
{
	ledger->stopping = true;
}

void
ledger_observe(struct ledger *ledger, const struct ledger_observer *observer)
{
	if (ledger->observer_count < LEDGER_OBSERVERS_MAX)
		ledger->observers[ledger->observer_count++] = *observer;
}

void
ledger_unobserve(struct ledger *ledger, const void *self)
{
	int kept = 0;

	for (int i = 0; i < ledger->observer_count; i++)
		if (ledger->observers[i].self != self)
			ledger->observers[kept++] = ledger->observers[i];
	ledger->observer_count = kept;
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct ledger *
ledger_new(const struct ledger_config *config, const struct ledger_disk *disk,
	   struct engine *engine, struct model *model)
{
	struct ledger *ledger = mem_new(1, sizeof *ledger);

	ledger->config = *config;
	ledger->disk = *disk;
	ledger->engine = engine;
	ledger->model = model;
	ledger->end = &ledger->first;
	return ledger;
}

struct ledger *
ledger_free(struct ledger *ledger)
{
	if (ledger == NULL)
		return NULL;
	while (ledger->first != NULL)
		entry_free(ledger->first);
	free(ledger);
	return NULL;
}

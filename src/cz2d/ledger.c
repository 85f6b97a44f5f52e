/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Each command that has not ended is an entry; what has ended is the store's. An entry
 * goes from the disk to the engine and back to the disk, and is freed when its end is
 * kept.
 */
#include "build.h"

#include "cz2d/ledger.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "cz2d/doubt.h"
#include "cz2d/json.h"
#include "cz2d/model.h"

enum {
	SETTLE_MS = 60 * 60 * 1000, /* how long the panel may be silent after a write of ours */
	AGAIN_MS = 5000,            /* between attempts to keep an end that could not be kept */
	RETRY_MS = 1000,            /* between looks whether the panel can be asked */
};

enum phase {
	PHASE_RECORDING, /* on its way to the disk */
	PHASE_HELD,      /* waits for the panel */
	PHASE_QUEUED,    /* the engine's */
	PHASE_SETTLING,  /* written, and nobody knows what became of it */
	PHASE_ENDED,     /* its end is on the way to the disk, */
	PHASE_UNKEPT,    /* or could not be kept there */
	PHASE_LEFT,      /* to the next start */
};

struct entry {
	struct entry *next, **link; /* what points at this one */
	struct ledger *ledger;
	ledger_id id;
	enum phase phase;
	struct record record;
	bool refresh, patient;
	enum engine_refresh_kind how;
	struct cz2_command wish;
	struct cz2_warnings warnings;
	int64_t deadline; /* of what the phase waits for */
	int keeps;        /* on their way to the disk */
	engine_id order;
	struct doubt doubt;
	struct ledger_caller caller;
};

struct ledger {
	struct ledger_config config;
	struct engine *engine;
	struct model *model;
	struct store *store;
	struct entry *first, **end;
	ledger_id last_id;
	bool stopping;
};

/* ------------------------------------------------------------------------
 * Entries
 */

static struct entry *
entry_new(struct ledger *ledger)
{
	struct entry *entry = mem_new(1, sizeof *entry);

	entry->ledger = ledger;
	entry->id = ++ledger->last_id;
	entry->link = ledger->end;
	*ledger->end = entry;
	ledger->end = &entry->next;
	return entry;
}

static void
entry_free(struct entry *entry)
{
	*entry->link = entry->next;
	if (entry->next != NULL)
		entry->next->link = entry->link;
	else
		entry->ledger->end = entry->link;
	record_fini(&entry->record);
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

static char *
text_of(json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);

	json_decref(document);
	return text;
}

static void
set_result(struct entry *entry, const struct outcome *outcome)
{
	free(entry->record.result);
	entry->record.result = text_of(json_result(outcome));
}

/* ------------------------------------------------------------------------
 * The end
 */

static void
on_kept(void *self, int error);

static void
keep(struct entry *entry)
{
	entry->keeps++;
	store_keep(entry->ledger->store, &entry->record, on_kept, entry);
}

static void
tell_end(struct entry *entry, const struct outcome *outcome, int64_t now)
{
	struct ledger_caller caller = entry->caller;

	entry->caller = (struct ledger_caller){.self = NULL};
	if (caller.ended != NULL)
		caller.ended(caller.self, &entry->record, outcome, now);
}

static void
end(struct entry *entry, enum record_status status, const struct outcome *outcome, int64_t now)
{
	struct record *record = &entry->record;

	record->status = status;
	record->updated_us = clock_wall_us_of(now);
	if (status == RECORD_DELIVERED)
		record->delivered_us = record->updated_us;
	set_result(entry, outcome);
	log_info("ledger", "%s for %s by %s: %s%s%s", record->command, record->device, record->user,
		 record_status_names[status], outcome->error != CZ2_OK ? ", " : "",
		 outcome->error != CZ2_OK ? cz2_strerror(outcome->error) : "");
	entry->phase = PHASE_ENDED;
	tell_end(entry, outcome, now);
	keep(entry);
}

static void
fail(struct entry *entry, int error, int64_t now)
{
	struct outcome outcome = {.error = error, .warnings = entry->warnings};

	cz2_command_init(&outcome.applied);
	end(entry, RECORD_FAILED, &outcome, now);
}

static void
expire(struct entry *entry, int64_t now)
{
	struct outcome outcome = {.error = CZ2_ETIMEOUT, .warnings = entry->warnings};

	cz2_command_init(&outcome.applied);
	end(entry, RECORD_EXPIRED, &outcome, now);
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
	doubt_add(&entry->doubt, &entry->wish, now);
}

static void
leave_open(struct entry *entry, const struct outcome *outcome, int64_t now)
{
	begin_settling(entry, now);
	entry->record.updated_us = clock_wall_us_of(now);
	set_result(entry, outcome);
	tell_end(entry, outcome, now);
	keep(entry);
}

/* The panel shows it, or something else; or it is silent for too long. */
static void
settle(struct entry *entry, int64_t now)
{
	struct outcome outcome = {.sent = true, .applied = entry->wish};
	enum doubt_verdict verdict = doubt_look(&entry->doubt, entry->ledger->model);

	if (verdict == DOUBT_OPEN && now < entry->deadline)
		return;
	if (verdict == DOUBT_FOUND) {
		end(entry, RECORD_DELIVERED, &outcome, now);
		return;
	}
	outcome.error = verdict == DOUBT_OPEN ? CZ2_EUNCONFIRMED : CZ2_ENOTKEPT;
	cz2_command_init(&outcome.applied);
	end(entry, RECORD_FAILED, &outcome, now);
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
	keep(entry);
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
	if (!entry->record.armed)
		return;
	entry->record.armed = false;
	keep(entry);
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

	entry->order = 0;
	if (outcome->error == CZ2_OK)
		end(entry, RECORD_DELIVERED, outcome, now);
	else if (outcome->error == CZ2_EUNCONFIRMED)
		leave_open(entry, outcome, now);
	else if (!entry->patient || outcome->sent)
		end(entry, RECORD_FAILED, outcome, now);
	else if (outcome->error == CZ2_ESTOPPING)
		leave(entry);
	else if (now >= entry->deadline)
		expire(entry, now);
	else if (panel_is_away(outcome->error))
		hold(entry);
	else
		end(entry, RECORD_FAILED, outcome, now);
}

/* Hands it to the engine, if that takes it. */
static void
queue(struct entry *entry, int64_t now)
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
	int error = entry->refresh ? engine_refresh(engine, entry->how, on_done, entry, now,
						    &entry->order)
				   : engine_submit(engine, &order, now, &entry->order);

	if (error == CZ2_OK)
		entry->phase = PHASE_QUEUED;
	else if (entry->patient && error == CZ2_ESTOPPING)
		leave(entry);
	else if (!entry->patient || !panel_is_away(error))
		fail(entry, error, now);
}

/* ------------------------------------------------------------------------
 * Accepting
 */

static void
recorded(struct entry *entry, int error, int64_t now)
{
	struct outcome outcome = {.error = CZ2_EIO};

	if (error == CZ2_OK) {
		entry->phase = PHASE_HELD;
		if (entry->caller.recorded != NULL)
			entry->caller.recorded(entry->caller.self, &entry->record, now);
		queue(entry, now);
		return;
	}
	cz2_command_init(&outcome.applied);
	tell_end(entry, &outcome, now);
	entry_free(entry);
}

static void
armed(struct entry *entry, int error, int64_t now)
{
	if (error == CZ2_OK) {
		engine_prepared(entry->ledger->engine, entry->order);
		return;
	}
	engine_withdraw(entry->ledger->engine, entry->order);
	fail(entry, CZ2_EIO, now);
}

static void
end_kept(struct entry *entry, int error, int64_t now)
{
	if (error == CZ2_OK) {
		entry_free(entry);
		return;
	}
	entry->phase = PHASE_UNKEPT;
	entry->deadline = now + AGAIN_MS;
}

/* What was on its way to the disk has arrived, or cannot be kept. */
static void
on_kept(void *self, int error)
{
	struct entry *entry = self;
	int64_t now = clock_now();

	if (--entry->keeps > 0)
		return; /* something newer is on its way */
	if (entry->phase == PHASE_RECORDING)
		recorded(entry, error, now);
	else if (entry->phase == PHASE_QUEUED)
		armed(entry, error, now);
	else if (entry->phase == PHASE_ENDED)
		end_kept(entry, error, now);
	else if (entry->phase == PHASE_LEFT)
		entry_free(entry);
}

static void
fill_record(struct entry *entry, const struct ledger_order *order, int64_t now)
{
	struct record *record = &entry->record;

	uuid_make(record->id);
	record_device_name(entry->ledger->config.panel_id, order->zone, record->device);
	snprintf(record->command, sizeof record->command, "%s", order->command);
	snprintf(record->user, sizeof record->user, "%s", order->user);
	record->source = order->source;
	record->requested_us = record->updated_us = clock_wall_us_of(now);
	record->expires_us = clock_wall_us_of(entry->deadline);
	record->params = mem_text(order->params);
	record->wish = text_of(json_command_values(&order->wish));
	record->metadata = order->metadata != NULL ? mem_text(order->metadata) : NULL;
}

static struct entry *
open_entry(struct ledger *ledger, const struct ledger_order *order, int64_t now)
{
	struct entry *entry = entry_new(ledger);

	entry->refresh = order->refresh;
	entry->how = order->how;
	entry->patient = order->patience_ms != 0;
	entry->deadline = now + (entry->patient ? order->patience_ms : ledger->config.timeout_ms);
	entry->wish = order->wish;
	entry->warnings = order->warnings;
	fill_record(entry, order, now);
	return entry;
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
judge(const struct ledger *ledger, const struct ledger_order *order, int64_t now)
{
	int error = order->refresh ? CZ2_OK : engine_check(ledger->engine, &order->wish, now);

	if (error != CZ2_OK || order->patience_ms != 0)
		return error;
	return engine_reachable(ledger->engine);
}

int
ledger_submit(struct ledger *ledger, const struct ledger_order *order,
	      const struct ledger_caller *caller, int64_t now, ledger_id *id)
{
	struct entry *entry;
	int error;

	if (ledger->stopping)
		return CZ2_ESTOPPING;
	if (order->patience_ms != 0 && count_patient(ledger) >= ledger->config.queue_limit)
		return CZ2_EBUSY;
	error = judge(ledger, order, now);
	entry = open_entry(ledger, order, now);
	if (error != CZ2_OK) {
		fail(entry, error, now);
		return error;
	}
	entry->caller = *caller;
	/* Its turn comes at once: one visit to the disk is enough. */
	entry->record.armed =
		!entry->refresh && !entry->patient && engine_open(ledger->engine);
	keep(entry);
	*id = entry->id;
	return CZ2_OK;
}

void
ledger_forget(struct ledger *ledger, ledger_id id)
{
	struct entry *entry = entry_find(ledger, id);

	if (entry != NULL)
		entry->caller = (struct ledger_caller){.self = NULL};
}

const struct record *
ledger_open_record(const struct ledger *ledger, const char *id)
{
	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		if (entry->phase != PHASE_RECORDING && strcmp(entry->record.id, id) == 0)
			return &entry->record;
	return NULL;
}

int
ledger_pending(const struct ledger *ledger)
{
	int count = 0;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		count += entry->phase < PHASE_SETTLING;
	return count;
}

/* ------------------------------------------------------------------------
 * Time
 */

static void
step_entry(struct entry *entry, int64_t now)
{
	switch (entry->phase) {
	case PHASE_HELD:
		if (now >= entry->deadline)
			expire(entry, now);
		else if (engine_reachable(entry->ledger->engine) == CZ2_OK)
			queue(entry, now);
		break;
	case PHASE_SETTLING:
		settle(entry, now);
		break;
	case PHASE_UNKEPT:
		if (now < entry->deadline)
			break;
		entry->phase = PHASE_ENDED;
		keep(entry);
		break;
	default:
		break;
	}
}

void
ledger_step(struct ledger *ledger, int64_t now)
{
	struct entry *next;

	if (ledger->stopping)
		return;
	for (struct entry *entry = ledger->first; entry != NULL; entry = next) {
		next = entry->next;
		step_entry(entry, now);
	}
}

int64_t
ledger_wake(const struct ledger *ledger, int64_t now)
{
	int64_t wake = INT64_MAX;

	for (const struct entry *entry = ledger->first; entry != NULL; entry = entry->next)
		if (entry->phase == PHASE_HELD || entry->phase == PHASE_SETTLING ||
		    entry->phase == PHASE_UNKEPT)
			wake = clock_earlier(wake, clock_earlier(entry->deadline, now + RETRY_MS));
	return wake;
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

/* What was not final when the last daemon ended. */
static void
take_up(void *self, const struct record *record)
{
	struct ledger *ledger = self;
	struct entry *entry = entry_new(ledger);
	int64_t now = clock_now();
	json_t *wish = json_loads(record->wish != NULL ? record->wish : "", 0, NULL);

	record_copy(&entry->record, record);
	entry->patient = true;
	entry->phase = PHASE_HELD;
	entry->deadline = now + (record->expires_us - clock_wall_us_of(now)) / 1000;
	if (!json_command_read(wish, &entry->wish))
		fail(entry, CZ2_EMALFORMED, now);
	else if (record->armed || record->status == RECORD_SENT)
		begin_settling(entry, now);
	else
		entry->refresh = cz2_command_empty(&entry->wish);
	json_decref(wish);
}

struct ledger *
ledger_new(const struct ledger_config *config, struct engine *engine, struct model *model,
	   struct store *store)
{
	struct ledger *ledger = mem_new(1, sizeof *ledger);

	ledger->config = *config;
	ledger->engine = engine;
	ledger->model = model;
	ledger->store = store;
	ledger->end = &ledger->first;
	store_load_open(store, take_up, ledger);
	return ledger;
}

void
ledger_stop(struct ledger *ledger)
{
	ledger->stopping = true;
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

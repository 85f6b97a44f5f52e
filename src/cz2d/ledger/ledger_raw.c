/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What became of a row that was written by its address, when nobody confirmed it: no poll
 * reads such a row, so it is asked for until the panel shows it. It is never written again.
 */
#include "build.h"

#include "cz2d/ledger/ledger_internal.h"

#include <string.h>

#include "base/clock.h"
#include "cz2d/json/json.h"

enum { RETRY_MS = 1000, DOUBLINGS = 4 }; /* between looks, and longer after each */

/* A device that is silent among others that are not must not keep the line from them. */
static void
look_again_later(struct entry *entry, int64_t now)
{
	entry->doubt_from = now + ((int64_t)RETRY_MS << entry->looks);
	entry->looks += entry->looks < DOUBLINGS;
}

static void
conclude(struct entry *entry, int error, const struct cz2_image *image, int64_t now)
{
	struct outcome outcome = entry_failure(entry, error);

	if (error == CZ2_OK)
		outcome.applied = entry->wish;
	outcome.raw = (struct outcome_raw){
		.device = entry->raw.device, .table = entry->raw.table, .row = entry->raw.row};
	/* It was written upon nothing else. */
	outcome.raw.before.length = entry->raw.length;
	memcpy(outcome.raw.before.bytes, entry->raw.expected, entry->raw.length);
	if (image != NULL)
		outcome.raw.after = *image;
	entry_set_result(entry, json_result_settled(entry->record.result, &outcome));
	entry_end(entry, error == CZ2_OK ? RECORD_DELIVERED : RECORD_FAILED, &outcome, now);
}

static void
on_looked(void *self, const struct outcome *outcome, int64_t now)
{
	struct entry *entry = self;
	bool found;

	entry->order = 0;
	if (outcome->error != CZ2_OK) {
		look_again_later(entry, now);
		return;
	}
	found = probe_shown(&entry->raw, &outcome->raw.after);
	conclude(entry, found ? CZ2_OK : CZ2_ENOTFOUND, &outcome->raw.after, now);
}

static void
look(struct entry *entry, int64_t now)
{
	struct probe_wish question = {.device = entry->raw.device,
				      .table = entry->raw.table,
				      .row = entry->raw.row};
	struct engine_order order = {.done = on_looked, .self = entry, .raw = &question};

	if (engine_submit(entry->ledger->engine, &order, now, &entry->order) == CZ2_OK)
		entry->doubt_from = INT64_MAX;
	else
		entry->doubt_from = now + RETRY_MS;
}

void
entry_settle_raw(struct entry *entry, int64_t now)
{
	if (now >= entry->deadline) {
		engine_forget(entry->ledger->engine, entry->order);
		conclude(entry, CZ2_EUNCONFIRMED, NULL, now);
	} else if (now >= entry->doubt_from) {
		look(entry, now);
	}
}

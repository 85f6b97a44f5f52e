/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands with an Idempotency-Key: who sends one again, because the answer did not reach
 * him, is given the first answer, and nothing is written. Who repeats one that is under
 * way waits for its answer too.
 */
#include "build.h"

#include "cz2d/api/api_wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/engine/probe.h"

enum { REPEATED_WITHIN_HOURS = 24 };

/* A request with a key: what it was, and a copy of its order. */
struct repeat {
	char *key, *user, *params, *metadata;
	struct ledger_order order;
	struct cz2_program *program; /* of the order; NULL: none */
	struct probe_wish raw;       /* of the order, if it has one */
};

static struct repeat *
repeat_new(const struct ledger_order *order)
{
	struct repeat *repeat = mem_new(1, sizeof *repeat);

	repeat->key = mem_text(order->key);
	repeat->user = mem_text(order->user);
	repeat->params = mem_text(order->params);
	repeat->metadata = mem_text(order->metadata);
	repeat->order = *order;
	repeat->order.key = repeat->key;
	repeat->order.user = repeat->user;
	repeat->order.params = repeat->params;
	repeat->order.metadata = repeat->metadata;
	if (order->program != NULL) {
		repeat->program = mem_new(1, sizeof *repeat->program);
		*repeat->program = *order->program;
		repeat->order.program = repeat->program;
	}
	if (order->raw != NULL) {
		repeat->raw = *order->raw;
		repeat->order.raw = &repeat->raw;
	}
	return repeat;
}

struct repeat *
api_repeat_free(struct repeat *repeat)
{
	if (repeat == NULL)
		return NULL;
	free(repeat->key);
	free(repeat->user);
	free(repeat->params);
	free(repeat->metadata);
	free(repeat->program);
	free(repeat);
	return NULL;
}

static bool
is_key(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length >= RECORD_KEY_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	return true;
}

/* ------------------------------------------------------------------------
 * The same again, or something else
 */

static bool
same_order(const struct ledger_order *one, const struct ledger_order *other)
{
	return strcmp(one->command, other->command) == 0 && one->zone == other->zone &&
	       json_texts_same(one->params, other->params) &&
	       json_texts_same(one->metadata, other->metadata);
}

static bool
is_of(const struct record *record, const struct ledger_order *order, const char *panel_id)
{
	return record_is_of(record, panel_id, order->command, order->zone) &&
	       json_texts_same(record->params, order->params) &&
	       json_texts_same(record->metadata, order->metadata);
}

static void
refuse(struct api_wait *wait)
{
	api_wait_answer(wait, 409,
			api_detail("This Idempotency-Key was used for another command."));
}

/* ------------------------------------------------------------------------
 * One that has been recorded
 */

/* A daemon that ended in between may not have kept what it answered. */
static json_t *
unknown_answer(const struct record *record)
{
	return json_pack("{s:s, s:s, s:o}", "command_id", record->id, "status",
			 record_status_names[record->status], "check_status_at",
			 json_sprintf("/commands/%s", record->id));
}

static void
answer_again(struct api_wait *wait, const struct record *record)
{
	json_t *answer = record->answer != NULL ? json_loads(record->answer, 0, NULL) : NULL;

	if (answer != NULL)
		api_wait_answer(wait, record->answer_status, answer);
	else
		api_wait_answer(wait, 202, unknown_answer(record));
}

static void
on_looked_up(void *self, int error, const struct record *records, int count, int64_t total)
{
	struct api_wait *wait = self;
	const struct ledger_order *order = &wait->repeat->order;

	(void)total;
	if (error != CZ2_OK)
		api_wait_begun(wait, CZ2_EIO);
	else if (count == 0)
		api_wait_submit(wait, order, clock_now());
	else if (is_of(records, order, wait->api->parts.config->panel.id))
		answer_again(wait, records);
	else
		refuse(wait);
}

static void
look_up(struct api_wait *wait, int64_t now)
{
	struct store_query query = {.status = -1, .limit = 1};

	snprintf(query.key, sizeof query.key, "%s", wait->repeat->key);
	snprintf(query.user, sizeof query.user, "%s", wait->repeat->user);
	query.since_us = clock_wall_us_of(now) - REPEATED_WITHIN_HOURS * INT64_C(3600000000);
	store_find(wait->api->parts.store, &query, on_looked_up, wait);
}

/* ------------------------------------------------------------------------
 * One that is under way
 */

static struct api_wait *
find_original(const struct api_wait *wait)
{
	struct api_wait *other = wait->api->waits;

	for (; other != NULL; other = other->next)
		if (other != wait && other->repeat != NULL &&
		    strcmp(other->repeat->key, wait->repeat->key) == 0 &&
		    strcmp(other->repeat->user, wait->repeat->user) == 0)
			return other->original != NULL ? other->original : other;
	return NULL;
}

void
api_repeat_submit(struct api_wait *wait, const struct ledger_order *order, int64_t now)
{
	struct api_wait *original;

	if (!is_key(order->key)) {
		api_wait_answer(wait, 400,
				api_detail("Idempotency-Key: 1 to 128 visible ASCII characters "
					   "are accepted."));
		return;
	}
	wait->repeat = repeat_new(order);
	original = find_original(wait);
	if (original == NULL)
		look_up(wait, now);
	else if (same_order(&original->repeat->order, order))
		wait->original = original;
	else
		refuse(wait);
}

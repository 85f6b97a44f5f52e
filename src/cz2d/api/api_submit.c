/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A command on its way to the ledger, and what its caller is answered when it has been
 * recorded (202, 201) or has ended.
 */
#include "build.h"

#include "cz2d/api/api_wait.h"

#include <string.h>

static json_t *
queued_document(const struct api_wait *wait, const struct record *record, int64_t now)
{
	json_t *document =
		json_pack("{s:s, s:s, s:o}", "command_id", record->id, "status", "queued",
			  "check_status_at", json_sprintf("/commands/%s", record->id));
	json_t *wish = json_loads(record->wish, 0, NULL);

	if (json_object_size(wish) > 0) {
		json_object_set(document, "provisional_state", wish);
	} else {
		json_object_set_new(document, "message", json_string("Status refresh queued"));
		json_object_set_new(document, "current_state",
				    api_status_document(wait->api, &wait->wish, now));
	}
	json_decref(wish);
	return document;
}

static json_t *
created_document(const struct record *record)
{
	return json_pack("{s:s, s:s, s:o}", "command_id", record->id, "status",
			 record_status_names[record->status], "expires_at",
			 json_time(record->expires_us));
}

static void
on_recorded(void *self, const struct record *record, int64_t now)
{
	struct api_wait *wait = self;
	struct ledger *ledger = wait->api->parts.ledger;
	ledger_id order = wait->order;

	if (wait->wish.when == API_WHEN_DONE)
		return;
	if (wait->wish.when == API_WHEN_QUEUED)
		api_wait_answer(wait, 202, queued_document(wait, record, now));
	else
		api_wait_answer(wait, 201, created_document(record));
	ledger_forget(ledger, order);
}

static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	(void)record;
	api_wait_finish(self, outcome, now);
}

void
api_wait_submit(struct api_wait *wait, const struct ledger_order *order, int64_t now)
{
	struct ledger_caller caller = {.self = wait, .recorded = on_recorded, .ended = on_ended};

	api_wait_begun(wait,
		       ledger_submit(wait->api->parts.ledger, order, &caller, now, &wait->order));
}

/* Over the network anybody may call himself cz2ctl; here at least the user is known. */
static enum record_source
source_of(const struct api_call *call)
{
	const char *agent = http_header(call->request, "User-Agent");
	bool is_local = strncmp(http_peer(call->request), "local:", strlen("local:")) == 0;
	bool is_ctl = agent != NULL && strncmp(agent, "cz2ctl/", strlen("cz2ctl/")) == 0;

	return is_local && is_ctl ? RECORD_CTL : RECORD_REST;
}

void
api_wait_order(const struct api_call *call, struct ledger_order *order,
	       const struct api_wish *wish)
{
	struct api_wait *wait = api_wait_new(call, wish);

	order->user = api_user(call);
	order->source = source_of(call);
	order->key = http_header(call->request, "Idempotency-Key");
	if (order->key != NULL)
		api_repeat_submit(wait, order, call->now);
	else
		api_wait_submit(wait, order, call->now);
}

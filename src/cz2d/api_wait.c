/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Requests that wait: for the end of a command, for a read of the panel, for records from
 * the disk. Each ends in one of three ways: it is answered, its client leaves, or the
 * daemon ends; whichever comes first frees it. The command itself goes on when its
 * client leaves.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/config.h"

struct api_wait {
	struct api_wait *next;
	struct api_wait **link; /* what points at this one */
	struct api *api;
	struct http_request *request;
	ledger_id order;   /* what it waits for; 0: not that */
	engine_id refresh;
	json_t *(*render)(const struct record *records, int count, int64_t total);
	struct api_wish wish;
};

static struct api_wait *
wait_new(const struct api_call *call, const struct api_wish *wish)
{
	struct api_wait *wait = mem_new(1, sizeof *wait);
	struct api *api = call->api;

	wait->api = api;
	wait->request = call->request;
	wait->wish = *wish;
	wait->next = api->waits;
	wait->link = &api->waits;
	if (wait->next != NULL)
		wait->next->link = &wait->next;
	api->waits = wait;
	http_set_tag(call->request, wait);
	return wait;
}

static void
wait_free(struct api_wait *wait)
{
	*wait->link = wait->next;
	if (wait->next != NULL)
		wait->next->link = wait->link;
	json_decref(wait->wish.input);
	free(wait);
}

/* Status, meta, message and warnings of a command that was carried out. */
static json_t *
command_document(const struct api_wait *wait, const struct cz2_warnings *warnings, int64_t now)
{
	json_t *document = api_status_document(wait->api, &wait->wish, now);
	json_t *sentences = json_warnings(warnings);

	json_object_set_new(document, "message", json_string(wait->wish.message));
	if (sentences != NULL)
		json_object_set_new(document, "warnings", sentences);
	return document;
}

static json_t *
success_document(const struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	if (wait->wish.message[0] == '\0')
		return api_status_document(wait->api, &wait->wish, now);
	return command_document(wait, &outcome->warnings, now);
}

static void
finish(struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	struct http_request *request = wait->request;

	http_set_tag(request, NULL);
	if (outcome->error == CZ2_OK)
		api_answer(request, 200, success_document(wait, outcome, now));
	else
		api_answer_failure(request, outcome, wait->wish.input);
	wait_free(wait);
}

/* It was not even begun, for an error; CZ2_OK: it was. */
static void
begun(struct api_wait *wait, int error)
{
	struct http_request *request = wait->request;

	if (error == CZ2_OK)
		return;
	http_set_tag(request, NULL);
	wait_free(wait);
	api_answer_error(request, error);
}

/* ------------------------------------------------------------------------
 * Commands
 */

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

static void
answer_created(struct http_request *request, const struct record *record)
{
	char place[64];
	const char *headers[] = {"Location", place, NULL};

	snprintf(place, sizeof place, "/api/v1/commands/%s", record->id);
	api_answer_with(request, 201,
			json_pack("{s:s, s:s, s:o}", "command_id", record->id, "status",
				  record_status_names[record->status], "expires_at",
				  json_time(record->expires_us)),
			headers);
}

static void
on_recorded(void *self, const struct record *record, int64_t now)
{
	struct api_wait *wait = self;
	struct http_request *request = wait->request;

	if (wait->wish.when == API_WHEN_DONE)
		return;
	http_set_tag(request, NULL);
	if (wait->wish.when == API_WHEN_QUEUED)
		api_answer(request, 202, queued_document(wait, record, now));
	else
		answer_created(request, record);
	ledger_forget(wait->api->parts.ledger, wait->order);
	wait_free(wait);
}

static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	(void)record;
	finish(self, outcome, now);
}

/* Who came over the network is nobody, as long as nobody has to say who he is. */
static const char *
user_of(struct http_request *request)
{
	const char *peer = http_peer(request);

	return strncmp(peer, "local:", strlen("local:")) == 0 ? peer : "anonymous";
}

void
api_wait_order(const struct api_call *call, struct ledger_order *order,
	       const struct api_wish *wish)
{
	struct api_wait *wait = wait_new(call, wish);
	struct ledger_caller caller = {.self = wait, .recorded = on_recorded, .ended = on_ended};

	order->user = user_of(call->request);
	order->source = RECORD_REST;
	begun(wait, ledger_submit(call->api->parts.ledger, order, &caller, call->now, &wait->order));
}

/* ------------------------------------------------------------------------
 * Reading the panel
 */

static void
on_refreshed(void *self, const struct outcome *outcome, int64_t now)
{
	finish(self, outcome, now);
}

void
api_wait_refresh(const struct api_call *call, enum engine_refresh_kind how,
		 const struct api_wish *wish)
{
	struct api_wait *wait = wait_new(call, wish);

	begun(wait, engine_refresh(call->api->parts.engine, how, on_refreshed, wait, call->now,
				   &wait->refresh));
}

/* ------------------------------------------------------------------------
 * Records
 */

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	struct api_wait *wait = self;
	struct http_request *request = wait->request;
	json_t *document;

	if (request == NULL) { /* nobody wants to know any more */
		wait_free(wait);
		return;
	}
	http_set_tag(request, NULL);
	document = error == CZ2_OK ? wait->render(records, count, total) : NULL;
	if (error != CZ2_OK)
		api_answer_detail(request, 503, json_string("The ledger cannot be read."));
	else if (document == NULL)
		api_answer_detail(request, 404, json_string("Command not found."));
	else
		api_answer(request, 200, document);
	wait_free(wait);
}

void
api_wait_records(const struct api_call *call, const struct store_query *query,
		 json_t *(*render)(const struct record *records, int count, int64_t total))
{
	struct api_wish wish = {.input = NULL};
	struct api_wait *wait = wait_new(call, &wish);

	wait->render = render;
	store_find(call->api->parts.store, query, on_found, wait);
}

/* ------------------------------------------------------------------------
 * Who left
 */

/* What the disk works on cannot be called off. */
static void
give_up(struct api_wait *wait)
{
	wait->request = NULL;
	if (wait->render != NULL)
		return;
	ledger_forget(wait->api->parts.ledger, wait->order);
	engine_forget(wait->api->parts.engine, wait->refresh);
	wait_free(wait);
}

void
api_wait_gone(struct http_request *request)
{
	struct api_wait *wait = http_tag(request);

	if (wait != NULL)
		give_up(wait);
}

/* The disk is idle by now. */
void
api_wait_end(struct api *api)
{
	struct api_wait *next;

	for (struct api_wait *wait = api->waits; wait != NULL; wait = next) {
		next = wait->next;
		give_up(wait);
	}
}

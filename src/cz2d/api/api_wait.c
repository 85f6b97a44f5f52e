/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Requests that wait: for the end of a command (api_submit.c), for a read of the panel,
 * for records from the disk. Each ends in one of three ways: it is answered, its client
 * leaves, or the daemon ends. The command itself goes on when its client leaves.
 */
#include "build.h"

#include "cz2d/api/api_wait.h"

#include <stdlib.h>

#include "base/mem.h"

struct api_wait *
api_wait_new(const struct api_call *call, const struct api_wish *wish)
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

void
api_wait_free(struct api_wait *wait)
{
	*wait->link = wait->next;
	if (wait->next != NULL)
		wait->next->link = wait->link;
	api_repeat_free(wait->repeat);
	json_decref(wait->wish.input);
	free(wait);
}

/* ------------------------------------------------------------------------
 * Answers
 */

static void
give(struct api_wait *wait, int status, json_t *document)
{
	struct http_request *request = wait->request;

	api_wait_free(wait);
	if (request == NULL)
		return;
	http_set_tag(request, NULL);
	api_answer(request, status, json_incref(document));
}

static void
give_repeats(const struct api_wait *original, int status, json_t *document)
{
	struct api_wait *next;

	for (struct api_wait *wait = original->api->waits; wait != NULL; wait = next) {
		next = wait->next;
		if (wait->original == original)
			give(wait, status, document);
	}
}

static void
keep_answer(const struct api_wait *wait, int status, const json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT);

	ledger_answered(wait->api->parts.ledger, wait->order, status, text);
	free(text);
}

void
api_wait_answer(struct api_wait *wait, int status, json_t *document)
{
	if (wait->repeat != NULL) {
		keep_answer(wait, status, document);
		give_repeats(wait, status, document);
	}
	give(wait, status, document);
	json_decref(document);
}

static json_t *
shown_document(const struct api_wait *wait, int64_t now)
{
	api_document *document = wait->wish.document;

	return (document != NULL ? document : api_status_document)(wait->api, &wait->wish, now);
}

/* What is shown, message and warnings of a command that was carried out. */
static json_t *
command_document(const struct api_wait *wait, const struct cz2_warnings *warnings, int64_t now)
{
	json_t *document = shown_document(wait, now);
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
		return shown_document(wait, now);
	return command_document(wait, &outcome->warnings, now);
}

void
api_wait_finish(struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	int status = api_status_of(outcome->error);

	if (outcome->raw.device != 0) {
		api_rows_finish(wait, outcome, now);
		return;
	}
	api_wait_answer(wait, status, outcome->error == CZ2_OK
					      ? success_document(wait, outcome, now)
					      : api_failure_document(outcome, wait->wish.input));
}

void
api_wait_begun(struct api_wait *wait, int error)
{
	struct outcome outcome = {.error = error};

	cz2_command_init(&outcome.applied);
	if (error != CZ2_OK)
		api_wait_finish(wait, &outcome, 0);
}

/* ------------------------------------------------------------------------
 * Reading the panel
 */

static void
on_refreshed(void *self, const struct outcome *outcome, int64_t now)
{
	api_wait_finish(self, outcome, now);
}

void
api_wait_refresh(const struct api_call *call, enum engine_refresh_kind how,
		 const struct api_wish *wish)
{
	struct api_wait *wait = api_wait_new(call, wish);

	api_wait_begun(wait, engine_refresh(call->api->parts.engine, how, on_refreshed, wait,
					    call->now, &wait->refresh));
}

void
api_wait_row(const struct api_call *call, const struct probe_wish *row)
{
	struct api_wish wish = {.source = CZ2_SOURCE_FORCE};
	struct api_wait *wait = api_wait_new(call, &wish);
	struct engine_order order = {.done = on_refreshed, .self = wait, .raw = row};

	api_wait_begun(wait, engine_submit(call->api->parts.engine, &order, call->now,
					   &wait->refresh));
}

/* ------------------------------------------------------------------------
 * Records
 */

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	struct api_wait *wait = self;
	json_t *document = error == CZ2_OK ? wait->render(records, count, total) : NULL;

	if (document != NULL)
		api_wait_answer(wait, 200, document);
	else if (error != CZ2_OK)
		api_wait_answer(wait, 503, api_detail("The ledger cannot be read."));
	else
		api_wait_answer(wait, 404, api_absent("Command"));
}

void
api_wait_records(const struct api_call *call, const struct store_query *query,
		 json_t *(*render)(const struct record *records, int count, int64_t total))
{
	struct api_wish wish = {.input = NULL};
	struct api_wait *wait = api_wait_new(call, &wish);

	wait->render = render;
	store_find(call->api->parts.store, query, on_found, wait);
}

/* ------------------------------------------------------------------------
 * Devices
 */

static void
on_changed(void *self, int error, int64_t now)
{
	struct api_wait *wait = self;

	if (error == CZ2_OK)
		api_wait_answer(wait, 200, api_device_document(wait->api, wait->device, now));
	else
		api_wait_answer(wait, 503,
				api_detail("The change could not be recorded and was not made."));
}

void
api_wait_change(const struct api_call *call, int number, const struct devices_change *change)
{
	struct api_wish wish = {.input = NULL};
	struct api_wait *wait = api_wait_new(call, &wish);

	wait->changes = true;
	wait->device = number;
	devices_change(call->api->parts.devices, number, change, api_user(call),
		       on_changed, wait);
}

/* ------------------------------------------------------------------------
 * Who left
 */

void
api_wait_gone(struct http_request *request)
{
	struct api_wait *wait = http_tag(request);

	if (wait == NULL)
		return;
	wait->request = NULL;
	/* What the disk works on cannot be called off, and a key may be asked for again. */
	if (wait->render != NULL || wait->changes ||
	    (wait->repeat != NULL && wait->original == NULL))
		return;
	ledger_forget(wait->api->parts.ledger, wait->order);
	engine_forget(wait->api->parts.engine, wait->refresh);
	api_wait_free(wait);
}

/* The disk is idle by now. */
void
api_wait_end(struct api *api)
{
	while (api->waits != NULL) {
		ledger_forget(api->parts.ledger, api->waits->order);
		engine_forget(api->parts.engine, api->waits->refresh);
		api_wait_free(api->waits);
	}
}

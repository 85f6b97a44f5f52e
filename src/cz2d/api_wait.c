/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Requests that wait for the engine. Each ends in one of three ways: the engine is
 * done and the request is answered, its client leaves, or the daemon ends; whichever
 * comes first frees it. The command itself goes on when its client leaves.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cz2d/config.h"

struct api_wait {
	struct api_wait *next;
	struct api_wait **link; /* what points at this one */
	struct api *api;
	struct http_request *request;
	engine_id id;
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
done(void *self, const struct outcome *outcome, int64_t now)
{
	struct api_wait *wait = self;
	struct http_request *request = wait->request;

	http_set_tag(request, NULL);
	if (outcome->error == CZ2_OK)
		api_answer(request, 200, success_document(wait, outcome, now));
	else
		api_answer_failure(request, outcome, wait->wish.input);
	wait_free(wait);
}

/* The engine took it, or refused with an error. */
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

void
api_wait_command(const struct api_call *call, const struct cz2_command *command,
		 const struct cz2_warnings *warnings, const struct api_wish *wish)
{
	struct api_wait *wait = wait_new(call, wish);
	struct engine_order order = {
		.command = *command, .warnings = *warnings, .done = done, .self = wait};

	begun(wait, engine_submit(call->api->parts.engine, &order, call->now, &wait->id));
}

void
api_wait_refresh(const struct api_call *call, enum engine_refresh_kind how,
		 const struct api_wish *wish)
{
	struct api_wait *wait = wait_new(call, wish);

	begun(wait, engine_refresh(call->api->parts.engine, how, done, wait, call->now, &wait->id));
}

static void
give_up(struct api_wait *wait)
{
	engine_forget(wait->api->parts.engine, wait->id);
	wait_free(wait);
}

void
api_wait_gone(struct http_request *request)
{
	struct api_wait *wait = http_tag(request);

	if (wait != NULL)
		give_up(wait);
}

void
api_wait_end(struct api *api)
{
	struct api_wait *next;

	for (struct api_wait *wait = api->waits; wait != NULL; wait = next) {
		next = wait->next;
		give_up(wait);
	}
}

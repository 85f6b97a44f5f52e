/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * GET /status in all its forms. The plain one is asked for most, so it is rendered
 * once for each state of the model, second of its age and minute of the panel's
 * clock, and sent from there without copying.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/model/model.h"

json_t *
api_status_document(const struct api *api, const struct api_wish *wish, int64_t now)
{
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, now);
	json_t *document;

	if (wish->flat) {
		document = json_status_flat(&view);
	} else {
		document = json_object();
		json_object_set_new(document, "status", json_status(&view));
		if (api->parts.config->cache.enabled)
			json_object_set_new(document, "meta", json_meta(&view, wish->source));
	}
	if (wish->raw && json_is_object(document))
		json_object_set_new(document, "raw", json_raw(&view));
	return document;
}

/* All that a rendered status depends on besides names. */
static struct api_status_key
key_of(const struct model *model, int64_t now)
{
	struct model_meta meta;

	model_meta(model, now, &meta);
	return (struct api_status_key){
		.version = model_version(model),
		.age = meta.known ? (now - meta.updated) / 1000 : -1,
		.clock = model_clock(model, now),
		.is_stale = meta.is_stale,
	};
}

static bool
same_key(const struct api_status_key *a, const struct api_status_key *b)
{
	return a->version == b->version && a->age == b->age && a->clock == b->clock &&
	       a->is_stale == b->is_stale;
}

static struct http_body *
render(const struct api *api, int64_t now)
{
	struct api_wish plain = {.source = CZ2_SOURCE_NONE};
	json_t *document = api_status_document(api, &plain, now);
	char *text = json_dumps(document, JSON_COMPACT);
	struct http_body *body = http_body_new(text, strlen(text));

	free(text);
	json_decref(document);
	return body;
}

static void
answer_from_memory(const struct api_call *call)
{
	struct api *api = call->api;
	struct api_status_key key = key_of(api->parts.model, call->now);

	if (api->status == NULL || !same_key(&api->status_key, &key)) {
		http_body_free(api->status);
		api->status = render(api, call->now);
		api->status_key = key;
	}
	http_answer_shared(call->request, api->status);
}

static void
answer_status(const struct api_call *call, bool force)
{
	struct api_wish wish = {.source = force ? CZ2_SOURCE_FORCE : CZ2_SOURCE_NONE};

	if (!api_read_flag(call, "raw", &wish.raw) || !api_read_flag(call, "flat", &wish.flat))
		return;
	if (force)
		api_wait_refresh(call, ENGINE_REFRESH_STATUS, &wish);
	else if (wish.raw || wish.flat)
		api_answer(call->request, 200, api_status_document(call->api, &wish, call->now));
	else
		answer_from_memory(call);
}

void
api_get_status(const struct api_call *call)
{
	bool force;

	if (api_read_flag(call, "force", &force))
		answer_status(call, force || !call->api->parts.config->cache.enabled);
}

void
api_get_live(const struct api_call *call)
{
	answer_status(call, true);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock. How it is set is api_command.c's, like any command.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/config/config.h"
#include "cz2d/json/json_clock.h"

json_t *
api_clock_document(const struct api *api, const struct api_wish *wish, int64_t now)
{
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, now);
	json_t *document = json_object();

	json_object_set_new(document, "clock", json_clock(&view, api->parts.config->clock.sync));
	if (api->parts.config->cache.enabled)
		json_object_set_new(document, "meta", json_meta(&view, wish->source));
	return document;
}

void
api_get_clock(const struct api_call *call)
{
	struct api_wish wish = {.document = api_clock_document};
	bool force;

	if (!api_read_flag(call, "force", &force))
		return;
	wish.source = force ? CZ2_SOURCE_FORCE : CZ2_SOURCE_NONE;
	if (force)
		api_wait_refresh(call, ENGINE_REFRESH_ALL, &wish);
	else
		api_answer(call->request, 200, api_clock_document(call->api, &wish, call->now));
}

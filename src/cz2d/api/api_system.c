/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the daemon says about itself: health, version, what it remembers of the
 * panel, and its own interface.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/model/model.h"
#include "cz2d/store/store.h"
#include "link/link.h"

static json_t *
age_of(int64_t moment, int64_t now)
{
	return moment == INT64_MIN ? json_null() : json_integer((now - moment) / 1000);
}

static json_t *
link_document(const struct api *api, const struct json_view *view)
{
	const struct link *link = api->parts.link;
	int64_t since = json_wall_us(view, link_since(link));

	return json_pack("{s:b, s:s, s:o, s:o}", "connected", model_connected(api->parts.model),
			 "kind", link_kind(link)->name, "since", json_time(since),
			 "last_frame_age", age_of(bus_last_frame(api->parts.bus), view->now));
}

static json_t *
cache_document(const struct api *api, int64_t now)
{
	struct model_meta meta;

	model_meta(api->parts.model, now, &meta);
	return json_pack("{s:b, s:o}", "is_stale", meta.is_stale, "age_seconds",
			 age_of(meta.known ? meta.updated : INT64_MIN, now));
}

void
api_get_health(const struct api_call *call)
{
	const struct api *api = call->api;
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, call->now);
	bool fatal;
	json_t *wrong = api_problems(api, call->now, &fatal);
	const char *status = fatal                          ? "unhealthy"
			     : json_array_size(wrong) > 0 ? "degraded"
							  : "healthy";

	json_t *document = json_pack("{s:s, s:s, s:o, s:o, s:{s:b, s:b}, s:{s:b}, s:i}",
				     "status", status, "version", PACKAGE_VERSION,
				     "link", link_document(api, &view),
				     "cache", cache_document(api, call->now),
				     "mqtt", "enabled", api->parts.config->mqtt.enabled,
				     "connected", api_mqtt_connected(api),
				     "storage", "ok", store_ok(api->parts.store),
				     "queue",
				     engine_pending(api->parts.engine) +
					     ledger_waiting(api->parts.ledger));

	if (json_array_size(wrong) > 0)
		json_object_set(document, "problems", wrong);
	json_decref(wrong);
	api_answer(call->request, fatal ? 503 : 200, document);
}

void
api_get_version(const struct api_call *call)
{
	api_answer(call->request, 200,
		   json_pack("{s:s, s:s, s:s}", "name", "cz2d", "version", PACKAGE_VERSION,
			     "api", "v1"));
}

/* Each row that is known: how it was learnt, and how long ago. */
static json_t *
rows_document(const struct model *model, int64_t now)
{
	json_t *list = json_array();

	for (enum cz2_row row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_image *image = model_image(model, row);
		const char *source = cz2_source_name((enum cz2_source)image->source);
		char name[16];

		if (image->length == 0)
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}",
						      "row", cz2_row_name(row, name),
						      "source", source,
						      "age_seconds", age_of(image->time, now)));
	}
	return list;
}

void
api_get_cache(const struct api_call *call)
{
	const struct config *config = call->api->parts.config;
	struct json_view view =
		json_view_at(call->api->parts.devices, call->api->parts.model, call->now);
	json_t *document = json_meta(&view, CZ2_SOURCE_NONE);

	json_object_set_new(document, "enabled", json_boolean(config->cache.enabled));
	json_object_set_new(document, "stale_seconds", json_integer(config->cache.stale_seconds));
	json_object_set_new(document, "refresh_interval",
			    json_integer(config->cache.refresh_interval));
	json_object_set_new(document, "rows", rows_document(view.model, call->now));
	api_answer(call->request, 200, document);
}

void
api_get_openapi(const struct api_call *call)
{
	struct api *api = call->api;

	if (api->openapi == NULL) {
		json_t *document = openapi_document();
		char *text = json_dumps(document, JSON_COMPACT);

		api->openapi = http_body_new(text, strlen(text));
		free(text);
		json_decref(document);
	}
	http_answer_shared(call->request, api->openapi);
}

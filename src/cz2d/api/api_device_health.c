/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How well a device is: what is wrong with it, when its rows were learnt, and of a zone
 * whether its sensor is there. How good the line is, is told by json_link.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/json/json_link.h"
#include "cz2d/json/json_value.h"
#include "cz2d/model/model.h"
#include "link/link.h"

/* ok: null until the panel has told its temperatures. */
static json_t *
sensor_document(const struct api *api, int zone)
{
	const struct model *model = api->parts.model;
	const struct cz2_values *state = model_state(model);
	int temperature = cz2_state_temperature(state, zone);
	bool told = model_image(model, CZ2_ROW_1_24)->length != 0;

	return json_pack("{s:o, s:o}", "ok",
			 temperature == CZ2_UNKNOWN && !told
				 ? json_null()
				 : json_boolean(temperature != CZ2_UNKNOWN),
			 "temperature", json_value_integer(temperature));
}

/* The state of the line now, beside what was counted on it. */
static json_t *
line_document(const struct api *api, const struct json_view *view)
{
	const struct bus *bus = api->parts.bus;
	const struct link *link = api->parts.link;
	const char *why = link_why(link);
	int64_t heard = bus_last_frame(bus);
	json_t *line = json_link(view, bus, link);
	json_t *now = json_pack(
		"{s:s, s:b, s:s?, s:o, s:b, s:b, s:b}", "target", api->parts.config->panel.connect,
		"open", link_state(link) == LINK_OPEN, "trouble", why[0] != '\0' ? why : NULL,
		"last_frame_age",
		heard == INT64_MIN ? json_null() : json_integer((view->now - heard) / 1000),
		"rhythm", bus_rhythm_known(bus, view->now), "swapped", bus_swapped(bus),
		"address_conflict", bus_conflict(bus, view->now));

	json_object_update(line, now);
	json_decref(now);
	return line;
}

void
api_get_device_health(const struct api_call *call)
{
	const struct api *api = call->api;
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, call->now);
	struct model_meta meta;
	json_t *document;
	int number;

	if (!api_find_device(call, &number))
		return;
	model_meta(api->parts.model, call->now, &meta);
	document = json_pack("{s:s, s:s, s:o, s:b, s:b, s:o, s:o}", "device_id",
			     devices_at(api->parts.devices, number)->id, "status",
			     device_status_names[api_device_status(api, number, call->now)],
			     "problems", api_device_problems(api, number, call->now), "connected",
			     meta.connected, "is_stale", meta.is_stale, "last_seen",
			     json_device_seen(&view, number), "rows",
			     json_device_rows(&view, number));
	json_object_set_new(document, "link",
			    number == 0 ? line_document(api, &view) : json_null());
	json_object_set_new(document, "sensor",
			    number == 0 ? json_null() : sensor_document(api, number));
	api_answer(call->request, 200, document);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How well a device is: what is wrong with it, when its rows were learnt, and of a zone
 * whether its sensor is there. How good the line is, is told by json_link.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/json/json_link.h"
#include "cz2d/json/json_value.h"
#include "cz2d/model/model.h"

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
			    number == 0 ? json_link(&view, api->parts.bus, api->parts.link) : json_null());
	json_object_set_new(document, "sensor",
			    number == 0 ? json_null() : sensor_document(api, number));
	api_answer(call->request, 200, document);
}

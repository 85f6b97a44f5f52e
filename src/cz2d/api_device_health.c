/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How well a device is: what is wrong with it, when its rows were learnt, of the panel how
 * good the line is, and of a zone whether its sensor is there.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include "cz2d/bus.h"
#include "cz2d/link.h"
#include "cz2d/model.h"

/* null when there was no reply to tell from. */
static json_t *
percentile(const struct quality *quality, int percent)
{
	int ms = quality_percentile(quality, percent);

	return ms < 0 ? json_null() : json_integer(ms);
}

static json_t *
turnaround_document(const struct quality *quality)
{
	return json_pack("{s:i, s:o, s:o, s:o}", "replies", quality_replies(quality), "p50",
			 percentile(quality, 50), "p90", percentile(quality, 90), "p99",
			 percentile(quality, 99));
}

static void
count(json_t *object, const char *name, uint64_t n)
{
	json_object_set_new(object, name, json_integer((json_int_t)n));
}

/* What was sent and heard, and what went wrong with it, since the daemon started. */
static json_t *
counters_document(const struct bus *bus)
{
	const struct bus_counters *counters = bus_counters(bus);
	const struct cz2_reader_counters *reader = bus_reader_counters(bus);
	json_t *object = json_object();

	count(object, "requests", counters->requests);
	count(object, "frames_sent", counters->sends);
	count(object, "frames_received", reader->frames);
	count(object, "bytes_sent", counters->bytes_sent);
	count(object, "bytes_received", counters->bytes_received);
	count(object, "retries", counters->retries);
	count(object, "timeouts", counters->timeouts);
	count(object, "refused", counters->refused);
	count(object, "crc_errors", reader->checksum_errors);
	count(object, "bytes_skipped", reader->skipped);
	count(object, "stray_replies", counters->strays);
	count(object, "address_conflicts", counters->conflicts);
	return object;
}

static json_t *
link_document(const struct api *api, const struct json_view *view)
{
	const struct bus *bus = api->parts.bus;
	const struct link *link = api->parts.link;
	const struct quality *quality = bus_quality(bus);
	json_t *document = counters_document(bus);
	json_t *foreign =
		json_pack("{s:I, s:f}", "frames", (json_int_t)bus_counters(bus)->foreign,
			  "line_percent", quality_others_percent(quality, view->now));

	json_object_set_new(document, "kind", json_string(link_kind(link)->name));
	json_object_set_new(document, "since", json_time(json_wall_us(view, link_since(link))));
	json_object_set_new(document, "turnaround_ms", turnaround_document(quality));
	json_object_set_new(document, "foreign", foreign);
	return document;
}

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
			 "temperature",
			 temperature == CZ2_UNKNOWN ? json_null() : json_integer(temperature));
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
			    number == 0 ? link_document(api, &view) : json_null());
	json_object_set_new(document, "sensor",
			    number == 0 ? json_null() : sensor_document(api, number));
	api_answer(call->request, 200, document);
}

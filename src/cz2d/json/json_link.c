/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The counters of the bus and its quality under the names that people see.
 */
#include "build.h"

#include "cz2d/json/json_link.h"

#include <stdlib.h>

#include "cz2d/bus/bus.h"
#include "cz2d/json/json_clock.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_clock.h"
#include "link/link.h"

enum { TENTH_S = 6 }; /* of a minute */

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
static void
add_counters(json_t *object, const struct bus *bus)
{
	const struct bus_counters *counters = bus_counters(bus);
	const struct cz2_reader_counters *reader = bus_reader_counters(bus);

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
}

json_t *
json_link(const struct json_view *view, const struct bus *bus, const struct link *link)
{
	json_t *object = json_object();
	const struct quality *quality = bus_quality(bus);
	json_t *foreign =
		json_pack("{s:I, s:f}", "frames", (json_int_t)bus_counters(bus)->foreign,
			  "line_percent", quality_others_percent(quality, view->now));

	add_counters(object, bus);
	json_object_set_new(object, "kind", json_string(link_kind(link)->name));
	json_object_set_new(object, "since", json_time(json_wall_us(view, link_since(link))));
	json_object_set_new(object, "turnaround_ms", turnaround_document(quality));
	json_object_set_new(object, "foreign", foreign);
	return object;
}

/* Minutes that the panel's clock is ahead of this machine's, in tenths. */
static json_t *
clock_offset(const struct json_view *view)
{
	int second, offset, tenths;

	if (!panel_clock(view->model, view->now, &second))
		return json_null();
	offset = json_clock_ahead(view, second);
	tenths = (abs(offset) + TENTH_S / 2) / TENTH_S;
	return json_real((offset < 0 ? -tenths : tenths) / 10.0);
}

json_t *
json_diagnostics(const struct json_view *view, const struct bus *bus, const struct link *link,
		 int64_t started)
{
	int64_t answered = model_answered_at(view->model);
	json_t *object = json_pack("{s:o, s:o, s:o}", "started",
				   json_time(json_wall_us(view, started)), "last_contact",
				   answered == INT64_MIN
					   ? json_null()
					   : json_time(json_wall_us(view, answered)),
				   "clock_offset", clock_offset(view));
	json_t *line = json_link(view, bus, link);

	json_object_update(object, line);
	json_decref(line);
	return object;
}

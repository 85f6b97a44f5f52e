/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * GET /api/v1/monitor: all that is on the line, a line of JSON each, to few who watch. Who does
 * not take his lines is told how many he lost, and holds nobody up. What the frames mean is
 * left to the one who watches.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/bus/bus.h"
#include "cz2d/json/json_rows.h"

enum {
	MONITORS_MAX = 4,
	SECOND_MS = 1000,
};

struct api_monitor {
	struct api_monitor *next;
	struct http_request *request;
	int64_t begun;
	json_int_t lost; /* lines since the last one that he got */
};

static bool
put(const struct api_monitor *monitor, json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);
	size_t length = strlen(text);
	bool taken;

	text[length++] = '\n'; /* in the place of its NUL */
	taken = http_stream_put(monitor->request, text, length);
	free(text);
	json_decref(line);
	return taken;
}

static json_t *
line_at(const struct api_monitor *monitor, int64_t moment, const char *kind)
{
	return json_pack("{s:o, s:I, s:s}", "time", json_time(clock_wall_us_of(moment)), "at_ms",
			 (json_int_t)(moment - monitor->begun), "kind", kind);
}

/* True when he knows what he has lost. */
static bool
tell_lost(struct api_monitor *monitor, int64_t now)
{
	json_t *line;

	if (monitor->lost == 0)
		return true;
	line = line_at(monitor, now, "lost");
	json_object_set_new(line, "count", json_integer(monitor->lost));
	if (!put(monitor, line))
		return false;
	monitor->lost = 0;
	return true;
}

static void
tell(const struct api *api, const char *kind, const char *direction, const uint8_t *bytes,
     size_t length, int64_t moment)
{
	for (struct api_monitor *one = api->monitors; one != NULL; one = one->next) {
		json_t *line = line_at(one, moment, kind);

		json_object_set_new(line, "direction", json_string(direction));
		json_object_set_new(line, "hex", json_hex_of(bytes, length));
		if (!tell_lost(one, moment)) {
			json_decref(line);
			one->lost++;
		} else if (!put(one, line)) {
			one->lost++;
		}
	}
}

static void
on_frame(void *self, bool out, const uint8_t *bytes, size_t length, int64_t now)
{
	tell(self, "frame", out ? "out" : "in", bytes, length, now);
}

static void
on_noise(void *self, const uint8_t *bytes, size_t length, int64_t now)
{
	tell(self, "noise", "in", bytes, length, now);
}

static int
count(const struct api *api)
{
	int n = 0;

	for (const struct api_monitor *one = api->monitors; one != NULL; one = one->next)
		n++;
	return n;
}

static void
admit(const struct api_call *call, int64_t seconds)
{
	struct api *api = call->api;
	const struct bus_watcher watcher = {.self = api, .frame = on_frame, .noise = on_noise};
	struct api_monitor *monitor = mem_new(1, sizeof *monitor);

	monitor->request = call->request;
	monitor->begun = call->now;
	monitor->next = api->monitors;
	if (api->monitors == NULL)
		bus_watch(api->parts.bus, &watcher);
	api->monitors = monitor;
	http_stream_begin(call->request, "application/x-ndjson", seconds * SECOND_MS);
}

void
api_get_monitor(const struct api_call *call)
{
	int64_t seconds;

	if (!api_read_query(call, "seconds", &seconds))
		return;
	if (count(call->api) < MONITORS_MAX)
		admit(call, seconds);
	else
		api_answer_detail(call->request, 429,
				  json_sprintf("%d others watch the bus already.", MONITORS_MAX));
}

void
api_monitor_gone(struct api *api, const struct http_request *request)
{
	struct api_monitor **link = &api->monitors;
	struct api_monitor *monitor;

	while (*link != NULL && (*link)->request != request)
		link = &(*link)->next;
	monitor = *link;
	if (monitor == NULL)
		return;
	tell_lost(monitor, clock_now());
	*link = monitor->next;
	free(monitor);
	if (api->monitors == NULL)
		bus_watch(api->parts.bus, NULL);
}

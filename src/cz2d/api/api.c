/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of routes and the way from a request to its handler. The OpenAPI
 * document, the methods of a path and the test of the documentation read the same
 * table; what the handlers do stands in api_*.c.
 */
#include "build.h"

#include "cz2d/api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/api/api_internal.h"

/* What may go wrong besides 400 for a malformed request: reading, and writing. */
#define READS 429, 503, 504
#define WRITES 400, 403, 409, 413, 415, 422, 429, 500, 503, 504
#define WORD(name, words) {name, "only those with this " name, QUERY_WORD, 0, 0, 0, words}
#define STATUS(name) \
	{name, "only those with this status", QUERY_WORD, 0, 0, 0, record_status_names}
#define LIMIT(max) {"limit", "how many at most", QUERY_NUMBER, 1, max, 50}
#define OFFSET {"offset", "how many of the newest to leave out", QUERY_NUMBER, 0, 1000000000, 0}
#define FORCE_PROGRAM {"force", "read all of the program first"}
#define RAW_AND_FLAT {"raw", "add the rows as base64"}, {"flat", "one flat object, as MQTT has it"}

static const struct api_route routes[] = {
	{"GET", "/status", SCOPE_READ,
	 api_get_status, NULL, "StatusAnswer", "The state, from memory",
	 {{"force", "read the panel first"}, RAW_AND_FLAT}, {400, READS}},
	{"GET", "/status/live", SCOPE_READ,
	 api_get_live, NULL, "StatusAnswer",
	 "The state, read from the panel", {RAW_AND_FLAT}, {400, READS}},
	{"POST", "/system/mode", SCOPE_COMMAND,
	 api_post_command, &command_mode, "CommandAnswer",
	 "Set the system mode and ALL mode", {{0}}, {WRITES}},
	{"POST", "/system/fan", SCOPE_COMMAND,
	 api_post_command, &command_fan, "CommandAnswer", "Set the fan mode",
	 {{0}}, {WRITES}},
	{"POST", "/zones/batch/temperature", SCOPE_COMMAND,
	 api_post_command, &command_batch, "CommandAnswer",
	 "Change several zones alike", {{0}}, {404, WRITES}},
	{"POST", "/zones/{zone_id}/temperature", SCOPE_COMMAND,
	 api_post_command, &command_temperature,
	 "CommandAnswer", "Change a zone's setpoints and flags", {{0}}, {404, WRITES}},
	{"POST", "/zones/{zone_id}/hold", SCOPE_COMMAND,
	 api_post_command, &command_hold, "CommandAnswer",
	 "Change a zone's hold and temporary flags", {{0}}, {404, WRITES}},
	{"GET", "/schedules", SCOPE_READ,
	 api_get_schedules, NULL, "SchedulesAnswer", "The panel's program of all zones",
	 {FORCE_PROGRAM}, {400, READS}},
	{"PUT", "/schedules", SCOPE_COMMAND,
	 api_post_command, &command_schedules, "SchedulesSet",
	 "Change the program of several zones alike", {{0}}, {404, WRITES}},
	{"GET", "/zones/{zone_id}/schedule", SCOPE_READ,
	 api_get_schedule, NULL, "ScheduleAnswer", "A zone's program",
	 {FORCE_PROGRAM}, {400, 404, 409, 422, READS}},
	{"PUT", "/zones/{zone_id}/schedule", SCOPE_COMMAND,
	 api_post_command, &command_schedule, "ScheduleSet", "Change a zone's program",
	 {{0}}, {404, WRITES}},
	{"POST", "/zones/{zone_id}/resume", SCOPE_COMMAND,
	 api_post_command, &command_resume, "CommandAnswer",
	 "Let a zone follow its program: hold, temporary and out off", {{0}}, {404, WRITES}},
	{"POST", "/system/resume", SCOPE_COMMAND,
	 api_post_command, &command_resume_all, "CommandAnswer",
	 "Let all zones follow their programs", {{0}}, {WRITES}},
	{"GET", "/clock", SCOPE_READ,
	 api_get_clock, NULL, "ClockAnswer", "The panel's clock, carried forward",
	 {{"force", "read the panel first"}}, {400, READS}},
	{"PUT", "/clock", SCOPE_COMMAND,
	 api_post_command, &command_clock, "ClockSet", "Set the panel's clock",
	 {{0}}, {WRITES}},
	{"POST", "/update", SCOPE_COMMAND,
	 api_post_command, &command_update, "CommandAnswer",
	 "Read the state from the panel now", {{0}}, {400, 409, 413, 415, 422, READS}},
	{"GET", "/commands/{command_id}", SCOPE_READ,
	 api_get_command, NULL, "Command",
	 "What became of a command", {{0}}, {404, 503}},
	{"GET", "/api/v1/commands/{command_id}", SCOPE_READ,
	 api_get_command, NULL, "Command",
	 "What became of a command", {{0}}, {404, 503}},
	{"GET", "/api/v1/commands", SCOPE_READ,
	 api_get_page, NULL, "CommandPage", "The commands of all devices, newest first",
	 {STATUS("status_filter"), LIMIT(500), OFFSET}, {400, 503}},
	{"POST", "/api/v1/commands", SCOPE_COMMAND,
	 api_post_order, &api_order, "Created", "Record any command",
	 {{0}}, {404, WRITES}, .success = 201},
	{"POST", "/api/v1/devices/{device_id}/commands", SCOPE_COMMAND,
	 api_post_device_order, &api_device_order,
	 "Created", "Record any command for a device", {{0}}, {404, WRITES}, .success = 201},
	{"GET", "/api/v1/commands/device/{device_id}", SCOPE_READ,
	 api_get_device_page, NULL, "CommandPage",
	 "A device's commands, newest first", {STATUS("status_filter"), LIMIT(500), OFFSET},
	 {400, 404, 503}},
	{"GET", "/api/v1/devices/{device_id}/commands", SCOPE_READ,
	 api_get_device_list, NULL, "CommandList",
	 "A device's commands, newest first", {STATUS("status"), LIMIT(200)}, {400, 404, 503}},
	{"GET", "/api/v1/devices", SCOPE_READ,
	 api_get_devices, NULL, "DeviceList", "The panel and its zones",
	 {WORD("status", device_status_names), WORD("type", device_type_names)}, {400}},
	{"GET", "/api/v1/devices/{device_id}", SCOPE_READ,
	 api_get_device, NULL, "Device", "The panel or a zone", {{0}}, {404}},
	{"PATCH", "/api/v1/devices/{device_id}", SCOPE_ADMIN,
	 api_patch_device, &api_device_patch, "Device",
	 "Change a device's name or metadata", {{0}}, {404, 413, 415, 422, 503}},
	{"GET", "/api/v1/devices/{device_id}/status", SCOPE_READ,
	 api_get_device_status, NULL, "DeviceStatus",
	 "The part of the state that is a device's", {{0}}, {404}},
	{"GET", "/api/v1/devices/{device_id}/health", SCOPE_READ,
	 api_get_device_health, NULL, "DeviceHealth",
	 "How well a device is, and of the panel how good the line", {{0}}, {404}},
	{"GET", "/api/v1/devices/{device_id}/config", SCOPE_READ,
	 api_get_device_config, NULL, "DeviceConfig", "The installer's settings", {{0}}, {404}},
	{"POST", "/api/v1/devices/{device_id}/decommission", SCOPE_ADMIN,
	 api_post_decommission, &api_decommission, "Device",
	 "Hide a zone that is not used", {{0}}, {404, 409, 413, 415, 422, 503}},
	{"POST", "/api/v1/devices/{device_id}/recommission", SCOPE_ADMIN,
	 api_post_recommission, &api_recommission, "Device",
	 "Show a zone again", {{0}}, {404, 413, 415, 422, 503}},
	{"GET", "/api/v1/rows", SCOPE_READ,
	 api_get_rows, NULL, "RowList", "All rows of the panel that are known", {{0}}, {0}},
	{"GET", "/api/v1/rows/{device}/{table}/{row}", SCOPE_ADMIN,
	 api_get_row, NULL, "Row", "A row, read from the panel now", {{0}}, {404, 422, READS}},
	{"PUT", "/api/v1/rows/{device}/{table}/{row}", SCOPE_ADMIN,
	 api_put_row, &api_raw_write, "Row", "Write a row whole, if it is still as expected",
	 {{0}}, {404, WRITES}},
	{"GET", "/api/v1/mqtt", SCOPE_READ,
	 api_get_mqtt, NULL, "Mqtt", "What the broker was told", {{0}}, {0}},
	{"POST", "/api/v1/mqtt/announce", SCOPE_ADMIN,
	 api_post_announce, &api_announce, "MqttAnswer",
	 "Tell the broker and Home Assistant everything once more", {{0}},
	 {409, 413, 415, 422, 503}},
	{"POST", "/api/v1/mqtt/forget", SCOPE_ADMIN,
	 api_post_forget, &api_forget, "MqttAnswer",
	 "Erase all that the broker retains of us, and retain no more", {{0}},
	 {409, 413, 415, 422, 503}},
	{"GET", "/api/v1/monitor", SCOPE_ADMIN,
	 api_get_monitor, NULL, "MonitorLine", "Watch all that is on the bus, a line each",
	 {{"seconds", "for how long", QUERY_NUMBER, 1, 3600, 600}}, {400, 429},
	 .media = "application/x-ndjson"},
	{"GET", "/health", SCOPE_OPEN,
	 api_get_health, NULL, "Health", "Whether all parts work", {{0}}, {503},
	 "Health"},
	{"GET", "/api/v1/system/version", SCOPE_READ,
	 api_get_version, NULL, "Version", "Which daemon this is",
	 {{0}}, {0}},
	{"GET", "/cache/stats", SCOPE_READ,
	 api_get_cache, NULL, "CacheStats", "What is known, and since when",
	 {{0}}, {0}},
	{"POST", "/cache/clear", SCOPE_ADMIN,
	 api_post_command, &command_clear, "CommandAnswer",
	 "Read everything anew, however fresh it is", {{0}}, {400, 409, 413, 415, 422, READS}},
	{"GET", "/openapi.json", SCOPE_READ,
	 api_get_openapi, NULL, "Document", "This interface as OpenAPI 3.1",
	 {{0}}, {0}},
};

enum { ROUTES = sizeof routes / sizeof routes[0] };

const struct api_route *
api_route_at(unsigned n)
{
	return n < ROUTES ? &routes[n] : NULL;
}

bool
api_route(unsigned n, struct api_route_text *text)
{
	const struct api_route *route = api_route_at(n);

	if (route == NULL)
		return false;
	*text = (struct api_route_text){route->method, route->path, route->summary};
	return true;
}

/* True when path has the form of the route; the parts in place of {…} go into call. */
static bool
matches(const struct api_route *route, const char *path, struct api_call *call)
{
	const char *form = route->path;

	memset(call->parts, 0, sizeof call->parts);
	for (int n = 0;; n++) {
		size_t fixed = strcspn(form, "{");

		if (strncmp(form, path, fixed) != 0)
			return false;
		form += fixed;
		path += fixed;
		if (*form == '\0')
			return *path == '\0';
		call->parts[n] = (struct api_part){path, strcspn(path, "/")};
		if (call->parts[n].length == 0)
			return false;
		form = strchr(form, '}') + 1;
		path += call->parts[n].length;
	}
}

/* The first route that fits the path, from *n on; NULL when there is none. */
static const struct api_route *
next_route(const char *path, unsigned *n, struct api_call *call)
{
	while (*n < ROUTES) {
		const struct api_route *route = &routes[(*n)++];

		if (matches(route, path, call))
			return route;
	}
	return NULL;
}

static bool
serves(const struct api_route *route, const char *method)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	return strcmp(route->method, method) == 0;
}

/* No path takes both of the last two. */
static unsigned
method_bit(const struct api_route *route)
{
	static const char *const names[] = {"GET", "POST", "PUT", "PATCH"};
	unsigned n = 0;

	while (strcmp(route->method, names[n]) != 0)
		n++;
	return 1U << n;
}

static const char *
methods(void *self, const char *path)
{
	static const char *const lists[] = {
		NULL, "GET, HEAD", "POST", "GET, HEAD, POST",
		"PUT", "GET, HEAD, PUT", "POST, PUT", "GET, HEAD, POST, PUT",
		"PATCH", "GET, HEAD, PATCH", "POST, PATCH", "GET, HEAD, POST, PATCH",
		"PUT, PATCH", "GET, HEAD, PUT, PATCH", "POST, PUT, PATCH",
		"GET, HEAD, POST, PUT, PATCH",
	};
	struct api_call call = {0};
	const struct api_route *route;
	unsigned n = 0, found = 0;

	(void)self;
	while ((route = next_route(path, &n, &call)) != NULL)
		found |= method_bit(route);
	return lists[found];
}

static void
dispatch(void *self, struct http_request *request)
{
	struct api_call call = {.api = self, .request = request, .now = clock_now()};
	const char *path = http_path(request);
	unsigned n = 0;

	while ((call.route = next_route(path, &n, &call)) != NULL) {
		if (!serves(call.route, http_method(request)))
			continue;
		if (api_permits(&call))
			call.route->handle(&call);
		return;
	}
	api_answer_detail(request, 404, json_string("Not Found"));
}

static void
gone(void *self, struct http_request *request)
{
	api_monitor_gone(self, request);
	api_wait_gone(request);
}

struct http_handler
api_handler(struct api *api)
{
	return (struct http_handler){
		.self = api, .methods = methods, .request = dispatch, .gone = gone};
}

struct api *
api_new(const struct api_parts *parts)
{
	struct api *api = mem_new(1, sizeof *api);

	api->parts = *parts;
	return api;
}

struct api *
api_free(struct api *api)
{
	if (api == NULL)
		return NULL;
	api_wait_end(api);
	api_reloaded(api);
	http_body_free(api->openapi);
	free(api);
	return NULL;
}

void
api_reloaded(struct api *api)
{
	api->status = http_body_free(api->status);
}

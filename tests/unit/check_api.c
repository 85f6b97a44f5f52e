/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Routes and handlers, between an http and an engine that only write down what
 * they are asked: which command a body becomes, what each outcome is answered with,
 * and that a request that waits is freed however it ends.
 */
#include "build.h"

#include "cz2d/api/api.h"
#include "cz2d/api/api_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cz2d/api/access.h"
#include "cz2d/api/api_internal.h"
#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/engine/engine.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt.h"
#include "cz2d/store/store.h"
#include "device_store.h"
#include "link/link.h"
#include "support.h"

/* ------------------------------------------------------------------------
 * http, as far as the api sees it
 */

struct http_request {
	const char *method, *path, *query_name, *query_value, *body;
	void *tag;
	int status;
	json_t *answer;
	const char *retry_after;
	struct http_body *shared;
	const char *authorization, *challenge;
};

struct http_body {
	json_t *json;
};

static int bodies_made;

const char *
http_method(const struct http_request *request)
{
	return request->method;
}

const char *
http_peer(struct http_request *request)
{
	(void)request;
	return "127.0.0.1:1";
}

const char *
http_header(struct http_request *request, const char *name)
{
	return strcmp(name, "Authorization") == 0 ? request->authorization : NULL;
}

struct http_from
http_from(const struct http_request *one)
{
	(void)one;
	return (struct http_from){.loopback = true};
}

const char *
http_path(const struct http_request *request)
{
	return request->path;
}

const char *
http_query(struct http_request *request, const char *name)
{
	return request->query_name != NULL && strcmp(request->query_name, name) == 0
		       ? request->query_value : NULL;
}

const char *
http_body(const struct http_request *request, size_t *length)
{
	*length = strlen(request->body);
	return request->body;
}

void
http_set_tag(struct http_request *request, void *tag)
{
	request->tag = tag;
}

void *
http_tag(const struct http_request *request)
{
	return request->tag;
}

void
http_answer(struct http_request *request, int status, const char *text, size_t length,
	    const char *const *headers)
{
	ck_assert_int_eq(request->status, 0);
	ck_assert_ptr_null(request->tag);
	request->status = status;
	request->answer = json_loadb(text, length, 0, NULL);
	ck_assert_ptr_nonnull(request->answer);
	for (; headers != NULL && headers[0] != NULL; headers += 2)
		if (strcmp(headers[0], "Retry-After") == 0)
			request->retry_after = headers[1];
		else if (strcmp(headers[0], "WWW-Authenticate") == 0)
			request->challenge = headers[1];
}

struct http_body *
http_body_new(const char *text, size_t length)
{
	struct http_body *body = calloc(1, sizeof *body);

	bodies_made++;
	body->json = json_loadb(text, length, 0, NULL);
	ck_assert_ptr_nonnull(body->json);
	return body;
}

struct http_body *
http_body_free(struct http_body *body)
{
	if (body != NULL)
		json_decref(body->json);
	free(body);
	return NULL;
}

void
http_answer_shared(struct http_request *request, struct http_body *body)
{
	ck_assert_int_eq(request->status, 0);
	request->status = 200;
	request->shared = body;
	request->answer = json_incref(body->json);
}

/* What is put into answers that go on: check_api_monitor looks at it. */
void
http_stream_begin(struct http_request *request, const char *type, int64_t lifetime_ms)
{
	(void)request;
	(void)type;
	(void)lifetime_ms;
}

bool
http_stream_put(struct http_request *request, const char *text, size_t length)
{
	(void)request;
	(void)text;
	(void)length;
	return true;
}

/* ------------------------------------------------------------------------
 * The engine and the others, as far as the api sees them
 */

static struct engine {
	int refuse; /* what submit and refresh return */
	int submits, refreshes, forgets;
	struct cz2_command command;
	bool programs;
	struct cz2_program program;
	struct cz2_warnings warnings;
	enum engine_refresh_kind how;
	engine_done done; /* of a refresh, or */
	void *self;
	struct ledger_caller caller; /* of an order */
} engine;

static struct {
	bool healthy, conflict, swapped, store_ok, mqtt_connected;
} parts;

static int
take(engine_done done, void *self, engine_id *id)
{
	if (engine.refuse != CZ2_OK)
		return engine.refuse;
	engine.done = done;
	engine.self = self;
	engine.caller = (struct ledger_caller){.self = NULL};
	*id = 77;
	return CZ2_OK;
}

int
ledger_submit(struct ledger *ledger, const struct ledger_order *order,
	      const struct ledger_caller *caller, int64_t now, ledger_id *id)
{
	(void)ledger;
	(void)now;
	if (order->refresh) {
		engine.refreshes++;
		engine.how = order->how;
	} else {
		engine.submits++;
		engine.command = order->wish;
		engine.programs = order->program != NULL;
		if (engine.programs)
			engine.program = *order->program;
		engine.warnings = order->warnings;
	}
	if (engine.refuse == CZ2_OK)
		engine.caller = *caller;
	*id = 77;
	return engine.refuse;
}

void
ledger_forget(struct ledger *ledger, ledger_id id)
{
	(void)ledger;
	if (id == 0)
		return;
	ck_assert_uint_eq(id, 77);
	engine.forgets++;
}

void
ledger_answered(struct ledger *ledger, ledger_id id, int status, const char *text)
{
	(void)ledger;
	(void)id;
	(void)status;
	(void)text;
}

const struct record *
ledger_open_record(const struct ledger *ledger, const char *id)
{
	(void)ledger;
	(void)id;
	return NULL;
}

void
store_find(struct store *store, const struct store_query *query, store_found found, void *self)
{
	(void)store;
	(void)query;
	found(self, CZ2_OK, NULL, 0, 0);
}

int
engine_refresh(struct engine *e, enum engine_refresh_kind how, engine_done done, void *self,
	       int64_t now, engine_id *id)
{
	(void)e;
	(void)now;
	engine.refreshes++;
	engine.how = how;
	return take(done, self, id);
}

int
engine_submit(struct engine *e, const struct engine_order *order, int64_t now, engine_id *id)
{
	(void)e;
	(void)now;
	engine.submits++;
	return take(order->done, order->self, id);
}

void
engine_forget(struct engine *e, engine_id id)
{
	(void)e;
	if (id == 0)
		return;
	ck_assert_uint_eq(id, 77);
	engine.forgets++;
}

static void
tell(const struct outcome *outcome)
{
	static const struct record record = {.id = "", .device = ""};
	struct ledger_caller caller = engine.caller;

	if (caller.ended != NULL)
		caller.ended(caller.self, &record, outcome, clock_now());
	else
		engine.done(engine.self, outcome, clock_now());
}

int
engine_pending(const struct engine *e)
{
	(void)e;
	return 2;
}

int
ledger_waiting(const struct ledger *l)
{
	(void)l;
	return 1;
}

void
bus_watch(struct bus *bus, const struct bus_watcher *watcher)
{
	(void)bus;
	(void)watcher;
}

bool
bus_healthy(const struct bus *bus, int64_t now)
{
	(void)bus;
	(void)now;
	return parts.healthy;
}

bool
bus_conflict(const struct bus *bus, int64_t now)
{
	(void)bus;
	(void)now;
	return parts.conflict;
}

bool
bus_rhythm_known(const struct bus *bus, int64_t now)
{
	(void)bus;
	(void)now;
	return false;
}

bool
bus_swapped(const struct bus *bus)
{
	(void)bus;
	return parts.swapped;
}

int64_t
bus_last_frame(const struct bus *bus)
{
	(void)bus;
	return INT64_MIN;
}

const struct bus_counters *
bus_counters(const struct bus *bus)
{
	static const struct bus_counters counters;

	(void)bus;
	return &counters;
}

const struct cz2_reader_counters *
bus_reader_counters(const struct bus *bus)
{
	static const struct cz2_reader_counters counters;

	(void)bus;
	return &counters;
}

const struct quality *
bus_quality(const struct bus *bus)
{
	static const struct quality quality;

	(void)bus;
	return &quality;
}

const char *
link_why(const struct link *link)
{
	(void)link;
	return "";
}

enum link_state
link_state(const struct link *link)
{
	(void)link;
	return LINK_OPEN;
}

int64_t
link_since(const struct link *link)
{
	(void)link;
	return 0;
}

const struct link_kind *
link_kind(const struct link *link)
{
	static const struct link_kind kind = {.name = "tcp"};

	(void)link;
	return &kind;
}

bool
mqtt_connected(const struct mqtt *mqtt)
{
	(void)mqtt;
	return parts.mqtt_connected;
}

static int announced, forgotten;

json_t *
mqtt_report(const struct mqtt *one)
{
	return json_pack("{s:b}", "enabled", one != NULL);
}

void
mqtt_announce(struct mqtt *one)
{
	ck_assert_ptr_nonnull(one);
	announced++;
}

void
mqtt_forget(struct mqtt *one)
{
	ck_assert_ptr_nonnull(one);
	forgotten++;
}

bool
store_ok(const struct store *store)
{
	(void)store;
	return parts.store_ok;
}

/* ------------------------------------------------------------------------ */

static struct config config;
static struct devices *devices;
static struct model *model;
static struct mqtt *mqtt;
static struct access *access_rules;
static struct api *api;
static struct http_handler handler;
static struct http_request request;

static void
learn(enum cz2_row row, const char *hex)
{
	struct cz2_image image = {.source = CZ2_SOURCE_POLL, .time = clock_now()};

	image.length = (uint8_t)parse_hex(hex, image.bytes, sizeof image.bytes);
	ck_assert(model_apply(model, row, &image));
}

static void
set_up(void)
{
	memset(&config, 0, sizeof config);
	config.panel.zones = 3;
	config.cache.enabled = true;
	memset(&engine, 0, sizeof engine);
	memset(&request, 0, sizeof request);
	parts.healthy = parts.store_ok = true;
	parts.conflict = parts.swapped = parts.mqtt_connected = false;
	bodies_made = 0;
	strcpy(config.panel.id, "cz2");
	for (int zone = 0; zone < 3; zone++)
		snprintf(config.panel.zone_names[zone], sizeof config.panel.zone_names[zone],
			 "Zone %d", zone + 1);
	device_store_clear();
	devices = devices_new(&config, NULL);
	model = model_new(3, 300000);
	learn(CZ2_ROW_1_12, "00 01 0C 00 02 02 00 00 00 01 02 00 02 00 00 00 00");
	learn(CZ2_ROW_1_16, "00 01 10 4B 50 4C 4C 4C 4C 4C 4C 44 3E 44 44 44 44 44 44");
	model_answered(model, 0);
	access_rules = access_new(&(struct access_config){.tokens = ""});
	api = api_new(&(struct api_parts){.config = &config, .access = access_rules,
					  .devices = devices, .model = model,
					  .engine = &engine, .mqtt = &mqtt});
	handler = api_handler(api);
}

static void
forget_answer(void)
{
	json_decref(request.answer);
	memset(&request, 0, sizeof request);
}

static void
tear_down(void)
{
	forget_answer();
	api_free(api);
	access_free(access_rules);
	model_free(model);
	devices_free(devices);
}

static void
ask(const char *method, const char *path, const char *body)
{
	forget_answer();
	request.method = method;
	request.path = path;
	request.body = body;
	handler.request(handler.self, &request);
}

static void
get(const char *path, const char *name, const char *value)
{
	forget_answer();
	request = (struct http_request){
		.method = "GET", .path = path, .query_name = name, .query_value = value, .body = ""};
	handler.request(handler.self, &request);
}

static void
finish(int error)
{
	struct outcome outcome = {.error = error, .warnings = engine.warnings};

	cz2_command_init(&outcome.applied);
	ck_assert_int_eq(request.status, 0);
	tell(&outcome);
}

static const char *
text_of(const char *name)
{
	const char *text = json_string_value(json_object_get(request.answer, name));

	return text != NULL ? text : "";
}

static int
named(enum cz2_field field, int zone)
{
	return cz2_values_get(&engine.command.wish, field, zone);
}

static int
count_named(void)
{
	int count = 0;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		count += engine.command.wish.at[slot] != CZ2_UNKNOWN;
	return count;
}

START_TEST(paths_tell_their_methods)
{
	ck_assert_str_eq(handler.methods(handler.self, "/status"), "GET, HEAD");
	ck_assert_str_eq(handler.methods(handler.self, "/zones/2/hold"), "POST");
	ck_assert_str_eq(handler.methods(handler.self, "/zones/x/temperature"), "POST");
	ck_assert_str_eq(handler.methods(handler.self, "/zones/batch/temperature"), "POST");
	ck_assert_str_eq(handler.methods(handler.self, "/api/v1/rows/1/2/3"), "GET, HEAD, PUT");
	static const char *const unknown[] = {"/",
					      "",
					      "/status/",
					      "/zones",
					      "/zones/",
					      "/zones//hold",
					      "/zones/1",
					      "/zones/1/hold/",
					      "/zones/1/2/hold",
					      "/zones/1/holds",
					      "/Status",
					      "/zones/{zone_id}",
					      "/api/v1/system/version/x",
					      "/api/v1/rows/1/2",
					      "/api/v1/rows/1/2/",
					      "/api/v1/rows/1//3",
					      "/api/v1/rows/1/2/3/4"};
	for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
		ck_assert_msg(handler.methods(handler.self, unknown[i]) == NULL, "%s", unknown[i]);
}
END_TEST

START_TEST(every_route_is_reachable_and_described)
{
	struct api_route_text text;
	unsigned n;

	for (n = 0; api_route(n, &text); n++) {
		ck_assert_ptr_nonnull(handler.methods(handler.self, text.path));
		ck_assert_uint_gt(strlen(text.summary), 5);
	}
	ck_assert_uint_eq(n, 43);
}
END_TEST

/* A route that was forgotten is open to nobody; a column that was forgotten does not compile. */
START_TEST(every_route_says_what_its_caller_needs)
{
	const struct api_route *route;

	for (unsigned n = 0; (route = api_route_at(n)) != NULL; n++) {
		bool reads = strcmp(route->method, "GET") == 0;

		ck_assert_msg(route->scope > SCOPE_UNSET && route->scope < SCOPE_COUNT, "%s",
			      route->path);
		ck_assert_msg(reads || route->scope >= SCOPE_COMMAND, "%s", route->path);
	}
}
END_TEST

START_TEST(a_token_that_nobody_gave_is_refused_even_where_none_is_needed)
{
	forget_answer();
	request = (struct http_request){
		.method = "POST", .path = "/system/fan", .body = "{\"fan\": \"On\"}",
		.authorization = "Bearer cz2_guessed"};
	handler.request(handler.self, &request);
	ck_assert_int_eq(request.status, 401);
	ck_assert_ptr_nonnull(strstr(request.challenge, "invalid_token"));
	ck_assert_int_eq(engine.submits, 0);
}
END_TEST

START_TEST(every_command_is_found_by_its_name)
{
	int n;

	for (n = 0; command_kind_names[n] != NULL; n++)
		ck_assert_str_eq(command_kind_at(n)->name, command_kind_names[n]);
	ck_assert_int_gt(n, 5);
}
END_TEST

START_TEST(mode_and_all_become_a_command)
{
	ask("POST", "/system/mode", "{\"mode\": \"Cool\", \"all\": true}");
	ck_assert_int_eq(named(CZ2_MODE, 0), CZ2_MODE_COOL);
	ck_assert_int_eq(named(CZ2_ALL, 0), CZ2_ALL_ON);
	ck_assert_int_eq(count_named(), 2);
	finish(CZ2_OK);
	ck_assert_int_eq(request.status, 200);
	ck_assert_str_eq(text_of("message"), "System mode set to Cool");
	ck_assert_str_eq(json_string_value(json_object_get(
		json_object_get(request.answer, "meta"), "source")), "writeback");
	ck_assert(json_is_object(json_object_get(request.answer, "status")));
	ck_assert_ptr_null(json_object_get(request.answer, "warnings"));

	ask("POST", "/system/mode", "{\"mode\": \"Off\", \"all\": false}");
	ck_assert_int_eq(named(CZ2_ALL, 0), 0);
	finish(CZ2_OK);
	ask("POST", "/system/mode", "{\"mode\": \"Off\", \"all\": null}");
	ck_assert_int_eq(count_named(), 1);
	finish(CZ2_OK);
	ask("POST", "/system/fan", "{\"fan\": \"On\"}");
	ck_assert_int_eq(named(CZ2_FAN, 0), 1);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Fan mode set to On");
}
END_TEST

START_TEST(a_zones_body_becomes_a_command_for_that_zone)
{
	ask("POST", "/zones/2/temperature",
	    "{\"heat\": \"70\", \"cool\": 72.0, \"out\": 0, \"hold\": \"yes\"}");
	ck_assert_int_eq(named(CZ2_HEAT, 2), 70);
	ck_assert_int_eq(named(CZ2_COOL, 2), 72);
	ck_assert_int_eq(named(CZ2_OUT, 2), 0);
	ck_assert_int_eq(named(CZ2_HOLD, 2), 1);
	ck_assert_int_eq(named(CZ2_TEMPORARY, 2), 0); /* hold ends it */
	ck_assert_int_eq(count_named(), 5);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zone 2 temperature updated");

	ask("POST", "/zones/3/hold", "{\"temp\": true}");
	ck_assert_int_eq(named(CZ2_TEMPORARY, 3), 1);
	ck_assert_int_eq(named(CZ2_HOLD, 3), 0);
	ck_assert_int_eq(count_named(), 2);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zone 3 hold settings updated");
}
END_TEST

START_TEST(a_batch_drops_doubles_and_sorts)
{
	ask("POST", "/zones/batch/temperature", "{\"zones\": [3, 1, \"3\", 2.0], \"heat\": 60}");
	ck_assert_int_eq(count_named(), 3);
	for (int zone = 1; zone <= 3; zone++)
		ck_assert_int_eq(named(CZ2_HEAT, zone), 60);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zones 1, 2, 3 temperature updated");
}
END_TEST

/* How many days of the program the order names. */
static int
days_named(void)
{
	int count = 0;

	for (int row = 0; engine.programs && row < CZ2_SCHEDULES; row++)
		count += !cz2_day_empty(&engine.program.days[row]);
	return count;
}

static int
heat_of(int zone, int day, enum cz2_period period)
{
	int row = (int)cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE;

	return engine.program.days[row].periods[period].heat;
}

START_TEST(days_become_a_program_of_the_zones_that_are_named)
{
	ask("PUT", "/zones/2/schedule", "{\"days\": {\"weekend\": {\"eve\": {\"heat\": 66}}}}");
	ck_assert_int_eq(days_named(), 2);
	ck_assert_int_eq(heat_of(2, 6, CZ2_EVE), 66);
	ck_assert(cz2_command_empty(&engine.command));
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zone 2 schedule updated");
	ck_assert(json_is_object(json_object_get(request.answer, "schedule")));
	ck_assert_ptr_null(json_object_get(request.answer, "status"));

	ask("PUT", "/schedules",
	    "{\"zones\": [3, 1], \"days\": {\"mon\": {\"wake\": {\"heat\": 67}}}}");
	ck_assert_int_eq(days_named(), 2);
	ck_assert_int_eq(heat_of(1, 1, CZ2_WAKE), 67);
	ck_assert_int_eq(heat_of(3, 1, CZ2_WAKE), 67);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zones 1, 3 schedules updated");
	ck_assert_uint_eq(json_array_size(json_object_get(request.answer, "schedules")), 2);
}
END_TEST

START_TEST(who_names_no_zones_means_those_that_are_used)
{
	struct devices_change change = {.retires = true, .decommissioned = true};

	devices_change(devices, 2, &change, "somebody", NULL, NULL);
	while (device_store_waiting() > 0)
		device_store_answer(CZ2_OK);
	ask("PUT", "/schedules", "{\"days\": {\"mon\": {\"wake\": {\"heat\": 67}}}}");
	ck_assert_int_eq(days_named(), 2);
	ck_assert_int_eq(heat_of(2, 1, CZ2_WAKE), CZ2_UNKNOWN);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zones 1, 3 schedules updated");

	ask("POST", "/system/resume", "");
	ck_assert_int_eq(count_named(), 6);
	ck_assert_int_eq(named(CZ2_HOLD, 2), CZ2_UNKNOWN);
	ck_assert_int_eq(named(CZ2_HOLD, 3), 0);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "All zones resume their schedules");

	ask("GET", "/zones/2/schedule", "");
	ck_assert_int_eq(request.status, 409);
}
END_TEST

START_TEST(resuming_takes_all_three_flags_off)
{
	ask("POST", "/zones/3/resume", "");
	ck_assert_int_eq(named(CZ2_HOLD, 3), 0);
	ck_assert_int_eq(named(CZ2_TEMPORARY, 3), 0);
	ck_assert_int_eq(named(CZ2_OUT, 3), 0);
	ck_assert_int_eq(count_named(), 3);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Zone 3 resumes its schedule");
}
END_TEST

START_TEST(a_moment_of_the_week_becomes_the_clock)
{
	int64_t now = clock_now();

	ask("PUT", "/clock", "{\"day\": \"tue\", \"time\": \"6:00pm\"}");
	ck_assert_int_lt(llabs(now - engine.command.week_start - 2 * 86400000 - 18 * 3600000),
			 10000);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Clock set to Tue 18:00:00");
	ck_assert_ptr_nonnull(json_object_get(request.answer, "clock"));
	ask("GET", "/clock", "");
	ck_assert(json_is_null(json_object_get(request.answer, "clock")));
}
END_TEST

START_TEST(both_flags_are_hold_with_a_warning)
{
	ask("POST", "/zones/1/hold", "{\"hold\": true, \"temp\": true}");
	ck_assert_int_eq(named(CZ2_HOLD, 1), 1);
	ck_assert_int_eq(named(CZ2_TEMPORARY, 1), 0);
	finish(CZ2_OK);
	ck_assert_uint_eq(json_array_size(json_object_get(request.answer, "warnings")), 1);
}
END_TEST

/* The types of the errors of a 422. */
static void
assert_types(const char *const *types)
{
	json_t *detail = json_object_get(request.answer, "detail");
	size_t n = 0;

	ck_assert_int_eq(request.status, 422);
	ck_assert_int_eq(engine.submits, 0);
	for (; types[n] != NULL; n++)
		ck_assert_str_eq(
			json_string_value(json_object_get(json_array_get(detail, n), "type")),
			types[n]);
	ck_assert_uint_eq(json_array_size(detail), n);
}

START_TEST(path_and_body_errors_come_together)
{
	ask("POST", "/zones/two/temperature", "{\"heat\": 1, \"x\": 1}");
	assert_types((const char *const[]){"int_parsing", "greater_than_equal", "extra_forbidden",
					   NULL});
	ask("POST", "/zones/2.5/hold", "{\"hold\": []}");
	assert_types((const char *const[]){"int_parsing", "bool_type", NULL});
}
END_TEST

START_TEST(the_gap_within_a_body_is_a_rule_on_the_whole)
{
	json_t *error;

	ask("POST", "/zones/2/temperature", "{\"heat\": 70, \"cool\": 71}");
	assert_types((const char *const[]){"value_error", NULL});
	error = json_array_get(json_object_get(request.answer, "detail"), 0);
	ck_assert_str_eq(
		json_string_value(json_object_get(error, "msg")),
		"Value error, zone 2: the cool setpoint 71 must be at least 2 above the heat "
		"setpoint 70");
	ck_assert_uint_eq(json_object_size(json_object_get(error, "input")), 2);
	ask("POST", "/zones/batch/temperature", "{\"zones\": [], \"heat\": 70, \"cool\": 71}");
	assert_types((const char *const[]){"too_short", "value_error", NULL});
	ask("POST", "/zones/2/temperature", "{\"heat\": 70, \"cool\": 72}");
	ck_assert_int_eq(engine.submits, 1);
	finish(CZ2_OK);
}
END_TEST

START_TEST(a_zone_this_house_does_not_have_is_not_found)
{
	static const struct {
		const char *path, *body, *detail;
	} cases[] = {
		{"/zones/4/hold", "{\"hold\": 1}", "Zone 4 not found."},
		{"/zones/0/hold", "{\"hold\": 1}", "Zone 0 not found."},
		{"/zones/-1/temperature", "{\"hold\": 1}", "Zone -1 not found."},
		{"/zones/4294967297/hold", "{\"hold\": 1}", "Zone 4294967297 not found."},
		{"/zones/batch/temperature", "{\"zones\": [1, 9, 8], \"hold\": 1}",
		 "Zone 9 not found."},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ask("POST", cases[i].path, cases[i].body);
		ck_assert_int_eq(request.status, 404);
		ck_assert_str_eq(text_of("detail"), cases[i].detail);
	}
	ask("POST", "/zones/18446744073709551617/hold", "{\"hold\": 1}");
	ck_assert_int_eq(request.status, 404);
	ck_assert_int_eq(engine.submits, 0);
	ask("POST", "/zones/9/temperature", "{\"heat\": 1}");
	assert_types((const char *const[]){"greater_than_equal", NULL});
}
END_TEST

/* What each error is answered with. */
static const struct {
	int error, status;
} answers[] = {
	{CZ2_ETIMEOUT, 504},  {CZ2_EREFUSED, 500},     {CZ2_ENOTKEPT, 500}, {CZ2_EUNCONFIRMED, 504},
	{CZ2_EGAP, 422},      {CZ2_EIMPLAUSIBLE, 500}, {CZ2_EREADONLY, 403}, {CZ2_ETESTMODE, 409},
	{CZ2_ECONFLICT, 409}, {CZ2_EBUSY, 429},	       {CZ2_ESTOPPING, 503}, {CZ2_ECLOSED, 504},
	{CZ2_EUNSUPPORTED, 500},
};

static void
assert_failure(int error, int status)
{
	ck_assert_int_eq(request.status, status);
	if (status == 422)
		ck_assert(json_is_array(json_object_get(request.answer, "detail")));
	else
		ck_assert_uint_gt(strlen(text_of("detail")), 10);
	ck_assert_int_eq(request.retry_after != NULL, error == CZ2_EBUSY || error == CZ2_ESTOPPING);
	ck_assert_int_eq(json_object_get(request.answer, "applied") != NULL, status == 500);
}

START_TEST(each_error_has_its_status_at_once_and_later)
{
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		engine.refuse = answers[i].error;
		ask("POST", "/zones/1/hold", "{\"hold\": 1}");
		assert_failure(answers[i].error, answers[i].status);
		engine.refuse = CZ2_OK;
		ask("POST", "/zones/1/hold", "{\"hold\": 1}");
		finish(answers[i].error);
		assert_failure(answers[i].error, answers[i].status);
	}
}
END_TEST

START_TEST(what_was_partly_applied_is_told)
{
	struct outcome outcome = {.error = CZ2_ENOTKEPT, .sent = true};
	json_t *zones;

	cz2_command_init(&outcome.applied);
	cz2_command_set(&outcome.applied, CZ2_HEAT, 2, 60);
	ask("POST", "/zones/2/temperature", "{\"heat\": 60, \"hold\": true}");
	tell(&outcome);
	ck_assert_int_eq(request.status, 500);
	zones = json_object_get(json_object_get(request.answer, "applied"), "zones");
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(zones, 0),
							    "heat_setpoint")), 60);
}
END_TEST

START_TEST(a_gap_found_on_the_panel_shows_the_body)
{
	struct outcome outcome = {
		.error = CZ2_EGAP,
		.problem = {.error = CZ2_EGAP, .zone = 2, .heat = 79, .cool = 80}};
	json_t *error;

	cz2_command_init(&outcome.applied);
	ask("POST", "/zones/2/temperature", "{\"heat\": 79}");
	tell(&outcome);
	ck_assert_int_eq(request.status, 422);
	error = json_array_get(json_object_get(request.answer, "detail"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(error, "type")), "value_error");
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(error, "input"),
							    "heat")), 79);
}
END_TEST

START_TEST(a_client_that_leaves_is_forgotten)
{
	ask("POST", "/zones/1/hold", "{\"hold\": 1}");
	handler.gone(handler.self, &request);
	ck_assert_int_eq(engine.forgets, 1);
	ck_assert_int_eq(request.status, 0);
	ask("GET", "/status/live", "");
	handler.gone(handler.self, &request);
	ck_assert_int_eq(engine.forgets, 2);
}
END_TEST

START_TEST(requests_that_still_wait_at_the_end_are_let_go)
{
	static struct http_request waiting[3];

	for (int i = 0; i < 3; i++) {
		waiting[i] = (struct http_request){.method = "POST", .path = "/zones/1/hold",
						   .body = "{\"hold\": true}"};
		handler.request(handler.self, &waiting[i]);
	}
	handler.gone(handler.self, &waiting[1]);
	api = api_free(api);
	ck_assert_int_eq(engine.forgets, 3);
	ck_assert_int_eq(waiting[0].status, 0);
}
END_TEST

START_TEST(a_status_is_rendered_once_while_nothing_changes)
{
	struct http_body *first;
	int made;

	/* A second may end between two requests, so try until one does not. */
	do {
		get("/status", NULL, NULL);
		first = request.shared;
		made = bodies_made;
		get("/status", NULL, NULL);
	} while (bodies_made != made);
	ck_assert_ptr_eq(request.shared, first);
	ck_assert_int_eq(engine.refreshes, 0);

	learn(CZ2_ROW_1_12, "00 01 0C 00 04 04 04 00 00 01 02 00 02 00 00 00 00");
	get("/status", NULL, NULL);
	ck_assert_int_gt(bodies_made, made);
	ck_assert_str_eq(json_string_value(json_object_get(
		json_object_get(request.answer, "status"), "system_mode")), "Off");
	made = bodies_made;
	api_reloaded(api);
	get("/status", NULL, NULL);
	ck_assert_int_gt(bodies_made, made);
}
END_TEST

START_TEST(a_forced_status_waits_for_the_panel)
{
	get("/status", "force", "true");
	ck_assert_int_eq(request.status, 0);
	ck_assert_int_eq(engine.how, ENGINE_REFRESH_STATUS);
	finish(CZ2_OK);
	ck_assert_int_eq(request.status, 200);
	ck_assert_str_eq(json_string_value(json_object_get(
		json_object_get(request.answer, "meta"), "source")), "force");
	get("/status/live", "flat", "1");
	finish(CZ2_OK);
	ck_assert(json_is_integer(json_object_get(request.answer, "time")));
	get("/status/live", NULL, NULL);
	finish(CZ2_ETIMEOUT);
	ck_assert_int_eq(request.status, 504);
	ck_assert_str_eq(text_of("detail"), "Could not communicate with HVAC controller.");
}
END_TEST

START_TEST(query_words_are_checked)
{
	get("/status", "raw", "1");
	ck_assert(json_is_string(json_object_get(request.answer, "raw")));
	get("/status", "raw", "no");
	ck_assert_ptr_null(json_object_get(request.answer, "raw"));
	get("/status", "flat", "TRUE");
	ck_assert(json_is_integer(json_object_get(request.answer, "time")));
	get("/status", "force", "perhaps\xff");
	ck_assert_int_eq(request.status, 400);
	ck_assert_ptr_nonnull(strstr(text_of("detail"), "force: 'perhaps?'"));
	get("/status/live", "raw", "");
	ck_assert_int_eq(request.status, 400);
	ck_assert_int_eq(engine.refreshes, 0);
}
END_TEST

START_TEST(without_a_cache_each_status_is_forced_and_has_no_meta)
{
	config.cache.enabled = false;
	get("/status", NULL, NULL);
	ck_assert_int_eq(engine.refreshes, 1);
	finish(CZ2_OK);
	ck_assert_uint_eq(json_object_size(request.answer), 1);
	ck_assert(json_is_object(json_object_get(request.answer, "status")));
	ask("POST", "/system/fan", "{\"fan\": \"On\"}");
	finish(CZ2_OK);
	ck_assert_uint_eq(json_object_size(request.answer), 2);
	ck_assert_ptr_null(json_object_get(request.answer, "meta"));
}
END_TEST

START_TEST(before_the_panel_has_answered_a_status_is_null)
{
	api = api_free(api);
	model = model_free(model);
	model = model_new(3, 300000);
	api = api_new(&(struct api_parts){.config = &config, .access = access_rules,
					  .devices = devices, .model = model,
					  .engine = &engine});
	handler = api_handler(api);
	get("/status", NULL, NULL);
	ck_assert_int_eq(request.status, 200);
	ck_assert(json_is_null(json_object_get(request.answer, "status")));
	get("/status", "raw", "1");
	ck_assert(json_is_string(json_object_get(request.answer, "raw")));
}
END_TEST

START_TEST(update_and_clear_read_the_panel)
{
	ask("POST", "/update", "");
	ck_assert_int_eq(engine.how, ENGINE_REFRESH_STATUS);
	finish(CZ2_OK);
	ck_assert_str_eq(text_of("message"), "Status refreshed successfully");
	ck_assert_str_eq(json_string_value(json_object_get(
		json_object_get(request.answer, "meta"), "source")), "force");
	ask("POST", "/cache/clear", "{}");
	ck_assert_int_eq(engine.how, ENGINE_REFRESH_ALL);
	finish(CZ2_OK);
	ck_assert_int_eq(request.status, 200);
	ask("POST", "/update", "{\"zone\": 1}");
	ck_assert_int_eq(request.status, 422);
}
END_TEST

START_TEST(head_is_taken_like_get)
{
	ask("HEAD", "/health", "");
	ck_assert_int_eq(request.status, 200);
	ask("HEAD", "/update", "");
	ck_assert_int_eq(request.status, 404);
}
END_TEST

static void
assert_health(int status, const char *text)
{
	ask("GET", "/health", "");
	ck_assert_int_eq(request.status, status);
	ck_assert_str_eq(text_of("status"), text);
	ck_assert_int_eq(json_object_get(request.answer, "problems") != NULL,
			 strcmp(text, "healthy") != 0);
}

START_TEST(health_names_what_is_wrong)
{
	assert_health(200, "healthy");
	ck_assert_int_eq(json_integer_value(json_object_get(request.answer, "queue")), 3);
	config.mqtt.enabled = true;
	assert_health(200, "degraded");
	mqtt = (struct mqtt *)&engine;
	parts.mqtt_connected = true;
	assert_health(200, "healthy");
	parts.store_ok = false;
	assert_health(200, "degraded");
	parts.store_ok = true;
	parts.conflict = true;
	assert_health(200, "degraded");
	parts.conflict = false;
	parts.healthy = false;
	assert_health(503, "unhealthy");
	parts.healthy = true;
	model_disconnected(model, "the link is down");
	assert_health(503, "unhealthy");
	mqtt = NULL;
}
END_TEST

static void
assert_order(const char *path, const char *body, int status)
{
	ask("POST", path, body);
	ck_assert_int_eq(request.status, status);
}

START_TEST(the_broker_is_told_at_order_when_there_is_one)
{
	static const char announce[] = "/api/v1/mqtt/announce", forget[] = "/api/v1/mqtt/forget";

	assert_order(announce, "", 409);
	mqtt = (struct mqtt *)&engine;
	assert_order(forget, "{}", 503);
	parts.mqtt_connected = true;
	assert_order(forget, "{\"all\": true}", 422);
	ck_assert_int_eq(announced + forgotten, 0);
	assert_order(forget, "{}", 200);
	assert_order(announce, "", 200);
	ck_assert_int_eq(announced, 1);
	ck_assert_int_eq(forgotten, 1);
	mqtt = NULL;
	ask("GET", "/api/v1/mqtt", "");
	ck_assert(json_is_false(json_object_get(request.answer, "enabled")));
}
END_TEST

START_TEST(version_and_cache_are_told)
{
	ask("GET", "/api/v1/system/version", "");
	ck_assert_str_eq(text_of("version"), PACKAGE_VERSION);
	ask("GET", "/cache/stats", "");
	ck_assert_int_eq(request.status, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(request.answer, "rows")), 2);
}
END_TEST

/* Every reference leads somewhere. */
static void
follow(json_t *document, json_t *value)
{
	const char *name, *target;
	json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
		follow(document, item);
	json_object_foreach(value, name, item)
		follow(document, item);
	target = json_string_value(json_object_get(value, "$ref"));
	if (target == NULL)
		return;
	target = strrchr(target, '/') + 1;
	ck_assert_msg(json_object_get(json_object_get(json_object_get(document, "components"),
						      "schemas"), target) != NULL,
		      "nothing is called %s", target);
}

START_TEST(the_openapi_document_has_every_route)
{
	struct api_route_text text;

	ask("GET", "/openapi.json", "");
	ck_assert_int_eq(request.status, 200);
	follow(request.answer, request.answer);
	for (unsigned n = 0; api_route(n, &text); n++) {
		json_t *path = json_object_get(json_object_get(request.answer, "paths"), text.path);
		const char *method = strcmp(text.method, "GET") == 0    ? "get"
				     : strcmp(text.method, "POST") == 0 ? "post"
				     : strcmp(text.method, "PUT") == 0  ? "put"
									: "patch";
		json_t *operation = json_object_get(path, method);

		ck_assert_msg(operation != NULL, "%s is missing", text.path);
		ck_assert_str_eq(json_string_value(json_object_get(operation, "summary")),
				 text.summary);
		ck_assert(json_is_object(json_object_get(
			json_object_get(operation, "responses"),
			api_route_at(n)->success == 201 ? "201" : "200")));
	}
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		paths_tell_their_methods,
		every_route_is_reachable_and_described,
		every_route_says_what_its_caller_needs,
		a_token_that_nobody_gave_is_refused_even_where_none_is_needed,
		every_command_is_found_by_its_name, mode_and_all_become_a_command,
		a_zones_body_becomes_a_command_for_that_zone,
		a_batch_drops_doubles_and_sorts,
		days_become_a_program_of_the_zones_that_are_named,
		who_names_no_zones_means_those_that_are_used,
		resuming_takes_all_three_flags_off,
		a_moment_of_the_week_becomes_the_clock,
		both_flags_are_hold_with_a_warning,
		path_and_body_errors_come_together,
		the_gap_within_a_body_is_a_rule_on_the_whole,
		a_zone_this_house_does_not_have_is_not_found,
		each_error_has_its_status_at_once_and_later,
		what_was_partly_applied_is_told,
		a_gap_found_on_the_panel_shows_the_body,
		a_client_that_leaves_is_forgotten,
		requests_that_still_wait_at_the_end_are_let_go,
		a_status_is_rendered_once_while_nothing_changes,
		a_forced_status_waits_for_the_panel,
		query_words_are_checked,
		without_a_cache_each_status_is_forced_and_has_no_meta,
		before_the_panel_has_answered_a_status_is_null,
		update_and_clear_read_the_panel,
		head_is_taken_like_get,
		health_names_what_is_wrong,
		the_broker_is_told_at_order_when_there_is_one,
		version_and_cache_are_told,
		the_openapi_document_has_every_route,
		NULL,
	};

	return run_fixed_suite("api", tests, set_up, tear_down);
}

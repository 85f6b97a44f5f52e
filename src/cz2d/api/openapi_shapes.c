/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The small shapes of answers that no table makes, and the pieces that they are made of.
 */
#include "build.h"

#include "cz2d/api/openapi_internal.h"

#include "cz2d/json/json.h"
#include "cz2d/ledger/record.h"

json_t *
openapi_reference(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name));
}

json_t *
openapi_word_list(const char *const *words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

json_t *
openapi_plain(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

json_t *
openapi_nullable(const char *type)
{
	return json_pack("{s:[s, s]}", "type", type, "null");
}

json_t *
openapi_list_of(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

json_t *
openapi_object(json_t *properties)
{
	return json_pack("{s:s, s:o}", "type", "object", "properties", properties);
}

json_t *
openapi_time(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "format", "date-time");
}

json_t *
openapi_source(void)
{
	return json_pack("{s:[s, s], s:[s, s, s, s, s, s, n]}", "type", "string", "null", "enum",
			 "poll", "sniff", "writeback", "force", "restored", "error");
}

static json_t *
meta_properties(void)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "connected", openapi_plain("boolean"),
			 "is_stale", openapi_plain("boolean"), "source", openapi_source(),
			 "last_updated", openapi_nullable("string"), "age_seconds",
			 openapi_nullable("integer"), "error", openapi_plain("string"));
}

static json_t *
meta_schema(void)
{
	return openapi_object(meta_properties());
}

/* With meta and raw where they are, or flat. */
static json_t *
status_answer_schema(void)
{
	json_t *status = json_pack("{s:[o, o]}", "anyOf", openapi_reference("Status"),
				   openapi_plain("null"));
	json_t *whole = openapi_object(json_pack("{s:o, s:o, s:o}", "status", status, "meta",
						 openapi_reference("Meta"), "raw",
						 openapi_plain("string")));
	json_t *flat = json_status_flat_schema();

	json_object_set_new(json_object_get(flat, "properties"), "raw", openapi_plain("string"));
	return json_pack("{s:[o, o, o]}", "anyOf", whole, flat, openapi_plain("null"));
}

static json_t *
command_answer_schema(void)
{
	json_t *schema = openapi_object(
		json_pack("{s:o, s:o, s:o, s:o}", "status", openapi_reference("Status"), "meta",
			  openapi_reference("Meta"), "message", openapi_plain("string"), "warnings",
			  openapi_list_of(openapi_plain("string"))));

	json_object_set_new(schema, "required", json_pack("[s, s]", "status", "message"));
	return schema;
}

static json_t *
failure_schema(void)
{
	json_t *schema = openapi_object(json_pack("{s:o, s:o, s:o}", "detail",
						  openapi_plain("string"), "applied",
						  openapi_plain("object"), "row",
						  openapi_reference("Row")));

	json_object_set_new(schema, "required", json_pack("[s]", "detail"));
	return schema;
}

static json_t *
invalid_schema(void)
{
	json_t *place = json_pack("{s:[s, s]}", "type", "string", "integer");
	json_t *item = openapi_object(
		json_pack("{s:o, s:o, s:o, s:{}, s:o}", "type", openapi_plain("string"), "loc",
			  openapi_list_of(place), "msg", openapi_plain("string"), "input", "ctx",
			  openapi_plain("object")));
	json_t *schema;

	json_object_set_new(item, "required",
			    json_pack("[s, s, s, s]", "type", "loc", "msg", "input"));
	schema = openapi_object(json_pack("{s:o}", "detail", openapi_list_of(item)));
	json_object_set_new(schema, "required", json_pack("[s]", "detail"));
	return schema;
}

static json_t *
health_schema(void)
{
	json_t *status = json_pack("{s:s, s:[s, s, s]}", "type", "string", "enum", "healthy",
				   "degraded", "unhealthy");
	json_t *link = openapi_object(
		json_pack("{s:o, s:o, s:o, s:o}", "connected", openapi_plain("boolean"), "kind",
			  openapi_plain("string"), "since", openapi_plain("string"),
			  "last_frame_age", openapi_nullable("integer")));
	json_t *cache = openapi_object(json_pack("{s:o, s:o}", "is_stale", openapi_plain("boolean"),
						 "age_seconds", openapi_nullable("integer")));
	json_t *mqtt = openapi_object(json_pack("{s:o, s:o}", "enabled", openapi_plain("boolean"),
						"connected", openapi_plain("boolean")));
	json_t *storage = openapi_object(json_pack("{s:o}", "ok", openapi_plain("boolean")));

	return openapi_object(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "status",
					status, "version", openapi_plain("string"), "link", link,
					"cache", cache, "mqtt", mqtt, "storage", storage, "queue",
					openapi_plain("integer"), "problems",
					openapi_list_of(openapi_plain("string"))));
}

static json_t *
version_schema(void)
{
	return openapi_object(json_pack("{s:o, s:o, s:o}", "name", openapi_plain("string"),
					"version", openapi_plain("string"), "api",
					openapi_plain("string")));
}

static json_t *
cache_stats_schema(void)
{
	json_t *properties = meta_properties();
	json_t *row = openapi_object(json_pack("{s:o, s:o, s:o}", "row", openapi_plain("string"),
					       "source", openapi_source(), "age_seconds",
					       openapi_plain("integer")));

	json_object_set_new(properties, "enabled", openapi_plain("boolean"));
	json_object_set_new(properties, "stale_seconds", openapi_plain("integer"));
	json_object_set_new(properties, "refresh_interval", openapi_plain("integer"));
	json_object_set_new(properties, "rows", openapi_list_of(row));
	return openapi_object(properties);
}

static json_t *
result_schema(void)
{
	json_t *row = openapi_object(json_pack("{s:o, s:o, s:o}", "row", openapi_plain("string"),
					       "before", openapi_nullable("string"), "after",
					       openapi_nullable("string")));

	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows", openapi_list_of(row),
		"transactions", openapi_plain("integer"), "bytes", openapi_plain("integer"),
		"attempts", openapi_plain("integer"), "unchanged", openapi_plain("boolean"),
		"warnings", openapi_list_of(openapi_plain("string")), "error_code",
		openapi_nullable("string"), "error_message", openapi_nullable("string"), "applied",
		openapi_plain("object")));
}

static json_t *
record_schema(void)
{
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   openapi_word_list(record_status_names));
	json_t *source = json_pack("{s:s, s:o}", "type", "string", "enum",
				   openapi_word_list(record_source_names));
	json_t *result = json_pack("{s:[o, o]}", "anyOf", result_schema(), openapi_plain("null"));

	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"command_id", openapi_plain("string"), "device_id", openapi_plain("string"),
		"command", openapi_plain("string"), "params", openapi_nullable("object"), "media",
		openapi_plain("string"), "request_user_id", openapi_plain("string"), "source",
		source, "status", status, "requested_at", openapi_time(), "updated_at",
		openapi_time(), "sent_at", openapi_time(), "delivered_at", openapi_time(),
		"expires_at", openapi_time(), "metadata", openapi_nullable("object"), "result",
		result));
}

/* What is answered before the end: a command tells its wish, a refresh what is known. */
static json_t *
queued_schema(void)
{
	json_t *schema = openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "command_id", openapi_plain("string"), "status",
		openapi_plain("string"), "check_status_at", openapi_plain("string"),
		"provisional_state", openapi_plain("object"), "message", openapi_plain("string"),
		"current_state", openapi_plain("object")));

	json_object_set_new(schema, "required",
			    json_pack("[s, s, s]", "command_id", "status", "check_status_at"));
	return schema;
}

static json_t *
created_schema(void)
{
	return openapi_object(json_pack("{s:o, s:o, s:o}", "command_id", openapi_plain("string"),
					"status", openapi_plain("string"), "expires_at",
					openapi_time()));
}

static json_t *
record_list_schema(void)
{
	return openapi_list_of(openapi_reference("Command"));
}

static json_t *
record_page_schema(void)
{
	return openapi_object(json_pack("{s:o, s:o}", "commands", record_list_schema(), "total",
					openapi_plain("integer")));
}

static json_t *
row_schema(void)
{
	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "device",
		openapi_plain("integer"), "table", openapi_plain("integer"), "row",
		openapi_plain("integer"), "name", openapi_nullable("string"), "title",
		openapi_nullable("string"), "length", openapi_plain("integer"), "hex",
		openapi_nullable("string"), "age_seconds", openapi_plain("integer"), "source",
		openapi_source(), "message", openapi_plain("string")));
}

static json_t *
row_list_schema(void)
{
	return openapi_object(
		json_pack("{s:o}", "rows", openapi_list_of(openapi_reference("Row"))));
}

static json_t *
mqtt_schema(void)
{
	static const char *const states[] = {"off", "listening", "told", "forgotten", NULL};
	static const char *const counters[] = {"published", "acknowledged", "received", "dropped",
					       "announced", "taken_back", "births", NULL};
	json_t *topic = openapi_object(json_pack("{s:o, s:o}", "topic", openapi_plain("string"),
						 "bytes", openapi_plain("integer")));
	json_t *counts = json_object();

	for (const char *const *name = counters; *name != NULL; name++)
		json_object_set_new(counts, *name, openapi_plain("integer"));
	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:{s:s, s:o}, s:o, s:o}", "enabled",
		openapi_plain("boolean"), "connected", openapi_plain("boolean"), "broker",
		openapi_nullable("string"), "version", openapi_nullable("string"), "discovery",
		"type", "string", "enum", openapi_word_list(states), "topics",
		openapi_list_of(topic), "counts", openapi_object(counts)));
}

static json_t *
mqtt_answer_schema(void)
{
	return openapi_object(json_pack("{s:o}", "message", openapi_plain("string")));
}

static json_t *
monitor_line_schema(void)
{
	static const char *const kinds[] = {"frame", "noise", "lost", NULL};
	static const char *const directions[] = {"in", "out", NULL};
	json_t *schema = openapi_object(json_pack(
		"{s:o, s:o, s:{s:s, s:o}, s:{s:s, s:o}, s:o, s:o}", "time", openapi_time(), "at_ms",
		openapi_plain("integer"), "kind", "type", "string", "enum",
		openapi_word_list(kinds), "direction", "type", "string", "enum",
		openapi_word_list(directions), "hex", openapi_plain("string"), "count",
		openapi_plain("integer")));

	json_object_set_new(schema, "required", json_pack("[s, s, s]", "time", "at_ms", "kind"));
	return schema;
}

static json_t *
any_object(void)
{
	return openapi_plain("object");
}

static const struct {
	const char *name;
	json_t *(*schema)(void);
} shapes[] = {
	{"Status", json_status_schema},
	{"Meta", meta_schema},
	{"StatusAnswer", status_answer_schema},
	{"CommandAnswer", command_answer_schema},
	{"Failure", failure_schema},
	{"Invalid", invalid_schema},
	{"Health", health_schema},
	{"Version", version_schema},
	{"CacheStats", cache_stats_schema},
	{"Command", record_schema},
	{"Created", created_schema},
	{"Queued", queued_schema},
	{"CommandList", record_list_schema},
	{"CommandPage", record_page_schema},
	{"Zone", json_zone_schema},
	{"Device", openapi_device},
	{"DeviceList", openapi_device_list},
	{"DeviceStatus", openapi_device_status},
	{"DeviceHealth", openapi_device_health},
	{"DeviceConfig", openapi_device_config},
	{"DayWish", openapi_day_wish},
	{"PeriodWish", openapi_period_wish},
	{"Row", row_schema},
	{"RowList", row_list_schema},
	{"Period", openapi_period},
	{"Day", openapi_day},
	{"Schedule", openapi_schedule},
	{"ScheduleAnswer", openapi_schedule_answer},
	{"ScheduleSet", openapi_schedule_set},
	{"SchedulesAnswer", openapi_schedules_answer},
	{"SchedulesSet", openapi_schedules_set},
	{"Clock", openapi_clock},
	{"ClockAnswer", openapi_clock_answer},
	{"ClockSet", openapi_clock_set},
	{"Mqtt", mqtt_schema},
	{"MqttAnswer", mqtt_answer_schema},
	{"MonitorLine", monitor_line_schema},
	{"Document", any_object},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

json_t *
openapi_shapes(void)
{
	json_t *all = json_object();

	for (int i = 0; i < SHAPES; i++)
		json_object_set_new(all, shapes[i].name, shapes[i].schema());
	return all;
}

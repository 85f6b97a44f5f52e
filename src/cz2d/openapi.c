/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The OpenAPI document, made from the table of routes, the tables of bodies and
 * the tables of the status, so that it cannot differ from what the daemon does.
 * Only the small shapes that no table makes are written out here.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { METHOD_MAX = 8 };

static json_t *
reference(const char *name)
{
	return json_pack("{s:o}", "$ref", json_sprintf("#/components/schemas/%s", name));
}

static json_t *
content(json_t *schema)
{
	return json_pack("{s:{s:{s:o}}}", "content", "application/json", "schema", schema);
}

static json_t *
word_list(const char *const *words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static json_t *
field_schema(const struct body_field *field)
{
	const struct cz2_field_info *info =
		field->kind == BODY_INTEGER ? cz2_field_info(field->field) : NULL;

	switch (field->kind) {
	case BODY_INTEGER:
		return json_pack("{s:[s, s], s:i, s:i}", "type", "integer", "null", "minimum",
				 info->set_min, "maximum", info->set_max);
	case BODY_BOOLEAN:
		return json_pack("{s:[s, s]}", "type", "boolean", "null");
	case BODY_WORD:
		return json_pack("{s:s, s:o}", "type", "string", "enum", word_list(body_words(field)));
	case BODY_ZONES:
		return json_pack("{s:s, s:i, s:i, s:{s:s, s:i, s:i}}", "type", "array",
				 "minItems", 1, "maxItems", CZ2_ZONES_MAX, "items",
				 "type", "integer", "minimum", 1, "maximum", CZ2_ZONES_MAX);
	case BODY_NUMBER:
		return json_pack("{s:[s, s], s:i, s:i}", "type", "integer", "null", "minimum",
				 field->min, "maximum", field->max);
	case BODY_TEXT:
		return json_pack("{s:[s, s], s:i, s:i}", "type", "string", "null", "minLength", 1,
				 "maxLength", field->max);
	case BODY_OBJECT:
		return json_pack("{s:[s, s]}", "type", "object", "null");
	}
	return json_object();
}

static json_t *
body_schema(const struct body_schema *schema)
{
	json_t *properties = json_object();
	json_t *required = json_array();
	json_t *whole;

	for (const struct body_field *field = schema->fields; field->name != NULL; field++) {
		json_t *property = field_schema(field);

		json_object_set_new(property, "description", json_string(field->help));
		json_object_set_new(properties, field->name, property);
		if (field->required)
			json_array_append_new(required, json_string(field->name));
	}
	whole = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			  "additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(whole, "required", required);
	json_decref(required);
	return whole;
}

/* "type": as given, or null. */
static json_t *
nullable(const char *type)
{
	return json_pack("{s:[s, s]}", "type", type, "null");
}

static json_t *
plain(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *
list_of(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

/* An object with these properties, which are taken. */
static json_t *
object(json_t *properties)
{
	return json_pack("{s:s, s:o}", "type", "object", "properties", properties);
}

static json_t *
source_schema(void)
{
	return json_pack("{s:[s, s], s:[s, s, s, s, s, s, n]}", "type", "string", "null",
			 "enum", "poll", "sniff", "writeback", "force", "restored", "error");
}

static json_t *
meta_properties(void)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "connected", plain("boolean"),
			 "is_stale", plain("boolean"),
			 "source", source_schema(),
			 "last_updated", nullable("string"),
			 "age_seconds", nullable("integer"),
			 "error", plain("string"));
}

static json_t *
meta_schema(void)
{
	return object(meta_properties());
}

/* With meta and raw where they are, or flat. */
static json_t *
status_answer_schema(void)
{
	json_t *status = json_pack("{s:[o, o]}", "anyOf", reference("Status"), plain("null"));
	json_t *whole = object(json_pack("{s:o, s:o, s:o}", "status", status,
					 "meta", reference("Meta"), "raw", plain("string")));
	json_t *flat = json_status_flat_schema();

	json_object_set_new(json_object_get(flat, "properties"), "raw", plain("string"));
	return json_pack("{s:[o, o, o]}", "anyOf", whole, flat, plain("null"));
}

static json_t *
command_answer_schema(void)
{
	json_t *schema = object(json_pack("{s:o, s:o, s:o, s:o}",
					  "status", reference("Status"),
					  "meta", reference("Meta"),
					  "message", plain("string"),
					  "warnings", list_of(plain("string"))));

	json_object_set_new(schema, "required", json_pack("[s, s]", "status", "message"));
	return schema;
}

static json_t *
failure_schema(void)
{
	json_t *schema = object(json_pack("{s:o, s:o}", "detail", plain("string"),
					  "applied", plain("object")));

	json_object_set_new(schema, "required", json_pack("[s]", "detail"));
	return schema;
}

static json_t *
invalid_schema(void)
{
	json_t *place = json_pack("{s:[s, s]}", "type", "string", "integer");
	json_t *item = object(json_pack("{s:o, s:o, s:o, s:{}, s:o}",
					"type", plain("string"), "loc", list_of(place),
					"msg", plain("string"), "input",
					"ctx", plain("object")));
	json_t *schema;

	json_object_set_new(item, "required",
			    json_pack("[s, s, s, s]", "type", "loc", "msg", "input"));
	schema = object(json_pack("{s:o}", "detail", list_of(item)));
	json_object_set_new(schema, "required", json_pack("[s]", "detail"));
	return schema;
}

static json_t *
health_schema(void)
{
	json_t *status = json_pack("{s:s, s:[s, s, s]}", "type", "string", "enum", "healthy",
				   "degraded", "unhealthy");
	json_t *link = object(json_pack("{s:o, s:o, s:o, s:o}", "connected", plain("boolean"),
					"kind", plain("string"), "since", plain("string"),
					"last_frame_age", nullable("integer")));
	json_t *cache = object(json_pack("{s:o, s:o}", "is_stale", plain("boolean"),
					 "age_seconds", nullable("integer")));
	json_t *mqtt = object(json_pack("{s:o, s:o}", "enabled", plain("boolean"),
					"connected", plain("boolean")));
	json_t *storage = object(json_pack("{s:o}", "ok", plain("boolean")));

	return object(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "status", status,
				"version", plain("string"), "link", link, "cache", cache,
				"mqtt", mqtt, "storage", storage, "queue", plain("integer"),
				"problems", list_of(plain("string"))));
}

static json_t *
version_schema(void)
{
	return object(json_pack("{s:o, s:o, s:o}", "name", plain("string"), "version",
				plain("string"), "api", plain("string")));
}

static json_t *
cache_stats_schema(void)
{
	json_t *properties = meta_properties();
	json_t *row = object(json_pack("{s:o, s:o, s:o}", "row", plain("string"), "source",
				       source_schema(), "age_seconds", plain("integer")));

	json_object_set_new(properties, "enabled", plain("boolean"));
	json_object_set_new(properties, "stale_seconds", plain("integer"));
	json_object_set_new(properties, "refresh_interval", plain("integer"));
	json_object_set_new(properties, "rows", list_of(row));
	return object(properties);
}

static json_t *
time_schema(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "format", "date-time");
}

static json_t *
result_schema(void)
{
	json_t *row = object(json_pack("{s:o, s:o, s:o}", "row", plain("string"), "before",
				       nullable("string"), "after", nullable("string")));

	return object(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rows",
				list_of(row), "transactions", plain("integer"), "bytes",
				plain("integer"), "attempts", plain("integer"), "unchanged",
				plain("boolean"), "warnings", list_of(plain("string")),
				"error_code", nullable("string"), "error_message",
				nullable("string"), "applied", plain("object")));
}

static json_t *
record_schema(void)
{
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   word_list(record_status_names));
	json_t *source = json_pack("{s:s, s:o}", "type", "string", "enum",
				   word_list(record_source_names));
	json_t *result = json_pack("{s:[o, o]}", "anyOf", result_schema(), plain("null"));

	return object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"command_id", plain("string"), "device_id", plain("string"), "command",
		plain("string"), "params", nullable("object"), "media", plain("string"),
		"request_user_id", plain("string"), "source", source, "status", status,
		"requested_at", time_schema(), "updated_at", time_schema(), "sent_at",
		time_schema(), "delivered_at", time_schema(), "expires_at", time_schema(),
		"metadata", nullable("object"), "result", result));
}

/* What is answered before the end: a command tells its wish, a refresh what is known. */
static json_t *
queued_schema(void)
{
	json_t *schema = object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "command_id", plain("string"), "status",
		plain("string"), "check_status_at", plain("string"), "provisional_state",
		plain("object"), "message", plain("string"), "current_state", plain("object")));

	json_object_set_new(schema, "required",
			    json_pack("[s, s, s]", "command_id", "status", "check_status_at"));
	return schema;
}

static json_t *
created_schema(void)
{
	return object(json_pack("{s:o, s:o, s:o}", "command_id", plain("string"), "status",
				plain("string"), "expires_at", time_schema()));
}

static json_t *
record_list_schema(void)
{
	return list_of(reference("Command"));
}

static json_t *
record_page_schema(void)
{
	return object(json_pack("{s:o, s:o}", "commands", record_list_schema(), "total",
				plain("integer")));
}

static json_t *
device_schema(void)
{
	json_t *type = json_pack("{s:s, s:o}", "type", "string", "enum",
				 word_list(device_type_names));
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   word_list(device_status_names));

	return object(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "device_id",
				plain("string"), "type", type, "name", plain("string"), "status",
				status, "metadata", plain("object"), "zone_id", nullable("integer"),
				"created_at", time_schema(), "updated_at", time_schema(),
				"last_seen", time_schema()));
}

static json_t *
device_list_schema(void)
{
	return object(json_pack("{s:o, s:o}", "devices", list_of(reference("Device")), "total",
				plain("integer")));
}

static json_t *
turnaround_schema(void)
{
	return object(json_pack("{s:o, s:o, s:o, s:o}", "replies", plain("integer"), "p50",
				nullable("integer"), "p90", nullable("integer"), "p99",
				nullable("integer")));
}

static json_t *
device_link_schema(void)
{
	static const char *const counters[] = {
		"requests", "frames_sent", "frames_received", "bytes_sent", "bytes_received",
		"retries", "timeouts", "refused", "crc_errors", "bytes_skipped", "stray_replies",
		"address_conflicts", NULL,
	};
	json_t *foreign = object(json_pack("{s:o, s:o}", "frames", plain("integer"),
					   "line_percent", plain("number")));
	json_t *properties = json_pack("{s:o, s:o, s:o, s:o}", "kind", plain("string"), "since",
				       time_schema(), "turnaround_ms", turnaround_schema(),
				       "foreign", foreign);

	for (const char *const *name = counters; *name != NULL; name++)
		json_object_set_new(properties, *name, plain("integer"));
	return object(properties);
}

static json_t *
device_health_schema(void)
{
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   word_list(device_status_names));
	json_t *row = object(json_pack("{s:o, s:o, s:o, s:o}", "row", plain("string"), "source",
				       source_schema(), "learnt_at", time_schema(), "age_seconds",
				       plain("integer")));
	json_t *sensor = object(json_pack("{s:o, s:o}", "ok", nullable("boolean"), "temperature",
					  nullable("integer")));

	return object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:[o, o]}, s:{s:[o, o]}}", "device_id",
		plain("string"), "status", status, "problems", list_of(plain("string")),
		"connected", plain("boolean"), "is_stale", plain("boolean"), "last_seen",
		time_schema(), "rows", list_of(row), "link", "anyOf", device_link_schema(),
		plain("null"), "sensor", "anyOf", sensor, plain("null")));
}

static json_t *
device_config_schema(void)
{
	json_t *value = json_pack("{s:[s, s, s]}", "type", "boolean", "integer", "null");
	json_t *setting = object(json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", plain("string"),
					   "value", value, "unit", plain("string"), "row",
					   plain("string"), "learnt_at", time_schema()));

	return object(json_pack("{s:o, s:o}", "device_id", plain("string"), "settings",
				list_of(setting)));
}

static json_t *
device_status_schema(void)
{
	json_t *status = json_pack("{s:[o, o, o]}", "anyOf", reference("Status"), reference("Zone"),
				   plain("null"));

	return object(json_pack("{s:o, s:o}", "status", status, "meta", reference("Meta")));
}

static json_t *
any_object(void)
{
	return plain("object");
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
	{"Device", device_schema},
	{"DeviceList", device_list_schema},
	{"DeviceStatus", device_status_schema},
	{"DeviceHealth", device_health_schema},
	{"DeviceConfig", device_config_schema},
	{"Document", any_object},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static json_t *
schemas(void)
{
	json_t *all = json_object();
	const struct api_route *route;

	for (int i = 0; i < SHAPES; i++)
		json_object_set_new(all, shapes[i].name, shapes[i].schema());
	for (unsigned n = 0; (route = api_route_at(n)) != NULL; n++)
		if (route->command != NULL)
			json_object_set_new(all, route->command->schema.name,
					    body_schema(&route->command->schema));
	return all;
}

static void
add_response(json_t *all, int status, const char *shape)
{
	json_t *response = content(reference(shape));
	char code[12];

	snprintf(code, sizeof code, "%d", status);
	json_object_set_new(response, "description", json_string(api_status_text(status)));
	json_object_set_new(all, code, response);
}

/* A command whose caller usually waits for the end. */
static bool
may_be_queued(const struct api_route *route)
{
	return route->command != NULL && route->command->name != NULL;
}

/* It goes through the ledger. */
static bool
is_recorded(const struct api_route *route)
{
	return may_be_queued(route) || route->success == 201;
}

static void
add_failure(json_t *all, const struct api_route *route, int status)
{
	const char *usual = status == 422 ? "Invalid" : "Failure";

	add_response(all, status,
		     route->failure != NULL && status == 503 ? route->failure : usual);
}

static json_t *
responses(const struct api_route *route)
{
	static const int strangers[] = {401, 403, 429};
	json_t *all = json_object();

	add_response(all, route->success != 0 ? route->success : 200, route->answer);
	if (may_be_queued(route))
		add_response(all, 202, "Queued");
	for (const int *status = route->statuses; *status != 0; status++)
		add_failure(all, route, *status);
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
		if (route->scope != SCOPE_OPEN)
			add_failure(all, route, strangers[i]);
	return all;
}

/* No token is needed where strangers are let in; then all of it is open to them. */
static json_t *
security(const struct api_route *route)
{
	if (route->scope == SCOPE_OPEN)
		return json_array();
	return json_pack("[{s:[s]}, {}]", "token", scope_names[route->scope]);
}

static json_t *
zone_schema(void)
{
	return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 1, "maximum",
			 CZ2_ZONES_MAX);
}

static json_t *
uuid_schema(void)
{
	return json_pack("{s:s, s:s}", "type", "string", "format", "uuid");
}

static json_t *
text_schema(void)
{
	return plain("string");
}

static const struct {
	const char *name;
	json_t *(*schema)(void);
} path_parameters[] = {
	{"zone_id", zone_schema},
	{"command_id", uuid_schema},
	{"device_id", text_schema},
};

static json_t *
path_parameter(size_t i)
{
	return json_pack("{s:s, s:s, s:b, s:o}", "name", path_parameters[i].name, "in", "path",
			 "required", 1, "schema", path_parameters[i].schema());
}

static json_t *
query_schema(const struct api_query *query)
{
	switch (query->kind) {
	case QUERY_FLAG:
		return json_pack("{s:s, s:b}", "type", "boolean", "default", 0);
	case QUERY_NUMBER:
		return json_pack("{s:s, s:I, s:I, s:I}", "type", "integer", "minimum",
				 (json_int_t)query->min, "maximum", (json_int_t)query->max,
				 "default", (json_int_t)query->standard);
	case QUERY_WORD:
		return json_pack("{s:s, s:o}", "type", "string", "enum", word_list(query->words));
	}
	return json_object();
}

static json_t *
header_parameter(const char *name, const char *help)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s}}", "name", name, "in", "header", "description",
			 help, "schema", "type", "string");
}

static json_t *
parameters(const struct api_route *route)
{
	json_t *list = json_array();

	if (may_be_queued(route))
		json_array_append_new(list, header_parameter("Prefer", "respond-async: do not wait "
							     "for the end of the command"));
	if (is_recorded(route))
		json_array_append_new(list, header_parameter("Idempotency-Key", "the same key "
							     "within a day: the same answer, "
							     "and nothing is written"));
	for (size_t i = 0; i < sizeof path_parameters / sizeof path_parameters[0]; i++)
		if (strstr(route->path, path_parameters[i].name) != NULL)
			json_array_append_new(list, path_parameter(i));
	for (const struct api_query *query = route->queries; query->name != NULL; query++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "name", query->name,
						      "in", "query", "description", query->help,
						      "schema", query_schema(query)));
	return list;
}

static json_t *
operation(const struct api_route *route)
{
	json_t *whole = json_pack("{s:s, s:o, s:o}", "summary", route->summary, "parameters",
				   parameters(route), "responses", responses(route));
	json_t *body;

	json_object_set_new(whole, "security", security(route));
	if (route->command == NULL)
		return whole;
	body = content(reference(route->command->schema.name));
	json_object_set_new(body, "required", json_boolean(!route->command->schema.optional));
	json_object_set_new(whole, "requestBody", body);
	return whole;
}

static void
add_path(json_t *paths, const struct api_route *route)
{
	json_t *path = json_object_get(paths, route->path);
	char method[METHOD_MAX] = "";

	for (size_t i = 0; route->method[i] != '\0' && i + 1 < sizeof method; i++)
		method[i] = (char)tolower((unsigned char)route->method[i]);
	if (path == NULL) {
		path = json_object();
		json_object_set_new(paths, route->path, path);
	}
	json_object_set_new(path, method, operation(route));
}

json_t *
openapi_document(void)
{
	json_t *paths = json_object();
	const struct api_route *route;

	for (unsigned n = 0; (route = api_route_at(n)) != NULL; n++)
		add_path(paths, route);
	return json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s}}}}", "openapi", "3.1.0",
			 "info", "title", "cz2d", "version", PACKAGE_VERSION,
			 "description", "A daemon for the Carrier ComfortZone II panel",
			 "paths", paths, "components", "schemas", schemas(),
			 "securitySchemes", "token", "type", "http", "scheme", "bearer");
}

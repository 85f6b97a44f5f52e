/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The OpenAPI document, made from the table of routes, the tables of bodies and
 * the tables of the status, so that it cannot differ from what the daemon does.
 * Only the small shapes that no table makes are written out, in openapi_shapes.c.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"
#include "cz2d/api/openapi_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { METHOD_MAX = 8 };

static json_t *
content(const char *media, json_t *schema)
{
	return json_pack("{s:{s:{s:o}}}", "content", media != NULL ? media : "application/json",
			 "schema", schema);
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
		return json_pack("{s:s, s:o}", "type", "string", "enum", openapi_word_list(body_words(field)));
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
	case BODY_TIME:
		return openapi_time_of_day();
	case BODY_DAYS:
		return openapi_days_wish();
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

static json_t *
schemas(void)
{
	json_t *all = openapi_shapes();
	const struct api_route *route;

	for (unsigned n = 0; (route = api_route_at(n)) != NULL; n++)
		if (route->command != NULL)
			json_object_set_new(all, route->command->schema.name,
					    body_schema(&route->command->schema));
	return all;
}

static void
add_response(json_t *all, int status, const char *media, const char *shape)
{
	json_t *response = content(media, openapi_reference(shape));
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
	return may_be_queued(route) || route->success == 201 || route->command == &api_raw_write;
}

static void
add_failure(json_t *all, const struct api_route *route, int status)
{
	const char *usual = status == 422 ? "Invalid" : "Failure";

	add_response(all, status, NULL,
		     route->failure != NULL && status == 503 ? route->failure : usual);
}

static json_t *
responses(const struct api_route *route)
{
	static const int strangers[] = {401, 403, 429};
	json_t *all = json_object();

	add_response(all, route->success != 0 ? route->success : 200, route->media, route->answer);
	if (may_be_queued(route))
		add_response(all, 202, NULL, "Queued");
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
	return openapi_plain("string");
}

static json_t *
device_schema(void)
{
	return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 1, "maximum", 254);
}

static json_t *
byte_schema(void)
{
	return json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 0, "maximum", 255);
}

static const struct {
	const char *name;
	json_t *(*schema)(void);
} path_parameters[] = {
	{"zone_id", zone_schema},
	{"command_id", uuid_schema},
	{"device_id", text_schema},
	{"device", device_schema},
	{"table", byte_schema},
	{"row", byte_schema},
};

static json_t *
path_parameter(size_t i)
{
	return json_pack("{s:s, s:s, s:b, s:o}", "name", path_parameters[i].name, "in", "path",
			 "required", 1, "schema", path_parameters[i].schema());
}

/* As {name}, whole. */
static bool
is_in_path(const struct api_route *route, const char *name)
{
	size_t length = strlen(name);
	const char *brace = strchr(route->path, '{');

	while (brace != NULL && (strncmp(brace + 1, name, length) != 0 || brace[length + 1] != '}'))
		brace = strchr(brace + 1, '{');
	return brace != NULL;
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
		return json_pack("{s:s, s:o}", "type", "string", "enum", openapi_word_list(query->words));
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
		if (is_in_path(route, path_parameters[i].name))
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
	body = content(NULL, openapi_reference(route->command->schema.name));
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any text as the body of any command: what is accepted lies within the ranges of
 * the tables, and what is refused is told in errors that are JSON again. Input: a digit
 * for the command, then the body; any other first byte is followed by a number in a path.
 */
#include "build.h"

#include "cz2d/json/body.h"

#include <string.h>

#include "cz2d/api/api_internal.h"
#include "fuzz.h"

/* The n-th of the routes that take a body; NULL behind the last. */
static const struct body_schema *
schema_at(unsigned n)
{
	const struct api_route *route;

	for (unsigned i = 0; (route = api_route_at(i)) != NULL; i++)
		if (route->command != NULL && n-- == 0)
			return &route->command->schema;
	return NULL;
}

static bool
in_range(const struct body_field *field, int value)
{
	const struct cz2_field_info *info;

	if (value == BODY_ABSENT)
		return !field->required;
	info = cz2_field_info(field->field);
	if (field->kind == BODY_BOOLEAN)
		return value == 0 || value == (field->on != 0 ? field->on : 1);
	if (value < info->set_min || value > info->set_max)
		return false;
	for (int word = 0; field->kind == BODY_WORD && word <= value; word++)
		if (info->words[word] == NULL)
			return false;
	return true;
}

static void
check_accepted(const struct body *body)
{
	const struct body_field *fields = body->schema->fields;
	int settings = 0;

	FUZZ_ASSERT(json_is_object(body->json) || body->schema->optional);
	for (int i = 0; fields[i].name != NULL; i++) {
		if (fields[i].kind == BODY_ZONES) {
			FUZZ_ASSERT(body->zone_count >= 1 && body->zone_count <= CZ2_ZONES_MAX);
			continue;
		}
		FUZZ_ASSERT(in_range(&fields[i], body->values[i]));
		FUZZ_ASSERT(body->values[i] == body_value(body, fields[i].field));
		settings += body->values[i] != BODY_ABSENT && !fields[i].required;
	}
	FUZZ_ASSERT(settings > 0 || !body->schema->needs_setting);
}

static bool
is_said(const json_t *error, const char *member)
{
	return json_string_length(json_object_get(error, member)) > 0;
}

static void
check_refused(const struct body *body)
{
	char *text = json_dumps(body->errors, JSON_COMPACT);
	json_t *error, *again;
	size_t i;

	FUZZ_ASSERT(text != NULL);
	json_array_foreach(body->errors, i, error) {
		FUZZ_ASSERT(is_said(error, "type") && is_said(error, "msg"));
		FUZZ_ASSERT(json_array_size(json_object_get(error, "loc")) > 0);
		FUZZ_ASSERT(json_object_get(error, "input") != NULL);
	}
	again = json_loads(text, 0, NULL);
	FUZZ_ASSERT(json_equal(again, body->errors));
	json_decref(again);
	free(text);
}

static void
check_path(const char *text, size_t size)
{
	json_t *string = memchr(text, '\0', size) == NULL ? json_stringn(text, size) : NULL;
	int64_t number = 0;
	struct body body;

	if (string == NULL)
		return; /* the door lets no such path pass */
	body_init(&body, schema_at(0));
	body_path_integer(&body, "zone_id", text, size, &number);
	FUZZ_ASSERT(json_array_size(body.errors) <= 1);
	check_refused(&body);
	body_fini(&body);
	json_decref(string);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	const struct body_schema *schema;
	struct body body;

	if (size-- == 0)
		return 0;
	schema = data[0] < '0' ? NULL : schema_at(data[0] - (unsigned)'0');
	if (schema == NULL) {
		check_path(text, size);
		return 0;
	}
	body_init(&body, schema);
	body_decode(&body, text, size);
	if (body_ok(&body))
		check_accepted(&body);
	else
		check_refused(&body);
	body_fini(&body);
	return 0;
}

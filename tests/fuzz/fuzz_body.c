/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any text as the body of any command: what is accepted lies within the ranges of
 * the tables, and what is refused is told in errors that are JSON again. Input: a character
 * from 0 on for the command, then the body; one before 0 is followed by a number in a path.
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

/* Whether it has a value of its own; others are JSON, or days. */
static bool
has_value(const struct body_field *field)
{
	return field->kind != BODY_TEXT && field->kind != BODY_OBJECT && field->kind != BODY_DAYS;
}

static bool
is_word(const struct body_field *field, int value)
{
	for (int word = 0; word <= value; word++)
		if (body_words(field)[word] == NULL)
			return false;
	return value >= 0;
}

static bool
in_range(const struct body_field *field, int value)
{
	const struct cz2_field_info *info;

	if (value == BODY_ABSENT)
		return !field->required;
	switch (field->kind) {
	case BODY_BOOLEAN:
		return value == 0 || value == (field->on != 0 ? field->on : 1);
	case BODY_WORD:
		return is_word(field, value);
	case BODY_NUMBER:
		return value >= field->min && value <= field->max;
	case BODY_TIME:
		return value >= 0 && value < CZ2_DAY_MINUTES * 60;
	default:
		info = cz2_field_info(field->field);
		return value >= info->set_min && value <= info->set_max;
	}
}

/* Days that were accepted keep the rules, and those that were not named stay as they are. */
static void
check_days(const struct body *body)
{
	struct cz2_schedule_problem problem;

	for (int day = 0; day < CZ2_DAYS; day++)
		FUZZ_ASSERT(cz2_day_check(&body->days[day], &problem) == CZ2_OK);
}

static void
check_accepted(struct body *body)
{
	const struct body_field *fields = body->schema->fields;
	int settings = 0;

	FUZZ_ASSERT(json_is_object(body->json) || body->schema->optional);
	for (int i = 0; fields[i].name != NULL; i++) {
		bool given = body_member(body, fields[i].name) != NULL;

		FUZZ_ASSERT(given || !fields[i].required);
		settings += json_object_get(body->json, fields[i].name) != NULL &&
			    !fields[i].required;
		if (fields[i].kind == BODY_ZONES) {
			FUZZ_ASSERT(given ? body->zone_count >= 1 &&
						    body->zone_count <= CZ2_ZONES_MAX
					  : body->zone_count == 0);
			continue;
		}
		if (has_value(&fields[i]))
			FUZZ_ASSERT(in_range(&fields[i], body->values[i]));
		if (fields[i].field != CZ2_FIELD_COUNT)
			FUZZ_ASSERT(body->values[i] == body_value(body, fields[i].field));
	}
	FUZZ_ASSERT(settings > 0 || !body->schema->needs_setting);
	check_days(body);
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bodies by table. The order of the errors (members of the table, unknown members, rules on
 * the whole) is that of the older service; what they look like is body_error.c's, days of the
 * program are body_days.c's, and how one value is spelled is lax's business.
 */
#include "build.h"

#include "cz2d/json/body_internal.h"

#include <stdio.h>
#include <string.h>

#include "cz2d/json/lax_time.h"

enum { ZONES_MIN = 1 };

void
body_init(struct body *body, const struct body_schema *schema)
{
	memset(body, 0, sizeof *body);
	body->schema = schema;
	body->json = json_null();
	body->errors = json_array();
	for (int i = 0; i < BODY_FIELDS_MAX; i++)
		body->values[i] = BODY_ABSENT;
	for (int day = 0; day < CZ2_DAYS; day++)
		cz2_day_clear(&body->days[day]);
}

void
body_fini(struct body *body)
{
	json_decref(body->json);
	json_decref(body->errors);
	body->json = NULL;
	body->errors = NULL;
}

int
body_value(const struct body *body, enum cz2_field field)
{
	const struct body_field *fields = body->schema->fields;

	for (int i = 0; fields[i].name != NULL; i++)
		if (fields[i].kind != BODY_ZONES && fields[i].field == field)
			return body->values[i];
	return BODY_ABSENT;
}

void
body_path_integer(struct body *body, const char *name, const char *text, size_t length,
		  int64_t *result)
{
	enum lax outcome = lax_integer_text(text, length, result);
	json_t *input;

	if (outcome == LAX_OK)
		return;
	input = json_stringn(text, length);
	body_add(body, lax_type(outcome), json_pack("[s, s]", "path", name),
		 lax_message(outcome), input);
	json_decref(input);
}

void
body_loose_integer(struct body *body, const char *member, json_t *value, int64_t *result)
{
	enum lax outcome = lax_integer(value, result);

	if (outcome != LAX_OK)
		body_add_lax(body, outcome, body_member_loc(body, member), value);
}

bool
body_path_number(struct body *body, const char *name, const char *text, size_t length, int min,
		 int max, int *result)
{
	json_t *value = json_stringn(text, length);
	bool good = body_read_range(body, json_pack("[s, s]", "path", name), min, max, value,
				    result);

	json_decref(value);
	return good;
}

void
body_path_refuse(struct body *body, const char *name, const char *rule, int value)
{
	json_t *input = json_integer(value);

	body_add_rule(body, json_pack("[s, s]", "path", name), rule, input);
	json_decref(input);
}

bool
body_read_range(struct body *body, json_t *loc, int min, int max, json_t *value, int *result)
{
	char message[BODY_MESSAGE_MAX];
	int64_t number;
	enum lax outcome = lax_integer(value, &number);
	bool low;

	if (outcome != LAX_OK) {
		body_add_lax(body, outcome, loc, value);
		return false;
	}
	low = number < min;
	if (!low && number <= max) {
		*result = (int)number;
		json_decref(loc);
		return true;
	}
	snprintf(message, sizeof message, "Input should be %s than or equal to %d",
		 low ? "greater" : "less", low ? min : max);
	body_add(body, low ? "greater_than_equal" : "less_than_equal", loc, message, value);
	return false;
}

static void
decode_integer(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];
	const struct cz2_field_info *info = cz2_field_info(field->field);

	body_read_range(body, body_member_loc(body, field->name), info->set_min, info->set_max,
			value, &body->values[index]);
}

static void
decode_number(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];

	body_read_range(body, body_member_loc(body, field->name), field->min, field->max, value,
			&body->values[index]);
}

static void
decode_time(struct body *body, int index, json_t *value)
{
	const char *text = json_string_value(value);

	if (text == NULL || !lax_time(text, json_string_length(value), &body->values[index]))
		body_refuse(body, body->schema->fields[index].name,
			    "a time of day is accepted, such as 15:45, 15:45:10 or 3:45pm");
}

/* All but the bytes that continue a character. */
static size_t
count_characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static void
decode_text(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];
	char message[BODY_MESSAGE_MAX];
	size_t length;

	if (!json_is_string(value)) {
		body_add(body, "string_type", body_member_loc(body, field->name),
			 "Input should be a valid string", value);
		return;
	}
	length = count_characters(json_string_value(value));
	if (length >= 1 && length <= (size_t)field->max)
		return;
	snprintf(message, sizeof message, "String should have at %s %d character%s",
		 length < 1 ? "least" : "most", length < 1 ? 1 : field->max, length < 1 ? "" : "s");
	body_add(body, length < 1 ? "string_too_short" : "string_too_long",
		 body_member_loc(body, field->name), message, value);
}

static void
decode_object(struct body *body, int index, json_t *value)
{
	if (!json_is_object(value))
		body_add(body, "dict_type",
			 body_member_loc(body, body->schema->fields[index].name),
			 "Input should be a valid dictionary", value);
}

static void
decode_boolean(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];
	bool given;
	enum lax outcome = lax_boolean(value, &given);

	if (outcome != LAX_OK)
		body_add_lax(body, outcome, body_member_loc(body, field->name), value);
	else if (!given)
		body->values[index] = 0;
	else
		body->values[index] = field->on != 0 ? field->on : 1;
}

const char *const *
body_words(const struct body_field *field)
{
	return field->words != NULL ? field->words : cz2_field_info(field->field)->words;
}

static void
decode_word(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];
	const char *const *words = body_words(field);
	const char *given = json_string_value(value);
	char message[BODY_MESSAGE_MAX];

	for (int i = 0; given != NULL && words[i] != NULL; i++) {
		if (strcmp(words[i], given) == 0) {
			body->values[index] = i;
			return;
		}
	}
	body_enumerate(words, message, sizeof message);
	body_add(body, "enum", body_member_loc(body, field->name), message, value);
}

/* False, and an error, when the list is none or has not 1 to 8 items. */
static bool
list_fits(struct body *body, const char *name, json_t *list)
{
	size_t count = json_array_size(list);
	char message[BODY_MESSAGE_MAX];

	if (!json_is_array(list)) {
		body_add(body, "list_type", body_member_loc(body, name),
			 "Input should be a valid list", list);
		return false;
	}
	if (count >= ZONES_MIN && count <= CZ2_ZONES_MAX)
		return true;
	if (count < ZONES_MIN)
		snprintf(message, sizeof message,
			 "List should have at least %d item after validation, not %zu", ZONES_MIN,
			 count);
	else
		snprintf(message, sizeof message,
			 "List should have at most %d items after validation, not %zu",
			 CZ2_ZONES_MAX, count);
	body_add(body, count < ZONES_MIN ? "too_short" : "too_long", body_member_loc(body, name),
		 message, list);
	return false;
}

static void
add_item_lax(struct body *body, enum lax outcome, const char *name, int item, json_t *value)
{
	json_t *loc = body_member_loc(body, name);

	json_array_append_new(loc, json_integer(item));
	body_add_lax(body, outcome, loc, value);
}

static void
decode_zones(struct body *body, int index, json_t *list)
{
	const char *name = body->schema->fields[index].name;
	size_t i;
	json_t *item;

	if (!list_fits(body, name, list))
		return;
	json_array_foreach(list, i, item) {
		enum lax outcome = lax_integer(item, &body->zones[i]);

		if (outcome != LAX_OK)
			add_item_lax(body, outcome, name, (int)i, item);
	}
	body->zone_count = (int)json_array_size(list);
}

static void
decode_member(struct body *body, int index)
{
	static void (*const decoders[])(struct body *, int, json_t *) = {
		[BODY_INTEGER] = decode_integer,
		[BODY_BOOLEAN] = decode_boolean,
		[BODY_WORD] = decode_word,
		[BODY_ZONES] = decode_zones,
		[BODY_NUMBER] = decode_number,
		[BODY_TEXT] = decode_text,
		[BODY_OBJECT] = decode_object,
		[BODY_TIME] = decode_time,
		[BODY_DAYS] = body_decode_days,
	};
	const struct body_field *field = &body->schema->fields[index];
	json_t *value = json_object_get(body->json, field->name);

	if (value != NULL && !json_is_null(value))
		decoders[field->kind](body, index, value);
	else if (field->required)
		body_add_missing(body, body_member_loc(body, field->name));
}

static const struct body_field *
find_field(const struct body_schema *schema, const char *name)
{
	for (const struct body_field *field = schema->fields; field->name != NULL; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

static void
refuse_unknown(struct body *body)
{
	const char *name;
	json_t *value;

	json_object_foreach(body->json, name, value)
		if (find_field(body->schema, name) == NULL)
			body_add(body, "extra_forbidden", body_member_loc(body, name),
				 "Extra inputs are not permitted", value);
}

/* True when some member that is not required is there and says something, known or not. */
static bool
names_setting(const struct body *body)
{
	const char *name;
	json_t *value;

	json_object_foreach(body->json, name, value) {
		const struct body_field *field = find_field(body->schema, name);

		if (field == NULL ? !json_is_null(value)
				  : !field->required && (field->clears || !json_is_null(value)))
			return true;
	}
	return false;
}

/* "nothing to change: give at least one of heat, cool, ..." */
static void
add_nothing_named(struct body *body)
{
	char rule[BODY_MESSAGE_MAX];
	size_t used = (size_t)snprintf(rule, sizeof rule, "nothing to change: give at least one");
	const char *between = " of ";

	for (const struct body_field *field = body->schema->fields; field->name != NULL; field++) {
		if (field->required)
			continue;
		used += (size_t)snprintf(rule + used, sizeof rule - used, "%s%s", between,
					 field->name);
		between = ", ";
	}
	body_break_rule(body, rule);
}

/* A number too large for 64 bits is still a number: all are read as reals then. */
static json_t *
load(const char *text, size_t length, json_error_t *error)
{
	const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
	json_t *json = json_loadb(text, length, flags, error);

	if (json == NULL && json_error_code(error) == json_error_numeric_overflow)
		json = json_loadb(text, length, flags | JSON_DECODE_INT_AS_REAL, error);
	return json;
}

/* All members of what has been read. */
static void
decode_members(struct body *body)
{
	if (!json_is_object(body->json)) {
		body_add(body, "model_attributes_type", body_loc(body),
			 "Input should be a valid object", body->json);
		return;
	}
	for (int i = 0; body->schema->fields[i].name != NULL; i++)
		decode_member(body, i);
	refuse_unknown(body);
	if (body->schema->needs_setting && !names_setting(body))
		add_nothing_named(body);
}

void
body_decode(struct body *body, const char *text, size_t length)
{
	json_error_t error;
	json_t *json;

	if (length == 0) {
		if (!body->schema->optional)
			body_add_missing(body, body_loc(body));
		return;
	}
	json = load(text, length, &error);
	if (json == NULL) {
		body_add_invalid(body, &error);
		return;
	}
	json_decref(body->json);
	body->json = json;
	decode_members(body);
}

void
body_decode_member(struct body *body, const struct body *whole, const char *member)
{
	json_t *json = body_member(whole, member);

	json_decref(body->errors);
	body->errors = json_incref(whole->errors);
	body->member = member;
	body->json = json != NULL ? json_incref(json) : json_object();
	decode_members(body);
}

int
body_number(const struct body *body, const char *name)
{
	for (int i = 0; body->schema->fields[i].name != NULL; i++)
		if (strcmp(body->schema->fields[i].name, name) == 0)
			return body->values[i];
	return BODY_ABSENT;
}

json_t *
body_member(const struct body *body, const char *name)
{
	json_t *json = json_object_get(body->json, name);

	return json_is_null(json) ? NULL : json;
}

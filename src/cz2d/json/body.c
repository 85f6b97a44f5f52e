/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bodies by table. The shape of the errors, their order (members of the table,
 * unknown members, rules on the whole) and their sentences are those of the older
 * service, which pydantic made. How one value is spelled is lax's business.
 */
#include "build.h"

#include "cz2d/json/body.h"

#include <stdio.h>
#include <string.h>

#include "cz2d/json/lax.h"

enum {
	ZONES_MIN = 1,
	MESSAGE_MAX = 256,
	ERRORS_MAX = 100, /* a body of 64 KiB has room for thousands */
};

/* loc is taken, input borrowed. */
static json_t *
new_error(const char *type, json_t *loc, const char *message, json_t *input)
{
	return json_pack("{s:s, s:o, s:s, s:O?}", "type", type, "loc", loc, "msg", message,
			 "input", input);
}

static void
add_error(struct body *body, json_t *error)
{
	if (json_array_size(body->errors) < ERRORS_MAX)
		json_array_append_new(body->errors, error);
	else
		json_decref(error);
}

/* The place of the body itself; more is appended to it. */
static json_t *
body_loc(const struct body *body)
{
	return body->member != NULL ? json_pack("[s, s]", "body", body->member)
				    : json_pack("[s]", "body");
}

static json_t *
member_loc(const struct body *body, const char *name)
{
	json_t *loc = body_loc(body);

	json_array_append_new(loc, json_string(name));
	return loc;
}

void
body_init(struct body *body, const struct body_schema *schema)
{
	memset(body, 0, sizeof *body);
	body->schema = schema;
	body->json = json_null();
	body->errors = json_array();
	for (int i = 0; i < BODY_FIELDS_MAX; i++)
		body->values[i] = BODY_ABSENT;
}

void
body_fini(struct body *body)
{
	json_decref(body->json);
	json_decref(body->errors);
	body->json = NULL;
	body->errors = NULL;
}

bool
body_ok(const struct body *body)
{
	return json_array_size(body->errors) == 0;
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
	add_error(body, new_error(lax_type(outcome), json_pack("[s, s]", "path", name),
				  lax_message(outcome), input));
	json_decref(input);
}

static void
add_missing(struct body *body, json_t *loc)
{
	add_error(body, new_error("missing", loc, "Field required", body->json));
}

static void
add_lax(struct body *body, enum lax outcome, json_t *loc, json_t *value)
{
	add_error(body, new_error(lax_type(outcome), loc, lax_message(outcome), value));
}

/* An integer from min to max; false, and an error, when it is none. */
static bool
decode_range(struct body *body, int index, int min, int max, json_t *value)
{
	const char *name = body->schema->fields[index].name;
	char message[MESSAGE_MAX];
	int64_t number;
	enum lax outcome = lax_integer(value, &number);
	bool low;

	if (outcome != LAX_OK) {
		add_lax(body, outcome, member_loc(body, name), value);
		return false;
	}
	low = number < min;
	if (!low && number <= max) {
		body->values[index] = (int)number;
		return true;
	}
	snprintf(message, sizeof message, "Input should be %s than or equal to %d",
		 low ? "greater" : "less", low ? min : max);
	add_error(body, new_error(low ? "greater_than_equal" : "less_than_equal",
				  member_loc(body, name), message, value));
	return false;
}

static void
decode_integer(struct body *body, int index, json_t *value)
{
	const struct cz2_field_info *info = cz2_field_info(body->schema->fields[index].field);

	decode_range(body, index, info->set_min, info->set_max, value);
}

static void
decode_number(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];

	decode_range(body, index, field->min, field->max, value);
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
	char message[MESSAGE_MAX];
	size_t length;

	if (!json_is_string(value)) {
		add_error(body, new_error("string_type", member_loc(body, field->name),
					  "Input should be a valid string", value));
		return;
	}
	length = count_characters(json_string_value(value));
	if (length >= 1 && length <= (size_t)field->max)
		return;
	snprintf(message, sizeof message, "String should have at %s %d character%s",
		 length < 1 ? "least" : "most", length < 1 ? 1 : field->max, length < 1 ? "" : "s");
	add_error(body, new_error(length < 1 ? "string_too_short" : "string_too_long",
				  member_loc(body, field->name), message, value));
}

static void
decode_object(struct body *body, int index, json_t *value)
{
	if (!json_is_object(value))
		add_error(body, new_error("dict_type",
					  member_loc(body, body->schema->fields[index].name),
					  "Input should be a valid dictionary", value));
}

static void
decode_boolean(struct body *body, int index, json_t *value)
{
	const struct body_field *field = &body->schema->fields[index];
	bool given;
	enum lax outcome = lax_boolean(value, &given);

	if (outcome != LAX_OK)
		add_lax(body, outcome, member_loc(body, field->name), value);
	else if (!given)
		body->values[index] = 0;
	else
		body->values[index] = field->on != 0 ? field->on : 1;
}

/* "Input should be 'Heat', 'Cool' or 'Off'". */
static void
enumerate(const char *const *words, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "Input should be ");

	for (int i = 0; words[i] != NULL && used < size; i++) {
		const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

		used += (size_t)snprintf(out + used, size - used, "%s'%s'", between, words[i]);
	}
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
	char message[MESSAGE_MAX];

	for (int i = 0; given != NULL && words[i] != NULL; i++) {
		if (strcmp(words[i], given) == 0) {
			body->values[index] = i;
			return;
		}
	}
	enumerate(words, message, sizeof message);
	add_error(body, new_error("enum", member_loc(body, field->name), message, value));
}

/* False, and an error, when the list is none or has not 1 to 8 items. */
static bool
list_fits(struct body *body, const char *name, json_t *list)
{
	size_t count = json_array_size(list);
	char message[MESSAGE_MAX];

	if (!json_is_array(list)) {
		add_error(body, new_error("list_type", member_loc(body, name),
					  "Input should be a valid list", list));
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
	add_error(body, new_error(count < ZONES_MIN ? "too_short" : "too_long", member_loc(body, name),
				  message, list));
	return false;
}

static void
add_item_lax(struct body *body, enum lax outcome, const char *name, int item, json_t *value)
{
	json_t *loc = member_loc(body, name);

	json_array_append_new(loc, json_integer(item));
	add_lax(body, outcome, loc, value);
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
	};
	const struct body_field *field = &body->schema->fields[index];
	json_t *value = json_object_get(body->json, field->name);

	if (value != NULL && !json_is_null(value))
		decoders[field->kind](body, index, value);
	else if (field->required)
		add_missing(body, member_loc(body, field->name));
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
			add_error(body, new_error("extra_forbidden", member_loc(body, name),
						  "Extra inputs are not permitted", value));
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

static json_t *
rule_error(json_t *loc, const char *rule, json_t *input)
{
	static const char format[] = "Value error, %s";
	char message[MESSAGE_MAX + sizeof format];

	snprintf(message, sizeof message, format, rule);
	return new_error("value_error", loc, message, input);
}

json_t *
body_rule_error(const char *rule, json_t *input)
{
	return rule_error(json_pack("[s]", "body"), rule, input);
}

void
body_break_rule(struct body *body, const char *rule)
{
	add_error(body, rule_error(body_loc(body), rule, body->json));
}

void
body_refuse(struct body *body, const char *member, const char *rule)
{
	add_error(body, rule_error(member_loc(body, member), rule,
				   json_object_get(body->json, member)));
}

void
body_miss(struct body *body, const char *member)
{
	add_missing(body, member_loc(body, member));
}

/* "nothing to change: give at least one of heat, cool, ..." */
static void
add_nothing_named(struct body *body)
{
	char rule[MESSAGE_MAX];
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

/* JSON text that is none; the position is where the reader gave up. */
static void
add_invalid(struct body *body, const json_error_t *error)
{
	json_t *nothing = json_object();
	json_t *entry = new_error("json_invalid", json_pack("[s, i]", "body", error->position),
				  "JSON decode error", nothing);

	json_object_set_new(entry, "ctx", json_pack("{s:s}", "error", error->text));
	add_error(body, entry);
	json_decref(nothing);
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
		add_error(body, new_error("model_attributes_type", body_loc(body),
					  "Input should be a valid object", body->json));
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
			add_missing(body, body_loc(body));
		return;
	}
	json = load(text, length, &error);
	if (json == NULL) {
		add_invalid(body, &error);
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

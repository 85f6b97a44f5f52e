/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is wrong with a body: the list that is answered with 422, in the shape and the words
 * of the older service, which pydantic made.
 */
#include "build.h"

#include "cz2d/json/body_internal.h"

#include <stdio.h>
#include <string.h>

enum { ERRORS_MAX = 100 }; /* a body of 64 KiB has room for thousands */

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

json_t *
body_loc(const struct body *body)
{
	return body->member != NULL ? json_pack("[s, s]", "body", body->member)
				    : json_pack("[s]", "body");
}

json_t *
body_member_loc(const struct body *body, const char *name)
{
	json_t *loc = body_loc(body);

	json_array_append_new(loc, json_string(name));
	return loc;
}

void
body_add(struct body *body, const char *type, json_t *loc, const char *message, json_t *input)
{
	add_error(body, new_error(type, loc, message, input));
}

void
body_add_missing(struct body *body, json_t *loc)
{
	body_add(body, "missing", loc, "Field required", body->json);
}

void
body_add_lax(struct body *body, enum lax outcome, json_t *loc, json_t *value)
{
	body_add(body, lax_type(outcome), loc, lax_message(outcome), value);
}

void
body_add_invalid(struct body *body, const json_error_t *error)
{
	json_t *nothing = json_object();
	json_t *entry = new_error("json_invalid", json_pack("[s, i]", "body", error->position),
				  "JSON decode error", nothing);

	json_object_set_new(entry, "ctx", json_pack("{s:s}", "error", error->text));
	add_error(body, entry);
	json_decref(nothing);
}

static json_t *
rule_error(json_t *loc, const char *rule, json_t *input)
{
	static const char format[] = "Value error, %s";
	char message[BODY_MESSAGE_MAX + sizeof format];

	snprintf(message, sizeof message, format, rule);
	return new_error("value_error", loc, message, input);
}

void
body_add_rule(struct body *body, json_t *loc, const char *rule, json_t *input)
{
	add_error(body, rule_error(loc, rule, input));
}

json_t *
body_rule_error(const char *rule, json_t *input)
{
	return rule_error(json_pack("[s]", "body"), rule, input);
}

void
body_break_rule(struct body *body, const char *rule)
{
	body_add_rule(body, body_loc(body), rule, body->json);
}

void
body_refuse(struct body *body, const char *member, const char *rule)
{
	body_add_rule(body, body_member_loc(body, member), rule,
		      json_object_get(body->json, member));
}

void
body_miss(struct body *body, const char *member)
{
	body_add_missing(body, body_member_loc(body, member));
}

void
body_enumerate(const char *const *words, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "Input should be ");

	for (int i = 0; words[i] != NULL && used < size; i++) {
		const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";

		used += (size_t)snprintf(out + used, size - used, "%s'%s'", between, words[i]);
	}
}

bool
body_ok(const struct body *body)
{
	return json_array_size(body->errors) == 0;
}

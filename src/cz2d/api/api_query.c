/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The parameters behind the question mark, as the table of routes has them; and bodies with
 * nothing in them.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/json/lax.h"

enum {
	SHOWN_MAX = 40, /* of a bad value, in the answer that refuses it */
	WORDS_MAX = 128,
};

static const struct api_query *
find_query(const struct api_route *route, const char *name)
{
	const struct api_query *query = route->queries;

	while (strcmp(query->name, name) != 0)
		query++;
	return query;
}

/* "is not accepted. Accepted are panel and zone." */
static json_t *
accepted_words(const char *const *words)
{
	char list[WORDS_MAX] = "";
	size_t used = 0;

	for (int i = 0; words[i] != NULL && used < sizeof list; i++) {
		const char *between = i == 0 ? "" : words[i + 1] == NULL ? " and " : ", ";

		used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", between, words[i]);
	}
	return json_sprintf("is not accepted. Accepted are %s.", list);
}

static json_t *
accepted(const struct api_query *query)
{
	switch (query->kind) {
	case QUERY_FLAG:
		return json_string("is not a boolean. Accepted are true, false, 1, 0, yes, no, on "
				   "and off.");
	case QUERY_NUMBER:
		return json_sprintf("is not accepted. Accepted is a whole number from %lld to %lld.",
				    (long long)query->min, (long long)query->max);
	case QUERY_WORD:
		return accepted_words(query->words);
	}
	return json_string("is not accepted.");
}

/* What is not plain ASCII becomes '?': the text may not even be UTF-8. */
static void
refuse(const struct api_call *call, const struct api_query *query, const char *value)
{
	json_t *rule = accepted(query);
	char plain[SHOWN_MAX + 1];
	size_t i;

	for (i = 0; i < SHOWN_MAX && value[i] != '\0'; i++)
		plain[i] = value[i] >= ' ' && value[i] <= '~' ? value[i] : '?';
	plain[i] = '\0';
	api_answer_detail(call->request, 400,
			  json_sprintf("Query parameter %s: '%s' %s", query->name, plain,
				       json_string_value(rule)));
	json_decref(rule);
}

static bool
read_number(const struct api_query *query, const char *text, int64_t *value)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && *value >= query->min && *value <= query->max;
}

static bool
read_word(const struct api_query *query, const char *text, int64_t *value)
{
	for (*value = 0; query->words[*value] != NULL; ++*value)
		if (strcmp(query->words[*value], text) == 0)
			return true;
	return false;
}

static bool
read_flag(const char *text, int64_t *value)
{
	bool flag = false;

	if (lax_boolean_text(text, strlen(text), &flag) != LAX_OK)
		return false;
	*value = flag;
	return true;
}

static bool
read_value(const struct api_query *query, const char *text, int64_t *value)
{
	switch (query->kind) {
	case QUERY_FLAG:
		return read_flag(text, value);
	case QUERY_NUMBER:
		return read_number(query, text, value);
	case QUERY_WORD:
		return read_word(query, text, value);
	}
	return false;
}

bool
api_read_query(const struct api_call *call, const char *name, int64_t *value)
{
	const struct api_query *query = find_query(call->route, name);
	const char *text = http_query(call->request, name);

	*value = query->kind == QUERY_WORD ? -1 : query->standard;
	if (text == NULL || read_value(query, text, value))
		return true;
	refuse(call, query, text);
	return false;
}

bool
api_read_flag(const struct api_call *call, const char *name, bool *flag)
{
	int64_t value = 0;
	bool read = api_read_query(call, name, &value);

	*flag = value != 0;
	return read;
}

bool
api_read_nothing(const struct api_call *call)
{
	struct body body;
	size_t length;
	const char *text = http_body(call->request, &length);
	bool ok;

	body_init(&body, &call->route->command->schema);
	body_decode(&body, text, length);
	ok = body_ok(&body);
	if (!ok)
		api_answer_body(call->request, &body);
	body_fini(&body);
	return ok;
}

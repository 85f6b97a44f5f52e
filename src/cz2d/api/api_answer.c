/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How answers look, and THE table from errors to HTTP statuses. The sentences
 * come from json.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int statuses[1 - CZ2_ERROR_LAST] = {
	[-CZ2_OK] = 200,
	[-CZ2_ETIMEOUT] = 504,
	[-CZ2_EREFUSED] = 500,
	[-CZ2_ENOTKEPT] = 500,
	[-CZ2_EUNCONFIRMED] = 504,
	[-CZ2_ERANGE] = 422,
	[-CZ2_EZONE] = 404,
	[-CZ2_EGAP] = 422,
	[-CZ2_EIMPLAUSIBLE] = 500,
	[-CZ2_EREADONLY] = 403,
	[-CZ2_ETESTMODE] = 409,
	[-CZ2_ECONFLICT] = 409,
	[-CZ2_EBUSY] = 429,
	[-CZ2_ESTOPPING] = 503,
	[-CZ2_ECLOSED] = 504,
	[-CZ2_EMALFORMED] = 500,
	[-CZ2_ECHECKSUM] = 504,
	[-CZ2_EUNSUPPORTED] = 500,
	[-CZ2_ENOMEM] = 500,
	[-CZ2_EIO] = 503,
	[-CZ2_ENOTFOUND] = 500,
	[-CZ2_ECHANGED] = 409,
};

/* All statuses that a client can see, and after how many seconds it may ask again. */
static const struct {
	int status;
	const char *text;
	const char *retry_after;
} known[] = {
	{200, "Success", NULL},
	{201, "Recorded", NULL},
	{202, "Recorded; it will be carried out", NULL},
	{400, "A malformed request line, header or query value", NULL},
	{401, "No token, or one that is not known", NULL},
	{403, "The token's scope does not suffice, or the daemon only reads (panel.read_only), "
	      "or writes no rows by their address (panel.raw_writes)",
	 NULL},
	{404, "No such zone, device, command or row", NULL},
	{409, "The installer's test mode is on, another device uses our bus address, or what is "
	      "there is not as expected", NULL},
	{413, "The body is too large", NULL},
	{415, "The body is not JSON", NULL},
	{422, "Something in the body or path is not acceptable", NULL},
	{429, "Too many commands are waiting, too many watch, or too many tokens were wrong", "2"},
	{500, "The panel did not take the change; what it took stands in applied", NULL},
	{503, "Not working, or about to stop", "10"},
	{504, "The panel does not answer", NULL},
};

enum { KNOWN = sizeof known / sizeof known[0] };

int
api_status_of(int error)
{
	return error <= 0 && error >= CZ2_ERROR_LAST ? statuses[-error] : 500;
}

const char *
api_status_text(int status)
{
	for (int i = 0; i < KNOWN; i++)
		if (known[i].status == status)
			return known[i].text;
	return NULL;
}

static const char *
retry_after(int status)
{
	for (int i = 0; i < KNOWN; i++)
		if (known[i].status == status)
			return known[i].retry_after;
	return NULL;
}

void
api_answer(struct http_request *request, int status, json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *id = json_string_value(json_object_get(document, "command_id"));
	char place[64];
	const char *headers[3] = {"Retry-After", retry_after(status), NULL};

	if (status == 201) {
		snprintf(place, sizeof place, "/api/v1/commands/%s", id);
		headers[0] = "Location";
		headers[1] = place;
	}
	http_answer(request, status, text, strlen(text), headers[1] != NULL ? headers : NULL);
	free(text);
	json_decref(document);
}

json_t *
api_detail(const char *sentence)
{
	return json_pack("{s:s}", "detail", sentence);
}

void
api_answer_detail(struct http_request *request, int status, json_t *sentence)
{
	api_answer(request, status, json_pack("{s:o}", "detail", sentence));
}

json_t *
api_absent(const char *thing)
{
	return json_pack("{s:s+}", "detail", thing, " not found.");
}

void
api_answer_absent(struct http_request *request, const char *thing)
{
	api_answer(request, 404, api_absent(thing));
}

void
api_answer_body(struct http_request *request, const struct body *body)
{
	api_answer(request, 422, json_pack("{s:O}", "detail", body->errors));
}

/* A rule that only the row just read could show to be broken: 422, like any other. */
static json_t *
rule_detail(const struct outcome *outcome, json_t *input)
{
	json_t *rule = json_problem(outcome);
	json_t *detail = json_pack("[o]", body_rule_error(json_string_value(rule), input));

	json_decref(rule);
	return detail;
}

json_t *
api_failure_document(const struct outcome *outcome, json_t *input)
{
	int status = api_status_of(outcome->error);
	json_t *document = json_object();
	json_t *applied = json_applied(outcome);

	json_object_set_new(document, "detail",
			    status == 422 ? rule_detail(outcome, input) : json_problem(outcome));
	if (status == 500 || json_object_size(applied) > 0)
		json_object_set(document, "applied", applied);
	json_decref(applied);
	return document;
}

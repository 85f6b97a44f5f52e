/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The porter of the routes: asks access, and tells in HTTP's words why somebody does not
 * get in.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECONDS_SIZE = 12 };

/* The scope that the command needs on the route of its own. */
static enum scope
scope_of(const struct command_kind *kind)
{
	const struct api_route *route;

	for (unsigned n = 0; (route = api_route_at(n)) != NULL; n++)
		if (route->command == kind)
			return route->scope;
	return SCOPE_UNSET;
}

static json_t *
sentence(const struct access_verdict *verdict, enum scope needed)
{
	switch (verdict->answer) {
	case ACCESS_NOBODY:
		return json_string("A token is needed: Authorization: Bearer TOKEN.");
	case ACCESS_MALFORMED:
		return json_string("Authorization must be the word Bearer and a token.");
	case ACCESS_UNKNOWN:
		return json_string("There is no such token.");
	case ACCESS_TOO_OFTEN:
		return json_string("Too many tokens from this address were wrong: wait a moment.");
	default:
		return json_sprintf("The token %s has the scope %s; this needs %s.", verdict->name,
				    scope_names[verdict->scope],
				    needed != SCOPE_UNSET ? scope_names[needed] : "more");
	}
}

/* RFC 6750: who brought nothing is not told what was wrong with it. */
static const char *
challenge(enum access_answer answer)
{
	switch (answer) {
	case ACCESS_NOBODY:
		return "Bearer realm=\"cz2d\"";
	case ACCESS_TOO_LITTLE:
		return "Bearer realm=\"cz2d\", error=\"insufficient_scope\"";
	default:
		return "Bearer realm=\"cz2d\", error=\"invalid_token\"";
	}
}

static int
status_of(enum access_answer answer)
{
	if (answer == ACCESS_TOO_OFTEN)
		return 429;
	return answer == ACCESS_TOO_LITTLE ? 403 : 401;
}

static void
refuse(const struct api_call *call, const struct access_verdict *verdict, enum scope needed)
{
	const char *headers[] = {"WWW-Authenticate", challenge(verdict->answer), NULL};
	int status = status_of(verdict->answer);
	char seconds[SECONDS_SIZE];
	json_t *document = json_pack("{s:o}", "detail", sentence(verdict, needed));
	char *text = json_dumps(document, JSON_COMPACT);

	if (status == 429) {
		snprintf(seconds, sizeof seconds, "%d", (int)((verdict->wait_ms + 999) / 1000));
		headers[0] = "Retry-After";
		headers[1] = seconds;
	}
	http_answer(call->request, status, text, strlen(text), headers);
	free(text);
	json_decref(document);
}

bool
api_permits(struct api_call *call)
{
	struct http_request *request = call->request;
	struct http_from from = http_from(request);
	struct access_claim claim = {
		.authorization = http_header(request, "Authorization"),
		.local = from.local,
		.loopback = from.loopback,
		.network = from.network,
		.now = call->now,
	};

	/* Finding out who is on the Unix socket is not cheap. */
	if (claim.authorization != NULL)
		claim.peer = http_peer(request);
	call->caller = access_judge(call->api->parts.access, &claim, call->route->scope);
	if (call->caller.answer == ACCESS_GRANTED)
		return true;
	refuse(call, &call->caller, call->route->scope);
	return false;
}

bool
api_permits_command(const struct api_call *call, const struct command_kind *kind)
{
	struct access_verdict verdict = call->caller;
	enum scope needed = scope_of(kind);

	if (needed != SCOPE_UNSET && verdict.scope >= needed)
		return true;
	verdict.answer = ACCESS_TOO_LITTLE;
	refuse(call, &verdict, needed);
	return false;
}

const char *
api_user(const struct api_call *call)
{
	return call->caller.name[0] != '\0' ? call->caller.name : http_peer(call->request);
}

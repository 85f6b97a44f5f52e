/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A request from its header to its last byte: whether it may pass, its body, and
 * what the handler may ask about it. The body of a refused request is read and
 * forgotten where that is cheap, so that its connection can go on.
 */
#include "build.h"

#include "cz2d/http/http_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/http/http_stream.h"

enum {
	BODY_STEP = 1024,          /* a body's memory begins with this and doubles */
	SWALLOW_MAX = 1024 * 1024, /* of a refused body */
	DETAIL_MAX = 256,
	PEER_MAX = 64,
};

/* Why the handler does not get to see a request. */
struct refusal {
	int status;
	const char *detail;
};

static const struct refusal malformed = {400, NULL}, /* the guard has the words */
			    not_found = {404, "Not Found"},
			    not_allowed = {405, "Method Not Allowed"},
			    misdirected = {421, "Host is no name of ours: http.allowed_hosts "
						"lists those that are."},
			    foreign_page = {403, "A web page of this Origin may not do that: "
						 "http.cors_origins lists those that may."},
			    preflight = {204, ""},
			    too_large = {413, "A body may have at most 65536 bytes."},
			    not_json = {415, "Content-Type must be application/json."};

/* ------------------------------------------------------------------------
 * May it pass?
 */

/* Is the word in a list with commas? */
static bool
lists(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list != '\0') {
		size_t end = strcspn(list, ", ");

		if (end == length && memcmp(list, word, length) == 0)
			return true;
		list += end;
		list += strspn(list, ", ");
	}
	return false;
}

/* From a page of somebody else's; anybody's may look, as he cannot read what we answer. */
static bool
is_foreign(const struct http_request *request)
{
	const struct guard *guard = &request->guard;

	return guard->origin.text != NULL && request->page == NULL &&
	       !lists("GET, HEAD", request->method) && !origin_is_own(guard->origin, guard->host);
}

/* A browser asks beforehand what a page may send us. */
static bool
is_preflight(struct http_request *request)
{
	return request->page != NULL && strcmp(request->method, "OPTIONS") == 0 &&
	       http_header(request, "Access-Control-Request-Method") != NULL;
}

static const struct refusal *
judge(struct http_request *request, const struct http_handler *handler,
      const struct origin_rules *rules)
{
	const struct guard *guard = &request->guard;

	if (request->target_fault != NULL || guard->fault != NULL)
		return &malformed;
	if (!origin_knows_host(rules, guard->host))
		return &misdirected;
	if (guard->origin.text != NULL)
		request->page = origin_listed(rules, guard->origin);
	if (is_foreign(request))
		return &foreign_page;
	request->allow = handler->methods(handler->self, request->path);
	if (request->allow == NULL)
		return &not_found;
	if (is_preflight(request))
		return &preflight;
	if (!lists(request->allow, request->method))
		return &not_allowed;
	if (guard->length > HTTP_BODY_MAX)
		return &too_large;
	/* Who only reads has no use for a body, of whatever type. */
	if (guard_has_body(guard) && guard->foreign && !lists("GET, HEAD", request->method))
		return &not_json;
	return NULL;
}

void
request_judge(struct http_request *request, const struct http_handler *handler,
	      const struct origin_rules *rules)
{
	request->refusal = judge(request, handler, rules);
}

bool
request_refused_at_once(const struct http_request *request)
{
	const struct guard *guard = &request->guard;

	if (request->refusal == NULL)
		return false;
	return request->refusal == &malformed || guard->length > SWALLOW_MAX ||
	       (guard->expects && guard_has_body(guard));
}

/* An hour is what a browser may remember of it; a changed configuration is then seen. */
static void
answer_preflight(struct http_request *request)
{
	const char *const headers[] = {"Access-Control-Allow-Methods",
				       request->allow,
				       "Access-Control-Allow-Headers",
				       "Authorization, Content-Type, Prefer, Idempotency-Key",
				       "Access-Control-Max-Age",
				       "3600",
				       NULL};

	http_answer(request, preflight.status, "", 0, headers);
}

void
request_refuse(struct http_request *request)
{
	const struct refusal *refusal = request->refusal;
	const char *const headers[] = {"Allow", request->allow, NULL};
	const char *detail = refusal->detail;
	char text[DETAIL_MAX];
	int length;

	if (refusal == &preflight) {
		answer_preflight(request);
		return;
	}
	if (refusal == &malformed)
		detail = request->target_fault != NULL ? request->target_fault : request->guard.fault;
	length = snprintf(text, sizeof text, "{\"detail\":\"%s\"}", detail);
	http_answer(request, refusal->status, text, (size_t)length,
		    refusal == &not_allowed ? headers : NULL);
}

/* ------------------------------------------------------------------------
 * The body
 */

/* Grows with what has come, never with what was merely announced. */
static void
make_room(struct http_request *request, size_t size)
{
	size_t room = request->room > 0 ? request->room : BODY_STEP;
	char *grown;

	if (request->room >= size)
		return;
	while (room < size)
		room *= 2;
	grown = mem_new(1, room);
	if (request->body != NULL)
		memcpy(grown, request->body, request->length);
	free(request->body);
	request->body = grown;
	request->room = room;
}

bool
request_take(struct http_request *request, const char *bytes, size_t size)
{
	if (request->refusal == NULL && request->length + size > HTTP_BODY_MAX)
		request->refusal = &too_large; /* chunks do not say in advance */
	if (request->refusal != NULL) {
		request->swallowed += size;
		return request->swallowed <= SWALLOW_MAX;
	}
	make_room(request, request->length + size + 1);
	memcpy(request->body + request->length, bytes, size);
	request->length += size;
	request->body[request->length] = '\0';
	return true;
}

void
request_reset(struct http_request *request)
{
	http_body_free(request->answer);
	http_stream_free(request->stream);
	free(request->body);
	*request = (struct http_request){.guest = request->guest,
					 .door = request->door,
					 .connection = request->connection,
					 .peer = request->peer};
}

/* ------------------------------------------------------------------------
 * What the handler may ask
 */

const char *
http_method(const struct http_request *request)
{
	return request->method;
}

const char *
http_path(const struct http_request *request)
{
	return request->path;
}

const char *
http_body(const struct http_request *request, size_t *length)
{
	*length = request->length;
	return request->body != NULL ? request->body : "";
}

void
http_set_tag(struct http_request *request, void *tag)
{
	request->tag = tag;
}

void *
http_tag(const struct http_request *request)
{
	return request->tag;
}

struct http_from
http_from(const struct http_request *request)
{
	return (struct http_from){.local = guest_is_local(&request->guest),
				  .loopback = guest_is_loopback(&request->guest),
				  .network = guest_network(&request->guest)};
}

const char *
http_peer(struct http_request *request)
{
	if (request->peer == NULL) {
		request->peer = mem_new(1, PEER_MAX);
		guest_name(&request->guest, request->peer, PEER_MAX);
	}
	return request->peer;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A connection and its request, shared by http_door.c, which moves it along, and
 * http_request.c, which decides what may pass and keeps the body. There is one
 * request at a time on a connection, so the memory serves them all.
 */
#ifndef CZ2D_HTTP_REQUEST_H
#define CZ2D_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "cz2d/http/http.h"
#include "cz2d/http/http_crowd.h"
#include "cz2d/http/http_guard.h"

struct MHD_Connection;
struct door;
struct http_stream;
struct refusal;

struct http_request {
	struct guest guest; /* first: a guest of ours is a request */
	struct door *door;
	struct MHD_Connection *connection;
	char *peer; /* NULL until somebody asks */

	/* The header. */
	const char *target_fault; /* NULL, or what is wrong with the target */
	const char *target, *target_end;
	struct guard guard;
	const char *method, *path;
	const char *allow; /* the methods of the path */
	const struct refusal *refusal; /* NULL: it may pass */
	const char *page;  /* the listed origin of the page that asks; NULL: none */
	bool begun; /* the header has been looked at */

	/* The body. */
	char *body;
	size_t length, room, swallowed;

	/* The answer. */
	bool asked; /* the handler has been */
	bool kept;  /* and it answers later */
	bool lost;  /* there will be no answer */
	int status;
	struct http_body *answer;
	struct http_stream *stream; /* of an answer that goes on; NULL: it does not */
	bool rests; /* all that was put has been taken, the connection is suspended */
	void *tag;
};

/* The header is there and guarded: may the request pass? */
void
request_judge(struct http_request *request, const struct http_handler *handler,
	      const struct origin_rules *rules);

/*
 * True when a refusal has to be told before the body: nobody can tell where the body
 * ends, it is endless, or the client has asked before sending it.
 */
bool
request_refused_at_once(const struct http_request *request);

/* Answers a request that may not pass. */
void
request_refuse(struct http_request *request);

/* Takes a piece of the body; false when the connection had better end. */
bool
request_take(struct http_request *request, const char *bytes, size_t size);

/* Forgets all but the connection. */
void
request_reset(struct http_request *request);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The door for HTTP: libmicrohttpd inside our loop. Listens on TCP and on a Unix
 * socket, each with limits of its own; collects bodies; refuses what is malformed
 * before anybody acts on it; suspends a connection while its command is under way
 * and resumes it with the answer. Knows no routes: each complete request goes to
 * the handler it was given.
 */
#ifndef CZ2D_HTTP_H
#define CZ2D_HTTP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct http_request;
struct pair;

enum {
	HTTP_BODY_MAX = 64 * 1024,
	HTTP_LOCAL_MAX = 64, /* connections on the Unix socket */
	HTTP_REQUEST_DEADLINE_MS = 10000, /* from accept; of a later one, from its first byte */
	HTTP_STREAM_ROOM = 64 * 1024, /* of an answer that goes on, what its client has not taken */
};

struct http_config {
	const char *listen;  /* address */
	int port;            /* 0: any */
	const char *socket;  /* path, "" for none */
	int max_connections, max_per_address;
	/*
	 * Lists that are ended by NULL, borrowed: names besides localhost and addresses that
	 * Host may have on TCP (NULL: any; an empty list: this machine's), and origins of web
	 * pages that may use us besides our own (NULL: none).
	 */
	const char *const *allowed_hosts, *const *cors_origins;
	const struct pair *tls; /* of TCP, borrowed; NULL: plain HTTP */
};

/* A body shared by many answers; see http_answer_shared(). */
struct http_body;

struct http_handler {
	void *self;
	/*
	 * The methods of a path: a comma-separated list for Allow, NULL when the
	 * path is unknown. Asked as soon as the header is there, so that nobody
	 * sends a body in vain.
	 */
	const char *(*methods)(void *self, const char *path);
	/*
	 * A complete request. Answer now with http_answer(), or keep the request
	 * and answer later; it stays valid until it is answered or gone() was called.
	 */
	void (*request)(void *self, struct http_request *request);
	/*
	 * A request that was kept will not be answered any more, or an answer that went on is
	 * over: its client left, its time is up, or the door closes. Told once, at http_free()
	 * at the latest.
	 */
	void (*gone)(void *self, struct http_request *request);
};

/* NULL when it cannot listen; why (of why_size) tells the reason. */
struct http *
http_new(const struct http_config *config, const struct http_handler *handler, uv_loop_t *loop,
	 char *why, size_t why_size);

/* The TCP port in use. */
int
http_port(const struct http *http);

/*
 * Takes no new connections. Answers to requests that are kept can still be
 * given; they are flushed before http_free() returns (bounded).
 */
void
http_stop(struct http *http);

/* The loop has to turn once more to let go of it. */
struct http *
http_free(struct http *http);

/* As it was sent: HEAD is answered like GET, the body stays here. */
const char *
http_method(const struct http_request *request);

/* Decoded and checked: no NUL, no control characters. */
const char *
http_path(const struct http_request *request);

/* NULL when absent; "" when it has no value. */
const char *
http_query(struct http_request *request, const char *name);

const char *
http_header(struct http_request *request, const char *name);

/* NUL-terminated behind length bytes. */
const char *
http_body(const struct http_request *request, size_t *length);

/* What a handler keeps with a request that it answers later. */
void
http_set_tag(struct http_request *request, void *tag);
void *
http_tag(const struct http_request *request);

/* Where a request comes from. */
struct http_from {
	bool local;    /* the Unix socket */
	bool loopback; /* TCP from this machine */
	struct in6_addr network; /* IPv4 mapped; of IPv6 the /64; zeros when local */
};

struct http_from
http_from(const struct http_request *request);

/* "local:<user>" on the Unix socket, else the peer's address. */
const char *
http_peer(struct http_request *request);

/*
 * Answers with a JSON text, copied. headers: name, value, ... NULL, or NULL.
 * From the loop only, once per request.
 */
void
http_answer(struct http_request *request, int status, const char *text, size_t length,
	    const char *const *headers);

/* A body that is sent many times without copying. The text is copied once here. */
struct http_body *
http_body_new(const char *text, size_t length);

struct http_body *
http_body_free(struct http_body *body);

/* Answers with status 200. The body may be freed at once. */
void
http_answer_shared(struct http_request *request, struct http_body *body);

/*
 * Answers with status 200 and what is put from now on, until gone() is told: after
 * lifetime_ms (to the second), at http_stop(), or when the client leaves or has taken
 * nothing for long; before this returns when the door is closed already. A last word may be
 * put from within gone(). type is a literal.
 */
void
http_stream_begin(struct http_request *request, const char *type, int64_t lifetime_ms);

/*
 * All of it, or nothing when the client has left too little of HTTP_STREAM_ROOM free: nobody
 * is waited for. False then.
 */
bool
http_stream_put(struct http_request *request, const char *text, size_t length);

#endif

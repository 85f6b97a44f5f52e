/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One way in: a listening socket, the libmicrohttpd daemon behind it, its
 * connections and their requests. The house (http.c) owns two of them and turns
 * them; the functions of http.h that take a request or a body are here too.
 */
#ifndef CZ2D_HTTP_DOOR_H
#define CZ2D_HTTP_DOOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct door;
struct http_handler;
struct origin_rules;
struct pair;

struct door_config {
	int fd; /* listens; the door closes it */
	int max_connections;
	int max_per_address; /* 0: no limit */
	const struct http_handler *handler;
	const struct origin_rules *rules;
	const struct pair *tls; /* NULL: plain HTTP */
	const uv_loop_t *loop; /* for the time */
	/* Have door_run() called soon, but not from within: there is work no descriptor tells of. */
	void (*wake)(void *self);
	void *self;
};

/* Everything in config is borrowed. Never NULL. */
struct door *
door_new(const struct door_config *config);

/* Whoever is still there is cut off: door_stop() and door_is_settled() make a polite end. */
struct door *
door_free(struct door *door);

/* Ready for reading when door_run() has something to do. */
int
door_fd(const struct door *door);

void
door_run(struct door *door);

/* Is anybody there? */
bool
door_has_guests(const struct door *door);

/* Shows out whose time is up, forgets requests whose client is gone. About once a second. */
void
door_sweep(struct door *door);

/* Listens no more; each connection ends with the answer it has been promised. */
void
door_stop(struct door *door);

/* After door_stop(): drops the requests that nobody has answered. */
void
door_forget(struct door *door);

/* True when every answer that was given has left. */
bool
door_is_settled(const struct door *door);

#endif

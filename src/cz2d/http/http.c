/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The house with the two doors, one on TCP and one on the Unix socket, so that
 * nothing that strangers do at the first is felt at the second. Turns both in our
 * loop and ends them politely. What happens at a door is left to http_door.
 */
#include "build.h"

#include "cz2d/http/http.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/http/http_door.h"
#include "cz2d/http/http_listen.h"
#include "cz2d/http/http_origin.h"

enum {
	TCP,
	LOCAL,
	DOORS,

	SWEEP_MS = 1000,
	FLUSH_MS = 1000, /* for the last answers to leave */
	FLUSH_LOOK_MS = 10,
};

struct http {
	struct http_handler handler;
	uv_loop_t *loop;
	struct origin_rules rules[DOORS];
	struct door *doors[DOORS]; /* LOCAL may be NULL */
	char *path;                /* of the Unix socket, NULL once it is removed */
	int port;
	bool stopped;

	uv_poll_t polls[DOORS];
	uv_idle_t again;  /* active: some door has work that no descriptor tells of */
	uv_timer_t sweep; /* active while anybody is there */
	int handles;      /* that are not closed yet */
};

/* ------------------------------------------------------------------------
 * The loop
 */

static void
on_sweep(uv_timer_t *timer);

static void
run(struct http *http)
{
	bool guests = false;

	for (int n = 0; n < DOORS; n++) {
		if (http->doors[n] == NULL)
			continue;
		door_run(http->doors[n]);
		guests = guests || door_has_guests(http->doors[n]);
	}
	if (!guests)
		uv_timer_stop(&http->sweep);
	else if (!uv_is_active((uv_handle_t *)&http->sweep))
		uv_timer_start(&http->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
}

static void
on_sweep(uv_timer_t *timer)
{
	struct http *http = timer->data;

	for (int n = 0; n < DOORS; n++)
		if (http->doors[n] != NULL)
			door_sweep(http->doors[n]);
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(poll->data);
}

static void
on_again(uv_idle_t *idle)
{
	uv_idle_stop(idle);
	run(idle->data);
}

/* However many answers are given in a turn of the loop, the doors run once for them. */
static void
wake(void *self)
{
	struct http *http = self;

	uv_idle_start(&http->again, on_again);
}

/* 0, or libuv's error; then the loop is left again by http_free(). */
static int
join_loop(struct http *http)
{
	uv_idle_init(http->loop, &http->again);
	uv_timer_init(http->loop, &http->sweep);
	http->again.data = http->sweep.data = http;
	http->handles = 2;
	for (int n = 0; n < DOORS && http->doors[n] != NULL; n++) {
		int error = uv_poll_init(http->loop, &http->polls[n], door_fd(http->doors[n]));

		if (error != 0)
			return error;
		http->polls[n].data = http;
		http->handles++;
		uv_poll_start(&http->polls[n], UV_READABLE, on_ready);
	}
	return 0;
}

static bool
is_in_loop(const uv_poll_t *poll)
{
	return uv_handle_get_type((const uv_handle_t *)poll) != UV_UNKNOWN_HANDLE;
}

/* The house is gone when the loop has let go of it. */
static void
on_closed(uv_handle_t *handle)
{
	struct http *http = handle->data;

	if (--http->handles == 0)
		free(http);
}

static void
leave_loop(struct http *http)
{
	uv_close((uv_handle_t *)&http->again, on_closed);
	uv_close((uv_handle_t *)&http->sweep, on_closed);
	for (int n = 0; n < DOORS; n++)
		if (is_in_loop(&http->polls[n]))
			uv_close((uv_handle_t *)&http->polls[n], on_closed);
}

/* ------------------------------------------------------------------------
 * Birth
 */

static struct door *
open_door(struct http *http, int which, int fd, const struct pair *tls, int max_connections,
	  int max_per_address)
{
	const struct door_config config = {
		.fd = fd,
		.max_connections = max_connections,
		.max_per_address = max_per_address,
		.handler = &http->handler,
		.rules = &http->rules[which],
		.tls = tls,
		.loop = http->loop,
		.wake = wake,
		.self = http,
	};

	return door_new(&config);
}

/* The sockets of both doors, -1 for one that is not wanted. False with why. */
static bool
listen_all(const struct http_config *config, int *port, int fds[DOORS], char *why, size_t why_size)
{
	fds[TCP] = http_listen_tcp(config->listen, port, why, why_size);
	fds[LOCAL] = -1;
	if (fds[TCP] < 0)
		return false;
	if (config->socket[0] == '\0')
		return true;
	fds[LOCAL] = http_listen_unix(config->socket, why, why_size);
	if (fds[LOCAL] < 0)
		close(fds[TCP]);
	return fds[LOCAL] >= 0;
}

struct http *
http_new(const struct http_config *config, const struct http_handler *handler, uv_loop_t *loop,
	 char *why, size_t why_size)
{
	int port = config->port, fds[DOORS], error;
	struct http *http;

	if (!listen_all(config, &port, fds, why, why_size))
		return NULL;
	http = mem_new(1, sizeof *http);
	http->handler = *handler;
	http->loop = loop;
	http->port = port;
	origin_init(&http->rules[TCP], config->allowed_hosts, config->cors_origins);
	origin_init(&http->rules[LOCAL], NULL, config->cors_origins);
	http->doors[TCP] = open_door(http, TCP, fds[TCP], config->tls, config->max_connections,
				     config->max_per_address);
	if (fds[LOCAL] >= 0) {
		http->path = mem_text(config->socket);
		http->doors[LOCAL] = open_door(http, LOCAL, fds[LOCAL], NULL, HTTP_LOCAL_MAX, 0);
	}
	error = join_loop(http);
	if (error == 0)
		return http;
	snprintf(why, why_size, "cannot wait for clients: %s", uv_strerror(error));
	return http_free(http);
}

int
http_port(const struct http *http)
{
	return http->port;
}

/* ------------------------------------------------------------------------
 * The end
 */

/* The path goes first: once nobody listens, another daemon may put its own there. */
void
http_stop(struct http *http)
{
	if (http->path != NULL)
		unlink(http->path);
	free(http->path);
	http->path = NULL;
	for (int n = 0; n < DOORS; n++)
		if (http->doors[n] != NULL)
			door_stop(http->doors[n]);
}

static bool
is_settled(const struct http *http)
{
	for (int n = 0; n < DOORS; n++)
		if (http->doors[n] != NULL && !door_is_settled(http->doors[n]))
			return false;
	return true;
}

/* The loop may have stopped turning for good: the doors are turned by hand. */
static void
flush(struct http *http)
{
	int64_t deadline = clock_now() + FLUSH_MS;
	struct pollfd wait[DOORS];

	for (int n = 0; n < DOORS; n++)
		wait[n] = (struct pollfd){
			.fd = http->doors[n] != NULL ? door_fd(http->doors[n]) : -1,
			.events = POLLIN};
	for (run(http); !is_settled(http) && clock_now() < deadline; run(http))
		poll(wait, DOORS, FLUSH_LOOK_MS);
}

struct http *
http_free(struct http *http)
{
	if (http == NULL)
		return NULL;
	http_stop(http);
	for (int n = 0; n < DOORS; n++)
		if (http->doors[n] != NULL)
			door_forget(http->doors[n]);
	flush(http);
	leave_loop(http);
	for (int n = 0; n < DOORS; n++)
		http->doors[n] = door_free(http->doors[n]);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The loop: one timer of microseconds (libuv's own has milliseconds), signals,
 * and the settling after each event. Descriptors are in channel.c and
 * control_socket.c.
 */
#include "build.h"

#include "cz2sim/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2sim/server_internal.h"

enum { MICROSECONDS = 1000000 };

int64_t
server_now(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

static void
arm_timer(struct server *server)
{
	int64_t wake = sim_wake(server->sim);
	struct itimerspec when = {
		.it_value = {.tv_sec = wake / MICROSECONDS, .tv_nsec = wake % MICROSECONDS * 1000},
	};

	timerfd_settime(server->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void
server_settle(struct server *server)
{
	sim_step(server->sim, server_now());
	channel_flush_all(server);
	arm_timer(server);
}

static void
on_timer(uv_poll_t *poll, int status, int events)
{
	struct server *server = poll->data;
	uint64_t expirations;

	(void)status;
	(void)events;
	if (read(server->timer_fd, &expirations, sizeof expirations) > 0)
		server_settle(server);
}

static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

static void
free_poll(uv_handle_t *handle)
{
	free(handle);
}

uv_poll_t *
server_poll_new(struct server *server, int fd, void *data)
{
	uv_poll_t *poll = mem_new(1, sizeof *poll);

	if (uv_poll_init(&server->loop, poll, fd) != 0) {
		free(poll);
		return NULL;
	}
	poll->data = data;
	return poll;
}

void
server_poll_close(uv_poll_t *poll)
{
	uv_poll_stop(poll);
	uv_close((uv_handle_t *)poll, free_poll);
}

static void
host_hang_up(void *context, int client)
{
	channel_hang_up(context, client);
}

static const char *
host_pty(void *context)
{
	struct server *server = context;

	return server->options.pty ? server->pty.path : NULL;
}

static void
host_quit(void *context)
{
	struct server *server = context;

	uv_stop(&server->loop);
}

static int
start_loop(struct server *server)
{
	uv_loop_init(&server->loop);
	server->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (server->timer_fd < 0)
		return -1;
	uv_poll_init(&server->loop, &server->timer, server->timer_fd);
	server->timer.data = server;
	uv_poll_start(&server->timer, UV_READABLE, on_timer);
	uv_signal_init(&server->loop, &server->terminate);
	uv_signal_init(&server->loop, &server->interrupt);
	uv_signal_start(&server->terminate, on_signal, SIGTERM);
	uv_signal_start(&server->interrupt, on_signal, SIGINT);
	return 0;
}

static int
open_doors(struct server *server)
{
	const struct options *options = &server->options;

	if (options->control != NULL && control_socket_open(server) != 0)
		return -1;
	if (options->pty && channel_open_pty(server) != 0)
		return -1;
	if (options->pty)
		printf("%s\n", server->pty.path);
	if (options->listen != NULL && channel_listen(server) != 0)
		return -1;
	fflush(stdout);
	return 0;
}

struct server *
server_new(const struct options *options)
{
	struct server *server = mem_new(1, sizeof *server);
	const struct sim_host host = {
		.hang_up = host_hang_up, .pty = host_pty, .quit = host_quit, .context = server};

	server->options = *options;
	server->listener_fd = server->control_fd = -1;
	server->pty.master = server->pty.slave = server->pty.watch = -1;
	signal(SIGPIPE, SIG_IGN);
	server->sim = sim_new(&options->sim, &host, server_now());
	if (start_loop(server) == 0 && open_doors(server) == 0) {
		server_settle(server);
		return server;
	}
	return server_free(server);
}

static void
close_handle(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

struct server *
server_free(struct server *server)
{
	if (server == NULL)
		return NULL;
	channel_close_all(server);
	control_socket_close(server);
	uv_walk(&server->loop, close_handle, NULL);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	uv_loop_close(&server->loop);
	if (server->timer_fd >= 0)
		close(server->timer_fd);
	sim_free(server->sim);
	free(server);
	return NULL;
}

void
server_run(struct server *server)
{
	uv_run(&server->loop, UV_RUN_DEFAULT);
}

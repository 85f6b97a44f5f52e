/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Shared by server.c (loop and time), channel.c (clients of the line) and
 * control_socket.c (clients of the control socket).
 */
#ifndef CZ2SIM_SERVER_INTERNAL_H
#define CZ2SIM_SERVER_INTERNAL_H

#include <uv.h>

#include "cz2sim/pty.h"
#include "cz2sim/server.h"

enum { CHANNELS = SIM_CLIENTS, CONTROL_CLIENTS = 16 };

/* One client of the line: a TCP connection, or the pseudo-terminal. */
struct channel {
	bool open;
	bool is_pty;
	bool reading;
	int fd;
	int client; /* its number in the simulation */
	uv_poll_t *poll;
	uv_poll_t *watch; /* of the pseudo-terminal, or NULL */
	struct server *server;
};

struct control_client;

struct server {
	struct options options;
	struct sim *sim;
	uv_loop_t loop;
	uv_poll_t timer;
	int timer_fd;
	uv_signal_t terminate, interrupt;
	uv_poll_t listener, control;
	int listener_fd, control_fd;
	struct pty pty;
	struct channel channels[CHANNELS];
	struct control_client *controls[CONTROL_CLIENTS];
};

/* Microseconds of CLOCK_MONOTONIC. */
int64_t
server_now(void);

/* After every event: lets time pass in the simulation and bytes out. */
void
server_settle(struct server *server);

/* A poll handle on a descriptor; close that after server_poll_close(). */
uv_poll_t *
server_poll_new(struct server *server, int fd, void *data);

void
server_poll_close(uv_poll_t *poll);

/* channel.c */
int
channel_listen(struct server *server);

int
channel_open_pty(struct server *server);

/* client: its number in the simulation, or 0 for all. */
void
channel_hang_up(struct server *server, int client);

/* Moves what is due for the clients, and reads from them only while there is room. */
void
channel_flush_all(struct server *server);

void
channel_close_all(struct server *server);

/* control_socket.c */
int
control_socket_open(struct server *server);

void
control_socket_close(struct server *server);

#endif

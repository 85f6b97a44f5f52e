/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The Unix socket of the control commands: lines in, lines out. What a line
 * means is control.c's business. It trusts its clients no further than to wait
 * for them while they read an answer: a test's log can be long.
 */
#include "build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2sim/server_internal.h"

enum { LINE_MAX_BYTES = 65536, BACKLOG = 16 };

struct control_client {
	struct server *server;
	uv_poll_t *poll;
	int fd, index;
	char input[LINE_MAX_BYTES];
	size_t length;
	char *output; /* not yet written, from sent on; NULL: nothing */
	size_t output_length, sent;
};

static void
close_client(struct control_client *client)
{
	client->server->controls[client->index] = NULL;
	server_poll_close(client->poll);
	close(client->fd);
	free(client->output);
	free(client);
}

static void
answer_with(struct control_client *client, const char *text)
{
	size_t length = strlen(text);

	client->output = mem_new(length + 2, 1);
	client->output_length = length + 1;
	snprintf(client->output, length + 2, "%s\n", text);
}

/* False when the client is gone. */
static bool
write_out(struct control_client *client)
{
	while (client->sent < client->output_length) {
		ssize_t length = write(client->fd, client->output + client->sent,
				       client->output_length - client->sent);

		if (length < 0)
			return errno == EAGAIN || errno == EINTR;
		client->sent += (size_t)length;
	}
	free(client->output);
	client->output = NULL;
	client->output_length = client->sent = 0;
	return true;
}

/* The next whole line of the input, to be freed; NULL when there is none. */
static char *
take_line(struct control_client *client)
{
	char *end = memchr(client->input, '\n', client->length);
	size_t length;
	char *line;

	if (end == NULL)
		return NULL;
	length = (size_t)(end - client->input);
	line = mem_new(length + 1, 1);
	memcpy(line, client->input, length);
	client->length -= length + 1;
	memmove(client->input, end + 1, client->length);
	return line;
}

/* One answer after the other, so that a slow reader holds up nobody but himself. */
static void
obey(struct control_client *client)
{
	char *line;

	while (client->output == NULL && (line = take_line(client)) != NULL) {
		char *answer = sim_control(client->server->sim, line, server_now());

		answer_with(client, answer);
		free(answer);
		free(line);
		if (!write_out(client))
			client->length = 0;
	}
}

/* False at the end of the client. */
static bool
read_in(struct control_client *client)
{
	size_t room = sizeof client->input - client->length;
	ssize_t length;

	if (room == 0)
		return client->output != NULL;
	length = read(client->fd, client->input + client->length, room);
	if (length > 0)
		client->length += (size_t)length;
	return length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
on_client(uv_poll_t *poll, int status, int events)
{
	struct control_client *client = poll->data;
	struct server *server = client->server;
	bool alive = status == 0;

	if (alive && (events & UV_WRITABLE) != 0)
		alive = write_out(client);
	if (alive && (events & UV_READABLE) != 0)
		alive = read_in(client);
	if (alive)
		obey(client);
	if (alive)
		uv_poll_start(poll, client->output != NULL ? UV_WRITABLE : UV_READABLE, on_client);
	else
		close_client(client);
	server_settle(server);
}

static void
on_connection(uv_poll_t *poll, int status, int events)
{
	struct server *server = poll->data;
	int fd = accept4(server->control_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct control_client *client;
	int index = 0;

	(void)status;
	(void)events;
	while (index < CONTROL_CLIENTS && server->controls[index] != NULL)
		index++;
	if (fd >= 0 && index == CONTROL_CLIENTS)
		close(fd);
	if (fd < 0 || index == CONTROL_CLIENTS)
		return;
	client = mem_new(1, sizeof *client);
	client->server = server;
	client->fd = fd;
	client->index = index;
	client->poll = server_poll_new(server, fd, client);
	if (client->poll == NULL) {
		close(fd);
		free(client);
		return;
	}
	server->controls[index] = client;
	uv_poll_start(client->poll, UV_READABLE, on_client);
}

/* Whether somebody is behind the socket that lies there. */
static bool
is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool served = fd >= 0 && (connect(fd, (const struct sockaddr *)address,
					  sizeof *address) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return served;
}

/* A socket that was left there is replaced, and nothing else. */
static int
make_room(const struct sockaddr_un *address)
{
	struct stat file;

	if (lstat(address->sun_path, &file) != 0)
		return 0;
	if (!S_ISSOCK(file.st_mode) || is_served(address)) {
		errno = S_ISSOCK(file.st_mode) ? EADDRINUSE : EEXIST;
		return -1;
	}
	return unlink(address->sun_path);
}

static int
bind_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	if (make_room(&address) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int
control_socket_open(struct server *server)
{
	server->control_fd = bind_path(server->options.control);
	if (server->control_fd < 0) {
		fprintf(stderr, "cz2sim: no control socket at %s: %s\n", server->options.control,
			strerror(errno));
		return -1;
	}
	uv_poll_init(&server->loop, &server->control, server->control_fd);
	server->control.data = server;
	uv_poll_start(&server->control, UV_READABLE, on_connection);
	return 0;
}

void
control_socket_close(struct server *server)
{
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		if (server->controls[i] != NULL)
			close_client(server->controls[i]);
	if (server->control_fd < 0)
		return;
	unlink(server->options.control);
	uv_close((uv_handle_t *)&server->control, NULL);
	close(server->control_fd);
}

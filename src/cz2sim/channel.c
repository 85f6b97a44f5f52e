/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Clients of the line, on TCP or on the pseudo-terminal: bytes in, bytes out,
 * coming, going and being hung up on.
 */
#include "build.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cz2sim/server_internal.h"

enum { CHUNK = 4096, BACKLOG = 16 };

static void
close_channel(struct channel *channel)
{
	if (!channel->open)
		return;
	channel->open = false;
	sim_disconnect(channel->server->sim, channel->client);
	server_poll_close(channel->poll);
	if (channel->watch != NULL)
		server_poll_close(channel->watch);
	if (channel->is_pty)
		pty_close(&channel->server->pty);
	else
		close(channel->fd);
}

static void
on_bytes(uv_poll_t *poll, int status, int events)
{
	struct channel *channel = poll->data;
	struct server *server = channel->server;
	uint8_t bytes[CHUNK];
	size_t room = sim_room(server->sim, channel->client);
	ssize_t length;

	(void)events;
	length = read(channel->fd, bytes, room < sizeof bytes ? room : sizeof bytes);
	if (length > 0)
		sim_input(server->sim, channel->client, bytes, (size_t)length, server_now());
	else if (status < 0 || (room > 0 && (length == 0 || (errno != EAGAIN && errno != EINTR))))
		close_channel(channel);
	server_settle(server);
}

static struct channel *
add_channel(struct server *server, int fd, bool is_pty)
{
	struct channel *channel;
	int client = sim_connect(server->sim, server_now());

	if (client < 1)
		return NULL;
	channel = &server->channels[client - 1];
	*channel = (struct channel){
		.open = true, .is_pty = is_pty, .fd = fd, .client = client, .server = server};
	channel->poll = server_poll_new(server, fd, channel);
	if (channel->poll == NULL) {
		channel->open = false;
		sim_disconnect(server->sim, client);
		return NULL;
	}
	channel->reading = true;
	uv_poll_start(channel->poll, UV_READABLE, on_bytes);
	return channel;
}

static void
on_user(uv_poll_t *poll, int status, int events)
{
	struct server *server = poll->data;

	(void)status;
	(void)events;
	pty_look(&server->pty);
}

static void
watch_pty(struct server *server, struct channel *channel)
{
	if (server->pty.watch < 0)
		return;
	channel->watch = server_poll_new(server, server->pty.watch, server);
	if (channel->watch != NULL)
		uv_poll_start(channel->watch, UV_READABLE, on_user);
}

int
channel_open_pty(struct server *server)
{
	struct channel *channel = NULL;

	if (pty_open(&server->pty, server->options.link) == 0)
		channel = add_channel(server, server->pty.master, true);
	if (channel == NULL) {
		const char *link = server->options.link;

		fprintf(stderr, "cz2sim: no pseudo-terminal%s%s: %s\n", link != NULL ? " at " : "",
			link != NULL ? link : "", strerror(errno));
		return -1;
	}
	watch_pty(server, channel);
	return 0;
}

static void
on_connection(uv_poll_t *poll, int status, int events)
{
	struct server *server = poll->data;
	int one = 1;
	int fd = accept4(server->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)status;
	(void)events;
	if (fd < 0)
		return;
	/* Each byte leaves at its moment, not when the kernel finds it worth a segment. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (add_channel(server, fd, false) == NULL)
		close(fd);
	server_settle(server);
}

static int
bind_to(const struct addrinfo *address)
{
	int one = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	close(fd);
	return -1;
}

static void
print_address(int fd)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	char host[OPTIONS_HOST_SIZE], port[OPTIONS_PORT_SIZE];

	getsockname(fd, (struct sockaddr *)&address, &size);
	getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
		    NI_NUMERICHOST | NI_NUMERICSERV);
	printf(strchr(host, ':') != NULL ? "[%s]:%s\n" : "%s:%s\n", host, port);
}

int
channel_listen(struct server *server)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	const struct options *options = &server->options;
	struct addrinfo *addresses = NULL;
	int error = getaddrinfo(options->host, options->port, &hints, &addresses);

	if (error != 0) {
		fprintf(stderr, "cz2sim: --listen %s: %s\n", options->listen, gai_strerror(error));
		return -1;
	}
	server->listener_fd = bind_to(addresses);
	freeaddrinfo(addresses);
	if (server->listener_fd < 0) {
		fprintf(stderr, "cz2sim: cannot listen on %s: %s\n", options->listen,
			strerror(errno));
		return -1;
	}
	uv_poll_init(&server->loop, &server->listener, server->listener_fd);
	server->listener.data = server;
	uv_poll_start(&server->listener, UV_READABLE, on_connection);
	print_address(server->listener_fd);
	return 0;
}

void
channel_hang_up(struct server *server, int client)
{
	/* A device that comes back has another name as long as the old one is there. */
	int old = fcntl(server->pty.master, F_DUPFD_CLOEXEC, 0);
	bool pty_gone = false;

	for (int i = 0; i < CHANNELS; i++) {
		struct channel *channel = &server->channels[i];

		if (!channel->open || (client != 0 && channel->client != client))
			continue;
		pty_gone |= channel->is_pty;
		close_channel(channel);
	}
	if (pty_gone && channel_open_pty(server) != 0)
		uv_stop(&server->loop);
	if (old >= 0)
		close(old);
}

/* What a client does not take is lost, as on a wire. False when it is gone. */
static bool
write_to(struct channel *channel, const uint8_t *bytes, size_t length)
{
	struct pty *pty = &channel->server->pty;

	if (channel->is_pty && !pty_in_use(pty))
		pty_look(pty);
	if (channel->is_pty && !pty_in_use(pty))
		return true;
	return write(channel->fd, bytes, length) >= 0 || errno == EAGAIN || errno == EINTR;
}

static void
flush(struct channel *channel)
{
	struct sim *sim = channel->server->sim;
	uint8_t bytes[CHUNK];
	size_t length;

	while ((length = sim_output(sim, channel->client, bytes, sizeof bytes)) > 0)
		if (!write_to(channel, bytes, length)) {
			close_channel(channel);
			return;
		}
}

static void
read_while_room(struct channel *channel)
{
	bool wanted = sim_room(channel->server->sim, channel->client) > 0;

	if (wanted == channel->reading)
		return;
	channel->reading = wanted;
	uv_poll_start(channel->poll, wanted ? UV_READABLE : 0, on_bytes);
}

void
channel_flush_all(struct server *server)
{
	for (int i = 0; i < CHANNELS; i++) {
		struct channel *channel = &server->channels[i];

		if (channel->open)
			flush(channel);
		if (channel->open)
			read_while_room(channel);
	}
}

void
channel_close_all(struct server *server)
{
	for (int i = 0; i < CHANNELS; i++)
		close_channel(&server->channels[i]);
	if (server->options.link != NULL)
		pty_remove_link(server->options.link);
	if (server->listener_fd < 0)
		return;
	uv_close((uv_handle_t *)&server->listener, NULL);
	close(server->listener_fd);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A transparent serial bridge on TCP, by numeric address; names are looked up
 * before.
 */
#include "build.h"

#include "link/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link/lookup.h"

/* A bridge that lost its power says nothing: it is noticed within 20 to 25 s of silence. */
enum {
	KEEPALIVE_IDLE_S = 10,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 3,
	UNACKNOWLEDGED_MS = 10000, /* what we sent */
};

static const struct {
	int level, name, value;
} options[] = {
	{IPPROTO_TCP, TCP_NODELAY, 1},
	{SOL_SOCKET, SO_KEEPALIVE, 1},
	{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S},
	{IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S},
	{IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT},
	{IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS},
};

static const struct {
	int error;
	const char *text;
} failures[] = {
	{ECONNREFUSED, "connection refused (nothing listens there)"},
	{EHOSTUNREACH, "the host cannot be reached"},
	{ENETUNREACH, "its network cannot be reached"},
	{ETIMEDOUT, "no answer"},
	{ECONNRESET, "the other end closed the connection at once"},
};

static int
explain(int error, char *why, size_t why_size)
{
	const char *text = strerror(error);

	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
		if (failures[i].error == error)
			text = failures[i].text;
	snprintf(why, why_size, "%s", text);
	return -error;
}

static int
tcp_open(const char *target, int *fd, char *why, size_t why_size)
{
	struct sockaddr_storage address;
	socklen_t length;
	int error;

	if (!lookup_numeric(target, &address, &length)) {
		snprintf(why, why_size, "it is no numeric address with a port");
		return -EINVAL;
	}
	*fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return explain(errno, why, why_size);
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		setsockopt(*fd, options[i].level, options[i].name, &options[i].value,
			   sizeof options[i].value);
	if (connect(*fd, (const struct sockaddr *)&address, length) == 0 || errno == EINPROGRESS)
		return 1;
	error = explain(errno, why, why_size);
	close(*fd);
	return error;
}

/*
 * Whoever connects to a closed port of his own host again and again is, one day,
 * given that very port to call from, and is connected with himself.
 */
static bool
is_own_end(int fd)
{
	struct sockaddr_storage here = {0}, there = {0};
	socklen_t here_length = sizeof here, there_length = sizeof there;

	return getsockname(fd, (struct sockaddr *)&here, &here_length) == 0 &&
	       getpeername(fd, (struct sockaddr *)&there, &there_length) == 0 &&
	       here_length == there_length && memcmp(&here, &there, here_length) == 0;
}

static int
tcp_finish(int fd, char *why, size_t why_size)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	int error = 0;
	socklen_t length = sizeof error;

	if (poll(&wait, 1, 0) <= 0)
		return -EINPROGRESS;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		error = errno;
	if (error == 0 && is_own_end(fd))
		error = ECONNREFUSED;
	return error == 0 ? 0 : explain(error, why, why_size);
}

const struct link_kind link_tcp = {
	.name = "tcp",
	.slow_frames = true,
	.open = tcp_open,
	.finish = tcp_finish,
};

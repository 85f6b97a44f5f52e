/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Every wait is for a condition, with patience that only a failing test needs.
 */
#include "build.h"

#include "loopback.h"

#include <check.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"

enum { TURN_MS = 5 };

static char directory[LOOPBACK_PATH_MAX];

void
loopback_new_path(char path[LOOPBACK_PATH_MAX])
{
	strcpy(directory, "/tmp/check_link.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_lt(snprintf(path, LOOPBACK_PATH_MAX, "%s/panel", directory),
			 LOOPBACK_PATH_MAX);
}

void
loopback_tidy(void)
{
	char path[LOOPBACK_PATH_MAX + sizeof "/panel"];

	if (directory[0] == '\0')
		return;
	snprintf(path, sizeof path, "%s/panel", directory);
	unlink(path);
	rmdir(directory);
	directory[0] = '\0';
}

int
loopback_new_pty(const char *path)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios settings;
	char name[LOOPBACK_PATH_MAX];

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd), 0);
	ck_assert_int_eq(unlockpt(fd), 0);
	ck_assert_int_eq(tcgetattr(fd, &settings), 0);
	cfmakeraw(&settings);
	ck_assert_int_eq(tcsetattr(fd, TCSANOW, &settings), 0);
	ck_assert_int_eq(ptsname_r(fd, name, sizeof name), 0);
	unlink(path);
	ck_assert_int_eq(symlink(name, path), 0);
	return fd;
}

int
loopback_listen(const char *address, int backlog, char target[LOOPBACK_PATH_MAX])
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct sockaddr_storage bound;
	socklen_t length = sizeof bound;
	struct addrinfo *found;
	bool colons = strchr(address, ':') != NULL;
	char port[NI_MAXSERV];
	int fd;

	ck_assert_int_eq(getaddrinfo(address, "0", &hints, &found), 0);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, found->ai_addr, found->ai_addrlen) != 0 ||
	    listen(fd, backlog) != 0) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	if (fd < 0)
		return -1;
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&bound, &length), 0);
	ck_assert_int_eq(getnameinfo((struct sockaddr *)&bound, length, NULL, 0, port, sizeof port,
				     NI_NUMERICSERV), 0);
	snprintf(target, LOOPBACK_PATH_MAX, "%s%s%s:%s", colons ? "[" : "", address,
		 colons ? "]" : "", port);
	return fd;
}

static void
wait_for(int fd, short events)
{
	struct pollfd wait = {.fd = fd, .events = events};

	ck_assert_int_eq(poll(&wait, 1, LOOPBACK_PATIENCE_MS), 1);
}

int
loopback_accept(int listener)
{
	int fd;

	wait_for(listener, POLLIN);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

void
loopback_write(int fd, const void *bytes, size_t length)
{
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
}

void
loopback_read(int fd, void *bytes, size_t length)
{
	uint8_t *next = bytes;

	while (length > 0) {
		ssize_t got;

		wait_for(fd, POLLIN);
		got = read(fd, next, length);
		ck_assert_int_gt(got, 0);
		next += got;
		length -= (size_t)got;
	}
}

void
loopback_link_read(struct link *link, uint8_t *bytes, size_t length, int64_t now)
{
	while (length > 0) {
		size_t got;

		wait_for(link_fd(link), POLLIN);
		got = link_read(link, bytes, length, now);
		ck_assert_uint_gt(got, 0);
		bytes += got;
		length -= got;
	}
}

void
loopback_step_until(struct link *link, enum link_state state, int64_t now)
{
	int64_t patience = clock_now() + LOOPBACK_PATIENCE_MS;

	for (link_step(link, now); link_state(link) != state; link_step(link, now)) {
		short events = link_state(link) == LINK_OPENING ? POLLOUT : POLLIN;
		struct pollfd wait = {.fd = link_fd(link), .events = events};

		ck_assert_msg(clock_now() < patience, "the link is in state %d, not %d: %s",
			      link_state(link), state, link_why(link));
		poll(&wait, 1, TURN_MS);
	}
}

void
loopback_read_until_closed(struct link *link, int64_t now)
{
	uint8_t bytes[64];

	while (link_state(link) == LINK_OPEN) {
		wait_for(link_fd(link), POLLIN);
		link_read(link, bytes, sizeof bytes, now);
	}
	ck_assert_int_eq(link_fd(link), -1);
}

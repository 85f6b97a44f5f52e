/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Sockets that listen, made so that a second daemon is told in words that the
 * first one is there. Accepting is left to the HTTP library.
 */
#include "build.h"

#include "cz2d/http/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parent.h"

enum {
	BACKLOG = 128,
	SOCKET_FLAGS = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	SOCKET_UMASK = 0117, /* leaves 0660 */
	DIRECTORY_MODE = 0755,
};

/* ------------------------------------------------------------------------
 * TCP
 */

/* What the kernel chose for port 0; -1 with errno when it does not say. */
static int
port_of(int fd)
{
	struct sockaddr_storage name = {0};
	socklen_t length = sizeof name;

	if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
		return -1;
	if (name.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
	/* All of name is set. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	return ntohs(((struct sockaddr_in *)&name)->sin_port);
}

/* The descriptor, or -1 with errno. */
static int
listen_at(const struct addrinfo *at, int *port)
{
	int fd = socket(at->ai_family, SOCKET_FLAGS, 0);
	int yes = 1, no = 0, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (at->ai_family == AF_INET6) /* "::" means every address, the old ones too */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0 &&
	    (*port = port_of(fd)) >= 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
http_listen_tcp(const char *address, int *port, char *why, size_t why_size)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found;
	char service[16];
	int fd = -1, error;

	snprintf(service, sizeof service, "%d", *port);
	error = getaddrinfo(address, service, &hints, &found);
	if (error != 0) {
		snprintf(why, why_size, "cannot listen on %s (http.listen): %s", address,
			 gai_strerror(error));
		return -1;
	}
	for (const struct addrinfo *at = found; fd < 0 && at != NULL; at = at->ai_next)
		fd = listen_at(at, port);
	if (fd < 0)
		snprintf(why, why_size, "cannot listen on %s, port %s (http.listen, http.port): %s",
			 address, service, strerror(errno));
	freeaddrinfo(found);
	return fd;
}

/* ------------------------------------------------------------------------
 * Unix
 */

/* True when the path is free for us, perhaps after a dead daemon's socket was removed. */
static bool
clear_the_way(const struct sockaddr_un *name, int fd, char *why, size_t why_size)
{
	struct stat file;

	if (lstat(name->sun_path, &file) != 0)
		return true;
	if (!S_ISSOCK(file.st_mode)) {
		snprintf(why, why_size, "cannot listen on %s: it is there and is no socket",
			 name->sun_path);
		return false;
	}
	/* EAGAIN: somebody lives there, who is busy. */
	if (connect(fd, (const struct sockaddr *)name, sizeof *name) == 0 || errno == EAGAIN) {
		snprintf(why, why_size, "cannot listen on %s: another daemon already does",
			 name->sun_path);
		return false;
	}
	if (errno == ECONNREFUSED && unlink(name->sun_path) == 0)
		return true;
	snprintf(why, why_size, "cannot replace %s: %s", name->sun_path, strerror(errno));
	return false;
}

/* The mode is right from the first moment: nobody slips in before a chmod. */
static int
bind_private(int fd, const struct sockaddr_un *name)
{
	mode_t before = umask(SOCKET_UMASK);
	int result = bind(fd, (const struct sockaddr *)name, sizeof *name);

	umask(before);
	return result;
}

int
http_listen_unix(const char *path, char *why, size_t why_size)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof name.sun_path) {
		snprintf(why, why_size, "cannot listen on %s: a socket's path has at most %zu bytes",
			 path, sizeof name.sun_path - 1);
		return -1;
	}
	memcpy(name.sun_path, path, strlen(path));
	parent_make(path, DIRECTORY_MODE, "http");
	fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
	if (fd >= 0 && !clear_the_way(&name, fd, why, why_size)) {
		close(fd);
		return -1;
	}
	if (fd >= 0 && bind_private(fd, &name) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	snprintf(why, why_size, "cannot listen on %s (http.socket): %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

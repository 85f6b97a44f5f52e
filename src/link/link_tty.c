/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The guards around a terminal. Speed and format are set by the kinds of link
 * that use them.
 */
#include "build.h"

#include "link/link_tty.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { STALE_READS_MAX = 16, STALE_WAIT_MS = 2 };

static void
explain_permission(const char *path, char *why, size_t why_size)
{
	const struct passwd *user;
	const struct group *group;
	struct stat status;

	snprintf(why, why_size, "permission denied");
	if (stat(path, &status) != 0)
		return;
	group = getgrgid(status.st_gid);
	user = getpwuid(status.st_uid);
	if ((status.st_mode & (S_IRGRP | S_IWGRP)) == (S_IRGRP | S_IWGRP) && group != NULL)
		snprintf(why, why_size,
			 "permission denied: only members of the group %s may use it",
			 group->gr_name);
	else if (user != NULL)
		snprintf(why, why_size, "permission denied: only the user %s may use it",
			 user->pw_name);
}

static int
explain(const char *path, int error, char *why, size_t why_size)
{
	if (error == EACCES)
		explain_permission(path, why, why_size);
	else if (error == ENOENT || error == ENXIO || error == ENODEV)
		snprintf(why, why_size, "no such device");
	else if (error == EBUSY || error == EWOULDBLOCK)
		snprintf(why, why_size, "another program uses it");
	else if (error == EPERM)
		snprintf(why, why_size, "not permitted (a service needs DeviceAllow= for it)");
	else if (error == ENOTTY)
		snprintf(why, why_size, "it is no serial port");
	else
		snprintf(why, why_size, "%s", strerror(error));
	return -error;
}

/*
 * Some devices act on being opened, a watchdog for one: what is no character
 * device is left alone, and what is no terminal is let go at once.
 *
 * The lock is taken as well as the terminal's exclusive mode, because root, and a
 * program that opened it before us, pass that mode.
 */
static int
claim(const char *path, int *fd)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return errno;
	if (!S_ISCHR(status.st_mode))
		return ENOTTY;
	*fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return errno;
	if (!isatty(*fd))
		return ENOTTY;
	return flock(*fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
}

int
link_tty_open(const char *path, int *fd, char *why, size_t why_size)
{
	int opened = -1;
	int error = claim(path, &opened);

	if (error == 0) {
		*fd = opened;
		return 0;
	}
	if (opened >= 0)
		close(opened);
	return explain(path, error, why, why_size);
}

/*
 * A flush reaches what the line discipline holds, not what waits behind it when
 * that is full and comes a moment later: the rest is read away. Bounded, for a
 * line that never rests.
 */
static void
discard_stale(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char bytes[4096];

	tcflush(fd, TCIOFLUSH);
	for (int i = 0; i < STALE_READS_MAX && poll(&wait, 1, STALE_WAIT_MS) == 1; i++)
		if (read(fd, bytes, sizeof bytes) <= 0)
			return;
}

int
link_tty_settle(int fd, char *why, size_t why_size)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0)
		return explain("", errno, why, why_size);
	/* Modem lines neither end the link nor move at its end. */
	settings.c_cflag &= ~(tcflag_t)HUPCL;
	settings.c_cflag |= CLOCAL | CREAD;
	/* With VMIN 0 an empty line would read 0, which must mean hang-up alone. */
	settings.c_cc[VMIN] = 1;
	settings.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &settings) != 0)
		return explain("", errno, why, why_size);
	discard_stale(fd);
	return 0;
}

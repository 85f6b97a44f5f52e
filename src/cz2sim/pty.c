/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Raw pseudo-terminals and the symbolic link that leads to the present one. */
#include "build.h"

#include "cz2sim/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cz2/error.h>

/* Something that is no link of ours stands there: it is neither replaced nor removed. */
static bool
is_other(const char *link)
{
	struct stat file;

	return lstat(link, &file) == 0 && !S_ISLNK(file.st_mode);
}

/* A reader of the link sees the old or the new pseudo-terminal, never none. */
static int
point_link(const char *link, const char *path)
{
	char temporary[PATH_MAX];

	if (is_other(link)) {
		errno = EEXIST;
		return CZ2_EIO;
	}
	if (snprintf(temporary, sizeof temporary, "%s.new", link) >= (int)sizeof temporary) {
		errno = ENAMETOOLONG;
		return CZ2_EIO;
	}
	unlink(temporary);
	if (symlink(path, temporary) != 0 || rename(temporary, link) != 0)
		return CZ2_EIO;
	return 0;
}

static int
open_slave(struct pty *pty)
{
	struct termios termios;

	pty->slave = open(pty->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (pty->slave < 0 || tcgetattr(pty->slave, &termios) != 0)
		return CZ2_EIO;
	cfmakeraw(&termios);
	return tcsetattr(pty->slave, TCSANOW, &termios) == 0 ? 0 : CZ2_EIO;
}

static int
open_master(struct pty *pty)
{
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->master < 0 || grantpt(pty->master) != 0 || unlockpt(pty->master) != 0)
		return CZ2_EIO;
	if (ptsname_r(pty->master, pty->path, sizeof pty->path) != 0)
		return CZ2_EIO;
	return fcntl(pty->master, F_SETFL, O_NONBLOCK) == 0 ? 0 : CZ2_EIO;
}

/* After our own opening, which is not counted. */
static void
watch(struct pty *pty)
{
	pty->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (pty->watch < 0)
		return;
	if (inotify_add_watch(pty->watch, pty->path, IN_OPEN | IN_CLOSE) >= 0)
		return;
	close(pty->watch);
	pty->watch = -1;
}

int
pty_open(struct pty *pty, const char *link)
{
	memset(pty, 0, sizeof *pty);
	pty->master = pty->slave = pty->watch = -1;
	if (open_master(pty) == 0 && open_slave(pty) == 0 &&
	    (link == NULL || point_link(link, pty->path) == 0)) {
		watch(pty);
		return 0;
	}
	pty_close(pty);
	return CZ2_EIO;
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
pty_close(struct pty *pty)
{
	int saved = errno;

	close_one(&pty->watch);
	close_one(&pty->slave);
	close_one(&pty->master);
	errno = saved;
}

/* The kernel keeps its lock and its bytes for as long as our end is open. */
static void
forget_user(const struct pty *pty)
{
	ioctl(pty->slave, TIOCNXCL);
	tcflush(pty->slave, TCIFLUSH);
}

void
pty_look(struct pty *pty)
{
	char buffer[1024] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t length;

	while (pty->watch >= 0 && (length = read(pty->watch, buffer, sizeof buffer)) > 0) {
		const char *at = buffer;

		while (at < buffer + length) {
			const struct inotify_event *event = (const void *)at;

			at += sizeof *event + event->len;
			pty->users += (event->mask & IN_OPEN) != 0 ? 1 : -1;
			if (pty->users == 0)
				forget_user(pty);
		}
	}
}

bool
pty_in_use(const struct pty *pty)
{
	return pty->watch < 0 || pty->users > 0;
}

void
pty_remove_link(const char *link)
{
	if (!is_other(link))
		unlink(link);
}

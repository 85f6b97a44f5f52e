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
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cz2/error.h>

enum { UNREAD_MAX = 4096 /* what an adapter would keep for a client that does not read */ };

/* A reader of the link sees the old or the new pseudo-terminal, never none. */
static int
point_link(const char *link, const char *path)
{
	char temporary[PATH_MAX];

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

int
pty_open(struct pty *pty, const char *link)
{
	memset(pty, 0, sizeof *pty);
	pty->master = pty->slave = -1;
	if (open_master(pty) == 0 && open_slave(pty) == 0 &&
	    (link == NULL || point_link(link, pty->path) == 0))
		return 0;
	pty_close(pty);
	return CZ2_EIO;
}

void
pty_close(struct pty *pty)
{
	int saved = errno;

	if (pty->slave >= 0)
		close(pty->slave);
	if (pty->master >= 0)
		close(pty->master);
	pty->master = pty->slave = -1;
	errno = saved;
}

void
pty_tidy(const struct pty *pty)
{
	int unread = 0;

	/* The kernel keeps TIOCEXCL for as long as our end is open. */
	ioctl(pty->slave, TIOCNXCL);
	if (ioctl(pty->slave, FIONREAD, &unread) == 0 && unread > UNREAD_MAX)
		tcflush(pty->slave, TCIFLUSH);
}

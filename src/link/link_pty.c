/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A pseudo-terminal: socat, ser2net, the simulator. libserialport refuses them,
 * so the settings are made by hand.
 *
 * Exclusive mode is not used here. It outlives our descriptor as long as the
 * other end stays open, and would then keep ourselves out after a crash.
 */
#include "build.h"

#include "link/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "link/link_tty.h"

static int
set_raw(int fd, char *why, size_t why_size)
{
	struct termios settings;
	int error;

	if (tcgetattr(fd, &settings) == 0) {
		cfmakeraw(&settings);
		cfsetspeed(&settings, B9600);
		settings.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS);
		settings.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
		if (tcsetattr(fd, TCSANOW, &settings) == 0)
			return 0;
	}
	error = errno;
	snprintf(why, why_size, "it does not take its settings: %s", strerror(error));
	return -error;
}

static int
pty_open(const char *target, int *fd, char *why, size_t why_size)
{
	int error = link_tty_open(target, fd, why, why_size);

	if (error != 0)
		return error;
	error = set_raw(*fd, why, why_size);
	if (error == 0)
		error = link_tty_settle(*fd, why, why_size);
	if (error != 0)
		close(*fd);
	return error;
}

const struct link_kind link_pty = {.name = "pty", .open = pty_open};

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A real serial port, configured by libserialport: 9600 8N1 without flow control.
 *
 * The library opens the port without a lock and without close-on-exec, and its
 * blocking calls count on wall time. So it gets a descriptor of its own for as
 * long as it configures; the settings belong to the port and stay. Reading and
 * writing is done on ours.
 */
#include "build.h"

#include "link/link.h"

#include <errno.h>
#include <limits.h>
#include <linux/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <libserialport.h>

#include "link/link_tty.h"

enum { BAUD = 9600, BITS = 8, STOP_BITS = 1 };

/* The library's last call failed: its reason, as a negative errno and as text. */
static int
explain(enum sp_return result, char *why, size_t why_size)
{
	int code = result == SP_ERR_FAIL ? sp_last_error_code() : ENOTTY;
	int error = code != 0 ? code : EIO;

	if (result == SP_ERR_ARG)
		snprintf(why, why_size, "it is no serial port");
	else if (result == SP_ERR_SUPP)
		snprintf(why, why_size, "it cannot do 9600 8N1");
	else
		snprintf(why, why_size, "it does not take its settings: %s", strerror(error));
	return -error;
}

static enum sp_return
configure_port(struct sp_port *port)
{
	enum sp_return result = sp_set_baudrate(port, BAUD);

	if (result == SP_OK)
		result = sp_set_bits(port, BITS);
	if (result == SP_OK)
		result = sp_set_parity(port, SP_PARITY_NONE);
	if (result == SP_OK)
		result = sp_set_stopbits(port, STOP_BITS);
	if (result == SP_OK)
		result = sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE);
	return result;
}

static int
configure(const char *path, char *why, size_t why_size)
{
	struct sp_port *port = NULL;
	enum sp_return result = sp_get_port_by_name(path, &port);
	int error;

	if (result != SP_OK)
		return explain(result, why, why_size);
	result = sp_open(port, SP_MODE_READ_WRITE);
	if (result == SP_OK)
		result = configure_port(port);
	error = result == SP_OK ? 0 : explain(result, why, why_size);
	sp_close(port);
	sp_free_port(port);
	return error;
}

/* USB adapters hold received bytes back for up to 16 ms unless asked not to. Few drivers can. */
static void
ask_low_latency(int fd)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial) != 0)
		return;
	serial.flags |= ASYNC_LOW_LATENCY;
	ioctl(fd, TIOCSSERIAL, &serial);
}

/* The library knows a port by its true name only, not by a udev link. */
static int
serial_open(const char *target, int *fd, char *why, size_t why_size)
{
	char resolved[PATH_MAX];
	const char *path = realpath(target, resolved) != NULL ? resolved : target;
	int error = link_tty_open(path, fd, why, why_size);

	if (error != 0)
		return error;
	error = configure(path, why, why_size);
	if (error == 0) {
		ioctl(*fd, TIOCEXCL, 0);
		ask_low_latency(*fd);
		error = link_tty_settle(*fd, why, why_size);
	}
	if (error != 0)
		close(*fd);
	return error;
}

/* Without the flush, closing waits up to 30 s for bytes that a dead adapter never sends. */
static void
serial_close(int fd)
{
	tcflush(fd, TCOFLUSH);
	close(fd);
}

static void
serial_present(char *text, size_t text_size)
{
	struct sp_port **ports;
	size_t used;

	if (sp_list_ports(&ports) != SP_OK)
		return;
	used = (size_t)snprintf(text, text_size,
				ports[0] != NULL ? "present:" : "there is no serial port at all");
	for (struct sp_port **port = ports; *port != NULL && used < text_size; port++)
		used += (size_t)snprintf(text + used, text_size - used, " %s",
					 sp_get_port_name(*port));
	sp_free_port_list(ports);
}

const struct link_kind link_serial = {
	.name = "serial",
	.open = serial_open,
	.close = serial_close,
	.present = serial_present,
};

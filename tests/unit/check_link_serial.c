/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A serial port without a serial port: libserialport's place is taken by a few
 * functions that write down what they are asked, and the port is a
 * pseudo-terminal. What an adapter's driver does is beyond this test.
 */
#include "build.h"

#include "link/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <libserialport.h>

#include "base/log.h"
#include "logged.h"
#include "loopback.h"
#include "support.h"

enum { NOW = 1000000, HISTORY_MAX = 512 };

struct sp_port {
	char name[LOOPBACK_PATH_MAX];
	int fd;
};

static char history[HISTORY_MAX];
static enum sp_return open_result, configure_result;
static int looked_for_ports;
static bool any_port;

static char path[LOOPBACK_PATH_MAX];
static int panel;

/* ------------------------------------------------------------------------
 * In the library's place
 */

static void
note(const char *what, int value)
{
	size_t used = strlen(history);

	snprintf(history + used, sizeof history - used, "%s %d; ", what, value);
}

enum sp_return
sp_get_port_by_name(const char *portname, struct sp_port **port_ptr)
{
	static struct sp_port port;

	if (strncmp(portname, "/dev/pts/", 9) != 0)
		return SP_ERR_ARG;
	snprintf(port.name, sizeof port.name, "%s", portname);
	*port_ptr = &port;
	return SP_OK;
}

void
sp_free_port(struct sp_port *port)
{
	(void)port;
	note("free", 0);
}

enum sp_return
sp_open(struct sp_port *port, enum sp_mode flags)
{
	note("open", (int)flags);
	port->fd = open_result == SP_OK ? open(port->name, O_RDWR | O_NOCTTY) : -1;
	return open_result;
}

enum sp_return
sp_close(struct sp_port *port)
{
	note("close", 0);
	close(port->fd);
	return SP_OK;
}

enum sp_return
sp_set_baudrate(struct sp_port *port, int baudrate)
{
	struct termios settings;

	tcgetattr(port->fd, &settings);
	cfmakeraw(&settings);
	settings.c_cflag |= HUPCL; /* as the library does */
	settings.c_cc[VMIN] = 0;
	tcsetattr(port->fd, TCSANOW, &settings);
	note("baud", baudrate);
	return SP_OK;
}

enum sp_return
sp_set_bits(struct sp_port *port, int bits)
{
	(void)port;
	note("bits", bits);
	return SP_OK;
}

enum sp_return
sp_set_parity(struct sp_port *port, enum sp_parity parity)
{
	(void)port;
	note("parity", (int)parity);
	return SP_OK;
}

enum sp_return
sp_set_stopbits(struct sp_port *port, int stopbits)
{
	(void)port;
	note("stop", stopbits);
	return SP_OK;
}

enum sp_return
sp_set_flowcontrol(struct sp_port *port, enum sp_flowcontrol flowcontrol)
{
	(void)port;
	note("flow", (int)flowcontrol);
	return configure_result;
}

int
sp_last_error_code(void)
{
	return EIO;
}

enum sp_return
sp_list_ports(struct sp_port ***list_ptr)
{
	static struct sp_port one = {.name = "/dev/ttyS0"};
	static struct sp_port *list[2];

	looked_for_ports++;
	list[0] = any_port ? &one : NULL;
	*list_ptr = list;
	return SP_OK;
}

void
sp_free_port_list(struct sp_port **ports)
{
	(void)ports;
}

char *
sp_get_port_name(const struct sp_port *port)
{
	return (char *)(uintptr_t)port->name;
}

/* ------------------------------------------------------------------------
 * The tests
 */

static void
set_up(void)
{
	logged_begin();
	log_init(LOG_LEVEL_INFO, false);
	loopback_new_path(path);
	panel = loopback_new_pty(path);
}

static int
open_port(int *fd, char why[128])
{
	why[0] = '\0';
	return link_serial.open(path, fd, why, 128);
}

START_TEST(the_library_configures_9600_8n1_without_flow_control_and_is_let_go)
{
	char why[128];
	int fd;

	ck_assert_int_eq(open_port(&fd, why), 0);
	ck_assert_str_eq(history, "open 3; baud 9600; bits 8; parity 0; stop 1; flow 0; "
				  "close 0; free 0; ");
	link_serial.close(fd);
}
END_TEST

START_TEST(the_port_is_ours_alone_and_tells_a_hang_up_from_silence)
{
	struct termios settings;
	int fd, other, exclusive = 0;
	char why[128], byte;

	ck_assert_int_eq(open_port(&fd, why), 0);
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(ioctl(fd, TIOCGEXCL, &exclusive), 0);
	ck_assert_int_ne(exclusive, 0);
	ck_assert_int_eq(tcgetattr(fd, &settings), 0);
	ck_assert_uint_eq(settings.c_cflag & HUPCL, 0);
	ck_assert_uint_eq(settings.c_cc[VMIN], 1);
	ck_assert_int_eq(read(fd, &byte, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);

	other = open(path, O_RDWR | O_NOCTTY);
	if (other >= 0) /* root passes the exclusive mode: that is what the lock is for */
		ck_assert_int_ne(flock(other, LOCK_EX | LOCK_NB), 0);
	link_serial.close(fd);
}
END_TEST

START_TEST(a_port_that_another_program_has_is_not_touched)
{
	int owner = open(path, O_RDWR | O_NOCTTY), fd = -1;
	char why[128];

	ck_assert_int_eq(flock(owner, LOCK_EX), 0);
	ck_assert_int_eq(open_port(&fd, why), -EWOULDBLOCK);
	ck_assert_str_eq(why, "another program uses it");
	ck_assert_str_eq(history, "");
	close(owner);
}
END_TEST

START_TEST(bytes_from_before_the_opening_are_discarded)
{
	char why[128], byte = 0;
	int fd;

	loopback_write(panel, "stale", 5);
	ck_assert_int_eq(open_port(&fd, why), 0);
	loopback_write(panel, "!", 1);
	loopback_read(fd, &byte, 1);
	ck_assert_int_eq(byte, '!');
	link_serial.close(fd);
}
END_TEST

START_TEST(a_port_that_cannot_do_it_is_let_go_and_said_so)
{
	static const struct {
		enum sp_return result;
		int error;
		const char *why;
	} cases[] = {
		{SP_ERR_SUPP, -ENOTTY, "it cannot do 9600 8N1"},
		{SP_ERR_FAIL, -EIO, "it does not take its settings: Input/output error"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[128];
		int fd, second;

		history[0] = '\0';
		configure_result = cases[i].result;
		ck_assert_int_eq(open_port(&fd, why), cases[i].error);
		ck_assert_str_eq(why, cases[i].why);
		ck_assert_ptr_nonnull(strstr(history, "close 0; free 0; "));
		configure_result = SP_OK;
		ck_assert_int_eq(open_port(&second, why), 0); /* the lock is gone too */
		link_serial.close(second);
	}
}
END_TEST

START_TEST(a_port_that_the_library_cannot_open_is_said_so)
{
	char why[128];
	int fd;

	open_result = SP_ERR_FAIL;
	ck_assert_int_eq(open_port(&fd, why), -EIO);
	ck_assert_str_ne(why, "");
	ck_assert_ptr_nonnull(strstr(history, "free 0; "));
}
END_TEST

START_TEST(a_missing_port_is_told_with_those_that_are_there_looked_for_once)
{
	struct link *link = link_new("/dev/no-such-port");
	int64_t now = NOW;

	any_port = true;
	for (int i = 0; i < 5; i++) {
		link_step(link, now);
		now = link_wake(link);
	}
	ck_assert_int_eq(looked_for_ports, 1);
	ck_assert_str_eq(logged(), "<4>link: cannot open /dev/no-such-port: no such device; "
				   "present: /dev/ttyS0; trying again until it appears\n");
	ck_assert_ptr_eq(link_kind(link), &link_serial);
	link_free(link);
}
END_TEST

START_TEST(a_machine_without_ports_is_told_so)
{
	struct link *link = link_new("/dev/no-such-port");

	link_step(link, NOW);
	ck_assert_str_eq(logged(), "<4>link: cannot open /dev/no-such-port: no such device; "
				   "there is no serial port at all; trying again until it "
				   "appears\n");
	link_free(link);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_library_configures_9600_8n1_without_flow_control_and_is_let_go,
		the_port_is_ours_alone_and_tells_a_hang_up_from_silence,
		a_port_that_another_program_has_is_not_touched,
		bytes_from_before_the_opening_are_discarded,
		a_port_that_cannot_do_it_is_let_go_and_said_so,
		a_port_that_the_library_cannot_open_is_said_so,
		a_missing_port_is_told_with_those_that_are_there_looked_for_once,
		a_machine_without_ports_is_told_so,
		NULL,
	};

	return run_fixed_suite("serial link", tests, set_up, loopback_tidy);
}

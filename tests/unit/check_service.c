/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the service manager hears: a socket of ours stands in for it.
 */
#include "build.h"

#include "cz2d/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support.h"

enum { SKIPPED = 77 };

static char path[64];
static int manager;

static void
setup(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(path, sizeof path, "/tmp/check_service.%d", (int)getpid());
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&address, sizeof address), 0);
	setenv("NOTIFY_SOCKET", path, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void
teardown(void)
{
	close(manager);
	unlink(path);
}

/* The next message; "" when there is none. */
static const char *
heard(void)
{
	static char message[256];
	ssize_t length = recv(manager, message, sizeof message - 1, 0);

	message[length > 0 ? length : 0] = '\0';
	return message;
}

START_TEST(each_call_is_one_message)
{
	service_ready();
	ck_assert_str_eq(heard(), "READY=1");
	service_alive();
	ck_assert_str_eq(heard(), "WATCHDOG=1");
	service_stopping();
	ck_assert_str_eq(heard(), "STOPPING=1");
	service_status("The panel answers.");
	ck_assert_str_eq(heard(), "STATUS=The panel answers.");
	service_reloading();
	ck_assert_int_eq(strncmp(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(a_status_of_two_lines_cannot_say_anything_else)
{
	service_status("fine\nREADY=1");
	ck_assert_str_eq(heard(), "STATUS=fine");
}
END_TEST

START_TEST(without_a_manager_nothing_is_said)
{
	unsetenv("NOTIFY_SOCKET");
	service_ready();
	service_alive();
	service_status("nobody listens");
	ck_assert_str_eq(heard(), "");
}
END_TEST

START_TEST(signs_of_life_are_due_three_times_in_the_managers_patience)
{
	ck_assert_int_eq(service_watchdog_interval_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	ck_assert_int_eq(service_watchdog_interval_ms(), 10000);
	setenv("WATCHDOG_USEC", "1", 1);
	ck_assert_int_eq(service_watchdog_interval_ms(), 1);
	setenv("WATCHDOG_USEC", "soon", 1);
	ck_assert_int_eq(service_watchdog_interval_ms(), 0);
}
END_TEST

START_TEST(a_watchdog_meant_for_another_process_is_not_ours)
{
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	ck_assert_int_eq(service_watchdog_interval_ms(), 0);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		each_call_is_one_message,
		a_status_of_two_lines_cannot_say_anything_else,
		without_a_manager_nothing_is_said,
		signs_of_life_are_due_three_times_in_the_managers_patience,
		a_watchdog_meant_for_another_process_is_not_ours,
		NULL,
	};

#ifndef HAVE_SYSTEMD
	return SKIPPED;
#endif
	return run_fixed_suite("service", tests, setup, teardown);
}

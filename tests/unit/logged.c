/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Standard error goes to a file in memory. Check runs each test in a process of
 * its own, so that nothing has to be put back.
 */
#include "build.h"

#include "logged.h"

#include <check.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOGGED_MAX = 65536 };

/* Where a sanitizer reports to; NULL without the address or the thread sanitizer. */
void
__sanitizer_set_report_fd(void *fd) __attribute__((weak));

static int file = -1;

/* What a sanitizer has to say must not go the way of the log. */
static void
spare_the_sanitizer(void)
{
	int before;

	if (__sanitizer_set_report_fd == NULL)
		return;
	before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	ck_assert_int_ge(before, 0);
	__sanitizer_set_report_fd((void *)(intptr_t)before);
}

static void
take_stderr(void)
{
	spare_the_sanitizer();
	file = memfd_create("logged", MFD_CLOEXEC);
	ck_assert_int_ge(file, 0);
	ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
}

void
logged_begin(void)
{
	if (file < 0)
		take_stderr();
	ck_assert_int_eq(ftruncate(file, 0), 0);
	ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
}

const char *
logged(void)
{
	static char text[LOGGED_MAX];
	ssize_t length = pread(file, text, sizeof text - 1, 0);

	ck_assert_int_ge(length, 0);
	ck_assert_int_lt(length, LOGGED_MAX - 1); /* or what is looked for may have been cut */
	text[length] = '\0';
	return text;
}

int
logged_lines(const char *words)
{
	int count = 0;

	for (const char *line = logged(); *line != '\0';) {
		const char *end = strchrnul(line, '\n');
		const char *found = strstr(line, words);

		if (found != NULL && found < end)
			count++;
		line = *end == '\n' ? end + 1 : end;
	}
	return count;
}

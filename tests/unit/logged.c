/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Standard error goes to a file in memory. Check runs each test in a process of
 * its own, so that nothing has to be put back.
 */
#include "build.h"

#include "logged.h"

#include <check.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LOGGED_MAX = 65536 };

static int file = -1;

void
logged_begin(void)
{
	if (file < 0) {
		file = memfd_create("logged", MFD_CLOEXEC);
		ck_assert_int_ge(file, 0);
		ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
	}
	ck_assert_int_eq(ftruncate(file, 0), 0);
	ck_assert_int_eq(lseek(file, 0, SEEK_SET), 0);
}

const char *
logged(void)
{
	static char text[LOGGED_MAX];
	ssize_t length = pread(file, text, sizeof text - 1, 0);

	ck_assert_int_ge(length, 0);
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

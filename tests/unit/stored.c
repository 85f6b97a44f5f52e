/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The file as others see it. Knows nothing of what the store keeps in it.
 */
#include "build.h"

#include "stored.h"

#include <check.h>
#include <glob.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "logged.h"

char stored_directory[64];
char stored_path[STORED_PATH_SIZE];

void
stored_set_up(void)
{
	snprintf(stored_directory, sizeof stored_directory, "/tmp/stored.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stored_directory));
	ck_assert_int_eq(chmod(stored_directory, 0755), 0);
	snprintf(stored_path, sizeof stored_path, "%s/cz2d.db", stored_directory);
	logged_begin();
}

void
stored_tear_down(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", stored_directory);
	ck_assert_int_eq(system(command), 0);
}

static sqlite3 *
other_look(void)
{
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(stored_path, &other), SQLITE_OK);
	return other;
}

void
stored_sql(const char *text)
{
	sqlite3 *other = other_look();
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(other, text, NULL, NULL, &why) == SQLITE_OK, "%s: %s", text, why);
	sqlite3_close(other);
}

long
stored_ask(const char *text)
{
	sqlite3 *other = other_look();
	sqlite3_stmt *statement;
	long number;

	ck_assert_msg(sqlite3_prepare_v2(other, text, -1, &statement, NULL) == SQLITE_OK, "%s: %s",
		      text, sqlite3_errmsg(other));
	ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
	number = (long)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(other);
	return number;
}

void
stored_write(const void *bytes, size_t length)
{
	FILE *file = fopen(stored_path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

size_t
stored_read(void *out, size_t room)
{
	FILE *file = fopen(stored_path, "r");
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(out, 1, room, file);
	fclose(file);
	return length;
}

int
stored_aside(void)
{
	char pattern[STORED_PATH_SIZE + 16];
	glob_t found;
	int count = 0;

	snprintf(pattern, sizeof pattern, "%s/*.damaged-*", stored_directory);
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			count += strrchr(found.gl_pathv[i], 'Z')[1] == '\0';
	globfree(&found);
	return count;
}

void
stored_allow_size(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

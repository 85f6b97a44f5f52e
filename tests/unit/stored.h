/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A database file in a directory of the test's own, and the file as others see it: through
 * SQLite, as bytes, set aside.
 */
#ifndef TESTS_STORED_H
#define TESTS_STORED_H

#include <stddef.h>
#include <sys/resource.h>

enum { STORED_PATH_SIZE = 512 };

extern char stored_directory[64];
extern char stored_path[STORED_PATH_SIZE]; /* of a file that is not there yet */

/* To be run before and after each test; what is logged meanwhile is kept, see logged.h. */
void
stored_set_up(void);
void
stored_tear_down(void);

/* Statements run on the file by somebody else. */
void
stored_sql(const char *text);

/* The first column of the first row. */
long
stored_ask(const char *text);

/* The file is these bytes. */
void
stored_write(const void *bytes, size_t length);

/* Its size; the bytes go to out, which has room for so many. */
size_t
stored_read(void *out, size_t room);

/* How many files were set aside. */
int
stored_aside(void);

/* The file system is as full as we like to think it: no file grows beyond size bytes. */
void
stored_allow_size(rlim_t size);

#endif

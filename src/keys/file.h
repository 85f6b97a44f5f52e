/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Small files that say who may come in, and by which certificate we are known.
 */
#ifndef KEYS_FILE_H
#define KEYS_FILE_H

#include <stddef.h>

enum { FILE_WHY_SIZE = 256 };

enum file_found {
	FILE_ABSENT,     /* there is nothing of this name, not even a link */
	FILE_FOUND,
	FILE_UNREADABLE, /* why says what is wrong */
};

/*
 * The content of a file of at most max bytes, to be freed, with a NUL behind it; NULL unless
 * it was found. Never waits, whatever the path names, and leaves nothing in memory of what
 * it could not read to its end.
 */
enum file_found
file_read(const char *path, size_t max, char **text, size_t *length, char why[FILE_WHY_SIZE]);

#endif

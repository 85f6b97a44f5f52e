/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Reading with suspicion: a path may name a pipe, a device, a link to nothing, or a file
 * that grows meanwhile.
 */
#include "build.h"

#include "keys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static enum file_found
unreadable(char why[FILE_WHY_SIZE], const char *reason)
{
	snprintf(why, FILE_WHY_SIZE, "%s", reason);
	return FILE_UNREADABLE;
}

static bool
is_link(const char *path)
{
	struct stat about;

	return lstat(path, &about) == 0 && S_ISLNK(about.st_mode);
}

/* There was nothing to open. A link says that there should be. */
static enum file_found
absent(const char *path, char why[FILE_WHY_SIZE])
{
	return is_link(path) ? unreadable(why, "it is a link to nothing") : FILE_ABSENT;
}

/* text has room for max + 2. */
static enum file_found
read_whole(int fd, size_t max, char *text, size_t *length, char why[FILE_WHY_SIZE])
{
	struct stat about;
	ssize_t got = 0;

	*length = 0;
	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
		return unreadable(why, "it is no file");
	do {
		*length += (size_t)got;
		got = read(fd, text + *length, max + 1 - *length);
	} while (got > 0 || (got < 0 && errno == EINTR && (got = 0) == 0));
	if (got < 0)
		return unreadable(why, strerror(errno));
	if (*length <= max)
		return FILE_FOUND;
	snprintf(why, FILE_WHY_SIZE, "it has more than %zu bytes", max);
	return FILE_UNREADABLE;
}

/* O_NONBLOCK: a pipe would keep us for ever. */
enum file_found
file_read(const char *path, size_t max, char **text, size_t *length, char why[FILE_WHY_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum file_found found;

	*text = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return absent(path, why);
	if (fd < 0)
		return unreadable(why, strerror(errno));
	*text = mem_new(max + 2, 1);
	found = read_whole(fd, max, *text, length, why);
	close(fd);
	if (found == FILE_FOUND)
		return found;
	explicit_bzero(*text, max + 2);
	free(*text);
	*text = NULL;
	return found;
}

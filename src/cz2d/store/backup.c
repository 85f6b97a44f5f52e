/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Names and order: written, forced to the disk, renamed, and the directory forced too. Who
 * makes the copy knows what is in it.
 */
#include "build.h"

#include "cz2d/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cz2/error.h>

int
backup_begin(struct backup *backup, const char *path, int version)
{
	if (snprintf(backup->name, sizeof backup->name, "%s.before-%d", path, version) >=
		    BACKUP_ROOM ||
	    (size_t)snprintf(backup->part, sizeof backup->part, "%s.before-%d.part", path,
			     version) >= sizeof backup->part) {
		errno = ENAMETOOLONG;
		return CZ2_EIO;
	}
	backup_drop(backup);
	return access(backup->part, F_OK) != 0 && errno == ENOENT ? CZ2_OK : CZ2_EIO;
}

static int
force(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	int error;

	if (fd < 0)
		return CZ2_EIO;
	error = fsync(fd) == 0 ? CZ2_OK : CZ2_EIO;
	close(fd);
	return error;
}

int
backup_end(const struct backup *backup)
{
	char directory[BACKUP_ROOM];

	memcpy(directory, backup->name, sizeof directory);
	if (force(backup->part, O_RDONLY) != CZ2_OK || rename(backup->part, backup->name) != 0)
		return CZ2_EIO;
	return force(dirname(directory), O_RDONLY | O_DIRECTORY);
}

void
backup_drop(const struct backup *backup)
{
	char journal[BACKUP_ROOM + 16]; /* SQLite's, of a copy that was not finished */

	snprintf(journal, sizeof journal, "%s-journal", backup->part);
	unlink(journal);
	unlink(backup->part);
}

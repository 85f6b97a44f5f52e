/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/store/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parent.h"
#include "cz2d/store/database.h"

enum {
	LOCK_MODE = 0600,
	WAIT_MS = 5000, /* for one that is just ending */
	LOOK_US = 50000,
};

struct claim {
	int file; /* -1: there is none that could be locked */
};

/* Beside the file itself, by whatever name we know it. */
static bool
name_lock(const char *path, char name[PATH_MAX])
{
	char *real = realpath(path, NULL);
	int length = snprintf(name, PATH_MAX, "%s-lock", real != NULL ? real : path);

	free(real);
	return length < PATH_MAX;
}

static void
warn(const char *path, int error)
{
	log_warning("store", "%s cannot be locked: %s; let no other cz2d use it", path,
		    strerror(error));
}

static int
open_lock(const char *path)
{
	char name[PATH_MAX];

	parent_make(path, DATABASE_DIRECTORY_MODE, "store");
	if (!name_lock(path, name)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
}

static bool
lock(int file)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(file, F_SETLK, &whole) == 0;
}

/*
 * Whether another process has locked it; *owner is its number, or 0 when it is in another
 * container or on another machine (Linux then gives 0, or a negative one).
 */
static bool
is_locked(int file, long *owner)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(file, F_GETLK, &whole) != 0 || whole.l_type == F_UNLCK)
		return false;
	*owner = whole.l_pid > 0 ? whole.l_pid : 0;
	return true;
}

/* Nobody has it, and yet it was not to be had: who had it may have ended in between. */
static bool
lock_at_last(int file, const char *path, long *owner)
{
	int error;

	if (lock(file))
		return true;
	error = errno;
	if (error == EAGAIN && is_locked(file, owner))
		return false;
	warn(path, error);
	return true;
}

/* False: another process has kept it locked. Where locks fail for another reason: warns. */
static bool
lock_in_time(int file, const char *path, long *owner)
{
	int64_t deadline = clock_now() + WAIT_MS;
	bool told = false;

	while (!lock(file)) {
		int error = errno;
		bool late = clock_now() >= deadline;
		bool locked = is_locked(file, owner);

		if (locked && late)
			return false;
		if (!locked && (late || error != EAGAIN))
			return lock_at_last(file, path, owner);
		if (locked && !told) {
			log_info("store", "waiting for another cz2d, process %ld, to leave %s",
				 *owner, path);
			told = true;
		}
		usleep(LOOK_US);
	}
	return true;
}

struct claim *
claim_new(const char *path)
{
	struct claim *claim = mem_new(1, sizeof *claim);
	long owner = 0;

	claim->file = open_lock(path);
	if (claim->file < 0)
		warn(path, errno);
	else if (!lock_in_time(claim->file, path, &owner)) {
		log_error("store", "%s is in use by another cz2d, process %ld; each needs a "
				   "storage.path of its own", path, owner);
		return claim_free(claim);
	}
	return claim;
}

struct claim *
claim_free(struct claim *claim)
{
	if (claim == NULL)
		return NULL;
	if (claim->file >= 0)
		close(claim->file);
	free(claim);
	return NULL;
}

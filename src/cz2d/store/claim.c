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

/* False: somebody has locked it. Other errors say nothing about that. */
static bool
lock(int file)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(file, F_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

/* Of another container nobody knows the number. */
static void
name_owner(int file, char text[32])
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	text[0] = '\0';
	if (fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
		snprintf(text, 32, ", process %ld", (long)whole.l_pid);
}

static bool
wait_for_lock(int file)
{
	int64_t deadline = clock_now() + WAIT_MS;

	while (!lock(file)) {
		if (clock_now() >= deadline)
			return false;
		usleep(LOOK_US);
	}
	return true;
}

struct claim *
claim_new(const char *path)
{
	struct claim *claim = mem_new(1, sizeof *claim);
	char owner[32];

	claim->file = open_lock(path);
	if (claim->file < 0) {
		log_warning("store", "%s cannot be locked: %s; let no other cz2d use it", path,
			    strerror(errno));
		return claim;
	}
	if (wait_for_lock(claim->file))
		return claim;
	name_owner(claim->file, owner);
	log_error("store", "%s is in use by another cz2d%s", path, owner);
	return claim_free(claim);
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

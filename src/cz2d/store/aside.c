/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Names for damaged files, and the renaming. Whether a file is damaged is decided
 * elsewhere.
 */
#include "build.h"

#include "cz2d/store/aside.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include <cz2/error.h>

enum { NAMES_PER_SECOND = 10 };

static int
move(const char *from, const char *to, const char *companion)
{
	char old[ASIDE_ROOM], new[ASIDE_ROOM];

	if ((size_t)snprintf(old, sizeof old, "%s%s", from, companion) >= sizeof old ||
	    (size_t)snprintf(new, sizeof new, "%s%s", to, companion) >= sizeof new) {
		errno = ENAMETOOLONG;
		return CZ2_EIO;
	}
	return rename(old, new) == 0 ? CZ2_OK : CZ2_EIO;
}

/* A name that nothing has: what was set aside before is not overwritten. */
static int
name(const char *path, int64_t wall_us, char aside[ASIDE_ROOM])
{
	time_t seconds = (time_t)(wall_us / 1000000);
	char stamp[32], again[16] = "";
	struct stat file;
	struct tm tm;

	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime_r(&seconds, &tm));
	for (int n = 1; n <= NAMES_PER_SECOND; n++) {
		if (n > 1)
			snprintf(again, sizeof again, "-%d", n);
		if (snprintf(aside, ASIDE_ROOM, "%s.damaged-%s%s", path, stamp, again) >=
		    ASIDE_ROOM) {
			errno = ENAMETOOLONG;
			return CZ2_EIO;
		}
		if (lstat(aside, &file) != 0)
			return CZ2_OK;
	}
	errno = EEXIST;
	return CZ2_EIO;
}

int
aside_move(const char *path, const char *const *companions, int64_t wall_us,
	   char aside[ASIDE_ROOM])
{
	if (name(path, wall_us, aside) != CZ2_OK || move(path, aside, "") != CZ2_OK)
		return CZ2_EIO;
	for (; *companions != NULL; companions++)
		if (move(path, aside, *companions) != CZ2_OK && errno != ENOENT)
			return CZ2_EIO;
	return CZ2_OK;
}

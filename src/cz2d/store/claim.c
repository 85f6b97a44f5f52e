/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/store/claim.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { LOCK_MODE = 0600 };

static pid_t
owner_of(int file)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

int
claim_take(const char *path, pid_t *owner)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char name[PATH_MAX];
	int file;

	*owner = 0;
	if (snprintf(name, sizeof name, "%s-lock", path) >= (int)sizeof name)
		return -1;
	file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
	if (file < 0)
		return -1;
	if (fcntl(file, F_SETLK, &lock) == 0)
		return file;
	*owner = owner_of(file);
	close(file);
	return -1;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One directory at most: a path that is wrong higher up is a mistake that people
 * want to hear of, from whoever then cannot make the file.
 */
#include "build.h"

#include "base/parent.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"

void
parent_make(const char *path, mode_t mode, const char *room)
{
	char *copy = mem_text(path);

	if (mkdir(dirname(copy), mode) == 0)
		log_info(room, "made the directory of %s", path);
	free(copy);
}

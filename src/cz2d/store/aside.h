/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Moves a damaged file out of the way without losing it: people may want to look.
 */
#ifndef CZ2D_ASIDE_H
#define CZ2D_ASIDE_H

#include <stdint.h>

enum { ASIDE_ROOM = 4096 };

/*
 * Renames path to "path.damaged-20260704T120000Z", with "-2" and so on behind it where that
 * name is taken. The files named path + companion (a list ended by NULL) go along where
 * there are any. aside gets the new name. 0, or CZ2_EIO with errno.
 */
int
aside_move(const char *path, const char *const *companions, int64_t wall_us,
	   char aside[ASIDE_ROOM]);

#endif

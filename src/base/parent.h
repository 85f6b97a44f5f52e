/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The directory of a file that is about to be made. The service manager makes ours;
 * without one it is easily forgotten.
 */
#ifndef BASE_PARENT_H
#define BASE_PARENT_H

#include <sys/types.h>

/* Makes the directory that path lies in if its own parent is there, with a line to room's log. */
void
parent_make(const char *path, mode_t mode, const char *room);

#endif

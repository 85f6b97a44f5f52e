/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A time of day as people write it: 06:30, 6:30, 6:30am, 18:30, 6:30:15 pm.
 */
#ifndef CZ2D_LAX_TIME_H
#define CZ2D_LAX_TIME_H

#include <stdbool.h>
#include <stddef.h>

/* Seconds since midnight. False when the text is no time of day. */
bool
lax_time(const char *text, size_t length, int *second);

#endif

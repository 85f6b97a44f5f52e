/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The two clocks. All waiting is done on the monotonic one; wall time is for
 * people only (status documents, stored rows).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds, monotonic, never going back. */
int64_t
clock_now(void);

/* Microseconds since 1970 in UTC. Jumps when somebody sets the clock. */
int64_t
clock_wall_us(void);

/*
 * The same, of a moment on the monotonic clock, the same each time it is asked for: the
 * distance between the two clocks counts as constant until it is off by 50 ms. Only from
 * the main thread.
 */
int64_t
clock_wall_us_of(int64_t moment);

static inline int64_t
clock_later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static inline int64_t
clock_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#endif

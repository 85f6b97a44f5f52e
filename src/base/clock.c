/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The two clocks of the operating system.
 */
#include "build.h"

#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

enum { DRIFT_MAX_US = 50000 };

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_wall_us_of(int64_t moment)
{
	static int64_t distance;
	int64_t is = clock_wall_us() - clock_now() * 1000;

	if (llabs(is - distance) > DRIFT_MAX_US)
		distance = is;
	return moment * 1000 + distance;
}

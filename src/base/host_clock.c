/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Local time as seconds of a week, and what the kernel thinks of it.
 */
#include "build.h"

#include "base/host_clock.h"

#include <sys/timex.h>
#include <time.h>

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
	WEEK_S = 7 * DAY_S,
	SECOND_MS = 1000,
	SECOND_US = 1000000,
};

int64_t
host_clock_week_ms(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / SECOND_US);
	struct tm tm;
	int week;

	tzset(); /* a time zone that was changed counts at once */
	localtime_r(&seconds, &tm);
	week = tm.tm_wday * DAY_S + tm.tm_hour * HOUR_S + tm.tm_min * MINUTE_S + tm.tm_sec;
	return (int64_t)week * SECOND_MS + wall_us % SECOND_US / 1000;
}

int
host_clock_offset(int week_second, int64_t wall_us)
{
	int ours = (int)(host_clock_week_ms(wall_us) / SECOND_MS);
	int ahead = (week_second - ours + WEEK_S) % WEEK_S;

	return ahead > WEEK_S / 2 ? ahead - WEEK_S : ahead;
}

bool
clock_is_synchronized(void)
{
	struct timex state = {.modes = 0}; /* asks, and sets nothing */

	return ntp_adjtime(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

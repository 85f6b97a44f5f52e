/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Local time as seconds of a week. Who would ask the kernel whether its clock is right needs the
 * call that sets it, which the sandbox of the service does not have; so the sign counts that
 * systemd-timesyncd leaves once it has heard the time.
 */
#include "build.h"

#include "base/host_clock.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
	SECOND_MS = 1000,
	SECOND_US = 1000000,
};

static const char synchronized_sign[] = "/run/systemd/timesync/synchronized";

static struct tm
local_time(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / SECOND_US);
	struct tm tm;

	tzset(); /* a time zone that was changed counts at once */
	localtime_r(&seconds, &tm);
	return tm;
}

int64_t
host_clock_week_ms(int64_t wall_us)
{
	struct tm tm = local_time(wall_us);
	int week = tm.tm_wday * DAY_S + tm.tm_hour * HOUR_S + tm.tm_min * MINUTE_S + tm.tm_sec;

	return (int64_t)week * SECOND_MS + wall_us % SECOND_US / 1000;
}

int
host_clock_zone_s(int64_t wall_us)
{
	return (int)local_time(wall_us).tm_gmtoff;
}

bool
host_clock_is_synchronized(void)
{
	return faccessat(AT_FDCWD, synchronized_sign, F_OK, 0) == 0;
}

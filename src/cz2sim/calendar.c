/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Seconds of a week, forwards only. */
#include "build.h"

#include "cz2sim/calendar.h"

enum { MICROSECONDS = 1000000 };

void
calendar_set(struct calendar *calendar, const struct calendar_time *time, int64_t now)
{
	calendar->second = time->day * CALENDAR_DAY + time->hour * CALENDAR_HOUR +
			   time->minute * CALENDAR_MINUTE + time->second;
	calendar->set = now;
}

int
calendar_second(const struct calendar *calendar, int64_t now)
{
	return (int)((calendar->second + (now - calendar->set) / MICROSECONDS) % CALENDAR_WEEK);
}

struct calendar_time
calendar_split(int second)
{
	return (struct calendar_time){
		.day = second / CALENDAR_DAY,
		.hour = second % CALENDAR_DAY / CALENDAR_HOUR,
		.minute = second % CALENDAR_HOUR / CALENDAR_MINUTE,
		.second = second % CALENDAR_MINUTE,
	};
}

int64_t
calendar_next(const struct calendar *calendar, int64_t now)
{
	int64_t seconds = (now - calendar->set) / MICROSECONDS;

	return calendar->set + (seconds + 1) * MICROSECONDS;
}

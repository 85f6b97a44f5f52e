/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* The panel's clock: a week that runs from a given moment on. */
#ifndef CZ2SIM_CALENDAR_H
#define CZ2SIM_CALENDAR_H

#include <stdint.h>

enum {
	CALENDAR_MINUTE = 60,
	CALENDAR_HOUR = 60 * CALENDAR_MINUTE,
	CALENDAR_DAY = 24 * CALENDAR_HOUR,
	CALENDAR_WEEK = 7 * CALENDAR_DAY,
};

struct calendar {
	int second;  /* of the week, Sunday 00:00:00 being 0 ... */
	int64_t set; /* ... at this moment, in microseconds */
};

struct calendar_time {
	int day, hour, minute, second; /* day 0 is Sunday */
};

void
calendar_set(struct calendar *calendar, const struct calendar_time *time, int64_t now);

/* The second of the week. */
int
calendar_second(const struct calendar *calendar, int64_t now);

struct calendar_time
calendar_split(int second);

/* The moment of the next full second after now. */
int64_t
calendar_next(const struct calendar *calendar, int64_t now);

#endif

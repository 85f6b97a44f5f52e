/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days, periods and times as people write them: "mon-fri", "Weekend", "day,sleep", "7:15am".
 */
#ifndef CZ2CTL_CALENDAR_H
#define CZ2CTL_CALENDAR_H

enum {
	CALENDAR_WHY_MAX = 320,
	CALENDAR_DAYS_MAX = 32, /* "Mon,Wed,Fri,Sun" */
	CALENDAR_TIME_MAX = 16, /* "17:30" */
	CALENDAR_ALL_DAYS = 0x7F,
	CALENDAR_ALL_PERIODS = 0x0F,
};

/* "sun" to "sat": the keys of REST. Ended by NULL. */
extern const char *const calendar_day_keys[];

/* "Sun" to "Sat", for people. */
extern const char *const calendar_day_names[];

/* A bit for each day, Sunday's is 1. 0: why says what is wrong, and what is accepted. */
unsigned
calendar_days(const char *text, char why[CALENDAR_WHY_MAX]);

/* A bit for each enum cz2_period. 0 as above. */
unsigned
calendar_periods(const char *text, char why[CALENDAR_WHY_MAX]);

/* Seconds since midnight; -1 as above. */
int
calendar_time(const char *text, char why[CALENDAR_WHY_MAX]);

/* Minutes since midnight of a time at which a period can begin; -1 as above. */
int
calendar_start(const char *text, char why[CALENDAR_WHY_MAX]);

/* "Mon-Fri", "Every day"; days is not 0. Returns out. */
char *
calendar_days_text(unsigned days, char out[CALENDAR_DAYS_MAX]);

/* "06:30". Returns out. */
char *
calendar_time_text(int minutes, char out[CALENDAR_TIME_MAX]);

#endif

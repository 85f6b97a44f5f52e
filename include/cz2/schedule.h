/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's program: each zone has a row for each day of the week, and a row has four
 * periods. The layout is inferred from a script that sets it on real panels; no frame of it
 * was ever captured.
 */
#ifndef CZ2_SCHEDULE_H
#define CZ2_SCHEDULE_H

#include <stdbool.h>

#include <cz2/error.h>
#include <cz2/field.h>

enum cz2_period { CZ2_WAKE, CZ2_DAY, CZ2_EVE, CZ2_SLEEP, CZ2_PERIODS };

enum {
	CZ2_DAYS = 7,        /* 0 is Sunday */
	CZ2_START_STEP = 15, /* minutes: periods begin at quarters of an hour */
	CZ2_DAY_MINUTES = 24 * 60,
};

/* "wake", "day", "eve", "sleep"; ended by NULL. */
extern const char *const cz2_period_names[];

/*
 * One period. CZ2_UNKNOWN: what was read makes no sense; in a wish: it stays as it is.
 */
struct cz2_setting {
	int16_t start; /* minutes since midnight */
	int16_t heat, cool; /* degrees F; while out is 1 the panel does not heed them */
	int16_t out;   /* 1: nobody is there */
};

struct cz2_day {
	struct cz2_setting periods[CZ2_PERIODS];
};

/* Days of all zones, by their row - CZ2_ROW_SCHEDULE; cleared: not named. */
struct cz2_program {
	struct cz2_day days[CZ2_SCHEDULES];
};

enum cz2_schedule_fault {
	CZ2_FAULT_NONE,
	CZ2_FAULT_START, /* no quarter of an hour of the day */
	CZ2_FAULT_ORDER, /* a period that does not begin after the one before */
	CZ2_FAULT_HEAT,  /* outside what the field accepts */
	CZ2_FAULT_COOL,
	CZ2_FAULT_GAP,
	CZ2_FAULT_OUT,   /* out together with a setpoint, or neither 0 nor 1 */
};

/* Why a day cannot be as wished. */
struct cz2_schedule_problem {
	enum cz2_schedule_fault fault;
	enum cz2_period period;
	struct cz2_setting setting; /* as it would be; CZ2_EIMPLAUSIBLE: as it stands there */
	enum cz2_period after;      /* CZ2_FAULT_ORDER: behind which it has to begin, */
	int after_start;            /* and when that one does */
};

/* The row of a zone (1..8) and day (0..6). */
enum cz2_row
cz2_schedule_row(int zone, int day);

/* False when the row is none of a schedule. */
bool
cz2_schedule_split(enum cz2_row row, int *zone, int *day);

/* Nothing is known, or wished. */
void
cz2_day_clear(struct cz2_day *day);

/* False when the length is not that of a schedule; day is then cleared. */
bool
cz2_day_read(const uint8_t *bytes, size_t length, struct cz2_day *day);

/* True when nothing is wished. */
bool
cz2_day_empty(const struct cz2_day *wish);

/* What can be said of a wish without the row. CZ2_ERANGE or CZ2_EGAP fills problem. */
int
cz2_day_check(const struct cz2_day *wish, struct cz2_schedule_problem *problem);

/*
 * Adds what from wishes. CZ2_EBUSY, and into unchanged, when they contradict each other or
 * break a rule together.
 */
int
cz2_day_merge(struct cz2_day *into, const struct cz2_day *from);

/*
 * Edits a copy of a row as cz2_command_edit() does. Only bytes that are named change: out sets
 * the heat byte to the constant that is known to work; a setpoint that is named ends it, and
 * whoever ends it without naming heat gets what the byte holds besides. CZ2_EUNSUPPORTED: wrong
 * length; CZ2_EIMPLAUSIBLE: what stands where something is named makes no sense; CZ2_ERANGE,
 * CZ2_EGAP: the day that would come of it breaks a rule in a period that is named. bytes stay
 * as they are then.
 */
int
cz2_day_edit(const struct cz2_day *wish, uint8_t *bytes, size_t length, bool *changed,
	     struct cz2_schedule_problem *problem);

/* True when the row shows all that is wished. */
bool
cz2_day_shown(const struct cz2_day *wish, const uint8_t *bytes, size_t length);

/* Takes out of the wish what the row does not show. */
void
cz2_day_keep_shown(struct cz2_day *wish, const uint8_t *bytes, size_t length);

/*
 * The period that began last at a moment of the week (minutes since Sunday 00:00): 4 times its
 * day plus its place. -1 when a start that it takes to know is not known.
 */
int
cz2_schedule_period(const struct cz2_day week[CZ2_DAYS], int minute);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's program in JSON: what it is, what somebody wishes of it, and why he cannot
 * have it. The same shape in both directions: what is told can be asked for.
 */
#ifndef CZ2D_JSON_SCHEDULE_H
#define CZ2D_JSON_SCHEDULE_H

#include <cz2/schedule.h>

#include "cz2d/json/json.h"

/* "sun" .. "sat"; ended by NULL. */
extern const char *const json_day_names[];

/* "06:30", from minutes since midnight; null: not known. */
json_t *
json_start(int start);

/* All of a day; null: not known. heat and cool are null where the period is out. */
json_t *
json_day(const struct cz2_day *day);

/* A zone (1..8) with its week, as far as it was read. */
json_t *
json_schedule(const struct json_view *view, int zone);

/* Those of these zones (bit 0 is zone 1) that are used. */
json_t *
json_schedules(const struct json_view *view, unsigned zones);

/* How many rows of the program are known, and of how many. */
json_t *
json_schedule_progress(const struct json_view *view);

/*
 * What is wished of the program (of days by their row - CZ2_ROW_SCHEDULE), as the ledger
 * keeps it: a list of zones, with what is named of their days. Empty: nothing is.
 */
json_t *
json_program(const struct cz2_day days[CZ2_SCHEDULES]);

/* The inverse. False, and days are of no use, when something is not acceptable. */
bool
json_program_read(const json_t *zones, struct cz2_day days[CZ2_SCHEDULES]);

/*
 * Why a day cannot be so, as a clause that names zone (0: not said), day, period and the
 * numbers: to be put behind "Value error, ".
 */
json_t *
json_schedule_rule(int zone, int day, const struct cz2_schedule_problem *problem);

#endif

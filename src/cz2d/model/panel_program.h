/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is known of the panel's program: the week of each zone, as far as its rows were read.
 */
#ifndef CZ2D_PANEL_PROGRAM_H
#define CZ2D_PANEL_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include <cz2/schedule.h>

struct model;

/*
 * The week of a zone (1..8), Sunday first; days whose row was never read are cleared. False:
 * not all seven are known. *oldest: monotonic ms of the oldest row that is; INT64_MAX: none.
 */
bool
panel_week(const struct model *model, int zone, struct cz2_day week[CZ2_DAYS], int64_t *oldest);

/* Which enum cz2_period rules a zone by the panel's clock; -1: not known. */
int
panel_period(const struct model *model, int zone, int64_t now);

/* How many rows of the zones 1..zones are known, and of how many. */
void
panel_program_progress(const struct model *model, int zones, int *known, int *of);

#endif

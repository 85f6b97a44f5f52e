/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock in JSON, beside the clock of this machine. Weeks begin on Sunday, 00:00.
 */
#ifndef CZ2D_JSON_CLOCK_H
#define CZ2D_JSON_CLOCK_H

#include "cz2d/json/json.h"

/* The words of enum config_clock_sync; ended by NULL. */
extern const char *const json_clock_syncs[];

/* sync: how clock.sync is set. JSON null before the clock was ever read. */
json_t *
json_clock(const struct json_view *view, int sync);

/* How many seconds a clock that shows this second of the week is ahead of this machine's. */
int
json_clock_ahead(const struct json_view *view, int second);

/* A second of the week: "Mon 15:45:10". */
json_t *
json_week_second(int second);

/* A minute of the week, as the panel shows it: "Mon 03:45pm"; null: CZ2_UNKNOWN. */
json_t *
json_week_minute(int minute);

#endif

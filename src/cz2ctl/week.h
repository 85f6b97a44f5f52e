/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days of the panel's program as JSON, and in a few characters.
 */
#ifndef CZ2CTL_WEEK_H
#define CZ2CTL_WEEK_H

#include <jansson.h>
#include <stdbool.h>

#include <cz2/schedule.h>

enum { WEEK_WHY_MAX = 384, WEEK_SETTING_MAX = 48 };

/*
 * A day as REST and backups write it. null, and what is not there, is unknown. False when there
 * is something else than a day can have: why says what of it is first, and where; the rest is
 * read all the same.
 */
bool
week_read_day(const json_t *object, struct cz2_day *day, char why[WEEK_WHY_MAX]);

/* The values that are known, none that is not. */
json_t *
week_day_json(const struct cz2_day *day);

/* True when nothing is known of it. */
bool
week_is_unknown(const struct cz2_day *day);

/* "06:30 68/76", "08:00 OUT"; hidden: also the setpoints that OUT covers. Returns out. */
char *
week_setting_text(const struct cz2_setting *setting, bool hidden, char out[WEEK_SETTING_MAX]);

#endif

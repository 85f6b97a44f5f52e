/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The documents that Home Assistant reads: the system and each zone, in its own words. They
 * hold what changes rarely: no clock, no counter, no moment, so that the same text means that
 * nothing has changed.
 */
#ifndef CZ2D_JSON_HOME_H
#define CZ2D_JSON_HOME_H

#include "cz2d/json/json.h"

/* JSON null before the panel has ever answered. */
json_t *
json_home_system(const struct json_view *view);

/*
 * JSON null also for a zone that is not used. half_degrees is what was shown last, kept by
 * the caller (CZ2_UNKNOWN: nothing yet): a temperature between two steps does not swing.
 */
json_t *
json_home_zone(const struct json_view *view, int zone, int *half_degrees);

/*
 * The zone's program, in the shape that a command for it takes. JSON null for a zone that is not
 * used, and while one of its days has never been read.
 */
json_t *
json_home_schedule(const struct json_view *view, int zone);

#endif

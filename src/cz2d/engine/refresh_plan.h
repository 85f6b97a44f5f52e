/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which rows a refresh asks for. A part of refresh.h, not for others.
 */
#ifndef CZ2D_REFRESH_PLAN_H
#define CZ2D_REFRESH_PLAN_H

#include "cz2d/engine/refresh.h"

/* False for rows that this house has not, or that are read on demand only. */
bool
refresh_concerns(const struct refresh *refresh, enum cz2_row row);

/* Fills the list of rows for a refresh of the kind that stands there. */
void
refresh_plan(struct refresh *refresh, bool overhearing, int64_t now);

/* When the next row of the program is due; INT64_MIN: one was never read, or written since. */
int64_t
refresh_lazy_due(const struct refresh *refresh);

#endif

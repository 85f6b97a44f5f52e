/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock between two looks at it.
 */
#ifndef CZ2D_PANEL_CLOCK_H
#define CZ2D_PANEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct model;

/*
 * The second of the week (from Sunday 00:00) that it shows at a moment, carried forward from
 * when it was read last. False: it was never read, or makes no sense.
 */
bool
panel_clock(const struct model *model, int64_t now, int *second);

#endif

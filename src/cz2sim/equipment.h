/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the wall unit wants of furnace, compressor and dampers, given modes,
 * setpoints and temperatures. No timers: those of a real panel are unknown on the bus.
 */
#ifndef CZ2SIM_EQUIPMENT_H
#define CZ2SIM_EQUIPMENT_H

#include "cz2sim/panel.h"

/* Brings the effective mode up to date. */
void
equipment_choose_mode(struct panel *panel, int zones, int64_t now);

/* What rows 9.4 and 9.5 should be. */
void
equipment_wanted(const struct panel *panel, int zones, struct panel_row *dampers,
		 struct panel_row *outputs);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Demand of the zones into dampers and outputs. Captured: idle is 0x80 with all
 * dampers open; heating is 0xA4 (fan and auxiliary heat) with the idle zones shut.
 */
#include "build.h"

#include "cz2sim/equipment.h"

enum {
	OUT_HEAT = 60, /* an empty zone is conditioned beyond these */
	OUT_COOL = 85,
	OPEN = 15,
};

/* The zone whose settings count: the ruling one in ALL mode. */
static int
ruler_of(const struct panel *panel, int zone)
{
	int all = panel_value(panel, CZ2_ALL, 0);

	return all >= 1 && all <= CZ2_ZONES_MAX ? all : zone;
}

static bool
wants_heat(const struct panel *panel, int zone)
{
	int ruler = ruler_of(panel, zone);
	int temperature = panel_value(panel, CZ2_TEMP_EXACT, zone);
	int heat = panel_value(panel, CZ2_HEAT, ruler);

	if (panel_value(panel, CZ2_OUT, ruler) == 1)
		heat = OUT_HEAT;
	return temperature != CZ2_UNKNOWN && heat != CZ2_UNKNOWN && temperature < heat * 16;
}

static bool
wants_cool(const struct panel *panel, int zone)
{
	int ruler = ruler_of(panel, zone);
	int temperature = panel_value(panel, CZ2_TEMP_EXACT, zone);
	int cool = panel_value(panel, CZ2_COOL, ruler);

	if (panel_value(panel, CZ2_OUT, ruler) == 1)
		cool = OUT_COOL;
	return temperature != CZ2_UNKNOWN && cool != CZ2_UNKNOWN && temperature > cool * 16;
}

static int
mode_by_demand(const struct panel *panel, int zones)
{
	int before = panel_value(panel, CZ2_EFFECTIVE_MODE, 0);

	for (int zone = 1; zone <= zones; zone++) {
		if (wants_heat(panel, zone))
			return CZ2_MODE_HEAT;
		if (wants_cool(panel, zone))
			return CZ2_MODE_COOL;
	}
	return before == CZ2_MODE_COOL ? CZ2_MODE_COOL : CZ2_MODE_HEAT;
}

void
equipment_choose_mode(struct panel *panel, int zones, int64_t now)
{
	int mode = panel_value(panel, CZ2_MODE, 0);

	if (mode == CZ2_UNKNOWN)
		return;
	if (mode == CZ2_MODE_AUTO)
		mode = mode_by_demand(panel, zones);
	panel_set(panel, CZ2_EFFECTIVE_MODE, 0, mode, PANEL_EQUIPMENT, now);
}

static bool
calls(const struct panel *panel, int zone)
{
	switch (panel_value(panel, CZ2_EFFECTIVE_MODE, 0)) {
	case CZ2_MODE_HEAT:
	case CZ2_MODE_EHEAT:
		return wants_heat(panel, zone);
	case CZ2_MODE_COOL:
		return wants_cool(panel, zone);
	default:
		return false;
	}
}

static void
switch_on(const struct panel *panel, struct panel_row *outputs)
{
	int mode = panel_value(panel, CZ2_EFFECTIVE_MODE, 0);
	bool heat_pump = panel_value(panel, CZ2_HEAT_PUMP, 0) == 1;
	bool burner = mode == CZ2_MODE_EHEAT || (mode == CZ2_MODE_HEAT && !heat_pump);

	panel_edit(outputs, burner ? CZ2_AUX_HEAT_1 : CZ2_COMPRESSOR_1, 0, 1);
	panel_edit(outputs, CZ2_REVERSING_VALVE, 0, heat_pump && mode == CZ2_MODE_COOL);
	panel_edit(outputs, CZ2_FAN_RUNNING, 0, 1);
}

static void
switch_off(struct panel_row *outputs)
{
	static const enum cz2_field all[] = {
		CZ2_COMPRESSOR_1, CZ2_COMPRESSOR_2,    CZ2_AUX_HEAT_1,
		CZ2_AUX_HEAT_2,   CZ2_REVERSING_VALVE, CZ2_FAN_RUNNING,
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		panel_edit(outputs, all[i], 0, 0);
}

void
equipment_wanted(const struct panel *panel, int zones, struct panel_row *dampers,
		 struct panel_row *outputs)
{
	bool any = false;

	*dampers = *panel_row(panel, 9, 4);
	*outputs = *panel_row(panel, 9, 5);
	for (int zone = 1; zone <= zones; zone++)
		any |= calls(panel, zone);
	for (int zone = 1; zone <= zones; zone++)
		panel_edit(dampers, CZ2_DAMPER, zone, !any || calls(panel, zone) ? OPEN : 0);
	switch_off(outputs);
	if (any)
		switch_on(panel, outputs);
	if (panel_value(panel, CZ2_FAN, 0) == 1)
		panel_edit(outputs, CZ2_FAN_RUNNING, 0, 1);
}

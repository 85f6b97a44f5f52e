/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the panel keeps of a row that was written over the bus: it acknowledges
 * more than it keeps.
 */
#include "build.h"

#include "cz2sim/thermostat.h"

enum { FLAGS_ROW = 12, SETPOINTS_ROW = 16, CLOCK_ROW = 18 };

static bool
pair_possible(const struct thermostat *thermostat, int heat, int cool)
{
	const struct thermostat_config *config = &thermostat->config;

	return heat >= config->setpoint_min && heat <= config->setpoint_max &&
	       cool >= config->setpoint_min && cool <= config->setpoint_max && heat <= cool;
}

/* Captured: heat 112 over cool 85 was acknowledged and the zone kept its old pair. */
static void
keep_setpoints(const struct thermostat *thermostat, const struct panel_row *old,
	       struct panel_row *row)
{
	const struct cz2_place *heat_place = &cz2_field_info(CZ2_HEAT)->places[0];
	const struct cz2_place *cool_place = &cz2_field_info(CZ2_COOL)->places[0];

	for (int i = 0; i < CZ2_ZONES_MAX; i++) {
		uint8_t *heat = &row->bytes[heat_place->byte + i];
		uint8_t *cool = &row->bytes[cool_place->byte + i];
		int deadband = panel_value(thermostat->panel, CZ2_DEADBAND, 0);

		if (thermostat->config.deadband_on_bus && *cool < *heat + deadband)
			*cool = (uint8_t)(*heat + deadband);
		if (pair_possible(thermostat, *heat, *cool))
			continue;
		*heat = old->bytes[heat_place->byte + i];
		*cool = old->bytes[cool_place->byte + i];
	}
}

static void
keep_flags(const struct thermostat *thermostat, const struct panel_row *old, struct panel_row *row)
{
	static const enum cz2_field bounded[] = {CZ2_MODE, CZ2_ALL};

	(void)thermostat;
	for (size_t i = 0; i < sizeof bounded / sizeof bounded[0]; i++)
		if (panel_value_in(row, bounded[i], 0) == CZ2_UNKNOWN)
			panel_edit(row, bounded[i], 0, panel_value_in(old, bounded[i], 0));
}

bool
thermostat_clock_possible(const struct panel_row *row)
{
	for (int field = CZ2_CLOCK_DAY; field <= CZ2_CLOCK_SECOND; field++)
		if (panel_value_in(row, (enum cz2_field)field, 0) == CZ2_UNKNOWN)
			return false;
	return true;
}

static void
keep_clock(const struct thermostat *thermostat, const struct panel_row *old, struct panel_row *row)
{
	(void)thermostat;
	if (!thermostat_clock_possible(row))
		*row = *old;
}

/* What the panel keeps of a row: edits the new content, given the old one. */
static const struct {
	unsigned row;
	void (*keep)(const struct thermostat *thermostat, const struct panel_row *old,
		     struct panel_row *row);
} keepers[] = {
	{FLAGS_ROW, keep_flags},
	{SETPOINTS_ROW, keep_setpoints},
	{CLOCK_ROW, keep_clock},
};

void
thermostat_keep(const struct thermostat *thermostat, int slot, const struct panel_row *old,
		struct panel_row *row)
{
	for (size_t i = 0; i < sizeof keepers / sizeof keepers[0]; i++)
		if (slot == panel_slot(1, keepers[i].row))
			keepers[i].keep(thermostat, old, row);
}

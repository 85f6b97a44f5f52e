/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows in and out of the memory. The contents at the start are in panel_start.c.
 */
#include "build.h"

#include "cz2sim/panel.h"

#include <string.h>

#include <cz2/frame.h>

enum { TABLE_UI = 1, TABLE_EQUIPMENT = 9, TABLE_SCHEDULES = 10 };

static const struct {
	unsigned table, rows, device;
} tables[] = {
	{TABLE_UI, PANEL_ROWS_UI, CZ2_ADDRESS_UI},
	{TABLE_EQUIPMENT, PANEL_ROWS_EQUIPMENT, CZ2_ADDRESS_PANEL},
	{TABLE_SCHEDULES, CZ2_SCHEDULES, CZ2_ADDRESS_UI},
};

enum { TABLES = sizeof tables / sizeof tables[0] };

static const char *const cause_names[] = {
	[PANEL_START] = "start",       [PANEL_WRITE] = "write",         [PANEL_WALL] = "wall",
	[PANEL_SCHEDULE] = "schedule", [PANEL_PERIOD] = "period",       [PANEL_POWER] = "power",
	[PANEL_CONTROL] = "control",   [PANEL_EQUIPMENT] = "equipment", [PANEL_CLOCK] = "clock",
};

const char *
panel_cause_name(enum panel_cause cause)
{
	return cause_names[cause];
}

int
panel_slot(unsigned table, unsigned row)
{
	unsigned base = 0;

	for (int i = 0; i < TABLES; i++) {
		if (tables[i].table == table)
			return row >= 1 && row <= tables[i].rows ? (int)(base + row - 1) : -1;
		base += tables[i].rows;
	}
	return -1;
}

void
panel_slot_split(int slot, unsigned *device, unsigned *table, unsigned *row)
{
	unsigned left = (unsigned)slot;
	int i = 0;

	while (left >= tables[i].rows)
		left -= tables[i++].rows;
	*device = tables[i].device;
	*table = tables[i].table;
	*row = left + 1;
}

const struct panel_row *
panel_row(const struct panel *panel, unsigned table, unsigned row)
{
	return &panel->rows[panel_slot(table, row)];
}

void
panel_store(struct panel *panel, int slot, const struct panel_row *row, enum panel_cause cause,
	    int64_t now)
{
	struct panel_row old = panel->rows[slot];

	if (row->length == old.length && memcmp(row->bytes, old.bytes, row->length) == 0)
		return;
	panel->rows[slot] = *row;
	if (panel->observer != NULL)
		panel->observer(panel->context, slot, &old, row, cause, now);
}

/* The slot of a place that serves the zone and lies in this panel; else -1. */
static int
place_slot(const struct cz2_place *place, enum cz2_field field, int zone)
{
	const struct cz2_row_info *info = cz2_row_info((enum cz2_row)place->row);

	if (cz2_field_is_zonal(field) && (zone < place->first_zone || zone > place->last_zone))
		return -1;
	return panel_slot(info->table, info->row);
}

static int
value_at(const struct panel *panel, const struct cz2_place *place, enum cz2_field field, int zone)
{
	int slot = place_slot(place, field, zone);

	if (slot < 0)
		return CZ2_UNKNOWN;
	return cz2_place_get(cz2_field_info(field), place, zone, panel->rows[slot].bytes,
			     panel->rows[slot].length);
}

int
panel_value(const struct panel *panel, enum cz2_field field, int zone)
{
	const struct cz2_place *place = cz2_field_info(field)->places;

	for (; place->codec != CZ2_PLACES_END; place++) {
		int value = value_at(panel, place, field, zone);

		if (value != CZ2_UNKNOWN)
			return value;
	}
	return CZ2_UNKNOWN;
}

int
panel_value_in(const struct panel_row *row, enum cz2_field field, int zone)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return cz2_place_get(info, &info->places[0], zone, row->bytes, row->length);
}

void
panel_edit(struct panel_row *row, enum cz2_field field, int zone, int value)
{
	cz2_place_put(&cz2_field_info(field)->places[0], zone, value, row->bytes);
}

static void
set_at(struct panel *panel, const struct cz2_place *place, int slot, int zone, int value,
       enum panel_cause cause, int64_t now)
{
	struct panel_row row = panel->rows[slot];

	cz2_place_put(place, zone, value, row.bytes);
	panel_store(panel, slot, &row, cause, now);
}

void
panel_set(struct panel *panel, enum cz2_field field, int zone, int value, enum panel_cause cause,
	  int64_t now)
{
	const struct cz2_place *place = cz2_field_info(field)->places;
	const struct cz2_place *last = NULL;
	bool known = false;

	for (; place->codec != CZ2_PLACES_END; place++) {
		int slot = place_slot(place, field, zone);

		if (slot < 0)
			continue;
		last = place;
		if (value_at(panel, place, field, zone) == CZ2_UNKNOWN)
			continue;
		known = true;
		set_at(panel, place, slot, zone, value, cause, now);
	}
	if (!known && last != NULL)
		set_at(panel, last, place_slot(last, field, zone), zone, value, cause, now);
}

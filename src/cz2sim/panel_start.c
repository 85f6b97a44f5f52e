/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the memory holds when the simulator starts. Rows that were captured have
 * the captured content where it does not contradict a house without holds; of
 * rows that nobody has decoded only the fact that they answer is known.
 */
#include "build.h"

#include "cz2sim/panel.h"

#include <string.h>

enum {
	UNDECODED_LENGTH = 11,
	SCHEDULE_TABLE = 10,
	SWITCHES = 0x00, /* row 9.3 byte 3: no heat pump */
};

/* The content from byte 3 on. */
struct start {
	uint8_t table, row, length;
	uint8_t bytes[16];
};

static const struct start starts[] = {
	{1, 2, 10, {0, 8, 0, 0, 0, 0, 0, 1, 0, 2}},
	{1, 6, 13, {0, 0, 0x04, 0x55, 46, 0, 0, 0, 0, 0, 0, 30, 0}},
	{1, 9, 15, {58, 46, 0, 20, 20, 255, 255, 0, 25, 0, 60, 128, 241, 0, 0}},
	{1, 11, 16, {0}},
	/* The captured row: 10 2 2 0 0 0 8 15 0 0 0 0 1 0, with holds and ALL. */
	{1, 12, 14, {10, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	{1, 16, 16, {76, 76, 76, 76, 76, 76, 76, 76, 68, 68, 68, 68, 68, 68, 68, 68}},
	{1, 17, 16, {58, 9, 0, 0, 1, 0, 3, 4, 150, 0, 0, 0, 0, 0, 0, 241}},
	{1, 18, 4, {3, 17, 30, 0}},
	{1, 19, 11, {0, 20, 60, 60, 60, 60, 60, 12, 0, 0, 0}},
	{1, 24, 10, {0, 0, 0, 0, 0, 0, 0, 0, 255, 255}},
	{1, 31, 8, {0, 0, 0, 0, 80, 0, 0, 0}},
	{9, 1, 8, {255, 255, 255, 255, 255, 255, 255, 255}},
	{9, 2, 8, {255, 255, 255, 255, 255, 255, 255, 255}},
	{9, 3, 7, {SWITCHES, 0x02, 0x7D, 68, 255, 0, 0}},
	{9, 4, 8, {0}},
	{9, 5, 1, {0x80}},
};

/* Sixteenths of a degree: zone 1 from its own sensor, the others from remote ones. */
static const int16_t temperatures[CZ2_ZONES_MAX] = {0x455, 0x448, 0x452, 0x44A,
						    0x45D, 0x450, 0x447, 0x459};

/* Wake, day, evening, sleep: hours, minutes, heat, cool. */
static const uint8_t factory_schedule[16] = {6,  8,  17, 22, 0,  0,  0,  0,
					     68, 60, 68, 60, 76, 85, 76, 80};

static void
fill(struct panel *panel, unsigned table, unsigned row, const uint8_t *content, uint8_t length)
{
	struct panel_row *to = &panel->rows[panel_slot(table, row)];

	to->length = (uint8_t)(CZ2_ROW_PREFIX + length);
	to->bytes[0] = 0;
	to->bytes[1] = (uint8_t)table;
	to->bytes[2] = (uint8_t)row;
	memcpy(to->bytes + CZ2_ROW_PREFIX, content, length);
}

static void
fill_zone(struct panel *panel, int zone)
{
	int exact = temperatures[zone - 1];

	panel_set(panel, CZ2_TEMP_EXACT, zone, exact, PANEL_START, 0);
	panel_set(panel, CZ2_TEMP_WHOLE, zone, (exact + 8) / 16, PANEL_START, 0);
	panel_set(panel, CZ2_DAMPER, zone, 15, PANEL_START, 0);
}

void
panel_init(struct panel *panel, int zones, panel_observer observer, void *context)
{
	static const uint8_t undecoded[UNDECODED_LENGTH - CZ2_ROW_PREFIX] = {0};

	memset(panel, 0, sizeof *panel);
	for (unsigned row = 1; row <= PANEL_ROWS_UI; row++)
		fill(panel, 1, row, undecoded, sizeof undecoded);
	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
		fill(panel, starts[i].table, starts[i].row, starts[i].bytes, starts[i].length);
	for (unsigned row = 1; row <= CZ2_SCHEDULES; row++)
		fill(panel, SCHEDULE_TABLE, row, factory_schedule, sizeof factory_schedule);
	panel_set(panel, CZ2_ZONE_COUNT, 0, zones, PANEL_START, 0);
	for (int zone = 1; zone <= zones; zone++)
		fill_zone(panel, zone);
	panel->observer = observer;
	panel->context = context;
}

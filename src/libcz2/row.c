/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of rows. Where the evidence for each line comes from is told in
 * docs/protocol.md.
 */
#include "build.h"

#include <cz2/row.h>

#include <stdio.h>
#include <string.h>

#define UI CZ2_ADDRESS_UI
#define EC CZ2_ADDRESS_PANEL
#define NO CZ2_OVERHEAR_NO
#define REPLY CZ2_OVERHEAR_REPLY
#define WRITE CZ2_OVERHEAR_WRITE
#define NEVER CZ2_REFRESH_NEVER
#define ALWAYS CZ2_REFRESH_ALWAYS
#define TURNS CZ2_REFRESH_TURNS
#define LAZY CZ2_REFRESH_LAZY

/* The same row in each of the seven Smart Sensors. */
#define SENSOR_ROWS(id, ...) \
	[id] = {2, __VA_ARGS__}, [id + 1] = {3, __VA_ARGS__}, [id + 2] = {4, __VA_ARGS__}, \
	[id + 3] = {5, __VA_ARGS__}, [id + 4] = {6, __VA_ARGS__}, [id + 5] = {7, __VA_ARGS__}, \
	[id + 6] = {8, __VA_ARGS__}

/* Temperatures move slowly: rows that carry them are due after 20 s; what hardly
 * ever changes, after five minutes; what only people change, after an hour. */
enum { SOON = 20, RARELY = 300, SELDOM = 3600 };

static const struct cz2_row_info rows[CZ2_ROW_SCHEDULE] = {
	/*                device, table, row, length, overheard, refresh, fresh for, ... */
	[CZ2_ROW_1_2] = {UI, 1, 2, 0, REPLY, TURNS, RARELY, "zone count and active period", "S"},
	[CZ2_ROW_1_6] = {UI, 1, 6, 16, REPLY, TURNS, SOON, "zone 1 temperature and humidity", "C"},
	[CZ2_ROW_1_9] = {UI, 1, 9, 18, REPLY, TURNS, RARELY, "humidity block", "P"},
	[CZ2_ROW_1_11] = {UI, 1, 11, 0, REPLY, NEVER, 0, "calibration offsets", "S"},
	[CZ2_ROW_1_12] = {UI, 1, 12, 17, REPLY, ALWAYS, 0, "mode, flags, ALL", "P"},
	[CZ2_ROW_1_16] = {UI, 1, 16, 19, REPLY, ALWAYS, 0, "setpoints", "C"},
	[CZ2_ROW_1_17] = {UI, 1, 17, 19, REPLY, ALWAYS, 0, "installer settings, fan mode", "P"},
	[CZ2_ROW_1_18] = {UI, 1, 18, 7, REPLY, TURNS, RARELY, "clock", "C"},
	[CZ2_ROW_1_19] = {UI, 1, 19, 0, REPLY, NEVER, 0, "equipment timers", "S"},
	[CZ2_ROW_1_24] = {UI, 1, 24, 13, REPLY, TURNS, RARELY, "zone temperatures", "P"},
	[CZ2_ROW_1_31] = {UI, 1, 31, 0, REPLY, NEVER, 0, "auto-changeover time", "S"},
	SENSOR_ROWS(CZ2_ROW_2_1, 2, 1, 13, WRITE, NEVER, 0, "humidity, outside (to sensor)", "P"),
	SENSOR_ROWS(CZ2_ROW_2_2, 2, 2, 0, WRITE, NEVER, 0, "hold, out, setpoints (to sensor)", "S"),
	SENSOR_ROWS(CZ2_ROW_2_3, 2, 3, 13, REPLY, NEVER, 0, "sensor temperature, setpoints", "P"),
	[CZ2_ROW_9_1] = {EC, 9, 1, 11, REPLY, TURNS, SOON, "remote temperatures, zones 1-4", "C"},
	[CZ2_ROW_9_2] = {EC, 9, 2, 11, REPLY, TURNS, SOON, "remote temperatures, zones 5-8", "C"},
	[CZ2_ROW_9_3] = {EC, 9, 3, 10, REPLY, ALWAYS, 0, "switches, outside, air handler", "C"},
	[CZ2_ROW_9_4] = {EC, 9, 4, 11, WRITE, ALWAYS, 0, "damper positions", "C"},
	[CZ2_ROW_9_5] = {EC, 9, 5, 4, WRITE, ALWAYS, 0, "equipment outputs", "C"},
};

/* The 56 of them differ in nothing but their number. */
#define SCHEDULE(n) {UI, 10, n, 19, REPLY, LAZY, SELDOM, "schedule", "I"}
#define SCHEDULES(n) SCHEDULE(n), SCHEDULE(n + 1), SCHEDULE(n + 2), SCHEDULE(n + 3), \
	SCHEDULE(n + 4), SCHEDULE(n + 5), SCHEDULE(n + 6)

static const struct cz2_row_info schedules[CZ2_SCHEDULES] = {
	SCHEDULES(1), SCHEDULES(8), SCHEDULES(15), SCHEDULES(22),
	SCHEDULES(29), SCHEDULES(36), SCHEDULES(43), SCHEDULES(50),
};

const struct cz2_row_info *
cz2_row_info(enum cz2_row row)
{
	return row < CZ2_ROW_SCHEDULE ? &rows[row] : &schedules[row - CZ2_ROW_SCHEDULE];
}

enum cz2_row
cz2_row_find(unsigned device, unsigned table, unsigned row)
{
	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)id);

		if (info->device == device && info->table == table && info->row == row)
			return (enum cz2_row)id;
	}
	return CZ2_ROW_NONE;
}

const char *
cz2_row_name(enum cz2_row row, char out[16])
{
	const struct cz2_row_info *info = cz2_row_info(row);

	if (info->table == 2)
		snprintf(out, 16, "2.%d@%d", info->row, info->device);
	else
		snprintf(out, 16, "%d.%d", info->table, info->row);
	return out;
}

bool
cz2_row_matches(enum cz2_row row, const uint8_t *payload, size_t length)
{
	const struct cz2_row_info *info = cz2_row_info(row);

	if (length <= CZ2_ROW_PREFIX || length > CZ2_ROW_SIZE_MAX)
		return false;
	if (info->length != 0 && length != info->length)
		return false;
	return payload[0] == 0 && payload[1] == info->table && payload[2] == info->row;
}

bool
cz2_image_same(const struct cz2_image *a, const struct cz2_image *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

const char *
cz2_source_name(enum cz2_source source)
{
	static const char *const names[] = {
		[CZ2_SOURCE_NONE] = "none",     [CZ2_SOURCE_RESTORED] = "restored",
		[CZ2_SOURCE_SNIFF] = "sniff",   [CZ2_SOURCE_POLL] = "poll",
		[CZ2_SOURCE_FORCE] = "force",   [CZ2_SOURCE_WRITEBACK] = "writeback",
	};

	return names[source];
}

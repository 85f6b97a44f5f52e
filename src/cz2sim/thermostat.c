/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The wall unit between two frames. docs/simulator.md tells which of this is
 * evidence and which the least flattering guess.
 */
#include "build.h"

#include "cz2sim/thermostat.h"

#include <string.h>

enum {
	FLAGS_ROW = 12,
	SETPOINTS_ROW = 16,
	CLOCK_ROW = 18,
	ZONE1_ROW = 6,
	MODE_COPY_BYTE = 5, /* of row 1.12: equal to the mode in the only capture */
	MINUTE_BYTE = 14,   /* of row 1.6 */
	SECOND_BYTE = 15,
};

static int
value(const struct thermostat *thermostat, enum cz2_field field, int zone)
{
	return panel_value(thermostat->panel, field, zone);
}

static struct panel_row
row_of(const struct thermostat *thermostat, unsigned row)
{
	return *panel_row(thermostat->panel, 1, row);
}

static void
store(struct thermostat *thermostat, unsigned row, const struct panel_row *content,
      enum panel_cause cause, int64_t now)
{
	panel_store(thermostat->panel, panel_slot(1, row), content, cause, now);
}

/* Neither hold nor temporary: the schedule owns the setpoints. */
static bool
unheld(const struct panel_row *flags, int zone)
{
	return panel_value_in(flags, CZ2_HOLD, zone) != 1 &&
	       panel_value_in(flags, CZ2_TEMPORARY, zone) != 1;
}

static struct calendar_time
time_in(const struct panel_row *row)
{
	return (struct calendar_time){
		.day = panel_value_in(row, CZ2_CLOCK_DAY, 0),
		.hour = panel_value_in(row, CZ2_CLOCK_HOUR, 0),
		.minute = panel_value_in(row, CZ2_CLOCK_MINUTE, 0),
		.second = panel_value_in(row, CZ2_CLOCK_SECOND, 0),
	};
}

void
thermostat_init(struct thermostat *thermostat, const struct thermostat_config *config,
		struct panel *panel, int64_t now)
{
	struct calendar_time start = time_in(panel_row(panel, 1, CLOCK_ROW));

	memset(thermostat, 0, sizeof *thermostat);
	thermostat->config = *config;
	thermostat->panel = panel;
	thermostat->revert_at = INT64_MAX;
	calendar_set(&thermostat->calendar, &start, now);
	thermostat->tick = calendar_next(&thermostat->calendar, now);
	thermostat_find_periods(thermostat, now);
}

void
thermostat_show_clock(struct thermostat *thermostat, int64_t now)
{
	struct calendar_time time = calendar_split(calendar_second(&thermostat->calendar, now));
	struct panel_row row = row_of(thermostat, CLOCK_ROW);

	panel_edit(&row, CZ2_CLOCK_DAY, 0, time.day);
	panel_edit(&row, CZ2_CLOCK_HOUR, 0, time.hour);
	panel_edit(&row, CZ2_CLOCK_MINUTE, 0, time.minute);
	panel_edit(&row, CZ2_CLOCK_SECOND, 0, time.second);
	store(thermostat, CLOCK_ROW, &row, PANEL_CLOCK, now);
	row = row_of(thermostat, ZONE1_ROW);
	row.bytes[MINUTE_BYTE] = (uint8_t)time.minute;
	row.bytes[SECOND_BYTE] = (uint8_t)time.second;
	store(thermostat, ZONE1_ROW, &row, PANEL_CLOCK, now);
}

void
thermostat_set_clock(struct thermostat *thermostat, const struct calendar_time *time, int64_t now)
{
	calendar_set(&thermostat->calendar, time, now);
	thermostat->tick = calendar_next(&thermostat->calendar, now);
	thermostat_look_at_schedule(thermostat, PANEL_PERIOD, now);
}

/* The schedule takes back what nothing holds. */
static void
revert(struct thermostat *thermostat, int64_t now)
{
	struct panel_row flags = row_of(thermostat, FLAGS_ROW);
	struct panel_row setpoints = row_of(thermostat, SETPOINTS_ROW);

	for (int zone = 1; zone <= thermostat->config.zones; zone++)
		if ((thermostat->reverting & 1U << (zone - 1)) != 0 && unheld(&flags, zone))
			thermostat_scheduled(thermostat, zone, &setpoints);
	thermostat->reverting = 0;
	thermostat->revert_at = INT64_MAX;
	store(thermostat, SETPOINTS_ROW, &setpoints, PANEL_SCHEDULE, now);
}

int64_t
thermostat_wake(const struct thermostat *thermostat)
{
	return thermostat->revert_at < thermostat->tick ? thermostat->revert_at : thermostat->tick;
}

void
thermostat_step(struct thermostat *thermostat, int64_t now)
{
	if (now >= thermostat->revert_at)
		revert(thermostat, now);
	if (now < thermostat->tick)
		return;
	thermostat->tick = calendar_next(&thermostat->calendar, now);
	thermostat_look_at_schedule(thermostat, PANEL_PERIOD, now);
}

static bool
same_pair(const struct panel_row *one, const struct panel_row *other, int zone)
{
	return panel_value_in(one, CZ2_HEAT, zone) == panel_value_in(other, CZ2_HEAT, zone) &&
	       panel_value_in(one, CZ2_COOL, zone) == panel_value_in(other, CZ2_COOL, zone);
}

/* The rows that decide whose setpoints the schedule takes back. */
struct holding {
	struct panel_row flags, setpoints;
};

static struct holding
holding_of(const struct thermostat *thermostat)
{
	return (struct holding){row_of(thermostat, FLAGS_ROW), row_of(thermostat, SETPOINTS_ROW)};
}

/* After a change: zones that nothing holds, and that were turned or held before. */
static void
judge_zones(struct thermostat *thermostat, const struct holding *old, int64_t now)
{
	struct holding new = holding_of(thermostat);

	for (int zone = 1; zone <= thermostat->config.zones; zone++)
		if (unheld(&new.flags, zone) && (!unheld(&old->flags, zone) ||
						 !same_pair(&old->setpoints, &new.setpoints, zone)))
			thermostat->reverting |= (uint8_t)(1U << (zone - 1));
	if (thermostat->reverting == 0)
		return;
	if (thermostat->revert_at == INT64_MAX)
		thermostat->revert_at = now + thermostat->config.revert;
	if (thermostat->revert_at <= now)
		revert(thermostat, now);
}

void
thermostat_write(struct thermostat *thermostat, int slot, const struct panel_row *row, int64_t now)
{
	struct holding before = holding_of(thermostat);
	struct panel_row new = *row;

	thermostat_keep(thermostat, slot, &thermostat->panel->rows[slot], &new);
	panel_store(thermostat->panel, slot, &new, PANEL_WRITE, now);
	if (slot == panel_slot(1, CLOCK_ROW))
		thermostat_adopt_clock(thermostat, now);
	judge_zones(thermostat, &before, now);
}

void
thermostat_adopt_clock(struct thermostat *thermostat, int64_t now)
{
	struct panel_row row = row_of(thermostat, CLOCK_ROW);
	struct calendar_time time = time_in(&row);

	if (thermostat_clock_possible(&row))
		thermostat_set_clock(thermostat, &time, now);
}

/* The keys push the other setpoint away. */
static void
turn_setpoints(struct thermostat *thermostat, const struct wall_edit *edit, struct panel_row *row)
{
	int deadband = value(thermostat, CZ2_DEADBAND, 0);
	int heat = edit->heat != WALL_KEEP ? edit->heat : panel_value_in(row, CZ2_HEAT, edit->zone);
	int cool = edit->cool != WALL_KEEP ? edit->cool : panel_value_in(row, CZ2_COOL, edit->zone);

	if (cool < heat + deadband) {
		if (edit->heat != WALL_KEEP)
			cool = heat + deadband;
		else
			heat = cool - deadband;
	}
	panel_edit(row, CZ2_HEAT, edit->zone, heat);
	panel_edit(row, CZ2_COOL, edit->zone, cool);
}

static void
press(struct panel_row *row, enum cz2_field field, int zone, int wanted)
{
	if (wanted != WALL_KEEP)
		panel_edit(row, field, zone, wanted);
}

static void
wall_zone(const struct wall_edit *edit, bool turned, struct panel_row *flags)
{
	if (turned && edit->hold == WALL_KEEP && edit->temporary == WALL_KEEP &&
	    unheld(flags, edit->zone))
		panel_edit(flags, CZ2_TEMPORARY, edit->zone, 1);
	if (edit->hold == 1)
		panel_edit(flags, CZ2_TEMPORARY, edit->zone, 0);
	if (edit->temporary == 1)
		panel_edit(flags, CZ2_HOLD, edit->zone, 0);
	press(flags, CZ2_HOLD, edit->zone, edit->hold);
	press(flags, CZ2_TEMPORARY, edit->zone, edit->temporary);
	press(flags, CZ2_OUT, edit->zone, edit->out);
}

void
thermostat_wall(struct thermostat *thermostat, const struct wall_edit *edit, int64_t now)
{
	struct holding before = holding_of(thermostat);
	struct panel_row flags = before.flags, setpoints = before.setpoints;
	bool turned = edit->heat != WALL_KEEP || edit->cool != WALL_KEEP;

	if (edit->zone != WALL_KEEP && turned)
		turn_setpoints(thermostat, edit, &setpoints);
	if (edit->zone != WALL_KEEP)
		wall_zone(edit, turned, &flags);
	press(&flags, CZ2_MODE, 0, edit->mode);
	press(&flags, CZ2_ALL, 0, edit->all);
	if (edit->mode != WALL_KEEP)
		flags.bytes[MODE_COPY_BYTE] = (uint8_t)edit->mode;
	store(thermostat, SETPOINTS_ROW, &setpoints, PANEL_WALL, now);
	store(thermostat, FLAGS_ROW, &flags, PANEL_WALL, now);
	if (edit->fan != WALL_KEEP)
		panel_set(thermostat->panel, CZ2_FAN, 0, edit->fan, PANEL_WALL, now);
	judge_zones(thermostat, &before, now);
}

void
thermostat_next_period(struct thermostat *thermostat, int64_t now)
{
	int start = thermostat_next_start(thermostat, now);
	struct calendar_time time;

	if (start < 0)
		return;
	time = calendar_split(start);
	thermostat_set_clock(thermostat, &time, now);
}

void
thermostat_power_cut(struct thermostat *thermostat, int64_t now)
{
	static const enum cz2_field volatile_flags[] = {CZ2_HOLD, CZ2_TEMPORARY, CZ2_OUT};
	const struct calendar_time midnight = {0};
	struct panel_row flags = row_of(thermostat, FLAGS_ROW);
	struct panel_row setpoints = row_of(thermostat, SETPOINTS_ROW);

	calendar_set(&thermostat->calendar, &midnight, now);
	thermostat->tick = calendar_next(&thermostat->calendar, now);
	thermostat_find_periods(thermostat, now);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		for (size_t i = 0; i < sizeof volatile_flags / sizeof volatile_flags[0]; i++)
			panel_edit(&flags, volatile_flags[i], zone, 0);
		if (zone <= thermostat->config.zones)
			thermostat_scheduled(thermostat, zone, &setpoints);
	}
	panel_edit(&flags, CZ2_ALL, 0, 0);
	store(thermostat, FLAGS_ROW, &flags, PANEL_POWER, now);
	store(thermostat, SETPOINTS_ROW, &setpoints, PANEL_POWER, now);
}

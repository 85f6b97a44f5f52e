/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Table 10: which period of which day is in force, and what happens when one
 * begins. A period is known as 4 times its weekday plus its place in the day.
 */
#include "build.h"

#include "cz2sim/thermostat.h"

enum {
	TABLE_SCHEDULES = 10,
	PERIODS = 4,
	DAYS = 7,
	HOUR_BYTE = 3,
	MINUTE_BYTE = 7,
	HEAT_BYTE = 11,
	COOL_BYTE = 15,
	OUT_FLAG = 0x80,
	ACTIVE_PERIOD_BYTE = 12, /* of row 1.2 */
};

static const struct panel_row *
schedule_of(const struct thermostat *thermostat, int zone, int day)
{
	return panel_row(thermostat->panel, TABLE_SCHEDULES,
			 (unsigned)(DAYS * (zone - 1) + day + 1));
}

/* Its second of the week; -1 when the row makes no sense. */
static int
start_of(const struct thermostat *thermostat, int zone, int period)
{
	int day = period / PERIODS;
	int index = period % PERIODS;
	const struct panel_row *row = schedule_of(thermostat, zone, day);
	int hour = row->bytes[HOUR_BYTE + index];
	int minute = row->bytes[MINUTE_BYTE + index];

	if (row->length < COOL_BYTE + PERIODS || hour > 23 || minute > 59)
		return -1;
	return day * CALENDAR_DAY + hour * CALENDAR_HOUR + minute * CALENDAR_MINUTE;
}

/* The period that began last, counting back from this second of the week. */
static int
period_at(const struct thermostat *thermostat, int zone, int second)
{
	int best = 0;
	int best_age = CALENDAR_WEEK;

	for (int period = 0; period < DAYS * PERIODS; period++) {
		int start = start_of(thermostat, zone, period);
		int age = (second - start + CALENDAR_WEEK) % CALENDAR_WEEK;

		if (start < 0 || age > best_age || (age == best_age && period < best))
			continue;
		best = period;
		best_age = age;
	}
	return best;
}

int
thermostat_next_start(const struct thermostat *thermostat, int64_t now)
{
	int second = calendar_second(&thermostat->calendar, now);
	int best = -1;
	int best_wait = CALENDAR_WEEK;

	for (int zone = 1; zone <= thermostat->config.zones; zone++) {
		for (int period = 0; period < DAYS * PERIODS; period++) {
			int start = start_of(thermostat, zone, period);
			int wait = (start - second + CALENDAR_WEEK) % CALENDAR_WEEK;

			if (start < 0 || wait == 0 || wait >= best_wait)
				continue;
			best = start;
			best_wait = wait;
		}
	}
	return best;
}

bool
thermostat_scheduled(const struct thermostat *thermostat, int zone, struct panel_row *row)
{
	int period = thermostat->periods[zone - 1];
	const struct panel_row *schedule = schedule_of(thermostat, zone, period / PERIODS);
	int heat = schedule->bytes[HEAT_BYTE + period % PERIODS];
	int cool = schedule->bytes[COOL_BYTE + period % PERIODS];

	if (start_of(thermostat, zone, period) < 0 || (heat & OUT_FLAG) != 0)
		return false;
	panel_edit(row, CZ2_HEAT, zone, heat);
	panel_edit(row, CZ2_COOL, zone, cool);
	return true;
}

/* True when the zone does not follow its schedule into the new period. */
static bool
keeps_hold(const struct thermostat *thermostat, int zone)
{
	bool temporary = panel_value(thermostat->panel, CZ2_TEMPORARY, zone) == 1;

	if (panel_value(thermostat->panel, CZ2_HOLD, zone) != 1)
		return false;
	return !temporary || thermostat->config.both_flags_keep;
}

static void
begin_period(struct thermostat *thermostat, int zone, struct panel_row *setpoints,
	     struct panel_row *flags)
{
	bool held = keeps_hold(thermostat, zone);

	panel_edit(flags, CZ2_TEMPORARY, zone, 0);
	if (held)
		return;
	panel_edit(flags, CZ2_HOLD, zone, 0);
	panel_edit(flags, CZ2_OUT, zone, !thermostat_scheduled(thermostat, zone, setpoints));
}

static void
show_period(struct thermostat *thermostat, enum panel_cause cause, int64_t now)
{
	int slot = panel_slot(1, 2);
	struct panel_row row = thermostat->panel->rows[slot];

	if (row.length <= ACTIVE_PERIOD_BYTE)
		return;
	row.bytes[ACTIVE_PERIOD_BYTE] = (uint8_t)(thermostat->periods[0] % PERIODS);
	panel_store(thermostat->panel, slot, &row, cause, now);
}

void
thermostat_find_periods(struct thermostat *thermostat, int64_t now)
{
	int second = calendar_second(&thermostat->calendar, now);

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		thermostat->periods[zone - 1] = period_at(thermostat, zone, second);
}

void
thermostat_look_at_schedule(struct thermostat *thermostat, enum panel_cause cause, int64_t now)
{
	int second = calendar_second(&thermostat->calendar, now);
	int setpoints_slot = panel_slot(1, 16), flags_slot = panel_slot(1, 12);
	struct panel_row setpoints = thermostat->panel->rows[setpoints_slot];
	struct panel_row flags = thermostat->panel->rows[flags_slot];

	for (int zone = 1; zone <= thermostat->config.zones; zone++) {
		int period = period_at(thermostat, zone, second);

		if (period == thermostat->periods[zone - 1])
			continue;
		thermostat->periods[zone - 1] = period;
		begin_period(thermostat, zone, &setpoints, &flags);
	}
	panel_store(thermostat->panel, setpoints_slot, &setpoints, cause, now);
	panel_store(thermostat->panel, flags_slot, &flags, cause, now);
	show_period(thermostat, cause, now);
}

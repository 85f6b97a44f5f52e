/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the wall unit makes of its rows: clock, schedules, the fate of setpoints
 * that nothing holds, a hand at its keys, and what it keeps of a write.
 * Equipment is another room's subject. Times are microseconds.
 */
#ifndef CZ2SIM_THERMOSTAT_H
#define CZ2SIM_THERMOSTAT_H

#include <stdbool.h>
#include <stdint.h>

#include "cz2sim/calendar.h"
#include "cz2sim/fault.h"
#include "cz2sim/panel.h"

struct thermostat_config {
	int zones;
	int64_t revert; /* an unheld setpoint falls back so long after the write */
	int setpoint_min, setpoint_max;
	bool both_flags_keep; /* hold wins over temporary when the period ends */
	bool deadband_on_bus;
};

struct thermostat {
	struct thermostat_config config;
	struct panel *panel;
	struct calendar calendar;
	int64_t tick;               /* the next second */
	int periods[CZ2_ZONES_MAX]; /* in force; see thermostat_schedule.c */
	uint8_t reverting;          /* zones whose setpoints fall back ... */
	int64_t revert_at;          /* ... at this moment */
};

/* Sets the clock to what the panel's rows say. */
void
thermostat_init(struct thermostat *thermostat, const struct thermostat_config *config,
		struct panel *panel, int64_t now);

/* The moment of the next step. */
int64_t
thermostat_wake(const struct thermostat *thermostat);

void
thermostat_step(struct thermostat *thermostat, int64_t now);

/* Brings the rows that show the time up to date; call before they are read. */
void
thermostat_show_clock(struct thermostat *thermostat, int64_t now);

/* Sets the clock. A period that begins by that begins at once. */
void
thermostat_set_clock(struct thermostat *thermostat, const struct calendar_time *time, int64_t now);

/* The clock runs on from what row 1.18 says, if that is possible. */
void
thermostat_adopt_clock(struct thermostat *thermostat, int64_t now);

/* A row written over the bus, of the right length: keeps of it what the panel keeps. */
void
thermostat_write(struct thermostat *thermostat, int slot, const struct panel_row *row, int64_t now);

/* A hand at the wall. */
void
thermostat_wall(struct thermostat *thermostat, const struct wall_edit *edit, int64_t now);

/* The clock jumps to the next period of any zone. */
void
thermostat_next_period(struct thermostat *thermostat, int64_t now);

/* Mains came back: what is volatile is gone. */
void
thermostat_power_cut(struct thermostat *thermostat, int64_t now);

/* thermostat_keep.c */

/* Takes out of a written row what the panel acknowledges and does not keep. */
void
thermostat_keep(const struct thermostat *thermostat, int slot, const struct panel_row *old,
		struct panel_row *row);

/* True when row 1.18 shows a time that there is. */
bool
thermostat_clock_possible(const struct panel_row *row);

/* thermostat_schedule.c */

/* Sets the zone's setpoints in a copy of row 1.16 as its schedule wants; false in an OUT period. */
bool
thermostat_scheduled(const struct thermostat *thermostat, int zone, struct panel_row *row);

/* Looks which periods are in force; those that are new begin, for cause. */
void
thermostat_look_at_schedule(struct thermostat *thermostat, enum panel_cause cause, int64_t now);

/* Finds the periods in force without beginning them. */
void
thermostat_find_periods(struct thermostat *thermostat, int64_t now);

/* The second of the week at which the next period of any zone begins; -1: none. */
int
thermostat_next_start(const struct thermostat *thermostat, int64_t now);

#endif

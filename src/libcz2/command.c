/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Wishes: naming values, merging, and the rules of the panel that a wish has to
 * keep. What it takes to get them into rows is command_row.c's.
 */
#include "build.h"

#include "libcz2/command_internal.h"

void
cz2_command_init(struct cz2_command *command)
{
	cz2_values_clear(&command->wish);
	command->program = CZ2_ROW_NONE;
	cz2_day_clear(&command->day);
	command->week_start = CZ2_CLOCK_AS_IT_IS;
}

static int
wished(const struct cz2_command *command, enum cz2_field field, int zone)
{
	return cz2_values_get(&command->wish, field, zone);
}

int
cz2_command_set(struct cz2_command *command, enum cz2_field field, int zone, int value)
{
	const struct cz2_field_info *info;

	if (field >= CZ2_FIELD_COUNT)
		return CZ2_EUNSUPPORTED;
	info = cz2_field_info(field);
	if (!info->writable)
		return CZ2_EREADONLY;
	if (cz2_field_is_zonal(field) && (zone < 1 || zone > CZ2_ZONES_MAX))
		return CZ2_EZONE;
	if (value < info->set_min || value > info->set_max)
		return CZ2_ERANGE;
	cz2_values_set(&command->wish, field, zone, value);
	return CZ2_OK;
}

void
cz2_command_set_day(struct cz2_command *command, enum cz2_row row, const struct cz2_day *day)
{
	command->program = cz2_day_empty(day) ? CZ2_ROW_NONE : row;
	command->day = *day;
}

void
cz2_command_set_clock(struct cz2_command *command, int64_t week_start)
{
	command->week_start = week_start;
}

bool
cz2_command_empty(const struct cz2_command *command)
{
	if (command->program != CZ2_ROW_NONE || command->week_start != CZ2_CLOCK_AS_IT_IS)
		return false;
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (command->wish.at[slot] != CZ2_UNKNOWN)
			return false;
	return true;
}

int
cz2_command_last_zone(const struct cz2_command *command)
{
	int last = 0, day;

	cz2_schedule_split(command->program, &last, &day);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		if (command->wish.at[slot] != CZ2_UNKNOWN && zone > last)
			last = zone;
	}
	return last;
}

static void
warn(struct cz2_warnings *warnings, enum cz2_warning_kind kind, int zone, int value)
{
	if (warnings->count == CZ2_WARNINGS_MAX)
		return;
	warnings->list[warnings->count++] = (struct cz2_warning){kind, zone, value};
}

void
cz2_command_exclude(struct cz2_command *command, struct cz2_warnings *warnings)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		bool hold = wished(command, CZ2_HOLD, zone) == 1;
		bool temporary = wished(command, CZ2_TEMPORARY, zone) == 1;

		/* What the panel does with both bits set is unknown; schedules
		 * have been seen to end the hold. */
		if (hold && temporary)
			warn(warnings, CZ2_WARN_HOLD_AND_TEMP, zone, 0);
		if (hold)
			cz2_values_set(&command->wish, CZ2_TEMPORARY, zone, 0);
		else if (temporary)
			cz2_values_set(&command->wish, CZ2_HOLD, zone, 0);
	}
}

int
command_check_gap(int zone, int heat, int cool, struct cz2_problem *problem)
{
	if (heat == CZ2_UNKNOWN || cool == CZ2_UNKNOWN || cool >= heat + CZ2_SETPOINT_GAP)
		return CZ2_OK;
	*problem = (struct cz2_problem){
		.error = CZ2_EGAP, .zone = zone, .heat = heat, .cool = cool};
	return CZ2_EGAP;
}

static int
check_day(const struct cz2_command *command, struct cz2_problem *problem)
{
	int error;

	*problem = (struct cz2_problem){.row = command->program};
	if (!cz2_schedule_split(command->program, &problem->zone, &problem->day))
		return CZ2_OK;
	error = cz2_day_check(&command->day, &problem->schedule);
	problem->error = error;
	return error;
}

int
cz2_command_check(const struct cz2_command *command, struct cz2_problem *problem)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		int error = command_check_gap(zone, wished(command, CZ2_HEAT, zone),
					      wished(command, CZ2_COOL, zone), problem);

		if (error != CZ2_OK)
			return error;
	}
	return check_day(command, problem);
}

static int
merge_program(struct cz2_command *into, const struct cz2_command *from)
{
	if (from->program == CZ2_ROW_NONE)
		return CZ2_OK;
	if (into->program != CZ2_ROW_NONE && into->program != from->program)
		return CZ2_EBUSY;
	into->program = from->program;
	return cz2_day_merge(&into->day, &from->day);
}

static int
merge_clock(struct cz2_command *into, const struct cz2_command *from)
{
	if (from->week_start == CZ2_CLOCK_AS_IT_IS)
		return CZ2_OK;
	if (into->week_start != CZ2_CLOCK_AS_IT_IS && into->week_start != from->week_start)
		return CZ2_EBUSY;
	into->week_start = from->week_start;
	return CZ2_OK;
}

int
cz2_command_merge(struct cz2_command *into, const struct cz2_command *from)
{
	struct cz2_command merged = *into;
	struct cz2_problem problem;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		int16_t value = from->wish.at[slot];

		if (value == CZ2_UNKNOWN)
			continue;
		if (merged.wish.at[slot] != CZ2_UNKNOWN && merged.wish.at[slot] != value)
			return CZ2_EBUSY;
		merged.wish.at[slot] = value;
	}
	if (merge_program(&merged, from) != CZ2_OK || merge_clock(&merged, from) != CZ2_OK ||
	    cz2_command_check(&merged, &problem) != CZ2_OK)
		return CZ2_EBUSY;
	*into = merged;
	return CZ2_OK;
}

/* The value after the command: what it names, else what is known. */
static int
outcome_of(const struct cz2_command *command, const struct cz2_values *state,
	   enum cz2_field field, int zone)
{
	int value = wished(command, field, zone);

	return value != CZ2_UNKNOWN ? value : cz2_values_get(state, field, zone);
}

/* The zone that rules all after the command; 0 for none. */
static int
ruler_of(const struct cz2_command *command, const struct cz2_values *state)
{
	int before = cz2_values_get(state, CZ2_ALL, 0);
	int after = outcome_of(command, state, CZ2_ALL, 0);

	if (after == CZ2_ALL_ON)
		return before > 0 ? before : 1;
	return after > 0 ? after : 0;
}

void
cz2_command_foresee(const struct cz2_command *command, struct cz2_values *values)
{
	int ruler = ruler_of(command, values);

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (command->wish.at[slot] != CZ2_UNKNOWN)
			values->at[slot] = command->wish.at[slot];
	if (wished(command, CZ2_ALL, 0) != CZ2_UNKNOWN)
		cz2_values_set(values, CZ2_ALL, 0, ruler);
}

bool
cz2_command_unheld(const struct cz2_command *command, const struct cz2_values *state, int zone)
{
	return outcome_of(command, state, CZ2_HOLD, zone) != 1 &&
	       outcome_of(command, state, CZ2_TEMPORARY, zone) != 1;
}

static void
warn_setpoints(const struct cz2_command *command, const struct cz2_values *state, int zone,
	       struct cz2_warnings *warnings)
{
	int heat = outcome_of(command, state, CZ2_HEAT, zone);
	int cool = outcome_of(command, state, CZ2_COOL, zone);
	int deadband = cz2_values_get(state, CZ2_DEADBAND, 0);

	if (cz2_command_unheld(command, state, zone))
		warn(warnings, CZ2_WARN_NOT_HELD, zone, 0);
	if (outcome_of(command, state, CZ2_OUT, zone) == 1)
		warn(warnings, CZ2_WARN_ZONE_OUT, zone, 0);
	if (wished(command, CZ2_COOL, zone) > CZ2_COOL_OFF_ABOVE)
		warn(warnings, CZ2_WARN_COOL_HIGH, zone, wished(command, CZ2_COOL, zone));
	if (heat != CZ2_UNKNOWN && cool != CZ2_UNKNOWN && cool - heat < deadband)
		warn(warnings, CZ2_WARN_DEADBAND, zone, deadband);
}

static bool
names_setpoint(const struct cz2_command *command, int zone)
{
	return wished(command, CZ2_HEAT, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_COOL, zone) != CZ2_UNKNOWN;
}

static bool
names_zone(const struct cz2_command *command, int zone)
{
	return names_setpoint(command, zone) ||
	       wished(command, CZ2_TEMPORARY, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_HOLD, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_OUT, zone) != CZ2_UNKNOWN;
}

void
cz2_command_warn(const struct cz2_command *command, const struct cz2_values *state,
		 struct cz2_warnings *warnings)
{
	int ruler = ruler_of(command, state);

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		if (names_setpoint(command, zone))
			warn_setpoints(command, state, zone, warnings);
		if (names_zone(command, zone) && ruler != 0 && ruler != zone)
			warn(warnings, CZ2_WARN_ALL_RULED, zone, ruler);
	}
	if (wished(command, CZ2_MODE, 0) == CZ2_MODE_EHEAT &&
	    cz2_values_get(state, CZ2_HEAT_PUMP, 0) == 0)
		warn(warnings, CZ2_WARN_NO_HEAT_PUMP, 0, 0);
}

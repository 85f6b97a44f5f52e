/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What commands have to say: the values they name, warnings, and why they failed.
 * All sentences that a caller may read about a command stand in this file.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/ledger/unexpected.h"
#include "cz2d/model/outcome.h"

enum { SENTENCE_MAX = 256, US_PER_MS = 1000 };

json_t *
json_field_value(enum cz2_field field, int value)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (field == CZ2_ALL && value == CZ2_ALL_ON)
		return json_true();
	if (cz2_field_is_flag(info))
		return json_boolean(value);
	if (info->words != NULL)
		return json_string(info->words[value]);
	return json_integer(value);
}

json_t *
json_finding(const struct unexpected_finding *finding)
{
	json_t *changes = json_array();

	for (int i = 0; i < finding->count; i++) {
		const struct unexpected_change *change = &finding->changes[i];

		json_array_append_new(
			changes, json_pack("{s:s, s:o, s:o}", "field",
					   cz2_field_info(change->field)->name, "old",
					   json_field_value(change->field, change->old), "new",
					   json_field_value(change->field, change->now)));
	}
	return json_pack("{s:s, s:o}", "cause", unexpected_cause_names[finding->cause], "changes",
			 changes);
}

static json_t *
zone_values(const struct cz2_command *command, int zone)
{
	json_t *object = json_pack("{s:i}", "zone_id", zone);

	for (int field = CZ2_FIRST_ZONE_FIELD; field < CZ2_FIELD_COUNT; field++) {
		int value = cz2_values_get(&command->wish, (enum cz2_field)field, zone);

		if (value != CZ2_UNKNOWN)
			json_object_set_new(object, cz2_field_info((enum cz2_field)field)->name,
					    json_field_value((enum cz2_field)field, value));
	}
	return object;
}

static void
set_day(json_t *object, const struct cz2_command *command)
{
	struct cz2_program program;

	if (command->program == CZ2_ROW_NONE)
		return;
	for (int day = 0; day < CZ2_SCHEDULES; day++)
		cz2_day_clear(&program.days[day]);
	program.days[command->program - CZ2_ROW_SCHEDULE] = command->day;
	json_object_set_new(object, "program", json_program(program.days));
}

/* The moment of a Sunday 00:00 says it all, and stays the same while the clock runs. */
static void
set_clock(json_t *object, const struct cz2_command *command)
{
	if (command->week_start != CZ2_CLOCK_AS_IT_IS)
		json_object_set_new(object, "clock",
				    json_pack("{s:I}", "week_start",
					      (json_int_t)clock_wall_us_of(command->week_start) /
						      US_PER_MS));
}

json_t *
json_applied(const struct outcome *outcome)
{
	json_t *object = json_command_values(&outcome->applied);
	json_t *program = outcome->program != NULL ? json_program(outcome->program->applied.days)
						   : NULL;

	if (json_array_size(program) > 0)
		json_object_set(object, "program", program);
	json_decref(program);
	return object;
}

json_t *
json_command_values(const struct cz2_command *command)
{
	json_t *object = json_object();
	json_t *zones = json_array();

	for (int field = 0; field < CZ2_FIRST_ZONE_FIELD; field++) {
		int value = cz2_values_get(&command->wish, (enum cz2_field)field, 0);

		if (value != CZ2_UNKNOWN)
			json_object_set_new(object, cz2_field_info((enum cz2_field)field)->name,
					    json_field_value((enum cz2_field)field, value));
	}
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		json_t *values = zone_values(command, zone);

		if (json_object_size(values) > 1)
			json_array_append(zones, values);
		json_decref(values);
	}
	if (json_array_size(zones) > 0)
		json_object_set(object, "zones", zones);
	json_decref(zones);
	set_day(object, command);
	set_clock(object, command);
	return object;
}

static json_t *
warning_sentence(const struct cz2_warning *warning)
{
	int zone = warning->zone;
	int value = warning->value;

	switch (warning->kind) {
	case CZ2_WARN_HOLD_AND_TEMP:
		return json_sprintf("Zone %d: hold and temp were both given and taken as hold.",
				    zone);
	case CZ2_WARN_NOT_HELD:
		return json_sprintf("Zone %d has neither hold nor temp, so its schedule may take "
				    "the setpoint back at any moment.", zone);
	case CZ2_WARN_ALL_RULED:
		return json_sprintf("Zone %d rules all zones (ALL mode), so the change of zone %d "
				    "shows only when that ends.", value, zone);
	case CZ2_WARN_ZONE_OUT:
		return json_sprintf("Zone %d is OUT: its setpoints do not count until that ends.",
				    zone);
	case CZ2_WARN_COOL_HIGH:
		return json_sprintf("Zone %d: the cool setpoint %d is above %d, which the panel "
				    "may take for \"zone off\".", zone, value, CZ2_COOL_OFF_ABOVE);
	case CZ2_WARN_DEADBAND:
		return json_sprintf("Zone %d: the gap between heat and cool is smaller than the "
				    "panel's own deadband of %d: the panel may move one of them.",
				    zone, value);
	case CZ2_WARN_NO_HEAT_PUMP:
		return json_string("Emergency heat was chosen on a system without a heat pump.");
	}
	return json_string("The panel may not do what was asked.");
}

json_t *
json_warnings(const struct cz2_warnings *warnings)
{
	json_t *list;

	if (warnings->count == 0)
		return NULL;
	list = json_array();
	for (int i = 0; i < warnings->count; i++)
		json_array_append_new(list, warning_sentence(&warnings->list[i]));
	return list;
}

/* Failures that always read alike; the others have numbers in them. */
static const char *const sentences[1 - CZ2_ERROR_LAST] = {
	[-CZ2_ETIMEOUT] = "Could not communicate with HVAC controller.",
	[-CZ2_ECLOSED] = "Could not communicate with HVAC controller.",
	[-CZ2_EREFUSED] = "The panel refused the change.",
	[-CZ2_ENOTKEPT] = "The panel acknowledged the change but did not keep it.",
	[-CZ2_EREADONLY] = "This daemon only reads (panel.read_only): nothing was written.",
	[-CZ2_ETESTMODE] = "The installer's test mode is on: nothing is written until it ends.",
	[-CZ2_ECONFLICT] = "Another device uses our address (panel.bus_address): not written.",
	[-CZ2_EBUSY] = "Too many commands are waiting.",
	[-CZ2_ESTOPPING] = "The daemon is stopping.",
	[-CZ2_EIO] = "The command could not be recorded and was not carried out.",
	[-CZ2_ENOTFOUND] = "The panel was read later and does not show the change.",
	[-CZ2_ECHANGED] = "The row is not as expected: nothing was written.",
	[-CZ2_EUNSUPPORTED] = "The panel's row has an unknown form and was not written.",
};

static const char *const fate_unknown =
	"Could not communicate with HVAC controller. A write went out and was not confirmed: "
	"whether the panel took it is not known.";

static const char *const not_all_shown =
	"The panel was read later and does not show all that was asked for.";

static const char *const unacknowledged =
	"The panel did not acknowledge the write, and does not show it.";

static json_t *
gap_clause(const struct cz2_problem *problem)
{
	char where[16] = "";

	if (problem->zone != 0)
		snprintf(where, sizeof where, "zone %d: ", problem->zone);
	return json_sprintf("%sthe cool setpoint %d must be at least %d above the heat setpoint %d",
			    where, problem->cool, CZ2_SETPOINT_GAP, problem->heat);
}

static json_t *
implausible_sentence(const struct cz2_problem *problem)
{
	const char *name = cz2_field_info(problem->field)->name;
	char row[16];

	return json_sprintf("The panel's row %s holds a %s that makes no sense and was not "
			    "written.", cz2_row_name((enum cz2_row)problem->row, row), name);
}

static json_t *
implausible_day_sentence(const struct cz2_problem *problem)
{
	static const char *const names[] = {
		[CZ2_FAULT_START] = "start",
		[CZ2_FAULT_HEAT] = "heat setpoint",
		[CZ2_FAULT_COOL] = "cool setpoint",
	};
	char row[16];

	return json_sprintf("The panel's row %s (zone %d %s) holds a %s of %s that makes no sense "
			    "and was not written.", cz2_row_name((enum cz2_row)problem->row, row),
			    problem->zone, json_day_names[problem->day],
			    names[problem->schedule.fault],
			    cz2_period_names[problem->schedule.period]);
}

/* A rule of the program: a clause, or a sentence when the panel broke it. */
static json_t *
schedule_problem(const struct outcome *outcome)
{
	const struct cz2_problem *problem = &outcome->problem;

	if (outcome->error == CZ2_EIMPLAUSIBLE)
		return implausible_day_sentence(problem);
	return json_schedule_rule(problem->zone, problem->day, &problem->schedule);
}

/* What is on the panel of it, though not all is. */
static bool
has_a_part(const struct outcome *outcome)
{
	if (outcome->program == NULL)
		return !cz2_command_empty(&outcome->applied);
	for (int i = 0; i < CZ2_SCHEDULES; i++)
		if (!cz2_day_empty(&outcome->program->applied.days[i]))
			return true;
	return false;
}

static json_t *
problem_of(const struct outcome *outcome)
{
	int error = outcome->error;

	if (outcome->problem.error == error && outcome->problem.schedule.fault != CZ2_FAULT_NONE)
		return schedule_problem(outcome);
	if (error == CZ2_EGAP)
		return gap_clause(&outcome->problem);
	if (error == CZ2_EIMPLAUSIBLE && outcome->problem.error == error)
		return implausible_sentence(&outcome->problem);
	if (error == CZ2_EUNCONFIRMED)
		return json_string(fate_unknown);
	if (error == CZ2_ENOTFOUND && has_a_part(outcome))
		return json_string(not_all_shown);
	if (error == CZ2_ETIMEOUT && outcome->raw.device != 0 && outcome->sent)
		return json_string(unacknowledged);
	if (error <= 0 && error >= CZ2_ERROR_LAST && sentences[-error] != NULL)
		return json_string(sentences[-error]);
	return json_sprintf("The command failed: %s.", cz2_strerror(error));
}

/* Of many days the one that ended it. */
json_t *
json_problem(const struct outcome *outcome)
{
	const struct cz2_problem *problem = &outcome->problem;
	json_t *sentence = problem_of(outcome), *placed;

	if (outcome->program == NULL || problem->zone == 0 ||
	    problem->schedule.fault != CZ2_FAULT_NONE)
		return sentence;
	placed = json_sprintf("Zone %d %s: %s", problem->zone, json_day_names[problem->day],
			      json_string_value(sentence));
	json_decref(sentence);
	return placed;
}

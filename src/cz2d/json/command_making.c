/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the body of a command to what it wishes of the panel: what can only be checked on the
 * whole (the gap between setpoints, days that name nothing, whether this house has and uses
 * the zones), and what its members are taken for.
 */
#include "build.h"

#include "cz2d/json/command_kind.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/host_clock.h"
#include "cz2d/devices/devices.h"
#include "cz2d/json/json.h"
#include "cz2d/model/outcome.h"

enum { MINUTE_S = 60, SECOND_MS = 1000 };

/* The gap rule, as far as the body alone can break it. */
static bool
breaks_gap(struct command_making *making)
{
	int heat = body_value(&making->body, CZ2_HEAT);
	int cool = body_value(&making->body, CZ2_COOL);
	struct outcome outcome = {.error = CZ2_EGAP};
	json_t *rule;

	if (heat == BODY_ABSENT || cool == BODY_ABSENT || cool >= heat + CZ2_SETPOINT_GAP)
		return false;
	outcome.problem = (struct cz2_problem){.error = CZ2_EGAP, .heat = heat, .cool = cool};
	if (making->zonal && making->zone >= 1 && making->zone <= CZ2_ZONES_MAX)
		outcome.problem.zone = (int)making->zone;
	rule = json_problem(&outcome);
	body_break_rule(&making->body, json_string_value(rule));
	json_decref(rule);
	return true;
}

/* "Nothing" is no wish, however many empty objects it is made of. */
static void
check_days(struct body *body)
{
	for (int day = 0; day < CZ2_DAYS; day++)
		if (!cz2_day_empty(&body->days[day]))
			return;
	if (body_ok(body))
		body_break_rule(body, "nothing to change: give at least one start, heat, cool or "
				      "out of a period in days");
}

static void
check_clock(struct body *body)
{
	bool sync = body_number(body, "sync") == 1;
	bool day = body_member(body, "day") != NULL;
	bool time = body_member(body, "time") != NULL;

	if (sync && (day || time))
		body_break_rule(body, "either sync, or day and time are accepted");
	else if (day && !time)
		body_miss(body, "time");
	else if (time && !day)
		body_miss(body, "day");
	else if (!sync && !day && body_ok(body))
		body_break_rule(body, "nothing to set: give sync true, or day and time");
}

/* What a body of its kind has to keep besides its table. */
static void
check_body(struct command_making *making)
{
	if (making->kind->deed == COMMAND_PROGRAM)
		check_days(&making->body);
	else if (making->kind->deed == COMMAND_CLOCK)
		check_clock(&making->body);
}

static void
take_all_zones(struct command_making *making, const struct devices *devices)
{
	for (int zone = 1; zone <= devices_zones(devices); zone++)
		if (devices_in_use(devices, zone))
			making->zones |= 1U << (zone - 1);
}

/* The zones that are meant, or the first one that this house does not have. */
static bool
find_zones(struct command_making *making, const struct devices *devices, int64_t *stranger)
{
	const int64_t *list = making->zonal ? &making->zone : making->body.zones;
	int count = making->zonal ? 1 : making->body.zone_count;

	for (int i = 0; i < count; i++) {
		*stranger = list[i];
		if (list[i] < 1 || list[i] > devices_zones(devices))
			return false;
		making->zones |= 1U << (list[i] - 1);
	}
	if (making->kind->whole && count == 0)
		take_all_zones(making, devices);
	return true;
}

/* The first of the zones that is not used; 0: there is none. */
static int
find_retired(const struct command_making *making, const struct devices *devices)
{
	for (int zone = 1; zone <= devices_zones(devices); zone++)
		if ((making->zones & 1U << (zone - 1)) != 0 && !devices_in_use(devices, zone))
			return zone;
	return 0;
}

enum command_flaw
command_check(struct command_making *making, const struct devices *devices, int64_t *zone)
{
	bool sound;

	check_body(making);
	sound = body_ok(&making->body);
	if (breaks_gap(making))
		return sound ? COMMAND_GAP : COMMAND_BODY;
	if (!sound)
		return COMMAND_BODY;
	if (!find_zones(making, devices, zone))
		return COMMAND_ZONE;
	*zone = find_retired(making, devices);
	return *zone != 0 ? COMMAND_RETIRED : COMMAND_SOUND;
}

json_t *
command_flaw_sentence(enum command_flaw flaw, int64_t zone)
{
	if (flaw == COMMAND_ZONE)
		return json_sprintf("Zone %lld not found.", (long long)zone);
	if (flaw == COMMAND_RETIRED)
		return json_sprintf("Zone %lld is decommissioned.", (long long)zone);
	return NULL;
}

static void
name_value(struct cz2_command *command, enum cz2_field field, unsigned zones, int value)
{
	if (!cz2_field_is_zonal(field)) {
		cz2_command_set(command, field, 0, value);
		return;
	}
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if ((zones & 1U << (zone - 1)) != 0)
			cz2_command_set(command, field, zone, value);
}

/* The body has been checked against the same limits that cz2_command_set() keeps. */
static void
name_values(const struct command_making *making, struct cz2_command *command)
{
	const struct body_field *fields = making->body.schema->fields;

	cz2_command_init(command);
	for (int i = 0; fields[i].name != NULL; i++)
		if (making->body.values[i] != BODY_ABSENT)
			name_value(command, fields[i].field, making->zones, making->body.values[i]);
}

static void
name_resumption(const struct command_making *making, struct cz2_command *command)
{
	static const enum cz2_field flags[] = {CZ2_HOLD, CZ2_TEMPORARY, CZ2_OUT};

	cz2_command_init(command);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		name_value(command, flags[i], making->zones, 0);
}

static void
name_clock(const struct command_making *making, struct cz2_command *command)
{
	cz2_command_init(command);
	cz2_command_set_clock(command, making->now - command_clock_ms(making));
}

static void
name_nothing(const struct command_making *making, struct cz2_command *command)
{
	(void)making;
	cz2_command_init(command);
}

void
command_wish(const struct command_making *making, struct cz2_command *wish,
	     struct cz2_warnings *warnings)
{
	static void (*const name[])(const struct command_making *, struct cz2_command *) = {
		[COMMAND_VALUES] = name_values,
		[COMMAND_READS] = name_nothing,
		[COMMAND_PROGRAM] = name_nothing,
		[COMMAND_RESUME] = name_resumption,
		[COMMAND_CLOCK] = name_clock,
	};

	name[making->kind->deed](making, wish);
	cz2_command_exclude(wish, warnings);
}

int64_t
command_clock_ms(const struct command_making *making)
{
	int day = body_number(&making->body, "day");
	int second = body_number(&making->body, "time");

	if (day == BODY_ABSENT)
		return host_clock_week_ms(clock_wall_us_of(making->now));
	return ((int64_t)day * CZ2_DAY_MINUTES * MINUTE_S + second) * SECOND_MS;
}

void
command_program(const struct command_making *making, struct cz2_program *program)
{
	for (int row = 0; row < CZ2_SCHEDULES; row++)
		cz2_day_clear(&program->days[row]);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int day = 0; day < CZ2_DAYS; day++)
			if ((making->zones & 1U << (zone - 1)) != 0)
				program->days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE] =
					making->body.days[day];
}

/* Only the members that say something: null means as if it were not there. */
char *
command_params(const struct command_making *making)
{
	json_t *params = json_object();
	const char *name;
	json_t *value;
	char *text;

	json_object_foreach(making->body.json, name, value)
		if (!json_is_null(value))
			json_object_set(params, name, value);
	text = json_dumps(params, JSON_COMPACT);
	json_decref(params);
	return text;
}

static void
add_params(json_t *params, const struct body_field *fields, const struct cz2_command *wish,
	   int zone)
{
	for (; fields->name != NULL; fields++) {
		int value = cz2_values_get(&wish->wish, fields->field, zone);

		if (value != CZ2_UNKNOWN)
			json_object_set_new(params, fields->name,
					    json_field_value(fields->field, value));
	}
}

char *
command_params_of(const struct cz2_command *wish, int zone)
{
	json_t *params = json_object();
	char *text;

	add_params(params, command_system.schema.fields, wish, 0);
	if (zone != 0)
		add_params(params, command_temperature.schema.fields, wish, zone);
	text = json_dumps(params, JSON_COMPACT);
	json_decref(params);
	return text;
}

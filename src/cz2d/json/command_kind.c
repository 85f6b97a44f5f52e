/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The tables of the commands' bodies, and what can only be checked on the whole: the gap
 * between setpoints, and whether this house has and uses the zones.
 */
#include "build.h"

#include "cz2d/json/command_kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/host_clock.h"
#include "cz2d/devices/devices.h"
#include "cz2d/json/json.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/model/outcome.h"

enum { MINUTE_S = 60, SECOND_MS = 1000 };

#define FLAGS \
	{"temp", BODY_BOOLEAN, CZ2_TEMPORARY, false, 0, \
	 "keep the setpoints until the schedule's next period; true ends hold"}, \
	{"hold", BODY_BOOLEAN, CZ2_HOLD, false, 0, \
	 "keep the setpoints for good; true ends temp"}
#define SETPOINTS_AND_FLAGS \
	{"heat", BODY_INTEGER, CZ2_HEAT, false, 0, "heat setpoint, degrees Fahrenheit"}, \
	{"cool", BODY_INTEGER, CZ2_COOL, false, 0, \
	 "cool setpoint, degrees Fahrenheit, at least 2 above heat"}, \
	FLAGS, \
	{"out", BODY_BOOLEAN, CZ2_OUT, false, 0, "nobody is there"}

#define MODE(required) {"mode", BODY_WORD, CZ2_MODE, required, 0, "the system mode"}
#define ALL \
	{"all", BODY_BOOLEAN, CZ2_ALL, false, CZ2_ALL_ON, \
	 "ALL mode: true lets one zone rule all (zone 1, unless another already does)"}
#define FAN(required) {"fan", BODY_WORD, CZ2_FAN, required, 0, "the fan mode"}

const struct command_kind command_mode = {
	.name = "system.mode",
	.schema = {"SystemMode", .fields = {MODE(true), ALL}},
	.before = "System mode set to ", .after = "",
};

const struct command_kind command_fan = {
	.name = "system.fan",
	.schema = {"SystemFan", .fields = {FAN(true)}},
	.before = "Fan mode set to ", .after = "",
};

const struct command_kind command_system = {
	.name = "system.set",
	.schema = {"SystemSet", .needs_setting = true, .fields = {MODE(false), ALL, FAN(false)}},
	.before = "System updated", .after = "",
};

const struct command_kind command_temperature = {
	.zonal = true,
	.name = "zone.temperature",
	.schema = {"ZoneTemperature", .needs_setting = true, .fields = {SETPOINTS_AND_FLAGS}},
	.before = "Zone ", .after = " temperature updated",
};

const struct command_kind command_batch = {
	.name = "zones.temperature",
	.schema = {"BatchTemperature", .needs_setting = true, .fields = {
		{"zones", BODY_ZONES, CZ2_FIELD_COUNT, true, 0, "the numbers of the zones"},
		SETPOINTS_AND_FLAGS,
	}},
	.before = "Zones ", .after = " temperature updated",
};

const struct command_kind command_hold = {
	.zonal = true,
	.name = "zone.hold",
	.schema = {"ZoneHold", .needs_setting = true, .fields = {
		FLAGS
	}},
	.before = "Zone ", .after = " hold settings updated",
};

const struct command_kind command_update = {
	.name = "system.update",
	.schema = {"Update", .optional = true},
	.before = "Status refreshed successfully", .after = "",
	.deed = COMMAND_READS, .refresh = ENGINE_REFRESH_STATUS,
};

const struct command_kind command_clear = {
	.name = "cache.clear",
	.schema = {"CacheClear", .optional = true},
	.before = "Cache cleared, everything was read anew", .after = "",
	.deed = COMMAND_READS, .refresh = ENGINE_REFRESH_ALL,
};

#define DAYS \
	{"days", BODY_DAYS, CZ2_FIELD_COUNT, true, 0, \
	 "what is to change of which days and periods; null: as it is"}

const struct command_kind command_schedule = {
	.zonal = true,
	.name = "zone.schedule",
	.schema = {"ZoneSchedule", .fields = {DAYS}},
	.before = "Zone ", .after = " schedule updated",
	.deed = COMMAND_PROGRAM,
};

const struct command_kind command_schedules = {
	.whole = true,
	.name = "zones.schedule",
	.schema = {"Schedules", .fields = {
		{"zones", BODY_ZONES, CZ2_FIELD_COUNT, false, 0,
		 "the numbers of the zones; all unless given"},
		DAYS,
	}},
	.before = "Zones ", .after = " schedules updated",
	.deed = COMMAND_PROGRAM,
};

const struct command_kind command_resume = {
	.zonal = true,
	.name = "zone.resume",
	.schema = {"ZoneResume", .optional = true},
	.before = "Zone ", .after = " resumes its schedule",
	.deed = COMMAND_RESUME,
};

const struct command_kind command_resume_all = {
	.whole = true,
	.name = "system.resume",
	.schema = {"SystemResume", .optional = true},
	.before = "All zones resume their schedules", .after = "",
	.deed = COMMAND_RESUME,
};

const struct command_kind command_clock = {
	.name = "clock.set",
	.schema = {"ClockSetting", .needs_setting = true, .fields = {
		{"sync", BODY_BOOLEAN, CZ2_FIELD_COUNT, false, 0,
		 "true: to the local time of the daemon's machine"},
		{"day", BODY_WORD, CZ2_FIELD_COUNT, false, 0, "with time: the day of the week",
		 .words = json_day_names},
		{"time", BODY_TIME, CZ2_FIELD_COUNT, false, 0, "with day: the time of day"},
	}},
	.before = "Clock set to ", .after = "",
	.deed = COMMAND_CLOCK,
};

/* In the order of the names. */
static const struct command_kind *const commands[] = {
	&command_mode, &command_fan, &command_temperature, &command_batch, &command_hold,
	&command_update, &command_clear, &command_schedule, &command_schedules, &command_resume,
	&command_resume_all, &command_clock,
};

const char *const command_kind_names[] = {
	"system.mode", "system.fan", "zone.temperature", "zones.temperature", "zone.hold",
	"system.update", "cache.clear", "zone.schedule", "zones.schedule", "zone.resume",
	"system.resume", "clock.set", NULL,
};

_Static_assert(sizeof command_kind_names / sizeof command_kind_names[0] ==
	       sizeof commands / sizeof commands[0] + 1, "a name for each");

const struct command_kind *
command_kind_at(int n)
{
	return commands[n];
}

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
	struct cz2_day nothing;

	cz2_day_clear(&nothing);
	for (int day = 0; day < CZ2_DAYS; day++)
		if (memcmp(&body->days[day], &nothing, sizeof nothing) != 0)
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The tables of the commands' bodies. What becomes of a body is command_making.c's.
 */
#include "build.h"

#include "cz2d/json/command_kind.h"

#include "cz2d/json/json_schedule.h"

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

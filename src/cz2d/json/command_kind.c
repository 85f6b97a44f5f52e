/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The tables of the commands' bodies, and what can only be checked on the whole: the gap
 * between setpoints, and whether this house has and uses the zones.
 */
#include "build.h"

#include "cz2d/json/command_kind.h"

#include <stdlib.h>

#include "cz2d/devices/devices.h"
#include "cz2d/json/json.h"
#include "cz2d/model/outcome.h"

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
	.reads = true, .refresh = ENGINE_REFRESH_STATUS,
};

const struct command_kind command_clear = {
	.name = "cache.clear",
	.schema = {"CacheClear", .optional = true},
	.before = "Cache cleared, everything was read anew", .after = "",
	.reads = true, .refresh = ENGINE_REFRESH_ALL,
};

/* In the order of the names. */
static const struct command_kind *const commands[] = {
	&command_mode, &command_fan, &command_temperature, &command_batch, &command_hold,
	&command_update, &command_clear,
};

const char *const command_kind_names[] = {
	"system.mode", "system.fan", "zone.temperature", "zones.temperature", "zone.hold",
	"system.update", "cache.clear", NULL,
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
	bool sound = body_ok(&making->body);

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

void
command_wish(const struct command_making *making, struct cz2_command *wish,
	     struct cz2_warnings *warnings)
{
	name_values(making, wish);
	cz2_command_exclude(wish, warnings);
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The commands: what their bodies look like, and the one way from a body to a
 * wish on the panel. Everything wrong with a request is told at once; the bus is
 * the engine's business.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/config.h"

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

const struct api_command api_mode = {
	.name = "system.mode",
	.schema = {"SystemMode", .fields = {
		{"mode", BODY_WORD, CZ2_MODE, true, 0, "the system mode"},
		{"all", BODY_BOOLEAN, CZ2_ALL, false, CZ2_ALL_ON,
		 "ALL mode: true lets one zone rule all (zone 1, unless another already does)"},
	}},
	.before = "System mode set to ", .after = "",
};

const struct api_command api_fan = {
	.name = "system.fan",
	.schema = {"SystemFan", .fields = {{"fan", BODY_WORD, CZ2_FAN, true, 0, "the fan mode"}}},
	.before = "Fan mode set to ", .after = "",
};

const struct api_command api_temperature = {
	.zonal = true,
	.name = "zone.temperature",
	.schema = {"ZoneTemperature", .needs_setting = true, .fields = {SETPOINTS_AND_FLAGS}},
	.before = "Zone ", .after = " temperature updated",
};

const struct api_command api_batch = {
	.name = "zones.temperature",
	.schema = {"BatchTemperature", .needs_setting = true, .fields = {
		{"zones", BODY_ZONES, CZ2_FIELD_COUNT, true, 0, "the numbers of the zones"},
		SETPOINTS_AND_FLAGS,
	}},
	.before = "Zones ", .after = " temperature updated",
};

const struct api_command api_hold = {
	.zonal = true,
	.name = "zone.hold",
	.schema = {"ZoneHold", .needs_setting = true, .fields = {
		FLAGS
	}},
	.before = "Zone ", .after = " hold settings updated",
};

const struct api_command api_update = {
	.name = "system.update",
	.schema = {"Update", .optional = true},
	.before = "Status refreshed successfully", .after = "",
	.reads = true, .refresh = ENGINE_REFRESH_STATUS,
};

const struct api_command api_clear = {
	.name = "cache.clear",
	.schema = {"CacheClear", .optional = true},
	.before = "Cache cleared, everything was read anew", .after = "",
	.reads = true, .refresh = ENGINE_REFRESH_ALL,
};

/* In the order of the names. */
static const struct api_command *const commands[] = {
	&api_mode, &api_fan, &api_temperature, &api_batch, &api_hold, &api_update, &api_clear,
};

const char *const api_command_names[] = {
	"system.mode", "system.fan", "zone.temperature", "zones.temperature", "zone.hold",
	"system.update", "cache.clear", NULL,
};

_Static_assert(sizeof api_command_names / sizeof api_command_names[0] ==
	       sizeof commands / sizeof commands[0] + 1, "a name for each");

const struct api_command *
api_command_at(int n)
{
	return commands[n];
}

/* The gap rule, as far as the body alone can break it. */
static void
check_gap(struct api_making *making)
{
	int heat = body_value(&making->body, CZ2_HEAT);
	int cool = body_value(&making->body, CZ2_COOL);
	struct outcome outcome = {.error = CZ2_EGAP};
	json_t *rule;

	if (heat == BODY_ABSENT || cool == BODY_ABSENT || cool >= heat + CZ2_SETPOINT_GAP)
		return;
	outcome.problem = (struct cz2_problem){.error = CZ2_EGAP, .heat = heat, .cool = cool};
	if (making->zonal && making->zone >= 1 && making->zone <= CZ2_ZONES_MAX)
		outcome.problem.zone = (int)making->zone;
	rule = json_problem(&outcome);
	body_break_rule(&making->body, json_string_value(rule));
	json_decref(rule);
}

/* The zones that are meant, or the first one that this house does not have. */
static bool
find_zones(const struct api_call *call, struct api_making *making, int64_t *stranger)
{
	const int64_t *list = making->zonal ? &making->zone : making->body.zones;
	int count = making->zonal ? 1 : making->body.zone_count;

	for (int i = 0; i < count; i++) {
		*stranger = list[i];
		if (list[i] < 1 || list[i] > call->api->parts.config->panel.zones)
			return false;
		making->zones |= 1U << (list[i] - 1);
	}
	return true;
}

/* The first of the zones that is not used; 0: there is none. */
static int
find_retired(const struct api *api, const struct api_making *making)
{
	for (int zone = 1; zone <= devices_zones(api->parts.devices); zone++)
		if ((making->zones & 1U << (zone - 1)) != 0 &&
		    !devices_in_use(api->parts.devices, zone))
			return zone;
	return 0;
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
make_command(const struct api_making *making, struct cz2_command *command)
{
	const struct body_field *fields = making->body.schema->fields;

	cz2_command_init(command);
	for (int i = 0; fields[i].name != NULL; i++)
		if (making->body.values[i] != BODY_ABSENT)
			name_value(command, fields[i].field, making->zones, making->body.values[i]);
}

/* What the message is about: "1, 2, 3", or the word that was set. */
static void
write_subject(const struct api_making *making, char *out, size_t size)
{
	const struct body_field *field = &making->body.schema->fields[0];
	size_t used = 0;

	out[0] = '\0';
	if (making->kind->reads)
		return;
	if (making->zones == 0) {
		snprintf(out, size, "%s",
			 cz2_field_info(field->field)->words[making->body.values[0]]);
		return;
	}
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if ((making->zones & 1U << (zone - 1)) != 0)
			used += (size_t)snprintf(out + used, size - used, "%s%d",
						 used == 0 ? "" : ", ", zone);
}

/* Only the members that say something: null means as if it were not there. */
static char *
params_text(json_t *body)
{
	json_t *params = json_object();
	const char *name;
	json_t *value;
	char *text;

	json_object_foreach(body, name, value)
		if (!json_is_null(value))
			json_object_set(params, name, value);
	text = json_dumps(params, JSON_COMPACT);
	json_decref(params);
	return text;
}

static void
submit(const struct api_call *call, struct api_making *making)
{
	const struct api_command *kind = making->kind;
	char *params = params_text(making->body.json);
	struct ledger_order order = {
		.command = kind->name,
		.zone = (int)making->zone,
		.params = params,
		.metadata = making->metadata,
		.patience_ms = making->patience_ms,
		.refresh = kind->reads,
		.how = kind->refresh,
	};
	struct api_wish wish = {
		.source = kind->reads ? CZ2_SOURCE_FORCE : CZ2_SOURCE_WRITEBACK,
		.when = making->when,
		.input = json_incref(making->body.json),
	};
	char subject[API_MESSAGE_MAX / 2];

	make_command(making, &order.wish);
	cz2_command_exclude(&order.wish, &order.warnings);
	write_subject(making, subject, sizeof subject);
	snprintf(wish.message, sizeof wish.message, "%s%s%s", kind->before, subject, kind->after);
	api_wait_order(call, &order, &wish);
	free(params);
}

void
api_carry_out(const struct api_call *call, struct api_making *making)
{
	int64_t stranger;
	int retired;

	check_gap(making);
	if (!body_ok(&making->body))
		api_answer(call->request, 422,
			   json_pack("{s:O}", "detail", making->body.errors));
	else if (!find_zones(call, making, &stranger))
		api_answer_detail(call->request, 404,
				  json_sprintf("Zone %lld not found.", (long long)stranger));
	else if ((retired = find_retired(call->api, making)) != 0)
		api_answer_detail(call->request, 409,
				  json_sprintf("Zone %d is decommissioned.", retired));
	else
		submit(call, making);
}

/* True when the caller does not want to wait for the end. */
static bool
wants_async(const struct api_call *call)
{
	const char *prefer = http_header(call->request, "Prefer");

	return call->api->parts.config->worker.enabled ||
	       (prefer != NULL && strstr(prefer, "respond-async") != NULL);
}

void
api_post_command(const struct api_call *call)
{
	struct api_making making = {.kind = call->route->command, .zonal = call->part != NULL};
	size_t length;
	const char *text = http_body(call->request, &length);

	if (wants_async(call)) {
		making.when = API_WHEN_QUEUED;
		making.patience_ms = API_PATIENCE_MS;
	}
	body_init(&making.body, &making.kind->schema);
	if (making.zonal)
		body_path_integer(&making.body, "zone_id", call->part, call->part_length,
				  &making.zone);
	body_decode(&making.body, text, length);
	api_carry_out(call, &making);
	body_fini(&making.body);
}

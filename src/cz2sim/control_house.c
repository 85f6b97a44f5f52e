/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Control commands for what happens in a house and on its wires. */
#include "build.h"

#include "cz2sim/control.h"

#include <string.h>

enum { MS = 1000, SILENCE_MAX_MS = 24 * 3600 * 1000, POWER_CUT_MS = 3000 };

/* A word of the list, its number, or a truth value; -2 when it is none of them. */
static int
number_of(const json_t *json, const char *const *words, int max)
{
	const char *text = json_string_value(json);

	if (json_is_boolean(json))
		return max >= 1 ? json_is_true(json) : -2;
	if (json_is_integer(json) && json_integer_value(json) >= 0 &&
	    json_integer_value(json) <= max)
		return (int)json_integer_value(json);
	for (int i = 0; text != NULL && words != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return -2;
}

struct wall_member {
	const char *name;
	int *value;
	int min, max;
	enum cz2_field words; /* CZ2_FIELD_COUNT: none */
};

static bool
parse_wall_member(struct control_call *call, const char *name, const json_t *json,
		  const struct wall_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct wall_member *member = &members[i];
		bool worded = member->words != CZ2_FIELD_COUNT;

		if (strcmp(member->name, name) != 0)
			continue;
		*member->value = number_of(
			json, worded ? cz2_field_info(member->words)->words : NULL, member->max);
		if (*member->value >= member->min)
			return true;
		control_fail(call, "\"%s\" is not one of %d to %d", name, member->min, member->max);
		return false;
	}
	control_fail(call, "unknown member \"%s\"", name);
	return false;
}

bool
control_parse_wall(struct control_call *call, json_t *members, struct wall_edit *edit)
{
	const struct wall_member known[] = {
		{"zone", &edit->zone, 1, CZ2_ZONES_MAX, CZ2_FIELD_COUNT},
		{"heat", &edit->heat, 32, 110, CZ2_FIELD_COUNT},
		{"cool", &edit->cool, 32, 110, CZ2_FIELD_COUNT},
		{"hold", &edit->hold, 0, 1, CZ2_FIELD_COUNT},
		{"temporary", &edit->temporary, 0, 1, CZ2_FIELD_COUNT},
		{"out", &edit->out, 0, 1, CZ2_FIELD_COUNT},
		{"mode", &edit->mode, 0, 4, CZ2_MODE},
		{"fan", &edit->fan, 0, 1, CZ2_FAN},
		{"all", &edit->all, 0, CZ2_ZONES_MAX, CZ2_FIELD_COUNT},
	};
	const char *name;
	json_t *json;
	bool zonal;

	*edit = fault_new(FAULT_WALL_EDIT).edit;
	json_object_foreach(members, name, json)
	{
		if (!parse_wall_member(call, name, json, known, sizeof known / sizeof known[0]))
			return false;
	}
	zonal = edit->heat != WALL_KEEP || edit->cool != WALL_KEEP || edit->hold != WALL_KEEP ||
		edit->temporary != WALL_KEEP || edit->out != WALL_KEEP;
	if (zonal && edit->zone == WALL_KEEP)
		control_fail(call, "\"zone\" is missing");
	return call->error[0] == '\0';
}

json_t *
control_wall(struct control_call *call)
{
	struct wall_edit edit;

	if (!control_parse_wall(call, call->request, &edit))
		return NULL;
	thermostat_wall(&call->sim->thermostat, &edit, call->now);
	return json_object();
}

static json_t *
present_time(struct control_call *call)
{
	struct calendar_time time =
		calendar_split(calendar_second(&call->sim->thermostat.calendar, call->now));

	return json_pack("{s:i, s:i, s:i, s:i}", "day", time.day, "hour", time.hour, "minute",
			 time.minute, "second", time.second);
}

static bool
in_range(struct control_call *call, const char *name, int value, int max)
{
	if (value >= 0 && value <= max)
		return true;
	control_fail(call, "\"%s\" is not one of 0 to %d", name, max);
	return false;
}

json_t *
control_clock(struct control_call *call)
{
	struct calendar_time time =
		calendar_split(calendar_second(&call->sim->thermostat.calendar, call->now));

	if (json_object_size(call->request) == 0)
		return present_time(call);
	if (!control_unpack(call, "{s?i, s?i, s?i, s?i}", "day", &time.day, "hour", &time.hour,
			    "minute", &time.minute, "second", &time.second) ||
	    !in_range(call, "day", time.day, 6) || !in_range(call, "hour", time.hour, 23) ||
	    !in_range(call, "minute", time.minute, 59) ||
	    !in_range(call, "second", time.second, 59))
		return NULL;
	thermostat_set_clock(&call->sim->thermostat, &time, call->now);
	return present_time(call);
}

json_t *
control_period(struct control_call *call)
{
	if (!control_unpack(call, "{}"))
		return NULL;
	thermostat_next_period(&call->sim->thermostat, call->now);
	return present_time(call);
}

json_t *
control_power_cut(struct control_call *call)
{
	int silence = POWER_CUT_MS;

	if (!control_unpack(call, "{s?i}", "silence_ms", &silence) ||
	    !in_range(call, "silence_ms", silence, SILENCE_MAX_MS))
		return NULL;
	sim_power_cut(call->sim, silence * (int64_t)MS, call->now);
	return json_object();
}

json_t *
control_silence(struct control_call *call)
{
	int on = -1, ms = -1;

	if (!control_unpack(call, "{s?b, s?i}", "on", &on, "ms", &ms))
		return NULL;
	if ((on < 0) == (ms < 0))
		return control_fail(call, "either \"on\" or \"ms\" is wanted");
	if (ms > SILENCE_MAX_MS)
		return control_fail(call, "\"ms\" is not one of 0 to %d", SILENCE_MAX_MS);
	if (on >= 0)
		call->sim->silent_until = on ? INT64_MAX : call->now;
	else
		call->sim->silent_until = call->now + ms * (int64_t)MS;
	return json_object();
}

json_t *
control_equipment(struct control_call *call)
{
	int on;

	if (!control_unpack(call, "{s:b}", "on", &on))
		return NULL;
	call->sim->equipment_on = on;
	call->sim->equipment_at = call->now;
	return json_object();
}

json_t *
control_burst(struct control_call *call)
{
	struct sim *sim = call->sim;
	int on = sim->burst_on, at_once = 0;

	if (!control_unpack(call, "{s?b, s?b}", "on", &on, "now", &at_once))
		return NULL;
	if (on && !sim->burst_on)
		talker_init_burst(&sim->burst, call->now);
	sim->burst_on = on;
	if (at_once)
		talker_hurry(&sim->burst, call->now);
	return json_object();
}

json_t *
control_load(struct control_call *call)
{
	int percent;

	if (!control_unpack(call, "{s:i}", "percent", &percent) ||
	    !in_range(call, "percent", percent, SIM_LOAD_MAX))
		return NULL;
	talker_init_load(&call->sim->load, percent, call->now);
	return json_object();
}

json_t *
control_say(struct control_call *call)
{
	struct line_label label = {.direction = RECORD_BUS, .note = "say"};
	uint8_t bytes[LINE_BYTES];
	struct cz2_frame frame;
	const char *hex;
	size_t size;

	if (!control_unpack(call, "{s:s}", "hex", &hex) ||
	    !control_parse_hex(call, hex, bytes, sizeof bytes, &size))
		return NULL;
	if (size == 0)
		return control_fail(call, "nothing to say");
	if (cz2_frame_decode(bytes, size, &frame) == 0) {
		memcpy(label.meant, bytes, size);
		label.meant_size = size;
	}
	if (line_say(&call->sim->line, bytes, size, call->now, &label) != 0)
		return control_fail(call, "too much is said already");
	return json_object();
}

json_t *
control_hang_up(struct control_call *call)
{
	const struct sim_host *host = &call->sim->host;
	const char *path;
	json_t *answer;

	if (!control_unpack(call, "{}"))
		return NULL;
	if (host->hang_up != NULL)
		host->hang_up(host->context, 0);
	path = host->pty != NULL ? host->pty(host->context) : NULL;
	answer = json_object();
	if (path != NULL)
		json_object_set_new(answer, "pty", json_string(path));
	return answer;
}

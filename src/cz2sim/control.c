/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The control socket's commands: the table, the envelope of requests and
 * answers, and the few commands that belong to no other file.
 */
#include "build.h"

#include "cz2sim/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

json_t *
control_fail(struct control_call *call, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(call->error, sizeof call->error, format, arguments);
	va_end(arguments);
	return NULL;
}

bool
control_unpack(struct control_call *call, const char *format, ...)
{
	json_error_t error;
	va_list arguments;
	int failed;

	va_start(arguments, format);
	failed = json_vunpack_ex(call->request, &error, JSON_STRICT, format, arguments);
	va_end(arguments);
	if (failed)
		control_fail(call, "%s", error.text);
	return !failed;
}

bool
control_parse_row(struct control_call *call, const char *text, int *table, int *row)
{
	int end = 0;

	if (sscanf(text, "%3d.%3d%n", table, row, &end) == 2 && text[end] == '\0' && *table > 0 &&
	    *row > 0)
		return true;
	control_fail(call, "\"%s\" is no row: write it like \"1.16\"", text);
	return false;
}

json_t *
control_hex(const uint8_t *bytes, size_t size)
{
	char text[2 * LINE_BYTES + 2 * CZ2_FRAME_MAX + 1];
	size_t length = 0;

	for (size_t i = 0; i < size && length + 2 < sizeof text; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "%02x", bytes[i]);
	return json_stringn(text, length);
}

bool
control_parse_hex(struct control_call *call, const char *text, uint8_t *bytes, size_t room,
		  size_t *size)
{
	*size = 0;
	while (*text != '\0') {
		unsigned byte;
		int end = 0;

		if (*text == ' ') {
			text++;
			continue;
		}
		if (*size == room) {
			control_fail(call, "more than %zu bytes of hex", room);
			return false;
		}
		if (strspn(text, "0123456789abcdefABCDEF") < 2 ||
		    sscanf(text, "%2x%n", &byte, &end) != 1) {
			control_fail(call, "hex has two digits for each byte");
			return false;
		}
		bytes[(*size)++] = (uint8_t)byte;
		text += end;
	}
	return true;
}

json_t *
control_time(int64_t time)
{
	return json_real((double)time / 1000);
}

static json_t *
ping(struct control_call *call)
{
	int clients = 0;

	if (!control_unpack(call, "{}"))
		return NULL;
	for (int i = 0; i < SIM_CLIENTS; i++)
		clients += call->sim->clients[i].connected;
	return json_pack("{s:o, s:s, s:i, s:i}", "t_ms", control_time(call->now), "version",
			 PACKAGE_VERSION, "zones", call->sim->config.zones, "clients", clients);
}

static json_t *
seed(struct control_call *call)
{
	json_int_t value;

	if (!control_unpack(call, "{s:I}", "value", &value))
		return NULL;
	chance_init(&call->sim->chance, (uint64_t)value);
	return json_object();
}

static json_t *
reset(struct control_call *call)
{
	if (!control_unpack(call, "{}"))
		return NULL;
	record_reset(call->sim->record);
	sim_begin_history(call->sim, call->now);
	return json_object();
}

static json_t *
quit(struct control_call *call)
{
	const struct sim_host *host = &call->sim->host;

	if (!control_unpack(call, "{}"))
		return NULL;
	if (host->quit != NULL)
		host->quit(host->context);
	return json_object();
}

static const struct {
	const char *name;
	control_handler handler;
} commands[] = {
	{"ping", ping},
	{"get", control_get},
	{"row", control_row},
	{"value", control_value},
	{"set", control_set},
	{"equipment", control_equipment},
	{"clock", control_clock},
	{"wall", control_wall},
	{"period", control_period},
	{"power-cut", control_power_cut},
	{"silence", control_silence},
	{"burst", control_burst},
	{"load", control_load},
	{"say", control_say},
	{"hang-up", control_hang_up},
	{"fault", control_fault},
	{"faults", control_faults},
	{"rates", control_rates},
	{"seed", seed},
	{"counters", control_counters},
	{"log", control_log},
	{"history", control_history},
	{"reset", reset},
	{"quit", quit},
};

static json_t *
dispatch(struct control_call *call, const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].handler(call);
	return control_fail(call, "unknown command \"%s\"", name);
}

/* The name is taken out, so that handlers see nothing but their own members. */
static json_t *
perform(struct control_call *call)
{
	const char *name;
	char copy[32];

	if (!json_is_object(call->request))
		return control_fail(call, "a command is one JSON object on a line");
	name = json_string_value(json_object_get(call->request, "cmd"));
	if (name == NULL)
		return control_fail(call, "\"cmd\" is missing or no string");
	snprintf(copy, sizeof copy, "%s", name);
	json_object_del(call->request, "cmd");
	return dispatch(call, copy);
}

char *
sim_control(struct sim *sim, const char *line, int64_t now)
{
	struct control_call call = {.sim = sim, .now = now};
	json_error_t error;
	json_t *answer;
	char *text;

	sim_step(sim, now);
	call.request = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	if (call.request == NULL)
		answer = control_fail(&call, "not JSON: %s", error.text);
	else
		answer = perform(&call);
	json_decref(call.request);
	if (answer == NULL)
		answer = json_pack("{s:b, s:s}", "ok", 0, "error", call.error);
	else
		json_object_set_new(answer, "ok", json_true());
	text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(answer);
	return text != NULL ? text : mem_text("{\"ok\":false,\"error\":\"out of memory\"}");
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Control commands that order faults, list them and set their chances. */
#include "build.h"

#include "cz2sim/control.h"

#include <string.h>

enum { NTH_MAX = 1000000 };

/* Takes a member out of the request; NULL when it is not there. The caller frees it. */
static json_t *
take(struct control_call *call, const char *name)
{
	json_t *json = json_incref(json_object_get(call->request, name));

	json_object_del(call->request, name);
	return json;
}

/* An integer member, taken out; value stays when it is missing. */
static bool
take_number(struct control_call *call, const char *name, int min, int max, int *value)
{
	json_auto_t *json = take(call, name);

	if (json == NULL)
		return true;
	if (json_is_integer(json) && json_integer_value(json) >= min &&
	    json_integer_value(json) <= max) {
		*value = (int)json_integer_value(json);
		return true;
	}
	control_fail(call, "\"%s\" is not one of %d to %d", name, min, max);
	return false;
}

static bool
take_row(struct control_call *call, struct fault_filter *filter)
{
	json_auto_t *json = take(call, "row");

	if (json == NULL)
		return true;
	if (json_is_string(json))
		return control_parse_row(call, json_string_value(json), &filter->table,
					 &filter->row);
	control_fail(call, "\"row\" is a string");
	return false;
}

static bool
take_function(struct control_call *call, struct fault_filter *filter)
{
	json_auto_t *json = take(call, "function");
	const char *text = json_string_value(json);

	if (json == NULL)
		return true;
	if (text != NULL && strcmp(text, "read") == 0)
		filter->function = CZ2_READ;
	else if (text != NULL && strcmp(text, "write") == 0)
		filter->function = CZ2_WRITE;
	else
		control_fail(call, "\"function\" is \"read\" or \"write\"");
	return call->error[0] == '\0';
}

static bool
take_parameters(struct control_call *call, struct fault *fault)
{
	const struct fault_info *info = fault_info(fault->kind);

	for (int i = 0; i < FAULT_PARAMETERS; i++) {
		const struct fault_parameter *parameter = &info->parameters[i];

		if (parameter->name != NULL && !take_number(call, parameter->name, parameter->min,
							    parameter->max, &fault->parameters[i]))
			return false;
	}
	return true;
}

static bool
take_wall_edit(struct control_call *call, struct fault *fault)
{
	json_auto_t *when = NULL;
	const char *text;

	if (fault->kind != FAULT_WALL_EDIT)
		return control_unpack(call, "{}");
	when = take(call, "when");
	text = json_string_value(when);
	fault->after = text != NULL && strcmp(text, "after") == 0;
	if (when != NULL && !fault->after && (text == NULL || strcmp(text, "before") != 0)) {
		control_fail(call, "\"when\" is \"before\" or \"after\"");
		return false;
	}
	return control_parse_wall(call, call->request, &fault->edit);
}

static bool
take_kind(struct control_call *call, struct fault *fault)
{
	json_auto_t *json = take(call, "kind");
	const char *name = json_string_value(json);
	enum fault_kind kind = name != NULL ? fault_find(name) : FAULT_KINDS;

	if (kind == FAULT_KINDS) {
		control_fail(call, "unknown kind of fault \"%s\"", name != NULL ? name : "");
		return false;
	}
	*fault = fault_new(kind);
	return true;
}

json_t *
control_fault(struct control_call *call)
{
	struct fault fault;
	int id;

	if (!take_kind(call, &fault) || !take_number(call, "nth", 1, NTH_MAX, &fault.nth) ||
	    !take_number(call, "count", 1, NTH_MAX, &fault.count) ||
	    !take_number(call, "source", 0, 255, &fault.filter.source) ||
	    !take_function(call, &fault.filter) || !take_row(call, &fault.filter) ||
	    !take_parameters(call, &fault) || !take_wall_edit(call, &fault))
		return NULL;
	id = faults_add(&call->sim->faults, &fault);
	if (id < 0)
		return control_fail(call, "%d faults wait already", FAULTS_MAX);
	return json_pack("{s:i}", "fault", id);
}

json_t *
control_faults(struct control_call *call)
{
	const struct faults *faults = &call->sim->faults;
	json_t *list;
	int clear = 0;

	if (!control_unpack(call, "{s?b}", "clear", &clear))
		return NULL;
	if (clear)
		faults_clear(&call->sim->faults);
	list = json_array();
	for (int i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->list[i];

		json_array_append_new(
			list, json_pack("{s:i, s:s, s:i, s:i, s:i}", "fault", fault->id, "kind",
					fault_info(fault->kind)->name, "nth", fault->nth, "count",
					fault->count, "injected", fault->injected));
	}
	return json_pack("{s:o}", "faults", list);
}

static bool
take_rate(struct control_call *call, enum fault_rate rate)
{
	json_auto_t *json = take(call, fault_rate_name(rate));

	if (json == NULL)
		return true;
	if (json_is_number(json) && json_number_value(json) >= 0 && json_number_value(json) <= 1) {
		call->sim->faults.rates[rate] = json_number_value(json);
		return true;
	}
	control_fail(call, "\"%s\" is not from 0 to 1", fault_rate_name(rate));
	return false;
}

json_t *
control_rates(struct control_call *call)
{
	json_t *answer;

	for (int rate = 0; rate < FAULT_RATES; rate++)
		if (!take_rate(call, (enum fault_rate)rate))
			return NULL;
	if (!control_unpack(call, "{}"))
		return NULL;
	answer = json_object();
	for (int rate = 0; rate < FAULT_RATES; rate++)
		json_object_set_new(answer, fault_rate_name((enum fault_rate)rate),
				    json_real(call->sim->faults.rates[rate]));
	return answer;
}

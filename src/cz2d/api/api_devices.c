/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel and its zones as devices: which there are, what they are called, and whether
 * they are used. How well they are is api_device_health.c's.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdlib.h>

#include "cz2d/config/config_check.h"
#include "cz2d/model/model.h"

const struct command_kind api_device_patch = {
	.schema = {"DevicePatch", .needs_setting = true, .fields = {
		{"name", BODY_TEXT, CZ2_FIELD_COUNT, false, 0,
		 "what it is called; null: as the configuration has it", 1, DEVICE_NAME_CHARACTERS,
		 .clears = true},
		{"metadata", BODY_OBJECT, CZ2_FIELD_COUNT, false, 0,
		 "anything, up to 4 KiB and 8 levels deep; replaced as a whole; null: {}",
		 .clears = true},
	}},
};

const struct command_kind api_decommission = {.schema = {"Decommission", .optional = true}};
const struct command_kind api_recommission = {.schema = {"Recommission", .optional = true}};

/* ------------------------------------------------------------------------
 * Looking
 */

bool
api_find_device(const struct api_call *call, int *number)
{
	const struct api_part *id = &call->parts[0];

	*number = devices_find(call->api->parts.devices, id->text, id->length);
	if (*number >= 0)
		return true;
	api_answer_absent(call->request, "Device");
	return false;
}

static struct json_view
view_of(const struct api *api, int64_t now)
{
	return json_view_at(api->parts.devices, api->parts.model, now);
}

enum device_status
api_device_status(const struct api *api, int number, int64_t now)
{
	json_t *problems;
	size_t count;

	if (!devices_in_use(api->parts.devices, number))
		return DEVICE_DECOMMISSIONED;
	problems = api_device_problems(api, number, now);
	count = json_array_size(problems);
	json_decref(problems);
	if (count > 0)
		return DEVICE_ERROR;
	return model_connected(api->parts.model) ? DEVICE_ONLINE : DEVICE_OFFLINE;
}

json_t *
api_device_document(const struct api *api, int number, int64_t now)
{
	struct json_view view = view_of(api, now);

	return json_device(&view, number, api_device_status(api, number, now));
}

void
api_get_devices(const struct api_call *call)
{
	int64_t status, type;
	json_t *list;

	if (!api_read_query(call, "status", &status) || !api_read_query(call, "type", &type))
		return;
	list = json_array();
	for (int number = 0; number <= devices_zones(call->api->parts.devices); number++) {
		if (status >= 0 &&
		    api_device_status(call->api, number, call->now) != (enum device_status)status)
			continue;
		if (type >= 0 && (number == 0) != (type == DEVICE_PANEL))
			continue;
		json_array_append_new(list, api_device_document(call->api, number, call->now));
	}
	api_answer(call->request, 200,
		   json_pack("{s:o, s:i}", "devices", list, "total", (int)json_array_size(list)));
}

void
api_get_device(const struct api_call *call)
{
	int number;

	if (api_find_device(call, &number))
		api_answer(call->request, 200,
			   api_device_document(call->api, number, call->now));
}

void
api_get_device_status(const struct api_call *call)
{
	struct json_view view = view_of(call->api, call->now);
	int number;

	if (api_find_device(call, &number))
		api_answer(call->request, 200,
			   json_pack("{s:o, s:o}", "status",
				     number == 0 ? json_status(&view)
						 : json_zone_status(&view, number),
				     "meta", json_meta(&view, CZ2_SOURCE_NONE)));
}

void
api_get_device_config(const struct api_call *call)
{
	struct json_view view = view_of(call->api, call->now);
	int number;

	if (api_find_device(call, &number))
		api_answer(call->request, 200,
			   json_pack("{s:s, s:o}", "device_id",
				     devices_at(call->api->parts.devices, number)->id, "settings",
				     json_device_settings(&view, number)));
}

/* ------------------------------------------------------------------------
 * Names and metadata
 */

static void
check_name(struct body *body, const struct devices_change *change)
{
	if (change->name != NULL && !config_check_plain(change->name))
		body_refuse(body, "name", "a name has no control characters");
}

/* Takes the members that were named, also those named null. */
static struct devices_change
change_of(struct body *body, char **metadata)
{
	json_t *object = body_member(body, "metadata");
	struct devices_change change = {
		.names = json_object_get(body->json, "name") != NULL,
		.describes = json_object_get(body->json, "metadata") != NULL,
		.name = json_string_value(body_member(body, "name")),
	};

	*metadata = json_is_object(object) ? json_dumps(object, JSON_COMPACT) : NULL;
	change.metadata = *metadata != NULL ? *metadata : "{}";
	check_name(body, &change);
	api_metadata_check(body);
	return change;
}

void
api_patch_device(const struct api_call *call)
{
	struct devices_change change;
	struct body body;
	size_t length;
	const char *text = http_body(call->request, &length);
	char *metadata;
	int number;

	body_init(&body, &call->route->command->schema);
	body_decode(&body, text, length);
	change = change_of(&body, &metadata);
	if (!body_ok(&body))
		api_answer_body(call->request, &body);
	else if (api_find_device(call, &number))
		api_wait_change(call, number, &change);
	body_fini(&body);
	free(metadata);
}

/* ------------------------------------------------------------------------
 * In use, or not
 */

/* Why the device cannot be done without; NULL: it can. */
static json_t *
why_needed(const struct api *api, int number)
{
	const struct cz2_values *state = model_state(api->parts.model);

	if (number == 0)
		return json_string("The panel cannot be decommissioned.");
	if (!devices_can_retire(number))
		return json_string("Zone 1 is the wall unit itself and cannot be decommissioned.");
	if (cz2_values_get(state, CZ2_ALL, 0) == number)
		return json_sprintf("Zone %d rules all zones (ALL mode) and cannot be "
				    "decommissioned until that ends.", number);
	return NULL;
}

static void
retire(const struct api_call *call, bool decommissioned)
{
	struct devices_change change = {.retires = true, .decommissioned = decommissioned};
	json_t *why;
	int number;

	if (!api_read_nothing(call) || !api_find_device(call, &number))
		return;
	why = decommissioned ? why_needed(call->api, number) : NULL;
	if (why != NULL)
		api_answer_detail(call->request, 409, why);
	else
		api_wait_change(call, number, &change);
}

void
api_post_decommission(const struct api_call *call)
{
	retire(call, true);
}

void
api_post_recommission(const struct api_call *call)
{
	retire(call, false);
}

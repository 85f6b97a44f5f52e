/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands by name: an envelope that says for which device, with which parameters and how
 * long it may wait, around the same body that the command's own route takes.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdlib.h>

enum {
	MINUTE_MS = 60 * 1000,
	EXPIRES_MINUTES = 60, /* unless told otherwise */
	EXPIRES_MINUTES_MAX = 7 * 24 * 60,
	NAME_MAX_BYTES = RECORD_WORD_SIZE - 1,
};

#define EXPIRES_AND_METADATA \
	{"expires_in_minutes", BODY_NUMBER, CZ2_FIELD_COUNT, false, 0, \
	 "how long it may wait for the panel; 60 unless given", 1, EXPIRES_MINUTES_MAX}, \
	{"metadata", BODY_OBJECT, CZ2_FIELD_COUNT, false, 0, "kept with the command", 0, 0}
#define COMMAND(name, required, help) \
	{name, BODY_WORD, CZ2_FIELD_COUNT, required, 0, help, 0, 0, command_kind_names}
#define PARAMS(name) \
	{name, BODY_OBJECT, CZ2_FIELD_COUNT, false, 0, "what the command's own route takes", 0, 0}

const struct command_kind api_order = {
	.schema = {"Order", .fields = {
		{"device_id", BODY_TEXT, CZ2_FIELD_COUNT, false, 0,
		 "the panel or a zone; the panel unless given", 1, NAME_MAX_BYTES},
		COMMAND("command", true, "which command"),
		PARAMS("params"), EXPIRES_AND_METADATA,
	}},
};

const struct command_kind api_device_order = {
	.schema = {"DeviceOrder", .fields = {
		COMMAND("command", false, "which command"),
		COMMAND("command_type", false, "the same"),
		PARAMS("params"), PARAMS("command_params"), EXPIRES_AND_METADATA,
	}},
};

/* What has two names may be given by both when they say the same. */
static void
check_names(struct body *envelope)
{
	static const struct {
		const char *name, *other, *rule;
	} names[] = {
		{"command", "command_type", "it is another name of command, which says otherwise"},
		{"params", "command_params", "it is another name of params, which says otherwise"},
	};

	if (envelope->schema != &api_device_order.schema)
		return; /* it has one name for each */
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const json_t *one = body_member(envelope, names[i].name);
		const json_t *other = body_member(envelope, names[i].other);

		if (one != NULL && other != NULL && !json_equal(one, other))
			body_refuse(envelope, names[i].other, names[i].rule);
	}
}

/* The member by the one name or the other. */
static const char *
either(const struct body *envelope, const char *name, const char *other)
{
	return body_member(envelope, name) == NULL && body_member(envelope, other) != NULL ? other
											    : name;
}

/* Decodes them: when the device is no zone one may stand there, as in the command's own path. */
static void
decode_params(struct command_making *making, const struct body *envelope, const char *params)
{
	bool wants_zone = making->zonal && making->zone == 0;
	json_t *object = body_member(envelope, params);
	json_t *zone = wants_zone ? json_incref(json_object_get(object, "zone_id")) : NULL;

	if (zone != NULL)
		json_object_del(object, "zone_id");
	body_init(&making->body, &making->kind->schema);
	body_decode_member(&making->body, envelope, params);
	if (zone != NULL)
		body_loose_integer(&making->body, "zone_id", zone, &making->zone);
	else if (wants_zone)
		body_miss(&making->body, "zone_id");
	json_decref(zone);
}

static void
carry_out(const struct api_call *call, const struct body *envelope,
	  const struct command_kind *kind, int zone)
{
	json_t *minutes = body_member(envelope, "expires_in_minutes");
	json_t *metadata = body_member(envelope, "metadata");
	const char *params = either(envelope, "params", "command_params");
	char *text = metadata != NULL ? json_dumps(metadata, JSON_COMPACT) : NULL;
	struct api_making making = {
		.command = {.kind = kind, .zonal = kind->zonal, .zone = zone, .now = call->now},
		.when = API_WHEN_CREATED,
		.patience_ms = EXPIRES_MINUTES * (int64_t)MINUTE_MS,
		.metadata = text,
	};

	if (minutes != NULL)
		making.patience_ms =
			body_number(envelope, "expires_in_minutes") * (int64_t)MINUTE_MS;
	decode_params(&making.command, envelope, params);
	api_carry_out(call, &making);
	body_fini(&making.command.body);
	free(text);
}

/* NULL, and an error, when none is named. */
static const struct command_kind *
find_command(struct body *envelope)
{
	const char *member = either(envelope, "command", "command_type");
	int n = body_number(envelope, member);

	if (n != BODY_ABSENT)
		return command_kind_at(n);
	/* Where it has two names, neither is required by itself. */
	if (envelope->schema == &api_device_order.schema &&
	    body_member(envelope, member) == NULL)
		body_miss(envelope, member);
	return NULL;
}

/* zone: 0 for the panel, -1 when there is no such device. */
static void
post(const struct api_call *call, struct body *envelope, int zone)
{
	const struct command_kind *kind = find_command(envelope);

	check_names(envelope);
	api_metadata_check(envelope);
	if (!body_ok(envelope))
		api_answer_body(call->request, envelope);
	else if (zone < 0)
		api_answer_absent(call->request, "Device");
	else if (api_permits_command(call, kind))
		carry_out(call, envelope, kind, zone);
}

static void
decode_envelope(const struct api_call *call, struct body *envelope)
{
	size_t length;
	const char *text = http_body(call->request, &length);

	body_init(envelope, &call->route->command->schema);
	body_decode(envelope, text, length);
}

void
api_post_order(const struct api_call *call)
{
	const struct devices *devices = call->api->parts.devices;
	struct body envelope;
	const json_t *id;

	decode_envelope(call, &envelope);
	id = body_member(&envelope, "device_id");
	post(call, &envelope,
	     json_is_string(id)
		     ? devices_find(devices, json_string_value(id), json_string_length(id))
		     : 0);
	body_fini(&envelope);
}

void
api_post_device_order(const struct api_call *call)
{
	const struct api_part *id = &call->parts[0];
	struct body envelope;

	decode_envelope(call, &envelope);
	post(call, &envelope, devices_find(call->api->parts.devices, id->text, id->length));
	body_fini(&envelope);
}

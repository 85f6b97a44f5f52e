/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The commands of REST: from a request's body to the ledger, or to an answer that tells
 * everything that is wrong at once. What the bodies look like is command_kind's.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/config/config.h"

/* What the message is about: "1, 2, 3", or the word that was set. */
static void
write_subject(const struct command_making *making, char *out, size_t size)
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

static void
submit(const struct api_call *call, struct api_making *making)
{
	const struct command_making *command = &making->command;
	const struct command_kind *kind = command->kind;
	char *params = command_params(command);
	struct ledger_order order = {
		.command = kind->name,
		.zone = (int)command->zone,
		.params = params,
		.metadata = making->metadata,
		.patience_ms = making->patience_ms,
		.refresh = kind->reads,
		.how = kind->refresh,
	};
	struct api_wish wish = {
		.source = kind->reads ? CZ2_SOURCE_FORCE : CZ2_SOURCE_WRITEBACK,
		.when = making->when,
		.input = json_incref(command->body.json),
	};
	char subject[API_MESSAGE_MAX / 2];

	command_wish(command, &order.wish, &order.warnings);
	write_subject(command, subject, sizeof subject);
	snprintf(wish.message, sizeof wish.message, "%s%s%s", kind->before, subject, kind->after);
	api_wait_order(call, &order, &wish);
	free(params);
}

void
api_carry_out(const struct api_call *call, struct api_making *making)
{
	struct body *body = &making->command.body;
	int64_t zone;

	switch (command_check(&making->command, call->api->parts.devices, &zone)) {
	case COMMAND_SOUND:
		submit(call, making);
		break;
	case COMMAND_BODY:
	case COMMAND_GAP:
		api_answer(call->request, 422, json_pack("{s:O}", "detail", body->errors));
		break;
	case COMMAND_ZONE:
		api_answer_detail(call->request, 404, command_flaw_sentence(COMMAND_ZONE, zone));
		break;
	case COMMAND_RETIRED:
		api_answer_detail(call->request, 409,
				  command_flaw_sentence(COMMAND_RETIRED, zone));
		break;
	}
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
	struct api_making making = {
		.command = {.kind = call->route->command, .zonal = call->part != NULL}};
	struct command_making *command = &making.command;
	size_t length;
	const char *text = http_body(call->request, &length);

	if (wants_async(call)) {
		making.when = API_WHEN_QUEUED;
		making.patience_ms = API_PATIENCE_MS;
	}
	body_init(&command->body, &command->kind->schema);
	if (command->zonal)
		body_path_integer(&command->body, "zone_id", call->part, call->part_length,
				  &command->zone);
	body_decode(&command->body, text, length);
	api_carry_out(call, &making);
	body_fini(&command->body);
}

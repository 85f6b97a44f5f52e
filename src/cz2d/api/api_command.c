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
#include "cz2d/json/json_clock.h"

/* "1, 2, 3" */
static void
write_zones(const struct command_making *making, char *out, size_t size)
{
	size_t used = 0;

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if ((making->zones & 1U << (zone - 1)) != 0)
			used += (size_t)snprintf(out + used, size - used, "%s%d",
						 used == 0 ? "" : ", ", zone);
}

/* "Mon 15:45:10" */
static void
write_moment(const struct command_making *making, char *out, size_t size)
{
	json_t *moment = json_week_second((int)(command_clock_ms(making) / 1000));

	snprintf(out, size, "%s", json_string_value(moment));
	json_decref(moment);
}

/* What the message is about: zones, the moment, or the word that was set. */
static void
write_subject(const struct command_making *making, char *out, size_t size)
{
	const struct command_kind *kind = making->kind;
	const struct body_field *field = &making->body.schema->fields[0];

	out[0] = '\0';
	if (kind->after[0] != '\0')
		write_zones(making, out, size);
	else if (kind->deed == COMMAND_CLOCK)
		write_moment(making, out, size);
	else if (kind->deed == COMMAND_VALUES)
		snprintf(out, size, "%s",
			 cz2_field_info(field->field)->words[making->body.values[0]]);
}

/* What its answer shows: the status, unless it is about something else. */
static api_document *
document_of(const struct command_kind *kind)
{
	if (kind->deed == COMMAND_CLOCK)
		return api_clock_document;
	if (kind->deed == COMMAND_PROGRAM)
		return kind->zonal ? api_schedule_document : api_schedules_document;
	return api_status_document;
}

static void
submit(const struct api_call *call, struct api_making *making)
{
	const struct command_making *command = &making->command;
	const struct command_kind *kind = command->kind;
	char *params = command_params(command);
	struct cz2_program program;
	struct ledger_order order = {
		.command = kind->name,
		.zone = (int)command->zone,
		.params = params,
		.metadata = making->metadata,
		.patience_ms = making->patience_ms,
		.refresh = kind->deed == COMMAND_READS,
		.how = kind->refresh,
	};
	struct api_wish wish = {
		.document = document_of(kind),
		.zones = command->zones,
		.source = order.refresh ? CZ2_SOURCE_FORCE : CZ2_SOURCE_WRITEBACK,
		.when = making->when,
		.input = json_incref(command->body.json),
	};
	char subject[API_MESSAGE_MAX / 2];

	command_wish(command, &order.wish, &order.warnings);
	if (kind->deed == COMMAND_PROGRAM) {
		command_program(command, &program);
		order.program = &program;
	}
	write_subject(command, subject, sizeof subject);
	snprintf(wish.message, sizeof wish.message, "%s%s%s", kind->before, subject, kind->after);
	api_wait_order(call, &order, &wish);
	free(params);
}

void
api_answer_flaw(const struct api_call *call, enum command_flaw flaw, int64_t zone,
		const struct body *body)
{
	json_t *sentence = command_flaw_sentence(flaw, zone);

	if (sentence == NULL)
		api_answer_body(call->request, body);
	else
		api_answer_detail(call->request, flaw == COMMAND_ZONE ? 404 : 409, sentence);
}

void
api_carry_out(const struct api_call *call, struct api_making *making)
{
	int64_t zone = 0;
	enum command_flaw flaw =
		command_check(&making->command, call->api->parts.devices, &zone);

	if (flaw == COMMAND_SOUND)
		submit(call, making);
	else
		api_answer_flaw(call, flaw, zone, &making->command.body);
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
	const struct api_part *zone = &call->parts[0];
	struct api_making making = {
		.command = {.kind = call->route->command, .zonal = zone->text != NULL,
			    .now = call->now}};
	struct command_making *command = &making.command;
	size_t length;
	const char *text = http_body(call->request, &length);

	if (wants_async(call)) {
		making.when = API_WHEN_QUEUED;
		making.patience_ms = API_PATIENCE_MS;
	}
	body_init(&command->body, &command->kind->schema);
	if (command->zonal)
		body_path_integer(&command->body, "zone_id", zone->text, zone->length,
				  &command->zone);
	body_decode(&command->body, text, length);
	api_carry_out(call, &making);
	body_fini(&command->body);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Results of messages as documents. What the ledger knows of a command is taken from its
 * record, so that a result reads alike whenever it is told.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/error.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/record.h"

/* What all results have, in the order in which people read them. */
struct facts {
	const char *id, *status, *code, *message, *command;
	json_t *params, *applied, *warnings; /* taken */
	bool unchanged;
	json_int_t transactions;
	int64_t duration_ms, wall_us;
};

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
document_of(const struct facts *facts, const struct mqtt_letter *letters)
{
	json_t *document = json_object();

	json_object_set_new(document, "command_id", json_string(facts->id));
	json_object_set_new(document, "status", json_string(facts->status));
	json_object_set_new(document, "error_code", text_or_null(facts->code));
	json_object_set_new(document, "error_message", text_or_null(facts->message));
	json_object_set_new(document, "command", text_or_null(facts->command));
	json_object_set_new(document, "topics", mqtt_letter_topics(letters));
	json_object_set_new(document, "request", mqtt_letter_request(letters));
	json_object_set_new(document, "params", facts->params);
	json_object_set_new(document, "applied", facts->applied);
	json_object_set_new(document, "warnings", facts->warnings);
	json_object_set_new(document, "unchanged", json_boolean(facts->unchanged));
	json_object_set_new(document, "source", json_string("mqtt"));
	json_object_set_new(document, "transactions", json_integer(facts->transactions));
	json_object_set_new(document, "duration_ms", json_integer(facts->duration_ms));
	json_object_set_new(document, "timestamp", json_time(facts->wall_us));
	return document;
}

static json_t *
never_recorded(const char *id, const char *status, const char *code, const char *message,
	       const struct mqtt_letter *letters, int64_t now)
{
	char made[UUID_SIZE];
	struct facts facts = {
		.id = id,
		.status = status,
		.code = code,
		.message = message,
		.params = json_null(),
		.applied = json_null(),
		.warnings = json_array(),
		.duration_ms = letters != NULL ? now - letters->arrived : 0,
		.wall_us = clock_wall_us_of(now),
	};

	if (id == NULL) {
		uuid_make(made);
		facts.id = made;
	}
	return document_of(&facts, letters);
}

json_t *
mqtt_result_refused(const char *id, const struct mqtt_refusal *refusal,
		    const struct mqtt_letter *letters, int64_t now)
{
	return never_recorded(id, "refused", mqtt_code_word(refusal->code), refusal->sentence,
			      letters, now);
}

json_t *
mqtt_result_superseded(const struct mqtt_letter *letter, int64_t now)
{
	return never_recorded(NULL, "superseded", NULL, "A later message replaced this one.",
			      letter, now);
}

/* ------------------------------------------------------------------------
 * Records
 */

/* The code for what the ledger calls an error; NULL: it went well. */
static const char *
code_of(const json_t *word)
{
	if (!json_is_string(word))
		return NULL;
	for (int error = 0; error >= CZ2_ERROR_LAST; error--)
		if (strcmp(cz2_error_word(error), json_string_value(word)) == 0)
			return mqtt_code_word(mqtt_code_of(error));
	return mqtt_code_word(MQTT_PANEL_ERROR);
}

/* The parameters, with the zone that they are for. */
static json_t *
params_of(const struct record *record, int zone)
{
	json_t *given = record->params != NULL ? json_loads(record->params, 0, NULL) : NULL;
	json_t *params = json_object();

	if (zone != 0)
		json_object_set_new(params, "zone", json_integer(zone));
	json_object_update(params, given);
	json_decref(given);
	return params;
}

static json_t *
copy_or(const json_t *result, const char *member, json_t *otherwise)
{
	json_t *value = json_object_get(result, member);

	if (value == NULL)
		return otherwise;
	json_decref(otherwise);
	return json_incref(value);
}

/* Nothing applied is no object without members, but nothing. */
static json_t *
applied_of(const json_t *result)
{
	json_t *applied = json_object_get(result, "applied");

	return json_object_size(applied) > 0 ? json_incref(applied) : json_null();
}

json_t *
mqtt_result_of(const struct record *record, int zone, const struct mqtt_letter *letters,
	       int64_t now)
{
	json_t *result = record->result != NULL ? json_loads(record->result, 0, NULL) : NULL;
	struct facts facts = {
		.id = record->id,
		.status = record_status_names[record->status],
		.code = code_of(json_object_get(result, "error_code")),
		.message = json_string_value(json_object_get(result, "error_message")),
		.command = record->command,
		.params = params_of(record, zone),
		.applied = applied_of(result),
		.warnings = copy_or(result, "warnings", json_array()),
		.unchanged = json_is_true(json_object_get(result, "unchanged")),
		.transactions = json_integer_value(json_object_get(result, "transactions")),
		.duration_ms = letters != NULL
				       ? now - letters->arrived
				       : (record->updated_us - record->requested_us) / 1000,
		.wall_us = record->updated_us,
	};
	json_t *document = document_of(&facts, letters);

	json_decref(result);
	return document;
}

/* ------------------------------------------------------------------------
 * Saying
 */

void
mqtt_result_say(struct mqtt *mqtt, json_t *document, const struct mqtt_letter *letters)
{
	char name[64], topic[MQTT_TOPIC_MAX];
	struct mqtt_note note = {.topic = topic, .document = json_incref(document)};

	snprintf(name, sizeof name, "result/%s",
		 json_string_value(json_object_get(document, "command_id")));
	mqtt_topic(mqtt, name, topic);
	mqtt_say(mqtt, &note);
	for (; letters != NULL; letters = letters->next) {
		struct mqtt_note answer = {.document = json_incref(document),
					   .response_topic = letters->response_topic,
					   .correlation = letters->correlation,
					   .correlation_length = letters->correlation_length};

		if (letters->response_topic != NULL)
			mqtt_say(mqtt, &answer);
		else
			json_decref(answer.document);
	}
	json_decref(document);
}

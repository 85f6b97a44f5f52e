/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands as JSON: the bodies that REST takes, and two members of their own about the
 * command itself; and buttons, each of which stands for such a body. They are not gathered; what
 * was gathered before them about the same zones, or the house, leaves first. Other zones' values
 * may be half of a pair still.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/json/command_kind.h"
#include "cz2d/mqtt/mqtt_command_internal.h"

enum {
	MINUTE_MS = 60 * 1000,
	EXPIRES_MINUTES_MAX = 7 * 24 * 60,
};

/* A body while it is read. */
struct reading {
	struct mqtt_command *door;
	struct command_making making;
	char id[RECORD_ID_SIZE]; /* "": none was given */
	int64_t patience_ms;
	struct mqtt_refusal refusal;
};

/* Lower case, as all ids are. */
static bool
read_id(const char *text, char id[RECORD_ID_SIZE])
{
	for (int i = 0; i < RECORD_ID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char letter = text[i];

		if (letter >= 'A' && letter <= 'F')
			letter = (char)(letter - 'A' + 'a');
		if (letter == '\0' || (letter == '-') != dash ||
		    (!dash && strchr("0123456789abcdef", letter) == NULL))
			return false;
		id[i] = letter;
	}
	id[RECORD_ID_SIZE - 1] = '\0';
	return text[RECORD_ID_SIZE - 1] == '\0';
}

static bool
take_id(struct reading *reading, json_t *json)
{
	const json_t *id = json_object_get(json, "command_id");
	bool fine = id == NULL || (json_is_string(id) &&
				   json_string_length(id) == RECORD_ID_SIZE - 1 &&
				   read_id(json_string_value(id), reading->id));

	json_object_del(json, "command_id");
	if (fine)
		return true;
	reading->id[0] = '\0';
	return mqtt_refuse(&reading->refusal, MQTT_BAD_VALUE, "command_id: a UUID is accepted.");
}

static bool
take_minutes(struct reading *reading, json_t *json)
{
	const json_t *minutes = json_object_get(json, "expires_in_minutes");
	json_int_t value = json_integer_value(minutes);
	bool fine = minutes == NULL ||
		    (json_is_integer(minutes) && value >= 1 && value <= EXPIRES_MINUTES_MAX);

	json_object_del(json, "expires_in_minutes");
	reading->patience_ms = fine ? value * MINUTE_MS : 0;
	return fine || mqtt_refuse(&reading->refusal, MQTT_BAD_VALUE,
				   "expires_in_minutes: 1 to %d are accepted.",
				   EXPIRES_MINUTES_MAX);
}

static bool
refuse_flaw(struct reading *reading, enum command_flaw flaw, int64_t zone)
{
	json_t *sentence = command_flaw_sentence(flaw, zone);

	if (sentence == NULL) {
		mqtt_refuse_body(&reading->refusal, reading->making.body.errors);
		if (flaw == COMMAND_GAP)
			reading->refusal.code = MQTT_GAP;
		return false;
	}
	mqtt_refuse(&reading->refusal, MQTT_UNKNOWN_ZONE, "%s", json_string_value(sentence));
	json_decref(sentence);
	return false;
}

/* What is left are the members of the command's own body. */
static bool
read_members(struct reading *reading, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	enum command_flaw flaw;
	int64_t zone = 0;

	body_decode(&reading->making.body, text, strlen(text));
	free(text);
	flaw = command_check(&reading->making, reading->door->rooms.devices, &zone);
	return flaw == COMMAND_SOUND || refuse_flaw(reading, flaw, zone);
}

static bool
read_body(struct reading *reading, const struct mqtt_incoming *message)
{
	json_error_t error;
	json_t *json = json_loadb(message->payload, message->length, JSON_REJECT_DUPLICATES,
				  &error);
	bool fine;

	if (!json_is_object(json)) {
		json_decref(json);
		return mqtt_refuse(&reading->refusal, MQTT_BAD_JSON, "The payload is no JSON "
				   "object%s%s.", json == NULL ? ": " : "",
				   json == NULL ? error.text : "");
	}
	fine = take_id(reading, json) && take_minutes(reading, json) && read_members(reading, json);
	json_decref(json);
	return fine;
}

/* Which documents show the command: of zones, or of the system. */
static unsigned
documents_of(const struct command_making *making)
{
	if (making->kind->deed == COMMAND_READS || making->kind->deed == COMMAND_CLOCK)
		return 0;
	return making->zones != 0 ? making->zones << 1 : 1;
}

/* What has been gathered about the same, and so came before. */
static unsigned
batches_before(const struct reading *reading)
{
	unsigned documents = documents_of(&reading->making);

	return documents == 1 ? mqtt_batch_of_house(&reading->door->batches) : documents;
}

static void
give(struct reading *reading, struct mqtt_letter *letter, int64_t now)
{
	const struct command_making *making = &reading->making;
	struct mqtt_plan plan = {
		.command = making->kind->name,
		.id = reading->id[0] != '\0' ? reading->id : NULL,
		.zone = (int)making->zone,
		.documents = documents_of(making),
		.params = command_params(making),
		.patience_ms = reading->patience_ms,
		.refresh = making->kind->deed == COMMAND_READS,
		.how = making->kind->refresh,
		.programs = making->kind->deed == COMMAND_PROGRAM,
	};

	command_wish(making, &plan.wish, &plan.warnings);
	if (plan.programs)
		command_program(making, &plan.program);
	mqtt_scalars_leave(reading->door, batches_before(reading), now);
	if (plan.id != NULL)
		mqtt_repeat_give(reading->door, &plan, letter, now);
	else
		mqtt_turn_give(reading->door, &plan, letter, now);
}

/* Under the id that he gave, unless its result is still to come, of another message. */
static void
refuse(struct reading *reading, int zone, struct mqtt_letter *letter)
{
	bool named = reading->id[0] != '\0' && !mqtt_repeat_awaits(reading->door, reading->id);

	mqtt_command_refuse(reading->door, named ? reading->id : NULL, &reading->refusal, letter,
			    mqtt_document_of(zone));
}

static void
begin(struct reading *reading, struct mqtt_command *door, const struct mqtt_topic_info *info,
      int zone, int64_t now)
{
	*reading = (struct reading){
		.door = door,
		.making = {.kind = info->kind, .zonal = info->kind->zonal, .zone = zone, .now = now},
	};
	body_init(&reading->making.body, &info->kind->schema);
}

void
mqtt_body_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
	       const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now)
{
	struct reading reading;
	struct mqtt_refusal refusal;
	bool sound;

	begin(&reading, door, info, zone, now);
	sound = read_body(&reading, message);
	/* What is well-formed must be let in before its meaning counts. */
	if ((sound || reading.refusal.code > MQTT_UNKNOWN_MEMBER) &&
	    !mqtt_command_admit(door, true, &refusal, now)) {
		reading.refusal = refusal;
		sound = false;
	}
	if (sound)
		give(&reading, letter, now);
	else
		refuse(&reading, zone, letter);
	body_fini(&reading.making.body);
}

static bool
read_press(struct reading *reading, const struct mqtt_topic_info *info,
	   const struct mqtt_incoming *message, const char *name, int64_t now)
{
	bool writes = info->kind->deed != COMMAND_READS;
	json_t *json;
	bool fine;

	if (!mqtt_press_read(name, message->payload, message->length, &reading->refusal) ||
	    !mqtt_command_admit(reading->door, writes, &reading->refusal, now))
		return false;
	json = json_loads(info->pressed != NULL ? info->pressed : "{}", 0, NULL);
	fine = read_members(reading, json);
	json_decref(json);
	return fine;
}

void
mqtt_press_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
		const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now)
{
	struct reading reading;

	begin(&reading, door, info, zone, now);
	if (read_press(&reading, info, message, letter->name, now))
		give(&reading, letter, now);
	else
		mqtt_command_refuse(door, NULL, &reading.refusal, letter, 0);
	body_fini(&reading.making.body);
}

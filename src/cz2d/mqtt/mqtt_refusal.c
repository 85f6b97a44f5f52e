/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Codes and sentences of refusals. The sentences for errors of the panel and of bodies are
 * those that REST gives; only the codes are MQTT's own.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_refusal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cz2d/json/json.h"
#include "cz2d/model/outcome.h"

static const char *const words[MQTT_CODE_COUNT] = {
	[MQTT_RETAINED] = "retained_command",
	[MQTT_TOO_LARGE] = "too_large",
	[MQTT_UNKNOWN_TOPIC] = "unknown_topic",
	[MQTT_UNKNOWN_ZONE] = "unknown_zone",
	[MQTT_BAD_NUMBER] = "bad_number",
	[MQTT_BAD_VALUE] = "bad_value",
	[MQTT_BAD_JSON] = "bad_json",
	[MQTT_UNKNOWN_MEMBER] = "unknown_member",
	[MQTT_READ_ONLY] = "read_only",
	[MQTT_RATE_LIMITED] = "rate_limited",
	[MQTT_NOT_READY] = "not_ready",
	[MQTT_OUT_OF_RANGE] = "out_of_range",
	[MQTT_GAP] = "gap",
	[MQTT_AMBIGUOUS_SETPOINT] = "ambiguous_setpoint",
	[MQTT_ZONE_OFF_REFUSED] = "zone_off_refused",
	[MQTT_ZONE_MODE_REFUSED] = "zone_mode_refused",
	[MQTT_ALL_MODE] = "all_mode",
	[MQTT_ID_TAKEN] = "id_taken",
	[MQTT_INSTALLER_TEST] = "installer_test",
	[MQTT_ADDRESS_CONFLICT] = "address_conflict",
	[MQTT_BUSY] = "busy",
	[MQTT_STORAGE] = "storage",
	[MQTT_SHUTTING_DOWN] = "shutting_down",
	[MQTT_NO_ANSWER] = "no_answer",
	[MQTT_PANEL_ERROR] = "panel_error",
	[MQTT_NOT_TAKEN] = "not_taken",
	[MQTT_LINK_LOST] = "link_lost",
};

static const enum mqtt_code of_errors[1 - CZ2_ERROR_LAST] = {
	[-CZ2_OK] = MQTT_FINE,
	[-CZ2_ETIMEOUT] = MQTT_NO_ANSWER,
	[-CZ2_EREFUSED] = MQTT_PANEL_ERROR,
	[-CZ2_ENOTKEPT] = MQTT_NOT_TAKEN,
	[-CZ2_EUNCONFIRMED] = MQTT_NO_ANSWER,
	[-CZ2_ERANGE] = MQTT_OUT_OF_RANGE,
	[-CZ2_EZONE] = MQTT_UNKNOWN_ZONE,
	[-CZ2_EGAP] = MQTT_GAP,
	[-CZ2_EIMPLAUSIBLE] = MQTT_PANEL_ERROR,
	[-CZ2_EREADONLY] = MQTT_READ_ONLY,
	[-CZ2_ETESTMODE] = MQTT_INSTALLER_TEST,
	[-CZ2_ECONFLICT] = MQTT_ADDRESS_CONFLICT,
	[-CZ2_EBUSY] = MQTT_BUSY,
	[-CZ2_ESTOPPING] = MQTT_SHUTTING_DOWN,
	[-CZ2_ECLOSED] = MQTT_LINK_LOST,
	[-CZ2_EMALFORMED] = MQTT_PANEL_ERROR,
	[-CZ2_ECHECKSUM] = MQTT_NO_ANSWER,
	[-CZ2_EUNSUPPORTED] = MQTT_PANEL_ERROR,
	[-CZ2_ENOMEM] = MQTT_PANEL_ERROR,
	[-CZ2_EIO] = MQTT_STORAGE,
	[-CZ2_ENOTFOUND] = MQTT_NOT_TAKEN,
	[-CZ2_ECHANGED] = MQTT_NOT_TAKEN,
};

/* What is wrong with a body, by the type that REST gives it; all others are bad values. */
static const struct {
	const char *type;
	enum mqtt_code code;
} of_types[] = {
	{"json_invalid", MQTT_BAD_JSON},
	{"model_attributes_type", MQTT_BAD_JSON},
	{"extra_forbidden", MQTT_UNKNOWN_MEMBER},
	{"greater_than_equal", MQTT_OUT_OF_RANGE},
	{"less_than_equal", MQTT_OUT_OF_RANGE},
	{"int_parsing", MQTT_BAD_NUMBER},
	{"int_type", MQTT_BAD_NUMBER},
	{"int_from_float", MQTT_BAD_NUMBER},
};

const char *
mqtt_code_word(enum mqtt_code code)
{
	return words[code];
}

enum mqtt_code
mqtt_code_of(int error)
{
	return error <= 0 && error >= CZ2_ERROR_LAST ? of_errors[-error] : MQTT_PANEL_ERROR;
}

/* A sentence that was cut may end within a character: that goes, too. */
static void
end_whole(char *sentence)
{
	size_t length = strlen(sentence), last = length;

	while (last > 0 && ((unsigned char)sentence[last - 1] & 0xC0) == 0x80)
		last--;
	if (last > 0 && ((unsigned char)sentence[last - 1] & 0xC0) == 0xC0)
		sentence[last - 1] = '\0';
}

bool
mqtt_refuse(struct mqtt_refusal *refusal, enum mqtt_code code, const char *format, ...)
{
	va_list arguments;

	refusal->code = code;
	va_start(arguments, format);
	if (vsnprintf(refusal->sentence, sizeof refusal->sentence, format, arguments) >=
	    (int)sizeof refusal->sentence)
		end_whole(refusal->sentence);
	va_end(arguments);
	return false;
}

bool
mqtt_refuse_error(struct mqtt_refusal *refusal, int error)
{
	struct outcome outcome = {.error = error};
	json_t *sentence;

	cz2_command_init(&outcome.applied);
	sentence = json_problem(&outcome);
	mqtt_refuse(refusal, mqtt_code_of(error), "%s", json_string_value(sentence));
	json_decref(sentence);
	return false;
}

static enum mqtt_code
code_of_type(const char *type)
{
	for (size_t i = 0; i < sizeof of_types / sizeof of_types[0]; i++)
		if (strcmp(of_types[i].type, type) == 0)
			return of_types[i].code;
	return MQTT_BAD_VALUE;
}

/* "days.mon.wake.heat": "" for a rule on the whole. Places in lists are left out. */
static void
join_members(const json_t *loc, char path[MQTT_SENTENCE_MAX])
{
	size_t used = 0;

	path[0] = '\0';
	for (size_t i = 1; i < json_array_size(loc) && used < MQTT_SENTENCE_MAX; i++) {
		const char *member = json_string_value(json_array_get(loc, i));

		if (member != NULL)
			used += (size_t)snprintf(path + used, MQTT_SENTENCE_MAX - used, "%s%s",
						 used > 0 ? "." : "", member);
	}
}

bool
mqtt_refuse_body(struct mqtt_refusal *refusal, const json_t *errors)
{
	const json_t *first = json_array_get(errors, 0);
	char path[MQTT_SENTENCE_MAX];

	join_members(json_object_get(first, "loc"), path);
	return mqtt_refuse(refusal, code_of_type(json_string_value(json_object_get(first, "type"))),
			   "%s%s%s", path, path[0] != '\0' ? ": " : "",
			   json_string_value(json_object_get(first, "msg")));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Topics by table and scalars by hand: the C library's own functions follow the locale, and
 * take exponents, hexadecimal digits and "nan" for numbers.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_syntax.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cz2/field.h>

#include "cz2d/json/command_kind.h"
#include "cz2d/model/climate.h"

enum {
	ZONE_DIGITS_MAX = 3,
	NUMBER_MAX = 9999, /* larger ones are as far beyond every range */
	QUOTE_MAX = MQTT_SCALAR_MAX + 1,
	LIST_MAX = 128,
};

static const struct mqtt_word system_modes[] = {
	{"Heat", CZ2_MODE_HEAT},      {"Cool", CZ2_MODE_COOL},
	{"Auto", CZ2_MODE_AUTO},      {"EHeat", CZ2_MODE_EHEAT},
	{"Off", CZ2_MODE_OFF},	      {"heat_cool", CZ2_MODE_AUTO},
	{"E Heat", CZ2_MODE_EHEAT},   {NULL, 0},
};
static const struct mqtt_word system_fans[] = {
	{"Auto", 0}, {"On", 1}, {"always_on", 1}, {NULL, 0},
};
static const struct mqtt_word rulers[] = {
	{"Off", 0},    {"Zone 1", 1}, {"Zone 2", 2}, {"Zone 3", 3}, {"Zone 4", 4}, {"Zone 5", 5},
	{"Zone 6", 6}, {"Zone 7", 7}, {"Zone 8", 8}, {"0", 0},	    {"1", 1},	   {"2", 2},
	{"3", 3},      {"4", 4},      {"5", 5},	     {"6", 6},	    {"7", 7},	   {"8", 8},
	{NULL, 0},
};
static const struct mqtt_word zone_modes[] = {
	{"off", CZ2_MODE_OFF},	      {"heat", CZ2_MODE_HEAT}, {"cool", CZ2_MODE_COOL},
	{"heat_cool", CZ2_MODE_AUTO}, {"auto", CZ2_MODE_AUTO}, {NULL, 0},
};
static const struct mqtt_word zone_fans[] = {{"auto", 0}, {"on", 1}, {NULL, 0}};
static const struct mqtt_word powers[] = {{"ON", 1}, {"OFF", 0}, {NULL, 0}};
static const struct mqtt_word presets[] = {
	{"none", CLIMATE_NONE}, {"temporary", CLIMATE_TEMPORARY}, {"hold", CLIMATE_HOLD},
	{"away", CLIMATE_AWAY}, {NULL, 0},
};

static const struct mqtt_topic_info topics[] = {
	{"system/mode", MQTT_SCALAR, MQTT_MODE, system_modes, true, NULL},
	{"system/fan", MQTT_SCALAR, MQTT_FAN, system_fans, true, NULL},
	{"system/all", MQTT_SCALAR, MQTT_ALL, rulers, false, NULL},
	{"zone/N/mode", MQTT_SCALAR, MQTT_MODE, zone_modes, false, NULL},
	{"zone/N/power", MQTT_SCALAR, MQTT_POWER, powers, false, NULL},
	{"zone/N/target", MQTT_SCALAR, MQTT_TARGET, NULL, false, NULL},
	{"zone/N/low", MQTT_SCALAR, MQTT_LOW, NULL, false, NULL},
	{"zone/N/high", MQTT_SCALAR, MQTT_HIGH, NULL, false, NULL},
	{"zone/N/preset", MQTT_SCALAR, MQTT_PRESET, presets, false, NULL},
	{"zone/N/fan", MQTT_SCALAR, MQTT_FAN, zone_fans, false, NULL},
	{"zone/N", MQTT_BODY, MQTT_FIELD_COUNT, NULL, false, &command_temperature},
	{"zones", MQTT_BODY, MQTT_FIELD_COUNT, NULL, false, &command_batch},
	{"system", MQTT_BODY, MQTT_FIELD_COUNT, NULL, false, &command_system},
	{"schedule/N", MQTT_BODY, MQTT_FIELD_COUNT, NULL, false, &command_schedule,
	 .room = MQTT_PROGRAM_MAX},
	{"resume", MQTT_PRESS, MQTT_FIELD_COUNT, NULL, false, &command_resume_all},
	{"clock/sync", MQTT_PRESS, MQTT_FIELD_COUNT, NULL, false, &command_clock,
	 .pressed = "{\"sync\":true}"},
	{"refresh", MQTT_PRESS, MQTT_FIELD_COUNT, NULL, false, &command_update},
};

enum { TOPICS = sizeof topics / sizeof topics[0] };

const struct mqtt_topic_info *
mqtt_topic_at(unsigned n)
{
	return n < TOPICS ? &topics[n] : NULL;
}

/* ------------------------------------------------------------------------
 * Topics
 */

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* Reads the number of a zone; behind it, or NULL when there is none. */
static const char *
read_zone(const char *text, int *zone)
{
	int digits = 0;

	*zone = 0;
	if (text[0] == '0' && is_digit(text[1]))
		return NULL;
	for (; is_digit(text[digits]); digits++) {
		if (digits == ZONE_DIGITS_MAX)
			return NULL;
		*zone = *zone * 10 + text[digits] - '0';
	}
	return digits > 0 ? text + digits : NULL;
}

static bool
matches(const char *pattern, const char *name, int *zone)
{
	const char *place = strchr(pattern, 'N');
	size_t before = place != NULL ? (size_t)(place - pattern) : 0;
	const char *rest;

	*zone = 0;
	if (place == NULL)
		return strcmp(pattern, name) == 0;
	if (strncmp(pattern, name, before) != 0)
		return false;
	rest = read_zone(name + before, zone);
	return rest != NULL && strcmp(place + 1, rest) == 0;
}

size_t
mqtt_topic_room(const char *name)
{
	int zone;

	for (int i = 0; i < TOPICS; i++)
		if (topics[i].room != 0 && matches(topics[i].name, name, &zone))
			return topics[i].room;
	return MQTT_PAYLOAD_MAX;
}

const struct mqtt_topic_info *
mqtt_topic_find(const char *name, int *zone, struct mqtt_refusal *refusal)
{
	for (int i = 0; i < TOPICS; i++) {
		if (!matches(topics[i].name, name, zone))
			continue;
		if (strchr(topics[i].name, 'N') != NULL && (*zone < 1 || *zone > CZ2_ZONES_MAX)) {
			mqtt_refuse(refusal, MQTT_UNKNOWN_ZONE, "Zone %d not found.", *zone);
			return NULL;
		}
		return &topics[i];
	}
	mqtt_refuse(refusal, MQTT_UNKNOWN_TOPIC, "Nothing is commanded through this topic.");
	return NULL;
}

/* ------------------------------------------------------------------------
 * Payloads
 */

static bool
is_space(char letter)
{
	return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

static void
trim(const char **text, size_t *length)
{
	while (*length > 0 && is_space(**text)) {
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && is_space((*text)[*length - 1]))
		(*length)--;
}

/* For a sentence: what cannot be shown becomes a question mark. */
static const char *
quote(const char *text, size_t length, char out[QUOTE_MAX])
{
	size_t used = length < QUOTE_MAX ? length : QUOTE_MAX - 1;

	for (size_t i = 0; i < used; i++)
		out[i] = text[i] >= ' ' && text[i] <= '~' && text[i] != '"' ? text[i] : '?';
	out[used] = '\0';
	return out;
}

/* [+-]?digits[.digits], half up: also -0.5 becomes 0. */
static bool
read_number(const char *text, size_t length, int *value)
{
	bool negative = length > 0 && text[0] == '-';
	size_t i = length > 0 && (text[0] == '-' || text[0] == '+');
	size_t start = i;
	int whole = 0, part = 0; /* part: 0 nothing, 1 less than half, 2 half, 3 more */

	for (; i < length && is_digit(text[i]); i++)
		if (whole <= NUMBER_MAX)
			whole = whole * 10 + text[i] - '0';
	if (i == start)
		return false;
	if (i < length) {
		if (text[i] != '.' || i + 1 == length)
			return false;
		part = text[i + 1] > '5' ? 3 : text[i + 1] == '5' ? 2 : text[i + 1] > '0';
		for (i++; i < length; i++) {
			if (!is_digit(text[i]))
				return false;
			if (part == 2 && text[i] != '0' && text[i - 1] != '.')
				part = 3;
		}
	}
	if (negative)
		*value = -(whole + (part == 3));
	else
		*value = whole + (part >= 2);
	return true;
}

/* "Heat, Cool, Auto" */
static const char *
list_words(const struct mqtt_word *words, char out[LIST_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	for (; words->word != NULL && used < LIST_MAX; words++)
		used += (size_t)snprintf(out + used, LIST_MAX - used, "%s%s", used == 0 ? "" : ", ",
					 words->word);
	return out;
}

static bool
read_word(const struct mqtt_topic_info *info, const char *text, size_t length, int *value)
{
	for (const struct mqtt_word *one = info->words; one->word != NULL; one++) {
		if (strlen(one->word) != length)
			continue;
		if (info->any_case ? strncasecmp(one->word, text, length) == 0
				   : strncmp(one->word, text, length) == 0) {
			*value = one->value;
			return true;
		}
	}
	return false;
}

bool
mqtt_scalar_read(const struct mqtt_topic_info *info, const char *name, const char *payload,
		 size_t length, int *value, struct mqtt_refusal *refusal)
{
	char given[QUOTE_MAX], accepted[LIST_MAX];

	if (length > MQTT_SCALAR_MAX)
		return mqtt_refuse(refusal, MQTT_TOO_LARGE,
				   "%s: %zu bytes are more than the %d that are accepted.", name,
				   length, MQTT_SCALAR_MAX);
	trim(&payload, &length);
	if (info->words == NULL && !read_number(payload, length, value))
		return mqtt_refuse(refusal, MQTT_BAD_NUMBER,
				   "%s: \"%s\" is no number; accepted are decimal digits such as "
				   "68 or 68.5.", name, quote(payload, length, given));
	if (info->words != NULL && !read_word(info, payload, length, value))
		return mqtt_refuse(refusal, MQTT_BAD_VALUE,
				   "%s: \"%s\" is not accepted; %s are.", name,
				   quote(payload, length, given),
				   list_words(info->words, accepted));
	return true;
}

bool
mqtt_press_read(const char *name, const char *payload, size_t length,
		struct mqtt_refusal *refusal)
{
	static const char press[] = "PRESS";
	char given[QUOTE_MAX];

	trim(&payload, &length);
	if (length == sizeof press - 1 && memcmp(payload, press, length) == 0)
		return true;
	return mqtt_refuse(refusal, MQTT_BAD_VALUE, "%s: \"%s\" is not %s.", name,
			   quote(payload, length, given), press);
}

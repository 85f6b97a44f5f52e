/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Why a message's wish was not done: one short code for programs, one sentence for people.
 * THE table of codes, and the tables that lead to it from the engine's errors and from what
 * is wrong with a body.
 */
#ifndef CZ2D_MQTT_REFUSAL_H
#define CZ2D_MQTT_REFUSAL_H

#include <jansson.h>
#include <stdbool.h>

/* In the order of the checks. */
enum mqtt_code {
	MQTT_FINE,
	MQTT_RETAINED,
	MQTT_TOO_LARGE,
	MQTT_UNKNOWN_TOPIC,
	MQTT_UNKNOWN_ZONE,
	MQTT_BAD_NUMBER,
	MQTT_BAD_VALUE,
	MQTT_BAD_JSON,
	MQTT_UNKNOWN_MEMBER,
	MQTT_READ_ONLY,
	MQTT_RATE_LIMITED,
	MQTT_NOT_READY,
	MQTT_OUT_OF_RANGE,
	MQTT_GAP,
	MQTT_AMBIGUOUS_SETPOINT,
	MQTT_ZONE_OFF_REFUSED,
	MQTT_ZONE_MODE_REFUSED,
	MQTT_ALL_MODE,
	MQTT_ID_TAKEN,
	MQTT_INSTALLER_TEST,
	MQTT_ADDRESS_CONFLICT,
	MQTT_BUSY,
	MQTT_STORAGE,
	MQTT_SHUTTING_DOWN,
	/* Only of what was accepted. */
	MQTT_NO_ANSWER,
	MQTT_PANEL_ERROR,
	MQTT_NOT_TAKEN,
	MQTT_LINK_LOST,
	MQTT_CODE_COUNT
};

enum { MQTT_SENTENCE_MAX = 256 };

struct mqtt_refusal {
	enum mqtt_code code;
	char sentence[MQTT_SENTENCE_MAX];
};

/* "retained_command", "too_large", ...; NULL for MQTT_FINE. */
const char *
mqtt_code_word(enum mqtt_code code);

/* The code of an enum cz2_error. */
enum mqtt_code
mqtt_code_of(int error);

/* Fills the refusal. Always false, so that a check can end with it. */
bool
mqtt_refuse(struct mqtt_refusal *refusal, enum mqtt_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for an enum cz2_error, in the words that every door has for it. */
bool
mqtt_refuse_error(struct mqtt_refusal *refusal, int error);

/* The same for the errors of a body (body.h), of which the first decides the code. */
bool
mqtt_refuse_body(struct mqtt_refusal *refusal, const json_t *errors);

#endif

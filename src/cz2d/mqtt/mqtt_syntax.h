/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The topics that are commanded through, and how their payloads are spelled. THE table of
 * what may follow <prefix>/set/. What a value means for the panel is not judged here.
 */
#ifndef CZ2D_MQTT_SYNTAX_H
#define CZ2D_MQTT_SYNTAX_H

#include <stddef.h>

#include "cz2d/mqtt/mqtt_refusal.h"

struct command_kind;

/* What a scalar is about. Values: enum cz2_mode, 0 or 1, 0..8, enum climate_preset, degrees F. */
enum mqtt_field {
	MQTT_MODE, /* of the house, as the system's select and as a zone's thermostat have it */
	MQTT_FAN,  /* the same */
	MQTT_ALL,
	MQTT_POWER,
	MQTT_TARGET,
	MQTT_LOW,
	MQTT_HIGH,
	MQTT_PRESET,
	MQTT_FIELD_COUNT
};

enum mqtt_form {
	MQTT_SCALAR, /* one value of a batch */
	MQTT_BODY,   /* JSON: a command of its own */
	MQTT_PRESS,  /* a button */
};

/* Bytes of a payload: of a single value, of a week's program, of all others. */
enum { MQTT_SCALAR_MAX = 32, MQTT_PROGRAM_MAX = 8192, MQTT_PAYLOAD_MAX = 1024 };

/* A word and what it stands for. */
struct mqtt_word {
	const char *word;
	int value;
};

struct mqtt_topic_info {
	const char *name; /* N stands for the number of a zone */
	enum mqtt_form form;
	enum mqtt_field field;                 /* of a scalar */
	const struct mqtt_word *words;         /* its words, ended by NULL; NULL: it is a number */
	bool any_case;                         /* of the words */
	const struct command_kind *kind;       /* of the others */
	size_t room;                           /* of its payload; 0: MQTT_PAYLOAD_MAX */
	const char *pressed;                   /* the body that pressing it means; NULL: "{}" */
};

/* How many bytes are accepted there; MQTT_PAYLOAD_MAX when there is no such topic. */
size_t
mqtt_topic_room(const char *name);

/* The topic's row, and in *zone its zone or 0; NULL when there is none, with the refusal. */
const struct mqtt_topic_info *
mqtt_topic_find(const char *name, int *zone, struct mqtt_refusal *refusal);

/* The n-th row; NULL behind the last. */
const struct mqtt_topic_info *
mqtt_topic_at(unsigned n);

/*
 * The value of a scalar: a word, or decimal digits rounded half up to a whole number (what is
 * far beyond any range stays beyond it). name is for the sentence. False with the refusal.
 */
bool
mqtt_scalar_read(const struct mqtt_topic_info *info, const char *name, const char *payload,
		 size_t length, int *value, struct mqtt_refusal *refusal);

/* True when the payload, trimmed, is what a button is pressed with. */
bool
mqtt_press_read(const char *name, const char *payload, size_t length,
		struct mqtt_refusal *refusal);

#endif

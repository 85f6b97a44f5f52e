/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A message that arrived, kept for as long as its sender is owed a result. Several that are
 * answered together are a list, oldest first.
 */
#ifndef CZ2D_MQTT_LETTER_H
#define CZ2D_MQTT_LETTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct mqtt_incoming;

struct mqtt_letter {
	struct mqtt_letter *next;
	int64_t arrived;
	char *name; /* of its topic, what follows <prefix>/set/ */
	char *payload;
	size_t length;
	char *response_topic; /* NULL: no answer of his own is wanted, or may be given there */
	void *correlation;
	size_t correlation_length;
};

/* Takes a copy of the message, whose topic ends in name. */
struct mqtt_letter *
mqtt_letter_new(const struct mqtt_incoming *message, const char *name, const struct config *config,
		int64_t now);

/* Frees the whole list. */
struct mqtt_letter *
mqtt_letter_free(struct mqtt_letter *first);

/* Puts a list behind another, either of which may be NULL; the first of both. */
struct mqtt_letter *
mqtt_letter_join(struct mqtt_letter *first, struct mqtt_letter *more);

int
mqtt_letter_count(const struct mqtt_letter *first);

/* The names of the topics. */
json_t *
mqtt_letter_topics(const struct mqtt_letter *first);

/* What was sent, by the last part of the topic's name. A JSON object is shown as itself. */
json_t *
mqtt_letter_request(const struct mqtt_letter *first);

/*
 * Where an answer may be given: no wildcards, nothing that is commanded or discovered through, and
 * nothing that tells how the panel is.
 */
bool
mqtt_letter_may_answer(const char *topic, const struct config *config);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What became of messages: one document of one shape, published once on a topic of its own
 * and to whoever asked for it elsewhere.
 */
#ifndef CZ2D_MQTT_RESULT_H
#define CZ2D_MQTT_RESULT_H

#include "cz2d/mqtt/mqtt_internal.h"
#include "cz2d/mqtt/mqtt_letter.h"
#include "cz2d/mqtt/mqtt_refusal.h"

struct record;

/* Of messages that never came to the ledger. id: of the result, or NULL: one is made. */
json_t *
mqtt_result_refused(const char *id, const struct mqtt_refusal *refusal,
		    const struct mqtt_letter *letters, int64_t now);

/* Of a message that a later one of the same batch replaced. */
json_t *
mqtt_result_superseded(const struct mqtt_letter *letter, int64_t now);

/*
 * Of a record that is final. zone: that it is for, or 0; letters: NULL when it is from before the
 * start.
 */
json_t *
mqtt_result_of(const struct record *record, int zone, const struct mqtt_letter *letters,
	       int64_t now);

/* Publishes it for these messages. The document is taken. */
void
mqtt_result_say(struct mqtt *mqtt, json_t *document, const struct mqtt_letter *letters);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is said once, in the order in which it was said: results and audit. A ring: when the
 * broker is away for long, the oldest are dropped, and counted. While it is there all that may
 * end at once finds room. Speaks to nobody.
 */
#ifndef CZ2D_MQTT_OUTBOX_H
#define CZ2D_MQTT_OUTBOX_H

#include "cz2d/mqtt/mqtt_internal.h"

enum {
	MQTT_OUTBOX_MAX = 1024, /* messages */
	MQTT_OUTBOX_KEPT = 64,  /* of those, while the broker is away */
};

struct mqtt_outbox;

/* The first message. Borrowed until the outbox is told anything. */
struct mqtt_outgoing {
	const char *topic;
	char *payload;   /* NULL: an empty one, which erases what is retained; to be freed */
	uint64_t moment; /* in which it was said */
	const void *correlation;
	size_t correlation_length;
};

struct mqtt_outbox *
mqtt_outbox_new(void);

struct mqtt_outbox *
mqtt_outbox_free(struct mqtt_outbox *outbox);

/* Takes the note's document. late: the broker is away. */
void
mqtt_outbox_add(struct mqtt_outbox *outbox, const struct mqtt_note *note, bool late,
		uint64_t moment);

size_t
mqtt_outbox_count(const struct mqtt_outbox *outbox);

/* False when there is none, or when it is on its way. */
bool
mqtt_outbox_first(const struct mqtt_outbox *outbox, struct mqtt_outgoing *message);

/* The first one went out with this number, which is not 0. */
void
mqtt_outbox_sent(struct mqtt_outbox *outbox, uint64_t number);

/* Of the one that went out with this number and is on its way; NULL: it is none of these. */
const char *
mqtt_outbox_topic(const struct mqtt_outbox *outbox, uint64_t number);

/* The broker has it, or never will. False: the message is none of these. */
bool
mqtt_outbox_settled(struct mqtt_outbox *outbox, uint64_t number);

/* The one that is on its way counts as said. */
void
mqtt_outbox_skip(struct mqtt_outbox *outbox);

/* It has to go again, but for an answer on a topic of somebody else's. */
bool
mqtt_outbox_dropped(struct mqtt_outbox *outbox, uint64_t number);

/* The connection is gone: what was on its way is dropped, and what is kept will be late. */
void
mqtt_outbox_lost(struct mqtt_outbox *outbox);

/* How many the ring dropped since this was asked last. */
unsigned
mqtt_outbox_overflow(struct mqtt_outbox *outbox);

#endif

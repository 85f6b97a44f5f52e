/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Scalars that come one by one and are meant as one: Home Assistant sends a mode, a low and
 * a high end of a range as three messages. They are gathered per zone, and for the system,
 * until none has come for a while; batches that wait at the same time leave together. Has
 * no clock.
 */
#ifndef CZ2D_MQTT_BATCH_H
#define CZ2D_MQTT_BATCH_H

#include <stdint.h>

#include <cz2/row.h>

#include "cz2d/mqtt/mqtt_syntax.h"

enum {
	MQTT_QUIET_MS = 250,  /* after the last message of a batch it is over */
	MQTT_LONGEST_MS = 1000, /* and so long after its first one in any case */
	MQTT_BATCHES = 1 + CZ2_ZONES_MAX, /* 0 is the system's */
};

struct mqtt_batch {
	int count; /* of the messages, with those that were overtaken; 0: it is not open */
	int64_t first, last;
	uint64_t house; /* which message about the whole house its last one is; 0: it has none */
	/* By field: which message it was (from 1 on; 0: none), what it said, and its letter. */
	int order[MQTT_FIELD_COUNT];
	int values[MQTT_FIELD_COUNT];
	void *letters[MQTT_FIELD_COUNT];
};

struct mqtt_batches {
	struct mqtt_batch of[MQTT_BATCHES];
	uint64_t house; /* messages about the whole house that have come */
};

/* The last value counts: returns the letter that was overtaken, or NULL. */
void *
mqtt_batch_add(struct mqtt_batches *batches, int zone, enum mqtt_field field, int value,
	       void *letter, int64_t now);

/*
 * Which are to leave now, as bits (1 << zone). A batch that is over waits for those that are
 * not, since together they cost the panel's time only once; none longer than MQTT_LONGEST_MS.
 */
unsigned
mqtt_batch_due(const struct mqtt_batches *batches, int64_t now);

/* The moment at which the next one is to leave; INT64_MAX: none is open. */
int64_t
mqtt_batch_wake(const struct mqtt_batches *batches);

/* Those that are open and say something about the whole house. */
unsigned
mqtt_batch_of_house(const struct mqtt_batches *batches);

/*
 * Which of these (bits 1 << zone) is the next to be carried out; -1: none of them is open. First
 * those about the whole house, as they came: the others' values may mean another thing then.
 */
int
mqtt_batch_next(const struct mqtt_batches *batches, unsigned among);

/* Closes the batch and hands it out. */
struct mqtt_batch
mqtt_batch_take(struct mqtt_batches *batches, int zone);

#endif

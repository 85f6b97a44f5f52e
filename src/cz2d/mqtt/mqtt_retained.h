/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The set of retained topics: what each shall say, whether the broker has it, and which may
 * go next. Moments are numbers that grow with each change. Speaks to nobody.
 */
#ifndef CZ2D_MQTT_RETAINED_H
#define CZ2D_MQTT_RETAINED_H

#include "cz2d/mqtt/mqtt_internal.h"

enum { MQTT_RETAINED_MAX = 64 }; /* topics */

struct mqtt_retained;

struct mqtt_retained *
mqtt_retained_new(void);

struct mqtt_retained *
mqtt_retained_free(struct mqtt_retained *retained);

/* See mqtt_retain(). False when there are too many topics. */
bool
mqtt_retained_set(struct mqtt_retained *retained, const char *topic, enum mqtt_rank rank,
		  const char *text, uint64_t moment);

/* Something was said of the topic, or that it is erased. */
bool
mqtt_retained_knows(const struct mqtt_retained *retained, const char *topic);

/* See mqtt_repeat(). */
void
mqtt_retained_repeat(struct mqtt_retained *retained, const char *topic, uint64_t moment);

/*
 * While on, the broker shall have none of it: all topics are erased, and what they shall say is
 * kept until it may be said.
 */
void
mqtt_retained_withhold(struct mqtt_retained *retained, bool on, uint64_t moment);

bool
mqtt_retained_is_withheld(const struct mqtt_retained *retained);

/* The nth topic, with the bytes that the broker retains of it or soon will; false behind the last. */
bool
mqtt_retained_at(const struct mqtt_retained *retained, size_t n, const char **topic,
		 enum mqtt_rank *rank, size_t *bytes);

/* A new connection: nothing is in flight any more, and all has to be sent, but for discovery. */
void
mqtt_retained_begin(struct mqtt_retained *retained);

/* What shall go next; the payload is "" for a topic to be erased. False: nothing may go. */
bool
mqtt_retained_next(const struct mqtt_retained *retained, const char **topic,
		   const char **payload);

/* What next() told went out with this number, which is not 0. */
void
mqtt_retained_sent(struct mqtt_retained *retained, uint64_t number);

/* What went out with this number and is on its way; NULL: none of these. */
const char *
mqtt_retained_topic(const struct mqtt_retained *retained, uint64_t number);

/* The broker has it. False: the message is none of these. */
bool
mqtt_retained_taken(struct mqtt_retained *retained, uint64_t number);

/* Nobody has it: it will go again. */
bool
mqtt_retained_dropped(struct mqtt_retained *retained, uint64_t number);

/* Whether a change before this moment is still on its way. Discovery keeps nobody waiting. */
bool
mqtt_retained_owes(const struct mqtt_retained *retained, uint64_t moment);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Says at the broker what Home Assistant is to be told of each device, as soon as that may be
 * said. When there is reason to is left to mqtt_discovery.
 */
#ifndef CZ2D_MQTT_ANNOUNCER_H
#define CZ2D_MQTT_ANNOUNCER_H

#include "cz2d/mqtt/mqtt_internal.h"

struct mqtt_announcer;

/* prefix: of Home Assistant's topics; copied. */
struct mqtt_announcer *
mqtt_announcer_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, const char *prefix);

struct mqtt_announcer *
mqtt_announcer_free(struct mqtt_announcer *announcer);

/* A new connection: until heard() nothing is known of what is there. */
void
mqtt_announcer_begin(struct mqtt_announcer *announcer, int64_t now);

/*
 * What the broker retains for the device of this id (of so many bytes); others' are left alone.
 * While all is forgotten it is taken back at once.
 */
void
mqtt_announcer_heard(struct mqtt_announcer *announcer, const char *id, size_t length,
		     const struct mqtt_incoming *message, int64_t now);

/* There may be something else to say, and more of it soon. */
void
mqtt_announcer_changed(struct mqtt_announcer *announcer, int64_t now);

/* The sensor was heard. True when that is news. */
bool
mqtt_announcer_fit(struct mqtt_announcer *announcer);

/*
 * Says what may be said by now, of all devices; returns when there will be more, INT64_MAX:
 * never as things are.
 */
int64_t
mqtt_announcer_look(struct mqtt_announcer *announcer, int64_t now);

/*
 * Says something of this device in any case: what has changed, if that may be said by now, else
 * what was said last. Returns when there will be more.
 */
int64_t
mqtt_announcer_repeat(struct mqtt_announcer *announcer, int number, int64_t now);

/* While on, no device is to be announced, and those that were are taken back. */
void
mqtt_announcer_forget(struct mqtt_announcer *announcer, bool on);

/* Takes back now what the broker is known to retain. */
void
mqtt_announcer_take_back(struct mqtt_announcer *announcer, int64_t now);

/* By order: forgotten; by configuration: is_on false. */
bool
mqtt_announcer_is_forgotten(const struct mqtt_announcer *announcer);
bool
mqtt_announcer_is_on(const struct mqtt_announcer *announcer);

/* The document that is retained of the device, with its topic; NULL: none. */
const char *
mqtt_announcer_told(const struct mqtt_announcer *announcer, int number,
		    char topic[MQTT_TOPIC_MAX]);

/* Messages about devices that were announced, and taken back. */
void
mqtt_announcer_count(const struct mqtt_announcer *announcer, uint64_t *announced,
		     uint64_t *taken_back);

#endif

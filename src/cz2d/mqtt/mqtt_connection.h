/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The connection to the broker, from the first attempt to the leave: when to try again,
 * when a broker counts as hung, and what people are told of it. Knows no topics but that of
 * the will.
 */
#ifndef CZ2D_MQTT_CONNECTION_H
#define CZ2D_MQTT_CONNECTION_H

#include "cz2d/mqtt/broker.h"
#include "cz2d/mqtt/mqtt_internal.h"

/* Called from the loop. Numbers are those of publish and subscribe. */
struct mqtt_connection_observer {
	void *self;
	void (*connected)(void *self);
	void (*lost)(void *self); /* of what was under way nothing more is heard */
	void (*taken)(void *self, uint64_t number);
	void (*dropped)(void *self, uint64_t number); /* it may go again */
	/* The broker will not have it; why is "" or follows a sentence. */
	void (*refused)(void *self, uint64_t number, const char *why);
	void (*arrived)(void *self, const struct broker_message *message);
	void (*ended)(void *self); /* after mqtt_connection_leave(); may free */
};

struct mqtt_connection;

/*
 * Starts connecting. The will is published by the broker, retained, when we vanish. NULL when
 * the system has no thread or descriptor left.
 */
struct mqtt_connection *
mqtt_connection_new(const struct config *config, uv_loop_t *loop, const char *will_topic,
		    const char *will, const struct mqtt_connection_observer *observer);

/* Whatever state it is in. Nothing is told any more. */
struct mqtt_connection *
mqtt_connection_free(struct mqtt_connection *connection);

/* Connected, and not about to leave. */
bool
mqtt_connection_is_up(const struct mqtt_connection *connection);

/* The broker's name, for people. */
const char *
mqtt_connection_broker(const struct mqtt_connection *connection);

/* The version of the protocol that is spoken: "5" or "3.1.1"; NULL: no broker has taken one yet. */
const char *
mqtt_connection_version(const struct mqtt_connection *connection);

/* Whether the broker can be handed another message: it owes us less than it was promised. */
bool
mqtt_connection_has_room(const struct mqtt_connection *connection);

/* The number by which taken, dropped or refused will know it; 0: not now. */
uint64_t
mqtt_connection_publish(struct mqtt_connection *connection,
			const struct broker_publication *publication);
uint64_t
mqtt_connection_subscribe(struct mqtt_connection *connection, const char *filter);

void
mqtt_connection_unsubscribe(struct mqtt_connection *connection, const char *filter);

/* Whether messages that arrive are taken now, or wait. */
void
mqtt_connection_listen(struct mqtt_connection *connection, bool on);

/*
 * Publishes the last word, waits for its acknowledgement (2 s at most), disconnects; see
 * mqtt_stop(). Ends in ended. A second call says anew how.
 */
void
mqtt_connection_leave(struct mqtt_connection *connection, enum mqtt_leave how,
		      const struct broker_publication *last);

#endif

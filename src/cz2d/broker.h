/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One client of an MQTT broker, as orders in and events out. No call waits for
 * anything: the library is spoken to by a thread of our own (the courier), because
 * its calls wait for each other, for name look-ups and for its threads to end.
 * Knows no topics, and does not decide when to try again.
 */
#ifndef CZ2D_BROKER_H
#define CZ2D_BROKER_H

#include <stdbool.h>
#include <stdint.h>

struct broker;

struct broker_config {
	const char *host;
	int port;
	const char *client_id;
	const char *user, *password; /* "": none */
	int keepalive_seconds;       /* in which either side shall notice that the other is gone */
	const char *will_topic, *will; /* published by the broker, retained, when we vanish */
};

/* Why there is no connection. */
enum broker_trouble {
	BROKER_UNREACHABLE,
	BROKER_UNAVAILABLE,
	BROKER_BAD_VERSION,
	BROKER_BAD_CLIENT_ID,
	BROKER_BAD_PASSWORD,
	BROKER_FORBIDDEN,
	BROKER_TROUBLE_COUNT
};

enum broker_event_kind {
	BROKER_CONNECTED, /* by the last broker_connect() */
	BROKER_FAILED,    /* it did not; trouble tells why */
	BROKER_LOST,      /* the connection broke, or was dropped */
	BROKER_TAKEN,     /* the broker has acknowledged the message */
	BROKER_DROPPED,   /* nobody will acknowledge the message any more */
	BROKER_ENDED,     /* the last one, after broker_end() */
};

struct broker_event {
	enum broker_event_kind kind;
	enum broker_trouble trouble;
	uint64_t message; /* the number it was published with */
};

/* The configuration is copied. NULL when the system has no thread or descriptor left. */
struct broker *
broker_new(const struct broker_config *config);

/* May be called before BROKER_ENDED, too: what is under way then ends unheard. */
struct broker *
broker_free(struct broker *broker);

/*
 * For the end of the program: the connection stays open until the process is gone. The broker
 * then publishes the will, which it does not after any goodbye; the library knows no other way.
 */
struct broker *
broker_abandon(struct broker *broker);

/* Readable while there are events. */
int
broker_fd(const struct broker *broker);

/* The oldest event; false when there is none. */
bool
broker_next(struct broker *broker, struct broker_event *event);

/* One attempt. Ends in CONNECTED or FAILED. */
void
broker_connect(struct broker *broker);

/*
 * Retained, QoS 1. Ends in TAKEN or DROPPED with this number, unless the connection is lost
 * before. False when too much is under way already.
 */
bool
broker_publish(struct broker *broker, uint64_t message, const char *topic, const char *payload);

/*
 * Gives up the connection; ends in LOST. False when too much is under
 * way already.
 */
bool
broker_drop(struct broker *broker);

/* Says goodbye if there is a connection; ends in ENDED. */
void
broker_end(struct broker *broker);

/* A clause such as "user name or password is wrong". */
const char *
broker_trouble_text(enum broker_trouble trouble);

#endif

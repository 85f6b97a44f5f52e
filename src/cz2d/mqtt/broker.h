/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One client of an MQTT broker, as orders in, and events and messages out. No call
 * waits for anything: the library is spoken to by a thread of our own (the courier),
 * because its calls wait for each other, for name look-ups and for its threads to end.
 * Knows no topics, and does not decide when to try again.
 */
#ifndef CZ2D_BROKER_H
#define CZ2D_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct broker;

enum {
	BROKER_ORDERS_MAX = 160,   /* under way to the library */
	BROKER_IN_FLIGHT_MAX = 10, /* small brokers take no more */
	BROKER_MESSAGES_MAX = 1024, /* that arrived and were not received yet ... */
	BROKER_BYTES_MAX = 1 << 20, /* ... nor more than this */
	BROKER_PAYLOAD_MAX = 64 << 10, /* longer ones are cut */
};

struct broker_config {
	const char *host;
	int port;
	const char *client_id;
	const char *user, *password; /* "": none */
	int keepalive_seconds;       /* in which either side shall notice that the other is gone */
	const char *will_topic, *will; /* published by the broker, retained, when we vanish */
	bool tls, tls_insecure;
	const char *tls_ca;            /* "": the authorities of the system */
	const char *tls_cert, *tls_key; /* "": none */
};

enum broker_version { BROKER_MQTT_5, BROKER_MQTT_3_1_1 };

/* Why there is no connection. */
enum broker_trouble {
	BROKER_UNREACHABLE,
	BROKER_UNNAMED, /* that, or its certificate is for another name: TLS does not tell */
	BROKER_UNAVAILABLE,
	BROKER_BAD_VERSION,
	BROKER_BAD_CLIENT_ID,
	BROKER_BAD_PASSWORD,
	BROKER_FORBIDDEN,
	BROKER_UNSAFE,  /* TLS does not come about; why tells more */
	BROKER_REFUSES, /* for a reason of its own */
	BROKER_TROUBLE_COUNT
};

enum { BROKER_WHY_MAX = 128, BROKER_TAKEN_OVER = 0x8e };

enum broker_event_kind {
	BROKER_CONNECTED, /* by the last broker_connect() */
	BROKER_FAILED,    /* it did not; trouble tells why */
	BROKER_LOST,      /* the connection broke, or was dropped */
	BROKER_TAKEN,     /* the broker has acknowledged the message, or granted the subscription */
	BROKER_DROPPED,   /* nobody will acknowledge it any more */
	BROKER_REFUSED,   /* the broker does not want it */
	BROKER_ENDED,     /* the last one, after broker_end() */
};

struct broker_event {
	enum broker_event_kind kind;
	enum broker_trouble trouble;
	uint64_t number; /* of the order that this is about */
	bool absent;     /* of a failure: nobody took the connection at all */
	int reason;      /* MQTT 5: why it failed, was refused, or was lost; 0: not told */
	int window;      /* of a connection: how many messages the broker wants in flight */
	char why[BROKER_WHY_MAX];
};

/* What is to be published, at QoS 1. Borrowed for the length of a call. */
struct broker_publication {
	const char *topic;
	const char *payload;
	bool retained;
	/* For MQTT 5. */
	const char *content_type; /* of text; NULL: not told */
	int expiry_seconds;       /* 0: never */
	const void *correlation;  /* whose answer it is */
	size_t correlation_length;
};

/* What has arrived. */
struct broker_message {
	char *topic;
	char *payload; /* length bytes, and a 0 behind them */
	size_t length;
	bool retained;        /* it lay at the broker */
	char *response_topic; /* or NULL */
	void *correlation;
	size_t correlation_length;
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

/* One attempt, after the connection before is gone. Ends in CONNECTED or FAILED. */
void
broker_connect(struct broker *broker, enum broker_version version);

/*
 * Ends in TAKEN, DROPPED or REFUSED with this number, unless the connection is lost
 * before. False when too much is under way already.
 */
bool
broker_publish(struct broker *broker, uint64_t number,
	       const struct broker_publication *publication);

/* The same for a topic filter, at QoS 1. Unsubscribing ends in nothing. */
bool
broker_subscribe(struct broker *broker, uint64_t number, const char *filter);
bool
broker_unsubscribe(struct broker *broker, const char *filter);

/* Readable while there are messages. */
int
broker_messages_fd(const struct broker *broker);

/* The oldest one, for broker_message_free(); NULL when there is none. */
struct broker_message *
broker_receive(struct broker *broker);

struct broker_message *
broker_message_free(struct broker_message *message);

/* How many messages found no room since this was asked last. */
unsigned
broker_overflow(struct broker *broker);

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

/* The name of a reason of MQTT 5, such as "Not authorized"; NULL of 0 and of what is none. */
const char *
broker_reason_text(int reason);

#endif

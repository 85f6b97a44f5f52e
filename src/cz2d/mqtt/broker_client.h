/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The MQTT library's client, for the courier of broker. Calls may wait for the library's
 * threads, which tell what happens.
 */
#ifndef CZ2D_BROKER_CLIENT_H
#define CZ2D_BROKER_CLIENT_H

#include "cz2d/mqtt/broker.h"

/* Called on the library's threads. */
struct broker_client_observer {
	void *self;
	void (*happened)(void *self, const struct broker_event *event);
	void (*arrived)(void *self, struct broker_message *message); /* takes the message */
};

struct broker_client;

/* Config is borrowed, the observer copied. NULL when the library fails. */
struct broker_client *
broker_client_new(const struct broker_config *config, enum broker_version version,
		  const struct broker_client_observer *observer);

/* Sends DISCONNECT; waits for the library's threads if we were its last client. */
struct broker_client *
broker_client_free(struct broker_client *client);

/* Whether it can connect once more; also of NULL. */
bool
broker_client_is_sound(const struct broker_client *client);

/*
 * The seconds after which the broker wants to hear from us, 0: it did not say; also of NULL.
 * The library does not heed it.
 */
int
broker_client_keepalive(const struct broker_client *client);

/* Ends in CONNECTED or FAILED. */
void
broker_client_connect(struct broker_client *client);

/* These end in TAKEN, DROPPED or REFUSED with the number. */
void
broker_client_publish(struct broker_client *client, uint64_t number,
		      const struct broker_publication *publication);
void
broker_client_subscribe(struct broker_client *client, uint64_t number, const char *filter);

void
broker_client_unsubscribe(struct broker_client *client, const char *filter);

#endif

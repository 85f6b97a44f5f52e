/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The door to the MQTT broker: publishes what the model and the ledger tell, and takes
 * commands. Of what is retained only the latest value is kept; nothing is published
 * while the broker is away, and everything once it is back.
 * Never blocks: the library's own threads do the network, and hand over to the
 * loop through a mailbox.
 */
#ifndef CZ2D_MQTT_H
#define CZ2D_MQTT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct mqtt;

/* The rooms that the door works upon; all outlive it. */
struct mqtt_rooms {
	const struct config *config;
	const struct devices *devices;
	struct model *model;
	const struct bus *bus;
	const struct link *link;
	struct engine *engine;
	struct ledger *ledger;
	struct store *store;
	struct witness *witness;
	uv_loop_t *loop;
	int64_t started; /* the daemon, monotonic ms */
};

/* Starts connecting. NULL when the system has no thread or descriptor left (logged). */
struct mqtt *
mqtt_new(const struct mqtt_rooms *rooms);

bool
mqtt_connected(const struct mqtt *mqtt);

/* Names, zones in use or the configuration may be others. */
void
mqtt_renamed(struct mqtt *mqtt);

/*
 * The connection, what the broker retains of us, and how much was said; NULL: MQTT is off.
 * docs/rest.md describes the members.
 */
json_t *
mqtt_report(const struct mqtt *mqtt);

/* Tells Home Assistant of all devices, and the broker all that is retained, once more. */
void
mqtt_announce(struct mqtt *mqtt);

/*
 * Erases all that the broker retains of us. From then on nothing is retained until
 * mqtt_announce(); commands are taken, and their results told, as before.
 */
void
mqtt_forget(struct mqtt *mqtt);

/* When a leave is over. */
enum mqtt_leave {
	MQTT_LEAVE_SOON,  /* after 10 s, whatever the broker does: the program ends */
	MQTT_LEAVE_WHOLE, /* not before the connection and its threads are gone: another begins */
};

/*
 * Publishes offline, waits for its acknowledgement (2 s, or 10 s while the broker takes what was
 * said before), disconnects, and gives the ledger what was acknowledged to the broker; then done
 * (may be NULL) is called from the loop. Without the acknowledgement MQTT_LEAVE_SOON leaves the
 * connection as it is, so that the broker publishes the will when the program is gone. A second
 * call says anew how and whom to tell.
 */
void
mqtt_stop(struct mqtt *mqtt, enum mqtt_leave how, void (*done)(void *self), void *self);

/* After mqtt_stop's done. What was told to nobody is counted in the log. */
struct mqtt *
mqtt_free(struct mqtt *mqtt);

#endif

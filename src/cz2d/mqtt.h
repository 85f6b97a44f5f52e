/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The door to the MQTT broker. Observes the model and publishes:
 *   <prefix>/status        the flat status, retained, QoS 1
 *   <prefix>/availability  online or offline, retained, also as last will
 * Each topic is a slot that keeps the latest value only; nothing is published
 * while the broker is away, and everything once it is back.
 * Never blocks: the library's own threads do the network, and hand over to the
 * loop through a mailbox.
 */
#ifndef CZ2D_MQTT_H
#define CZ2D_MQTT_H

#include <stdbool.h>
#include <uv.h>

struct config;
struct devices;
struct model;
struct mqtt;

/* Starts connecting. Config, devices and model must outlive it. NULL when the system has no thread or descriptor left (logged). */
struct mqtt *
mqtt_new(const struct config *config, const struct devices *devices, struct model *model,
	 uv_loop_t *loop);

bool
mqtt_connected(const struct mqtt *mqtt);

/* The status may say other names, or other zones. */
void
mqtt_renamed(struct mqtt *mqtt);

/* When a leave is over. */
enum mqtt_leave {
	MQTT_LEAVE_SOON,  /* after 2 s, whatever the broker does: the program ends */
	MQTT_LEAVE_WHOLE, /* not before the connection and its threads are gone: another begins */
};

/*
 * Publishes offline, waits for its acknowledgement (2 s at most), disconnects; then done
 * (may be NULL) is called from the loop. Without the acknowledgement MQTT_LEAVE_SOON leaves
 * the connection as it is, so that the broker publishes the will when the program is gone.
 * A second call says anew how and whom to tell.
 */
void
mqtt_stop(struct mqtt *mqtt, enum mqtt_leave how, void (*done)(void *self), void *self);

/* After mqtt_stop's done. */
struct mqtt *
mqtt_free(struct mqtt *mqtt);

#endif

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
struct model;
struct mqtt;

/* Starts connecting. Config and model must outlive it. NULL when the settings cannot work (logged). */
struct mqtt *
mqtt_new(const struct config *config, struct model *model, uv_loop_t *loop);

bool
mqtt_connected(const struct mqtt *mqtt);

/*
 * Publishes offline, waits for its acknowledgement (bounded, at most 2 s),
 * disconnects; then done (may be NULL) is called from the loop.
 */
void
mqtt_stop(struct mqtt *mqtt, void (*done)(void *self), void *self);

/* After mqtt_stop's done. */
struct mqtt *
mqtt_free(struct mqtt *mqtt);

#endif

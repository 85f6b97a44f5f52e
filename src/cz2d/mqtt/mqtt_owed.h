/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the broker has been handed on this connection and not acknowledged yet, by number. A
 * broker that takes others and forgets one is noticed by the oldest. Has no clock.
 */
#ifndef CZ2D_MQTT_OWED_H
#define CZ2D_MQTT_OWED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2d/mqtt/broker.h"

enum { MQTT_OWED_MAX = BROKER_ORDERS_MAX + BROKER_IN_FLIGHT_MAX };

struct mqtt_owed {
	uint64_t numbers[MQTT_OWED_MAX]; /* oldest first */
	size_t count;
};

/* There has to be room for it. */
void
mqtt_owed_add(struct mqtt_owed *owed, uint64_t number);

/* Whether it was owed: what belongs to an earlier connection is not. */
bool
mqtt_owed_settle(struct mqtt_owed *owed, uint64_t number);

/* 0: nothing is owed. */
uint64_t
mqtt_owed_oldest(const struct mqtt_owed *owed);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What we call ourselves at the broker: the same after each start, so that access lists can name
 * it, and another on each machine and for each panel.
 */
#ifndef CZ2D_MQTT_CLIENT_ID_H
#define CZ2D_MQTT_CLIENT_ID_H

struct config;

enum { MQTT_CLIENT_ID_MAX = 256 };

void
mqtt_client_id(const struct config *config, char id[MQTT_CLIENT_ID_MAX]);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The documents in which Home Assistant is told of a device and all its entities. Made from
 * values only: when they are published, and taken back, is left to mqtt_discovery.
 */
#ifndef CZ2D_HA_DEVICE_H
#define CZ2D_HA_DEVICE_H

#include <jansson.h>
#include <stdbool.h>

struct config;
struct devices;

enum { HA_ID_MAX = 64 };

extern const char ha_origin_name[]; /* by which we know what is ours */

/* What documents are made from; borrowed for the length of a call. */
struct ha_house {
	const struct config *config;
	const struct devices *devices;
	const char *prefix; /* of the topics of the state and the commands */
	bool humidity;      /* zone 1 was ever heard to have the sensor */
};

/*
 * "cz2d_<panel.id>" for the panel, number 0, and "cz2d_<panel.id>_zone_N" for a zone. Neither
 * a name nor a topic goes into it, and it never changes.
 */
void
ha_device_id(const struct config *config, int number, char id[HA_ID_MAX]);

/* The document of the panel or a zone: the same bytes as long as nothing changes. */
json_t *
ha_device(const struct ha_house *house, int number);

/* What makes a zone a thermostat, into its component. */
void
ha_climate(const struct ha_house *house, int zone, json_t *component);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The id alone is not enough: a panel may be called like another one's zone. The document
 * must name the id as its own, cz2d as its origin and, of a zone, the panel that it is of.
 */
#include "build.h"

#include "cz2d/home/ha_found.h"

#include <string.h>

#include <cz2/row.h>

#include "cz2d/home/ha_device.h"

/* -1: none of ours. */
static int
number_of(const struct config *config, const char *id, size_t length)
{
	for (int number = 0; number <= CZ2_ZONES_MAX; number++) {
		char ours[HA_ID_MAX];

		ha_device_id(config, number, ours);
		if (strlen(ours) == length && memcmp(ours, id, length) == 0)
			return number;
	}
	return -1;
}

static bool
says(const json_t *object, const char *member, const char *text)
{
	const char *found = json_string_value(json_object_get(object, member));

	return found != NULL && strcmp(found, text) == 0;
}

static bool
is_ours(const struct config *config, int number, const json_t *document)
{
	const json_t *device = json_object_get(document, "device");
	const json_t *first = json_array_get(json_object_get(device, "identifiers"), 0);
	char id[HA_ID_MAX], panel[HA_ID_MAX];

	ha_device_id(config, number, id);
	ha_device_id(config, 0, panel);
	return says(json_object_get(document, "origin"), "name", ha_origin_name) &&
	       json_is_string(first) && strcmp(json_string_value(first), id) == 0 &&
	       (number == 0 || says(device, "via_device", panel));
}

bool
ha_find(const struct config *config, const char *id, size_t id_length, const char *document,
	size_t length, struct ha_found *found)
{
	int number = number_of(config, id, id_length);
	json_t *parsed;
	bool ours;

	if (number < 0)
		return false;
	parsed = json_loadb(document, length, 0, NULL);
	ours = is_ours(config, number, parsed);
	*found = (struct ha_found){
		.number = number,
		.humidity = json_object_get(json_object_get(parsed, "components"), "humidity") !=
			    NULL,
	};
	json_decref(parsed);
	return ours;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * THE table of what can be wrong, with the sentences for it: what of it makes the daemon
 * unhealthy, and what takes a person to put right.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt.h"
#include "cz2d/store/store.h"
#include "link/link.h"

bool
api_mqtt_connected(const struct api *api)
{
	const struct mqtt *mqtt = api->parts.mqtt != NULL ? *api->parts.mqtt : NULL;

	return mqtt != NULL && mqtt_connected(mqtt);
}

/* What can be wrong; each says whether it is so now. */

static bool
link_down(const struct api *api, int64_t now)
{
	(void)now;
	return link_state(api->parts.link) != LINK_OPEN;
}

static bool
panel_silent(const struct api *api, int64_t now)
{
	(void)now;
	return !model_connected(api->parts.model);
}

static bool
bus_stuck(const struct api *api, int64_t now)
{
	return !bus_healthy(api->parts.bus, now);
}

static bool
state_stale(const struct api *api, int64_t now)
{
	struct model_meta meta;

	model_meta(api->parts.model, now, &meta);
	return meta.is_stale;
}

static bool
address_taken(const struct api *api, int64_t now)
{
	return bus_conflict(api->parts.bus, now);
}

static bool
wires_swapped(const struct api *api, int64_t now)
{
	(void)now;
	return bus_swapped(api->parts.bus);
}

static bool
broker_away(const struct api *api, int64_t now)
{
	(void)now;
	return api->parts.config->mqtt.enabled && !api_mqtt_connected(api);
}

static bool
store_broken(const struct api *api, int64_t now)
{
	(void)now;
	return !store_ok(api->parts.store);
}

enum {
	FATAL = 1,  /* unhealthy rather than degraded */
	PERSON = 2, /* waiting does not help: devices are in error */
};

static const struct {
	bool (*is)(const struct api *api, int64_t now);
	unsigned marks;
	const char *text;
} problems[] = {
	{link_down, FATAL, "The link to the panel is down."},
	{panel_silent, FATAL, "The panel does not answer."},
	{bus_stuck, FATAL, "The bus makes no progress."},
	{state_stale, 0, "The state is stale."},
	{address_taken, PERSON, "Another device on the bus uses our address."},
	{wires_swapped, PERSON, "The two wires of the bus look swapped."},
	{broker_away, 0, "The MQTT broker cannot be reached."},
	{store_broken, PERSON, "The database cannot be used."},
};

enum { PROBLEMS = sizeof problems / sizeof problems[0] };

json_t *
api_problems(const struct api *api, int64_t now, bool *fatal)
{
	json_t *list = json_array();

	*fatal = false;
	for (int i = 0; i < PROBLEMS; i++) {
		if (!problems[i].is(api, now))
			continue;
		*fatal = *fatal || (problems[i].marks & FATAL) != 0;
		json_array_append_new(list, json_string(problems[i].text));
	}
	return list;
}

/* The wall unit shows dashes for a zone whose sensor has failed. */
static bool
sensor_failed(const struct api *api, int zone)
{
	const struct model *model = api->parts.model;

	return zone != 0 && model_connected(model) &&
	       model_image(model, CZ2_ROW_1_24)->length != 0 &&
	       cz2_state_temperature(model_state(model), zone) == CZ2_UNKNOWN;
}

json_t *
api_device_problems(const struct api *api, int number, int64_t now)
{
	json_t *list = json_array();

	for (int i = 0; i < PROBLEMS; i++)
		if ((problems[i].marks & PERSON) != 0 && problems[i].is(api, now))
			json_array_append_new(list, json_string(problems[i].text));
	if (sensor_failed(api, number))
		json_array_append_new(list,
				      json_string("The panel shows no temperature for the zone."));
	return list;
}


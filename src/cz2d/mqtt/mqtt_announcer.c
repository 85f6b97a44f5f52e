/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is to be said follows from the configuration, the devices and the sensor; it is made
 * anew each time and compared with what was said. What the documents say is ha_device's
 * business, how soon one may follow another ha_told's.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_announcer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/home/ha_device.h"
#include "cz2d/home/ha_found.h"
#include "cz2d/home/ha_told.h"

struct mqtt_announcer {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
	struct ha_told *told;
	char topics[CONFIG_TEXT_MAX]; /* the prefix of ours, */
	char prefix[CONFIG_TEXT_MAX]; /* and that of Home Assistant's */
	bool humidity;  /* was heard once, and is there for good */
	bool forgotten; /* somebody wanted it all taken back */
	uint64_t announced, taken_back;
};

struct mqtt_announcer *
mqtt_announcer_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, const char *prefix)
{
	struct mqtt_announcer *announcer = mem_new(1, sizeof *announcer);

	announcer->rooms = *rooms;
	announcer->mqtt = mqtt;
	announcer->told = ha_told_new();
	snprintf(announcer->topics, sizeof announcer->topics, "%s",
		 rooms->config->mqtt.topic_prefix);
	snprintf(announcer->prefix, sizeof announcer->prefix, "%s", prefix);
	return announcer;
}

struct mqtt_announcer *
mqtt_announcer_free(struct mqtt_announcer *announcer)
{
	if (announcer != NULL)
		ha_told_free(announcer->told);
	free(announcer);
	return NULL;
}

/* ------------------------------------------------------------------------
 * What is there, and what shall be
 */

void
mqtt_announcer_begin(struct mqtt_announcer *announcer, int64_t now)
{
	ha_told_begin(announcer->told, now);
}

void
mqtt_announcer_changed(struct mqtt_announcer *announcer, int64_t now)
{
	ha_told_changed(announcer->told, now);
}

bool
mqtt_announcer_fit(struct mqtt_announcer *announcer)
{
	bool news = !announcer->humidity;

	announcer->humidity = true;
	return news;
}

static void
topic_of(const struct mqtt_announcer *announcer, int number, char topic[MQTT_TOPIC_MAX])
{
	char id[HA_ID_MAX];

	ha_device_id(announcer->rooms.config, number, id);
	snprintf(topic, MQTT_TOPIC_MAX, "%s/device/%s/config", announcer->prefix, id);
}

bool
mqtt_announcer_is_on(const struct mqtt_announcer *announcer)
{
	const struct config *config = announcer->rooms.config;

	return config->home.discovery == CONFIG_DISCOVERY_DEVICE &&
	       config->mqtt.discovery_prefix[0] != '\0';
}

static bool
is_wanted(const struct mqtt_announcer *announcer, int number)
{
	const struct devices *devices = announcer->rooms.devices;

	return mqtt_announcer_is_on(announcer) && !announcer->forgotten &&
	       number <= devices_zones(devices) && devices_in_use(devices, number);
}

/* What is to be said of the device, to be freed; NULL: nothing. */
static char *
render(const struct mqtt_announcer *announcer, int number)
{
	struct ha_house house = {.config = announcer->rooms.config,
				 .devices = announcer->rooms.devices,
				 .prefix = announcer->topics,
				 .humidity = announcer->humidity};
	json_t *document;
	char *text;

	if (!is_wanted(announcer, number))
		return NULL;
	document = ha_device(&house, number);
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}

/* ------------------------------------------------------------------------
 * Saying it
 */

/* The broker may retain something else than what we said last: so it is not left to mqtt_retain. */
static void
say(struct mqtt_announcer *announcer, int number, const char *text, int64_t now)
{
	char topic[MQTT_TOPIC_MAX];

	topic_of(announcer, number, topic);
	mqtt_retain(announcer->mqtt, topic, MQTT_RANK_DISCOVERY, text);
	mqtt_repeat(announcer->mqtt, topic);
	ha_told_said(announcer->told, number, text, now);
	if (text != NULL)
		announcer->announced++;
	else
		announcer->taken_back++;
}

void
mqtt_announcer_heard(struct mqtt_announcer *announcer, const char *id, size_t length,
		     const struct mqtt_incoming *message, int64_t now)
{
	struct ha_found found;

	if (!ha_find(announcer->rooms.config, id, length, message->payload, message->length,
		     &found))
		return;
	announcer->humidity |= found.humidity;
	ha_told_heard(announcer->told, found.number, message->payload);
	if (announcer->forgotten)
		say(announcer, found.number, NULL, now);
}

static int64_t
look_at(struct mqtt_announcer *announcer, int number, int64_t now)
{
	char *text = render(announcer, number);
	int64_t due = ha_told_due(announcer->told, number, text);

	if (due <= now) {
		say(announcer, number, text, now);
		due = INT64_MAX;
	}
	free(text);
	return due;
}

static void
log_what_was_said(const struct mqtt_announcer *announcer, uint64_t announced, uint64_t taken_back)
{
	int told = (int)(announcer->announced - announced);
	int gone = (int)(announcer->taken_back - taken_back);

	if (told > 0)
		log_info("mqtt", "Home Assistant is told of %d device%s", told,
			 told == 1 ? "" : "s");
	if (gone > 0)
		log_info("mqtt", "Home Assistant is told that %d device%s gone", gone,
			 gone == 1 ? " is" : "s are");
}

int64_t
mqtt_announcer_look(struct mqtt_announcer *announcer, int64_t now)
{
	uint64_t announced = announcer->announced, taken_back = announcer->taken_back;
	int64_t due = INT64_MAX;

	for (int number = 0; number <= CZ2_ZONES_MAX; number++)
		due = clock_earlier(due, look_at(announcer, number, now));
	log_what_was_said(announcer, announced, taken_back);
	return due;
}

int64_t
mqtt_announcer_repeat(struct mqtt_announcer *announcer, int number, int64_t now)
{
	uint64_t before = announcer->announced;
	int64_t due = look_at(announcer, number, now);
	char *text = mem_text(ha_told_text(announcer->told, number));

	if (text != NULL && announcer->announced == before)
		say(announcer, number, text, now);
	free(text);
	return due;
}

void
mqtt_announcer_forget(struct mqtt_announcer *announcer, bool on)
{
	announcer->forgotten = on;
}

void
mqtt_announcer_take_back(struct mqtt_announcer *announcer, int64_t now)
{
	for (int number = 0; number <= CZ2_ZONES_MAX; number++)
		if (ha_told_is_there(announcer->told, number))
			say(announcer, number, NULL, now);
}

/* ------------------------------------------------------------------------
 * For reports
 */

bool
mqtt_announcer_is_forgotten(const struct mqtt_announcer *announcer)
{
	return announcer->forgotten;
}

const char *
mqtt_announcer_told(const struct mqtt_announcer *announcer, int number, char topic[MQTT_TOPIC_MAX])
{
	topic_of(announcer, number, topic);
	return ha_told_text(announcer->told, number);
}

void
mqtt_announcer_count(const struct mqtt_announcer *announcer, uint64_t *announced,
		     uint64_t *taken_back)
{
	*announced = announcer->announced;
	*taken_back = announcer->taken_back;
}

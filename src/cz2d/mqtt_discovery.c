/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When Home Assistant is told of our devices. After connecting we listen for what the broker
 * retains of them, and tell only what is missing or otherwise; then when something has changed,
 * and when Home Assistant was born anew. What the documents say is ha_device's business,
 * how soon one may follow another ha_told's.
 */
#include "build.h"

#include "cz2d/mqtt_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config.h"
#include "cz2d/devices.h"
#include "cz2d/ha_device.h"
#include "cz2d/ha_found.h"
#include "cz2d/ha_told.h"
#include "cz2d/model.h"

enum {
	LISTEN_MS = 5000,
	BIRTH_MIN_MS = 1000, /* Home Assistant has much to do when it is born, */
	BIRTH_MAX_MS = 5000, /* and more daemons than one to listen to */
	BIRTH_PAUSE_MS = 10 * 1000,
	ZONES_MS = 100,   /* behind the panel, on which they hang */
	STATES_MS = 1000, /* behind the zones: who shall show a state has to be known */
};

/* What is to be done at some moment; in this order when several are. */
enum due { DUE_HEARD, DUE_LOOK, DUE_BIRTH, DUE_ZONES, DUE_STATES, DUE_COUNT };

struct mqtt_discovery {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
	struct mqtt_state *state;
	struct ha_told *told;
	char topics[CONFIG_TEXT_MAX]; /* the prefix of ours, */
	char prefix[CONFIG_TEXT_MAX]; /* and that of Home Assistant's */
	bool humidity; /* was heard once, and is there for good */
	bool forgotten; /* somebody wanted it all taken back: say no more of it */
	bool listening;
	bool gone;     /* Home Assistant said goodbye */
	int64_t born_at; /* when it was last told everything, because it was born */
	int64_t due[DUE_COUNT]; /* INT64_MAX: never */
	struct mqtt_discovery_counts counts;
	uv_timer_t timer;
};

static void
set_timer(struct mqtt_discovery *discovery);

static void
plan(struct mqtt_discovery *discovery, enum due what, int64_t moment)
{
	discovery->due[what] = clock_earlier(discovery->due[what], moment);
	set_timer(discovery);
}

/* ------------------------------------------------------------------------
 * Telling
 */

static void
topic_of(const struct mqtt_discovery *discovery, int number, char topic[MQTT_TOPIC_MAX])
{
	char id[HA_ID_MAX];

	ha_device_id(discovery->rooms.config, number, id);
	snprintf(topic, MQTT_TOPIC_MAX, "%s/device/%s/config", discovery->prefix, id);
}

static bool
is_wanted(const struct mqtt_discovery *discovery, int number)
{
	const struct config *config = discovery->rooms.config;

	return !discovery->forgotten && config->home.discovery == CONFIG_DISCOVERY_DEVICE &&
	       config->mqtt.discovery_prefix[0] != '\0' &&
	       number <= devices_zones(discovery->rooms.devices) &&
	       devices_in_use(discovery->rooms.devices, number);
}

/* What is to be said of the device, to be freed; NULL: nothing. */
static char *
render(const struct mqtt_discovery *discovery, int number)
{
	struct ha_house house = {.config = discovery->rooms.config,
				 .devices = discovery->rooms.devices,
				 .prefix = discovery->topics,
				 .humidity = discovery->humidity};
	json_t *document;
	char *text;

	if (!is_wanted(discovery, number))
		return NULL;
	document = ha_device(&house, number);
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	return text;
}

/* The broker may retain something else than what we said last: so it is not left to mqtt_retain. */
static void
say(struct mqtt_discovery *discovery, int number, const char *text, int64_t now)
{
	char topic[MQTT_TOPIC_MAX];

	topic_of(discovery, number, topic);
	mqtt_retain(discovery->mqtt, topic, MQTT_RANK_DISCOVERY, text);
	mqtt_repeat(discovery->mqtt, topic);
	ha_told_said(discovery->told, number, text, now);
	if (text != NULL)
		discovery->counts.announced++;
	else
		discovery->counts.taken_back++;
}

static void
look_at(struct mqtt_discovery *discovery, int number, int64_t now)
{
	char *text = render(discovery, number);
	int64_t due = ha_told_due(discovery->told, number, text);

	if (due <= now)
		say(discovery, number, text, now);
	else
		plan(discovery, DUE_LOOK, due);
	free(text);
}

/* Tells what may be told by now, and comes again for the rest. */
static void
look(struct mqtt_discovery *discovery, int64_t now)
{
	struct mqtt_discovery_counts before = discovery->counts;

	if (discovery->listening || !mqtt_connected(discovery->mqtt))
		return;
	for (int number = 0; number <= CZ2_ZONES_MAX; number++)
		look_at(discovery, number, now);
	if (discovery->counts.announced != before.announced)
		log_info("mqtt", "Home Assistant is told of %d devices",
			 (int)(discovery->counts.announced - before.announced));
	if (discovery->counts.taken_back != before.taken_back)
		log_info("mqtt", "Home Assistant is told that %d devices are gone",
			 (int)(discovery->counts.taken_back - before.taken_back));
}

/* Something in any case: what has changed, if that may be told by now, else what was told last. */
static void
say_again(struct mqtt_discovery *discovery, int number, int64_t now)
{
	char *text = render(discovery, number);
	int64_t due = ha_told_due(discovery->told, number, text);

	plan(discovery, DUE_LOOK, due);
	if (due > now) {
		free(text);
		text = mem_text(ha_told_text(discovery->told, number));
	}
	if (text != NULL)
		say(discovery, number, text, now);
	free(text);
}

/* ------------------------------------------------------------------------
 * What is due
 */

static void
listen_topic(const struct mqtt_discovery *discovery, char topic[MQTT_TOPIC_MAX])
{
	snprintf(topic, MQTT_TOPIC_MAX, "%s/device/+/config", discovery->prefix);
}

static void
on_heard(struct mqtt_discovery *discovery, int64_t now)
{
	char topic[MQTT_TOPIC_MAX];

	listen_topic(discovery, topic);
	mqtt_unsubscribe(discovery->mqtt, topic);
	discovery->listening = false;
	look(discovery, now);
}

static void
on_birth(struct mqtt_discovery *discovery, int64_t now)
{
	if (discovery->listening) {
		plan(discovery, DUE_BIRTH, discovery->due[DUE_HEARD]);
		return;
	}
	discovery->born_at = now;
	discovery->counts.births++;
	say_again(discovery, 0, now);
	plan(discovery, DUE_ZONES, now + ZONES_MS);
}

static void
on_zones(struct mqtt_discovery *discovery, int64_t now)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		say_again(discovery, zone, now);
	plan(discovery, DUE_STATES, now + STATES_MS);
}

static void
on_states(struct mqtt_discovery *discovery, int64_t now)
{
	static const char *const names[] = {"diagnostics", "status", "link", "availability"};

	(void)now;
	for (int zone = 0; zone <= devices_zones(discovery->rooms.devices); zone++)
		mqtt_state_repeat(discovery->state, zone);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char topic[MQTT_TOPIC_MAX];

		mqtt_topic(discovery->mqtt, names[i], topic);
		mqtt_repeat(discovery->mqtt, topic);
	}
}

/* Without a connection: what has to be done is found out after the next one. */
static void
forget_dues(struct mqtt_discovery *discovery)
{
	for (int what = 0; what < DUE_COUNT; what++)
		discovery->due[what] = INT64_MAX;
}

static void
on_timer(uv_timer_t *timer)
{
	static void (*const act[DUE_COUNT])(struct mqtt_discovery *, int64_t) = {
		[DUE_HEARD] = on_heard, [DUE_LOOK] = look,	   [DUE_BIRTH] = on_birth,
		[DUE_ZONES] = on_zones, [DUE_STATES] = on_states,
	};
	struct mqtt_discovery *discovery = timer->data;
	int64_t now = clock_now();

	if (!mqtt_connected(discovery->mqtt))
		forget_dues(discovery);
	for (int what = 0; what < DUE_COUNT; what++) {
		if (discovery->due[what] > now)
			continue;
		discovery->due[what] = INT64_MAX;
		act[what](discovery, now);
	}
	set_timer(discovery);
}

static void
set_timer(struct mqtt_discovery *discovery)
{
	int64_t first = INT64_MAX, now = clock_now();

	for (int what = 0; what < DUE_COUNT; what++)
		first = clock_earlier(first, discovery->due[what]);
	if (first == INT64_MAX)
		uv_timer_stop(&discovery->timer);
	else
		uv_timer_start(&discovery->timer, on_timer, (uint64_t)clock_later(first - now, 0),
			       0);
}

/* ------------------------------------------------------------------------
 * What happens
 */

void
mqtt_discovery_connected(struct mqtt_discovery *discovery)
{
	const struct config *config = discovery->rooms.config;
	int64_t now = clock_now();
	char topic[MQTT_TOPIC_MAX];

	forget_dues(discovery);
	discovery->listening = true;
	discovery->gone = false;
	ha_told_begin(discovery->told, now);
	listen_topic(discovery, topic);
	mqtt_subscribe(discovery->mqtt, topic);
	snprintf(topic, sizeof topic, "%s/status", discovery->prefix);
	if (config->mqtt.discovery_prefix[0] != '\0')
		mqtt_subscribe(discovery->mqtt, topic);
	plan(discovery, DUE_HEARD, now + LISTEN_MS);
}

/* What we say ourselves comes back, but not as retained. */
static void
on_announcement(struct mqtt_discovery *discovery, const struct mqtt_incoming *message,
		const char *id)
{
	size_t length = strcspn(id, "/");
	struct ha_found found;

	if (!discovery->listening || !message->retained || strcmp(id + length, "/config") != 0 ||
	    !ha_find(discovery->rooms.config, id, length, message->payload, message->length, &found))
		return;
	discovery->humidity |= found.humidity;
	ha_told_heard(discovery->told, found.number, message->payload);
}

/*
 * A retained "online" that comes with our subscription is old: all was just said. One that
 * follows an "offline" is not.
 */
static void
on_home_status(struct mqtt_discovery *discovery, const struct mqtt_incoming *message)
{
	int64_t now = clock_now(), wait = BIRTH_MIN_MS;

	if (strcmp(message->payload, "offline") == 0)
		discovery->gone = true;
	if (strcmp(message->payload, "online") != 0 || (message->retained && !discovery->gone))
		return;
	discovery->gone = false;
	wait += clock_wall_us() % (BIRTH_MAX_MS - BIRTH_MIN_MS + 1);
	plan(discovery, DUE_BIRTH,
	     clock_later(now + wait, discovery->born_at + BIRTH_PAUSE_MS));
}

void
mqtt_discovery_message(struct mqtt_discovery *discovery, const struct mqtt_incoming *message)
{
	size_t length = strlen(discovery->prefix);
	const char *rest = message->topic + length;

	if (strncmp(message->topic, discovery->prefix, length) != 0)
		return;
	if (strncmp(rest, "/device/", strlen("/device/")) == 0)
		on_announcement(discovery, message, rest + strlen("/device/"));
	else if (strcmp(rest, "/status") == 0)
		on_home_status(discovery, message);
}

void
mqtt_discovery_renamed(struct mqtt_discovery *discovery)
{
	int64_t now = clock_now();

	ha_told_changed(discovery->told, now);
	look(discovery, now);
}

/* The sensor is there when it was heard once; a document in which it comes and goes is none. */
static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	struct mqtt_discovery *discovery = self;
	const struct cz2_values *state = model_state(discovery->rooms.model);

	(void)changed;
	if (discovery->humidity || (events & MODEL_CHANGED) == 0 ||
	    cz2_values_get(state, CZ2_HUMIDITY, 0) == CZ2_UNKNOWN)
		return;
	discovery->humidity = true;
	mqtt_discovery_renamed(discovery);
}

/* ------------------------------------------------------------------------
 * At somebody's order
 */

void
mqtt_discovery_announce(struct mqtt_discovery *discovery)
{
	discovery->forgotten = false;
	plan(discovery, DUE_BIRTH,
	     clock_later(clock_now(), discovery->born_at + BIRTH_PAUSE_MS));
}

void
mqtt_discovery_forget(struct mqtt_discovery *discovery)
{
	int64_t now = clock_now();

	discovery->forgotten = true;
	discovery->due[DUE_BIRTH] = discovery->due[DUE_ZONES] = INT64_MAX;
	discovery->due[DUE_STATES] = INT64_MAX;
	if (discovery->listening)
		return; /* what we shall have heard of is taken back then */
	for (int number = 0; number <= CZ2_ZONES_MAX; number++)
		if (ha_told_text(discovery->told, number) != NULL)
			say(discovery, number, NULL, now);
}

/* ------------------------------------------------------------------------
 * For reports
 */

struct mqtt_discovery_counts
mqtt_discovery_counts(const struct mqtt_discovery *discovery)
{
	return discovery->counts;
}

const char *
mqtt_discovery_phase(const struct mqtt_discovery *discovery)
{
	const struct config *config = discovery->rooms.config;

	if (discovery->forgotten)
		return "forgotten";
	if (config->home.discovery == CONFIG_DISCOVERY_OFF ||
	    config->mqtt.discovery_prefix[0] == '\0')
		return "off";
	return discovery->listening || !mqtt_connected(discovery->mqtt) ? "listening" : "told";
}

const char *
mqtt_discovery_told(const struct mqtt_discovery *discovery, int number, char topic[MQTT_TOPIC_MAX])
{
	if (number > CZ2_ZONES_MAX)
		return NULL;
	topic_of(discovery, number, topic);
	return ha_told_text(discovery->told, number);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct mqtt_discovery *
mqtt_discovery_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, struct mqtt_state *state)
{
	struct model_observer observer = {.changed = on_model_changed};
	struct mqtt_discovery *discovery = mem_new(1, sizeof *discovery);
	const char *prefix = rooms->config->mqtt.discovery_prefix;

	discovery->rooms = *rooms;
	discovery->mqtt = mqtt;
	discovery->state = state;
	discovery->told = ha_told_new();
	discovery->born_at = INT64_MIN / 2;
	snprintf(discovery->topics, sizeof discovery->topics, "%s",
		 rooms->config->mqtt.topic_prefix);
	/* Who does not want to be announced any more mostly was so there. */
	snprintf(discovery->prefix, sizeof discovery->prefix, "%s",
		 prefix[0] != '\0' ? prefix : "homeassistant");
	forget_dues(discovery);
	uv_timer_init(rooms->loop, &discovery->timer);
	discovery->timer.data = observer.self = discovery;
	model_observe(rooms->model, &observer);
	on_model_changed(discovery, MODEL_CHANGED, NULL); /* the sensor may be known from before */
	return discovery;
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt_discovery *discovery = handle->data;

	ha_told_free(discovery->told);
	free(discovery);
}

struct mqtt_discovery *
mqtt_discovery_free(struct mqtt_discovery *discovery)
{
	if (discovery == NULL)
		return NULL;
	model_unobserve(discovery->rooms.model, discovery);
	uv_close((uv_handle_t *)&discovery->timer, on_closed);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When Home Assistant is told of our devices. After connecting we listen for what the broker
 * retains of them, and tell only what is missing or otherwise; then when something has changed,
 * and when Home Assistant was born anew. What is told is mqtt_announcer's business.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt_announcer.h"

enum {
	LISTEN_MS = 5000,
	BIRTH_MIN_MS = 1000, /* Home Assistant has much to do when it is born, */
	BIRTH_MAX_MS = 5000, /* and more daemons than one to listen to */
	BIRTH_PAUSE_MS = 10 * 1000,
	ZONES_MS = 100,   /* behind the panel, on which they hang */
	STATES_MS = 1000, /* behind the zones: who shall show a state has to be known, */
	ERASE_MS = 1000,  /* and who no longer does has to be gone before it is erased */
};

/* What is to be done at some moment; in this order when several are. */
enum due { DUE_HEARD, DUE_LOOK, DUE_BIRTH, DUE_ZONES, DUE_STATES, DUE_DIALS, DUE_ERASE,
	   DUE_COUNT };

struct mqtt_discovery {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
	struct mqtt_state *state;
	struct mqtt_announcer *announcer;
	char prefix[CONFIG_TEXT_MAX]; /* of Home Assistant's topics */
	bool listening;
	bool gone;     /* Home Assistant said goodbye */
	int64_t born_at; /* when it was last told everything, because it was born */
	int64_t due[DUE_COUNT]; /* INT64_MAX: never */
	uint64_t births;
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

/* Behind the last message that takes something back. */
static void
erase_later(struct mqtt_discovery *discovery, int64_t now)
{
	discovery->due[DUE_ERASE] = now + ERASE_MS;
	set_timer(discovery);
}

/* Tells what may be told by now, and comes again for the rest. */
static void
look(struct mqtt_discovery *discovery, int64_t now)
{
	uint64_t before, after, taken_back;

	if (discovery->listening || !mqtt_connected(discovery->mqtt))
		return;
	mqtt_announcer_count(discovery->announcer, &before, &taken_back);
	plan(discovery, DUE_LOOK, mqtt_announcer_look(discovery->announcer, now));
	mqtt_announcer_count(discovery->announcer, &after, &taken_back);
	/* A thermostat that it is told of once more forgets its preset. */
	if (after != before)
		plan(discovery, DUE_DIALS, now + STATES_MS);
	erase_later(discovery, now);
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
	discovery->births++;
	plan(discovery, DUE_LOOK, mqtt_announcer_repeat(discovery->announcer, 0, now));
	plan(discovery, DUE_ZONES, now + ZONES_MS);
}

static void
on_zones(struct mqtt_discovery *discovery, int64_t now)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		plan(discovery, DUE_LOOK,
		     mqtt_announcer_repeat(discovery->announcer, zone, now));
	plan(discovery, DUE_STATES, now + STATES_MS);
}

static void
on_dials(struct mqtt_discovery *discovery, int64_t now)
{
	(void)now;
	for (int zone = 1; zone <= devices_zones(discovery->rooms.devices); zone++)
		mqtt_state_repeat(discovery->state, zone);
}

static void
on_states(struct mqtt_discovery *discovery, int64_t now)
{
	static const char *const names[] = {"diagnostics", "status", "link", "availability"};

	mqtt_state_repeat(discovery->state, 0);
	on_dials(discovery, now);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char topic[MQTT_TOPIC_MAX];

		mqtt_topic(discovery->mqtt, names[i], topic);
		mqtt_repeat(discovery->mqtt, topic);
	}
}

/* Zones that are not used, as far as Home Assistant has let go of them. */
static void
erase_unused(struct mqtt_discovery *discovery)
{
	char topic[MQTT_TOPIC_MAX];

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if (mqtt_announcer_told(discovery->announcer, zone, topic) == NULL)
			mqtt_state_erase(discovery->state, zone);
}

static void
on_erase(struct mqtt_discovery *discovery, int64_t now)
{
	(void)now;
	if (discovery->listening)
		return; /* we come again behind what there is to take back by then */
	if (mqtt_announcer_is_forgotten(discovery->announcer))
		mqtt_withhold(discovery->mqtt);
	erase_unused(discovery);
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
		[DUE_HEARD] = on_heard, [DUE_LOOK] = look,        [DUE_BIRTH] = on_birth,
		[DUE_ZONES] = on_zones, [DUE_STATES] = on_states, [DUE_DIALS] = on_dials,
		[DUE_ERASE] = on_erase,
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
	mqtt_announcer_begin(discovery->announcer, now);
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

	if (discovery->listening && message->retained && strcmp(id + length, "/config") == 0)
		mqtt_announcer_heard(discovery->announcer, id, length, message, clock_now());
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

	mqtt_announcer_changed(discovery->announcer, now);
	look(discovery, now);
}

/* The sensor is there when it was heard once; a document in which it comes and goes is none. */
static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	struct mqtt_discovery *discovery = self;
	const struct cz2_values *state = model_state(discovery->rooms.model);

	(void)changed;
	if ((events & MODEL_CHANGED) != 0 &&
	    cz2_values_get(state, CZ2_HUMIDITY, 0) != CZ2_UNKNOWN &&
	    mqtt_announcer_fit(discovery->announcer))
		mqtt_discovery_renamed(discovery);
}

/* ------------------------------------------------------------------------
 * At somebody's order
 */

void
mqtt_discovery_announce(struct mqtt_discovery *discovery)
{
	mqtt_announcer_forget(discovery->announcer, false);
	plan(discovery, DUE_BIRTH,
	     clock_later(clock_now(), discovery->born_at + BIRTH_PAUSE_MS));
}

void
mqtt_discovery_forget(struct mqtt_discovery *discovery)
{
	mqtt_announcer_forget(discovery->announcer, true);
	discovery->due[DUE_BIRTH] = discovery->due[DUE_ZONES] = INT64_MAX;
	discovery->due[DUE_STATES] = INT64_MAX;
	mqtt_announcer_take_back(discovery->announcer, clock_now());
	erase_later(discovery, clock_now());
}

/* ------------------------------------------------------------------------
 * For reports
 */

struct mqtt_discovery_counts
mqtt_discovery_counts(const struct mqtt_discovery *discovery)
{
	struct mqtt_discovery_counts counts = {.births = discovery->births};

	mqtt_announcer_count(discovery->announcer, &counts.announced, &counts.taken_back);
	return counts;
}

const char *
mqtt_discovery_phase(const struct mqtt_discovery *discovery)
{
	if (mqtt_announcer_is_forgotten(discovery->announcer))
		return "forgotten";
	if (!mqtt_announcer_is_on(discovery->announcer))
		return "off";
	return discovery->listening || !mqtt_connected(discovery->mqtt) ? "listening" : "told";
}

const char *
mqtt_discovery_told(const struct mqtt_discovery *discovery, int number, char topic[MQTT_TOPIC_MAX])
{
	return mqtt_announcer_told(discovery->announcer, number, topic);
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
	discovery->born_at = INT64_MIN / 2;
	/* Who does not want to be announced any more mostly was so there. */
	snprintf(discovery->prefix, sizeof discovery->prefix, "%s",
		 prefix[0] != '\0' ? prefix : "homeassistant");
	discovery->announcer = mqtt_announcer_new(rooms, mqtt, discovery->prefix);
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

	mqtt_announcer_free(discovery->announcer);
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

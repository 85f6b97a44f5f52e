/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is published, when, and when to try again. Each topic is a slot: it keeps the
 * latest value, and whether the broker has it. How messages travel is broker's
 * business; what they say is json's.
 */
#include "build.h"

#include "cz2d/mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/broker.h"
#include "cz2d/config.h"
#include "cz2d/config_check.h"
#include "cz2d/json.h"
#include "cz2d/model.h"

enum {
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60 * 1000,
	REFUSED_MIN_MS = 60 * 1000, /* a wrong password does not become right by trying */
	REFUSED_MAX_MS = 300 * 1000,
	JITTER_PERCENT = 20,        /* a street of daemons shall not come back all at once */
	STEADY_MS = 30 * 1000,      /* a connection that lasts as long starts the pauses anew */
	SHORT_LIVES = 3,            /* so many that do not are no accident */
	STOP_MS = 2000,
	/*
	 * For the broker to take a message: 30 s, looked at several times. When it was us who
	 * stood still, that passes for one look, and what has come meanwhile is read first.
	 */
	TAKE_LOOK_MS = 6000,
	TAKE_LOOKS = 5,
	RESEND_MS = 1000, /* after a message that was not taken */
	MACHINE_DIGITS = 8,
	TOPIC_MAX = CONFIG_TEXT_MAX + 32,
	BROKER_NAME_MAX = CONFIG_TEXT_MAX + 16,
};

enum slot_name { SLOT_STATUS, SLOT_AVAILABILITY, SLOT_COUNT };

/* One topic. */
struct slot {
	char *value;        /* the latest; NULL: there is nothing to say yet */
	bool changed;       /* since it was handed over */
	bool taken;         /* by the broker, since the connection came */
	uint64_t in_flight; /* the message that waits for its acknowledgement, or 0 */
};

enum state {
	STATE_WAITING, /* for the next attempt */
	STATE_CONNECTING,
	STATE_CONNECTED,
	STATE_DROPPING, /* the broker takes nothing: the connection is being taken down */
	STATE_LEAVING,  /* "offline" is on its way */
	STATE_ENDING,   /* the connection is being closed */
	STATE_ENDED,
};

struct mqtt {
	const struct config *config;
	const struct devices *devices;
	struct model *model;
	struct broker *broker;
	char broker_name[BROKER_NAME_MAX]; /* for people */
	char client_id[CONFIG_TEXT_MAX];
	char prefix[CONFIG_TEXT_MAX];      /* the one it was born with: reloads make another mqtt */

	enum state state;
	struct slot slots[SLOT_COUNT];
	uint64_t messages;   /* published in this life */
	int64_t pause_ms;    /* before the last attempt; 0: none yet */
	int64_t connected_at;
	int short_lives;     /* connections in a row that did not last */
	bool told;           /* the trouble is in the log */
	enum broker_trouble trouble;

	uv_poll_t events;
	uv_timer_t retry, limit, taking;
	int looks; /* for an acknowledgement that is owed */
	int handles; /* not closed yet */
	enum mqtt_leave leave;
	void (*done)(void *self);
	void *done_self;
};

/* In the order in which they are published. */
static const char *const slot_topics[SLOT_COUNT] = {
	[SLOT_STATUS] = "status",
	[SLOT_AVAILABILITY] = "availability", /* last: "online" says that the others are true */
};

static void
topic_of(const struct mqtt *mqtt, enum slot_name name, char topic[TOPIC_MAX])
{
	snprintf(topic, TOPIC_MAX, "%s/%s", mqtt->prefix, slot_topics[name]);
}

/* ------------------------------------------------------------------------
 * Slots
 */

static void
on_not_taken(uv_timer_t *timer);

static bool
owes(const struct mqtt *mqtt)
{
	for (int name = 0; name < SLOT_COUNT; name++)
		if (mqtt->slots[name].in_flight != 0)
			return true;
	return false;
}

/* Begins the broker's time anew, if it owes us an acknowledgement. */
static void
await_taking(struct mqtt *mqtt)
{
	mqtt->looks = 0;
	if (mqtt->state == STATE_CONNECTED && owes(mqtt))
		uv_timer_start(&mqtt->taking, on_not_taken, TAKE_LOOK_MS, TAKE_LOOK_MS);
	else
		uv_timer_stop(&mqtt->taking);
}

/* Takes the value. */
static void
set(struct mqtt *mqtt, enum slot_name name, char *value)
{
	struct slot *slot = &mqtt->slots[name];

	free(slot->value);
	slot->value = value;
	slot->changed = value != NULL;
}

static void
hand_over(struct mqtt *mqtt, enum slot_name name)
{
	struct slot *slot = &mqtt->slots[name];
	char topic[TOPIC_MAX];

	topic_of(mqtt, name, topic);
	if (!broker_publish(mqtt->broker, mqtt->messages + 1, topic, slot->value))
		return; /* it stays changed, and goes with the next one */
	slot->in_flight = ++mqtt->messages;
	slot->changed = false;
	await_taking(mqtt);
}

static bool
may_go(const struct mqtt *mqtt, enum slot_name name)
{
	if (mqtt->state == STATE_LEAVING)
		return name == SLOT_AVAILABILITY;
	/* What is half read is not told: the model says when it is whole. */
	if (mqtt->state != STATE_CONNECTED || model_is_held(mqtt->model))
		return false;
	for (int before = 0; before < (int)name; before++)
		if (mqtt->slots[before].value != NULL && !mqtt->slots[before].taken)
			return false;
	return true;
}

static void
publish(struct mqtt *mqtt)
{
	for (int name = 0; name < SLOT_COUNT; name++) {
		const struct slot *slot = &mqtt->slots[name];

		if (slot->changed && slot->in_flight == 0 && may_go(mqtt, (enum slot_name)name))
			hand_over(mqtt, (enum slot_name)name);
	}
}

/* Before the panel has ever answered there is no status. */
static void
render_status(struct mqtt *mqtt)
{
	struct json_view view = json_view_at(mqtt->devices, mqtt->model, clock_now());
	json_t *document = json_status_flat(&view);

	if (!json_is_null(document))
		set(mqtt, SLOT_STATUS, json_dumps(document, JSON_COMPACT));
	json_decref(document);
}

static void
tell_status(struct mqtt *mqtt)
{
	if (mqtt->state != STATE_CONNECTED)
		return;
	render_status(mqtt);
	publish(mqtt);
}

static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	(void)changed;
	if ((events & (MODEL_CHANGED | MODEL_REFRESHED | MODEL_WRITTEN)) != 0)
		tell_status(self);
}

void
mqtt_renamed(struct mqtt *mqtt)
{
	tell_status(mqtt);
}

/* ------------------------------------------------------------------------
 * Coming, going, and trying again
 */

static void
try_connect(struct mqtt *mqtt)
{
	mqtt->state = STATE_CONNECTING;
	broker_connect(mqtt->broker);
}

static void
on_retry(uv_timer_t *timer)
{
	try_connect(timer->data);
}

static int64_t
with_jitter(int64_t pause_ms)
{
	int64_t percent = clock_wall_us() % (2 * JITTER_PERCENT + 1) - JITTER_PERCENT;

	return pause_ms + pause_ms * percent / 100;
}

static void
try_later(struct mqtt *mqtt, bool refused)
{
	int64_t shortest = refused ? REFUSED_MIN_MS : RETRY_MIN_MS;
	int64_t longest = refused ? REFUSED_MAX_MS : RETRY_MAX_MS;

	mqtt->pause_ms *= 2;
	if (mqtt->pause_ms < shortest)
		mqtt->pause_ms = shortest;
	if (mqtt->pause_ms > longest)
		mqtt->pause_ms = longest;
	mqtt->state = STATE_WAITING;
	await_taking(mqtt);
	uv_timer_start(&mqtt->retry, on_retry, (uint64_t)with_jitter(mqtt->pause_ms), 0);
}

static void
finish(struct mqtt *mqtt)
{
	void (*done)(void *self) = mqtt->done;

	mqtt->state = STATE_ENDED;
	mqtt->done = NULL;
	uv_timer_stop(&mqtt->limit);
	uv_poll_stop(&mqtt->events);
	if (done != NULL)
		done(mqtt->done_self); /* may free us */
}

static void
end(struct mqtt *mqtt)
{
	mqtt->state = STATE_ENDING;
	broker_end(mqtt->broker);
}

/*
 * "offline" may not have reached the broker: it has to publish the will. While the program
 * goes on that cannot be had, but what was sent of "offline" goes before the goodbye.
 */
static void
vanish(struct mqtt *mqtt)
{
	if (mqtt->leave == MQTT_LEAVE_WHOLE) {
		end(mqtt);
		return;
	}
	mqtt->broker = broker_abandon(mqtt->broker);
	finish(mqtt);
}

static void
on_limit(uv_timer_t *timer)
{
	struct mqtt *mqtt = timer->data;

	if (mqtt->state == STATE_LEAVING) {
		log_info("mqtt", "the broker %s does not take our leave; leaving anyway",
			 mqtt->broker_name);
		vanish(mqtt);
		return;
	}
	/* Of the rest nobody sees anything: an attempt to connect that is still under way. */
	if (mqtt->leave == MQTT_LEAVE_SOON)
		finish(mqtt);
}

/* ------------------------------------------------------------------------
 * What the broker says
 */

static void
on_connected(struct mqtt *mqtt, const struct broker_event *event)
{
	(void)event;
	if (mqtt->state != STATE_CONNECTING)
		return;
	log_info("mqtt", "connected to the broker %s", mqtt->broker_name);
	mqtt->state = STATE_CONNECTED;
	mqtt->told = false;
	mqtt->connected_at = clock_now();
	for (int name = 0; name < SLOT_COUNT; name++) {
		mqtt->slots[name].in_flight = 0;
		mqtt->slots[name].taken = false;
	}
	render_status(mqtt);
	set(mqtt, SLOT_AVAILABILITY, mem_text("online"));
	publish(mqtt);
}

static void
on_failed(struct mqtt *mqtt, const struct broker_event *event)
{
	bool refused = event->trouble == BROKER_BAD_PASSWORD || event->trouble == BROKER_FORBIDDEN;

	if (mqtt->state != STATE_CONNECTING)
		return;
	if (!mqtt->told || mqtt->trouble != event->trouble)
		log_warning("mqtt", "no connection to the broker %s: %s; trying again",
			    mqtt->broker_name, broker_trouble_text(event->trouble));
	mqtt->told = true;
	mqtt->trouble = event->trouble;
	try_later(mqtt, refused);
}

/* Two clients of one name throw each other out for ever. */
static void
count_life(struct mqtt *mqtt)
{
	if (clock_now() - mqtt->connected_at >= STEADY_MS) {
		mqtt->short_lives = 0;
		mqtt->pause_ms = 0;
		return;
	}
	if (++mqtt->short_lives == SHORT_LIVES)
		log_warning("mqtt", "no connection to the broker %s lasts: does another client call "
			    "itself %s?", mqtt->broker_name, mqtt->client_id);
}

static void
tell_loss(struct mqtt *mqtt, const char *how)
{
	log_warning("mqtt", "lost the broker %s: %s; trying again", mqtt->broker_name, how);
	mqtt->told = true;
	mqtt->trouble = BROKER_UNREACHABLE;
}

static void
on_lost(struct mqtt *mqtt, const struct broker_event *event)
{
	(void)event;
	if (mqtt->state == STATE_LEAVING)
		end(mqtt);
	if (mqtt->state == STATE_CONNECTED) {
		tell_loss(mqtt, "the connection broke");
		count_life(mqtt);
	}
	if (mqtt->state == STATE_CONNECTED || mqtt->state == STATE_DROPPING)
		try_later(mqtt, false);
}

/* As long as the broker answers pings, the library is content. */
static void
on_not_taken(uv_timer_t *timer)
{
	struct mqtt *mqtt = timer->data;

	if (++mqtt->looks < TAKE_LOOKS)
		return;
	if (!broker_drop(mqtt->broker)) {
		await_taking(mqtt);
		return;
	}
	tell_loss(mqtt, "it takes no messages");
	mqtt->state = STATE_DROPPING;
}

/* A message of an earlier connection is nobody's. */
static struct slot *
slot_in_flight(struct mqtt *mqtt, const struct broker_event *event)
{
	for (int name = 0; name < SLOT_COUNT; name++)
		if (mqtt->slots[name].in_flight == event->message)
			return &mqtt->slots[name];
	return NULL;
}

static void
on_taken(struct mqtt *mqtt, const struct broker_event *event)
{
	struct slot *slot = slot_in_flight(mqtt, event);

	if (slot == NULL)
		return;
	slot->in_flight = 0;
	slot->taken = true;
	await_taking(mqtt);
	if (mqtt->state == STATE_LEAVING && slot == &mqtt->slots[SLOT_AVAILABILITY] &&
	    !slot->changed)
		end(mqtt);
	else
		publish(mqtt);
}

static void
on_resend(uv_timer_t *timer)
{
	publish(timer->data);
}

/* The connection is mostly about to be lost, and everything will go out again after it. */
static void
on_dropped(struct mqtt *mqtt, const struct broker_event *event)
{
	struct slot *slot = slot_in_flight(mqtt, event);

	if (slot == NULL)
		return;
	slot->in_flight = 0;
	slot->changed = true;
	await_taking(mqtt);
	if (mqtt->state == STATE_LEAVING)
		vanish(mqtt);
	else if (mqtt->state == STATE_CONNECTED)
		uv_timer_start(&mqtt->limit, on_resend, RESEND_MS, 0);
}

static void
on_ended(struct mqtt *mqtt, const struct broker_event *event)
{
	(void)event;
	finish(mqtt);
}

static void
on_events(uv_poll_t *poll, int status, int readable)
{
	static void (*const take[])(struct mqtt *, const struct broker_event *) = {
		[BROKER_CONNECTED] = on_connected, [BROKER_FAILED] = on_failed,
		[BROKER_LOST] = on_lost,	   [BROKER_TAKEN] = on_taken,
		[BROKER_DROPPED] = on_dropped,	   [BROKER_ENDED] = on_ended,
	};
	struct mqtt *mqtt = poll->data;
	struct broker_event event;

	(void)status;
	(void)readable;
	/* One at a time: the last one may end in mqtt_free(). */
	if (broker_next(mqtt->broker, &event))
		take[event.kind](mqtt, &event);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

/* The same after each start, another on each machine. */
static void
machine_digits(char digits[MACHINE_DIGITS + 1])
{
	FILE *file = fopen("/etc/machine-id", "re");
	size_t length = file != NULL ? fread(digits, 1, MACHINE_DIGITS, file) : 0;
	char host[256] = "";
	uint32_t hash = 2166136261;

	digits[length] = '\0';
	if (file != NULL)
		fclose(file);
	if (strspn(digits, "0123456789abcdef") == MACHINE_DIGITS)
		return;
	gethostname(host, sizeof host - 1);
	for (const char *letter = host; *letter != '\0'; letter++)
		hash = (hash ^ (unsigned char)*letter) * 16777619; /* FNV-1a */
	snprintf(digits, MACHINE_DIGITS + 1, "%08x", hash);
}

static void
name_all(struct mqtt *mqtt, const struct config *config)
{
	char digits[MACHINE_DIGITS + 1];

	address_text(config->mqtt.host, config->mqtt.port, mqtt->broker_name,
		     sizeof mqtt->broker_name);
	snprintf(mqtt->prefix, sizeof mqtt->prefix, "%s", config->mqtt.topic_prefix);
	machine_digits(digits);
	if (config->mqtt.client_id[0] != '\0')
		snprintf(mqtt->client_id, sizeof mqtt->client_id, "%s", config->mqtt.client_id);
	else
		snprintf(mqtt->client_id, sizeof mqtt->client_id, "cz2d-%s-%s", config->panel.id,
			 digits);
}

static struct broker *
make_broker(const struct mqtt *mqtt, const struct config *config)
{
	char will_topic[TOPIC_MAX];
	struct broker_config broker = {
		.host = config->mqtt.host,
		.port = config->mqtt.port,
		.client_id = mqtt->client_id,
		.user = config->mqtt.user,
		.password = config->mqtt.password,
		.keepalive_seconds = config->mqtt.keepalive_seconds,
		.will_topic = will_topic,
		.will = "offline",
	};

	topic_of(mqtt, SLOT_AVAILABILITY, will_topic);
	return broker_new(&broker);
}

static bool
start_handles(struct mqtt *mqtt, uv_loop_t *loop)
{
	if (uv_poll_init(loop, &mqtt->events, broker_fd(mqtt->broker)) != 0)
		return false;
	uv_timer_init(loop, &mqtt->retry);
	uv_timer_init(loop, &mqtt->limit);
	uv_timer_init(loop, &mqtt->taking);
	mqtt->events.data = mqtt->retry.data = mqtt->limit.data = mqtt->taking.data = mqtt;
	mqtt->handles = 4;
	uv_poll_start(&mqtt->events, UV_READABLE, on_events);
	return true;
}

struct mqtt *
mqtt_new(const struct config *config, const struct devices *devices, struct model *model,
	 uv_loop_t *loop)
{
	struct model_observer observer = {.changed = on_model_changed};
	struct mqtt *mqtt = mem_new(1, sizeof *mqtt);

	mqtt->config = config;
	mqtt->devices = devices;
	mqtt->model = model;
	name_all(mqtt, config);
	mqtt->broker = make_broker(mqtt, config);
	if (mqtt->broker == NULL || !start_handles(mqtt, loop)) {
		log_error("mqtt", "cannot start: the system has no thread or descriptor left");
		broker_free(mqtt->broker);
		free(mqtt);
		return NULL;
	}
	if (config->mqtt.password[0] != '\0' && !config_check_loopback(config->mqtt.host))
		log_warning("mqtt", "the password for the broker %s crosses the network unencrypted",
			    mqtt->broker_name);
	observer.self = mqtt;
	model_observe(model, &observer);
	try_connect(mqtt);
	return mqtt;
}

bool
mqtt_connected(const struct mqtt *mqtt)
{
	return mqtt->state == STATE_CONNECTED;
}

void
mqtt_stop(struct mqtt *mqtt, enum mqtt_leave how, void (*done)(void *self), void *self)
{
	bool connected = mqtt_connected(mqtt);
	bool leaving = mqtt->state == STATE_LEAVING || mqtt->state == STATE_ENDING;

	mqtt->leave = how;
	mqtt->done = done;
	mqtt->done_self = self;
	uv_timer_stop(&mqtt->retry);
	uv_timer_stop(&mqtt->taking);
	uv_timer_start(&mqtt->limit, on_limit, STOP_MS, 0);
	if (leaving)
		return;
	if (!connected) {
		end(mqtt);
		return;
	}
	mqtt->state = STATE_LEAVING;
	set(mqtt, SLOT_AVAILABILITY, mem_text("offline"));
	mqtt->slots[SLOT_AVAILABILITY].in_flight = 0; /* an "online" on its way stays before it */
	publish(mqtt);
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt *mqtt = handle->data;

	if (--mqtt->handles > 0)
		return;
	broker_free(mqtt->broker);
	for (int name = 0; name < SLOT_COUNT; name++)
		free(mqtt->slots[name].value);
	free(mqtt);
}

struct mqtt *
mqtt_free(struct mqtt *mqtt)
{
	if (mqtt == NULL)
		return NULL;
	model_unobserve(mqtt->model, mqtt);
	uv_close((uv_handle_t *)&mqtt->events, on_closed);
	uv_close((uv_handle_t *)&mqtt->retry, on_closed);
	uv_close((uv_handle_t *)&mqtt->limit, on_closed);
	uv_close((uv_handle_t *)&mqtt->taking, on_closed);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The owner of the room's parts. What they want to have published is handed over in the next
 * turn of the loop, as much as the broker may owe us; what arrives is passed on to them.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt_connection.h"
#include "cz2d/mqtt/mqtt_internal.h"
#include "cz2d/mqtt/mqtt_outbox.h"
#include "cz2d/mqtt/mqtt_retained.h"

enum {
	RESEND_MS = 1000,         /* after a message that was not taken */
	SUBSCRIPTIONS_MAX = 16,   /* not answered yet */
	OUTBOX_ROOM = 16,         /* so near to what is kept without a broker no more is taken on */
	NOTE_EXPIRY_S = 60 * 60,  /* nobody looks at a result that is older */
};

/* Asked for, and not answered. */
struct subscription {
	uint64_t number;
	char topic[MQTT_TOPIC_MAX];
};

struct mqtt {
	struct mqtt_rooms rooms;
	struct mqtt_connection *connection;
	struct mqtt_retained *retained;
	struct mqtt_outbox *outbox;
	struct mqtt_state *state;
	struct mqtt_audit *audit;
	struct mqtt_command *command;
	struct mqtt_discovery *discovery;
	char prefix[CONFIG_TEXT_MAX]; /* the one it was born with: reloads make another mqtt */
	char availability[MQTT_TOPIC_MAX];

	struct subscription subscriptions[SUBSCRIPTIONS_MAX];
	size_t subscription_count;
	uint64_t moment;   /* grows with each change */
	struct mqtt_counts counts;
	bool refusal_told; /* of this connection */
	bool forgotten;    /* by order: all is taken back */
	bool ended;        /* the connection, for good */
	bool crowd_told;

	uv_timer_t deliver, resend;
	int handles; /* not closed yet */
	void (*done)(void *self);
	void *done_self;
};

/* ------------------------------------------------------------------------
 * For the parts
 */

static void
on_deliver(uv_timer_t *timer);

/* There may be something to deliver. */
static void
wake(struct mqtt *mqtt)
{
	if (!uv_is_active((const uv_handle_t *)&mqtt->deliver))
		uv_timer_start(&mqtt->deliver, on_deliver, 0, 0);
}

void
mqtt_topic(const struct mqtt *mqtt, const char *name, char topic[MQTT_TOPIC_MAX])
{
	snprintf(topic, MQTT_TOPIC_MAX, "%s/%s", mqtt->prefix, name);
}

void
mqtt_retain(struct mqtt *mqtt, const char *topic, enum mqtt_rank rank, const char *text)
{
	wake(mqtt);
	if (mqtt_retained_set(mqtt->retained, topic, rank, text, ++mqtt->moment))
		return;
	if (!mqtt->crowd_told)
		log_error("mqtt", "more than %d topics are retained: nothing is told on %s",
			  MQTT_RETAINED_MAX, topic);
	mqtt->crowd_told = true;
}

void
mqtt_disown(struct mqtt *mqtt, const char *topic)
{
	if (!mqtt_retained_knows(mqtt->retained, topic))
		mqtt_retain(mqtt, topic, MQTT_RANK_STATE, NULL);
}

void
mqtt_repeat(struct mqtt *mqtt, const char *topic)
{
	wake(mqtt);
	mqtt_retained_repeat(mqtt->retained, topic, ++mqtt->moment);
}

void
mqtt_say(struct mqtt *mqtt, struct mqtt_note *note)
{
	wake(mqtt);
	mqtt_outbox_add(mqtt->outbox, note, !mqtt_connected(mqtt), ++mqtt->moment);
}

void
mqtt_subscribe(struct mqtt *mqtt, const char *topic)
{
	struct subscription *subscription = &mqtt->subscriptions[mqtt->subscription_count];

	if (!mqtt_connected(mqtt) || mqtt->subscription_count == SUBSCRIPTIONS_MAX)
		return;
	snprintf(subscription->topic, sizeof subscription->topic, "%s", topic);
	subscription->number = mqtt_connection_subscribe(mqtt->connection, topic);
	if (subscription->number != 0)
		mqtt->subscription_count++;
}

void
mqtt_unsubscribe(struct mqtt *mqtt, const char *topic)
{
	mqtt_connection_unsubscribe(mqtt->connection, topic);
}

/* ------------------------------------------------------------------------
 * What goes out
 */

static bool
hand_over_retained(struct mqtt *mqtt)
{
	struct broker_publication publication = {.retained = true};
	uint64_t number;

	if (!mqtt_retained_next(mqtt->retained, &publication.topic, &publication.payload))
		return false;
	number = mqtt_connection_publish(mqtt->connection, &publication);
	if (number == 0)
		return false;
	mqtt_retained_sent(mqtt->retained, number);
	mqtt->counts.published++;
	return true;
}

/*
 * The first of the outbox; when patient, only if nothing that changed before it is still on its
 * way. Returns its number, or 0.
 */
static uint64_t
hand_over_note(struct mqtt *mqtt, bool patient)
{
	struct mqtt_outgoing first;
	struct broker_publication publication;
	uint64_t number = 0;

	if (!mqtt_outbox_first(mqtt->outbox, &first))
		return 0;
	publication = (struct broker_publication){
		.topic = first.topic,
		.payload = first.payload != NULL ? first.payload : "",
		.retained = first.payload == NULL,
		.content_type = first.payload != NULL ? "application/json" : NULL,
		.expiry_seconds = first.payload != NULL ? NOTE_EXPIRY_S : 0,
		.correlation = first.correlation,
		.correlation_length = first.correlation_length,
	};
	if (!patient || !mqtt_retained_owes(mqtt->retained, first.moment))
		number = mqtt_connection_publish(mqtt->connection, &publication);
	if (number != 0) {
		mqtt_outbox_sent(mqtt->outbox, number);
		mqtt->counts.published++;
	}
	free(first.payload);
	return number;
}

static bool
may_publish(const struct mqtt *mqtt)
{
	/* What is half read is not told. */
	return mqtt_connected(mqtt) && mqtt->subscription_count == 0 &&
	       !uv_is_active((const uv_handle_t *)&mqtt->resend) &&
	       !model_is_held(mqtt->rooms.model);
}

static void
on_deliver(uv_timer_t *timer)
{
	struct mqtt *mqtt = timer->data;

	while (may_publish(mqtt) && mqtt_connection_has_room(mqtt->connection) &&
	       (hand_over_retained(mqtt) || hand_over_note(mqtt, true) != 0))
		;
	mqtt_connection_listen(mqtt->connection,
			       !mqtt_connected(mqtt) ||
				       mqtt_outbox_count(mqtt->outbox) + OUTBOX_ROOM <
					       MQTT_OUTBOX_KEPT);
}

static void
on_resend(uv_timer_t *timer)
{
	wake(timer->data);
}

static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	(void)events;
	(void)changed;
	wake(self);
}

/* ------------------------------------------------------------------------
 * What the connection tells
 */

static void
on_connected(void *self)
{
	struct mqtt *mqtt = self;
	unsigned lost = mqtt_outbox_overflow(mqtt->outbox);

	if (lost > 0)
		log_warning("mqtt", "%u messages about commands and changes were dropped while the "
			    "broker %s was away", lost, mqtt_connection_broker(mqtt->connection));
	wake(mqtt);
	mqtt->counts.dropped += lost;
	mqtt->refusal_told = false;
	mqtt_retained_begin(mqtt->retained);
	mqtt_command_connected(mqtt->command);
	mqtt_state_connected(mqtt->state);
	mqtt_discovery_connected(mqtt->discovery);
}

static void
on_lost(void *self)
{
	struct mqtt *mqtt = self;

	wake(mqtt);
	mqtt->subscription_count = 0;
	uv_timer_stop(&mqtt->resend);
	mqtt_outbox_lost(mqtt->outbox);
}

/* The topic of a subscription that is answered now; "": it is none. */
static void
end_subscription(struct mqtt *mqtt, uint64_t number, char topic[MQTT_TOPIC_MAX])
{
	topic[0] = '\0';
	for (size_t i = 0; i < mqtt->subscription_count; i++) {
		struct subscription *subscription = &mqtt->subscriptions[i];

		if (subscription->number != number)
			continue;
		memcpy(topic, subscription->topic, MQTT_TOPIC_MAX);
		*subscription = mqtt->subscriptions[--mqtt->subscription_count];
		return;
	}
}

static void
on_taken(void *self, uint64_t number)
{
	struct mqtt *mqtt = self;
	char topic[MQTT_TOPIC_MAX];

	wake(mqtt);
	if (mqtt_retained_taken(mqtt->retained, number) ||
	    mqtt_outbox_settled(mqtt->outbox, number))
		mqtt->counts.acknowledged++;
	else
		end_subscription(mqtt, number, topic);
}

static void
on_dropped(void *self, uint64_t number)
{
	struct mqtt *mqtt = self;
	char topic[MQTT_TOPIC_MAX];

	uv_timer_start(&mqtt->resend, on_resend, RESEND_MS, 0);
	if (mqtt_retained_dropped(mqtt->retained, number) ||
	    mqtt_outbox_dropped(mqtt->outbox, number))
		return;
	end_subscription(mqtt, number, topic);
	if (topic[0] != '\0')
		mqtt_subscribe(mqtt, topic);
}

static void
log_refusal(const struct mqtt *mqtt, uint64_t number, const char *why)
{
	const char *topic = mqtt_retained_topic(mqtt->retained, number);

	if (topic == NULL)
		topic = mqtt_outbox_topic(mqtt->outbox, number);
	if (topic == NULL)
		topic = "an older message";
	log_warning("mqtt", "the broker %s does not take all that we publish, such as %s%s",
		    mqtt_connection_broker(mqtt->connection), topic, why);
}

/* It will not be persuaded by more of the same. */
static void
on_refused(void *self, uint64_t number, const char *why)
{
	struct mqtt *mqtt = self;
	char topic[MQTT_TOPIC_MAX];

	wake(mqtt);
	end_subscription(mqtt, number, topic);
	if (topic[0] != '\0') {
		log_warning("mqtt", "the broker %s does not let us listen to %s%s",
			    mqtt_connection_broker(mqtt->connection), topic, why);
		return;
	}
	if (!mqtt->refusal_told)
		log_refusal(mqtt, number, why);
	mqtt->refusal_told = true;
	if (!mqtt_retained_taken(mqtt->retained, number))
		mqtt_outbox_settled(mqtt->outbox, number);
}

static void
on_arrived(void *self, const struct broker_message *message)
{
	struct mqtt *mqtt = self;
	const struct mqtt_incoming incoming = {
		.topic = message->topic,
		.payload = message->payload,
		.length = message->length,
		.retained = message->retained,
		.response_topic = message->response_topic,
		.correlation = message->correlation,
		.correlation_length = message->correlation_length,
	};

	mqtt->counts.received++;
	mqtt_command_message(mqtt->command, &incoming);
	mqtt_discovery_message(mqtt->discovery, &incoming);
}

void
mqtt_end_if_handed_over(struct mqtt *mqtt)
{
	void (*done)(void *) = mqtt->done;

	if (!mqtt->ended || !mqtt_command_hand_over(mqtt->command))
		return;
	mqtt->done = NULL;
	if (done != NULL)
		done(mqtt->done_self); /* may free us */
}

static void
on_ended(void *self)
{
	struct mqtt *mqtt = self;

	mqtt->ended = true;
	mqtt_end_if_handed_over(mqtt);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

static bool
connect_to_broker(struct mqtt *mqtt)
{
	const struct mqtt_connection_observer observer = {
		.self = mqtt,
		.connected = on_connected,
		.lost = on_lost,
		.taken = on_taken,
		.dropped = on_dropped,
		.refused = on_refused,
		.arrived = on_arrived,
		.ended = on_ended,
	};

	mqtt->connection = mqtt_connection_new(mqtt->rooms.config, mqtt->rooms.loop,
					       mqtt->availability, "offline", &observer);
	return mqtt->connection != NULL;
}

static void
start_handles(struct mqtt *mqtt)
{
	uv_timer_init(mqtt->rooms.loop, &mqtt->deliver);
	uv_timer_init(mqtt->rooms.loop, &mqtt->resend);
	mqtt->deliver.data = mqtt->resend.data = mqtt;
	mqtt->handles = 2;
}

struct mqtt *
mqtt_new(const struct mqtt_rooms *rooms)
{
	struct mqtt *mqtt = mem_new(1, sizeof *mqtt);
	struct model_observer observer = {.self = mqtt, .changed = on_model_changed};

	mqtt->rooms = *rooms;
	snprintf(mqtt->prefix, sizeof mqtt->prefix, "%s", rooms->config->mqtt.topic_prefix);
	mqtt_topic(mqtt, "availability", mqtt->availability);
	if (!connect_to_broker(mqtt)) {
		log_error("mqtt", "cannot start: the system has no thread or descriptor left");
		free(mqtt);
		return NULL;
	}
	start_handles(mqtt);
	mqtt->retained = mqtt_retained_new();
	mqtt->outbox = mqtt_outbox_new();
	mqtt_retain(mqtt, mqtt->availability, MQTT_RANK_AVAILABILITY, "online");
	mqtt->state = mqtt_state_new(&mqtt->rooms, mqtt);
	mqtt->audit = mqtt_audit_new(&mqtt->rooms, mqtt);
	mqtt->command = mqtt_command_new(&mqtt->rooms, mqtt, mqtt->state);
	mqtt->discovery = mqtt_discovery_new(&mqtt->rooms, mqtt, mqtt->state);
	model_observe(rooms->model, &observer);
	return mqtt;
}

bool
mqtt_connected(const struct mqtt *mqtt)
{
	return mqtt_connection_is_up(mqtt->connection);
}

void
mqtt_renamed(struct mqtt *mqtt)
{
	mqtt_state_renamed(mqtt->state);
	mqtt_discovery_renamed(mqtt->discovery);
}

/* ------------------------------------------------------------------------
 * At somebody's order
 */

json_t *
mqtt_report(const struct mqtt *mqtt)
{
	struct mqtt_view view = {0};

	if (mqtt != NULL)
		view = (struct mqtt_view){mqtt->connection, mqtt->retained, mqtt->discovery,
					  mqtt->counts};
	return mqtt_view_document(&view);
}

void
mqtt_announce(struct mqtt *mqtt)
{
	wake(mqtt);
	mqtt->forgotten = false;
	mqtt_retained_withhold(mqtt->retained, false, ++mqtt->moment);
	mqtt_discovery_announce(mqtt->discovery);
}

void
mqtt_forget(struct mqtt *mqtt)
{
	wake(mqtt);
	mqtt->forgotten = true;
	mqtt_discovery_forget(mqtt->discovery); /* says when all else may go */
}

void
mqtt_withhold(struct mqtt *mqtt)
{
	wake(mqtt);
	if (mqtt_retained_is_withheld(mqtt->retained))
		return;
	mqtt_state_disown(mqtt->state);
	mqtt_retained_withhold(mqtt->retained, true, ++mqtt->moment);
}

/* ------------------------------------------------------------------------
 * Leaving
 */

/*
 * In order, before the last word; there is no time to wait for each acknowledgement. Whoever has
 * just ordered us to take everything back mostly stops us next.
 */
static void
say_the_rest(struct mqtt *mqtt)
{
	uint64_t number;

	while (mqtt_retained_is_withheld(mqtt->retained) && hand_over_retained(mqtt))
		;
	mqtt_outbox_skip(mqtt->outbox);
	for (int n = 0; n < MQTT_OUTBOX_KEPT && (number = hand_over_note(mqtt, false)) != 0; n++)
		mqtt_outbox_settled(mqtt->outbox, number);
}

void
mqtt_stop(struct mqtt *mqtt, enum mqtt_leave how, void (*done)(void *self), void *self)
{
	const struct broker_publication last = {
		.topic = mqtt->availability,
		.payload = mqtt->forgotten ? "" : "offline",
		.retained = true,
	};

	mqtt->done = done;
	mqtt->done_self = self;
	if (mqtt->ended)
		return; /* only the disk is still waited for */
	if (mqtt->forgotten)
		mqtt_withhold(mqtt);
	/* Else another door tells of what this one has taken, when it ends after us. */
	if (how == MQTT_LEAVE_SOON)
		mqtt_command_finish(mqtt->command);
	if (mqtt_connected(mqtt))
		say_the_rest(mqtt);
	mqtt_connection_leave(mqtt->connection, how, &last);
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt *mqtt = handle->data;

	if (--mqtt->handles > 0)
		return;
	mqtt_retained_free(mqtt->retained);
	mqtt_outbox_free(mqtt->outbox);
	free(mqtt);
}

struct mqtt *
mqtt_free(struct mqtt *mqtt)
{
	size_t untold;

	if (mqtt == NULL)
		return NULL;
	untold = mqtt_outbox_count(mqtt->outbox) + mqtt_outbox_overflow(mqtt->outbox);
	if (untold > 0)
		log_warning("mqtt", "%zu messages about commands and changes were never told to the "
			    "broker %s", untold, mqtt_connection_broker(mqtt->connection));
	model_unobserve(mqtt->rooms.model, mqtt);
	mqtt->discovery = mqtt_discovery_free(mqtt->discovery);
	mqtt->command = mqtt_command_free(mqtt->command);
	mqtt->audit = mqtt_audit_free(mqtt->audit);
	mqtt->state = mqtt_state_free(mqtt->state);
	mqtt->connection = mqtt_connection_free(mqtt->connection);
	uv_close((uv_handle_t *)&mqtt->deliver, on_closed);
	uv_close((uv_handle_t *)&mqtt->resend, on_closed);
	return NULL;
}

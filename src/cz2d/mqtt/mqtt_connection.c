/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A state machine over the broker's events. The library would reconnect by itself, but
 * neither by our pauses nor with a word in the log.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_connection.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/config/config_check.h"
#include "cz2d/mqtt/mqtt_client_id.h"
#include "cz2d/mqtt/mqtt_owed.h"

enum {
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 60 * 1000,
	REFUSED_MIN_MS = 60 * 1000, /* a wrong password does not become right by trying */
	REFUSED_MAX_MS = 300 * 1000,
	JITTER_PERCENT = 20,        /* a street of daemons shall not come back all at once */
	STEADY_MS = 30 * 1000,      /* a connection that lasts as long starts the pauses anew */
	SHORT_LIVES = 3,            /* so many that do not are no accident */
	STOP_MS = 2000,             /* for a broker that takes nothing more, */
	STOP_LONGEST_MS = 10 * 1000, /* and for one that takes all that was said before */
	/*
	 * For the broker to take a message: 30 s, looked at several times. When it was us who
	 * stood still, that passes for one look, and what has come meanwhile is read first.
	 */
	TAKE_LOOK_MS = 6000,
	TAKE_LOOKS = 5,
	BROKER_NAME_MAX = CONFIG_TEXT_MAX + 16,
};

enum state {
	STATE_WAITING, /* for the next attempt */
	STATE_CONNECTING,
	STATE_CONNECTED,
	STATE_DROPPING, /* the broker takes nothing: the connection is being taken down */
	STATE_LEAVING,  /* the last word is on its way */
	STATE_ENDING,   /* the connection is being closed */
	STATE_ENDED,
};

struct mqtt_connection {
	struct mqtt_connection_observer observer;
	struct broker *broker;
	char broker_name[BROKER_NAME_MAX]; /* for people */
	char client_id[MQTT_CLIENT_ID_MAX];

	enum state state;
	uint64_t numbers; /* given out in this life */
	struct mqtt_owed owed; /* by the broker: acknowledgements */
	uint64_t last_word;
	unsigned window;  /* how much it may owe */
	int wanted;       /* enum config_mqtt_version */
	enum broker_version version; /* of this attempt */
	bool version_known; /* the broker has taken it */
	bool version_guessed; /* it hung up on 5, without a word of versions */
	int64_t pause_ms; /* before the last attempt; 0: none yet */
	int64_t connected_at;
	int short_lives;  /* connections in a row that did not last */
	bool told;        /* the trouble is in the log */
	enum broker_trouble trouble;
	bool flooded;     /* that is in the log, too */

	uv_poll_t events, messages;
	uv_timer_t retry, limit, taking;
	bool listening;
	int looks; /* for the oldest acknowledgement that is owed */
	int handles; /* not closed yet */
	enum mqtt_leave leave;
	int64_t leave_by; /* without the broker's consent */
};

/* ------------------------------------------------------------------------
 * What the broker owes
 */

static void
on_not_taken(uv_timer_t *timer);

/* Begins the broker's time for the oldest message anew, if it owes us an acknowledgement. */
static void
await_taking(struct mqtt_connection *connection)
{
	connection->looks = 0;
	if (connection->state == STATE_CONNECTED && connection->owed.count > 0)
		uv_timer_start(&connection->taking, on_not_taken, TAKE_LOOK_MS, TAKE_LOOK_MS);
	else
		uv_timer_stop(&connection->taking);
}

static uint64_t
count_order(struct mqtt_connection *connection, bool given)
{
	if (!given)
		return 0;
	mqtt_owed_add(&connection->owed, ++connection->numbers);
	if (connection->owed.count == 1)
		await_taking(connection);
	return connection->numbers;
}

uint64_t
mqtt_connection_publish(struct mqtt_connection *connection,
			const struct broker_publication *publication)
{
	if (connection->owed.count == MQTT_OWED_MAX)
		return 0;
	return count_order(connection, broker_publish(connection->broker, connection->numbers + 1,
						      publication));
}

uint64_t
mqtt_connection_subscribe(struct mqtt_connection *connection, const char *filter)
{
	if (connection->owed.count == MQTT_OWED_MAX)
		return 0;
	return count_order(connection,
			   broker_subscribe(connection->broker, connection->numbers + 1, filter));
}

void
mqtt_connection_unsubscribe(struct mqtt_connection *connection, const char *filter)
{
	if (mqtt_connection_is_up(connection))
		broker_unsubscribe(connection->broker, filter);
}

bool
mqtt_connection_is_up(const struct mqtt_connection *connection)
{
	return connection->state == STATE_CONNECTED;
}

const char *
mqtt_connection_broker(const struct mqtt_connection *connection)
{
	return connection->broker_name;
}

const char *
mqtt_connection_version(const struct mqtt_connection *connection)
{
	static const char *const names[] = {[BROKER_MQTT_3_1_1] = "3.1.1", [BROKER_MQTT_5] = "5"};

	return connection->version_known ? names[connection->version] : NULL;
}

bool
mqtt_connection_has_room(const struct mqtt_connection *connection)
{
	return connection->owed.count < connection->window;
}

/* ------------------------------------------------------------------------
 * Coming, going, and trying again
 */

static void
try_connect(struct mqtt_connection *connection)
{
	connection->state = STATE_CONNECTING;
	broker_connect(connection->broker, connection->version);
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
try_later(struct mqtt_connection *connection, bool refused)
{
	int64_t shortest = refused ? REFUSED_MIN_MS : RETRY_MIN_MS;
	int64_t longest = refused ? REFUSED_MAX_MS : RETRY_MAX_MS;

	connection->pause_ms *= 2;
	if (connection->pause_ms < shortest)
		connection->pause_ms = shortest;
	if (connection->pause_ms > longest)
		connection->pause_ms = longest;
	connection->state = STATE_WAITING;
	await_taking(connection);
	uv_timer_start(&connection->retry, on_retry,
		       (uint64_t)with_jitter(connection->pause_ms), 0);
}

/* False when there is none. */
static bool
take_message(struct mqtt_connection *connection)
{
	struct broker_message *message = broker_receive(connection->broker);

	if (message == NULL)
		return false;
	connection->observer.arrived(connection->observer.self, message);
	broker_message_free(message);
	return true;
}

/* That the broker was told to be ours: nobody will come for them later. */
static void
take_messages(struct mqtt_connection *connection)
{
	while (take_message(connection))
		;
}

static void
finish(struct mqtt_connection *connection)
{
	if (connection->broker != NULL)
		take_messages(connection);
	connection->state = STATE_ENDED;
	uv_timer_stop(&connection->limit);
	uv_poll_stop(&connection->events);
	mqtt_connection_listen(connection, false);
	connection->observer.ended(connection->observer.self); /* may free us */
}

static void
end(struct mqtt_connection *connection)
{
	connection->state = STATE_ENDING;
	broker_end(connection->broker);
}

/*
 * The last word may not have reached the broker: it has to publish the will. While the program
 * goes on that cannot be had, but what was sent of the word goes before the goodbye.
 */
static void
vanish(struct mqtt_connection *connection)
{
	if (connection->leave == MQTT_LEAVE_WHOLE) {
		end(connection);
		return;
	}
	take_messages(connection);
	connection->broker = broker_abandon(connection->broker);
	finish(connection);
}

static void
on_limit(uv_timer_t *timer)
{
	struct mqtt_connection *connection = timer->data;

	if (connection->state == STATE_LEAVING) {
		log_info("mqtt", "the broker %s does not take our leave; leaving anyway",
			 connection->broker_name);
		vanish(connection);
		return;
	}
	/* Of the rest nobody sees anything: an attempt to connect that is still under way. */
	if (connection->leave == MQTT_LEAVE_SOON)
		finish(connection);
}

/* It answers what was said before the last word, which comes in its order. */
static void
give_time(struct mqtt_connection *connection)
{
	int64_t left = clock_later(connection->leave_by - clock_now(), 0);

	uv_timer_start(&connection->limit, on_limit, (uint64_t)clock_earlier(STOP_MS, left), 0);
}

void
mqtt_connection_leave(struct mqtt_connection *connection, enum mqtt_leave how,
		      const struct broker_publication *last)
{
	enum state before = connection->state;

	connection->leave = how;
	uv_timer_stop(&connection->retry);
	uv_timer_stop(&connection->taking);
	if (before != STATE_LEAVING) /* the end of the program has its time behind a reload */
		connection->leave_by = clock_now() + STOP_LONGEST_MS;
	give_time(connection);
	if (before == STATE_LEAVING || before == STATE_ENDING)
		return;
	if (before != STATE_CONNECTED) {
		end(connection);
		return;
	}
	connection->last_word = mqtt_connection_publish(connection, last);
	connection->state = STATE_LEAVING;
	await_taking(connection);
}

/* ------------------------------------------------------------------------
 * What the broker says
 */

static void
on_connected(struct mqtt_connection *connection, const struct broker_event *event)
{
	if (connection->state != STATE_CONNECTING)
		return;
	log_info("mqtt", "connected to the broker %s by MQTT %s", connection->broker_name,
		 connection->version == BROKER_MQTT_5 ? "5" : "3.1.1");
	connection->version_known = true;
	connection->version_guessed &= connection->version == BROKER_MQTT_3_1_1;
	connection->window = (unsigned)event->window;
	connection->state = STATE_CONNECTED;
	connection->told = false;
	connection->connected_at = clock_now();
	connection->owed.count = 0;
	connection->observer.connected(connection->observer.self);
}

/*
 * Old brokers refuse version 5, or just hang up, as one does that is just about to start: as
 * long as none has answered, each attempt is made by both versions.
 */
static bool
falls_back(struct mqtt_connection *connection, const struct broker_event *event)
{
	bool tried = connection->version == BROKER_MQTT_3_1_1;
	bool silent = !event->absent && (event->trouble == BROKER_UNREACHABLE ||
					 event->trouble == BROKER_UNNAMED);

	if (connection->wanted != CONFIG_MQTT_AUTO)
		return false;
	if (event->trouble == BROKER_BAD_VERSION)
		connection->version_known = false; /* the broker is another one */
	if (connection->version_known)
		return false;
	connection->version = BROKER_MQTT_5;
	if (tried || (event->trouble != BROKER_BAD_VERSION && !silent))
		return false;
	connection->version = BROKER_MQTT_3_1_1;
	connection->version_guessed = silent;
	return true;
}

/* What was only guessed may be better known by the next broker that answers there. */
static void
forget_guess(struct mqtt_connection *connection)
{
	if (!connection->version_guessed)
		return;
	connection->version_guessed = connection->version_known = false;
	connection->version = BROKER_MQTT_5;
}

/* ": Not authorized", or "" when the broker gave no reason. */
static const char *
reason_clause(int reason, char clause[BROKER_WHY_MAX])
{
	const char *text = broker_reason_text(reason);

	snprintf(clause, BROKER_WHY_MAX, "%s%s", text != NULL ? ": " : "", text != NULL ? text : "");
	return clause;
}

static void
tell_trouble(struct mqtt_connection *connection, const struct broker_event *event)
{
	char clause[BROKER_WHY_MAX];

	if (connection->told && connection->trouble == event->trouble)
		return;
	log_warning("mqtt", "no connection to the broker %s: %s%s%s%s; trying again",
		    connection->broker_name, broker_trouble_text(event->trouble),
		    event->why[0] != '\0' ? ": " : "", event->why,
		    reason_clause(event->reason, clause));
}

static void
on_failed(struct mqtt_connection *connection, const struct broker_event *event)
{
	bool refused = event->trouble == BROKER_BAD_PASSWORD || event->trouble == BROKER_FORBIDDEN;

	if (connection->state != STATE_CONNECTING)
		return;
	if (falls_back(connection, event)) {
		try_connect(connection);
		return;
	}
	tell_trouble(connection, event);
	connection->told = true;
	connection->trouble = event->trouble;
	try_later(connection, refused);
}

/* Two clients of one name throw each other out for ever. */
static void
count_life(struct mqtt_connection *connection, bool twin)
{
	if (twin) {
		log_warning("mqtt", "another client calls itself %s, and took our place at the "
			    "broker %s", connection->client_id, connection->broker_name);
		return;
	}
	if (clock_now() - connection->connected_at >= STEADY_MS) {
		connection->short_lives = 0;
		connection->pause_ms = 0;
		return;
	}
	if (++connection->short_lives == SHORT_LIVES)
		log_warning("mqtt", "no connection to the broker %s lasts: does another client call "
			    "itself %s?", connection->broker_name, connection->client_id);
}

static void
tell_loss(struct mqtt_connection *connection, const char *how)
{
	log_warning("mqtt", "lost the broker %s: %s; trying again", connection->broker_name, how);
	connection->told = true;
	connection->trouble = BROKER_UNREACHABLE;
	connection->owed.count = 0;
	forget_guess(connection);
	connection->observer.lost(connection->observer.self);
}

static void
on_lost(struct mqtt_connection *connection, const struct broker_event *event)
{
	enum state before = connection->state;
	bool twin = event->reason == BROKER_TAKEN_OVER;
	char how[BROKER_WHY_MAX * 2], clause[BROKER_WHY_MAX];

	if (before == STATE_LEAVING)
		end(connection);
	if (before == STATE_CONNECTED) {
		snprintf(how, sizeof how, "the connection broke%s",
			 reason_clause(event->reason, clause));
		tell_loss(connection, how);
		count_life(connection, twin);
	}
	if (before == STATE_CONNECTED || before == STATE_DROPPING)
		try_later(connection, twin);
}

/* As long as the broker answers pings, the library is content. */
static void
on_not_taken(uv_timer_t *timer)
{
	struct mqtt_connection *connection = timer->data;

	if (++connection->looks < TAKE_LOOKS)
		return;
	if (!broker_drop(connection->broker)) {
		await_taking(connection);
		return;
	}
	connection->state = STATE_DROPPING;
	tell_loss(connection, "it takes no messages");
	await_taking(connection);
}

/* False: of an earlier connection, which is nobody's. */
static bool
is_settled(struct mqtt_connection *connection, const struct broker_event *event)
{
	uint64_t oldest = mqtt_owed_oldest(&connection->owed);

	if (!mqtt_owed_settle(&connection->owed, event->number))
		return false;
	if (event->number == oldest)
		await_taking(connection);
	if (connection->state == STATE_LEAVING)
		give_time(connection);
	return true;
}

static void
on_taken(struct mqtt_connection *connection, const struct broker_event *event)
{
	if (!is_settled(connection, event))
		return;
	if (connection->state == STATE_CONNECTED)
		connection->observer.taken(connection->observer.self, event->number);
	if (connection->state == STATE_LEAVING && event->number == connection->last_word)
		end(connection);
}

/* The connection is mostly about to be lost, and everything will go out again after it. */
static void
on_dropped(struct mqtt_connection *connection, const struct broker_event *event)
{
	if (!is_settled(connection, event))
		return;
	if (connection->state == STATE_CONNECTED)
		connection->observer.dropped(connection->observer.self, event->number);
	if (connection->state == STATE_LEAVING && event->number == connection->last_word)
		vanish(connection);
}

static void
on_refused(struct mqtt_connection *connection, const struct broker_event *event)
{
	char clause[BROKER_WHY_MAX];

	if (!is_settled(connection, event))
		return;
	if (connection->state == STATE_CONNECTED)
		connection->observer.refused(connection->observer.self, event->number,
					     reason_clause(event->reason, clause));
	if (connection->state == STATE_LEAVING && event->number == connection->last_word)
		vanish(connection);
}

static void
on_ended(struct mqtt_connection *connection, const struct broker_event *event)
{
	(void)event;
	finish(connection);
}

static void
on_events(uv_poll_t *poll, int status, int readable)
{
	static void (*const take[])(struct mqtt_connection *, const struct broker_event *) = {
		[BROKER_CONNECTED] = on_connected, [BROKER_FAILED] = on_failed,
		[BROKER_LOST] = on_lost,	   [BROKER_TAKEN] = on_taken,
		[BROKER_DROPPED] = on_dropped,	   [BROKER_REFUSED] = on_refused,
		[BROKER_ENDED] = on_ended,
	};
	struct mqtt_connection *connection = poll->data;
	struct broker_event event;

	(void)status;
	(void)readable;
	/* One at a time: the last one may end in mqtt_connection_free(). */
	if (broker_next(connection->broker, &event))
		take[event.kind](connection, &event);
}

static void
tell_overflow(struct mqtt_connection *connection)
{
	unsigned lost = broker_overflow(connection->broker);

	if (lost == 0 || connection->flooded)
		return;
	log_warning("mqtt", "the broker %s sends more than can be looked at: %u messages were "
		    "dropped, and more may be", connection->broker_name, lost);
	connection->flooded = true;
}

static void
on_messages(uv_poll_t *poll, int status, int readable)
{
	struct mqtt_connection *connection = poll->data;

	(void)status;
	(void)readable;
	tell_overflow(connection);
	take_message(connection);
}

void
mqtt_connection_listen(struct mqtt_connection *connection, bool on)
{
	on = on && connection->state != STATE_ENDED;
	if (connection->listening == on)
		return;
	connection->listening = on;
	if (on)
		uv_poll_start(&connection->messages, UV_READABLE, on_messages);
	else
		uv_poll_stop(&connection->messages);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

static bool
start_handles(struct mqtt_connection *connection, uv_loop_t *loop)
{
	uv_handle_t *handles[] = {
		(uv_handle_t *)&connection->retry, (uv_handle_t *)&connection->limit,
		(uv_handle_t *)&connection->taking, (uv_handle_t *)&connection->events,
		(uv_handle_t *)&connection->messages,
	};

	if (uv_poll_init(loop, &connection->events, broker_fd(connection->broker)) != 0)
		return false;
	uv_poll_init(loop, &connection->messages, broker_messages_fd(connection->broker));
	uv_timer_init(loop, &connection->retry);
	uv_timer_init(loop, &connection->limit);
	uv_timer_init(loop, &connection->taking);
	for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
		handles[i]->data = connection;
	connection->handles = sizeof handles / sizeof handles[0];
	uv_poll_start(&connection->events, UV_READABLE, on_events);
	mqtt_connection_listen(connection, true);
	return true;
}

static void
warn(const struct mqtt_connection *connection, const struct config *config)
{
	if (config->mqtt.tls && config->mqtt.tls_insecure)
		log_warning("mqtt", "whether the broker %s is the right one is not looked at "
			    "(mqtt.tls_insecure): whoever stands between can be it",
			    connection->broker_name);
	if (config->mqtt.password[0] != '\0' && !config->mqtt.tls &&
	    !config_check_loopback(config->mqtt.host))
		log_warning("mqtt", "the password for the broker %s crosses the network unencrypted",
			    connection->broker_name);
}

struct mqtt_connection *
mqtt_connection_new(const struct config *config, uv_loop_t *loop, const char *will_topic,
		    const char *will, const struct mqtt_connection_observer *observer)
{
	struct mqtt_connection *connection = mem_new(1, sizeof *connection);
	struct broker_config broker = {
		.host = config->mqtt.host,
		.port = config->mqtt.port,
		.client_id = connection->client_id,
		.user = config->mqtt.user,
		.password = config->mqtt.password,
		.keepalive_seconds = config->mqtt.keepalive_seconds,
		.will_topic = will_topic,
		.will = will,
		.tls = config->mqtt.tls,
		.tls_insecure = config->mqtt.tls_insecure,
		.tls_ca = config->mqtt.tls_ca,
		.tls_cert = config->mqtt.tls_cert,
		.tls_key = config->mqtt.tls_key,
	};

	connection->observer = *observer;
	connection->wanted = config->mqtt.version;
	if (connection->wanted == CONFIG_MQTT_3_1_1)
		connection->version = BROKER_MQTT_3_1_1;
	address_text(config->mqtt.host, config->mqtt.port, connection->broker_name,
		     sizeof connection->broker_name);
	mqtt_client_id(config, connection->client_id);
	connection->broker = broker_new(&broker);
	if (connection->broker == NULL || !start_handles(connection, loop)) {
		broker_free(connection->broker);
		free(connection);
		return NULL;
	}
	warn(connection, config);
	try_connect(connection);
	return connection;
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt_connection *connection = handle->data;

	if (--connection->handles > 0)
		return;
	broker_free(connection->broker);
	free(connection);
}

struct mqtt_connection *
mqtt_connection_free(struct mqtt_connection *connection)
{
	if (connection == NULL)
		return NULL;
	uv_close((uv_handle_t *)&connection->events, on_closed);
	uv_close((uv_handle_t *)&connection->messages, on_closed);
	uv_close((uv_handle_t *)&connection->retry, on_closed);
	uv_close((uv_handle_t *)&connection->limit, on_closed);
	uv_close((uv_handle_t *)&connection->taking, on_closed);
	return NULL;
}

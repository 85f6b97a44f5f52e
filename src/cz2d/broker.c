/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The only place that knows the MQTT library. Three kinds of threads meet here: the
 * loop gives orders and takes events; the courier carries out orders; the library's
 * own threads call back. They share nothing but two mailboxes, so callbacks do one
 * thing: put an event. Policy is left to mqtt.
 */
#include "build.h"

#include "cz2d/broker.h"

#include <MQTTAsync.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mailbox.h"
#include "base/mem.h"

enum {
	EVENTS_MAX = 64,
	ORDERS_MAX = 32,
	RECEIPTS = 64,          /* more than orders and in-flight messages together */
	IN_FLIGHT_MAX = 10,     /* small brokers take no more */
	CONNECT_TIMEOUT_S = 10, /* for each of TCP and the broker's answer */
	URI_MAX = 300,
};

enum order_kind { ORDER_CONNECT, ORDER_PUBLISH, ORDER_DROP, ORDER_END };

struct order {
	enum order_kind kind;
	uint64_t message;
	char *topic, *payload; /* the courier's to free */
};

/* What a callback is handed for one message. */
struct receipt {
	struct broker *broker;
	uint64_t message;
};

struct broker {
	char *uri, *client_id, *user, *password, *will_topic, *will;
	int keepalive_seconds;
	struct mailbox *orders; /* loop to courier */
	struct mailbox *events; /* courier and callbacks to loop */
	atomic_int owners;      /* loop and courier: the last one frees */
	bool ending;            /* the loop's: no more orders */
	/* The courier's. */
	MQTTAsync client;       /* NULL before the first connect */
	struct receipt receipts[RECEIPTS];
};

static const char *const trouble_texts[] = {
	[BROKER_UNREACHABLE] = "nothing answers there",
	[BROKER_UNAVAILABLE] = "it serves nobody at the moment",
	[BROKER_BAD_VERSION] = "it does not speak MQTT 3.1.1",
	[BROKER_BAD_CLIENT_ID] = "it does not take our client id",
	[BROKER_BAD_PASSWORD] = "user name or password is wrong",
	[BROKER_FORBIDDEN] = "it does not allow us in",
};

const char *
broker_trouble_text(enum broker_trouble trouble)
{
	return trouble < BROKER_TROUBLE_COUNT ? trouble_texts[trouble] : "";
}

static void
tell(struct broker *broker, struct broker_event event)
{
	mailbox_put(broker->events, &event);
}

/* ------------------------------------------------------------------------
 * Callbacks, on the library's threads
 */

static void
on_connected(void *context, MQTTAsync_successData *data)
{
	(void)data;
	tell(context, (struct broker_event){.kind = BROKER_CONNECTED});
}

/* Positive codes are those of the broker's answer to CONNECT. */
static enum broker_trouble
trouble_of(int code)
{
	static const enum broker_trouble answers[] = {
		[1] = BROKER_BAD_VERSION, [2] = BROKER_BAD_CLIENT_ID, [3] = BROKER_UNAVAILABLE,
		[4] = BROKER_BAD_PASSWORD, [5] = BROKER_FORBIDDEN,
	};

	if (code < 1 || code >= (int)(sizeof answers / sizeof answers[0]))
		return BROKER_UNREACHABLE;
	return answers[code];
}

static void
on_failed(void *context, MQTTAsync_failureData *data)
{
	enum broker_trouble trouble = data != NULL ? trouble_of(data->code) : BROKER_UNREACHABLE;

	tell(context, (struct broker_event){.kind = BROKER_FAILED, .trouble = trouble});
}

static void
on_lost(void *context, char *cause)
{
	MQTTAsync_free(cause);
	tell(context, (struct broker_event){.kind = BROKER_LOST});
}

static void
on_taken(void *context, MQTTAsync_successData *data)
{
	const struct receipt *receipt = context;

	(void)data;
	tell(receipt->broker, (struct broker_event){.kind = BROKER_TAKEN, .message = receipt->message});
}

static void
on_dropped(void *context, MQTTAsync_failureData *data)
{
	const struct receipt *receipt = context;

	(void)data;
	tell(receipt->broker, (struct broker_event){.kind = BROKER_DROPPED, .message = receipt->message});
}

/* Nothing is subscribed to; but the library would keep what a broker sends all the same. */
static int
on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
	(void)context;
	(void)length;
	MQTTAsync_freeMessage(&message);
	MQTTAsync_free(topic);
	return 1;
}

/* ------------------------------------------------------------------------
 * The courier
 */

static bool
make_client(struct broker *broker)
{
	if (broker->client != NULL)
		return true;
	if (MQTTAsync_create(&broker->client, broker->uri, broker->client_id,
			     MQTTCLIENT_PERSISTENCE_NONE, NULL) != MQTTASYNC_SUCCESS)
		return false;
	MQTTAsync_setCallbacks(broker->client, broker, on_lost, on_message, NULL);
	return true;
}

static void
carry_connect(struct broker *broker, const struct order *order)
{
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;

	(void)order;
	will.topicName = broker->will_topic;
	will.message = broker->will;
	will.retained = 1;
	will.qos = 1;
	options.will = &will;
	options.MQTTVersion = MQTTVERSION_3_1_1;
	options.cleansession = 1;
	/* It notices a dead broker only after more than twice this time. */
	options.keepAliveInterval = broker->keepalive_seconds / 2;
	options.connectTimeout = CONNECT_TIMEOUT_S;
	options.maxInflight = IN_FLIGHT_MAX;
	options.username = broker->user[0] != '\0' ? broker->user : NULL;
	options.password = broker->password[0] != '\0' ? broker->password : NULL;
	options.onSuccess = on_connected;
	options.onFailure = on_failed;
	options.context = broker;
	if (!make_client(broker) || MQTTAsync_connect(broker->client, &options) != MQTTASYNC_SUCCESS)
		on_failed(broker, NULL);
}

static void
carry_publish(struct broker *broker, const struct order *order)
{
	MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
	struct receipt *receipt = &broker->receipts[order->message % RECEIPTS];
	int length = (int)strlen(order->payload);

	*receipt = (struct receipt){broker, order->message};
	response.onSuccess = on_taken;
	response.onFailure = on_dropped;
	response.context = receipt;
	if (broker->client == NULL ||
	    MQTTAsync_send(broker->client, order->topic, length, order->payload, 1, 1, &response) !=
		    MQTTASYNC_SUCCESS)
		on_dropped(receipt, NULL);
}

/* Sends DISCONNECT, and waits for the library's threads when we were its last client. */
static void
destroy_client(struct broker *broker)
{
	if (broker->client != NULL)
		MQTTAsync_destroy(&broker->client);
}

static void
carry_drop(struct broker *broker, const struct order *order)
{
	(void)order;
	destroy_client(broker);
	tell(broker, (struct broker_event){.kind = BROKER_LOST});
}

static void
carry_end(struct broker *broker, const struct order *order)
{
	(void)order;
	destroy_client(broker);
	tell(broker, (struct broker_event){.kind = BROKER_ENDED});
}

static void
release(struct broker *broker)
{
	if (atomic_fetch_sub(&broker->owners, 1) > 1)
		return;
	mailbox_free(broker->orders);
	mailbox_free(broker->events);
	free(broker->uri);
	free(broker->client_id);
	free(broker->user);
	free(broker->password);
	free(broker->will_topic);
	free(broker->will);
	free(broker);
}

static void
wait_for_order(struct broker *broker, struct order *order)
{
	struct pollfd wake = {.fd = mailbox_fd(broker->orders), .events = POLLIN};

	while (!mailbox_get(broker->orders, order))
		poll(&wake, 1, -1);
}

static void *
courier(void *self)
{
	static void (*const carry[])(struct broker *, const struct order *) = {
		[ORDER_CONNECT] = carry_connect,
		[ORDER_PUBLISH] = carry_publish,
		[ORDER_DROP] = carry_drop,
		[ORDER_END] = carry_end,
	};
	struct broker *broker = self;
	struct order order;

	do {
		wait_for_order(broker, &order);
		carry[order.kind](broker, &order);
		free(order.topic);
		free(order.payload);
	} while (order.kind != ORDER_END);
	release(broker);
	return NULL;
}

/* Signals are the loop's: neither the courier nor the threads that it starts take any. */
static int
start_courier(struct broker *broker)
{
	pthread_attr_t detached;
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &detached, courier, broker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return error;
}

/* ------------------------------------------------------------------------
 * The loop's side
 */

struct broker *
broker_new(const struct broker_config *config)
{
	struct broker *broker = mem_new(1, sizeof *broker);
	char where[URI_MAX - sizeof "tcp://"], uri[URI_MAX];

	snprintf(uri, sizeof uri, "tcp://%s",
		 address_text(config->host, config->port, where, sizeof where));
	broker->uri = mem_text(uri);
	broker->client_id = mem_text(config->client_id);
	broker->user = mem_text(config->user);
	broker->password = mem_text(config->password);
	broker->will_topic = mem_text(config->will_topic);
	broker->will = mem_text(config->will);
	broker->keepalive_seconds = config->keepalive_seconds;
	broker->orders = mailbox_new(sizeof(struct order), ORDERS_MAX);
	broker->events = mailbox_new(sizeof(struct broker_event), EVENTS_MAX);
	atomic_init(&broker->owners, 2);
	if (broker->orders != NULL && broker->events != NULL && start_courier(broker) == 0)
		return broker;
	atomic_store(&broker->owners, 1);
	release(broker);
	return NULL;
}

struct broker *
broker_free(struct broker *broker)
{
	if (broker == NULL)
		return NULL;
	broker_end(broker);
	release(broker);
	return NULL;
}

struct broker *
broker_abandon(struct broker *broker)
{
	(void)broker; /* the courier and the library's threads use it to the end */
	return NULL;
}

int
broker_fd(const struct broker *broker)
{
	return mailbox_fd(broker->events);
}

bool
broker_next(struct broker *broker, struct broker_event *event)
{
	return mailbox_get(broker->events, event);
}

void
broker_connect(struct broker *broker)
{
	struct order order = {.kind = ORDER_CONNECT};

	mailbox_put(broker->orders, &order);
}

bool
broker_publish(struct broker *broker, uint64_t message, const char *topic, const char *payload)
{
	struct order order = {.kind = ORDER_PUBLISH,
			      .message = message,
			      .topic = mem_text(topic),
			      .payload = mem_text(payload)};

	if (mailbox_put(broker->orders, &order))
		return true;
	free(order.topic);
	free(order.payload);
	return false;
}

bool
broker_drop(struct broker *broker)
{
	struct order order = {.kind = ORDER_DROP};

	return mailbox_put(broker->orders, &order);
}

void
broker_end(struct broker *broker)
{
	struct order order = {.kind = ORDER_END};

	if (!broker->ending)
		broker->ending = mailbox_put(broker->orders, &order);
}

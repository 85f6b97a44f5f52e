/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Three kinds of threads meet here: the loop gives orders, and takes events and
 * messages; the courier carries out orders; the library's own threads tell what
 * happened. They share nothing but mailboxes. Policy is left to mqtt.
 */
#include "build.h"

#include "cz2d/mqtt/broker.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"
#include "base/mem.h"
#include "cz2d/mqtt/broker_client.h"

enum { EVENTS_MAX = 256 };

enum order_kind {
	ORDER_CONNECT,
	ORDER_PUBLISH,
	ORDER_SUBSCRIBE,
	ORDER_UNSUBSCRIBE,
	ORDER_DROP,
	ORDER_END
};

struct order {
	enum order_kind kind;
	uint64_t number;
	/* The courier's to free. */
	char *topic, *payload, *content_type;
	void *correlation;
	size_t correlation_length;
	bool retained;
	int expiry_seconds;
	enum broker_version version;
};

struct broker {
	struct broker_config config; /* with texts of our own */
	struct mailbox *orders;   /* loop to courier */
	struct mailbox *events;   /* courier and callbacks to loop */
	struct mailbox *messages; /* callbacks to loop */
	atomic_size_t bytes;      /* in messages */
	atomic_uint overflow;
	atomic_int owners;      /* loop and courier: the last one frees */
	bool ending;            /* the loop's: no more orders */
	struct broker_client *client; /* the courier's; NULL before the first connect */
	enum broker_version version;  /* that it speaks */
};

static const char *const trouble_texts[] = {
	[BROKER_UNREACHABLE] = "nothing answers there",
	[BROKER_UNNAMED] = "nothing answers there, or its certificate is for another name",
	[BROKER_UNAVAILABLE] = "it serves nobody at the moment",
	[BROKER_BAD_VERSION] = "it does not speak this version of MQTT",
	[BROKER_BAD_CLIENT_ID] = "it does not take our client id",
	[BROKER_BAD_PASSWORD] = "user name or password is wrong",
	[BROKER_FORBIDDEN] = "it does not allow us in",
	[BROKER_UNSAFE] = "no encrypted connection to it is to be had",
	[BROKER_REFUSES] = "it refuses",
};

const char *
broker_trouble_text(enum broker_trouble trouble)
{
	return trouble < BROKER_TROUBLE_COUNT ? trouble_texts[trouble] : "";
}

/* ------------------------------------------------------------------------
 * What the library's threads tell
 */

static void
on_happened(void *self, const struct broker_event *event)
{
	struct broker *broker = self;

	mailbox_put(broker->events, event);
}

static size_t
size_of(const struct broker_message *message)
{
	const char *response_topic = message->response_topic;

	return sizeof *message + strlen(message->topic) + message->length +
	       (response_topic != NULL ? strlen(response_topic) : 0) +
	       message->correlation_length;
}

static void
on_arrived(void *self, struct broker_message *message)
{
	struct broker *broker = self;
	size_t size = size_of(message);

	if (atomic_fetch_add(&broker->bytes, size) + size <= BROKER_BYTES_MAX &&
	    mailbox_put(broker->messages, &message))
		return;
	atomic_fetch_sub(&broker->bytes, size);
	atomic_fetch_add(&broker->overflow, 1);
	broker_message_free(message);
}

/* ------------------------------------------------------------------------
 * The courier
 */

static void
tell(struct broker *broker, enum broker_event_kind kind, uint64_t number)
{
	on_happened(broker, &(struct broker_event){.kind = kind, .number = number});
}

/* A broker that wants to hear from us more often has thrown us out once; then it is heeded. */
static void
heed_keepalive(struct broker *broker)
{
	int seconds = 2 * broker_client_keepalive(broker->client); /* either side has half of it */

	if (seconds > 0 && seconds < broker->config.keepalive_seconds)
		broker->config.keepalive_seconds = seconds;
}

static void
carry_connect(struct broker *broker, const struct order *order)
{
	const struct broker_client_observer observer = {
		.self = broker, .happened = on_happened, .arrived = on_arrived};

	heed_keepalive(broker);
	/* The library changes the version only with the client. */
	if (order->version != broker->version || !broker_client_is_sound(broker->client))
		broker->client = broker_client_free(broker->client);
	broker->version = order->version;
	if (broker->client == NULL)
		broker->client = broker_client_new(&broker->config, order->version, &observer);
	if (broker->client == NULL)
		tell(broker, BROKER_FAILED, 0);
	else
		broker_client_connect(broker->client);
}

static void
carry_publish(struct broker *broker, const struct order *order)
{
	const struct broker_publication publication = {
		.topic = order->topic,
		.payload = order->payload,
		.retained = order->retained,
		.content_type = order->content_type,
		.expiry_seconds = order->expiry_seconds,
		.correlation = order->correlation,
		.correlation_length = order->correlation_length,
	};

	if (broker->client == NULL)
		tell(broker, BROKER_DROPPED, order->number);
	else
		broker_client_publish(broker->client, order->number, &publication);
}

static void
carry_subscribe(struct broker *broker, const struct order *order)
{
	if (broker->client == NULL)
		tell(broker, BROKER_DROPPED, order->number);
	else
		broker_client_subscribe(broker->client, order->number, order->topic);
}

static void
carry_unsubscribe(struct broker *broker, const struct order *order)
{
	if (broker->client != NULL)
		broker_client_unsubscribe(broker->client, order->topic);
}

static void
carry_drop(struct broker *broker, const struct order *order)
{
	(void)order;
	broker->client = broker_client_free(broker->client);
	tell(broker, BROKER_LOST, 0);
}

static void
carry_end(struct broker *broker, const struct order *order)
{
	(void)order;
	broker->client = broker_client_free(broker->client);
	tell(broker, BROKER_ENDED, 0);
}

static void
free_order(struct order *order)
{
	free(order->topic);
	free(order->payload);
	free(order->content_type);
	free(order->correlation);
}

/* The texts are only ours once broker_new() has copied them. */
static void
free_config(const struct broker_config *config)
{
	const char *const texts[] = {config->host, config->client_id,  config->user,
				     config->password, config->will_topic, config->will,
				     config->tls_ca, config->tls_cert, config->tls_key};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free((char *)(uintptr_t)texts[i]);
}

static void
release(struct broker *broker)
{
	struct broker_message *message;

	if (atomic_fetch_sub(&broker->owners, 1) > 1)
		return;
	while (broker->messages != NULL && (message = broker_receive(broker)) != NULL)
		broker_message_free(message);
	mailbox_free(broker->orders);
	mailbox_free(broker->events);
	mailbox_free(broker->messages);
	free_config(&broker->config);
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
		[ORDER_CONNECT] = carry_connect,     [ORDER_PUBLISH] = carry_publish,
		[ORDER_SUBSCRIBE] = carry_subscribe, [ORDER_UNSUBSCRIBE] = carry_unsubscribe,
		[ORDER_DROP] = carry_drop,           [ORDER_END] = carry_end,
	};
	struct broker *broker = self;
	struct order order;

	do {
		wait_for_order(broker, &order);
		carry[order.kind](broker, &order);
		free_order(&order);
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

static void
copy_config(struct broker_config *copy, const struct broker_config *config)
{
	*copy = *config;
	copy->host = mem_text(config->host);
	copy->client_id = mem_text(config->client_id);
	copy->user = mem_text(config->user);
	copy->password = mem_text(config->password);
	copy->will_topic = mem_text(config->will_topic);
	copy->will = mem_text(config->will);
	copy->tls_ca = mem_text(config->tls_ca);
	copy->tls_cert = mem_text(config->tls_cert);
	copy->tls_key = mem_text(config->tls_key);
}

struct broker *
broker_new(const struct broker_config *config)
{
	struct broker *broker = mem_new(1, sizeof *broker);

	copy_config(&broker->config, config);
	broker->orders = mailbox_new(sizeof(struct order), BROKER_ORDERS_MAX);
	broker->events = mailbox_new(sizeof(struct broker_event), EVENTS_MAX);
	broker->messages = mailbox_new(sizeof(struct broker_message *), BROKER_MESSAGES_MAX);
	atomic_init(&broker->owners, 2);
	if (broker->orders != NULL && broker->events != NULL && broker->messages != NULL &&
	    start_courier(broker) == 0)
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

int
broker_messages_fd(const struct broker *broker)
{
	return mailbox_fd(broker->messages);
}

struct broker_message *
broker_receive(struct broker *broker)
{
	struct broker_message *message;

	if (!mailbox_get(broker->messages, &message))
		return NULL;
	atomic_fetch_sub(&broker->bytes, size_of(message));
	return message;
}

struct broker_message *
broker_message_free(struct broker_message *message)
{
	free(message->topic);
	free(message->payload);
	free(message->response_topic);
	free(message->correlation);
	free(message);
	return NULL;
}

unsigned
broker_overflow(struct broker *broker)
{
	return atomic_exchange(&broker->overflow, 0);
}

void
broker_connect(struct broker *broker, enum broker_version version)
{
	struct order order = {.kind = ORDER_CONNECT, .version = version};

	mailbox_put(broker->orders, &order);
}

static bool
give_order(struct broker *broker, struct order *order)
{
	if (mailbox_put(broker->orders, order))
		return true;
	free_order(order);
	return false;
}

static void *
copy_bytes(const void *bytes, size_t length)
{
	return length == 0 ? NULL : memcpy(mem_new(1, length), bytes, length);
}

bool
broker_publish(struct broker *broker, uint64_t number,
	       const struct broker_publication *publication)
{
	struct order order = {
		.kind = ORDER_PUBLISH,
		.number = number,
		.topic = mem_text(publication->topic),
		.payload = mem_text(publication->payload),
		.retained = publication->retained,
		.content_type = mem_text(publication->content_type),
		.expiry_seconds = publication->expiry_seconds,
		.correlation = copy_bytes(publication->correlation,
					  publication->correlation_length),
		.correlation_length = publication->correlation_length,
	};

	return give_order(broker, &order);
}

bool
broker_subscribe(struct broker *broker, uint64_t number, const char *filter)
{
	struct order order = {
		.kind = ORDER_SUBSCRIBE, .number = number, .topic = mem_text(filter)};

	return give_order(broker, &order);
}

bool
broker_unsubscribe(struct broker *broker, const char *filter)
{
	struct order order = {.kind = ORDER_UNSUBSCRIBE, .topic = mem_text(filter)};

	return give_order(broker, &order);
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

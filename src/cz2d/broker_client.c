/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The only place that knows the MQTT library. Its threads call back here; each callback
 * does one thing: tell the observer.
 */
#include "build.h"

#include "cz2d/broker_client.h"

#include <MQTTAsync.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"

enum {
	RECEIPTS = 256,         /* more than orders and in-flight messages together */
	CONNECT_TIMEOUT_S = 10, /* for each of TCP and the broker's answer */
	URI_MAX = 300,
};

/* What a callback is handed for one message. */
struct receipt {
	struct broker_client *client;
	uint64_t number;
};

struct broker_client {
	const struct broker_config *config;
	struct broker_client_observer observer;
	MQTTAsync library;
	struct receipt receipts[RECEIPTS];
};

/* ------------------------------------------------------------------------
 * Callbacks, on the library's threads
 */

static void
tell(struct broker_client *client, struct broker_event event)
{
	client->observer.happened(client->observer.self, &event);
}

static void
tell_receipt(const struct receipt *receipt, enum broker_event_kind kind)
{
	tell(receipt->client, (struct broker_event){.kind = kind, .number = receipt->number});
}

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
	(void)data;
	tell_receipt(context, BROKER_TAKEN);
}

static void
on_dropped(void *context, MQTTAsync_failureData *data)
{
	bool refused = data != NULL && data->code == MQTT_BAD_SUBSCRIBE;

	tell_receipt(context, refused ? BROKER_REFUSED : BROKER_DROPPED);
}

static struct broker_message *
copy_message(const char *topic, const MQTTAsync_message *message)
{
	struct broker_message *copy = mem_new(1, sizeof *copy);

	copy->topic = mem_text(topic);
	copy->length = (size_t)message->payloadlen;
	if (copy->length > BROKER_PAYLOAD_MAX)
		copy->length = BROKER_PAYLOAD_MAX;
	copy->payload = mem_new(1, copy->length + 1);
	if (copy->length > 0)
		memcpy(copy->payload, message->payload, copy->length);
	copy->retained = message->retained != 0;
	return copy;
}

/* The library tells a length of some topics, though it ends them with 0. One with a 0 in it is nobody's. */
static int
on_message(void *context, char *topic, int length, MQTTAsync_message *message)
{
	struct broker_client *client = context;

	if (length == 0 || (size_t)length == strlen(topic))
		client->observer.arrived(client->observer.self, copy_message(topic, message));
	MQTTAsync_freeMessage(&message);
	MQTTAsync_free(topic);
	return 1;
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct broker_client *
broker_client_new(const struct broker_config *config,
		  const struct broker_client_observer *observer)
{
	struct broker_client *client = mem_new(1, sizeof *client);
	char where[URI_MAX - sizeof "tcp://"], uri[URI_MAX];

	client->config = config;
	client->observer = *observer;
	snprintf(uri, sizeof uri, "tcp://%s",
		 address_text(config->host, config->port, where, sizeof where));
	if (MQTTAsync_create(&client->library, uri, config->client_id, MQTTCLIENT_PERSISTENCE_NONE,
			     NULL) != MQTTASYNC_SUCCESS) {
		free(client);
		return NULL;
	}
	MQTTAsync_setCallbacks(client->library, client, on_lost, on_message, NULL);
	return client;
}

struct broker_client *
broker_client_free(struct broker_client *client)
{
	if (client == NULL)
		return NULL;
	MQTTAsync_destroy(&client->library);
	free(client);
	return NULL;
}

/* ------------------------------------------------------------------------
 * Orders
 */

void
broker_client_connect(struct broker_client *client)
{
	const struct broker_config *config = client->config;
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer;

	will.topicName = config->will_topic;
	will.message = config->will;
	will.retained = 1;
	will.qos = 1;
	options.will = &will;
	options.MQTTVersion = MQTTVERSION_3_1_1;
	options.cleansession = 1;
	/* It notices a dead broker only after more than twice this time. */
	options.keepAliveInterval = config->keepalive_seconds / 2;
	options.connectTimeout = CONNECT_TIMEOUT_S;
	options.maxInflight = BROKER_IN_FLIGHT_MAX;
	options.username = config->user[0] != '\0' ? config->user : NULL;
	options.password = config->password[0] != '\0' ? config->password : NULL;
	options.onSuccess = on_connected;
	options.onFailure = on_failed;
	options.context = client;
	if (MQTTAsync_connect(client->library, &options) != MQTTASYNC_SUCCESS)
		on_failed(client, NULL);
}

static struct receipt *
receipt_for(struct broker_client *client, uint64_t number, MQTTAsync_responseOptions *response)
{
	struct receipt *receipt = &client->receipts[number % RECEIPTS];

	*receipt = (struct receipt){client, number};
	response->onSuccess = on_taken;
	response->onFailure = on_dropped;
	response->context = receipt;
	return receipt;
}

void
broker_client_publish(struct broker_client *client, uint64_t number,
		      const struct broker_publication *publication)
{
	MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
	struct receipt *receipt = receipt_for(client, number, &response);
	int length = (int)strlen(publication->payload);

	if (MQTTAsync_send(client->library, publication->topic, length, publication->payload, 1,
			   publication->retained, &response) != MQTTASYNC_SUCCESS)
		on_dropped(receipt, NULL);
}

void
broker_client_subscribe(struct broker_client *client, uint64_t number, const char *filter)
{
	MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
	struct receipt *receipt = receipt_for(client, number, &response);

	if (MQTTAsync_subscribe(client->library, filter, 1, &response) != MQTTASYNC_SUCCESS)
		on_dropped(receipt, NULL);
}

void
broker_client_unsubscribe(struct broker_client *client, const char *filter)
{
	MQTTAsync_unsubscribe(client->library, filter, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The only place that knows the MQTT library. Its threads call back here; each callback
 * does one thing: tell the observer.
 */
#include "build.h"

#include "cz2d/mqtt/broker_client.h"

#include <MQTTAsync.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/mem.h"

enum {
	RECEIPTS = 256,         /* more than orders and in-flight messages together */
	CONNECT_TIMEOUT_S = 10, /* for each of TCP and the broker's answer */
	URI_MAX = 300,
	REFUSAL_FIRST = 0x80,   /* of the reasons of MQTT 5 */
	TLS_LINE_MAX = 512,
	PACKET_OVERHEAD = 64,   /* of what is published: header and properties */
};

/* What a callback is handed for one message. */
struct receipt {
	struct broker_client *client;
	uint64_t number;
};

struct broker_client {
	const struct broker_config *config;
	enum broker_version version;
	struct broker_client_observer observer;
	MQTTAsync library;
	struct receipt receipts[RECEIPTS];
	atomic_bool hung_up;     /* the broker said goodbye: the library does not connect again */
	atomic_uint packet_max;  /* that the broker takes; 0: any */
	atomic_int keepalive;    /* that the broker wants; 0: ours */
	char why[BROKER_WHY_MAX]; /* TLS did not come about; of the library's threads */
};

const char *
broker_reason_text(int reason)
{
	return reason > 0 ? MQTTReasonCode_toString((enum MQTTReasonCodes)reason) : NULL;
}

/* ------------------------------------------------------------------------
 * Callbacks, on the library's threads
 */

static void
tell(struct broker_client *client, struct broker_event event)
{
	client->observer.happened(client->observer.self, &event);
}

static void
on_connected(void *context, MQTTAsync_successData *data)
{
	(void)data;
	tell(context, (struct broker_event){.kind = BROKER_CONNECTED,
					    .window = BROKER_IN_FLIGHT_MAX});
}

/* 0 when the broker did not say. */
static int
number_in(MQTTProperties *properties, enum MQTTPropertyCodes code)
{
	return MQTTProperties_hasProperty(properties, code)
		       ? MQTTProperties_getNumericValue(properties, code)
		       : 0;
}

static void
on_connected_5(void *context, MQTTAsync_successData5 *data)
{
	struct broker_client *client = context;
	int window = number_in(&data->properties, MQTTPROPERTY_CODE_RECEIVE_MAXIMUM);

	atomic_store(&client->packet_max,
		     (unsigned)number_in(&data->properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE));
	atomic_store(&client->keepalive,
		     number_in(&data->properties, MQTTPROPERTY_CODE_SERVER_KEEP_ALIVE));
	if (window <= 0 || window > BROKER_IN_FLIGHT_MAX)
		window = BROKER_IN_FLIGHT_MAX;
	tell(client, (struct broker_event){.kind = BROKER_CONNECTED, .window = window});
}

/* Positive codes are those of the broker's answer to CONNECT. */
static enum broker_trouble
trouble_of(int code)
{
	static const struct {
		int code;
		enum broker_trouble trouble;
	} answers[] = {
		{1, BROKER_BAD_VERSION},     {2, BROKER_BAD_CLIENT_ID},
		{3, BROKER_UNAVAILABLE},     {4, BROKER_BAD_PASSWORD},
		{5, BROKER_FORBIDDEN},
		/* From here on of MQTT 5. */
		{0x84, BROKER_BAD_VERSION},  {0x85, BROKER_BAD_CLIENT_ID},
		{0x86, BROKER_BAD_PASSWORD}, {0x87, BROKER_FORBIDDEN},
		{0x88, BROKER_UNAVAILABLE},  {0x89, BROKER_UNAVAILABLE},
		{0x8a, BROKER_FORBIDDEN},
	};

	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (answers[i].code == code)
			return answers[i].trouble;
	return code >= REFUSAL_FIRST ? BROKER_REFUSES : BROKER_UNREACHABLE;
}

/* The library says so in words only; in other words nobody hears that it is so. */
static bool
is_absent(const char *message)
{
	return message != NULL && strcmp(message, "TCP/TLS connect failure") == 0;
}

static void
tell_failure(struct broker_client *client, int code, const char *message)
{
	struct broker_event event = {.kind = BROKER_FAILED,
				     .trouble = trouble_of(code),
				     .absent = is_absent(message)};

	if (event.trouble == BROKER_UNREACHABLE && client->config->tls &&
	    !client->config->tls_insecure)
		event.trouble = BROKER_UNNAMED;
	if (event.trouble == BROKER_REFUSES)
		event.reason = code; /* the other troubles have words of their own */
	if (code <= 0 && client->why[0] != '\0') {
		event.trouble = BROKER_UNSAFE;
		memcpy(event.why, client->why, sizeof event.why);
	}
	tell(client, event);
}

static void
on_failed(void *context, MQTTAsync_failureData *data)
{
	tell_failure(context, data != NULL ? data->code : 0, data != NULL ? data->message : NULL);
}

/* The reason of a refusal comes as the code of the library, too, or only so. */
static void
on_failed_5(void *context, MQTTAsync_failureData5 *data)
{
	bool reasoned = data->reasonCode != MQTTREASONCODE_SUCCESS;

	tell_failure(context, reasoned ? (int)data->reasonCode : data->code, data->message);
}

static void
on_lost(void *context, char *cause)
{
	MQTTAsync_free(cause);
	tell(context, (struct broker_event){.kind = BROKER_LOST});
}

/* MQTT 5: it said goodbye. The library does not call that lost. */
static void
on_disconnected(void *context, MQTTProperties *properties, enum MQTTReasonCodes reason)
{
	struct broker_client *client = context;

	(void)properties;
	atomic_store(&client->hung_up, true);
	tell(client, (struct broker_event){.kind = BROKER_LOST, .reason = (int)reason});
}

static void
settle(const struct receipt *receipt, enum broker_event_kind kind, int reason)
{
	tell(receipt->client, (struct broker_event){
				      .kind = kind, .number = receipt->number, .reason = reason});
}

static void
on_taken(void *context, MQTTAsync_successData *data)
{
	(void)data;
	settle(context, BROKER_TAKEN, 0);
}

static void
on_taken_5(void *context, MQTTAsync_successData5 *data)
{
	(void)data;
	settle(context, BROKER_TAKEN, 0);
}

static void
on_dropped(void *context, MQTTAsync_failureData *data)
{
	bool refused = data != NULL && data->code == MQTT_BAD_SUBSCRIBE;

	settle(context, refused ? BROKER_REFUSED : BROKER_DROPPED, 0);
}

static void
on_dropped_5(void *context, MQTTAsync_failureData5 *data)
{
	int reason = (int)data->reasonCode;

	settle(context, reason >= REFUSAL_FIRST ? BROKER_REFUSED : BROKER_DROPPED, reason);
}

/* A response topic with a 0 in it is none. */
static void
copy_properties(struct broker_message *copy, MQTTProperties *properties)
{
	const MQTTProperty *topic =
		MQTTProperties_getProperty(properties, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
	const MQTTProperty *data =
		MQTTProperties_getProperty(properties, MQTTPROPERTY_CODE_CORRELATION_DATA);

	if (topic != NULL && topic->value.data.len > 0 &&
	    memchr(topic->value.data.data, '\0', (size_t)topic->value.data.len) == NULL)
		copy->response_topic = mem_or_end(
			strndup(topic->value.data.data, (size_t)topic->value.data.len));
	if (data == NULL || data->value.data.len <= 0)
		return;
	copy->correlation_length = (size_t)data->value.data.len;
	copy->correlation = mem_new(1, copy->correlation_length);
	memcpy(copy->correlation, data->value.data.data, copy->correlation_length);
}

static struct broker_message *
copy_message(const char *topic, MQTTAsync_message *message)
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
	copy_properties(copy, &message->properties);
	return copy;
}

/* Some topics come with a length, though they end with 0. One with a 0 in it is nobody's. */
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

/* NULL: there are fewer. */
static const char *
after_fields(const char *line, int count)
{
	for (; count > 0; count--) {
		line = strchr(line, ':');
		if (line == NULL)
			return NULL;
		line++;
	}
	return line;
}

/*
 * OpenSSL writes THREAD:error:CODE:LIBRARY:FUNCTION:REASON:FILE:LINE:MORE. People want the
 * reason; what is written otherwise they get whole.
 */
static const char *
find_tls_reason(const char *line, size_t *length)
{
	enum { FIELDS_BEFORE = 5 };
	const char *reason = after_fields(line, FIELDS_BEFORE);

	if (reason == NULL || strstr(line, ":error:") == NULL) {
		*length = strcspn(line, "\n");
		return line;
	}
	*length = strcspn(reason, ":\n");
	return reason;
}

/* Told before the failure, of the same attempt. The last line counts: it is the cause. */
static int
on_tls_error(const char *text, size_t length, void *context)
{
	struct broker_client *client = context;
	char line[TLS_LINE_MAX];
	const char *reason;
	size_t reason_length;

	snprintf(line, sizeof line, "%.*s", (int)length, text);
	reason = find_tls_reason(line, &reason_length);
	snprintf(client->why, sizeof client->why, "%.*s", (int)reason_length, reason);
	return 1;
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct broker_client *
broker_client_new(const struct broker_config *config, enum broker_version version,
		  const struct broker_client_observer *observer)
{
	MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
	struct broker_client *client = mem_new(1, sizeof *client);
	char where[URI_MAX - sizeof "tcp://"], uri[URI_MAX];

	client->config = config;
	client->version = version;
	client->observer = *observer;
	options.MQTTVersion = version == BROKER_MQTT_5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
	options.maxBufferedMessages = RECEIPTS;
	snprintf(uri, sizeof uri, "%s://%s", config->tls ? "ssl" : "tcp",
		 address_text(config->host, config->port, where, sizeof where));
	if (MQTTAsync_createWithOptions(&client->library, uri, config->client_id,
					MQTTCLIENT_PERSISTENCE_NONE, NULL,
					&options) != MQTTASYNC_SUCCESS) {
		free(client);
		return NULL;
	}
	MQTTAsync_setCallbacks(client->library, client, on_lost, on_message, NULL);
	if (version == BROKER_MQTT_5)
		MQTTAsync_setDisconnected(client->library, client, on_disconnected);
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

bool
broker_client_is_sound(const struct broker_client *client)
{
	return client == NULL || !atomic_load(&client->hung_up);
}

int
broker_client_keepalive(const struct broker_client *client)
{
	return client == NULL ? 0 : atomic_load(&client->keepalive);
}

/* ------------------------------------------------------------------------
 * Orders
 */

/* NULL of "". */
static const char *
or_none(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/*
 * The library can be told one version of TLS, or any. These ciphers exist from 1.2 on; those
 * of 1.3 are always there besides.
 */
static void
set_tls(struct broker_client *client, MQTTAsync_SSLOptions *tls)
{
	const struct broker_config *config = client->config;

	tls->trustStore = or_none(config->tls_ca);
	tls->keyStore = or_none(config->tls_cert);
	tls->privateKey = or_none(config->tls_key);
	tls->enabledCipherSuites = "TLSv1.2:!aNULL:!eNULL";
	tls->enableServerCertAuth = !config->tls_insecure;
	tls->verify = !config->tls_insecure; /* that the name is the host's */
	tls->ssl_error_cb = on_tls_error;
	tls->ssl_error_context = client;
}

/* What both versions have in common. */
static void
set_connect(struct broker_client *client, MQTTAsync_connectOptions *options)
{
	const struct broker_config *config = client->config;

	/* It notices a dead broker only after more than twice this time. */
	options->keepAliveInterval = config->keepalive_seconds / 2;
	options->connectTimeout = CONNECT_TIMEOUT_S;
	options->maxInflight = BROKER_IN_FLIGHT_MAX;
	options->username = or_none(config->user);
	options->password = or_none(config->password);
	options->context = client;
	if (client->version == BROKER_MQTT_5) {
		options->cleanstart = 1;
		options->onSuccess5 = on_connected_5;
		options->onFailure5 = on_failed_5;
	} else {
		options->MQTTVersion = MQTTVERSION_3_1_1;
		options->cleansession = 1;
		options->onSuccess = on_connected;
		options->onFailure = on_failed;
	}
}

static void
add_number(MQTTProperties *properties, enum MQTTPropertyCodes code, unsigned number)
{
	MQTTProperty property = {.identifier = code};

	if (code == MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR)
		property.value.byte = (unsigned char)number;
	else
		property.value.integer4 = number;
	MQTTProperties_add(properties, &property);
}

static void
add_bytes(MQTTProperties *properties, enum MQTTPropertyCodes code, const void *bytes,
	  size_t length)
{
	MQTTProperty property = {.identifier = code};

	property.value.data.data = (char *)(uintptr_t)bytes; /* it is copied */
	property.value.data.len = (int)length;
	MQTTProperties_add(properties, &property);
}

void
broker_client_connect(struct broker_client *client)
{
	static const MQTTAsync_connectOptions empty[] = {
		[BROKER_MQTT_5] = MQTTAsync_connectOptions_initializer5,
		[BROKER_MQTT_3_1_1] = MQTTAsync_connectOptions_initializer,
	};
	MQTTAsync_connectOptions options = empty[client->version];
	MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
	MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
	MQTTProperties properties = MQTTProperties_initializer;

	client->why[0] = '\0';
	set_connect(client, &options);
	will.topicName = client->config->will_topic;
	will.message = client->config->will;
	will.retained = 1;
	will.qos = 1;
	options.will = &will;
	if (client->config->tls) {
		set_tls(client, &tls);
		options.ssl = &tls;
	}
	if (client->version == BROKER_MQTT_5) {
		add_number(&properties, MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, BROKER_BYTES_MAX);
		options.connectProperties = &properties;
	}
	if (MQTTAsync_connect(client->library, &options) != MQTTASYNC_SUCCESS)
		tell_failure(client, 0, NULL);
	MQTTProperties_free(&properties);
}

static struct receipt *
receipt_for(struct broker_client *client, uint64_t number, MQTTAsync_responseOptions *response)
{
	struct receipt *receipt = &client->receipts[number % RECEIPTS];

	*receipt = (struct receipt){client, number};
	response->context = receipt;
	if (client->version == BROKER_MQTT_5) {
		response->onSuccess5 = on_taken_5;
		response->onFailure5 = on_dropped_5;
	} else {
		response->onSuccess = on_taken;
		response->onFailure = on_dropped;
	}
	return receipt;
}

static void
describe(const struct broker_publication *publication, MQTTProperties *properties)
{
	if (publication->content_type != NULL) {
		add_number(properties, MQTTPROPERTY_CODE_PAYLOAD_FORMAT_INDICATOR, 1);
		add_bytes(properties, MQTTPROPERTY_CODE_CONTENT_TYPE, publication->content_type,
			  strlen(publication->content_type));
	}
	if (publication->expiry_seconds > 0)
		add_number(properties, MQTTPROPERTY_CODE_MESSAGE_EXPIRY_INTERVAL,
			   (unsigned)publication->expiry_seconds);
	if (publication->correlation_length > 0)
		add_bytes(properties, MQTTPROPERTY_CODE_CORRELATION_DATA, publication->correlation,
			  publication->correlation_length);
}

/* A broker cuts the connection of who sends more than it said. */
static bool
fits(struct broker_client *client, const struct broker_publication *publication)
{
	size_t most = atomic_load(&client->packet_max);

	return most == 0 || strlen(publication->topic) + strlen(publication->payload) +
				    publication->correlation_length + PACKET_OVERHEAD <= most;
}

/* Topics are those of others, too: what is no UTF-8 will never go. */
static void
settle_at_once(const struct receipt *receipt, int code)
{
	if (code == MQTTASYNC_BAD_UTF8_STRING)
		settle(receipt, BROKER_REFUSED, MQTTREASONCODE_TOPIC_NAME_INVALID);
	else if (code != MQTTASYNC_SUCCESS)
		settle(receipt, BROKER_DROPPED, 0);
}

void
broker_client_publish(struct broker_client *client, uint64_t number,
		      const struct broker_publication *publication)
{
	MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
	MQTTAsync_message message = MQTTAsync_message_initializer;
	struct receipt *receipt = receipt_for(client, number, &response);

	if (!fits(client, publication)) {
		settle(receipt, BROKER_REFUSED, MQTTREASONCODE_PACKET_TOO_LARGE);
		return;
	}
	message.payload = (char *)(uintptr_t)publication->payload; /* it is copied */
	message.payloadlen = (int)strlen(publication->payload);
	message.qos = 1;
	message.retained = publication->retained;
	if (client->version == BROKER_MQTT_5)
		describe(publication, &message.properties);
	settle_at_once(receipt, MQTTAsync_sendMessage(client->library, publication->topic,
						      &message, &response));
	MQTTProperties_free(&message.properties);
}

void
broker_client_subscribe(struct broker_client *client, uint64_t number, const char *filter)
{
	MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
	struct receipt *receipt = receipt_for(client, number, &response);

	settle_at_once(receipt, MQTTAsync_subscribe(client->library, filter, 1, &response));
}

void
broker_client_unsubscribe(struct broker_client *client, const char *filter)
{
	MQTTAsync_unsubscribe(client->library, filter, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is kept of a broker that says more than is looked at: the library's client is one of
 * paper, whose messages the test brings.
 */
#include "build.h"

#include "cz2d/mqtt/broker.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/mqtt/broker_client.h"
#include "support.h"

enum { LONG = 60000, PATIENCE_MS = 10000 };

/* ------------------------------------------------------------------------
 * The client of paper
 */

static struct broker_client_observer library;

struct broker_client *
broker_client_new(const struct broker_config *config, enum broker_version version,
		  const struct broker_client_observer *observer)
{
	(void)config;
	(void)version;
	library = *observer;
	return (struct broker_client *)&library;
}

struct broker_client *
broker_client_free(struct broker_client *client)
{
	(void)client;
	return NULL;
}

bool
broker_client_is_sound(const struct broker_client *client)
{
	(void)client;
	return true;
}

int
broker_client_keepalive(const struct broker_client *client)
{
	(void)client;
	return 0;
}

void
broker_client_connect(struct broker_client *client)
{
	(void)client;
	library.happened(library.self, &(struct broker_event){.kind = BROKER_CONNECTED});
}

void
broker_client_publish(struct broker_client *client, uint64_t number,
		      const struct broker_publication *publication)
{
	(void)client;
	(void)publication;
	library.happened(library.self,
			 &(struct broker_event){.kind = BROKER_TAKEN, .number = number});
}

void
broker_client_subscribe(struct broker_client *client, uint64_t number, const char *filter)
{
	(void)client;
	(void)number;
	(void)filter;
}

void
broker_client_unsubscribe(struct broker_client *client, const char *filter)
{
	(void)client;
	(void)filter;
}

const char *
broker_reason_text(int reason)
{
	(void)reason;
	return NULL;
}

/* ------------------------------------------------------------------------
 * The broker
 */

static struct broker *broker;

static struct broker_event
next_event(void)
{
	struct pollfd wake = {.fd = broker_fd(broker), .events = POLLIN};
	struct broker_event event;

	ck_assert_int_eq(poll(&wake, 1, PATIENCE_MS), 1);
	ck_assert(broker_next(broker, &event));
	return event;
}

static void
set_up(void)
{
	const struct broker_config config = {
		.host = "", .client_id = "", .user = "", .password = "", .will_topic = "",
		.will = "", .tls_ca = "", .tls_cert = "", .tls_key = ""};

	broker = broker_new(&config);
	broker_connect(broker, BROKER_MQTT_5);
	ck_assert_int_eq(next_event().kind, BROKER_CONNECTED);
}

static void
tear_down(void)
{
	broker_end(broker);
	ck_assert_int_eq(next_event().kind, BROKER_ENDED);
	broker = broker_free(broker);
}

static char *
text_of(size_t length)
{
	char *text = mem_new(1, length + 1);

	memset(text, 'x', length);
	return text;
}

static void
bring(size_t payload, size_t response_topic)
{
	struct broker_message *message = mem_new(1, sizeof *message);

	message->topic = mem_text("t");
	message->payload = text_of(payload);
	message->length = payload;
	if (response_topic > 0)
		message->response_topic = text_of(response_topic);
	library.arrived(library.self, message);
}

static int
receive_all(void)
{
	struct broker_message *message;
	int count = 0;

	while ((message = broker_receive(broker)) != NULL) {
		broker_message_free(message);
		count++;
	}
	return count;
}

START_TEST(messages_wait_up_to_a_number)
{
	for (int i = 0; i < BROKER_MESSAGES_MAX + 3; i++)
		bring(1, 0);
	ck_assert_uint_eq(broker_overflow(broker), 3);
	ck_assert_uint_eq(broker_overflow(broker), 0);
	ck_assert_int_eq(receive_all(), BROKER_MESSAGES_MAX);
}
END_TEST

/* Wherever in the message they are. */
START_TEST(messages_wait_up_to_so_many_bytes)
{
	for (int i = 0; i < 2 * BROKER_BYTES_MAX / LONG; i++)
		bring(i % 2 == 0 ? LONG : 0, i % 2 == 0 ? 0 : LONG);
	ck_assert_int_eq(receive_all(), BROKER_BYTES_MAX / LONG);
	ck_assert_uint_gt(broker_overflow(broker), 0);
	bring(LONG, LONG);
	ck_assert_int_eq(receive_all(), 1);
}
END_TEST

START_TEST(each_order_ends_in_an_event_of_its_own)
{
	const struct broker_publication publication = {.topic = "t", .payload = "p"};

	for (uint64_t number = 1; number <= 3; number++)
		ck_assert(broker_publish(broker, number, &publication));
	for (uint64_t number = 1; number <= 3; number++) {
		struct broker_event event = next_event();

		ck_assert_int_eq(event.kind, BROKER_TAKEN);
		ck_assert_uint_eq(event.number, number);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		messages_wait_up_to_a_number,
		messages_wait_up_to_so_many_bytes,
		each_order_ends_in_an_event_of_its_own,
		NULL,
	};

	return run_fixed_suite("broker", tests, set_up, tear_down);
}

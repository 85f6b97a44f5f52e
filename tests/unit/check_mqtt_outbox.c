/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is said once: in order, whatever becomes of the connection, marked when it is late,
 * and bounded.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_outbox.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

static struct mqtt_outbox *outbox;

static void
setup(void)
{
	outbox = mqtt_outbox_new();
}

static void
teardown(void)
{
	outbox = mqtt_outbox_free(outbox);
}

static void
say(const char *topic, int word, bool late)
{
	const struct mqtt_note note = {.topic = topic, .document = json_pack("{s:i}", "n", word)};

	mqtt_outbox_add(outbox, &note, late, (uint64_t)word);
}

/* What is first has to be this; it is left where it is. */
static void
assert_first(const char *topic, const char *payload)
{
	struct mqtt_outgoing first;

	ck_assert(mqtt_outbox_first(outbox, &first));
	ck_assert_str_eq(first.topic, topic);
	if (payload == NULL)
		ck_assert_ptr_null(first.payload);
	else
		ck_assert_str_eq(first.payload, payload);
	free(first.payload);
}

static void
assert_goes(const char *topic, const char *payload)
{
	static uint64_t number;

	assert_first(topic, payload);
	mqtt_outbox_sent(outbox, ++number);
	ck_assert(mqtt_outbox_settled(outbox, number));
}

START_TEST(messages_go_one_after_the_other_in_order)
{
	struct mqtt_outgoing first;

	say("a", 1, false);
	say("b", 2, false);
	assert_first("a", "{\"n\":1}");
	mqtt_outbox_sent(outbox, 7);
	ck_assert(!mqtt_outbox_first(outbox, &first));
	ck_assert(!mqtt_outbox_settled(outbox, 8));
	ck_assert_ptr_null(mqtt_outbox_topic(outbox, 8));
	ck_assert_str_eq(mqtt_outbox_topic(outbox, 7), "a");
	ck_assert(mqtt_outbox_settled(outbox, 7));
	ck_assert_ptr_null(mqtt_outbox_topic(outbox, 7));
	assert_goes("b", "{\"n\":2}");
	ck_assert_uint_eq(mqtt_outbox_count(outbox), 0);
}
END_TEST

START_TEST(what_the_connection_took_with_it_goes_again_and_is_late)
{
	say("a", 1, false);
	say("b", 2, false);
	mqtt_outbox_sent(outbox, 7);
	mqtt_outbox_lost(outbox);
	ck_assert(!mqtt_outbox_settled(outbox, 7));
	assert_goes("a", "{\"n\":1,\"late\":true}");
	assert_goes("b", "{\"n\":2,\"late\":true}");
	say("c", 3, true);
	say("d", 4, false);
	assert_goes("c", "{\"n\":3,\"late\":true}");
	assert_goes("d", "{\"n\":4}");
}
END_TEST

START_TEST(what_was_dropped_goes_again)
{
	say("a", 1, false);
	mqtt_outbox_sent(outbox, 7);
	ck_assert(!mqtt_outbox_dropped(outbox, 8));
	ck_assert(mqtt_outbox_dropped(outbox, 7));
	assert_goes("a", "{\"n\":1}");
}
END_TEST

START_TEST(of_too_many_the_oldest_are_dropped_and_counted)
{
	for (int word = 1; word <= MQTT_OUTBOX_KEPT + 3; word++)
		say("a", word, true);
	ck_assert_uint_eq(mqtt_outbox_count(outbox), MQTT_OUTBOX_KEPT);
	ck_assert_uint_eq(mqtt_outbox_overflow(outbox), 3);
	ck_assert_uint_eq(mqtt_outbox_overflow(outbox), 0);
	assert_goes("a", "{\"n\":4,\"late\":true}");
}
END_TEST

START_TEST(while_the_broker_is_there_more_may_wait)
{
	for (int word = 1; word <= MQTT_OUTBOX_MAX + 3; word++)
		say("a", word, false);
	ck_assert_uint_eq(mqtt_outbox_count(outbox), MQTT_OUTBOX_MAX);
	ck_assert_uint_eq(mqtt_outbox_overflow(outbox), 3);
	assert_goes("a", "{\"n\":4}");
	mqtt_outbox_lost(outbox);
	ck_assert_uint_eq(mqtt_outbox_count(outbox), MQTT_OUTBOX_KEPT);
	ck_assert_uint_eq(mqtt_outbox_overflow(outbox), MQTT_OUTBOX_MAX - 1 - MQTT_OUTBOX_KEPT);
}
END_TEST

START_TEST(who_asked_gets_an_answer_of_his_own)
{
	struct mqtt_note note = {.topic = "result", .document = json_pack("{s:i}", "n", 1),
				 .response_topic = "mine", .correlation = "\0x",
				 .correlation_length = 2};
	struct mqtt_outgoing first;

	mqtt_outbox_add(outbox, &note, false, 1);
	note = (struct mqtt_note){.document = json_pack("{s:i}", "n", 2), .response_topic = "yours"};
	mqtt_outbox_add(outbox, &note, false, 2);
	assert_goes("result", "{\"n\":1}");
	ck_assert(mqtt_outbox_first(outbox, &first));
	ck_assert_uint_eq(first.correlation_length, 2);
	ck_assert_mem_eq(first.correlation, "\0x", 2);
	free(first.payload);
	assert_goes("mine", "{\"n\":1}");
	assert_goes("yours", "{\"n\":2}");
}
END_TEST

START_TEST(an_empty_message_stays_empty_however_late)
{
	const struct mqtt_note note = {.topic = "set/x"};

	mqtt_outbox_add(outbox, &note, true, 1);
	assert_goes("set/x", NULL);
}
END_TEST

START_TEST(what_is_under_way_can_count_as_said)
{
	say("a", 1, false);
	say("b", 2, false);
	mqtt_outbox_skip(outbox);
	assert_first("a", "{\"n\":1}");
	mqtt_outbox_sent(outbox, 7);
	mqtt_outbox_skip(outbox);
	assert_goes("b", "{\"n\":2}");
}
END_TEST

START_TEST(what_goes_to_somebody_elses_topic_is_sent_once)
{
	const struct mqtt_note first = {.document = json_pack("{s:i}", "n", 1),
					.response_topic = "yours"};
	const struct mqtt_note second = {.document = json_pack("{s:i}", "n", 2),
					 .response_topic = "yours"};

	mqtt_outbox_add(outbox, &first, false, 1);
	mqtt_outbox_add(outbox, &second, false, 2);
	say("ours", 3, false);
	assert_first("yours", "{\"n\":1}");
	mqtt_outbox_sent(outbox, 7);
	mqtt_outbox_lost(outbox);
	assert_first("yours", "{\"n\":2,\"late\":true}");
	mqtt_outbox_sent(outbox, 8);
	ck_assert(mqtt_outbox_dropped(outbox, 8));
	assert_goes("ours", "{\"n\":3,\"late\":true}");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		messages_go_one_after_the_other_in_order,
		what_the_connection_took_with_it_goes_again_and_is_late,
		what_was_dropped_goes_again,
		of_too_many_the_oldest_are_dropped_and_counted,
		while_the_broker_is_there_more_may_wait,
		who_asked_gets_an_answer_of_his_own,
		an_empty_message_stays_empty_however_late,
		what_is_under_way_can_count_as_said,
		what_goes_to_somebody_elses_topic_is_sent_once,
		NULL,
	};

	return run_fixed_suite("mqtt_outbox", tests, setup, teardown);
}

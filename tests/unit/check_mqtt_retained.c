/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The set of retained topics: the latest word of each, by rank, and nothing twice; over
 * connections that come and go.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_retained.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static struct mqtt_retained *retained;
static uint64_t moment, number;

static void
setup(void)
{
	retained = mqtt_retained_new();
	moment = number = 0;
}

static void
teardown(void)
{
	retained = mqtt_retained_free(retained);
}

static void
set(const char *topic, enum mqtt_rank rank, const char *text)
{
	ck_assert(mqtt_retained_set(retained, topic, rank, text, ++moment));
}

/* Sends what is next, which has to be this; returns its number. */
static uint64_t
dispatch(const char *topic, const char *payload)
{
	const char *next, *text;

	ck_assert(mqtt_retained_next(retained, &next, &text));
	ck_assert_str_eq(next, topic);
	ck_assert_str_eq(text, payload);
	mqtt_retained_sent(retained, ++number);
	return number;
}

static void
assert_nothing_goes(void)
{
	const char *topic, *text;

	if (mqtt_retained_next(retained, &topic, &text))
		ck_abort_msg("%s would go", topic);
}

static void
deliver(const char *topic, const char *payload)
{
	ck_assert(mqtt_retained_taken(retained, dispatch(topic, payload)));
}

START_TEST(a_rank_waits_until_the_one_before_is_taken)
{
	uint64_t first, second;

	set("availability", MQTT_RANK_AVAILABILITY, "online");
	set("config", MQTT_RANK_DISCOVERY, "{}");
	set("link", MQTT_RANK_LINK, "online");
	set("system", MQTT_RANK_STATE, "1");
	set("zone", MQTT_RANK_STATE, "2");
	first = dispatch("system", "1");
	second = dispatch("zone", "2");
	assert_nothing_goes();
	ck_assert_str_eq(mqtt_retained_topic(retained, second), "zone");
	mqtt_retained_taken(retained, second);
	ck_assert_ptr_null(mqtt_retained_topic(retained, second));
	assert_nothing_goes();
	mqtt_retained_taken(retained, first);
	deliver("link", "online");
	deliver("availability", "online");
	deliver("config", "{}");
	assert_nothing_goes();
}
END_TEST

START_TEST(what_is_said_already_is_not_sent_again)
{
	set("a", MQTT_RANK_STATE, "1");
	deliver("a", "1");
	set("a", MQTT_RANK_STATE, "1");
	assert_nothing_goes();
	mqtt_retained_repeat(retained, "a", ++moment);
	deliver("a", "1");
	mqtt_retained_repeat(retained, "unknown", ++moment);
	assert_nothing_goes();
}
END_TEST

START_TEST(of_a_topic_one_message_is_in_flight_and_then_the_latest)
{
	uint64_t first;

	set("a", MQTT_RANK_STATE, "1");
	first = dispatch("a", "1");
	set("a", MQTT_RANK_STATE, "2");
	set("a", MQTT_RANK_STATE, "3");
	assert_nothing_goes();
	mqtt_retained_taken(retained, first);
	deliver("a", "3");
	assert_nothing_goes();
}
END_TEST

START_TEST(after_a_new_connection_all_goes_again_but_discovery)
{
	uint64_t lost;

	set("a", MQTT_RANK_STATE, "1");
	set("config", MQTT_RANK_DISCOVERY, "{}");
	set("other", MQTT_RANK_DISCOVERY, "{}");
	deliver("a", "1");
	deliver("config", "{}");
	lost = dispatch("other", "{}");
	mqtt_retained_begin(retained);
	ck_assert(!mqtt_retained_taken(retained, lost));
	deliver("a", "1");
	deliver("other", "{}"); /* it may not have arrived */
	assert_nothing_goes();
}
END_TEST

START_TEST(what_was_dropped_goes_again_as_it_is_by_then)
{
	uint64_t first;

	set("a", MQTT_RANK_STATE, "1");
	first = dispatch("a", "1");
	set("a", MQTT_RANK_STATE, "2");
	ck_assert(mqtt_retained_dropped(retained, first));
	deliver("a", "2");
	ck_assert(!mqtt_retained_dropped(retained, first));
	assert_nothing_goes();
}
END_TEST

START_TEST(a_topic_is_erased_once_and_can_be_told_again)
{
	set("zone", MQTT_RANK_STATE, NULL); /* of an earlier life */
	deliver("zone", "");
	set("zone", MQTT_RANK_STATE, "");
	assert_nothing_goes();
	set("zone", MQTT_RANK_STATE, "1");
	deliver("zone", "1");
	set("zone", MQTT_RANK_STATE, "");
	deliver("zone", "");
}
END_TEST

START_TEST(owed_is_what_changed_before_the_moment)
{
	uint64_t first;

	set("config", MQTT_RANK_DISCOVERY, "{}");
	ck_assert(!mqtt_retained_owes(retained, 100)); /* discovery keeps nobody waiting */
	set("a", MQTT_RANK_STATE, "1"); /* at 2 */
	ck_assert(!mqtt_retained_owes(retained, 2));
	ck_assert(mqtt_retained_owes(retained, 3));
	first = dispatch("a", "1");
	set("a", MQTT_RANK_STATE, "2"); /* at 3 */
	ck_assert(mqtt_retained_owes(retained, 3));
	mqtt_retained_taken(retained, first);
	ck_assert(!mqtt_retained_owes(retained, 3));
	ck_assert(mqtt_retained_owes(retained, 4));
	first = dispatch("a", "2");
	mqtt_retained_dropped(retained, first);
	ck_assert(!mqtt_retained_owes(retained, 3));
	ck_assert(mqtt_retained_owes(retained, 4));
}
END_TEST

START_TEST(the_topics_are_bounded)
{
	char topic[16];

	for (int i = 0; i < MQTT_RETAINED_MAX; i++) {
		snprintf(topic, sizeof topic, "t%d", i);
		set(topic, MQTT_RANK_STATE, "1");
	}
	ck_assert(!mqtt_retained_set(retained, "more", MQTT_RANK_STATE, "1", ++moment));
	set("t0", MQTT_RANK_STATE, "2");
	deliver("t0", "2");
}
END_TEST

START_TEST(what_is_withheld_is_erased_at_once_and_once)
{
	uint64_t first, second;

	set("a", MQTT_RANK_STATE, "1");
	first = dispatch("a", "1");
	mqtt_retained_withhold(retained, true, ++moment);
	second = dispatch("a", "");
	set("a", MQTT_RANK_STATE, "");
	assert_nothing_goes();
	ck_assert(!mqtt_retained_taken(retained, first));
	mqtt_retained_withhold(retained, false, ++moment);
	set("a", MQTT_RANK_STATE, "2");
	assert_nothing_goes();
	ck_assert(mqtt_retained_taken(retained, second));
	deliver("a", "2");
	assert_nothing_goes();
}
END_TEST

START_TEST(what_a_broker_remembers_of_before_can_be_erased_again)
{
	set("config", MQTT_RANK_DISCOVERY, "{}");
	deliver("config", "{}");
	set("config", MQTT_RANK_DISCOVERY, "");
	mqtt_retained_withhold(retained, true, ++moment);
	deliver("config", "");
	mqtt_retained_begin(retained);
	set("config", MQTT_RANK_DISCOVERY, "");
	mqtt_retained_repeat(retained, "config", ++moment);
	deliver("config", "");
	assert_nothing_goes();
}
END_TEST

START_TEST(a_state_that_is_not_there_is_erased_once)
{
	set("zone", MQTT_RANK_STATE, "");
	mqtt_retained_withhold(retained, true, ++moment);
	deliver("zone", "");
	mqtt_retained_repeat(retained, "zone", ++moment);
	assert_nothing_goes();
	mqtt_retained_withhold(retained, false, ++moment);
	mqtt_retained_repeat(retained, "zone", ++moment);
	assert_nothing_goes();
	set("zone", MQTT_RANK_STATE, "1");
	deliver("zone", "1");
}
END_TEST

START_TEST(while_withheld_all_is_erased_and_then_said_again)
{
	set("zone", MQTT_RANK_STATE, "1");
	set("link", MQTT_RANK_LINK, "online");
	deliver("zone", "1");
	deliver("link", "online");
	mqtt_retained_withhold(retained, true, ++moment);
	deliver("zone", "");
	deliver("link", "");
	set("zone", MQTT_RANK_STATE, "2");
	mqtt_retained_repeat(retained, "zone", ++moment);
	assert_nothing_goes();
	mqtt_retained_withhold(retained, false, ++moment);
	deliver("zone", "2");
	deliver("link", "online");
	assert_nothing_goes();
}
END_TEST

START_TEST(what_was_never_said_keeps_nothing_from_being_erased)
{
	set("availability", MQTT_RANK_AVAILABILITY, "online");
	deliver("availability", "online");
	mqtt_retained_withhold(retained, true, ++moment);
	set("zone", MQTT_RANK_STATE, "1");
	deliver("availability", "");
	assert_nothing_goes();
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_rank_waits_until_the_one_before_is_taken,
		what_is_said_already_is_not_sent_again,
		of_a_topic_one_message_is_in_flight_and_then_the_latest,
		after_a_new_connection_all_goes_again_but_discovery,
		what_was_dropped_goes_again_as_it_is_by_then,
		a_topic_is_erased_once_and_can_be_told_again,
		owed_is_what_changed_before_the_moment,
		the_topics_are_bounded,
		what_is_withheld_is_erased_at_once_and_once,
		what_a_broker_remembers_of_before_can_be_erased_again,
		a_state_that_is_not_there_is_erased_once,
		while_withheld_all_is_erased_and_then_said_again,
		what_was_never_said_keeps_nothing_from_being_erased,
		NULL,
	};

	return run_fixed_suite("mqtt_retained", tests, setup, teardown);
}

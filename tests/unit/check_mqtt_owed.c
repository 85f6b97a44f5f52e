/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the broker owes: settled in any order, each once, and the oldest is known.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_owed.h"

#include "support.h"

START_TEST(each_is_settled_once_in_any_order)
{
	struct mqtt_owed owed = {0};

	ck_assert_uint_eq(mqtt_owed_oldest(&owed), 0);
	for (uint64_t number = 5; number <= 8; number++)
		mqtt_owed_add(&owed, number);
	ck_assert(mqtt_owed_settle(&owed, 6));
	ck_assert(!mqtt_owed_settle(&owed, 6));
	ck_assert_uint_eq(mqtt_owed_oldest(&owed), 5);
	ck_assert(mqtt_owed_settle(&owed, 5));
	ck_assert_uint_eq(mqtt_owed_oldest(&owed), 7);
	ck_assert(mqtt_owed_settle(&owed, 8));
	ck_assert(mqtt_owed_settle(&owed, 7));
	ck_assert_uint_eq(owed.count, 0);
}
END_TEST

START_TEST(what_is_of_an_earlier_connection_is_not_owed)
{
	struct mqtt_owed owed = {0};

	mqtt_owed_add(&owed, 9);
	ck_assert(!mqtt_owed_settle(&owed, 8));
	ck_assert(!mqtt_owed_settle(&owed, 0));
	ck_assert_uint_eq(owed.count, 1);
}
END_TEST

START_TEST(there_is_room_for_so_many)
{
	struct mqtt_owed owed = {0};

	for (uint64_t number = 1; number <= MQTT_OWED_MAX; number++)
		mqtt_owed_add(&owed, number);
	ck_assert(mqtt_owed_settle(&owed, MQTT_OWED_MAX));
	for (uint64_t number = 1; number < MQTT_OWED_MAX; number++) {
		ck_assert_uint_eq(mqtt_owed_oldest(&owed), number);
		ck_assert(mqtt_owed_settle(&owed, number));
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_is_settled_once_in_any_order,
		what_is_of_an_earlier_connection_is_not_owed,
		there_is_room_for_so_many,
		NULL,
	};

	return run_suite("mqtt_owed", tests);
}

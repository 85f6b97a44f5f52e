/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which scalars are gathered, and when they leave.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_batch.h"

#include <cz2/field.h>

#include "support.h"

static struct mqtt_batches batches;
static char letters[64];

/* The n-th letter; the number of the one that was overtaken, or -1. */
static int
add(int zone, enum mqtt_field field, int value, int letter, int64_t now)
{
	char *overtaken = mqtt_batch_add(&batches, zone, field, value, &letters[letter], now);

	return overtaken != NULL ? (int)(overtaken - letters) : -1;
}

static void
clear(void)
{
	batches = (struct mqtt_batches){0};
}

START_TEST(a_batch_leaves_when_nothing_came_for_a_while)
{
	ck_assert_int_eq(mqtt_batch_wake(&batches), INT64_MAX);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 0), 0);
	add(1, MQTT_MODE, 2, 0, 1000);
	ck_assert_int_eq(mqtt_batch_wake(&batches), 1250);
	add(1, MQTT_LOW, 68, 1, 1200);
	ck_assert_int_eq(mqtt_batch_wake(&batches), 1450);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 1449), 0);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 1450), 1U << 1);
}
END_TEST

START_TEST(a_stream_that_does_not_end_leaves_a_second_after_its_first)
{
	for (int64_t now = 0; now < 1000; now += 100)
		add(2, MQTT_LOW, 60, 0, now);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 999), 0);
	ck_assert_int_eq(mqtt_batch_wake(&batches), 1000);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 1000), 1U << 2);
}
END_TEST

START_TEST(the_last_value_counts_and_the_other_is_handed_back)
{
	struct mqtt_batch taken;

	ck_assert_int_eq(add(3, MQTT_LOW, 60, 0, 0), -1);
	ck_assert_int_eq(add(3, MQTT_HIGH, 70, 1, 1), -1);
	ck_assert_int_eq(add(3, MQTT_LOW, 62, 2, 2), 0);
	ck_assert_int_eq(add(4, MQTT_LOW, 63, 3, 3), -1);
	taken = mqtt_batch_take(&batches, 3);
	ck_assert_int_eq(taken.values[MQTT_LOW], 62);
	ck_assert_int_eq(taken.values[MQTT_HIGH], 70);
	ck_assert_int_gt(taken.order[MQTT_LOW], taken.order[MQTT_HIGH]);
	ck_assert_int_eq(taken.order[MQTT_MODE], 0);
	ck_assert_int_eq(batches.of[3].count, 0);
	ck_assert_int_eq(batches.of[4].count, 1);
}
END_TEST

START_TEST(batches_that_are_open_together_leave_together)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int field = MQTT_LOW; field <= MQTT_PRESET; field++)
			add(zone, (enum mqtt_field)field, 1, zone, zone * 36 + field);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 8 * 36 + MQTT_PRESET + 249), 0);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 8 * 36 + MQTT_PRESET + 250), 0x1FE);
}
END_TEST

START_TEST(one_that_waits_for_others_does_not_wait_for_ever_nor_take_half_of_them)
{
	add(1, MQTT_LOW, 60, 0, 0);
	for (int64_t now = 0; now <= 1000; now += 50)
		add((int)(2 + now / 500), MQTT_LOW, 60, 0, now);
	ck_assert_int_eq(mqtt_batch_wake(&batches), 1000);
	ck_assert_uint_eq(mqtt_batch_due(&batches, 1000), 1U << 1 | 1U << 2);
}
END_TEST

/* In which order these leave: "21" when zone 2's is the first. */
static const char *
leaving(unsigned among)
{
	static char order[MQTT_BATCHES + 1];
	int count = 0, zone;

	while ((zone = mqtt_batch_next(&batches, among)) >= 0) {
		order[count++] = (char)('0' + zone);
		mqtt_batch_take(&batches, zone);
	}
	order[count] = '\0';
	return order;
}

START_TEST(of_two_modes_of_the_house_the_later_one_leaves_last)
{
	add(2, MQTT_MODE, CZ2_MODE_COOL, 0, 0);
	add(0, MQTT_MODE, CZ2_MODE_AUTO, 1, 1);
	add(1, MQTT_POWER, 0, 2, 2);
	ck_assert_str_eq(leaving(~0U), "201");
	add(0, MQTT_FAN, 1, 0, 0);
	add(3, MQTT_FAN, 1, 1, 1);
	add(0, MQTT_FAN, 0, 2, 2);
	ck_assert_str_eq(leaving(~0U), "30");
}
END_TEST

START_TEST(what_is_about_the_house_leaves_before_what_depends_upon_it)
{
	add(1, MQTT_TARGET, 72, 0, 0);
	add(3, MQTT_LOW, 72, 1, 1);
	add(2, MQTT_MODE, CZ2_MODE_COOL, 2, 2);
	ck_assert_uint_eq(mqtt_batch_of_house(&batches), 1U << 2);
	ck_assert_str_eq(leaving(1U << 1 | 1U << 2), "21");
	ck_assert_str_eq(leaving(~0U), "3");
	ck_assert_uint_eq(mqtt_batch_of_house(&batches), 0);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_batch_leaves_when_nothing_came_for_a_while,
		a_stream_that_does_not_end_leaves_a_second_after_its_first,
		the_last_value_counts_and_the_other_is_handed_back,
		batches_that_are_open_together_leave_together,
		one_that_waits_for_others_does_not_wait_for_ever_nor_take_half_of_them,
		of_two_modes_of_the_house_the_later_one_leaves_last,
		what_is_about_the_house_leaves_before_what_depends_upon_it,
		NULL,
	};

	return run_fixed_suite("mqtt batch", tests, clear, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which of the batches that wait for their turn is overtaken by a newer one.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_command_internal.h"

#include "support.h"

enum { TURNS = 3 };

static struct mqtt_turn turns[TURNS];
static int count;

static void
clear(void)
{
	memset(turns, 0, sizeof turns);
	count = 0;
}

static struct mqtt_turn *
wait_behind(int zone)
{
	struct mqtt_turn *turn = &turns[count++];

	turn->plan.zone = zone;
	if (turn > turns)
		turn[-1].next = turn;
	return turn;
}

static struct mqtt_batch
batch_of(int zone, enum mqtt_field field)
{
	static char letter;
	struct mqtt_batches batches = {0};

	mqtt_batch_add(&batches, zone, field, 70, &letter, 0);
	return mqtt_batch_take(&batches, zone);
}

static struct mqtt_turn *
values_wait(int zone, enum mqtt_field field)
{
	struct mqtt_turn *turn = wait_behind(zone);

	turn->batch = batch_of(zone, field);
	return turn;
}

static const struct mqtt_turn *
overtaken(int zone, enum mqtt_field field)
{
	const struct mqtt_batch batch = batch_of(zone, field);

	return mqtt_turn_overtaken(turns, zone, &batch);
}

START_TEST(the_same_field_of_the_same_zone_is)
{
	const struct mqtt_turn *low = values_wait(1, MQTT_LOW);

	ck_assert_ptr_eq(overtaken(1, MQTT_LOW), low);
	ck_assert_ptr_null(overtaken(2, MQTT_LOW));
	ck_assert_ptr_null(overtaken(1, MQTT_HIGH));
}
END_TEST

START_TEST(the_later_one_of_two_is)
{
	const struct mqtt_turn *later;

	values_wait(1, MQTT_LOW);
	wait_behind(1);
	later = values_wait(1, MQTT_LOW);
	ck_assert_ptr_eq(overtaken(1, MQTT_LOW), later);
}
END_TEST

START_TEST(another_zones_values_between_do_not_care)
{
	const struct mqtt_turn *low = values_wait(1, MQTT_LOW);

	values_wait(2, MQTT_LOW);
	ck_assert_ptr_eq(overtaken(1, MQTT_LOW), low);
}
END_TEST

START_TEST(what_a_command_between_was_given_for_is_not)
{
	values_wait(1, MQTT_LOW);
	wait_behind(2);
	ck_assert_ptr_null(overtaken(1, MQTT_LOW));
}
END_TEST

START_TEST(what_other_fields_of_the_zone_were_given_for_is_not)
{
	values_wait(1, MQTT_LOW);
	values_wait(1, MQTT_PRESET);
	ck_assert_ptr_null(overtaken(1, MQTT_LOW));
}
END_TEST

START_TEST(a_mode_between_ends_what_values_mean)
{
	values_wait(1, MQTT_TARGET);
	values_wait(2, MQTT_MODE);
	ck_assert_ptr_null(overtaken(1, MQTT_TARGET));
}
END_TEST

START_TEST(a_mode_is_only_if_no_values_depend_on_it)
{
	const struct mqtt_turn *mode = values_wait(1, MQTT_MODE);

	ck_assert_ptr_eq(overtaken(1, MQTT_MODE), mode);
	values_wait(2, MQTT_TARGET);
	ck_assert_ptr_null(overtaken(1, MQTT_MODE));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_same_field_of_the_same_zone_is,
		the_later_one_of_two_is,
		another_zones_values_between_do_not_care,
		what_a_command_between_was_given_for_is_not,
		what_other_fields_of_the_zone_were_given_for_is_not,
		a_mode_between_ends_what_values_mean,
		a_mode_is_only_if_no_values_depend_on_it,
		NULL,
	};

	return run_fixed_suite("mqtt turn", tests, clear, NULL);
}

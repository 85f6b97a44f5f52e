/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The documents for Home Assistant: every member, in its order; null for what is unknown;
 * a temperature that does not swing; and nothing that moves by itself.
 */
#include "build.h"

#include "cz2d/json/json_home.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/schedule.h>

#include "json_house.h"
#include "support.h"

static int half_degrees[3];

static void
set_up(void)
{
	json_house_open();
	for (int zone = 0; zone <= 2; zone++)
		half_degrees[zone] = CZ2_UNKNOWN;
}

static json_t *
zone(int number)
{
	return json_home_zone(&house.view, number, &half_degrees[number]);
}

START_TEST(before_the_panel_has_answered_there_is_nothing)
{
	assert_document(json_home_system(&house.view), "null");
	assert_document(zone(1), "null");
}
END_TEST

START_TEST(the_system_has_every_member_in_its_order)
{
	learn_house();
	assert_document(json_home_system(&house.view),
			"{\"mode\":\"Auto\",\"effective_mode\":\"Heat\",\"activity\":\"heating\","
			"\"fan_mode\":\"Auto\",\"fan_running\":true,"
			"\"compressor_stage_1\":true,\"compressor_stage_2\":false,"
			"\"aux_heat_stage_1\":true,\"aux_heat_stage_2\":false,"
			"\"emergency_heat\":false,\"humidify\":false,\"dehumidify\":false,"
			"\"reversing_valve\":false,\"outside_temp\":40,\"air_handler_temp\":78,"
			"\"all_mode\":0}");
}
END_TEST

START_TEST(a_zone_has_every_member_in_its_order)
{
	learn_house();
	assert_document(zone(1),
			"{\"zone\":1,\"name\":\"Hall\",\"temperature\":68.5,\"humidity\":47,"
			"\"mode\":\"heat_cool\",\"action\":\"heating\","
			"\"target\":null,\"low\":68,\"high\":75,"
			"\"heat_setpoint\":68,\"cool_setpoint\":75,\"preset\":\"temporary\","
			"\"hold\":false,\"temporary\":true,\"out\":false,"
			"\"damper\":47,\"fan_mode\":\"auto\",\"period\":null}");
	assert_document(zone(2),
			"{\"zone\":2,\"name\":\"Küche\",\"temperature\":70.0,\"humidity\":null,"
			"\"mode\":\"heat_cool\",\"action\":\"heating\","
			"\"target\":null,\"low\":62,\"high\":80,"
			"\"heat_setpoint\":62,\"cool_setpoint\":80,\"preset\":\"away\","
			"\"hold\":true,\"temporary\":false,\"out\":true,"
			"\"damper\":100,\"fan_mode\":\"auto\",\"period\":null}");
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
	learn(CZ2_ROW_1_18, "00 01 12 01 0F 2D 00");
	assert_document(json_home_system(&house.view),
			"{\"mode\":null,\"effective_mode\":null,\"activity\":null,"
			"\"fan_mode\":null,\"fan_running\":null,"
			"\"compressor_stage_1\":null,\"compressor_stage_2\":null,"
			"\"aux_heat_stage_1\":null,\"aux_heat_stage_2\":null,"
			"\"emergency_heat\":null,\"humidify\":null,\"dehumidify\":null,"
			"\"reversing_valve\":null,\"outside_temp\":null,\"air_handler_temp\":null,"
			"\"all_mode\":null}");
	assert_document(zone(1),
			"{\"zone\":1,\"name\":\"Hall\",\"temperature\":null,\"humidity\":null,"
			"\"mode\":null,\"action\":null,\"target\":null,\"low\":null,\"high\":null,"
			"\"heat_setpoint\":null,\"cool_setpoint\":null,\"preset\":null,"
			"\"hold\":null,\"temporary\":null,\"out\":null,\"damper\":null,"
			"\"fan_mode\":null,\"period\":null}");
}
END_TEST

/* Of zone 1, every day: 6:00 70/76, 8:00 62/80, 17:00 out, 22:00 60/78. */
static void
learn_days(int days)
{
	for (int day = 0; day < days; day++) {
		char hex[64];

		snprintf(hex, sizeof hex, "00 0A %02X 06 08 11 16 00 00 00 00 46 3E C4 3C 4C 50 4C 4E",
			 day + 1);
		learn(cz2_schedule_row(1, day), hex);
	}
}

static const char *
period_at(const char *clock)
{
	house.view.now++; /* rows are never older than what is known */
	learn(CZ2_ROW_1_18, clock);
	take(zone(1));
	return json_string_value(json_object_get(house.document, "period"));
}

START_TEST(the_period_is_the_one_that_rules_by_the_panels_clock)
{
	learn_house();
	learn_days(CZ2_DAYS);
	ck_assert_str_eq(period_at("00 01 12 03 06 00 00"), "wake");
	ck_assert_str_eq(period_at("00 01 12 03 10 3B 00"), "day");
	ck_assert_str_eq(period_at("00 01 12 03 11 00 00"), "eve");
	ck_assert_str_eq(period_at("00 01 12 00 01 00 00"), "sleep");
	take(zone(2));
	ck_assert(json_is_null(json_object_get(house.document, "period")));
}
END_TEST

START_TEST(a_program_is_shown_when_all_of_it_is_known_and_nothing_in_it_moves)
{
	json_t *wednesday, *one;

	learn_house();
	learn_days(CZ2_DAYS - 1);
	assert_document(json_home_schedule(&house.view, 1), "null");
	learn_days(CZ2_DAYS);
	take(json_home_schedule(&house.view, 1));
	ck_assert_int_eq(json_object_size(house.document), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "zone_id")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "name")), "Hall");
	wednesday = json_object_get(json_object_get(house.document, "days"), "wed");
	one = json_object_get(wednesday, "day");
	ck_assert_str_eq(json_string_value(json_object_get(one, "start")), "08:00");
	ck_assert_int_eq(json_integer_value(json_object_get(one, "heat")), 62);
	ck_assert_int_eq(json_integer_value(json_object_get(one, "cool")), 80);
	one = json_object_get(wednesday, "eve");
	ck_assert(json_is_true(json_object_get(one, "out")));
	ck_assert(json_is_null(json_object_get(one, "heat")));
	assert_document(json_home_schedule(&house.view, 2), "null");
}
END_TEST

START_TEST(emergency_heat_is_heat_to_a_zone)
{
	learn_house();
	learn(CZ2_ROW_1_12, "00 01 0C 00 03 02 03 00 00 01 02 00 02 00 00 00 00");
	take(json_home_system(&house.view));
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "mode")), "EHeat");
	ck_assert(json_is_true(json_object_get(house.document, "emergency_heat")));
	take(zone(1));
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "mode")), "heat");
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "target")), 68);
	ck_assert(json_is_null(json_object_get(house.document, "low")));
	ck_assert(json_is_null(json_object_get(house.document, "high")));
}
END_TEST

START_TEST(all_mode_shows_the_ruling_zone_everywhere)
{
	learn_house();
	learn(CZ2_ROW_1_12, "00 01 0C 00 02 02 00 00 00 01 02 00 02 00 00 02 00");
	take(zone(1));
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "low")), 62);
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "heat_setpoint")), 62);
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "high")), 80);
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "preset")), "away");
	ck_assert(json_is_true(json_object_get(house.document, "hold")));
	take(json_home_system(&house.view));
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "all_mode")), 2);
}
END_TEST

/* What zone 1 shows when its sensor says so many sixteenths, in half degrees. */
static int
shown_at(int sixteenths)
{
	char hex[64];

	house.view.now++;
	snprintf(hex, sizeof hex, "00 01 06 00 00 %02X %02X 2F 00 00 00 00 00 00 00 00",
		 sixteenths >> 8, sixteenths & 0xFF);
	learn(CZ2_ROW_1_6, hex);
	take(zone(1));
	return (int)(2 * json_number_value(json_object_get(house.document, "temperature")));
}

START_TEST(a_temperature_leaves_a_step_only_when_it_is_well_beyond_the_middle)
{
	enum { DEGREE = 16, START = 68 * DEGREE };

	ck_assert_int_eq(shown_at(START), 136);
	ck_assert_int_eq(shown_at(START + 5), 136); /* 68.3125 would be rounded to 68.5 */
	ck_assert_int_eq(shown_at(START + 6), 137);
	ck_assert_int_eq(shown_at(START + 3), 137); /* and a quarter down again */
	ck_assert_int_eq(shown_at(START + 2), 136);
	ck_assert_int_eq(shown_at(START + 3 * DEGREE), 142);
	for (int swing = 0; swing < 50; swing++)
		ck_assert_int_eq(shown_at(START + 3 * DEGREE + (swing % 2 != 0 ? 5 : -5)), 142);
}
END_TEST

START_TEST(every_temperature_is_shown_within_three_eighths)
{
	uint32_t chance = 11;
	int sixteenths = 70 * 16;

	for (int i = 0; i < 2000; i++) {
		sixteenths += (int)random_below(&chance, 9) - 4;
		sixteenths = sixteenths < 640 ? 640 : sixteenths > 1440 ? 1440 : sixteenths;
		ck_assert_int_lt(abs(shown_at(sixteenths) * 8 - sixteenths), 6);
	}
}
END_TEST

START_TEST(time_that_passes_changes_nothing)
{
	char *system, *hall;

	learn_house();
	system = json_dumps(take(json_home_system(&house.view)), JSON_COMPACT);
	hall = json_dumps(take(zone(1)), JSON_COMPACT);
	house.view.now += 90 * 60 * 1000;
	house.view.wall_us += INT64_C(90) * 60 * 1000000;
	assert_document(json_home_system(&house.view), system);
	assert_document(zone(1), hall);
	free(system);
	free(hall);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		before_the_panel_has_answered_there_is_nothing,
		the_system_has_every_member_in_its_order,
		a_zone_has_every_member_in_its_order,
		what_is_unknown_is_null,
		the_period_is_the_one_that_rules_by_the_panels_clock,
		a_program_is_shown_when_all_of_it_is_known_and_nothing_in_it_moves,
		emergency_heat_is_heat_to_a_zone,
		all_mode_shows_the_ruling_zone_everywhere,
		a_temperature_leaves_a_step_only_when_it_is_well_beyond_the_middle,
		every_temperature_is_shown_within_three_eighths,
		time_that_passes_changes_nothing,
		NULL,
	};

	return run_fixed_suite("json_home", tests, set_up, json_house_close);
}

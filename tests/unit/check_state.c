/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows into a state: slots, which of several rows counts, what ALL mode
 * shows, rounding, and the difference of two states.
 */
#include "build.h"

#include <cz2/state.h>

#include <math.h>
#include <string.h>

#include "support.h"

static struct cz2_image images[CZ2_ROW_COUNT];
static struct cz2_values state;

static void
begin(void)
{
	memset(images, 0, sizeof images);
	cz2_values_clear(&state);
}

static void
learn(enum cz2_row row, int64_t time, const char *hex)
{
	struct cz2_image *image = &images[row];

	image->length = (uint8_t)parse_hex(hex, image->bytes, sizeof image->bytes);
	image->source = CZ2_SOURCE_POLL;
	image->time = time;
	ck_assert(cz2_row_matches(row, image->bytes, image->length));
	cz2_state_decode(images, &state);
}

static int
value(enum cz2_field field, int zone)
{
	return cz2_values_get(&state, field, zone);
}

START_TEST(each_slot_belongs_to_one_field_and_zone)
{
	bool used[CZ2_SLOT_COUNT] = {false};

	for (int f = 0; f < CZ2_FIELD_COUNT; f++) {
		int zones = cz2_field_is_zonal((enum cz2_field)f) ? CZ2_ZONES_MAX : 1;

		for (int zone = 1; zone <= zones; zone++) {
			int slot = cz2_slot((enum cz2_field)f, zone);
			enum cz2_field field;
			int back;

			ck_assert_int_ge(slot, 0);
			ck_assert_int_lt(slot, CZ2_SLOT_COUNT);
			ck_assert(!used[slot]);
			used[slot] = true;
			cz2_slot_split(slot, &field, &back);
			ck_assert_int_eq(field, f);
			ck_assert_int_eq(back, cz2_field_is_zonal(field) ? zone : 0);
		}
	}
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		ck_assert(used[slot]);
}
END_TEST

START_TEST(the_zone_of_a_value_of_the_system_is_ignored)
{
	for (int zone = -1; zone < 300; zone++)
		ck_assert_int_eq(cz2_slot(CZ2_MODE, zone), cz2_slot(CZ2_MODE, 0));
}
END_TEST

START_TEST(what_was_set_is_got_and_nothing_else_changes)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		begin();
		cz2_slot_split(slot, &field, &zone);
		cz2_values_set(&state, field, zone, 42);
		for (int other = 0; other < CZ2_SLOT_COUNT; other++)
			ck_assert_int_eq(state.at[other], other == slot ? 42 : CZ2_UNKNOWN);
		ck_assert_int_eq(cz2_values_get(&state, field, zone), 42);
	}
}
END_TEST

START_TEST(without_rows_everything_is_unknown)
{
	begin();
	memset(&state, 0, sizeof state);
	cz2_state_decode(images, &state);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		ck_assert_int_eq(state.at[slot], CZ2_UNKNOWN);
}
END_TEST

START_TEST(captured_rows_become_a_state)
{
	begin();
	learn(CZ2_ROW_1_12, 1, "00 01 0C 0A 02 02 00 00 00 08 0F 00 00 00 00 01 00");
	learn(CZ2_ROW_1_16, 1, "00 01 10 55 55 55 4E 4C 4C 4C 4C 2D 2D 2D 2D 44 44 44 44");
	learn(CZ2_ROW_1_17, 1, "00 01 11 3A 09 00 00 01 00 03 04 96 00 00 00 00 00 00 F1");
	learn(CZ2_ROW_1_18, 1, "00 01 12 00 00 34 11");
	learn(CZ2_ROW_1_24, 1, "00 01 18 2F 30 30 00 00 00 00 00 FF FF");
	learn(CZ2_ROW_9_3, 1, "00 09 03 C3 03 88 48 FF 00 00");
	learn(CZ2_ROW_9_4, 1, "00 09 04 0F 05 07 00 00 00 00 00");
	learn(CZ2_ROW_9_5, 1, "00 09 05 A4");

	ck_assert_int_eq(value(CZ2_MODE, 0), CZ2_MODE_AUTO);
	ck_assert_int_eq(value(CZ2_EFFECTIVE_MODE, 0), CZ2_MODE_HEAT);
	ck_assert_int_eq(value(CZ2_ALL, 0), 1);
	ck_assert_int_eq(value(CZ2_FAN, 0), 0);
	ck_assert_int_eq(value(CZ2_DEADBAND, 0), 4);
	ck_assert_int_eq(value(CZ2_CLOCK_MINUTE, 0), 52);
	ck_assert_int_eq(value(CZ2_OUTSIDE_TEMP, 0), 904);
	ck_assert_int_eq(value(CZ2_AIR_HANDLER_TEMP, 0), 72);
	ck_assert_int_eq(value(CZ2_HEAT_PUMP, 0), 1);
	ck_assert_int_eq(value(CZ2_AUX_HEAT_1, 0), 1);
	ck_assert_int_eq(value(CZ2_FAN_RUNNING, 0), 1);
	ck_assert_int_eq(value(CZ2_COMPRESSOR_1, 0), 0);
	ck_assert_int_eq(value(CZ2_COOL, 4), 78);
	ck_assert_int_eq(value(CZ2_HEAT, 1), 45);
	ck_assert_int_eq(value(CZ2_TEMPORARY, 4), 1);
	ck_assert_int_eq(value(CZ2_TEMPORARY, 3), 0);
	ck_assert_int_eq(value(CZ2_HOLD, 4), 1);
	ck_assert_int_eq(value(CZ2_HOLD, 5), 0);
	ck_assert_int_eq(value(CZ2_OUT, 1), 0);
	ck_assert_int_eq(value(CZ2_DAMPER, 3), 7);
	ck_assert_int_eq(value(CZ2_TEMP_WHOLE, 2), 48);
	ck_assert_int_eq(value(CZ2_TEMP_WHOLE, 4), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 2), CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_state_temperature(&state, 2), 48);
}
END_TEST

START_TEST(of_two_rows_with_a_value_the_more_recent_one_counts)
{
	begin();
	learn(CZ2_ROW_1_6, 1000, "00 01 06 00 00 04 55 2E 00 00 00 00 00 00 2E 2F");
	ck_assert_int_eq(value(CZ2_HUMIDITY, 0), 46);
	learn(CZ2_ROW_1_9, 2000, "00 01 09 3A 33 00 14 14 FF FF 00 19 00 3C 80 F1 00 00");
	ck_assert_int_eq(value(CZ2_HUMIDITY, 0), 51);
	learn(CZ2_ROW_1_6, 3000, "00 01 06 00 00 04 55 2F 00 00 00 00 00 00 2E 2F");
	ck_assert_int_eq(value(CZ2_HUMIDITY, 0), 47);
}
END_TEST

START_TEST(rows_from_before_the_start_of_the_clock_count_too)
{
	begin();
	learn(CZ2_ROW_1_6, -90000, "00 01 06 00 00 04 55 2E 00 00 00 00 00 00 2E 2F");
	ck_assert_int_eq(value(CZ2_HUMIDITY, 0), 46);
	learn(CZ2_ROW_1_9, -80000, "00 01 09 3A 33 00 14 14 FF FF 00 19 00 3C 80 F1 00 00");
	ck_assert_int_eq(value(CZ2_HUMIDITY, 0), 51);
}
END_TEST

START_TEST(a_recent_row_that_does_not_know_leaves_the_word_to_an_older_one)
{
	begin();
	learn(CZ2_ROW_1_6, 1000, "00 01 06 00 00 04 55 2E 00 00 00 00 00 00 2E 2F");
	learn(CZ2_ROW_9_1, 2000, "00 09 01 FF FF 04 48 04 12 FF FF");
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 1), 0x455);
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 2), 0x448);
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 4), CZ2_UNKNOWN);
}
END_TEST

START_TEST(a_smart_sensor_tells_the_temperature_of_its_own_zone)
{
	begin();
	learn(CZ2_ROW_2_3 + 3, 1, "00 02 03 01 00 00 00 04 A0 4A 43 4D 00");
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		ck_assert_int_eq(value(CZ2_TEMP_EXACT, zone), zone == 5 ? 1184 : CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_state_temperature(&state, 5), 74);
}
END_TEST

START_TEST(implausible_bytes_are_unknown)
{
	begin();
	learn(CZ2_ROW_1_12, 1, "00 01 0C 0A 05 02 FF 00 00 08 0F 00 00 00 00 09 00");
	ck_assert_int_eq(value(CZ2_MODE, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_EFFECTIVE_MODE, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_ALL, 0), CZ2_UNKNOWN);
	learn(CZ2_ROW_1_18, 1, "00 01 12 07 18 3C 3C");
	ck_assert_int_eq(value(CZ2_CLOCK_DAY, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_CLOCK_HOUR, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_CLOCK_MINUTE, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_CLOCK_SECOND, 0), CZ2_UNKNOWN);
	learn(CZ2_ROW_9_4, 1, "00 09 04 10 0F 00 00 00 00 00 00");
	ck_assert_int_eq(value(CZ2_DAMPER, 1), CZ2_UNKNOWN);
	ck_assert_int_eq(value(CZ2_DAMPER, 2), 15);
}
END_TEST

START_TEST(in_all_mode_every_zone_shows_setpoints_and_flags_of_the_ruling_one)
{
	static const enum cz2_field ruled[] = {CZ2_COOL, CZ2_HEAT, CZ2_TEMPORARY, CZ2_HOLD,
					       CZ2_OUT};
	static const enum cz2_field own[] = {CZ2_TEMP_EXACT, CZ2_TEMP_WHOLE, CZ2_DAMPER};

	begin();
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		for (int i = 0; i < 5; i++)
			cz2_values_set(&state, ruled[i], zone, 60 + zone);
		for (int i = 0; i < 3; i++)
			cz2_values_set(&state, own[i], zone, 60 + zone);
	}
	for (int ruler = 0; ruler <= CZ2_ZONES_MAX; ruler++) {
		cz2_values_set(&state, CZ2_ALL, 0, ruler);
		for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
			for (int i = 0; i < 5; i++)
				ck_assert_int_eq(cz2_state_shown(&state, ruled[i], zone),
						 60 + (ruler != 0 ? ruler : zone));
			for (int i = 0; i < 3; i++)
				ck_assert_int_eq(cz2_state_shown(&state, own[i], zone), 60 + zone);
		}
	}
}
END_TEST

START_TEST(while_all_mode_is_unknown_each_zone_shows_its_own)
{
	begin();
	cz2_values_set(&state, CZ2_HEAT, 3, 70);
	cz2_values_set(&state, CZ2_MODE, 0, 2);
	ck_assert_int_eq(cz2_state_shown(&state, CZ2_HEAT, 3), 70);
	ck_assert_int_eq(cz2_state_shown(&state, CZ2_HEAT, 4), CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_state_shown(&state, CZ2_MODE, 0), 2);
}
END_TEST

START_TEST(halves_are_rounded_up_also_below_zero)
{
	static const int vectors[][2] = {
		{0, 0},   {7, 0},    {8, 1},    {16, 1},    {23, 1},    {24, 2},
		{-1, 0},  {-7, 0},   {-8, 0},   {-9, -1},   {-16, -1},  {-23, -1},
		{-24, -1},{-25, -2}, {-320, -20},{-328, -20},{-329, -21},{1096, 69},
		{1109, 69},{CZ2_UNKNOWN, CZ2_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		ck_assert_int_eq(cz2_round_sixteenths(vectors[i][0]), vectors[i][1]);
	for (int sixteenths = CZ2_UNKNOWN + 1; sixteenths <= INT16_MAX; sixteenths++)
		ck_assert_int_eq(cz2_round_sixteenths(sixteenths),
				 (int)floor(sixteenths / 16.0 + 0.5));
}
END_TEST

START_TEST(the_exact_temperature_goes_before_the_whole_one)
{
	begin();
	ck_assert_int_eq(cz2_state_temperature(&state, 2), CZ2_UNKNOWN);
	cz2_values_set(&state, CZ2_TEMP_WHOLE, 2, 68);
	ck_assert_int_eq(cz2_state_temperature(&state, 2), 68);
	cz2_values_set(&state, CZ2_TEMP_EXACT, 2, 1096);
	ck_assert_int_eq(cz2_state_temperature(&state, 2), 69);
	ck_assert_int_eq(cz2_state_temperature(&state, 3), CZ2_UNKNOWN);
}
END_TEST

START_TEST(an_exact_temperature_whose_sensor_died_gives_way_to_the_whole_one)
{
	begin();
	learn(CZ2_ROW_9_1, 1000, "00 09 01 FF FF 04 48 04 52 04 4A");
	learn(CZ2_ROW_1_24, 1000 + CZ2_OUTLIVED_MS, "00 01 18 45 40 45 45 46 45 44 46 FF FF");
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 2), 0x448);
	learn(CZ2_ROW_1_24, 1001 + CZ2_OUTLIVED_MS, "00 01 18 45 40 45 45 46 45 44 46 FF FF");
	ck_assert_int_eq(value(CZ2_TEMP_EXACT, 2), CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_state_temperature(&state, 2), 0x40);
}
END_TEST

START_TEST(the_difference_of_two_states_is_the_slots_that_differ)
{
	bool changed[CZ2_SLOT_COUNT];
	struct cz2_values other;

	begin();
	cz2_values_set(&state, CZ2_MODE, 0, 1);
	other = state;
	memset(changed, 1, sizeof changed);
	ck_assert(!cz2_state_differs(&state, &other, changed));
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		ck_assert(!changed[slot]);
	ck_assert(!cz2_state_differs(&state, &other, NULL));

	cz2_values_set(&other, CZ2_HOLD, 8, 1);
	cz2_values_set(&other, CZ2_MODE, 0, CZ2_UNKNOWN);
	ck_assert(cz2_state_differs(&state, &other, changed));
	ck_assert(cz2_state_differs(&state, &other, NULL));
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		ck_assert_int_eq(changed[slot], slot == cz2_slot(CZ2_HOLD, 8) ||
							slot == cz2_slot(CZ2_MODE, 0));
}
END_TEST

START_TEST(rows_of_any_content_give_plausible_values_or_unknown)
{
	uint32_t chance = 31;

	for (int round = 0; round < 300; round++) {
		begin();
		for (int row = 0; row < CZ2_ROW_COUNT; row++) {
			images[row].length = (uint8_t)random_below(&chance, CZ2_ROW_SIZE_MAX + 1);
			images[row].time = random_below(&chance, 5);
			random_bytes(&chance, images[row].bytes, images[row].length);
		}
		cz2_state_decode(images, &state);
		for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
			const struct cz2_field_info *info;
			enum cz2_field field;
			int zone;

			cz2_slot_split(slot, &field, &zone);
			info = cz2_field_info(field);
			ck_assert(state.at[slot] == CZ2_UNKNOWN ||
				  (state.at[slot] >= info->min && state.at[slot] <= info->max));
		}
	}
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		each_slot_belongs_to_one_field_and_zone,
		the_zone_of_a_value_of_the_system_is_ignored,
		what_was_set_is_got_and_nothing_else_changes,
		without_rows_everything_is_unknown,
		captured_rows_become_a_state,
		of_two_rows_with_a_value_the_more_recent_one_counts,
		rows_from_before_the_start_of_the_clock_count_too,
		a_recent_row_that_does_not_know_leaves_the_word_to_an_older_one,
		a_smart_sensor_tells_the_temperature_of_its_own_zone,
		implausible_bytes_are_unknown,
		in_all_mode_every_zone_shows_setpoints_and_flags_of_the_ruling_one,
		while_all_mode_is_unknown_each_zone_shows_its_own,
		halves_are_rounded_up_also_below_zero,
		the_exact_temperature_goes_before_the_whole_one,
		an_exact_temperature_whose_sensor_died_gives_way_to_the_whole_one,
		the_difference_of_two_states_is_the_slots_that_differ,
		rows_of_any_content_give_plausible_values_or_unknown,
		NULL,
	};

	return run_suite("state", tests);
}

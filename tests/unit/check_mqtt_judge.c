/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What scalars mean for a panel that is in a certain state: each rule of docs/mqtt.md, and
 * for random batches that a wish never breaks what the panel needs.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_judge.h"

#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/model/climate.h"
#include "support.h"

enum { ZONES = 3, ROUNDS = 200000 };

static struct config config;
static struct cz2_values state;
static struct mqtt_batches batches;
static struct cz2_command wish;
static struct cz2_warnings warnings;
static struct mqtt_refusal refusal;

static void
set(enum cz2_field field, int zone, int value)
{
	cz2_values_set(&state, field, zone, value);
}

/* Heat, all zones at 68 and 76, on schedule. */
static void
set_up(void)
{
	config = (struct config){.panel.zones = ZONES, .home.away_holds = true};
	batches = (struct mqtt_batches){0};
	cz2_values_clear(&state);
	set(CZ2_MODE, 0, CZ2_MODE_HEAT);
	set(CZ2_EFFECTIVE_MODE, 0, CZ2_MODE_HEAT);
	set(CZ2_ALL, 0, 0);
	set(CZ2_FAN, 0, 0);
	for (int zone = 1; zone <= ZONES; zone++) {
		set(CZ2_HEAT, zone, 68);
		set(CZ2_COOL, zone, 76);
		set(CZ2_HOLD, zone, 0);
		set(CZ2_TEMPORARY, zone, 0);
		set(CZ2_OUT, zone, 0);
	}
}

static void
say(int zone, enum mqtt_field field, int value)
{
	static char letter;

	mqtt_batch_add(&batches, zone, field, value, &letter, 0);
}

/* MQTT_FINE, or the code of the refusal. */
static int
judge(int zone)
{
	struct mqtt_batch batch = mqtt_batch_take(&batches, zone);
	struct mqtt_case judged = {&config, &state, &batch, zone};

	warnings.count = 0;
	return mqtt_judge(&judged, &wish, &warnings, &refusal) ? MQTT_FINE : (int)refusal.code;
}

static int
wished(enum cz2_field field, int zone)
{
	return cz2_values_get(&wish.wish, field, zone);
}

/* heat, cool, temporary, hold, out of zone 2, and how many values are named in all. */
static void
expect(int heat, int cool, int temporary, int hold, int out)
{
	ck_assert_int_eq(wished(CZ2_HEAT, 2), heat);
	ck_assert_int_eq(wished(CZ2_COOL, 2), cool);
	ck_assert_int_eq(wished(CZ2_TEMPORARY, 2), temporary);
	ck_assert_int_eq(wished(CZ2_HOLD, 2), hold);
	ck_assert_int_eq(wished(CZ2_OUT, 2), out);
}

#define NO CZ2_UNKNOWN

START_TEST(a_single_number_is_about_the_setpoint_that_is_shown)
{
	say(2, MQTT_TARGET, 70);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(70, NO, 1, 0, NO);
	set(CZ2_MODE, 0, CZ2_MODE_COOL);
	say(2, MQTT_TARGET, 74);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(NO, 74, 1, 0, NO);
	set(CZ2_MODE, 0, CZ2_MODE_EHEAT);
	say(2, MQTT_TARGET, 66);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(66, NO, 1, 0, NO);
}
END_TEST

START_TEST(a_mode_in_the_same_batch_counts_first)
{
	say(2, MQTT_TARGET, 72);
	say(2, MQTT_MODE, CZ2_MODE_COOL);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(NO, 72, 1, 0, NO);
	ck_assert_int_eq(wished(CZ2_MODE, 0), CZ2_MODE_COOL);
	ck_assert_str_eq(mqtt_command_name(&wish, 2), "zone.set");
}
END_TEST

START_TEST(in_auto_a_single_number_is_about_the_side_that_works)
{
	set(CZ2_MODE, 0, CZ2_MODE_AUTO);
	set(CZ2_EFFECTIVE_MODE, 0, CZ2_MODE_COOL);
	say(2, MQTT_TARGET, 74);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(NO, 74, 1, 0, NO);
}
END_TEST

START_TEST(the_other_side_is_pushed_only_as_far_as_the_gap_demands)
{
	set(CZ2_MODE, 0, CZ2_MODE_AUTO);
	say(2, MQTT_TARGET, 74);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(74, NO, 1, 0, NO);
	say(2, MQTT_TARGET, 75);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(75, 77, 1, 0, NO);
	set(CZ2_EFFECTIVE_MODE, 0, CZ2_MODE_COOL);
	say(2, MQTT_TARGET, 64);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(62, 64, 1, 0, NO);
}
END_TEST

START_TEST(when_off_a_single_number_is_ambiguous)
{
	set(CZ2_MODE, 0, CZ2_MODE_OFF);
	say(2, MQTT_TARGET, 70);
	ck_assert_int_eq(judge(2), MQTT_AMBIGUOUS_SETPOINT);
	say(2, MQTT_LOW, 70);
	ck_assert_int_eq(judge(2), MQTT_FINE);
}
END_TEST

START_TEST(a_pair_is_judged_as_a_pair)
{
	set(CZ2_HEAT, 2, 60);
	set(CZ2_COOL, 2, 68);
	say(2, MQTT_LOW, 70);
	say(2, MQTT_HIGH, 78);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(70, 78, 1, 0, NO);
	say(2, MQTT_LOW, 70);
	ck_assert_int_eq(judge(2), MQTT_GAP);
	ck_assert_str_eq(refusal.sentence, "zone 2: the cool setpoint 68 must be at least 2 above "
					   "the heat setpoint 70.");
	say(2, MQTT_LOW, 70);
	say(2, MQTT_HIGH, 71);
	ck_assert_int_eq(judge(2), MQTT_GAP);
}
END_TEST

START_TEST(of_two_numbers_for_one_setpoint_the_later_counts)
{
	say(2, MQTT_TARGET, 70);
	say(2, MQTT_LOW, 66);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	ck_assert_int_eq(wished(CZ2_HEAT, 2), 66);
	say(2, MQTT_LOW, 66);
	say(2, MQTT_TARGET, 70);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	ck_assert_int_eq(wished(CZ2_HEAT, 2), 70);
}
END_TEST

START_TEST(a_value_out_of_range_is_refused_with_the_range)
{
	static const struct {
		enum mqtt_field field;
		int value;
		bool fine;
	} values[] = {
		{MQTT_LOW, 44, false},	{MQTT_LOW, 45, true},	 {MQTT_LOW, 86, false},
		{MQTT_HIGH, 63, false}, {MQTT_HIGH, 99, true},	 {MQTT_HIGH, 100, false},
		{MQTT_TARGET, 85, true}, {MQTT_TARGET, 86, false}, {MQTT_TARGET, 44, false},
	};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		say(2, values[i].field, values[i].value);
		ck_assert_int_eq(judge(2), values[i].fine ? MQTT_FINE : MQTT_OUT_OF_RANGE);
	}
	ck_assert_str_eq(refusal.sentence,
			 "zone 2: the heat setpoint 44 is not accepted; 45 to 85 are.");
}
END_TEST

START_TEST(a_setpoint_lasts_and_never_with_both_flags)
{
	config.home.setpoint_hold = CONFIG_SETPOINT_HOLD;
	say(2, MQTT_LOW, 66);
	judge(2);
	expect(66, NO, 0, 1, NO);
	config.home.setpoint_hold = CONFIG_SETPOINT_TEMPORARY;
	set(CZ2_HOLD, 2, 1);
	say(2, MQTT_LOW, 66);
	judge(2);
	expect(66, NO, NO, NO, NO);
	set(CZ2_TEMPORARY, 2, 1);
	say(2, MQTT_LOW, 66);
	judge(2);
	expect(66, NO, 0, 1, NO);
}
END_TEST

START_TEST(a_setpoint_ends_out)
{
	set(CZ2_OUT, 2, 1);
	set(CZ2_HOLD, 2, 1);
	say(2, MQTT_LOW, 66);
	judge(2);
	expect(66, NO, NO, NO, 0);
}
END_TEST

START_TEST(presets_are_edges_of_three_flags)
{
	static const int edges[CLIMATE_PRESET_COUNT][3] = {
		[CLIMATE_NONE] = {0, 0, 0},
		[CLIMATE_TEMPORARY] = {1, 0, 0},
		[CLIMATE_HOLD] = {0, 1, 0},
		[CLIMATE_AWAY] = {0, 1, 1},
	};

	for (int preset = 0; preset < CLIMATE_PRESET_COUNT; preset++) {
		say(2, MQTT_PRESET, preset);
		ck_assert_int_eq(judge(2), MQTT_FINE);
		expect(NO, NO, edges[preset][0], edges[preset][1], edges[preset][2]);
	}
	config.home.away_holds = false;
	say(2, MQTT_PRESET, CLIMATE_AWAY);
	judge(2);
	expect(NO, NO, 0, NO, 1);
	say(2, MQTT_PRESET, CLIMATE_HOLD);
	say(2, MQTT_LOW, 66);
	judge(2);
	expect(66, NO, 0, 1, 0);
	ck_assert_str_eq(mqtt_command_name(&wish, 2), "zone.temperature");
}
END_TEST

START_TEST(a_zone_may_change_the_house_but_not_turn_it_off)
{
	static const struct {
		int policy, mode, code;
	} rows[] = {
		{CONFIG_ZONE_MODE_STANDARD, CZ2_MODE_COOL, MQTT_FINE},
		{CONFIG_ZONE_MODE_STANDARD, CZ2_MODE_OFF, MQTT_ZONE_OFF_REFUSED},
		{CONFIG_ZONE_MODE_SYSTEM, CZ2_MODE_AUTO, MQTT_FINE},
		{CONFIG_ZONE_MODE_SYSTEM, CZ2_MODE_OFF, MQTT_ZONE_OFF_REFUSED},
		{CONFIG_ZONE_MODE_READONLY, CZ2_MODE_COOL, MQTT_ZONE_MODE_REFUSED},
		{CONFIG_ZONE_MODE_READONLY, CZ2_MODE_OFF, MQTT_ZONE_MODE_REFUSED},
		{CONFIG_ZONE_MODE_SYSTEM_WITH_OFF, CZ2_MODE_OFF, MQTT_FINE},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		config.home.zone_mode = rows[i].policy;
		say(2, MQTT_MODE, rows[i].mode);
		ck_assert_int_eq(judge(2), rows[i].code);
		say(0, MQTT_MODE, rows[i].mode); /* the select may do all */
		ck_assert_int_eq(judge(0), MQTT_FINE);
		ck_assert_int_eq(wished(CZ2_MODE, 0), rows[i].mode);
	}
	config.home.zone_mode = CONFIG_ZONE_MODE_STANDARD;
	config.panel.zones = 1;
	say(1, MQTT_MODE, CZ2_MODE_OFF);
	ck_assert_int_eq(judge(1), MQTT_FINE);
}
END_TEST

START_TEST(heat_in_emergency_heat_changes_nothing)
{
	set(CZ2_MODE, 0, CZ2_MODE_EHEAT);
	say(2, MQTT_MODE, CZ2_MODE_HEAT);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	ck_assert(cz2_command_empty(&wish));
	say(0, MQTT_MODE, CZ2_MODE_HEAT);
	judge(0);
	ck_assert_int_eq(wished(CZ2_MODE, 0), CZ2_MODE_HEAT);
}
END_TEST

START_TEST(power_is_about_the_zone_or_refused)
{
	say(2, MQTT_POWER, 0);
	ck_assert_int_eq(judge(2), MQTT_ZONE_OFF_REFUSED);
	say(2, MQTT_POWER, 1);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	ck_assert(cz2_command_empty(&wish));
	set(CZ2_MODE, 0, CZ2_MODE_OFF);
	say(2, MQTT_POWER, 1);
	ck_assert_int_eq(judge(2), MQTT_ZONE_OFF_REFUSED);
	set(CZ2_MODE, 0, CZ2_MODE_HEAT);
	config.home.zone_off = CONFIG_ZONE_OFF_AWAY;
	say(2, MQTT_POWER, 0);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	expect(NO, NO, NO, NO, 1);
	set(CZ2_OUT, 2, 1);
	say(2, MQTT_POWER, 1);
	judge(2);
	expect(NO, NO, NO, NO, 0);
}
END_TEST

START_TEST(power_beside_a_mode_says_nothing)
{
	say(2, MQTT_POWER, 0);
	say(2, MQTT_MODE, CZ2_MODE_COOL);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	ck_assert_int_eq(wished(CZ2_MODE, 0), CZ2_MODE_COOL);
	ck_assert_int_eq(wished(CZ2_OUT, 2), NO);
}
END_TEST

START_TEST(who_is_ruled_has_nothing_to_say)
{
	set(CZ2_ALL, 0, 3);
	say(2, MQTT_LOW, 66);
	ck_assert_int_eq(judge(2), MQTT_ALL_MODE);
	ck_assert_ptr_nonnull(strstr(refusal.sentence, "Zone 3 rules"));
	say(2, MQTT_MODE, CZ2_MODE_COOL);
	ck_assert_int_eq(judge(2), MQTT_FINE);
	say(3, MQTT_LOW, 66);
	ck_assert_int_eq(judge(3), MQTT_FINE);
}
END_TEST

START_TEST(the_system_has_mode_fan_and_ruler)
{
	say(0, MQTT_FAN, 1);
	ck_assert_int_eq(judge(0), MQTT_FINE);
	ck_assert_int_eq(wished(CZ2_FAN, 0), 1);
	ck_assert_str_eq(mqtt_command_name(&wish, 0), "system.fan");
	say(0, MQTT_ALL, 2);
	say(0, MQTT_FAN, 0);
	ck_assert_int_eq(judge(0), MQTT_FINE);
	ck_assert_int_eq(wished(CZ2_ALL, 0), 2);
	ck_assert_str_eq(mqtt_command_name(&wish, 0), "system.set");
}
END_TEST

START_TEST(nothing_is_judged_before_the_panel_has_told)
{
	set(CZ2_COOL, 2, CZ2_UNKNOWN);
	say(2, MQTT_LOW, 66);
	ck_assert_int_eq(judge(2), MQTT_NOT_READY);
	say(1, MQTT_LOW, 66);
	ck_assert_int_eq(judge(1), MQTT_FINE);
	cz2_values_clear(&state);
	say(0, MQTT_MODE, CZ2_MODE_COOL);
	ck_assert_int_eq(judge(0), MQTT_NOT_READY);
}
END_TEST

/* ------------------------------------------------------------------------
 * Whatever is said
 */

static void
draw_state(uint32_t *chance)
{
	set(CZ2_MODE, 0, (int)random_below(chance, CZ2_MODE_COUNT));
	set(CZ2_EFFECTIVE_MODE, 0, (int)random_below(chance, CZ2_MODE_COUNT));
	set(CZ2_ALL, 0,
	    random_below(chance, 4) == 0 ? (int)random_below(chance, ZONES + 1) : 0);
	set(CZ2_HEAT, 2, 45 + (int)random_below(chance, 41));
	set(CZ2_COOL, 2, cz2_values_get(&state, CZ2_HEAT, 2) + 2 + (int)random_below(chance, 10));
	set(CZ2_HOLD, 2, (int)random_below(chance, 2));
	set(CZ2_TEMPORARY, 2, (int)random_below(chance, 2));
	set(CZ2_OUT, 2, (int)random_below(chance, 2));
	config.home.zone_mode = (int)random_below(chance, 4);
	config.home.zone_off = (int)random_below(chance, 2);
	config.home.setpoint_hold = (int)random_below(chance, 2);
	config.home.away_holds = random_below(chance, 2) != 0;
}

static void
draw_batch(uint32_t *chance)
{
	static const int limits[MQTT_FIELD_COUNT] = {
		[MQTT_MODE] = CZ2_MODE_COUNT, [MQTT_FAN] = 2, [MQTT_ALL] = 0, [MQTT_POWER] = 2,
		[MQTT_TARGET] = 120, [MQTT_LOW] = 120, [MQTT_HIGH] = 120,
		[MQTT_PRESET] = CLIMATE_PRESET_COUNT,
	};

	for (unsigned i = 1 + random_below(chance, 4); i > 0; i--) {
		unsigned field = random_below(chance, MQTT_FIELD_COUNT);

		if (limits[field] != 0)
			say(2, (enum mqtt_field)field,
			    (int)random_below(chance, (unsigned)limits[field]));
	}
}

static int
after(enum cz2_field field)
{
	int value = wished(field, 2);

	return value != CZ2_UNKNOWN ? value : cz2_values_get(&state, field, 2);
}

START_TEST(no_wish_breaks_what_the_panel_needs)
{
	uint32_t chance = (uint32_t)setting("CZ2_SEED", 1);
	int wishes = 0, rounds = ROUNDS / setting("CZ2_EVERY", 1);

	for (int i = 0; i < rounds; i++) {
		struct cz2_problem problem;

		draw_state(&chance);
		draw_batch(&chance);
		if (batches.of[2].count == 0 || judge(2) != MQTT_FINE)
			continue;
		wishes++;
		ck_assert_int_eq(cz2_command_check(&wish, &problem), CZ2_OK);
		ck_assert_int_le(cz2_command_last_zone(&wish), 2);
		ck_assert_int_ge(after(CZ2_COOL), after(CZ2_HEAT) + CZ2_SETPOINT_GAP);
		ck_assert(wished(CZ2_HOLD, 2) != 1 || after(CZ2_TEMPORARY) == 0);
		ck_assert(wished(CZ2_TEMPORARY, 2) != 1 || after(CZ2_HOLD) == 0);
		ck_assert(wished(CZ2_MODE, 0) != CZ2_MODE_OFF || mqtt_zone_off_allowed(&config));
		ck_assert(wished(CZ2_HEAT, 1) == NO && wished(CZ2_ALL, 0) == NO);
	}
	ck_assert_int_gt(wishes, rounds / 20);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_single_number_is_about_the_setpoint_that_is_shown,
		a_mode_in_the_same_batch_counts_first,
		in_auto_a_single_number_is_about_the_side_that_works,
		the_other_side_is_pushed_only_as_far_as_the_gap_demands,
		when_off_a_single_number_is_ambiguous,
		a_pair_is_judged_as_a_pair,
		of_two_numbers_for_one_setpoint_the_later_counts,
		a_value_out_of_range_is_refused_with_the_range,
		a_setpoint_lasts_and_never_with_both_flags,
		a_setpoint_ends_out,
		presets_are_edges_of_three_flags,
		a_zone_may_change_the_house_but_not_turn_it_off,
		heat_in_emergency_heat_changes_nothing,
		power_is_about_the_zone_or_refused,
		power_beside_a_mode_says_nothing,
		who_is_ruled_has_nothing_to_say,
		the_system_has_mode_fan_and_ruler,
		nothing_is_judged_before_the_panel_has_told,
		no_wish_breaks_what_the_panel_needs,
		NULL,
	};

	return run_fixed_suite("mqtt judge", tests, set_up, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A zone as a thermostat: one setpoint or two in each mode, what flags are called, and what
 * the outputs mean; first what a reader can check line by line, then every combination.
 */
#include "build.h"

#include "cz2d/model/climate.h"

#include "support.h"

enum {
	UNKNOWN = CZ2_UNKNOWN,
	HEAT = CZ2_MODE_HEAT,
	COOL = CZ2_MODE_COOL,
	AUTO = CZ2_MODE_AUTO,
	EHEAT = CZ2_MODE_EHEAT,
	OFF = CZ2_MODE_OFF,
	OPEN = 15,
};

static struct cz2_values values;

static void
set_up(void)
{
	cz2_values_clear(&values);
}

static void
tear_down(void)
{
}

static void
set(enum cz2_field field, int zone, int value)
{
	cz2_values_set(&values, field, zone, value);
}

static void
set_flags(int zone, int temporary, int hold, int out)
{
	set(CZ2_TEMPORARY, zone, temporary);
	set(CZ2_HOLD, zone, hold);
	set(CZ2_OUT, zone, out);
}

static struct climate
climate(int zone)
{
	struct climate climate;

	climate_of(&values, zone, &climate);
	return climate;
}

START_TEST(the_names_are_those_of_home_assistant)
{
	ck_assert_str_eq(climate_mode_names[CLIMATE_OFF], "off");
	ck_assert_str_eq(climate_mode_names[CLIMATE_HEAT], "heat");
	ck_assert_str_eq(climate_mode_names[CLIMATE_COOL], "cool");
	ck_assert_str_eq(climate_mode_names[CLIMATE_HEAT_COOL], "heat_cool");
	ck_assert_ptr_null(climate_mode_names[CLIMATE_MODE_COUNT]);
	ck_assert_str_eq(climate_preset_names[CLIMATE_NONE], "none");
	ck_assert_str_eq(climate_preset_names[CLIMATE_TEMPORARY], "temporary");
	ck_assert_str_eq(climate_preset_names[CLIMATE_HOLD], "hold");
	ck_assert_str_eq(climate_preset_names[CLIMATE_AWAY], "away");
	ck_assert_ptr_null(climate_preset_names[CLIMATE_PRESET_COUNT]);
	ck_assert_str_eq(climate_action_names[CLIMATE_ACTION_OFF], "off");
	ck_assert_str_eq(climate_action_names[CLIMATE_IDLE], "idle");
	ck_assert_str_eq(climate_action_names[CLIMATE_FAN], "fan");
	ck_assert_str_eq(climate_action_names[CLIMATE_HEATING], "heating");
	ck_assert_str_eq(climate_action_names[CLIMATE_COOLING], "cooling");
	ck_assert_ptr_null(climate_action_names[CLIMATE_ACTION_COUNT]);
}
END_TEST

START_TEST(what_was_never_read_is_unknown)
{
	struct climate zone = climate(1);

	ck_assert_int_eq(zone.mode, -1);
	ck_assert_int_eq(zone.preset, -1);
	ck_assert_int_eq(zone.action, -1);
	ck_assert_int_eq(zone.target, UNKNOWN);
	ck_assert_int_eq(zone.low, UNKNOWN);
	ck_assert_int_eq(zone.high, UNKNOWN);
	ck_assert_int_eq(climate_activity(&values), -1);
}
END_TEST

START_TEST(the_mode_says_whether_there_is_one_setpoint_or_two)
{
	static const struct {
		int panel, mode, target, low, high;
	} cases[] = {
		{HEAT, CLIMATE_HEAT, 68, UNKNOWN, UNKNOWN},
		{EHEAT, CLIMATE_HEAT, 68, UNKNOWN, UNKNOWN},
		{COOL, CLIMATE_COOL, 76, UNKNOWN, UNKNOWN},
		{AUTO, CLIMATE_HEAT_COOL, UNKNOWN, 68, 76},
		{OFF, CLIMATE_OFF, UNKNOWN, 68, 76},
		{UNKNOWN, -1, UNKNOWN, UNKNOWN, UNKNOWN},
	};

	set(CZ2_HEAT, 2, 68);
	set(CZ2_COOL, 2, 76);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct climate zone;

		set(CZ2_MODE, 0, cases[i].panel);
		zone = climate(2);
		ck_assert_int_eq(zone.mode, cases[i].mode);
		ck_assert_int_eq(zone.target, cases[i].target);
		ck_assert_int_eq(zone.low, cases[i].low);
		ck_assert_int_eq(zone.high, cases[i].high);
	}
}
END_TEST

START_TEST(a_single_number_is_about_the_side_that_the_mode_follows)
{
	static const struct {
		int mode, effective;
		enum cz2_field field;
	} cases[] = {
		{HEAT, COOL, CZ2_HEAT},
		{EHEAT, UNKNOWN, CZ2_HEAT},
		{COOL, HEAT, CZ2_COOL},
		{AUTO, HEAT, CZ2_HEAT},
		{AUTO, EHEAT, CZ2_HEAT},
		{AUTO, COOL, CZ2_COOL},
		{AUTO, AUTO, CZ2_FIELD_COUNT},
		{AUTO, OFF, CZ2_FIELD_COUNT},
		{AUTO, UNKNOWN, CZ2_FIELD_COUNT},
		{OFF, HEAT, CZ2_FIELD_COUNT},
		{UNKNOWN, HEAT, CZ2_FIELD_COUNT},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_int_eq(climate_single(cases[i].mode, cases[i].effective),
				 cases[i].field);
}
END_TEST

START_TEST(out_is_shown_before_hold_and_hold_before_temporary)
{
	static const struct {
		int temporary, hold, out, preset;
	} cases[] = {
		{0, 0, 0, CLIMATE_NONE},
		{1, 0, 0, CLIMATE_TEMPORARY},
		{0, 1, 0, CLIMATE_HOLD},
		{1, 1, 0, CLIMATE_HOLD},
		{0, 0, 1, CLIMATE_AWAY},
		{1, 0, 1, CLIMATE_AWAY},
		{0, 1, 1, CLIMATE_AWAY},
		{1, 1, 1, CLIMATE_AWAY},
		/* What is not known might come before what is. */
		{UNKNOWN, UNKNOWN, 1, CLIMATE_AWAY},
		{UNKNOWN, 1, 0, CLIMATE_HOLD},
		{0, 1, UNKNOWN, -1},
		{1, UNKNOWN, 0, -1},
		{UNKNOWN, 0, 0, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set_flags(3, cases[i].temporary, cases[i].hold, cases[i].out);
		ck_assert_int_eq(climate(3).preset, cases[i].preset);
	}
}
END_TEST

START_TEST(in_all_mode_every_zone_shows_the_one_that_rules)
{
	set(CZ2_MODE, 0, AUTO);
	set(CZ2_ALL, 0, 2);
	set(CZ2_HEAT, 1, 60);
	set(CZ2_COOL, 1, 80);
	set_flags(1, 0, 0, 0);
	set(CZ2_HEAT, 2, 66);
	set(CZ2_COOL, 2, 74);
	set_flags(2, 0, 1, 0);
	ck_assert_int_eq(climate(1).low, 66);
	ck_assert_int_eq(climate(1).high, 74);
	ck_assert_int_eq(climate(1).preset, CLIMATE_HOLD);
	set(CZ2_ALL, 0, 0);
	ck_assert_int_eq(climate(1).low, 60);
	ck_assert_int_eq(climate(1).preset, CLIMATE_NONE);
}
END_TEST

/* What the equipment does. Not named: off. */
struct equipment {
	int mode, effective;
	int compressor_1, compressor_2, aux_1, aux_2, fan;
	int damper; /* of zone 1 */
};

static void
set_equipment(const struct equipment *equipment)
{
	set(CZ2_MODE, 0, equipment->mode);
	set(CZ2_EFFECTIVE_MODE, 0, equipment->effective);
	set(CZ2_COMPRESSOR_1, 0, equipment->compressor_1);
	set(CZ2_COMPRESSOR_2, 0, equipment->compressor_2);
	set(CZ2_AUX_HEAT_1, 0, equipment->aux_1);
	set(CZ2_AUX_HEAT_2, 0, equipment->aux_2);
	set(CZ2_FAN_RUNNING, 0, equipment->fan);
	set(CZ2_DAMPER, 1, equipment->damper);
}

START_TEST(an_action_is_what_runs_where_the_damper_is_open)
{
	static const struct {
		struct equipment equipment;
		int activity, action;
	} cases[] = {
		{{HEAT, HEAT, .damper = OPEN}, CLIMATE_IDLE, CLIMATE_IDLE},
		{{HEAT, HEAT, .compressor_1 = 1, .fan = 1, .damper = 1}, CLIMATE_HEATING, CLIMATE_HEATING},
		{{HEAT, HEAT, .compressor_2 = 1, .damper = UNKNOWN}, CLIMATE_HEATING, CLIMATE_HEATING},
		{{HEAT, HEAT, .compressor_1 = 1, .damper = 0}, CLIMATE_HEATING, CLIMATE_IDLE},
		{{EHEAT, EHEAT, .aux_2 = 1, .damper = OPEN}, CLIMATE_HEATING, CLIMATE_HEATING},
		{{EHEAT, EHEAT, .compressor_1 = 1, .damper = OPEN}, CLIMATE_HEATING, CLIMATE_HEATING},
		{{AUTO, HEAT, .aux_1 = 1, .damper = OPEN}, CLIMATE_HEATING, CLIMATE_HEATING},
		/* A defrost: the compressor cools, and the house is still heated. */
		{{AUTO, COOL, .compressor_1 = 1, .aux_1 = 1, .damper = OPEN}, CLIMATE_HEATING, CLIMATE_HEATING},
		{{AUTO, COOL, .compressor_1 = 1, .damper = OPEN}, CLIMATE_COOLING, CLIMATE_COOLING},
		{{COOL, COOL, .fan = 1, .damper = OPEN}, CLIMATE_FAN, CLIMATE_FAN},
		{{COOL, COOL, .fan = 1, .damper = 0}, CLIMATE_FAN, CLIMATE_IDLE},
		{{AUTO, OFF, .compressor_1 = 1, .damper = OPEN}, CLIMATE_IDLE, CLIMATE_IDLE},
		{{OFF, HEAT, .damper = OPEN}, CLIMATE_ACTION_OFF, CLIMATE_ACTION_OFF},
		{{OFF, HEAT, .damper = 0}, CLIMATE_ACTION_OFF, CLIMATE_ACTION_OFF},
		{{OFF, HEAT, .fan = 1, .damper = OPEN}, CLIMATE_FAN, CLIMATE_ACTION_OFF},
		{{OFF, OFF, .compressor_1 = 1, .damper = OPEN}, CLIMATE_IDLE, CLIMATE_ACTION_OFF},
		/* What is not known would have decided. */
		{{UNKNOWN, HEAT, .compressor_1 = 1, .damper = OPEN}, CLIMATE_HEATING, -1},
		{{UNKNOWN, HEAT, .damper = 0}, -1, -1},
		{{AUTO, UNKNOWN, .compressor_1 = 1, .damper = OPEN}, -1, -1},
		{{AUTO, UNKNOWN, .damper = OPEN}, CLIMATE_IDLE, CLIMATE_IDLE},
		{{AUTO, HEAT, .compressor_1 = UNKNOWN, .damper = OPEN}, -1, -1},
		{{AUTO, HEAT, .compressor_1 = UNKNOWN, .damper = 0}, -1, CLIMATE_IDLE},
		{{AUTO, HEAT, .fan = UNKNOWN, .damper = OPEN}, -1, -1},
		{{AUTO, COOL, .compressor_1 = 1, .fan = UNKNOWN, .damper = 0}, CLIMATE_COOLING, CLIMATE_IDLE},
		{{AUTO, HEAT, .compressor_1 = 1, .aux_1 = UNKNOWN, .damper = OPEN}, -1, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set_equipment(&cases[i].equipment);
		ck_assert_msg(climate_activity(&values) == cases[i].activity,
			      "case %zu: activity %d", i, climate_activity(&values));
		ck_assert_msg(climate(1).action == cases[i].action, "case %zu: action %d", i,
			      climate(1).action);
	}
}
END_TEST

/* The promises that hold for whatever is known. */
static void
check_promises(void)
{
	struct climate zone = climate(1);
	int mode = cz2_values_get(&values, CZ2_MODE, 0);
	int damper = cz2_values_get(&values, CZ2_DAMPER, 1);
	bool single = zone.target != CZ2_UNKNOWN;
	bool range = zone.low != CZ2_UNKNOWN && zone.high != CZ2_UNKNOWN;

	ck_assert(zone.mode >= -1 && zone.mode < CLIMATE_MODE_COUNT);
	ck_assert(zone.preset >= -1 && zone.preset < CLIMATE_PRESET_COUNT);
	ck_assert(zone.action >= -1 && zone.action < CLIMATE_ACTION_COUNT);
	ck_assert(!(single && (zone.low != CZ2_UNKNOWN || zone.high != CZ2_UNKNOWN)));
	ck_assert_int_eq(single || range, mode != CZ2_UNKNOWN);
	ck_assert_int_eq(zone.mode == -1, mode == CZ2_UNKNOWN);
	if (mode == OFF)
		ck_assert_int_eq(zone.action, CLIMATE_ACTION_OFF);
	else
		ck_assert_int_ne(zone.action, CLIMATE_ACTION_OFF);
	if (damper == 0)
		ck_assert(zone.action <= CLIMATE_IDLE);
}

START_TEST(no_combination_breaks_a_promise)
{
	static const struct {
		enum cz2_field field;
		int zone, last; /* from unknown over 0 */
	} wheels[] = {
		{CZ2_MODE, 0, OFF},		{CZ2_EFFECTIVE_MODE, 0, OFF},
		{CZ2_COMPRESSOR_1, 0, 1},	{CZ2_COMPRESSOR_2, 0, 1},
		{CZ2_AUX_HEAT_1, 0, 1},	{CZ2_FAN_RUNNING, 0, 1},
		{CZ2_DAMPER, 1, 1},		{CZ2_OUT, 1, 1},
		{CZ2_HOLD, 1, 1},
	};
	enum { WHEELS = sizeof wheels / sizeof wheels[0] };
	int at[WHEELS] = {0};
	int turned = 0, place = 0, every = setting("CZ2_EVERY", 1);

	set(CZ2_HEAT, 1, 68);
	set(CZ2_COOL, 1, 76);
	set(CZ2_TEMPORARY, 1, 0);
	set(CZ2_AUX_HEAT_2, 0, 0);
	while (turned < WHEELS) {
		if (place++ % every == 0)
			check_promises();
		for (turned = 0; turned < WHEELS; turned++) {
			at[turned] = at[turned] > wheels[turned].last ? 0 : at[turned] + 1;
			set(wheels[turned].field, wheels[turned].zone,
			    at[turned] == 0 ? CZ2_UNKNOWN : at[turned] - 1);
			if (at[turned] != 0)
				break;
		}
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_names_are_those_of_home_assistant,
		what_was_never_read_is_unknown,
		the_mode_says_whether_there_is_one_setpoint_or_two,
		a_single_number_is_about_the_side_that_the_mode_follows,
		out_is_shown_before_hold_and_hold_before_temporary,
		in_all_mode_every_zone_shows_the_one_that_rules,
		an_action_is_what_runs_where_the_damper_is_open,
		no_combination_breaks_a_promise,
		NULL,
	};

	return run_fixed_suite("climate", tests, set_up, tear_down);
}

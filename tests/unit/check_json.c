/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The documents: what a status says of known, unknown and implausible rows, its
 * flat form, meta, raw rows, and the sentences about commands.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cz2d/engine/engine.h"
#include "json_house.h"
#include "support.h"

static void
assert_member(const char *name, const char *expected)
{
	char *text = json_dumps(json_object_get(take(json_status(&house.view)), name),
				JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_msg(text != NULL, "no %s", name);
	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(before_the_panel_has_answered_there_is_no_status)
{
	assert_document(json_status(&house.view), "null");
	assert_document(json_status_flat(&house.view), "null");
	assert_document(json_meta(&house.view, CZ2_SOURCE_NONE),
			"{\"connected\":false,\"is_stale\":true,\"source\":null,"
			"\"last_updated\":null,\"age_seconds\":null}");
	assert_document(json_raw(&house.view), "\"AAAAAAAAAAAA\"");
}
END_TEST

START_TEST(a_status_has_every_member)
{
	learn_house();
	assert_document(
		json_status(&house.view),
		"{\"system_time\":\"Mon 03:45pm\",\"system_mode\":\"Auto\","
		"\"effective_mode\":\"Heat\","
		"\"fan_mode\":\"Auto\",\"fan_state\":\"On\",\"active_state\":\"Heat On [AUX]\","
		"\"all_mode\":0,\"outside_temp\":40,\"air_handler_temp\":78,\"zone1_humidity\":47,"
		"\"compressor_stage_1\":true,\"compressor_stage_2\":false,"
		"\"aux_heat_stage_1\":true,\"aux_heat_stage_2\":false,\"humidify\":false,\"dehumidify\":false,"
		"\"reversing_valve\":false,\"zones\":["
		"{\"zone_id\":1,\"name\":\"Hall\",\"temperature\":69,\"temperature_exact\":68.5625,"
		"\"damper_position\":47,\"cool_setpoint\":75,\"heat_setpoint\":68,"
		"\"temporary\":true,\"hold\":false,\"out\":false},"
		"{\"zone_id\":2,\"name\":\"Küche\",\"temperature\":70,\"temperature_exact\":null,"
		"\"damper_position\":100,\"cool_setpoint\":80,\"heat_setpoint\":62,"
		"\"temporary\":false,\"hold\":true,\"out\":true}]}");
}
END_TEST

START_TEST(the_flat_status_has_the_time_and_dampers_as_text)
{
	json_t *zones;

	learn_house();
	take(json_status_flat(&house.view));
	/* Of the last answer, 2.5 s ago. */
	ck_assert_int_eq(json_integer_value(json_object_get(house.document, "time")), 1699999997);
	zones = json_object_get(house.document, "zones");
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(zones, 0),
							   "damper_position")), "47");
	ck_assert(json_object_get(house.document, "status") == NULL);
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "system_mode")), "Auto");
}
END_TEST

/* By a row that shows nothing in the status, without which there is none. */
static void
be_answered(void)
{
	learn(CZ2_ROW_1_2, "00 01 02 00 08 00 00 00 00 00 01 00 02");
}

START_TEST(what_was_only_overheard_is_no_status)
{
	learn(CZ2_ROW_9_3, "00 09 03 01 02 78 4E FF 00 00");
	assert_document(json_status(&house.view), "null");
	assert_document(json_zone_status(&house.view, 1), "null");
	be_answered();
	assert_member("outside_temp", "40");
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
	be_answered();
	learn(CZ2_ROW_9_3, "00 09 03 01 FF FF FF FF 00 00");
	assert_document(
		json_status(&house.view),
		"{\"system_time\":null,\"system_mode\":null,\"effective_mode\":null,"
		"\"fan_mode\":null,\"fan_state\":null,\"active_state\":null,"
		"\"all_mode\":null,\"outside_temp\":null,\"air_handler_temp\":null,"
		"\"zone1_humidity\":null,"
		"\"compressor_stage_1\":null,\"compressor_stage_2\":null,\"aux_heat_stage_1\":null,"
		"\"aux_heat_stage_2\":null,\"humidify\":null,\"dehumidify\":null,"
		"\"reversing_valve\":null,\"zones\":["
		"{\"zone_id\":1,\"name\":\"Hall\",\"temperature\":null,\"temperature_exact\":null,"
		"\"damper_position\":null,\"cool_setpoint\":null,\"heat_setpoint\":null,"
		"\"temporary\":null,\"hold\":null,\"out\":null},"
		"{\"zone_id\":2,\"name\":\"Küche\",\"temperature\":null,\"temperature_exact\":null,"
		"\"damper_position\":null,\"cool_setpoint\":null,\"heat_setpoint\":null,"
		"\"temporary\":null,\"hold\":null,\"out\":null}]}");
	take(json_status_flat(&house.view));
	ck_assert(json_is_null(json_object_get(
		json_array_get(json_object_get(house.document, "zones"), 0), "damper_position")));
}
END_TEST

START_TEST(in_all_mode_each_zone_shows_the_ruling_ones_settings)
{
	json_t *zone;

	learn_house();
	learn(CZ2_ROW_1_12, "00 01 0C 00 02 02 00 00 00 01 02 00 02 00 00 02 00");
	assert_member("all_mode", "2");
	zone = json_array_get(json_object_get(house.document, "zones"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(zone, "cool_setpoint")), 80);
	ck_assert(json_is_true(json_object_get(zone, "hold")));
	ck_assert_int_eq(json_integer_value(json_object_get(zone, "temperature")), 69);
	ck_assert_str_eq(json_string_value(json_object_get(zone, "name")), "Hall");
}
END_TEST

START_TEST(temperatures_below_zero_are_rounded_half_up)
{
	be_answered();
	learn(CZ2_ROW_9_3, "00 09 03 01 FF F8 4E FF 00 00"); /* -0.5 */
	assert_member("outside_temp", "0");
	learn(CZ2_ROW_9_3, "00 09 03 01 FF F7 4E FF 00 00"); /* -9/16 */
	assert_member("outside_temp", "-1");
}
END_TEST

START_TEST(the_clock_is_told_in_twelve_hours)
{
	static const struct {
		const char *row, *text;
	} cases[] = {
		{"00 01 12 00 00 00 00", "\"Sun 12:00am\""},
		{"00 01 12 06 0B 3B 00", "\"Sat 11:59am\""},
		{"00 01 12 03 0C 05 00", "\"Wed 12:05pm\""},
		{"00 01 12 04 17 3B 3A", "\"Fri 12:00am\""}, /* 23:59:58, 2.5 s ago */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		learn(CZ2_ROW_1_18, cases[i].row);
		assert_member("system_time", cases[i].text);
	}
}
END_TEST

START_TEST(the_active_state_follows_compressors_aux_and_effective_mode)
{
	static const struct {
		const char *mode_row, *equipment_row, *text;
	} cases[] = {
		{"00 01 0C 00 01 02 01 00 00 00 00 00 00 00 00 00 00", "00 09 05 81",
		 "\"Cool On\""},
		{"00 01 0C 00 01 02 01 00 00 00 00 00 00 00 00 00 00", "00 09 05 80",
		 "\"Cool Off\""},
		{"00 01 0C 00 00 02 00 00 00 00 00 00 00 00 00 00 00", "00 09 05 82",
		 "\"Heat On\""},
		{"00 01 0C 00 03 02 03 00 00 00 00 00 00 00 00 00 00", "00 09 05 88",
		 "\"Heat Off [AUX]\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		learn(CZ2_ROW_1_12, cases[i].mode_row);
		learn(CZ2_ROW_9_5, cases[i].equipment_row);
		assert_member("active_state", cases[i].text);
	}
}
END_TEST

START_TEST(dampers_are_percent_of_fifteenths)
{
	static const int percents[] = {0,  7,  13, 20, 27, 33, 40, 47,
				       53, 60, 67, 73, 80, 87, 93, 100};

	be_answered();
	for (unsigned raw = 0; raw <= 15; raw++) {
		char row[] = "00 09 04 00 00 00 00 00 00 00 00";
		json_t *zones;

		row[10] = "0123456789ABCDEF"[raw];
		learn(CZ2_ROW_9_4, row);
		zones = json_object_get(take(json_status(&house.view)), "zones");
		ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(zones, 0),
								    "damper_position")),
				 percents[raw]);
	}
}
END_TEST

START_TEST(meta_tells_source_time_and_error)
{
	learn_house();
	model_answered(house.model, NOW);
	assert_document(json_meta(&house.view, CZ2_SOURCE_NONE),
			"{\"connected\":true,\"is_stale\":false,\"source\":\"poll\","
			"\"last_updated\":\"2023-11-14T22:13:17.623456+00:00\",\"age_seconds\":2}");
	take(json_meta(&house.view, CZ2_SOURCE_WRITEBACK));
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "source")), "writeback");

	model_refreshed(house.model, "the panel does not answer");
	take(json_meta(&house.view, CZ2_SOURCE_NONE));
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "source")), "error");
	ck_assert_str_eq(json_string_value(json_object_get(house.document, "error")),
			 "the panel does not answer");
	house.view.now += 400000;
	take(json_meta(&house.view, CZ2_SOURCE_NONE));
	ck_assert(json_is_true(json_object_get(house.document, "is_stale")));
}
END_TEST

START_TEST(raw_rows_come_in_order_each_behind_its_length)
{
	learn(CZ2_ROW_1_18, "00 01 12 01 0F 2D 00");
	learn(CZ2_ROW_9_5, "00 09 05 A5");
	/* 0 0 0 0, 7 and the clock, 0 0 0, 4 and the equipment */
	assert_document(json_raw(&house.view), "\"AAAAAAcAARIBDy0AAAAABAAJBaU=\"");
}
END_TEST

START_TEST(times_are_in_utc_with_microseconds)
{
	assert_document(json_time(0), "\"1970-01-01T00:00:00.000000+00:00\"");
	assert_document(json_time(-76), "\"1970-01-01T00:00:00.000000+00:00\"");
	assert_document(json_time(wall_us), "\"2023-11-14T22:13:20.123456+00:00\"");
}
END_TEST

START_TEST(the_schema_names_what_the_status_has)
{
	json_t *schema = json_status_schema();
	json_t *properties = json_object_get(schema, "properties");
	const char *name;
	json_t *value;

	learn_house();
	take(json_status(&house.view));
	ck_assert_uint_eq(json_object_size(properties), json_object_size(house.document));
	json_object_foreach(house.document, name, value)
		ck_assert_ptr_nonnull(json_object_get(properties, name));
	json_decref(schema);
}
END_TEST

START_TEST(the_values_of_a_command_are_named_as_in_the_status)
{
	struct cz2_command command;

	cz2_command_init(&command);
	assert_document(json_command_values(&command), "{}");
	ck_assert_int_eq(cz2_command_set(&command, CZ2_MODE, 0, CZ2_MODE_EHEAT), CZ2_OK);
	ck_assert_int_eq(cz2_command_set(&command, CZ2_FAN, 0, 1), CZ2_OK);
	ck_assert_int_eq(cz2_command_set(&command, CZ2_ALL, 0, CZ2_ALL_ON), CZ2_OK);
	ck_assert_int_eq(cz2_command_set(&command, CZ2_HEAT, 3, 60), CZ2_OK);
	ck_assert_int_eq(cz2_command_set(&command, CZ2_HOLD, 3, 0), CZ2_OK);
	ck_assert_int_eq(cz2_command_set(&command, CZ2_OUT, 8, 1), CZ2_OK);
	assert_document(
		json_command_values(&command),
		"{\"system_mode\":\"EHeat\",\"fan_mode\":\"On\",\"all_mode\":true,\"zones\":["
		"{\"zone_id\":3,\"heat_setpoint\":60,\"hold\":false},"
		"{\"zone_id\":8,\"out\":true}]}");
}
END_TEST

START_TEST(each_warning_is_a_sentence_with_its_numbers)
{
	struct cz2_warnings warnings = {.count = 0};

	ck_assert_ptr_null(json_warnings(&warnings));
	for (int kind = 0; kind <= CZ2_WARN_NO_HEAT_PUMP; kind++)
		warnings.list[warnings.count++] =
			(struct cz2_warning){(enum cz2_warning_kind)kind, 7, 93};
	take(json_warnings(&warnings));
	ck_assert_uint_eq(json_array_size(house.document), CZ2_WARN_NO_HEAT_PUMP + 1);
	for (int kind = 0; kind < CZ2_WARN_NO_HEAT_PUMP; kind++) {
		const char *text = json_string_value(json_array_get(house.document, (size_t)kind));

		ck_assert_ptr_nonnull(strchr(text, '7'));
		ck_assert_int_eq(text[strlen(text) - 1], '.');
	}
	ck_assert_str_eq(json_string_value(json_array_get(house.document, CZ2_WARN_ALL_RULED)),
			 "Zone 93 rules all zones (ALL mode), so the change of zone 7 shows only "
			 "when that ends.");
}
END_TEST

START_TEST(a_clock_is_kept_as_the_moment_from_which_it_counts)
{
	static const int64_t starts[] = {0, 1, 999, -1, -604800000, 123456789};
	struct cz2_command command, again;
	json_t *values;

	for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
		cz2_command_init(&command);
		cz2_command_set_clock(&command, starts[i]);
		values = json_command_values(&command);
		ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(values, "clock"),
								     "week_start")),
				 clock_wall_us_of(starts[i]) / 1000);
		ck_assert(json_command_read(values, &again));
		ck_assert(again.week_start == starts[i]);
		json_decref(values);
	}
}
END_TEST

START_TEST(what_is_no_moment_is_no_clock)
{
	static const char *const wrong[] = {
		"{\"clock\":{}}", "{\"clock\":5}", "{\"clock\":{\"week_start\":\"now\"}}",
		"{\"clock\":{\"week_start\":-1}}",
		"{\"clock\":{\"week_start\":9223372036854775807}}",
	};
	struct cz2_command command;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		json_t *values = json_loads(wrong[i], 0, NULL);

		ck_assert_msg(!json_command_read(values, &command), "%s", wrong[i]);
		json_decref(values);
	}
}
END_TEST

START_TEST(what_ended_a_program_is_told_with_its_zone_and_day)
{
	static struct outcome_program program;
	struct outcome outcome = {.error = CZ2_EREFUSED, .program = &program,
				  .problem = {.zone = 3, .day = 2}};

	for (int day = 0; day < CZ2_SCHEDULES; day++)
		cz2_day_clear(&program.applied.days[day]);
	cz2_command_init(&outcome.applied);
	assert_document(json_problem(&outcome), "\"Zone 3 tue: The panel refused the change.\"");
	assert_document(json_applied(&outcome), "{}");
	outcome.error = outcome.problem.error = CZ2_EIMPLAUSIBLE;
	outcome.problem.row = cz2_schedule_row(3, 2);
	outcome.problem.schedule =
		(struct cz2_schedule_problem){.fault = CZ2_FAULT_COOL, .period = CZ2_EVE};
	assert_document(json_problem(&outcome), "\"The panel's row 10.17 (zone 3 tue) holds a cool "
						"setpoint of eve that makes no sense and was not "
						"written.\"");
	outcome.error = outcome.problem.error = CZ2_ERANGE;
	outcome.problem.schedule = (struct cz2_schedule_problem){
		.fault = CZ2_FAULT_ORDER, .period = CZ2_EVE, .setting = {.start = 1020},
		.after = CZ2_DAY, .after_start = 1050};
	assert_document(json_problem(&outcome),
			"\"zone 3 tue eve: it begins at 17:00, and has to begin later than day, "
			"which begins at 17:30\"");
	program.applied.days[cz2_schedule_row(3, 2) - CZ2_ROW_SCHEDULE].periods[CZ2_EVE].heat = 66;
	assert_document(json_applied(&outcome),
			"{\"program\":[{\"zone_id\":3,\"days\":{\"tue\":{\"eve\":"
			"{\"heat\":66}}}}]}");
}
END_TEST

START_TEST(a_failure_is_a_sentence)
{
	struct outcome outcome = {.error = CZ2_ETIMEOUT};

	assert_document(json_problem(&outcome), "\"Could not communicate with HVAC controller.\"");
	outcome.error = CZ2_ECLOSED;
	assert_document(json_problem(&outcome), "\"Could not communicate with HVAC controller.\"");
	outcome.error = CZ2_EUNCONFIRMED;
	assert_document(
		json_problem(&outcome),
		"\"Could not communicate with HVAC controller. A write went out and was not "
		"confirmed: whether the panel took it is not known.\"");
	outcome.error = CZ2_EGAP;
	outcome.problem = (struct cz2_problem){.zone = 4, .heat = 70, .cool = 71};
	assert_document(json_problem(&outcome),
			"\"zone 4: the cool setpoint 71 must be at least 2 above the heat setpoint "
			"70\"");
	outcome.error = CZ2_EIMPLAUSIBLE;
	outcome.problem = (struct cz2_problem){
		.error = CZ2_EIMPLAUSIBLE, .field = CZ2_MODE, .row = CZ2_ROW_1_12};
	assert_document(json_problem(&outcome), "\"The panel's row 1.12 holds a system_mode that "
						"makes no sense and was not written.\"");
	for (int error = -1; error >= CZ2_ERROR_LAST - 1; error--) {
		outcome = (struct outcome){.error = error};
		cz2_command_init(&outcome.applied);
		ck_assert_uint_gt(json_string_length(take(json_problem(&outcome))), 10);
	}
	outcome = (struct outcome){.error = CZ2_ENOTFOUND};
	cz2_command_init(&outcome.applied);
	assert_document(json_problem(&outcome),
			"\"The panel was read later and does not show the change.\"");
	cz2_command_set(&outcome.applied, CZ2_HOLD, 1, 1);
	assert_document(json_problem(&outcome),
			"\"The panel was read later and does not show all that was asked "
			"for.\"");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_clock_is_kept_as_the_moment_from_which_it_counts,
		what_is_no_moment_is_no_clock,
		what_ended_a_program_is_told_with_its_zone_and_day,
		before_the_panel_has_answered_there_is_no_status,
		a_status_has_every_member,
		the_flat_status_has_the_time_and_dampers_as_text,
		what_was_only_overheard_is_no_status,
		what_is_unknown_is_null,
		in_all_mode_each_zone_shows_the_ruling_ones_settings,
		temperatures_below_zero_are_rounded_half_up,
		the_clock_is_told_in_twelve_hours,
		the_active_state_follows_compressors_aux_and_effective_mode,
		dampers_are_percent_of_fifteenths,
		meta_tells_source_time_and_error,
		raw_rows_come_in_order_each_behind_its_length,
		times_are_in_utc_with_microseconds,
		the_schema_names_what_the_status_has,
		the_values_of_a_command_are_named_as_in_the_status,
		each_warning_is_a_sentence_with_its_numbers,
		a_failure_is_a_sentence,
		NULL,
	};

	return run_fixed_suite("json", tests, json_house_open, json_house_close);
}

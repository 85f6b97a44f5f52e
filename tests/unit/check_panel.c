/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the simulated panel makes of requests, of time and of hands at the wall.
 * Evidence for each rule is in docs/protocol.md and docs/simulator.md.
 */
#include "build.h"

#include <string.h>

#include <cz2/field.h>

#include "stage.h"
#include "support.h"

enum {
	COOL = 3, /* bytes of row 1.16: zone 1 */
	HEAT = 11,
	TEMPORARY = 9, /* bytes of row 1.12 */
	HOLD = 10,
	OUT = 12,
	ALL = 15,
};

static int client;

static void
open_with(const struct sim_config *config)
{
	stage_open(config);
	client = stage_connect();
}

static void
set_up(void)
{
	struct sim_config config = stage_config();

	open_with(&config);
}

static void
reopen_with(const struct sim_config *config)
{
	stage_close();
	open_with(config);
}

/* Heat and cool of a zone, over the bus. */
static void
write_pair(int zone, int heat, int cool)
{
	struct cz2_frame row = stage_read(client, 1, 16);

	row.payload[HEAT + zone - 1] = (uint8_t)heat;
	row.payload[COOL + zone - 1] = (uint8_t)cool;
	stage_write(client, &row);
}

static void
write_byte(unsigned table, unsigned number, int byte, int value)
{
	struct cz2_frame row = stage_read(client, table, number);

	row.payload[byte] = (uint8_t)value;
	stage_write(client, &row);
}

static void
assert_pair(int zone, int heat, int cool)
{
	struct cz2_frame row = stage_read(client, 1, 16);

	ck_assert_int_eq(row.payload[HEAT + zone - 1], heat);
	ck_assert_int_eq(row.payload[COOL + zone - 1], cool);
}

static int
flags(int byte)
{
	return stage_read(client, 1, 12).payload[byte];
}

START_TEST(every_known_row_answers_with_its_known_length)
{
	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)id);
		struct cz2_frame reply;

		if (info->table == 2)
			continue;
		reply = stage_read(client, info->table, info->row);
		ck_assert(cz2_row_matches((enum cz2_row)id, reply.payload, reply.length));
	}
}
END_TEST

START_TEST(undecoded_rows_answer_too)
{
	for (unsigned row = 1; row <= 34; row++)
		ck_assert_int_gt(stage_read(client, 1, row).length, CZ2_ROW_PREFIX);
}
END_TEST

START_TEST(unknown_rows_wrong_lengths_and_wrong_owners_get_an_error_frame)
{
	static const uint8_t content[20] = {0};
	const struct cz2_frame requests[] = {
		stage_request(CZ2_ADDRESS_UI, 1, 35, NULL, 0),
		stage_request(CZ2_ADDRESS_UI, 3, 1, NULL, 0),
		stage_request(CZ2_ADDRESS_UI, 9, 3, NULL, 0),
		stage_request(CZ2_ADDRESS_PANEL, 1, 16, NULL, 0),
		stage_request(CZ2_ADDRESS_UI, 1, 16, content, 15),
		stage_request(CZ2_ADDRESS_UI, 1, 16, content, 17),
	};

	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		struct cz2_frame reply;

		ck_assert(stage_ask(client, &requests[i], &reply));
		ck_assert_int_eq(reply.function, CZ2_ERROR);
		ck_assert_int_eq(reply.length, 1);
		ck_assert_int_eq(reply.payload[0], 0);
	}
}
END_TEST

START_TEST(requests_to_nobody_and_replies_are_not_answered)
{
	struct cz2_frame nobody = stage_request(5, 1, 16, NULL, 0), reply;
	struct cz2_frame answer = stage_request(CZ2_ADDRESS_UI, 1, 16, NULL, 0);

	answer.function = CZ2_REPLY;
	ck_assert(!stage_ask(client, &nobody, &reply));
	ck_assert(!stage_ask(client, &answer, &reply));
}
END_TEST

START_TEST(a_written_row_reads_back_as_written)
{
	struct cz2_frame row = stage_read(client, 1, 17);

	row.payload[3] ^= 0x04;
	stage_write(client, &row);
	ck_assert_mem_eq(stage_read(client, 1, 17).payload, row.payload, row.length);
}
END_TEST

START_TEST(schedules_are_kept_as_written)
{
	struct cz2_frame row = stage_read(client, 10, 56);

	row.payload[3] = 5;
	row.payload[11] = 0x80 | 68;
	stage_write(client, &row);
	ck_assert_mem_eq(stage_read(client, 10, 56).payload, row.payload, row.length);
}
END_TEST

START_TEST(an_unheld_setpoint_falls_back_to_the_schedule_soon_after)
{
	write_pair(2, 65, 80);
	assert_pair(2, 65, 80);
	stage_run(2500 * MS);
	assert_pair(2, 68, 76);
}
END_TEST

START_TEST(an_unheld_setpoint_can_fall_back_before_the_next_frame)
{
	struct sim_config config = stage_config();

	config.revert_us = 0;
	reopen_with(&config);
	write_pair(2, 65, 80);
	assert_pair(2, 68, 76);
}
END_TEST

START_TEST(a_held_and_a_temporary_setpoint_stay)
{
	write_pair(2, 65, 80);
	write_byte(1, 12, HOLD, 0x02);
	write_pair(3, 64, 81);
	write_byte(1, 12, TEMPORARY, 0x04);
	stage_run(60 * (int64_t)SECOND);
	assert_pair(2, 65, 80);
	assert_pair(3, 64, 81);
}
END_TEST

START_TEST(a_zone_let_off_its_hold_follows_the_schedule)
{
	stage_do("{'cmd':'wall','zone':4,'heat':60,'cool':80,'hold':true}");
	write_byte(1, 12, HOLD, 0);
	assert_pair(4, 60, 80);
	stage_run(3 * (int64_t)SECOND);
	assert_pair(4, 68, 76);
}
END_TEST

START_TEST(what_was_set_raw_is_not_taken_back)
{
	stage_do("{'cmd':'set','field':'heat_setpoint','zone':1,'value':62}");
	write_pair(2, 65, 80);
	stage_run(60 * (int64_t)SECOND);
	assert_pair(1, 62, 76);
	assert_pair(2, 68, 76);
}
END_TEST

START_TEST(an_impossible_pair_is_acknowledged_and_not_kept)
{
	struct cz2_frame row = stage_read(client, 1, 16);

	/* As captured: zone 2 got heat 112 over cool 85, zone 3 something possible. */
	stage_do("{'cmd':'wall','zone':2,'heat':68,'cool':78,'hold':true}");
	stage_do("{'cmd':'wall','zone':3,'hold':true}");
	row.payload[HEAT + 1] = 112;
	row.payload[COOL + 1] = 85;
	row.payload[HEAT + 2] = 67;
	row.payload[COOL + 2] = 79;
	stage_write(client, &row);
	assert_pair(2, 68, 78);
	assert_pair(3, 67, 79);
	write_pair(3, 80, 79);
	assert_pair(3, 67, 79);
	write_pair(3, 39, 79);
	assert_pair(3, 67, 79);
	write_pair(3, 40, 99);
	assert_pair(3, 40, 99);
}
END_TEST

START_TEST(an_impossible_mode_or_all_is_acknowledged_and_not_kept)
{
	write_byte(1, 12, 4, 5);
	ck_assert_int_eq(flags(4), 2);
	write_byte(1, 12, ALL, 9);
	ck_assert_int_eq(flags(ALL), 0);
	write_byte(1, 12, ALL, 3);
	ck_assert_int_eq(flags(ALL), 3);
}
END_TEST

START_TEST(the_deadband_pushes_at_the_wall_and_not_on_the_bus)
{
	stage_do("{'cmd':'wall','zone':1,'heat':74,'hold':true}");
	assert_pair(1, 74, 78);
	stage_do("{'cmd':'wall','zone':1,'cool':70}");
	assert_pair(1, 66, 70);
	write_pair(1, 68, 70);
	assert_pair(1, 68, 70);
}
END_TEST

START_TEST(the_deadband_can_push_on_the_bus)
{
	struct sim_config config = stage_config();

	config.deadband_on_bus = true;
	reopen_with(&config);
	write_pair(1, 75, 77);
	assert_pair(1, 75, 79);
}
END_TEST

START_TEST(turning_the_wall_unit_makes_it_temporary_unless_held)
{
	stage_do("{'cmd':'wall','zone':2,'heat':70}");
	ck_assert_int_eq(flags(TEMPORARY), 0x02);
	stage_do("{'cmd':'wall','zone':3,'heat':70,'hold':true}");
	ck_assert_int_eq(flags(TEMPORARY), 0x02);
	ck_assert_int_eq(flags(HOLD), 0x04);
	stage_do("{'cmd':'wall','zone':3,'temporary':true}");
	ck_assert_int_eq(flags(HOLD), 0);
}
END_TEST

START_TEST(a_period_ends_what_is_temporary_and_not_what_is_held)
{
	stage_do("{'cmd':'wall','zone':1,'heat':71}");
	stage_do("{'cmd':'wall','zone':2,'heat':72,'hold':true}");
	stage_do("{'cmd':'wall','zone':3,'out':true}");
	stage_do("{'cmd':'period'}");
	ck_assert_int_eq(flags(TEMPORARY), 0);
	ck_assert_int_eq(flags(HOLD), 0x02);
	ck_assert_int_eq(flags(OUT), 0);
	assert_pair(1, 60, 80);
	assert_pair(2, 72, 76);
}
END_TEST

START_TEST(a_period_begins_by_the_clock)
{
	stage_do("{'cmd':'clock','day':3,'hour':21,'minute':59,'second':58}");
	assert_pair(1, 68, 76);
	stage_run(3 * (int64_t)SECOND);
	assert_pair(1, 60, 80);
	ck_assert_int_eq(stage_read(client, 1, 2).payload[12], 3);
}
END_TEST

START_TEST(with_both_flags_the_schedule_wins_unless_told_otherwise)
{
	struct sim_config config = stage_config();

	for (int keep = 0; keep <= 1; keep++) {
		config.both_flags_keep = keep;
		reopen_with(&config);
		stage_do("{'cmd':'set','field':'hold','zone':1,'value':1}");
		stage_do("{'cmd':'set','field':'temporary','zone':1,'value':1}");
		stage_do("{'cmd':'set','field':'heat_setpoint','zone':1,'value':45}");
		stage_do("{'cmd':'period'}");
		ck_assert_int_eq(flags(TEMPORARY), 0);
		ck_assert_int_eq(flags(HOLD), keep ? 0x01 : 0);
		assert_pair(1, keep ? 45 : 60, keep ? 76 : 80);
	}
}
END_TEST

START_TEST(an_out_period_marks_the_zone_out)
{
	/* Row 10.4: zone 1 on Wednesday; its sleep period from 22:00. */
	write_byte(10, 4, 14, 188);
	stage_do("{'cmd':'period'}");
	ck_assert_int_eq(flags(OUT), 0x01);
	assert_pair(1, 68, 76);
	assert_pair(2, 60, 80);
}
END_TEST

START_TEST(a_power_cut_takes_what_is_volatile)
{
	stage_do("{'cmd':'wall','zone':2,'heat':72,'hold':true,'out':true}");
	stage_do("{'cmd':'wall','zone':3,'heat':72}");
	stage_do("{'cmd':'wall','all':2,'mode':'Cool'}");
	stage_do("{'cmd':'power-cut','silence_ms':2000}");
	struct cz2_frame request = stage_request(CZ2_ADDRESS_UI, 1, 12, NULL, 0), reply;
	ck_assert(!stage_ask(client, &request, &reply));
	stage_run(1500 * MS);
	ck_assert_int_eq(flags(HOLD) | flags(TEMPORARY) | flags(OUT) | flags(ALL), 0);
	ck_assert_int_eq(flags(4), 1);
	ck_assert_int_eq(stage_read(client, 1, 18).payload[3], 0);
	ck_assert_int_eq(stage_read(client, 1, 18).payload[4], 0);
	assert_pair(2, 60, 80);
}
END_TEST

START_TEST(the_clock_runs_and_can_be_set_over_the_bus)
{
	struct cz2_frame clock = stage_read(client, 1, 18);

	memcpy(clock.payload + 3, (uint8_t[]){6, 23, 59, 58}, 4);
	stage_write(client, &clock);
	stage_run(3 * (int64_t)SECOND);
	clock = stage_read(client, 1, 18);
	ck_assert_int_eq(clock.payload[3], 0);
	ck_assert_int_eq(clock.payload[4], 0);
	ck_assert_int_eq(clock.payload[5], 0);
	ck_assert_int_eq(stage_read(client, 1, 6).payload[14], 0);
	memcpy(clock.payload + 3, (uint8_t[]){7, 1, 1, 1}, 4);
	stage_write(client, &clock);
	ck_assert_int_eq(stage_read(client, 1, 18).payload[3], 0);
}
END_TEST

START_TEST(zone_1_has_its_own_sensor_and_unused_zones_none)
{
	struct sim_config config = stage_config();
	struct cz2_frame row;

	config.zones = 3;
	reopen_with(&config);
	row = stage_read(client, 9, 1);
	ck_assert_mem_eq(row.payload + 3, "\xFF\xFF\x04\x48", 4);
	ck_assert_mem_eq(row.payload + 9, "\xFF\xFF", 2);
	ck_assert_mem_eq(stage_read(client, 9, 2).payload + 3, "\xFF\xFF\xFF\xFF", 4);
	ck_assert_mem_eq(stage_read(client, 1, 6).payload + 5, "\x04\x55", 2);
	row = stage_read(client, 1, 24);
	ck_assert_int_eq(row.payload[3], 69);
	ck_assert_int_eq(row.payload[6], 0);
	ck_assert_int_eq(stage_read(client, 1, 2).payload[4], 3);
}
END_TEST

START_TEST(equipment_and_dampers_follow_within_one_burst)
{
	stage_do("{'cmd':'burst','on':true}");
	/* Zone 2 has 68.5 degrees. */
	stage_do("{'cmd':'wall','zone':2,'heat':69,'hold':true}");
	stage_run(12 * (int64_t)SECOND);
	ck_assert_int_eq(stage_read(client, 9, 5).payload[3], 0xA4);
	ck_assert_mem_eq(stage_read(client, 9, 4).payload + 3, "\x00\x0F\x00", 3);
	ck_assert_int_eq(flags(6), 0);
	stage_do("{'cmd':'wall','zone':2,'cool':60,'hold':true}");
	stage_run(12 * (int64_t)SECOND);
	ck_assert_int_eq(stage_read(client, 9, 5).payload[3], 0xA1);
	ck_assert_int_eq(flags(6), 1);
}
END_TEST

START_TEST(equipment_set_by_hand_stays)
{
	stage_do("{'cmd':'set','field':'effective_mode','value':3}");
	stage_do("{'cmd':'row','row':'9.5','at':3,'hex':'5A'}");
	stage_run(30 * (int64_t)SECOND);
	ck_assert_int_eq(flags(6), 3);
	ck_assert_int_eq(stage_read(client, 9, 5).payload[3], 0x5A);
}
END_TEST

START_TEST(the_history_tells_who_changed_what)
{
	static const char *const causes[] = {"write", "schedule", "wall", "wall"};
	json_t *answer, *changes;
	size_t count = 0;

	write_pair(2, 65, 80);
	stage_run(3 * (int64_t)SECOND);
	stage_do("{'cmd':'wall','zone':2,'heat':70}");
	answer = stage_control("{'cmd':'history'}");
	changes = json_object_get(answer, "history");
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const char *cause =
			json_string_value(json_object_get(json_array_get(changes, i), "cause"));

		if (strcmp(cause, "start") == 0)
			continue;
		ck_assert_uint_lt(count, 4);
		ck_assert_str_eq(cause, causes[count]);
		count++;
	}
	ck_assert_uint_eq(count, 4);
	json_decref(answer);
}
END_TEST

START_TEST(every_field_can_be_set_and_told)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);
		int last = cz2_field_is_zonal((enum cz2_field)field) ? CZ2_ZONES_MAX : 1;

		for (int zone = 1; zone <= last; zone++) {
			int value = info->min + (info->max - info->min + 1) / 2;
			json_t *answer;

			stage_do("{'cmd':'set','field':'%s','zone':%d,'value':%d}", info->name,
				 zone, value);
			answer = stage_control("{'cmd':'value','field':'%s','zone':%d}", info->name,
					       zone);
			ck_assert_msg(json_integer_value(json_object_get(answer, "value")) == value,
				      "%s of zone %d", info->name, zone);
			json_decref(answer);
		}
	}
}
END_TEST

START_TEST(bad_commands_are_refused_with_a_reason)
{
	static const char *const lines[] = {
		"",
		"[]",
		"{",
		"{\"cmd\":1}",
		"{\"cmd\":\"dance\"}",
		"{\"cmd\":\"get\"}",
		"{\"cmd\":\"get\",\"row\":\"1\"}",
		"{\"cmd\":\"get\",\"row\":\"1.99\"}",
		"{\"cmd\":\"get\",\"row\":\"1.16\",\"device\":9}",
		"{\"cmd\":\"get\",\"row\":\"1.16\",\"more\":1}",
		"{\"cmd\":\"row\",\"row\":\"1.16\",\"hex\":\"0\"}",
		"{\"cmd\":\"row\",\"row\":\"1.16\",\"hex\":\"xx\"}",
		"{\"cmd\":\"row\",\"row\":\"1.16\",\"hex\":\"000110\"}",
		"{\"cmd\":\"row\",\"row\":\"1.16\",\"at\":18,\"hex\":\"0000\"}",
		"{\"cmd\":\"set\",\"field\":\"hold\",\"value\":1}",
		"{\"cmd\":\"set\",\"field\":\"none\",\"value\":1}",
		"{\"cmd\":\"set\",\"field\":\"fan_mode\",\"value\":\"On\"}",
		"{\"cmd\":\"wall\",\"heat\":70}",
		"{\"cmd\":\"wall\",\"zone\":9,\"heat\":70}",
		"{\"cmd\":\"wall\",\"mode\":\"Warm\"}",
		"{\"cmd\":\"clock\",\"day\":7}",
		"{\"cmd\":\"load\",\"percent\":61}",
		"{\"cmd\":\"fault\",\"kind\":\"none\"}",
		"{\"cmd\":\"fault\",\"kind\":\"lose-reply\",\"nth\":0}",
		"{\"cmd\":\"fault\",\"kind\":\"lose-reply\",\"ms\":5}",
		"{\"cmd\":\"rates\",\"flip\":2}",
		"{\"cmd\":\"silence\"}",
		"{\"cmd\":\"say\",\"hex\":\"\"}",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		char *text = sim_control(stage.sim, lines[i], stage.now);
		json_t *answer = json_loads(text, 0, NULL);

		ck_assert_msg(json_is_false(json_object_get(answer, "ok")), "%s", lines[i]);
		ck_assert_msg(json_string_length(json_object_get(answer, "error")) > 5, "%s: %s",
			      lines[i], text);
		json_decref(answer);
		free(text);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_known_row_answers_with_its_known_length,
		undecoded_rows_answer_too,
		unknown_rows_wrong_lengths_and_wrong_owners_get_an_error_frame,
		requests_to_nobody_and_replies_are_not_answered,
		a_written_row_reads_back_as_written,
		schedules_are_kept_as_written,
		an_unheld_setpoint_falls_back_to_the_schedule_soon_after,
		an_unheld_setpoint_can_fall_back_before_the_next_frame,
		a_held_and_a_temporary_setpoint_stay,
		a_zone_let_off_its_hold_follows_the_schedule,
		what_was_set_raw_is_not_taken_back,
		an_impossible_pair_is_acknowledged_and_not_kept,
		an_impossible_mode_or_all_is_acknowledged_and_not_kept,
		the_deadband_pushes_at_the_wall_and_not_on_the_bus,
		the_deadband_can_push_on_the_bus,
		turning_the_wall_unit_makes_it_temporary_unless_held,
		a_period_ends_what_is_temporary_and_not_what_is_held,
		a_period_begins_by_the_clock,
		with_both_flags_the_schedule_wins_unless_told_otherwise,
		an_out_period_marks_the_zone_out,
		a_power_cut_takes_what_is_volatile,
		the_clock_runs_and_can_be_set_over_the_bus,
		zone_1_has_its_own_sensor_and_unused_zones_none,
		equipment_and_dampers_follow_within_one_burst,
		equipment_set_by_hand_stays,
		the_history_tells_who_changed_what,
		every_field_can_be_set_and_told,
		bad_commands_are_refused_with_a_reason,
		NULL,
	};

	return run_fixed_suite("panel", tests, set_up, stage_close);
}

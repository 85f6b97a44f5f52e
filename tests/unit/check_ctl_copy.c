/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Backups: documents and back, what differs, and the steps that make one panel of another,
 * tried on rows as the daemon would edit them.
 */
#include "build.h"

#include "cz2ctl/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/command.h>

#include "cz2ctl/calendar.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/restore_steps.h"
#include "cz2ctl/week.h"
#include "support.h"

enum { ROW_LENGTH = 19, ROUNDS = 3000, ZONES = 0x07 };

static const enum cz2_field of_zones[] = {CZ2_COOL, CZ2_HEAT, CZ2_TEMPORARY, CZ2_HOLD, CZ2_OUT};

static char why[COPY_WHY_MAX];

/* ------------------------------------------------------------------------
 * Panels
 */

/* As the daemon accepts it: in order, in range, with a gap, OUT as the panel has it. */
static void
make_day(uint32_t *chance, uint8_t row[ROW_LENGTH])
{
	struct cz2_schedule_problem problem;
	struct cz2_day day, out;
	bool changed;
	int start = 0;

	memset(row, 70, ROW_LENGTH);
	memset(row + 3, 0, 8);
	cz2_day_clear(&day);
	cz2_day_clear(&out);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		int heat = 45 + (int)random_below(chance, 38);
		int cool = heat + 2 + (int)random_below(chance, 15);

		start += 15 * (1 + (int)random_below(chance, 20));
		cool = cool < 64 ? 64 : cool;
		day.periods[period] =
			(struct cz2_setting){(int16_t)start, (int16_t)heat, (int16_t)cool, CZ2_UNKNOWN};
		if (random_below(chance, 4) == 0)
			out.periods[period].out = 1;
	}
	ck_assert_int_eq(cz2_day_edit(&day, row, ROW_LENGTH, &changed, &problem), CZ2_OK);
	ck_assert_int_eq(cz2_day_edit(&out, row, ROW_LENGTH, &changed, &problem), CZ2_OK);
}

/* Anything that is no rubbish: what makes no sense is not written onto. */
static void
scramble(uint32_t *chance, uint8_t row[ROW_LENGTH])
{
	for (int period = 0; period < CZ2_PERIODS; period++) {
		row[3 + period] = (uint8_t)random_below(chance, 24);
		row[7 + period] = (uint8_t)random_below(chance, 60);
		row[11 + period] = (uint8_t)(40 + random_below(chance, 60));
		row[15 + period] = (uint8_t)(40 + random_below(chance, 60));
		if (random_below(chance, 3) == 0)
			row[11 + period] |= 0x80;
	}
}

static void
make_values(uint32_t *chance, struct copy *copy)
{
	cz2_values_clear(&copy->values);
	cz2_values_set(&copy->values, CZ2_MODE, 0, (int)random_below(chance, 5));
	cz2_values_set(&copy->values, CZ2_FAN, 0, (int)random_below(chance, 2));
	cz2_values_set(&copy->values, CZ2_ALL, 0, (int)random_below(chance, 2));
	for (int zone = 1; zone <= 3; zone++) {
		int heat = 45 + (int)random_below(chance, 38), flags = (int)random_below(chance, 6);

		cz2_values_set(&copy->values, CZ2_HEAT, zone, heat);
		cz2_values_set(&copy->values, CZ2_COOL, zone, heat < 62 ? 64 : heat + 2);
		cz2_values_set(&copy->values, CZ2_HOLD, zone, flags % 3 == 1);
		cz2_values_set(&copy->values, CZ2_TEMPORARY, zone, flags % 3 == 2);
		cz2_values_set(&copy->values, CZ2_OUT, zone, flags / 3);
	}
}

static struct copy *
new_copy(void)
{
	struct copy *copy = calloc(1, sizeof *copy);

	ck_assert_ptr_nonnull(copy);
	strcpy(copy->panel, "cz2");
	copy->zones = ZONES;
	cz2_values_clear(&copy->values);
	copy_clear_days(copy->days);
	return copy;
}

/* Rows of the first three zones. */
static void
take_rows(struct copy *copy, uint8_t rows[][ROW_LENGTH])
{
	for (int i = 0; i < 3 * CZ2_DAYS; i++)
		cz2_day_read(rows[i], ROW_LENGTH, &copy->days[i]);
}

/* ------------------------------------------------------------------------
 * Documents
 */

static const char good[] =
	"{\"cz2_backup\": 1, \"panel\": {\"id\": \"cz2\"}, \"status\": {\"system_mode\": \"Auto\","
	" \"fan_mode\": null, \"zones\": [{\"zone_id\": 2, \"hold\": true, \"heat_setpoint\": 70}]},"
	" \"schedules\": [{\"zone_id\": 3, \"days\": {\"mon\": {\"eve\": {\"start\": \"17:30\"}}}}],"
	" \"rows\": [{\"device\": 1, \"table\": 1, \"row\": 18, \"hex\": \"00011203112d00\"},"
	" {\"device\": 1, \"table\": 1, \"row\": 3, \"hex\": \"00010300\"}]}";

START_TEST(a_document_tells_what_it_tells_and_no_more)
{
	struct copy *copy = new_copy();
	json_t *document = json_loads(good, 0, NULL);

	ck_assert_msg(copy_read(copy, document, why), "%s", why);
	ck_assert_str_eq(copy->panel, "cz2");
	ck_assert_uint_eq(copy->zones, 0x06);
	ck_assert_int_eq(cz2_values_get(&copy->values, CZ2_MODE, 0), CZ2_MODE_AUTO);
	ck_assert_int_eq(cz2_values_get(&copy->values, CZ2_FAN, 0), CZ2_UNKNOWN);
	ck_assert_int_eq(cz2_values_get(&copy->values, CZ2_HOLD, 2), 1);
	ck_assert_int_eq(cz2_values_get(&copy->values, CZ2_HEAT, 2), 70);
	ck_assert_int_eq(cz2_values_get(&copy->values, CZ2_COOL, 2), CZ2_UNKNOWN);
	ck_assert_int_eq(copy->days[2 * 7 + 1].periods[CZ2_EVE].start, 17 * 60 + 30);
	ck_assert(week_is_unknown(&copy->days[2 * 7]));
	ck_assert_uint_eq(copy->rows[CZ2_ROW_1_18].length, 7);
	json_decref(document);
	free(copy);
}
END_TEST

START_TEST(a_copy_comes_back_from_its_document)
{
	uint32_t chance = 7;

	for (int round = 0; round < 100; round++) {
		struct copy *copy = new_copy(), *back = new_copy();
		uint8_t rows[3 * CZ2_DAYS][ROW_LENGTH] = {{0}};
		json_t *document;

		for (int i = 0; i < 3 * CZ2_DAYS; i++)
			make_day(&chance, rows[i]);
		take_rows(copy, rows);
		make_values(&chance, copy);
		document = copy_document(copy, "1", NULL, NULL);
		ck_assert_msg(copy_read(back, document, why), "%s", why);
		ck_assert_mem_eq(back->days, copy->days, sizeof copy->days);
		ck_assert_mem_eq(&back->values, &copy->values, sizeof copy->values);
		ck_assert_uint_eq(back->zones, copy->zones);
		json_decref(document);
		free(copy);
		free(back);
	}
}
END_TEST

/* What is put in place of a part of the good one, and what is said of it. */
static const struct {
	const char *part, *other, *why;
} bad[] = {
	{"\"cz2_backup\": 1", "\"cz2_backup\": 2", "cz2_backup is 2: a newer"},
	{"\"cz2_backup\": 1", "\"cz2_backup\": \"1\"", "no backup"},
	{"\"cz2_backup\": 1", "\"x\": 1", "no backup"},
	{"{\"id\": \"cz2\"}", "7", "panel.id: "},
	{"\"Auto\"", "\"Warm\"", "status.system_mode: wanted is one of Heat Cool Auto EHeat Off"},
	{"\"Auto\"", "2", "status.system_mode: "},
	{"\"zone_id\": 2", "\"zone_id\": 9", "status.zones[0].zone_id: a number from 1 to 8"},
	{"true", "1", "status.zones[0].hold: true or false"},
	{"70", "7000", "status.zones[0].heat_setpoint: a whole number"},
	{"70", "\"70\"", "status.zones[0].heat_setpoint: a whole number"},
	{"\"17:30\"", "\"17:75\"", "schedules[0].days.mon.eve.start: '17:75'"},
	{"{\"start\": \"17:30\"}", "[]", "schedules[0].days.mon.eve: an object"},
	{"\"zone_id\": 3", "\"zone_id\": \"3\"", "schedules[0].zone_id: "},
	{"\"days\": {", "\"week\": {", "schedules[0].days: an object"},
	{"\"schedules\"", "\"timetable\"", "schedules: a list"},
	{"\"panel\"", "\"made\": 1, \"panel\"", "made: known are cz2_backup created"},
	{"{\"id\"", "{\"name\": 1, \"id\"", "panel.name: known are id"},
	{"\"status\"", "\"state\"", "status: an object"},
	{"\"zones\"", "\"rooms\"", "status.zones: a list"},
	{"\"heat_setpoint\"", "\"heat\"", "status.zones[0].heat: known are zone_id"},
	{"\"fan_mode\"", "\"fan\"", "status.fan: known are system_mode"},
	{"\"mon\"", "\"monday\"", "schedules[0].days.monday: known are sun mon"},
	{"\"eve\"", "\"evening\"", "schedules[0].days.mon.evening: known are wake"},
	{"\"start\"", "\"begin\"", "schedules[0].days.mon.eve.begin: known are start heat"},
	{"00011203112d00", "0001120", "rows[0]: "},
	{"00010300", "zz", "rows[1]: "},
	{"\"row\": 3", "\"row\": 300", "rows[1]: "},
};

static char *
replaced(const char *part, const char *other)
{
	const char *at = strstr(good, part);
	size_t size = sizeof good + strlen(other);
	char *text = malloc(size);

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(text);
	snprintf(text, size, "%.*s%s%s", (int)(at - good), good, other, at + strlen(part));
	return text;
}

START_TEST(what_is_wrong_with_a_document_is_named_by_its_place)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct copy *copy = new_copy();
		char *text = replaced(bad[i].part, bad[i].other);
		json_t *document = json_loads(text, 0, NULL);

		ck_assert_msg(document != NULL, "%s", text);
		ck_assert_msg(!copy_read(copy, document, why), "%s", text);
		ck_assert_msg(strstr(why, bad[i].why) != NULL, "%s: %s", text, why);
		json_decref(document);
		free(text);
		free(copy);
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * Differences
 */

static const char *
text_of(const json_t *list)
{
	static char text[4096];
	const json_t *one;
	size_t used = 0, index;

	text[0] = '\0';
	json_array_foreach(list, index, one)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s -> %s\n",
					 json_string_value(json_object_get(one, "place")),
					 json_string_value(json_object_get(one, "old")),
					 json_string_value(json_object_get(one, "new")));
	return text;
}

START_TEST(days_that_differ_alike_are_told_once)
{
	struct copy *old = new_copy(), *now = new_copy();
	json_t *list = json_array();
	struct cz2_setting before = {360, 68, 76, 0}, after = {420, 66, 76, 0};

	for (int day = 0; day < CZ2_DAYS; day++) {
		old->days[7 + day].periods[CZ2_EVE] = before;
		now->days[7 + day].periods[CZ2_EVE] = day % 6 == 0 ? before : after;
	}
	old->days[0].periods[CZ2_DAY] = (struct cz2_setting){600, 60, 85, 1};
	now->days[0].periods[CZ2_DAY] = (struct cz2_setting){600, 60, 80, 1};
	cz2_values_set(&now->values, CZ2_HOLD, 2, 1);
	cz2_values_set(&old->values, CZ2_HOLD, 2, 0);
	cz2_values_set(&now->values, CZ2_MODE, 0, CZ2_MODE_HEAT);
	difference_find(old, now, PARTS_ALL, list);
	ck_assert_str_eq(text_of(list), "System mode: - -> Heat\n"
					"Zone 2 hold: off -> on\n"
					"Zone 1 Sun day: 10:00 OUT (60/85) -> 10:00 OUT (60/80)\n"
					"Zone 2 Mon-Fri eve: 06:00 68/76 -> 07:00 66/76\n");
	json_array_clear(list);
	difference_find(old, now, PART_SYSTEM, list);
	ck_assert_uint_eq(json_array_size(list), 1);
	json_array_clear(list);
	difference_find(old, old, PARTS_ALL, list);
	ck_assert_uint_eq(json_array_size(list), 0);
	json_decref(list);
	free(old);
	free(now);
}
END_TEST

START_TEST(the_installers_rows_are_told_by_byte_and_setting)
{
	struct copy *old = new_copy(), *now = new_copy();
	json_t *list = json_array();

	for (int i = 0; i < 2; i++) {
		struct copy *copy = i == 0 ? old : now;

		copy->rows[CZ2_ROW_1_17].length = copy->rows[CZ2_ROW_1_11].length = ROW_LENGTH;
		copy->rows[CZ2_ROW_9_3].length = 10;
	}
	now->rows[CZ2_ROW_1_17].bytes[3] = 0x04;  /* the fan: no setting of his */
	now->rows[CZ2_ROW_1_17].bytes[10] = 3;
	now->rows[CZ2_ROW_1_11].bytes[4] = 5;
	now->rows[CZ2_ROW_9_3].bytes[5] = 77;     /* outside: it moves */
	now->rows[CZ2_ROW_9_3].bytes[3] = 0x81;
	now->rows[CZ2_ROW_1_19] = now->rows[CZ2_ROW_1_17]; /* the other has none */
	difference_find(old, now, PARTS_ALL, list);
	ck_assert_str_eq(text_of(list), "Row 1.11 byte 4: 0 -> 5\n"
					"Row 1.17 byte 10 (deadband): 0 -> 3\n"
					"Row 9.3 byte 3 (heat_pump, dual_fuel): 0 -> 129\n");
	json_decref(list);
	free(old);
	free(now);
}
END_TEST

/* ------------------------------------------------------------------------
 * Steps
 */

/* As the daemon does it; what it would refuse fails the test. */
static void
put_days(uint8_t rows[][ROW_LENGTH], int zone, const json_t *days)
{
	for (int day = 0; day < CZ2_DAYS; day++) {
		const json_t *one = json_object_get(days, calendar_day_keys[day]);
		struct cz2_schedule_problem problem;
		struct cz2_day wish;
		bool changed;

		if (one == NULL)
			continue;
		ck_assert(week_read_day(one, &wish, why));
		ck_assert_int_eq(cz2_day_edit(&wish, rows[7 * (zone - 1) + day], ROW_LENGTH,
					      &changed, &problem), CZ2_OK);
		ck_assert(changed);
	}
}

static void
post_zone(struct copy *copy, int zone, const json_t *body)
{
	static const char *const members[] = {"cool", "heat", "temp", "hold", "out"};

	for (int i = 0; i < 5; i++) {
		const json_t *value = json_object_get(body, members[i]);

		if (value != NULL)
			cz2_values_set(&copy->values, of_zones[i], zone,
				       json_is_integer(value) ? (int)json_integer_value(value)
							      : json_is_true(value));
	}
}

static void
post_system(struct copy *copy, const json_t *body)
{
	const char *mode = json_string_value(json_object_get(body, "mode"));
	const char *fan = json_string_value(json_object_get(body, "fan"));
	const json_t *all = json_object_get(body, "all");

	for (int i = 0; mode != NULL && i < CZ2_MODE_COUNT; i++)
		if (strcmp(cz2_field_info(CZ2_MODE)->words[i], mode) == 0)
			cz2_values_set(&copy->values, CZ2_MODE, 0, i);
	if (fan != NULL)
		cz2_values_set(&copy->values, CZ2_FAN, 0, strcmp(fan, "On") == 0);
	if (json_is_false(all))
		cz2_values_set(&copy->values, CZ2_ALL, 0, 0);
	else if (json_is_true(all) && cz2_values_get(&copy->values, CZ2_ALL, 0) == 0)
		cz2_values_set(&copy->values, CZ2_ALL, 0, 1);
}

static void
take_step(struct copy *copy, uint8_t rows[][ROW_LENGTH], const json_t *step)
{
	const char *target = json_string_value(json_object_get(step, "target"));
	const json_t *body = json_object_get(step, "body");
	int zone = 0;

	if (sscanf(target, "/zones/%d", &zone) != 1)
		post_system(copy, body);
	else if (strstr(target, "schedule") != NULL)
		put_days(rows, zone, json_object_get(body, "days"));
	else
		post_zone(copy, zone, body);
}

/* Whatever the panel holds, and wherever it is interrupted once. */
START_TEST(the_steps_make_one_panel_of_the_other)
{
	uint32_t chance = 3;

	for (int round = 0; round < ROUNDS / setting("CZ2_EVERY", 1); round++) {
		struct copy *wanted = new_copy(), *now = new_copy();
		uint8_t goal[3 * CZ2_DAYS][ROW_LENGTH] = {{0}}, rows[3 * CZ2_DAYS][ROW_LENGTH] = {{0}};
		bool interrupted = false;

		for (int i = 0; i < 3 * CZ2_DAYS; i++) {
			make_day(&chance, goal[i]);
			memcpy(rows[i], goal[i], ROW_LENGTH);
			if (random_below(&chance, 2) == 0)
				make_day(&chance, rows[i]);
			else if (random_below(&chance, 2) == 0)
				scramble(&chance, rows[i]);
		}
		take_rows(wanted, goal);
		make_values(&chance, wanted);
		make_values(&chance, now);
		cz2_values_set(&now->values, CZ2_ALL, 0, (int)random_below(&chance, 4));
		do {
			json_t *steps;
			size_t count;

			take_rows(now, rows);
			steps = restore_steps(wanted, now, PARTS_SET);
			count = json_array_size(steps);
			interrupted = !interrupted && count > 0;
			if (interrupted)
				count = random_below(&chance, (unsigned)count);
			for (size_t i = 0; i < count; i++)
				take_step(now, rows, json_array_get(steps, i));
			json_decref(steps);
		} while (interrupted);
		ck_assert_mem_eq(rows, goal, sizeof rows);
		take_rows(now, rows);
		ck_assert_mem_eq(&now->values, &wanted->values, sizeof now->values);
		free(wanted);
		free(now);
	}
}
END_TEST

static void
check_steps(const struct copy *wanted, const struct copy *now, unsigned parts, const char *expected)
{
	json_t *steps = restore_steps(wanted, now, parts);
	char *text = json_dumps(steps, JSON_COMPACT);

	ck_assert_str_eq(text, expected);
	free(text);
	json_decref(steps);
}

#define PUT_MONDAY_2(periods) \
	"{\"method\":\"PUT\",\"target\":\"/zones/2/schedule\",\"body\":" \
	"{\"days\":{\"mon\":{" periods "}}}}"

/* Of zone 2, on Monday. */
static void
check_day(const struct cz2_day *wanted_day, const struct cz2_day *now_day, const char *expected)
{
	struct copy *wanted = new_copy(), *now = new_copy();

	wanted->days[8] = *wanted_day;
	now->days[8] = *now_day;
	check_steps(wanted, now, PART_SCHEDULES, expected);
	free(wanted);
	free(now);
}

/* Whoever is interrupted between the two steps leaves a house that is not heated. */
START_TEST(setpoints_below_out_are_uncovered_with_the_least_heat)
{
	struct cz2_day wanted, now;

	cz2_day_clear(&wanted);
	cz2_day_clear(&now);
	wanted.periods[CZ2_DAY] = (struct cz2_setting){600, CZ2_UNKNOWN, 85, 1};
	now.periods[CZ2_DAY] = (struct cz2_setting){600, CZ2_UNKNOWN, 80, 1};
	check_day(&wanted, &now, "[" PUT_MONDAY_2("\"day\":{\"heat\":45,\"cool\":85}") ","
				 PUT_MONDAY_2("\"day\":{\"out\":true}") "]");
	/* A cool setpoint that the wall unit alone can set, and that is right already. */
	wanted.periods[CZ2_DAY] = (struct cz2_setting){600, 60, 62, 1};
	now.periods[CZ2_DAY] = (struct cz2_setting){600, 61, 62, 1};
	check_day(&wanted, &now, "[" PUT_MONDAY_2("\"day\":{\"heat\":45}") ","
				 PUT_MONDAY_2("\"day\":{\"out\":true}") "]");
}
END_TEST

/* What may be refused comes first, and OUT stays where it is then. */
START_TEST(nothing_is_uncovered_before_the_rest_was_accepted)
{
	const struct cz2_day wanted = {{{375, 60, 80, 0}, {600, CZ2_UNKNOWN, 85, 1},
					{1080, CZ2_UNKNOWN, 80, 1}, {1320, 60, 80, 0}}};
	const struct cz2_day now = {{{360, 60, 81, 0}, {615, CZ2_UNKNOWN, 80, 0},
				     {1080, CZ2_UNKNOWN, 80, 0}, {1320, 60, 80, 0}}};

	check_day(&wanted, &now,
		  "[" PUT_MONDAY_2("\"wake\":{\"start\":\"06:15\",\"cool\":80},"
				   "\"day\":{\"start\":\"10:00\",\"heat\":45,\"cool\":85},"
				   "\"eve\":{\"out\":true}") ","
		  PUT_MONDAY_2("\"day\":{\"out\":true}") "]");
}
END_TEST

START_TEST(the_mode_is_set_though_nobody_knows_who_rules)
{
	struct copy *wanted = new_copy(), *now = new_copy();
	uint32_t chance = 7;

	make_values(&chance, wanted);
	now->values = wanted->values;
	cz2_values_set(&wanted->values, CZ2_MODE, 0, 1);
	cz2_values_set(&now->values, CZ2_MODE, 0, 0);
	cz2_values_set(&wanted->values, CZ2_ALL, 0, 0);
	cz2_values_set(&now->values, CZ2_ALL, 0, CZ2_UNKNOWN);
	check_steps(wanted, now, PART_SYSTEM,
		    "[{\"method\":\"POST\",\"target\":\"/system/mode\",\"body\":"
		    "{\"mode\":\"Cool\",\"all\":false}}]");
	free(wanted);
	free(now);
}
END_TEST

START_TEST(only_what_differs_is_named_and_only_in_the_parts_asked_for)
{
	struct copy *wanted = new_copy(), *now = new_copy();
	uint32_t chance = 5;

	make_values(&chance, wanted);
	now->values = wanted->values;
	cz2_values_set(&wanted->values, CZ2_HEAT, 2, 50);
	cz2_values_set(&now->values, CZ2_HEAT, 2, 51);
	cz2_values_set(&now->values, CZ2_HOLD, 8, 1); /* of a zone that is not ours */
	wanted->days[8].periods[CZ2_DAY] = (struct cz2_setting){600, 60, 80, 0};
	now->days[8].periods[CZ2_DAY] = (struct cz2_setting){600, 60, 81, 0};
	now->days[8 * 6].periods[CZ2_DAY] = (struct cz2_setting){600, 60, 81, 0};
	check_steps(wanted, now, PARTS_SET,
		    "[{\"method\":\"PUT\",\"target\":\"/zones/2/schedule\",\"body\":"
		    "{\"days\":{\"mon\":{\"day\":{\"cool\":80}}}}},"
		    "{\"method\":\"POST\",\"target\":\"/zones/2/temperature\",\"body\":"
		    "{\"heat\":50}}]");
	check_steps(wanted, now, PART_SYSTEM, "[]");
	free(wanted);
	free(now);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_document_tells_what_it_tells_and_no_more,
		a_copy_comes_back_from_its_document,
		what_is_wrong_with_a_document_is_named_by_its_place,
		days_that_differ_alike_are_told_once,
		the_installers_rows_are_told_by_byte_and_setting,
		the_steps_make_one_panel_of_the_other,
		setpoints_below_out_are_uncovered_with_the_least_heat,
		nothing_is_uncovered_before_the_rest_was_accepted,
		the_mode_is_set_though_nobody_knows_who_rules,
		only_what_differs_is_named_and_only_in_the_parts_asked_for,
		NULL};

	return run_suite("cz2ctl: copies", tests);
}

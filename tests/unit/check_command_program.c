/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A day of the program and the clock as parts of a command: what goes together, what a row
 * shows of them, and that no other byte moves.
 */
#include "build.h"

#include <cz2/command.h>

#include <string.h>

#include "support.h"

enum { LENGTH = 19, CLOCK_LENGTH = 7 };

/* Row 10.10: zone 2, Tuesday; 6:00, 8:30, 17:15 and 22:45. */
static const uint8_t tuesday[LENGTH] = {0, 10, 10, 6, 8, 17, 22, 0, 30, 15, 45,
					68, 62, 68, 60, 78, 82, 78, 80};
static const uint8_t clock_row[CLOCK_LENGTH] = {0, 1, 18, 2, 3, 4, 5};

static enum cz2_row
row_of_tuesday(void)
{
	return cz2_schedule_row(2, 2);
}

static struct cz2_command
of_day(enum cz2_period period, int start, int heat, int cool, int out)
{
	struct cz2_command command;
	struct cz2_day day;

	cz2_day_clear(&day);
	day.periods[period] = (struct cz2_setting){(int16_t)start, (int16_t)heat, (int16_t)cool,
						   (int16_t)out};
	cz2_command_init(&command);
	cz2_command_set_day(&command, row_of_tuesday(), &day);
	return command;
}

static struct cz2_command
heat_of(enum cz2_period period, int heat)
{
	return of_day(period, CZ2_UNKNOWN, heat, CZ2_UNKNOWN, CZ2_UNKNOWN);
}

static struct cz2_command
of_clock(int64_t week_start)
{
	struct cz2_command command;

	cz2_command_init(&command);
	cz2_command_set_clock(&command, week_start);
	return command;
}

static struct cz2_problem
refused(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes, size_t length,
	int error)
{
	struct cz2_problem problem;
	uint8_t copy[LENGTH];
	bool changed;

	memcpy(copy, bytes, length);
	ck_assert_int_eq(cz2_command_edit(command, row, copy, length, 0, &changed, &problem),
			 error);
	ck_assert_mem_eq(copy, bytes, length);
	ck_assert_int_eq(problem.error, error);
	return problem;
}

/* ------------------------------------------------------------------------
 * Naming
 */

START_TEST(a_day_or_the_clock_is_something)
{
	struct cz2_command command = heat_of(CZ2_WAKE, 66), nothing;
	struct cz2_day day;

	cz2_command_init(&nothing);
	ck_assert(!cz2_command_empty(&command));
	ck_assert_int_eq(cz2_command_last_zone(&command), 2);
	cz2_command_set(&command, CZ2_HEAT, 1, 66);
	ck_assert_int_eq(cz2_command_last_zone(&command), 2);
	cz2_command_set(&command, CZ2_HEAT, 3, 66);
	ck_assert_int_eq(cz2_command_last_zone(&command), 3);
	command = of_clock(0);
	ck_assert(!cz2_command_empty(&command));
	ck_assert_int_eq(cz2_command_last_zone(&command), 0);
	cz2_day_clear(&day);
	cz2_command_set_day(&nothing, row_of_tuesday(), &day);
	ck_assert(cz2_command_empty(&nothing));
}
END_TEST

START_TEST(a_day_is_touched_by_who_names_it_alone)
{
	struct cz2_command day = heat_of(CZ2_WAKE, 66), clock = of_clock(0);

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		ck_assert_int_eq(cz2_command_touches(&day, (enum cz2_row)row),
				 row == (int)row_of_tuesday());
		ck_assert_int_eq(cz2_command_touches(&clock, (enum cz2_row)row),
				 row == CZ2_ROW_1_18);
	}
	ck_assert(!cz2_command_touches(&day, CZ2_ROW_NONE));
}
END_TEST

START_TEST(rules_of_a_day_are_looked_at_before_the_panel_is)
{
	struct cz2_command command = heat_of(CZ2_EVE, 86);
	struct cz2_problem problem;

	ck_assert_int_eq(cz2_command_check(&command, &problem), CZ2_ERANGE);
	ck_assert_int_eq(problem.zone, 2);
	ck_assert_int_eq(problem.day, 2);
	ck_assert_int_eq(problem.schedule.fault, CZ2_FAULT_HEAT);
	ck_assert_int_eq(problem.schedule.period, CZ2_EVE);
	command = heat_of(CZ2_EVE, 70);
	ck_assert_int_eq(cz2_command_check(&command, &problem), CZ2_OK);
	ck_assert_int_eq(problem.schedule.fault, CZ2_FAULT_NONE);
}
END_TEST

/* ------------------------------------------------------------------------
 * Merging
 */

static void
assert_merge(struct cz2_command one, struct cz2_command other, int error)
{
	struct cz2_command before = one;

	ck_assert_int_eq(cz2_command_merge(&one, &other), error);
	if (error != CZ2_OK)
		ck_assert(commands_same(&one, &before));
	else
		ck_assert_int_eq(cz2_command_merge(&one, &before), CZ2_OK);
}

START_TEST(the_same_day_goes_together_when_nothing_in_it_is_contradicted)
{
	struct cz2_command wake = heat_of(CZ2_WAKE, 66), nothing, mode;

	cz2_command_init(&nothing);
	cz2_command_init(&mode);
	cz2_command_set(&mode, CZ2_MODE, 0, CZ2_MODE_COOL);
	assert_merge(wake, heat_of(CZ2_SLEEP, 58), CZ2_OK);
	assert_merge(wake, wake, CZ2_OK);
	assert_merge(wake, mode, CZ2_OK);
	assert_merge(mode, wake, CZ2_OK);
	assert_merge(wake, nothing, CZ2_OK);
	assert_merge(wake, of_clock(5), CZ2_OK);
	assert_merge(wake, heat_of(CZ2_WAKE, 67), CZ2_EBUSY);
	assert_merge(wake, of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, 67, CZ2_UNKNOWN), CZ2_EBUSY);
	assert_merge(wake, of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 1), CZ2_EBUSY);
	assert_merge(of_day(CZ2_WAKE, 480, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN),
		     of_day(CZ2_WAKE, 495, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN), CZ2_EBUSY);
	assert_merge(of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, 70, CZ2_UNKNOWN),
		     of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, 71, CZ2_UNKNOWN), CZ2_EBUSY);
	assert_merge(of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 0),
		     of_day(CZ2_WAKE, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 1), CZ2_EBUSY);
}
END_TEST

START_TEST(two_days_are_two_turns_and_so_are_two_times)
{
	struct cz2_command one = heat_of(CZ2_WAKE, 66), other = one;

	other.program = cz2_schedule_row(2, 3);
	assert_merge(one, other, CZ2_EBUSY);
	assert_merge(of_clock(5), of_clock(5), CZ2_OK);
	assert_merge(of_clock(5), of_clock(6), CZ2_EBUSY);
}
END_TEST

/* ------------------------------------------------------------------------
 * Days in their row
 */

START_TEST(a_day_is_edited_in_its_row_and_in_no_other)
{
	struct cz2_command command = of_day(CZ2_DAY, 525, 63, CZ2_UNKNOWN, CZ2_UNKNOWN);
	struct cz2_problem problem;
	uint8_t bytes[LENGTH], other[LENGTH];
	bool changed;

	memcpy(bytes, tuesday, LENGTH);
	memcpy(other, tuesday, LENGTH);
	other[2] = 11;
	ck_assert_int_eq(cz2_command_edit(&command, row_of_tuesday(), bytes, LENGTH, 0, &changed,
					  &problem), CZ2_OK);
	ck_assert(changed);
	for (int i = 0; i < LENGTH; i++)
		ck_assert_uint_eq(bytes[i], i == 8 ? 45 : i == 12 ? 63 : tuesday[i]);
	ck_assert(cz2_command_shown(&command, row_of_tuesday(), bytes, LENGTH, 0));
	ck_assert(!cz2_command_shown(&command, row_of_tuesday(), tuesday, LENGTH, 0));
	ck_assert(cz2_command_shown(&command, cz2_schedule_row(2, 3), other, LENGTH, 0));
	ck_assert_int_eq(cz2_command_edit(&command, cz2_schedule_row(2, 3), other, LENGTH, 0,
					  &changed, &problem), CZ2_OK);
	ck_assert(!changed);
}
END_TEST

START_TEST(what_a_day_breaks_is_told_with_zone_day_and_period)
{
	struct cz2_command command = of_day(CZ2_DAY, 1050, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN);
	struct cz2_problem problem =
		refused(&command, row_of_tuesday(), tuesday, LENGTH, CZ2_ERANGE);

	ck_assert_int_eq(problem.zone, 2);
	ck_assert_int_eq(problem.day, 2);
	ck_assert_int_eq(problem.row, row_of_tuesday());
	ck_assert_int_eq(problem.schedule.fault, CZ2_FAULT_ORDER);
	ck_assert_int_eq(problem.schedule.period, CZ2_EVE);
	ck_assert_int_eq(problem.schedule.setting.start, 17 * 60 + 15);
	ck_assert_int_eq(problem.schedule.after, CZ2_DAY);
	ck_assert_int_eq(problem.schedule.after_start, 1050);
}
END_TEST

START_TEST(what_makes_no_sense_where_something_is_named_is_not_written_upon)
{
	static const struct {
		size_t byte;
		uint8_t value;
		struct cz2_setting wish; /* of day */
		enum cz2_schedule_fault fault;
	} cases[] = {
		{4, 24, {480, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_FAULT_START},
		{8, 60, {480, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_FAULT_START},
		{12, 111, {CZ2_UNKNOWN, 60, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_FAULT_HEAT},
		{12, 31, {CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 1}, CZ2_FAULT_HEAT},
		{16, 200, {CZ2_UNKNOWN, CZ2_UNKNOWN, 80, CZ2_UNKNOWN}, CZ2_FAULT_COOL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct cz2_command command = heat_of(CZ2_EVE, 66);
		struct cz2_problem problem;
		uint8_t bytes[LENGTH];
		bool changed;

		memcpy(bytes, tuesday, LENGTH);
		bytes[cases[i].byte] = cases[i].value;
		/* Of another period it is not our affair. */
		ck_assert_int_eq(cz2_command_edit(&command, row_of_tuesday(), bytes, LENGTH, 0,
						  &changed, &problem), CZ2_OK);
		command.day.periods[CZ2_DAY] = cases[i].wish;
		problem = refused(&command, row_of_tuesday(), bytes, LENGTH, CZ2_EIMPLAUSIBLE);
		ck_assert_int_eq(problem.schedule.fault, cases[i].fault);
		ck_assert_int_eq(problem.schedule.period, CZ2_DAY);
		ck_assert_int_eq(problem.row, row_of_tuesday());
	}
}
END_TEST

START_TEST(of_a_day_that_was_taken_in_part_that_part_is_kept)
{
	struct cz2_command command = of_day(CZ2_DAY, 510, 63, 82, CZ2_UNKNOWN);

	cz2_command_keep_shown(&command, cz2_schedule_row(2, 3), tuesday, LENGTH, 0);
	ck_assert_int_eq(command.day.periods[CZ2_DAY].heat, 63);
	cz2_command_keep_shown(&command, row_of_tuesday(), tuesday, LENGTH, 0);
	ck_assert_int_eq(command.day.periods[CZ2_DAY].start, 510);
	ck_assert_int_eq(command.day.periods[CZ2_DAY].heat, CZ2_UNKNOWN);
	ck_assert_int_eq(command.day.periods[CZ2_DAY].cool, 82);
	cz2_command_keep_shown(&command, row_of_tuesday(), tuesday, 0, 0);
	ck_assert(cz2_command_empty(&command));
}
END_TEST

/* ------------------------------------------------------------------------
 * The clock
 */

static int64_t
week_start_of(const uint8_t *row, int64_t now)
{
	return now - (((row[3] * 24 + row[4]) * 60 + row[5]) * 60 + row[6]) * INT64_C(1000);
}

START_TEST(a_clock_that_is_close_is_right_and_any_other_is_set)
{
	const int64_t now = 1000000;

	for (int off = -10; off <= 10; off++) {
		struct cz2_command command =
			of_clock(week_start_of(clock_row, now) - off * INT64_C(1000));
		bool close = off >= -CZ2_CLOCK_CLOSE_S && off <= CZ2_CLOCK_CLOSE_S, changed;
		struct cz2_problem problem;
		uint8_t bytes[CLOCK_LENGTH];

		memcpy(bytes, clock_row, sizeof bytes);
		ck_assert_int_eq(cz2_command_shown(&command, CZ2_ROW_1_18, bytes, sizeof bytes,
						   now), close);
		ck_assert_int_eq(cz2_command_edit(&command, CZ2_ROW_1_18, bytes, sizeof bytes, now,
						  &changed, &problem), CZ2_OK);
		ck_assert_int_eq(changed, !close);
		if (!close)
			ck_assert_int_eq(cz2_clock_read(bytes, sizeof bytes),
					 cz2_clock_read(clock_row, sizeof clock_row) + off);
	}
}
END_TEST

START_TEST(a_clock_goes_round_the_week)
{
	static const uint8_t last[CLOCK_LENGTH] = {0, 1, 18, 6, 23, 59, 59};
	struct cz2_command command = of_clock(0);
	const int64_t week_ms = CZ2_WEEK_SECONDS * INT64_C(1000);

	ck_assert(cz2_command_shown(&command, CZ2_ROW_1_18, last, CLOCK_LENGTH, 3 * week_ms + 1000));
	ck_assert(cz2_command_shown(&command, CZ2_ROW_1_18, last, CLOCK_LENGTH, -1000));
	ck_assert(!cz2_command_shown(&command, CZ2_ROW_1_18, last, CLOCK_LENGTH, 3000));
	ck_assert_int_eq(cz2_clock_ahead(0, CZ2_WEEK_SECONDS - 1), 1);
	ck_assert_int_eq(cz2_clock_ahead(CZ2_WEEK_SECONDS - 1, 0), -1);
	ck_assert_int_eq(cz2_clock_at(0, -1), CZ2_WEEK_SECONDS - 1);
}
END_TEST

START_TEST(every_second_of_the_week_is_read_as_it_was_put)
{
	uint8_t bytes[CLOCK_LENGTH] = {0, 1, 18};
	int every = setting("CZ2_EVERY", 1);

	for (int second = 0; second < CZ2_WEEK_SECONDS; second += every) {
		cz2_clock_put(second, bytes);
		ck_assert_int_eq(cz2_clock_read(bytes, sizeof bytes), second);
	}
}
END_TEST

START_TEST(a_clock_that_makes_no_sense_is_not_written_upon)
{
	static const uint8_t limits[] = {7, 24, 60, 60};
	struct cz2_command command = of_clock(0), nothing;
	struct cz2_problem problem;
	bool changed;

	cz2_command_init(&nothing);
	for (int i = 0; i < 4; i++) {
		uint8_t bytes[CLOCK_LENGTH];

		memcpy(bytes, clock_row, sizeof bytes);
		bytes[3 + i] = limits[i];
		refused(&command, CZ2_ROW_1_18, bytes, sizeof bytes, CZ2_EIMPLAUSIBLE);
		ck_assert(!cz2_command_shown(&command, CZ2_ROW_1_18, bytes, sizeof bytes, 0));
		ck_assert_int_eq(cz2_command_edit(&nothing, CZ2_ROW_1_18, bytes, sizeof bytes, 0,
						  &changed, &problem), CZ2_OK);
		ck_assert(!changed);
	}
	cz2_command_keep_shown(&nothing, CZ2_ROW_1_18, clock_row, CLOCK_LENGTH, 0);
	cz2_command_keep_shown(&command, CZ2_ROW_1_18, clock_row, CLOCK_LENGTH, 0);
	ck_assert(cz2_command_empty(&command));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_day_or_the_clock_is_something,
		a_day_is_touched_by_who_names_it_alone,
		rules_of_a_day_are_looked_at_before_the_panel_is,
		the_same_day_goes_together_when_nothing_in_it_is_contradicted,
		two_days_are_two_turns_and_so_are_two_times,
		a_day_is_edited_in_its_row_and_in_no_other,
		what_a_day_breaks_is_told_with_zone_day_and_period,
		what_makes_no_sense_where_something_is_named_is_not_written_upon,
		of_a_day_that_was_taken_in_part_that_part_is_kept,
		a_clock_that_is_close_is_right_and_any_other_is_set,
		a_clock_goes_round_the_week,
		every_second_of_the_week_is_read_as_it_was_put,
		a_clock_that_makes_no_sense_is_not_written_upon,
		NULL,
	};

	return run_suite("command_program", tests);
}

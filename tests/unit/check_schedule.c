/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days of the panel's program: every byte that can stand in a row, what may be wished, and
 * that nothing but what is named changes.
 */
#include "build.h"

#include <cz2/schedule.h>

#include <string.h>

#include "support.h"

enum { LENGTH = 19, HOUR_BYTE = 3, MINUTE_BYTE = 7, HEAT_BYTE = 11, COOL_BYTE = 15 };

/* 6:00, 8:30, 17:15 and 22:45. */
static const uint8_t row[LENGTH] = {0, 10, 1, 6, 8, 17, 22, 0, 30, 15, 45,
				    68, 62, 68, 60, 78, 82, 78, 80};

static struct cz2_day
nothing(void)
{
	struct cz2_day day;

	cz2_day_clear(&day);
	return day;
}

static struct cz2_day
read_row(const uint8_t *bytes)
{
	struct cz2_day day;

	ck_assert(cz2_day_read(bytes, LENGTH, &day));
	return day;
}

/* Edits a copy of the row, expects no refusal. */
static bool
edit(const struct cz2_day *wish, uint8_t *bytes)
{
	struct cz2_schedule_problem problem;
	bool changed;

	ck_assert_int_eq(cz2_day_edit(wish, bytes, LENGTH, &changed, &problem), CZ2_OK);
	ck_assert(cz2_day_shown(wish, bytes, LENGTH));
	return changed;
}

static void
refused_upon(const uint8_t *before, const struct cz2_day *wish, int error,
	     enum cz2_schedule_fault fault, int period)
{
	struct cz2_schedule_problem problem;
	uint8_t bytes[LENGTH];
	bool changed;

	memcpy(bytes, before, LENGTH);
	ck_assert_int_eq(cz2_day_edit(wish, bytes, LENGTH, &changed, &problem), error);
	ck_assert_int_eq(problem.fault, fault);
	ck_assert_int_eq(problem.period, period);
	ck_assert_mem_eq(bytes, before, LENGTH);
}

static void
refused(const struct cz2_day *wish, int error, enum cz2_schedule_fault fault, int period)
{
	refused_upon(row, wish, error, fault, period);
}

START_TEST(each_zone_and_day_has_a_row_of_its_own)
{
	int zone, day;
	char name[16];

	ck_assert_str_eq(cz2_row_name(cz2_schedule_row(1, 0), name), "10.1");
	ck_assert_str_eq(cz2_row_name(cz2_schedule_row(8, 6), name), "10.56");
	for (int n = 0; n < CZ2_SCHEDULES; n++) {
		ck_assert(cz2_schedule_split((enum cz2_row)(CZ2_ROW_SCHEDULE + n), &zone, &day));
		ck_assert_int_eq(cz2_schedule_row(zone, day), CZ2_ROW_SCHEDULE + n);
	}
	ck_assert(!cz2_schedule_split(CZ2_ROW_9_5, &zone, &day));
	ck_assert(!cz2_schedule_split(CZ2_ROW_COUNT, &zone, &day));
}
END_TEST

START_TEST(a_row_reads_as_its_four_periods)
{
	struct cz2_day day = read_row(row);

	ck_assert_int_eq(day.periods[CZ2_WAKE].start, 6 * 60);
	ck_assert_int_eq(day.periods[CZ2_DAY].start, 8 * 60 + 30);
	ck_assert_int_eq(day.periods[CZ2_EVE].start, 17 * 60 + 15);
	ck_assert_int_eq(day.periods[CZ2_SLEEP].start, 22 * 60 + 45);
	ck_assert_int_eq(day.periods[CZ2_SLEEP].heat, 60);
	ck_assert_int_eq(day.periods[CZ2_SLEEP].cool, 80);
	ck_assert_int_eq(day.periods[CZ2_SLEEP].out, 0);
	ck_assert(!cz2_day_read(row, LENGTH - 1, &day));
	ck_assert_int_eq(day.periods[CZ2_WAKE].start, CZ2_UNKNOWN);
}
END_TEST

/* Whatever stands there: what is not named stays, and what is read is told only if it can be. */
START_TEST(every_byte_is_left_alone_unless_it_is_named)
{
	for (int place = 3; place < LENGTH; place++) {
		for (int value = 0; value <= 255; value++) {
			struct cz2_day wish = nothing();
			uint8_t bytes[LENGTH], before[LENGTH];

			memcpy(bytes, row, LENGTH);
			bytes[place] = (uint8_t)value;
			memcpy(before, bytes, LENGTH);
			ck_assert(!edit(&wish, bytes));
			ck_assert_mem_eq(bytes, before, LENGTH);
		}
	}
}
END_TEST

/* What was read of a row as it is to be asked for: what makes no sense, or is out, is not. */
static struct cz2_day
wish_of(const uint8_t *bytes)
{
	struct cz2_day wish = read_row(bytes);

	for (int period = 0; period < CZ2_PERIODS; period++)
		if (wish.periods[period].out == 1)
			wish.periods[period].heat = wish.periods[period].cool = CZ2_UNKNOWN;
	return wish;
}

static bool
same_where_known(const struct cz2_day *wish, const struct cz2_day *day)
{
	const int16_t *wished = &wish->periods[0].start, *is = &day->periods[0].start;

	for (size_t i = 0; i < sizeof *wish / sizeof *wished; i++)
		if (wished[i] != CZ2_UNKNOWN && wished[i] != is[i])
			return false;
	return true;
}

START_TEST(every_value_of_every_byte_is_written_again_as_it_was_or_refused_with_a_reason)
{
	int written = 0, refusals = 0;

	for (int place = 3; place < LENGTH; place++) {
		for (int value = 0; value <= 255; value++) {
			struct cz2_schedule_problem problem = {.fault = CZ2_FAULT_NONE};
			uint8_t bytes[LENGTH], itself[LENGTH], other[LENGTH];
			struct cz2_day wish, after;
			bool changed = false;

			memcpy(bytes, row, LENGTH);
			memcpy(other, row, LENGTH);
			bytes[place] = (uint8_t)value;
			memcpy(itself, bytes, LENGTH);
			wish = wish_of(bytes);
			if (cz2_day_edit(&wish, itself, LENGTH, &changed, &problem) != CZ2_OK) {
				ck_assert_int_ne(problem.fault, CZ2_FAULT_NONE);
				ck_assert_mem_eq(itself, bytes, LENGTH);
				refusals++;
				continue;
			}
			ck_assert_mem_eq(itself, bytes, LENGTH);
			ck_assert(!changed);
			edit(&wish, other);
			after = read_row(other);
			ck_assert(same_where_known(&wish, &after));
			written++;
		}
	}
	ck_assert_int_gt(written, 1000);
	ck_assert_int_gt(refusals, 1000);
}
END_TEST

START_TEST(a_setpoint_of_either_kind_ends_out)
{
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];

	memcpy(bytes, row, LENGTH);
	bytes[HEAT_BYTE + CZ2_DAY] = 188;
	wish.periods[CZ2_DAY].cool = 80;
	ck_assert(!cz2_day_shown(&wish, bytes, LENGTH));
	ck_assert(edit(&wish, bytes));
	ck_assert_uint_eq(bytes[HEAT_BYTE + CZ2_DAY], 60);
	ck_assert_uint_eq(bytes[COOL_BYTE + CZ2_DAY], 80);

	bytes[HEAT_BYTE + CZ2_DAY] = 0x80; /* nothing sensible lies below */
	refused_upon(bytes, &wish, CZ2_ERANGE, CZ2_FAULT_HEAT, CZ2_DAY);
}
END_TEST

/* Each of what is named counts, and only in a row of the known form. */
START_TEST(a_row_shows_a_wish_when_it_shows_all_of_it)
{
	static const struct cz2_setting wrong[] = {
		{8 * 60, 62, 82, CZ2_UNKNOWN}, {8 * 60 + 30, 61, 82, CZ2_UNKNOWN},
		{8 * 60 + 30, 62, 81, CZ2_UNKNOWN}, {CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 1},
	};
	struct cz2_schedule_problem problem;
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];
	bool changed;

	memcpy(bytes, row, LENGTH);
	wish.periods[CZ2_DAY] = (struct cz2_setting){8 * 60 + 30, 62, 82, CZ2_UNKNOWN};
	ck_assert(cz2_day_shown(&wish, bytes, LENGTH));
	ck_assert(!cz2_day_shown(&wish, bytes, LENGTH - 1));
	ck_assert_int_eq(cz2_day_edit(&wish, bytes, LENGTH - 1, &changed, &problem),
			 CZ2_EUNSUPPORTED);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		wish.periods[CZ2_DAY] = wrong[i];
		ck_assert(!cz2_day_shown(&wish, bytes, LENGTH));
	}
}
END_TEST

/* What can be wished is found again, byte for byte, upon any other row. */
START_TEST(a_day_that_is_read_can_be_written_again)
{
	static const uint8_t other[LENGTH] = {0, 10, 9, 1, 2, 3, 4, 0, 0, 0, 0,
					      0x80 | 68, 0x80 | 60, 50, 50, 70, 70, 70, 70};

	for (int start = 0; start < CZ2_DAY_MINUTES / 4; start += CZ2_START_STEP) {
		for (int heat = 45; heat <= 85; heat++) {
			uint8_t bytes[LENGTH], written[LENGTH];
			struct cz2_day day;

			memcpy(bytes, row, LENGTH);
			memcpy(written, other, LENGTH);
			written[2] = row[2];
			bytes[HOUR_BYTE] = (uint8_t)(start / 60);
			bytes[MINUTE_BYTE] = (uint8_t)(start % 60);
			bytes[HEAT_BYTE] = (uint8_t)heat;
			bytes[COOL_BYTE] = (uint8_t)(heat < 62 ? 64 : heat + 2);
			day = read_row(bytes);
			for (int period = 0; period < CZ2_PERIODS; period++)
				day.periods[period].out = CZ2_UNKNOWN;
			ck_assert(edit(&day, written));
			ck_assert_mem_eq(written, bytes, LENGTH);
		}
	}
}
END_TEST

START_TEST(out_is_written_as_the_constant_that_is_known_to_work)
{
	static const uint8_t constants[CZ2_PERIODS] = {196, 188, 196, 188};

	for (int period = 0; period < CZ2_PERIODS; period++) {
		struct cz2_day wish = nothing();
		uint8_t bytes[LENGTH];

		memcpy(bytes, row, LENGTH);
		wish.periods[period].out = 1;
		ck_assert(edit(&wish, bytes));
		ck_assert_uint_eq(bytes[HEAT_BYTE + period], constants[period]);
		ck_assert_uint_eq(bytes[COOL_BYTE + period], row[COOL_BYTE + period]);
		ck_assert_int_eq(read_row(bytes).periods[period].out, 1);
		ck_assert(!edit(&wish, bytes));
	}
}
END_TEST

START_TEST(out_that_the_panel_wrote_itself_is_not_written_again)
{
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];

	memcpy(bytes, row, LENGTH);
	bytes[HEAT_BYTE] = 0x80 | 55;
	wish.periods[CZ2_WAKE].out = 1;
	ck_assert(!edit(&wish, bytes));
}
END_TEST

START_TEST(out_ends_with_the_setpoint_that_lay_below_it_or_with_a_new_one)
{
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];

	memcpy(bytes, row, LENGTH);
	bytes[HEAT_BYTE] = 196;
	wish.periods[CZ2_WAKE].out = 0;
	ck_assert(edit(&wish, bytes));
	ck_assert_uint_eq(bytes[HEAT_BYTE], 68);

	bytes[HEAT_BYTE] = 196;
	wish = nothing();
	wish.periods[CZ2_WAKE].heat = 70;
	ck_assert(edit(&wish, bytes));
	ck_assert_uint_eq(bytes[HEAT_BYTE], 70);
}
END_TEST

static const struct {
	struct cz2_setting wish;
	int error;
	enum cz2_schedule_fault fault;
} refusals[] = {
	{{8 * 60 + 10, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_START},
	{{24 * 60, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_START},
	{{-15, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_START},
	{{6 * 60, CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_ORDER},
	{{CZ2_UNKNOWN, 44, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_HEAT},
	{{CZ2_UNKNOWN, 86, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_HEAT},
	{{CZ2_UNKNOWN, CZ2_UNKNOWN, 63, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_COOL},
	{{CZ2_UNKNOWN, CZ2_UNKNOWN, 100, CZ2_UNKNOWN}, CZ2_ERANGE, CZ2_FAULT_COOL},
	{{CZ2_UNKNOWN, 70, 71, CZ2_UNKNOWN}, CZ2_EGAP, CZ2_FAULT_GAP},
	{{CZ2_UNKNOWN, 81, CZ2_UNKNOWN, CZ2_UNKNOWN}, CZ2_EGAP, CZ2_FAULT_GAP},
	{{CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN, 2}, CZ2_ERANGE, CZ2_FAULT_OUT},
	{{CZ2_UNKNOWN, 70, CZ2_UNKNOWN, 1}, CZ2_ERANGE, CZ2_FAULT_OUT},
	{{CZ2_UNKNOWN, CZ2_UNKNOWN, 80, 1}, CZ2_ERANGE, CZ2_FAULT_OUT},
};

START_TEST(what_breaks_a_rule_is_refused_whole)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		struct cz2_day wish = nothing();

		wish.periods[CZ2_DAY] = refusals[i].wish;
		wish.periods[CZ2_SLEEP].heat = 59; /* which would do */
		refused(&wish, refusals[i].error, refusals[i].fault, CZ2_DAY);
	}
}
END_TEST

START_TEST(a_period_may_not_be_moved_behind_the_next)
{
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];

	wish.periods[CZ2_DAY].start = 17 * 60 + 15;
	refused(&wish, CZ2_ERANGE, CZ2_FAULT_ORDER, CZ2_EVE);
	wish.periods[CZ2_EVE].start = 17 * 60 + 30;
	memcpy(bytes, row, LENGTH);
	ck_assert(edit(&wish, bytes));
}
END_TEST

START_TEST(a_setpoint_may_change_where_the_starts_make_no_sense)
{
	struct cz2_day wish = nothing();
	uint8_t bytes[LENGTH];

	memcpy(bytes, row, LENGTH);
	bytes[HOUR_BYTE + CZ2_EVE] = 3;
	wish.periods[CZ2_EVE].heat = 66;
	ck_assert(edit(&wish, bytes));
	ck_assert_uint_eq(bytes[HOUR_BYTE + CZ2_EVE], 3);
}
END_TEST

/* What was applied may not be told from a setpoint that the panel does not heed. */
START_TEST(of_a_wish_for_a_period_that_is_out_no_setpoint_is_shown)
{
	struct cz2_day wish = nothing(), shown;
	uint8_t bytes[LENGTH];

	memcpy(bytes, row, LENGTH);
	bytes[HEAT_BYTE + CZ2_EVE] |= 0x80;
	wish.periods[CZ2_EVE] = (struct cz2_setting){17 * 60 + 15, 68, 78, CZ2_UNKNOWN};
	shown = wish;
	cz2_day_keep_shown(&shown, row, LENGTH);
	ck_assert_mem_eq(&shown, &wish, sizeof wish);
	cz2_day_keep_shown(&shown, bytes, LENGTH);
	ck_assert_int_eq(shown.periods[CZ2_EVE].start, 17 * 60 + 15);
	ck_assert_int_eq(shown.periods[CZ2_EVE].heat, CZ2_UNKNOWN);
	ck_assert_int_eq(shown.periods[CZ2_EVE].cool, CZ2_UNKNOWN);
}
END_TEST

START_TEST(the_period_that_rules_is_the_one_that_began_last)
{
	struct cz2_day week[CZ2_DAYS];
	int monday = CZ2_DAY_MINUTES;

	for (int day = 0; day < CZ2_DAYS; day++)
		week[day] = read_row(row);
	ck_assert_int_eq(cz2_schedule_period(week, monday + 6 * 60), 4 + CZ2_WAKE);
	ck_assert_int_eq(cz2_schedule_period(week, monday + 6 * 60 - 1), CZ2_SLEEP);
	ck_assert_int_eq(cz2_schedule_period(week, 0), 6 * 4 + CZ2_SLEEP);
	ck_assert_int_eq(cz2_schedule_period(week, monday + 23 * 60), 4 + CZ2_SLEEP);
	week[3].periods[CZ2_DAY].start = CZ2_UNKNOWN;
	ck_assert_int_eq(cz2_schedule_period(week, monday), -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_zone_and_day_has_a_row_of_its_own,
		a_row_reads_as_its_four_periods,
		every_byte_is_left_alone_unless_it_is_named,
		every_value_of_every_byte_is_written_again_as_it_was_or_refused_with_a_reason,
		a_setpoint_of_either_kind_ends_out,
		a_row_shows_a_wish_when_it_shows_all_of_it,
		a_day_that_is_read_can_be_written_again,
		out_is_written_as_the_constant_that_is_known_to_work,
		out_that_the_panel_wrote_itself_is_not_written_again,
		out_ends_with_the_setpoint_that_lay_below_it_or_with_a_new_one,
		what_breaks_a_rule_is_refused_whole,
		a_period_may_not_be_moved_behind_the_next,
		a_setpoint_may_change_where_the_starts_make_no_sense,
		of_a_wish_for_a_period_that_is_out_no_setpoint_is_shown,
		the_period_that_rules_is_the_one_that_began_last,
		NULL,
	};

	return run_suite("schedule", tests);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's ten-second burst: recognised, foretold, waited for, forgotten.
 */
#include "build.h"

#include "cz2d/bus/rhythm.h"

#include "unit/support.h"

static struct rhythm rhythm;

static void
hear(uint8_t from, uint8_t to, uint8_t function, uint8_t table, uint8_t row, int64_t now)
{
	struct cz2_frame frame = {.source = from,
				  .destination = to,
				  .function = function,
				  .length = function == CZ2_REPLY ? 1 : 4,
				  .payload = {0, table, row}};

	rhythm_heard(&rhythm, &frame, now);
}

/* The captured burst, first byte at start; returns the moment of its last byte. */
static int64_t
burst(int64_t start)
{
	hear(1, 9, CZ2_READ, 9, 1, start + 14);
	hear(9, 1, CZ2_REPLY, 0, 0, start + 66);
	hear(1, 9, CZ2_WRITE, 9, 5, start + 250);
	hear(9, 1, CZ2_REPLY, 0, 0, start + 292);
	return start + 292;
}

START_TEST(a_line_without_bursts_is_always_clear)
{
	rhythm_init(&rhythm);
	ck_assert(!rhythm_known(&rhythm, 5));
	ck_assert_int_eq(rhythm_clear(&rhythm, 300, 5), 5);
	hear(1, 99, CZ2_REPLY, 1, 16, 10);
	ck_assert_int_eq(rhythm_clear(&rhythm, 300, 20), 20);
}
END_TEST

START_TEST(nothing_is_sent_until_a_burst_is_over)
{
	int64_t end;

	rhythm_init(&rhythm);
	hear(1, 9, CZ2_READ, 9, 1, 1000);
	ck_assert_int_gt(rhythm_clear(&rhythm, 100, 1001), 1100);
	end = burst(20000);
	ck_assert_int_ge(rhythm_clear(&rhythm, 100, end), end + 1);
	ck_assert_int_le(rhythm_clear(&rhythm, 100, end), end + 200);
}
END_TEST

START_TEST(others_that_never_pause_do_not_prolong_a_burst)
{
	int64_t end;

	rhythm_init(&rhythm);
	end = burst(20000);
	for (int64_t now = end + 40; now < end + 2000; now += 40)
		hear(9, 11, CZ2_REPLY, 9, 3, now);
	ck_assert_int_le(rhythm_clear(&rhythm, 100, end + 40), end + 200);
	ck_assert_int_eq(rhythm_clear(&rhythm, 100, end + 2000), end + 2000);
}
END_TEST

START_TEST(a_frame_of_others_before_its_last_answer_does_not_end_a_burst)
{
	rhythm_init(&rhythm);
	hear(1, 9, CZ2_READ, 9, 1, 1014);
	hear(1, 9, CZ2_WRITE, 9, 5, 1250);
	hear(11, 9, CZ2_READ, 9, 3, 1270);
	ck_assert_int_gt(rhythm_clear(&rhythm, 100, 1271), 1400);
}
END_TEST

START_TEST(a_request_that_would_meet_the_next_burst_waits_for_its_end)
{
	rhythm_init(&rhythm);
	burst(0);
	burst(10000);
	/* room for 300 ms: at 19,600 it still fits, at 19,800 not */
	ck_assert_int_eq(rhythm_clear(&rhythm, 300, 19600), 19600);
	ck_assert_int_gt(rhythm_clear(&rhythm, 300, 19800), 20000);
	/* a shorter one fits longer */
	ck_assert_int_eq(rhythm_clear(&rhythm, 100, 19800), 19800);
}
END_TEST

START_TEST(a_burst_that_does_not_come_holds_nothing_up_for_long)
{
	rhythm_init(&rhythm);
	burst(0);
	burst(10000);
	ck_assert_int_le(rhythm_clear(&rhythm, 300, 20100), 20300);
	ck_assert_int_eq(rhythm_clear(&rhythm, 300, 20400), 20400);
	ck_assert(rhythm_known(&rhythm, 20400));
}
END_TEST

START_TEST(the_rhythm_is_forgotten_after_three_missed_bursts)
{
	rhythm_init(&rhythm);
	burst(0);
	ck_assert(rhythm_known(&rhythm, 29000));
	ck_assert(!rhythm_known(&rhythm, 31000));
	ck_assert_int_eq(rhythm_clear(&rhythm, 300, 39900), 39900);
}
END_TEST

START_TEST(a_panel_whose_clock_is_off_is_followed)
{
	int64_t start = 0;

	rhythm_init(&rhythm);
	for (int i = 0; i < 40; i++, start += 10200)
		burst(start);
	/* the next one comes at start, not ten seconds after the last */
	ck_assert_int_eq(rhythm_clear(&rhythm, 150, start - 200), start - 200);
	ck_assert_int_gt(rhythm_clear(&rhythm, 150, start - 100), start);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_line_without_bursts_is_always_clear,
		nothing_is_sent_until_a_burst_is_over,
		others_that_never_pause_do_not_prolong_a_burst,
		a_frame_of_others_before_its_last_answer_does_not_end_a_burst,
		a_request_that_would_meet_the_next_burst_waits_for_its_end,
		a_burst_that_does_not_come_holds_nothing_up_for_long,
		the_rhythm_is_forgotten_after_three_missed_bursts,
		a_panel_whose_clock_is_off_is_followed,
		NULL,
	};

	return run_suite("rhythm", tests);
}

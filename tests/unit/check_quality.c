/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is said of the line: percentiles of the newest replies only, and the share of a
 * minute that others take, of what is known of it.
 */
#include "build.h"

#include "cz2d/bus/quality.h"

#include <cz2/frame.h>

#include "support.h"

enum { NOW = 5000000 };

static struct quality quality;

static void
set_up(void)
{
	quality_init(&quality);
	quality_begin(&quality, NOW);
}

static void
tear_down(void)
{
}

START_TEST(without_replies_there_is_nothing_to_say)
{
	ck_assert_int_eq(quality_replies(&quality), 0);
	ck_assert_int_eq(quality_percentile(&quality, 50), -1);
	quality_answered(&quality, -1);
	ck_assert_int_eq(quality_replies(&quality), 0);
}
END_TEST

START_TEST(a_percentile_is_a_time_that_was_seen)
{
	for (int ms = 100; ms >= 1; ms--)
		quality_answered(&quality, ms);
	ck_assert_int_eq(quality_percentile(&quality, 50), 50);
	ck_assert_int_eq(quality_percentile(&quality, 90), 90);
	ck_assert_int_eq(quality_percentile(&quality, 99), 99);
	ck_assert_int_eq(quality_percentile(&quality, 100), 100);
}
END_TEST

START_TEST(one_reply_is_all_of_them)
{
	quality_answered(&quality, 7);
	ck_assert_int_eq(quality_percentile(&quality, 1), 7);
	ck_assert_int_eq(quality_percentile(&quality, 99), 7);
	quality_answered(&quality, INT64_MAX);
	ck_assert_int_eq(quality_percentile(&quality, 99), 60000);
}
END_TEST

START_TEST(old_replies_are_forgotten)
{
	for (int i = 0; i < 300; i++)
		quality_answered(&quality, 250);
	for (int i = 0; i < QUALITY_REPLIES; i++)
		quality_answered(&quality, 5);
	ck_assert_int_eq(quality_replies(&quality), QUALITY_REPLIES);
	ck_assert_int_eq(quality_percentile(&quality, 99), 5);
}
END_TEST

START_TEST(the_share_of_others_is_of_the_last_minute)
{
	for (int second = 0; second < 120; second++)
		quality_heard(&quality, CZ2_BYTES_PER_SECOND / 4, NOW + second * 1000);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW + 119999), 25, 0.1);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW + 149999), 12.5, 0.1);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW + 300000), 0, 0.001);
}
END_TEST

START_TEST(a_young_link_is_judged_by_its_own_age)
{
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW), 0, 0.001);
	quality_heard(&quality, CZ2_BYTES_PER_SECOND, NOW + 500);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW + 10000), 10, 0.1);
	quality_begin(&quality, NOW + 20000);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW + 21000), 0, 0.001);
}
END_TEST

START_TEST(before_there_was_a_link_nobody_talks)
{
	quality_init(&quality);
	ck_assert_double_eq_tol(quality_others_percent(&quality, NOW), 0, 0.001);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		without_replies_there_is_nothing_to_say,
		a_percentile_is_a_time_that_was_seen,
		one_reply_is_all_of_them,
		old_replies_are_forgotten,
		the_share_of_others_is_of_the_last_minute,
		a_young_link_is_judged_by_its_own_age,
		before_there_was_a_link_nobody_talks,
		NULL,
	};

	return run_fixed_suite("quality", tests, set_up, tear_down);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "base/allowance.h"

#include "support.h"

enum { MOST = 3, PAUSE_MS = 100, BEGIN = 5000 };

static struct allowance allowance;

static void
set_up(void)
{
	allowance_init(&allowance, MOST, PAUSE_MS, BEGIN);
}

/* How many are granted at that moment. */
static int
taken(int64_t now)
{
	int count = 0;

	while (allowance_take(&allowance, now))
		count++;
	return count;
}

START_TEST(so_many_are_granted_at_once)
{
	ck_assert_int_eq(taken(BEGIN), MOST);
	ck_assert(!allowance_take(&allowance, BEGIN));
}
END_TEST

START_TEST(each_pause_grants_one_more)
{
	taken(BEGIN);
	ck_assert_int_eq(taken(BEGIN + PAUSE_MS - 1), 0);
	ck_assert_int_eq(taken(BEGIN + PAUSE_MS), 1);
	ck_assert_int_eq(taken(BEGIN + 3 * PAUSE_MS), 2);
}
END_TEST

START_TEST(what_is_left_of_a_pause_counts_for_the_next)
{
	taken(BEGIN);
	ck_assert_int_eq(taken(BEGIN + PAUSE_MS + PAUSE_MS / 2), 1);
	ck_assert_int_eq(taken(BEGIN + 2 * PAUSE_MS), 1);
}
END_TEST

START_TEST(a_long_rest_grants_no_more_than_all)
{
	taken(BEGIN);
	ck_assert_int_eq(taken(BEGIN + 1000 * PAUSE_MS), MOST);
	ck_assert_int_eq(taken(BEGIN + 1001 * PAUSE_MS - 1), 0);
}
END_TEST

START_TEST(the_first_pause_begins_with_the_first_that_is_taken)
{
	int64_t first = BEGIN + PAUSE_MS / 2;

	ck_assert_int_eq(taken(first), MOST);
	ck_assert_int_eq(taken(first + PAUSE_MS - 1), 0);
	ck_assert_int_eq(taken(first + PAUSE_MS), 1);
}
END_TEST

START_TEST(an_earlier_moment_grants_nothing_more)
{
	taken(BEGIN);
	ck_assert_int_eq(taken(BEGIN - 10 * PAUSE_MS), 0);
	ck_assert_int_eq(taken(BEGIN + PAUSE_MS), 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		so_many_are_granted_at_once,
		each_pause_grants_one_more,
		what_is_left_of_a_pause_counts_for_the_next,
		a_long_rest_grants_no_more_than_all,
		the_first_pause_begins_with_the_first_that_is_taken,
		an_earlier_moment_grants_nothing_more,
		NULL,
	};

	return run_fixed_suite("allowance", tests, set_up, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which change of a value is explained by what we wrote, how long, and how often.
 */
#include "build.h"

#include "cz2d/ledger/writes.h"

#include <cz2/command.h>

#include "cz2d/ledger/belief.h"
#include "support.h"

enum { OLD = 60, NAMED = 70, OTHER = 75, SENT = 100000, SOON = 4999, SETTLED = 5000 };

static struct writes writes;
static int slot;

static void
set_up(void)
{
	writes_init(&writes);
	slot = cz2_slot(CZ2_HEAT, 2);
}

static void
add(int value, int64_t time, bool live)
{
	writes_add(&writes, time, live)->at[slot] = (int16_t)value;
}

/* Instead of the old value, shown last then, another one has been shown since. */
static struct belief
doubt(int64_t shown, int64_t since)
{
	struct belief belief;

	belief_init(&belief);
	belief_accept(&belief, OLD, shown);
	belief_weigh(&belief, OTHER, since, INT64_MIN);
	return belief;
}

static bool
may_have_made(int64_t shown, int64_t since)
{
	struct belief belief = doubt(shown, since);

	return writes_may_have_made(&writes, slot, &belief);
}

START_TEST(what_was_named_is_explained_once)
{
	add(NAMED, SENT, true);
	ck_assert(!writes_explain(&writes, slot, OTHER));
	ck_assert(!writes_explain(&writes, cz2_slot(CZ2_HEAT, 1), NAMED));
	ck_assert(writes_explain(&writes, slot, NAMED));
	ck_assert(!writes_explain(&writes, slot, NAMED));
}
END_TEST

START_TEST(what_is_seen_of_a_later_write_ends_the_earlier_ones)
{
	add(NAMED, SENT, true);
	add(OTHER, SENT + 1, true);
	ck_assert(writes_explain(&writes, slot, OTHER));
	ck_assert(!writes_explain(&writes, slot, NAMED));
}
END_TEST

START_TEST(what_is_seen_of_an_earlier_write_leaves_the_later_ones)
{
	add(NAMED, SENT, true);
	add(OTHER, SENT + 1, true);
	ck_assert(writes_explain(&writes, slot, NAMED));
	ck_assert(writes_explain(&writes, slot, OTHER));
}
END_TEST

START_TEST(all_mode_is_explained_whichever_zone_rules)
{
	slot = CZ2_ALL;
	add(CZ2_ALL_ON, SENT, true);
	ck_assert(!writes_explain(&writes, slot, 0));
	ck_assert(writes_explain(&writes, slot, 3));
}
END_TEST

START_TEST(a_write_may_show_for_some_seconds)
{
	add(NAMED, SENT, true);
	writes_expire(&writes, slot, SENT + SOON);
	ck_assert(writes_explain(&writes, slot, NAMED));
	add(NAMED, SENT, true);
	writes_expire(&writes, slot, SENT + SETTLED);
	ck_assert(!writes_explain(&writes, slot, NAMED));
}
END_TEST

START_TEST(the_panel_may_make_something_else_of_it)
{
	ck_assert(!may_have_made(SENT, SENT + 1));
	add(NAMED, SENT, true);
	ck_assert(may_have_made(SENT, SENT + 1));
	ck_assert(may_have_made(SENT - 1, SENT + 10 * SETTLED)); /* nobody had looked */
	ck_assert(may_have_made(SENT + 1, SENT + SOON));
}
END_TEST

START_TEST(what_was_there_before_it_or_came_long_after_it_is_of_others)
{
	add(NAMED, SENT, true);
	ck_assert(!may_have_made(SENT - 2, SENT - 1));
	ck_assert(!may_have_made(SENT + 1, SENT + SETTLED));
	writes_forget(&writes, slot, SENT);
	ck_assert(!may_have_made(SENT, SENT + 1));
}
END_TEST

START_TEST(what_was_written_in_an_earlier_life_is_not_made_into_anything_now)
{
	add(NAMED, SENT, false);
	ck_assert(!may_have_made(SENT, SENT + 1));
	ck_assert(writes_explain(&writes, slot, NAMED));
}
END_TEST

START_TEST(of_too_many_the_oldest_is_forgotten)
{
	for (int i = 0; i < WRITES_MAX; i++)
		add(OLD + i, SENT, true);
	add(OLD + WRITES_MAX, SENT, true);
	add(OLD + WRITES_MAX + 1, SENT, true);
	ck_assert(!writes_explain(&writes, slot, OLD));
	ck_assert(!writes_explain(&writes, slot, OLD + 1));
	ck_assert(writes_explain(&writes, slot, OLD + 2));
}
END_TEST

START_TEST(what_explains_nothing_goes_before_the_oldest)
{
	add(OLD, SENT, true);
	for (int i = 1; i < WRITES_MAX; i++)
		writes_add(&writes, SENT + i, true);
	add(NAMED, SENT + WRITES_MAX, true);
	ck_assert(writes_explain(&writes, slot, OLD));
	ck_assert(writes_explain(&writes, slot, NAMED));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_was_named_is_explained_once,
		what_is_seen_of_a_later_write_ends_the_earlier_ones,
		what_is_seen_of_an_earlier_write_leaves_the_later_ones,
		all_mode_is_explained_whichever_zone_rules,
		a_write_may_show_for_some_seconds,
		the_panel_may_make_something_else_of_it,
		what_was_there_before_it_or_came_long_after_it_is_of_others,
		what_was_written_in_an_earlier_life_is_not_made_into_anything_now,
		of_too_many_the_oldest_is_forgotten,
		what_explains_nothing_goes_before_the_oldest,
		NULL,
	};

	return run_fixed_suite("writes", tests, set_up, NULL);
}

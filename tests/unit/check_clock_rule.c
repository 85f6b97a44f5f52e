/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When the panel's clock is set: single moments, and a year of minutes in a zone with summer
 * time, of a panel whose clock is too slow.
 */
#include "build.h"

#include "cz2d/clock/clock_rule.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cz2/clock.h>

#include "base/host_clock.h"
#include "support.h"

enum {
	SECOND_MS = 1000,
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
	QUARTER = 15 * MINUTE,
	WEDNESDAY = 3 * DAY,
	NEAR = 2 * MINUTE, /* what is promised, */
	CARRY = 30,        /* when it takes so long until it is set */
	NEW_YEAR = 1767225600, /* 2026, UTC */
	YEAR_DAYS = 365,
};

static bool starts[CLOCK_QUARTERS];
static struct clock_memory memory;
static struct clock_view view;

/* Every day the same. */
static void
begin_at(int hour)
{
	for (int day = 0; day < 7; day++)
		starts[(day * DAY + hour * HOUR) / QUARTER] = true;
}

/* Wednesday noon, the panel so many seconds ahead. */
static void
set_up_noon(int ahead)
{
	memset(&memory, 0, sizeof memory);
	memset(starts, 0, sizeof starts);
	begin_at(6);
	begin_at(8);
	begin_at(17);
	begin_at(22);
	view = (struct clock_view){.now = 1, .host = WEDNESDAY + 12 * HOUR,
				   .panel = WEDNESDAY + 12 * HOUR + ahead, .zone = HOUR,
				   .wanted = true, .synchronized = true, .starts = starts};
}

/* Both go on. */
static enum clock_step
look_after(int seconds)
{
	view.now += (int64_t)seconds * SECOND_MS;
	view.host = (view.host + seconds) % WEEK;
	view.panel = (view.panel + seconds) % WEEK;
	return clock_rule(&memory, &view);
}

/* It shows what it was set to. */
static void
carry_out(void)
{
	view.panel = view.host;
}

START_TEST(two_minutes_off_are_left_and_more_is_set)
{
	static const struct {
		int ahead;
		enum clock_step step;
	} cases[] = {{0, CLOCK_REST},	{120, CLOCK_REST}, {-120, CLOCK_REST},
		     {121, CLOCK_SET},	{-121, CLOCK_SET}, {HOUR, CLOCK_SET},
		     {-HOUR, CLOCK_SET}, {3 * DAY, CLOCK_SET}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set_up_noon(cases[i].ahead);
		ck_assert_int_eq(look_after(0), cases[i].step);
	}
}
END_TEST

START_TEST(who_only_wants_to_know_is_told_once_for_each_drift)
{
	set_up_noon(5 * MINUTE);
	view.wanted = false;
	ck_assert_int_eq(look_after(0), CLOCK_TELL);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.panel = view.host + 90; /* better, but not right */
	ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.panel = view.host + 3 * MINUTE;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.panel = view.host;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.panel = view.host + 3 * MINUTE;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_TELL);
}
END_TEST

START_TEST(a_host_whose_own_clock_nobody_keeps_right_sets_none)
{
	set_up_noon(5 * MINUTE);
	view.synchronized = false;
	ck_assert_int_eq(look_after(0), CLOCK_TELL);
	ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.synchronized = true;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_SET);
}
END_TEST

START_TEST(a_drift_is_answered_by_one_write)
{
	set_up_noon(5 * MINUTE);
	ck_assert_int_eq(look_after(0), CLOCK_SET);
	ck_assert_int_eq(look_after(MINUTE), CLOCK_TELL); /* it did not help */
	for (int i = 0; i < 30; i++)
		ck_assert_int_eq(look_after(HOUR), CLOCK_REST);
}
END_TEST

START_TEST(a_clock_that_is_soon_off_again_is_set_once_an_hour_at_most)
{
	int writes = 0;

	set_up_noon(5 * MINUTE);
	for (int minute = 0; minute < 4 * 60; minute++)
		if (look_after(MINUTE) == CLOCK_SET) {
			writes++;
			carry_out();
			look_after(1);
			view.panel += 5 * MINUTE;
		}
	ck_assert_int_eq(writes, 4);
}
END_TEST

START_TEST(summer_time_is_a_reason_of_its_own)
{
	set_up_noon(5 * MINUTE);
	ck_assert_int_eq(look_after(0), CLOCK_SET);
	carry_out();
	ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	view.zone += HOUR;
	view.host += HOUR;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_SET);
}
END_TEST

START_TEST(a_write_that_was_not_tried_may_be_an_hour_later)
{
	set_up_noon(5 * MINUTE);
	ck_assert_int_eq(look_after(0), CLOCK_SET);
	clock_rule_missed(&memory);
	ck_assert_int_eq(look_after(59 * MINUTE), CLOCK_REST);
	ck_assert_int_eq(look_after(MINUTE), CLOCK_SET);
}
END_TEST

START_TEST(nothing_is_set_near_the_start_of_a_period_by_either_clock)
{
	for (int ahead = -30 * MINUTE; ahead <= 30 * MINUTE; ahead += 150) {
		for (int second = 16 * HOUR; second <= 18 * HOUR; second += 20) {
			int start = WEDNESDAY + 17 * HOUR, host = WEDNESDAY + second;
			int panel = host + ahead;
			bool near = abs(host - start) <= NEAR + CARRY ||
				    abs(panel - start) <= NEAR + CARRY ||
				    (host < start) != (panel < start);

			set_up_noon(0);
			view.host = host;
			view.panel = panel;
			ck_assert_msg((look_after(0) == CLOCK_SET) ==
					      (!near && abs(ahead) > 2 * MINUTE),
				      "%d s ahead at %d s", ahead, second);
		}
	}
}
END_TEST

START_TEST(while_the_program_is_not_known_nothing_is_set_and_a_day_later_that_is_told)
{
	set_up_noon(5 * MINUTE);
	view.starts = NULL;
	ck_assert_int_eq(look_after(0), CLOCK_REST);
	ck_assert_int_eq(look_after(23 * HOUR), CLOCK_REST);
	ck_assert_int_eq(look_after(HOUR), CLOCK_TELL);
	view.starts = starts;
	ck_assert_int_eq(look_after(MINUTE), CLOCK_SET);
}
END_TEST

START_TEST(periods_that_follow_each_other_closely_are_waited_for_a_day)
{
	set_up_noon(20 * MINUTE);
	for (int quarter = 0; quarter < CLOCK_QUARTERS; quarter++)
		starts[quarter] = true;
	for (int minute = 0; minute < 24 * 60; minute++)
		ck_assert_int_eq(look_after(MINUTE), CLOCK_REST);
	for (int minute = 0; memory.set == false; minute++) {
		ck_assert_int_lt(minute, 15);
		look_after(MINUTE);
	}
	ck_assert(view.host % QUARTER > NEAR && view.host % QUARTER < QUARTER - NEAR);
}
END_TEST

START_TEST(after_a_power_cut_the_clock_is_set_though_it_skips_days)
{
	set_up_noon(0);
	view.panel = 5 * MINUTE; /* Sunday, as one that began anew */
	ck_assert_int_eq(look_after(0), CLOCK_SET);
}
END_TEST

/* ------------------------------------------------------------------------
 * A year
 */

struct year {
	double panel; /* second of the week that it shows */
	int writes, told;
	int summer;   /* writes of more than half an hour */
	int worst;    /* longest time that it was off, minutes */
};

static bool
is_start(int second)
{
	return second % QUARTER == 0 && starts[second / QUARTER];
}

/* By hand, second by second: no start near either clock, and none between them. */
static void
judge_write(int panel, int host)
{
	int from = cz2_clock_ahead(panel, host) < 0 ? panel : host;
	int span = abs(cz2_clock_ahead(panel, host));

	for (int second = -NEAR; second <= span + NEAR + CARRY; second++)
		ck_assert_msg(!is_start((from + second + WEEK) % WEEK),
			      "from %d to %d over a start", panel, host);
}

static struct year
live_a_year(const char *zone, double drift, bool wanted)
{
	struct year year = {0};
	int off = 0;

	set_up_noon(0);
	setenv("TZ", zone, 1);
	year.panel = (double)host_clock_week_ms((int64_t)NEW_YEAR * 1000000) / SECOND_MS;
	for (int64_t minute = 0; minute < (int64_t)YEAR_DAYS * 24 * 60; minute++) {
		int64_t wall_us = (NEW_YEAR + minute * MINUTE) * INT64_C(1000000);
		enum clock_step step;

		view = (struct clock_view){
			.now = minute * MINUTE * SECOND_MS, .panel = (int)year.panel % WEEK,
			.host = (int)(host_clock_week_ms(wall_us) / SECOND_MS),
			.zone = host_clock_zone_s(wall_us), .wanted = wanted,
			.synchronized = true, .starts = starts};
		step = clock_rule(&memory, &view);
		off = abs(cz2_clock_ahead(view.panel, view.host)) > NEAR ? off + 1 : 0;
		year.worst = off > year.worst ? off : year.worst;
		year.told += step == CLOCK_TELL;
		if (step == CLOCK_SET) {
			judge_write(view.panel, view.host);
			year.writes++;
			year.summer += abs(cz2_clock_ahead(view.panel, view.host)) > 30 * MINUTE;
			year.panel = view.host;
		}
		year.panel += MINUTE * (1 + drift);
	}
	return year;
}

START_TEST(in_a_year_it_is_set_for_each_drift_and_both_changes_of_summer_time)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York",
					    "Australia/Lord_Howe"};
	const double a_second_a_day = 1.0 / DAY;

	for (int seconds = -9; seconds <= 9; seconds += 3) {
		struct year year = live_a_year(zones[0], seconds * a_second_a_day, true);
		/* Each write for a drift needs two minutes of it. */
		int most = abs(seconds) * YEAR_DAYS / NEAR + 2;

		ck_assert_int_eq(year.summer, 2);
		ck_assert_int_ge(year.writes, most - 2);
		ck_assert_int_le(year.writes, most);
		ck_assert_int_eq(year.told, 0);
		ck_assert_int_lt(year.worst, 30);
	}
	ck_assert_int_eq(live_a_year(zones[1], 0, true).writes, 2);
	/* Half an hour of summer time. */
	ck_assert_int_eq(live_a_year(zones[2], 0, true).writes, 2);
	ck_assert_int_eq(live_a_year("UTC", 0, true).writes, 0);
}
END_TEST

START_TEST(in_a_year_who_only_wants_to_know_is_told_of_summer_time_when_it_comes)
{
	struct year year = live_a_year("Europe/Berlin", 0, false);

	ck_assert_int_eq(year.writes, 0);
	ck_assert_int_eq(year.told, 1); /* when it ends the panel is right again */
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		two_minutes_off_are_left_and_more_is_set,
		who_only_wants_to_know_is_told_once_for_each_drift,
		a_host_whose_own_clock_nobody_keeps_right_sets_none,
		a_drift_is_answered_by_one_write,
		a_clock_that_is_soon_off_again_is_set_once_an_hour_at_most,
		summer_time_is_a_reason_of_its_own,
		a_write_that_was_not_tried_may_be_an_hour_later,
		nothing_is_set_near_the_start_of_a_period_by_either_clock,
		while_the_program_is_not_known_nothing_is_set_and_a_day_later_that_is_told,
		periods_that_follow_each_other_closely_are_waited_for_a_day,
		after_a_power_cut_the_clock_is_set_though_it_skips_days,
		in_a_year_it_is_set_for_each_drift_and_both_changes_of_summer_time,
		in_a_year_who_only_wants_to_know_is_told_of_summer_time_when_it_comes,
		NULL,
	};

	return run_suite("clock_rule", tests);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Lines about what changed without a command: what they say, how grave they are, and how many
 * there are of each kind.
 */
#include "build.h"

#include "cz2d/ledger/unexpected_log.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "logged.h"
#include "support.h"

enum { START = 1000, MINUTE = 60000, HOUR = 60 * MINUTE };

static const struct unexpected_finding
	hold = {.zone = 2, .count = 1, .changes = {{CZ2_HOLD, 1, 0}}},
	mode = {.count = 1, .changes = {{CZ2_MODE, 0, 4}}},
	fan = {.count = 1, .changes = {{CZ2_FAN, 0, 1}}},
	turned = {.zone = 3,
		  .cause = UNEXPECTED_WALL,
		  .count = 2,
		  .changes = {{CZ2_HEAT, 68, 71}, {CZ2_TEMPORARY, 0, 1}}},
	daily = {.zone = 1, .scheduled = true, .count = 1, .changes = {{CZ2_HEAT, 68, 70}}};

static struct unexpected_log told;

static void
set_up(void)
{
	logged_begin();
	log_init(LOG_LEVEL_INFO, false);
	unexpected_log_init(&told, START);
}

static void
say(const struct unexpected_finding *finding, int64_t now)
{
	unexpected_log_say(&told, finding, 1, now);
}

/* So many, one after the other; how many have a line. */
static int
say_often(const struct unexpected_finding *finding, int count, int64_t now)
{
	int before = logged_lines("without a command");

	/* Lines that are alike would be counted as one. */
	for (int i = 0; i < count; i++) {
		struct unexpected_finding one = *finding;

		one.zone = i % 8 + 1;
		say(&one, now);
	}
	return logged_lines("without a command") - before;
}

START_TEST(a_line_says_who_and_what)
{
	say(&hold, START);
	say(&mode, START);
	say(&turned, START);
	say(&daily, START);
	ck_assert_str_eq(
		logged(),
		"<4>panel: changed without a command (unknown, maybe somebody at a wall "
		"thermostat): zone 2 hold on -> off\n"
		"<4>panel: changed without a command (unknown, maybe somebody at a wall "
		"thermostat): system_mode Heat -> Off\n"
		"<4>panel: changed without a command (somebody at a wall thermostat): zone 3 "
		"heat_setpoint 68 -> 71, temporary off -> on\n"
		"<6>panel: changed without a command (somebody at a wall thermostat, or a "
		"schedule): zone 1 heat_setpoint 68 -> 70\n");
}
END_TEST

START_TEST(what_happened_together_is_one_line_as_grave_as_the_gravest)
{
	const struct unexpected_finding all[] = {daily, hold, fan};

	unexpected_log_say(&told, all, 3, START);
	ck_assert_str_eq(
		logged(),
		"<4>panel: changed without a command (somebody at a wall thermostat, or a "
		"schedule): zone 1 heat_setpoint 68 -> 70; (unknown, maybe somebody at a wall "
		"thermostat): zone 2 hold on -> off; fan_mode Auto -> On\n");
}
END_TEST

START_TEST(what_is_too_much_for_a_line_is_cut_before_what_counts_the_others)
{
	struct unexpected_finding all[UNEXPECTED_FINDINGS_MAX];

	say_often(&hold, 40, START);
	for (int i = 0; i < UNEXPECTED_FINDINGS_MAX; i++)
		all[i] = (struct unexpected_finding){
			.zone = i,
			.count = UNEXPECTED_CHANGES_MAX,
			.changes = {{CZ2_HEAT, 68, 71},
				    {CZ2_COOL, 76, 80},
				    {CZ2_HOLD, 1, 0},
				    {CZ2_TEMPORARY, 0, 1},
				    {CZ2_OUT, 0, 1}},
		};
	unexpected_log_say(&told, all, UNEXPECTED_FINDINGS_MAX, START + 10 * MINUTE);
	ck_assert_int_eq(logged_lines("...; and 8 more since the last such line; from now on one "
				      "line in 10 minutes about holds and the mode, see cz2ctl "
				      "commands"),
			 1);
	ck_assert_ptr_nonnull(strstr(logged(), "zone 7 heat_setpoint 68 -> 71"));
	ck_assert_ptr_null(strstr(logged(), "zone 8 heat_setpoint"));
}
END_TEST

START_TEST(no_value_is_cut_without_a_mark)
{
	struct unexpected_finding all[7];
	int whole = 0;

	for (int i = 0; i < 7; i++) {
		all[i] = (struct unexpected_finding){.zone = i + 1, .count = UNEXPECTED_CHANGES_MAX};
		for (int change = 0; change < UNEXPECTED_CHANGES_MAX; change++)
			all[i].changes[change] = (struct unexpected_change){CZ2_HEAT, 68, 71};
	}
	all[6].count = 1; /* the room ends somewhere in its last number */
	for (int number = 9; number < 100000000; number = 10 * number + 9) {
		char end[32];

		set_up();
		all[0].zone = all[0].zone % 8 + 1; /* a line that comes again is only counted */
		all[6].changes[0].now = number;
		unexpected_log_say(&told, all, 7, START);
		snprintf(end, sizeof end, "-> %d\n", number);
		if (strstr(logged(), end) != NULL)
			whole++;
		else
			ck_assert_ptr_nonnull(strstr(logged(), "...\n"));
	}
	ck_assert_int_gt(whole, 0);
	ck_assert_int_lt(whole, 8);
}
END_TEST

/* How many lines of a kind there are at once, and the pause until the next one. */
static const struct {
	const struct unexpected_finding *finding;
	int at_once;
	int pause;
	const char *later;
} kinds[] = {
	{&hold, 32, 10 * MINUTE,
	 "; from now on one line in 10 minutes about holds and the mode, see cz2ctl commands"},
	{&mode, 32, 10 * MINUTE, "holds and the mode"},
	{&fan, 4, 4 * HOUR,
	 "; from now on one line in 4 hours about other changes, see cz2ctl commands"},
	{&turned, 4, 4 * HOUR, "other changes"},
	{&daily, 4, 4 * HOUR,
	 "; from now on one line in 4 hours about what schedules do, see cz2ctl commands"},
};

START_TEST(of_each_kind_there_are_some_lines_and_then_one_after_each_pause)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		int64_t end = START + kinds[i].pause;

		set_up();
		ck_assert_int_eq(say_often(kinds[i].finding, 40, START), kinds[i].at_once);
		ck_assert_int_eq(logged_lines(kinds[i].later), 1);
		ck_assert_int_eq(say_often(kinds[i].finding, 1, end - 1), 0);
		ck_assert_int_eq(say_often(kinds[i].finding, 1, end), 1);
	}
}
END_TEST

START_TEST(the_next_line_counts_what_was_left_out)
{
	say_often(&fan, 10, START);
	say(&fan, START + 4 * HOUR);
	ck_assert_int_eq(logged_lines("; and 6 more since the last such line"), 1);
	say(&fan, START + 12 * HOUR);
	ck_assert_int_eq(logged_lines("since the last such line"), 1);
}
END_TEST

START_TEST(no_kind_keeps_another_one_back)
{
	say_often(&fan, 10, START);
	say_often(&daily, 10, START);
	ck_assert_int_eq(say_often(&hold, 1, START), 1);
	ck_assert_int_eq(say_often(&mode, 1, START), 1);
}
END_TEST

START_TEST(what_the_log_does_not_want_uses_nothing_up)
{
	log_set_level(LOG_LEVEL_WARNING);
	ck_assert_int_eq(say_often(&daily, 10, START), 0);
	log_set_level(LOG_LEVEL_INFO);
	ck_assert_int_eq(say_often(&daily, 1, START), 1);
	unexpected_log_sum_up(&told);
	ck_assert_int_eq(logged_lines("not told"), 0);
}
END_TEST

START_TEST(at_the_end_what_was_left_out_is_counted)
{
	say_often(&turned, 10, START);
	say_often(&daily, 5, START);
	unexpected_log_sum_up(&told);
	ck_assert_int_eq(logged_lines("<4>panel: changed without a command and not told here: 6 "
				      "more, among them other changes, see cz2ctl commands"),
			 1);
	ck_assert_int_eq(logged_lines("<6>panel: changed without a command and not told here: 1 "
				      "more, among them what schedules do, see cz2ctl commands"),
			 1);
	unexpected_log_sum_up(&told);
	ck_assert_int_eq(logged_lines("not told"), 2);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_line_says_who_and_what,
		what_happened_together_is_one_line_as_grave_as_the_gravest,
		what_is_too_much_for_a_line_is_cut_before_what_counts_the_others,
		no_value_is_cut_without_a_mark,
		of_each_kind_there_are_some_lines_and_then_one_after_each_pause,
		the_next_line_counts_what_was_left_out,
		no_kind_keeps_another_one_back,
		what_the_log_does_not_want_uses_nothing_up,
		at_the_end_what_was_left_out_is_counted,
		NULL,
	};

	return run_fixed_suite("unexpected_log", tests, set_up, NULL);
}

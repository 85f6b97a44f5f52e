/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What counts as a change that no command asked for, and what does not: rows as they are
 * seen, one after another.
 */
#include "build.h"

#include "cz2d/ledger/unexpected.h"

#include <string.h>

#include "unit/support.h"

enum { ZONES = 3, SOON = 100, LATER = 1000, START = 1000000, MINUTE = 60000 };

static const uint8_t flags_bytes[] = {0, 1, 12, 10, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t setpoint_bytes[] = {0,  1,  16, 76, 76, 76, 76, 76, 76, 76,
					 76, 68, 68, 68, 68, 68, 68, 68, 68};

static struct unexpected *unexpected;
static struct unexpected_finding findings[UNEXPECTED_FINDINGS_MAX];
static struct cz2_image flags, setpoints;
static int64_t now;

static struct cz2_image
image_of(const uint8_t *bytes, size_t length)
{
	struct cz2_image image = {.length = (uint8_t)length, .source = CZ2_SOURCE_POLL};

	memcpy(image.bytes, bytes, length);
	return image;
}

static bool
see(enum cz2_row row, struct cz2_image image)
{
	image.time = now;
	return unexpected_saw(unexpected, row, &image);
}

static void
see_clock(uint8_t day, uint8_t hour, uint8_t minute)
{
	const uint8_t bytes[] = {0, 1, 18, day, hour, minute, 0};

	see(CZ2_ROW_1_18, image_of(bytes, sizeof bytes));
}

/* A poll of both rows, a while after the last; how many findings it brings. */
static int
poll_after(int64_t ms)
{
	now += ms;
	see(CZ2_ROW_1_12, flags);
	see(CZ2_ROW_1_16, setpoints);
	return unexpected_take(unexpected, findings);
}

static void
set_heat(struct cz2_image *image, int zone, int value)
{
	image->bytes[10 + zone] = (uint8_t)value;
}

static void
set_hold(struct cz2_image *image, unsigned zones)
{
	image->bytes[10] = (uint8_t)zones;
}

/* We write a setpoint; what the panel shows is another matter. */
static void
write_heat(int zone, int value)
{
	struct cz2_image after = setpoints;

	set_heat(&after, zone, value);
	unexpected_wrote(unexpected, CZ2_ROW_1_16, &setpoints, &after, now);
}

static void
begin(void)
{
	unexpected = unexpected_new(ZONES);
	flags = image_of(flags_bytes, sizeof flags_bytes);
	setpoints = image_of(setpoint_bytes, sizeof setpoint_bytes);
	now = START;
	see_clock(3, 12, 0);
	ck_assert_int_eq(poll_after(0), 0);
}

static void
end(void)
{
	unexpected = unexpected_free(unexpected);
}

static void
expect_change(const struct unexpected_finding *finding, enum cz2_field field, int old, int value)
{
	for (int i = 0; i < finding->count; i++) {
		const struct unexpected_change *change = &finding->changes[i];

		if (change->field != field)
			continue;
		ck_assert_int_eq(change->old, old);
		ck_assert_int_eq(change->now, value);
		return;
	}
	ck_abort_msg("no change of %s", cz2_field_info(field)->name);
}

START_TEST(a_change_counts_when_it_was_read_again_later)
{
	begin();
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].zone, 2);
	ck_assert_int_eq(findings[0].count, 1);
	ck_assert_int_eq(findings[0].seen, START + SOON);
	ck_assert_int_eq(findings[0].rows[0].before.bytes[12], 68);
	ck_assert_int_eq(findings[0].rows[0].after.bytes[12], 70);
	expect_change(&findings[0], CZ2_HEAT, 68, 70);
	ck_assert_int_eq(poll_after(LATER), 0);
	end();
}
END_TEST

START_TEST(one_old_reply_is_no_change)
{
	begin();
	write_heat(2, 70);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	set_heat(&setpoints, 2, 68);
	ck_assert_int_eq(poll_after(SOON), 0);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(LATER), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
	end();
}
END_TEST

START_TEST(who_looks_is_asked_to_look_again)
{
	begin();
	ck_assert(!see(CZ2_ROW_1_16, setpoints));
	set_heat(&setpoints, 2, 70);
	now += SOON;
	ck_assert(see(CZ2_ROW_1_16, setpoints));
	end();
}
END_TEST

START_TEST(a_write_explains_its_value_once)
{
	begin();
	write_heat(2, 70);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	set_heat(&setpoints, 2, 68);
	ck_assert_int_eq(poll_after(LATER), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 70, 68);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(LATER), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 68, 70);
	end();
}
END_TEST

START_TEST(a_write_that_shows_after_an_hour_of_silence_is_ours)
{
	begin();
	write_heat(2, 70);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(60 * MINUTE), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
	end();
}
END_TEST

START_TEST(a_write_that_was_not_kept_explains_nothing_later)
{
	begin();
	write_heat(2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	ck_assert_int_eq(poll_after(MINUTE), 1);
	end();
}
END_TEST

START_TEST(what_the_panel_makes_of_our_write_is_not_unexpected)
{
	begin();
	write_heat(2, 84);
	set_heat(&setpoints, 2, 80);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	end();
}
END_TEST

START_TEST(holds_that_vanish_together_are_a_restart)
{
	begin();
	set_hold(&flags, 7);
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 3);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	set_hold(&flags, 0);
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 3);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_RESTARTED);
	ck_assert(!findings[0].scheduled);
	end();
}
END_TEST

/* What the clock shows five minutes after Wednesday noon, and whether that is a restart. */
static const struct {
	uint8_t day, hour, minute;
	bool restarted;
} clocks[] = {
	{3, 12, 5, false}, {3, 12, 2, false}, {3, 12, 7, false}, {3, 12, 0, true},
	{3, 11, 5, true},  {0, 0, 1, true},   {3, 13, 5, false}, {9, 0, 0, true},
};

START_TEST(a_clock_that_went_back_or_began_anew_is_a_restart)
{
	for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		begin();
		set_hold(&flags, 1);
		poll_after(5 * MINUTE);
		see_clock(clocks[i].day, clocks[i].hour, clocks[i].minute);
		ck_assert_int_eq(poll_after(LATER), 1);
		ck_assert_msg((findings[0].cause == UNEXPECTED_RESTARTED) == clocks[i].restarted,
			      "clock %zu", i);
		end();
	}
}
END_TEST

START_TEST(who_was_heard_writing_the_row_is_the_cause)
{
	begin();
	now += SOON;
	unexpected_disturbed(unexpected, CZ2_ROW_1_12, now);
	set_hold(&flags, 2);
	poll_after(SOON);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_CLIENT);
	set_hold(&flags, 3);
	poll_after(MINUTE);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(a_schedule_may_change_what_nothing_holds)
{
	begin();
	set_heat(&setpoints, 2, 62);
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert(findings[0].scheduled);
	set_hold(&flags, 2);
	set_heat(&setpoints, 2, 63);
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert(!findings[0].scheduled);
	set_heat(&setpoints, 2, 64);
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert(!findings[0].scheduled);
	end();
}
END_TEST

START_TEST(what_is_not_ours_to_watch_is_left_alone)
{
	begin();
	set_heat(&setpoints, ZONES + 1, 62);
	flags.bytes[6] = 1; /* the effective mode */
	flags.bytes[4] = 99; /* no mode at all */
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 0);
	end();
}
END_TEST

START_TEST(commands_since_the_rows_were_kept_are_known_after_a_restart)
{
	struct cz2_command delivered, doubtful;

	begin();
	cz2_command_init(&delivered);
	cz2_command_init(&doubtful);
	cz2_command_set(&delivered, CZ2_HEAT, 1, 60);
	cz2_command_set(&delivered, CZ2_ALL, 0, CZ2_ALL_ON);
	cz2_command_set(&doubtful, CZ2_HEAT, 2, 61);
	unexpected_delivered(unexpected, &delivered, now);
	unexpected_doubtful(unexpected, &doubtful, now);
	set_heat(&setpoints, 1, 63);
	set_heat(&setpoints, 2, 61);
	flags.bytes[15] = 2;
	poll_after(LATER);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].zone, 1);
	expect_change(&findings[0], CZ2_HEAT, 60, 63);
	end();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_change_counts_when_it_was_read_again_later,
		one_old_reply_is_no_change,
		who_looks_is_asked_to_look_again,
		a_write_explains_its_value_once,
		a_write_that_shows_after_an_hour_of_silence_is_ours,
		a_write_that_was_not_kept_explains_nothing_later,
		what_the_panel_makes_of_our_write_is_not_unexpected,
		holds_that_vanish_together_are_a_restart,
		a_clock_that_went_back_or_began_anew_is_a_restart,
		who_was_heard_writing_the_row_is_the_cause,
		a_schedule_may_change_what_nothing_holds,
		what_is_not_ours_to_watch_is_left_alone,
		commands_since_the_rows_were_kept_are_known_after_a_restart,
		NULL,
	};

	return run_suite("unexpected", tests);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What counts as a change that no command asked for, and what does not: rows as they are
 * seen, one after another.
 */
#include "build.h"

#include "cz2d/ledger/unexpected.h"

#include <string.h>

#include <cz2/exchange.h>
#include <cz2/schedule.h>

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

/* What a refresh that ends brings. */
static int
take(void)
{
	return unexpected_waits(unexpected, now) ? 0 : unexpected_take(unexpected, findings);
}

/* A poll of both rows, a while after the last; how many findings it brings. */
static int
poll_after(int64_t ms)
{
	now += ms;
	see(CZ2_ROW_1_12, flags);
	see(CZ2_ROW_1_16, setpoints);
	return take();
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
begin_at(uint8_t hour, uint8_t minute)
{
	unexpected = unexpected_new(ZONES);
	flags = image_of(flags_bytes, sizeof flags_bytes);
	setpoints = image_of(setpoint_bytes, sizeof setpoint_bytes);
	now = START;
	see_clock(3, hour, minute);
	ck_assert_int_eq(poll_after(0), 0);
}

/* Wednesday noon. */
static void
begin(void)
{
	begin_at(12, 0);
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

/* The first one has so many changes, which are said to be of that cause. */
static void
expect_finding(int changes, enum unexpected_cause cause)
{
	ck_assert_int_eq(findings[0].count, changes);
	ck_assert_int_eq(findings[0].cause, cause);
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

/* A hand that turns the setpoint some time after a command of ours is told. */
static void
expect_hand_after_command(void)
{
	set_heat(&setpoints, 2, 75);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].changes[0].now, 75);
	end();
}

START_TEST(a_hand_after_what_the_panel_made_of_our_write_is_told)
{
	begin();
	write_heat(2, 84);
	set_heat(&setpoints, 2, 80);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
	expect_hand_after_command();
}
END_TEST

START_TEST(a_hand_soon_after_it_that_turns_to_what_we_had_named_is_told)
{
	begin();
	write_heat(2, 84);
	set_heat(&setpoints, 2, 80);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
	set_heat(&setpoints, 2, 84);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 80, 84);
	end();
}
END_TEST

START_TEST(a_hand_after_two_writes_of_ours_is_told)
{
	begin();
	write_heat(2, 70);
	now += SOON;
	write_heat(2, 72);
	set_heat(&setpoints, 2, 72);
	ck_assert_int_eq(poll_after(SOON), 0);
	expect_hand_after_command();
}
END_TEST

START_TEST(a_hand_after_a_write_that_was_not_kept_is_told)
{
	begin();
	write_heat(2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	expect_hand_after_command();
}
END_TEST

START_TEST(a_hand_before_our_write_is_told)
{
	begin();
	set_heat(&setpoints, 2, 75);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	now += SOON;
	write_heat(2, 70);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 68, 75);
	end();
}
END_TEST

START_TEST(what_the_panel_makes_of_a_write_in_silence_is_ours)
{
	begin();
	write_heat(2, 84);
	set_heat(&setpoints, 2, 80);
	ck_assert_int_eq(poll_after(60 * MINUTE), 0);
	ck_assert_int_eq(poll_after(LATER), 0);
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

/* ------------------------------------------------------------------------
 * Schedules, and hands at the wall
 */

/* Every day: 6:00 70/76, 8:00 62/80, 17:00 out, 22:00 60/78. */
static const uint8_t day_bytes[] = {0,  10, 0,  6,  8,	  17, 22, 0,  0,  0,
				    0,  70, 62, 196, 60, 76, 80, 76, 78};

static void
see_weeks(void)
{
	for (int zone = 1; zone <= ZONES; zone++)
		for (int day = 0; day < CZ2_DAYS; day++) {
			struct cz2_image row = image_of(day_bytes, sizeof day_bytes);

			row.bytes[2] = (uint8_t)(7 * (zone - 1) + day + 1);
			see(cz2_schedule_row(zone, day), row);
		}
}

/* Wednesday, so many minutes before a period begins. */
static void
begin_before(uint8_t hour, int minutes)
{
	begin_at((uint8_t)(hour - 1), (uint8_t)(60 - minutes));
	see_weeks();
}

static void
set_pair(int zone, int heat, int cool)
{
	set_heat(&setpoints, zone, heat);
	setpoints.bytes[2 + zone] = (uint8_t)cool;
}

static void
set_mask(unsigned byte, unsigned zones)
{
	flags.bytes[byte] = (uint8_t)zones;
}

enum { TEMPORARY_BYTE = 9, OUT_BYTE = 12 };

/* Polls until what was changed is found; what it is said to be. */
static enum unexpected_cause
cause_after(int64_t ms)
{
	poll_after(ms);
	ck_assert_int_gt(poll_after(LATER), 0);
	return findings[0].cause;
}

START_TEST(what_stays_temporary_was_not_changed_by_a_schedule)
{
	begin();
	set_mask(TEMPORARY_BYTE, 2);
	set_heat(&setpoints, 2, 70);
	cause_after(SOON);
	set_heat(&setpoints, 2, 72);
	cause_after(SOON);
	ck_assert(!findings[0].scheduled);
	set_heat(&setpoints, 2, 68);
	set_mask(TEMPORARY_BYTE, 0);
	cause_after(SOON);
	ck_assert(findings[0].scheduled);
	end();
}
END_TEST

START_TEST(a_period_that_left_the_zone_so_is_named)
{
	begin_before(8, 1);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(MINUTE + SOON), UNEXPECTED_PERIOD);
	ck_assert_int_eq(findings[0].zone, 2);
	ck_assert(findings[0].scheduled);
	end();
}
END_TEST

START_TEST(a_period_that_has_not_begun_yet_is_not_named)
{
	begin_before(8, 3);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(MINUTE), UNEXPECTED_UNKNOWN);
	ck_assert(findings[0].scheduled);
	end();
}
END_TEST

START_TEST(a_period_that_began_before_the_last_look_is_not_named)
{
	begin_before(8, 1);
	poll_after(3 * MINUTE);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(MINUTE), UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(other_setpoints_than_those_of_the_period_are_not_its_doing)
{
	begin_before(8, 1);
	set_pair(2, 63, 80);
	ck_assert_int_eq(cause_after(MINUTE + SOON), UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(without_the_whole_week_no_period_is_named)
{
	struct cz2_image nonsense = image_of(day_bytes, sizeof day_bytes);

	begin_before(8, 1);
	nonsense.bytes[3] = 99;
	now += SOON;
	see(cz2_schedule_row(2, 6), nonsense);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(MINUTE + SOON), UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(a_period_ends_temporary_setpoints)
{
	begin_before(8, 1);
	set_mask(TEMPORARY_BYTE, 2);
	set_pair(2, 62, 80); /* as the next period will have it */
	cause_after(SOON);
	set_mask(TEMPORARY_BYTE, 0);
	ck_assert_int_eq(cause_after(MINUTE + SOON), UNEXPECTED_PERIOD);
	end();
}
END_TEST

START_TEST(a_period_changes_no_zone_in_hold_and_ends_no_hold)
{
	begin_before(8, 2);
	set_hold(&flags, 2);
	cause_after(SOON);
	set_hold(&flags, 0);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(2 * MINUTE), UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(a_period_may_end_a_hold_together_with_temporary)
{
	begin_before(8, 2);
	set_hold(&flags, 2);
	set_mask(TEMPORARY_BYTE, 2);
	cause_after(SOON);
	set_hold(&flags, 0);
	set_mask(TEMPORARY_BYTE, 0);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(2 * MINUTE), UNEXPECTED_PERIOD);
	end();
}
END_TEST

START_TEST(a_period_in_which_nobody_is_there_sets_out_and_no_setpoint)
{
	for (int heat = 68; heat <= 70; heat += 2) {
		begin_before(17, 1);
		set_mask(OUT_BYTE, 2);
		set_heat(&setpoints, 2, heat);
		ck_assert_int_eq(cause_after(MINUTE + SOON),
				 heat == 68 ? UNEXPECTED_PERIOD : UNEXPECTED_UNKNOWN);
		end();
	}
}
END_TEST

START_TEST(of_all_that_began_in_a_long_silence_the_last_period_counts)
{
	begin_before(8, 1);
	set_pair(2, 60, 78);
	ck_assert_int_eq(cause_after(15 * 60 * MINUTE), UNEXPECTED_PERIOD);
	end();
}
END_TEST

START_TEST(a_clock_that_was_set_on_begins_periods_too)
{
	begin_before(8, 30);
	now += SOON;
	unexpected_disturbed(unexpected, CZ2_ROW_1_18, now);
	set_pair(2, 62, 80);
	poll_after(SOON);
	see_clock(3, 8, 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_PERIOD);
	end();
}
END_TEST

START_TEST(a_clock_that_we_set_back_is_no_restart)
{
	const uint8_t noon[] = {0, 1, 18, 3, 12, 0, 0}, ten[] = {0, 1, 18, 3, 10, 0, 0};
	struct cz2_image before = image_of(noon, sizeof noon);
	struct cz2_image after = image_of(ten, sizeof ten);

	begin();
	now += SOON;
	unexpected_wrote(unexpected, CZ2_ROW_1_18, &before, &after, now);
	set_hold(&flags, 2);
	poll_after(SOON);
	see_clock(3, 10, 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

/* What a zone without hold turns into, and whether only a hand does that. */
static const struct {
	int heat;
	unsigned temporary, hold, out;
	bool wall;
} hands[] = {
	{71, 2, 0, 0, true},  {71, 0, 2, 0, true},  {68, 2, 0, 0, false}, {68, 0, 2, 0, false},
	{71, 0, 0, 0, false}, {71, 2, 0, 2, false}, {71, 2, 2, 0, false},
};

START_TEST(a_setpoint_that_is_held_since_was_turned_at_the_wall)
{
	for (size_t i = 0; i < sizeof hands / sizeof hands[0]; i++) {
		begin();
		set_heat(&setpoints, 2, hands[i].heat);
		set_mask(TEMPORARY_BYTE, hands[i].temporary);
		set_hold(&flags, hands[i].hold);
		set_mask(OUT_BYTE, hands[i].out);
		ck_assert_msg((cause_after(MINUTE) == UNEXPECTED_WALL) == hands[i].wall,
			      "hand %zu", i);
		ck_assert(!hands[i].wall || !findings[0].scheduled);
		end();
	}
}
END_TEST

/* What a zone turns into amid a period of 62/80, and what is said to have done it. */
static const struct {
	int heat, cool;
	unsigned temporary, hold;
	enum unexpected_cause cause;
} hands_amid_period[] = {
	{62, 80, 0, 2, UNEXPECTED_UNKNOWN}, /* came back to its program, and was held then */
	{62, 85, 2, 0, UNEXPECTED_UNKNOWN}, /* was turned behind it */
	{71, 80, 2, 0, UNEXPECTED_UNKNOWN},
	{71, 76, 2, 0, UNEXPECTED_WALL},
	{71, 76, 0, 2, UNEXPECTED_WALL},
};

START_TEST(what_the_program_may_have_set_was_not_turned)
{
	for (size_t i = 0; i < sizeof hands_amid_period / sizeof hands_amid_period[0]; i++) {
		begin();
		see_weeks();
		poll_after(MINUTE);
		set_pair(2, hands_amid_period[i].heat, hands_amid_period[i].cool);
		set_mask(TEMPORARY_BYTE, hands_amid_period[i].temporary);
		set_hold(&flags, hands_amid_period[i].hold);
		ck_assert_int_eq(cause_after(SOON), hands_amid_period[i].cause);
		end();
	}
}
END_TEST

START_TEST(a_period_without_setpoints_explains_none)
{
	begin_at(18, 0); /* out, with 76 in its cool byte */
	see_weeks();
	set_pair(2, 68, 80);
	cause_after(MINUTE);
	set_pair(2, 68, 76);
	set_mask(TEMPORARY_BYTE, 2);
	ck_assert_int_eq(cause_after(SOON), UNEXPECTED_WALL);
	end();
}
END_TEST

/* The schedule takes a setpoint back; then somebody turns it, who is not sure yet. */
START_TEST(a_flag_in_doubt_makes_no_hand_of_a_schedule)
{
	begin();
	set_heat(&setpoints, 2, 71);
	ck_assert_int_eq(poll_after(MINUTE), 0);
	set_mask(TEMPORARY_BYTE, 2);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 68, 71);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

enum {
	LOOK_MS = 450,
	ROW_MS = 30,
	LOOKS_UNTIL_RIPE = 3, /* of the same value */
	LOOKS_WAITED = 2 * CZ2_LATE_MS / (LOOK_MS + ROW_MS) + 1,
};

/* One look at both rows, which takes its time; how many findings it brings. */
static int
look(void)
{
	now += LOOK_MS;
	see(CZ2_ROW_1_12, flags);
	now += ROW_MS;
	see(CZ2_ROW_1_16, setpoints);
	return take();
}

/* Two looks bring nothing, the third one brings so many findings. */
static void
expect_third_look(int count)
{
	ck_assert_int_eq(look(), 0);
	ck_assert_int_eq(look(), 0);
	ck_assert_int_eq(look(), count);
}

/* The flag of one zone, which was read already, and the setpoint of another, which was not. */
static void
change_between_rows(int flagged, int turned)
{
	begin();
	now += MINUTE;
	see(CZ2_ROW_1_12, flags);
	set_mask(TEMPORARY_BYTE, 1u << (flagged - 1));
	set_heat(&setpoints, turned, 71);
	now += ROW_MS;
	see(CZ2_ROW_1_16, setpoints);
	ck_assert_int_eq(take(), 0);
}

static void
turn_between_rows(void)
{
	change_between_rows(2, 2);
}

START_TEST(a_hand_between_the_rows_of_a_look_is_one_record)
{
	turn_between_rows();
	expect_third_look(1);
	expect_finding(2, UNEXPECTED_WALL);
	expect_change(&findings[0], CZ2_TEMPORARY, 0, 1);
	end();
}
END_TEST

START_TEST(a_setpoint_that_is_being_turned_is_waited_for)
{
	begin();
	set_mask(TEMPORARY_BYTE, 2);
	set_heat(&setpoints, 2, 70);
	ck_assert_int_eq(look(), 0);
	set_heat(&setpoints, 2, 71);
	expect_third_look(1);
	expect_finding(2, UNEXPECTED_WALL);
	end();
}
END_TEST

/* Whose flag it is cannot be told by a setpoint that is another at each look. */
START_TEST(what_stays_in_doubt_is_not_waited_for_without_end)
{
	int count = 0;

	begin();
	set_mask(TEMPORARY_BYTE, 2);
	for (int looks = 1; looks <= LOOKS_UNTIL_RIPE + LOOKS_WAITED; looks++) {
		ck_assert_int_eq(count, 0);
		set_heat(&setpoints, 2, 68 + looks);
		count = look();
	}
	ck_assert_int_eq(count, 1);
	expect_finding(1, UNEXPECTED_UNKNOWN);
	expect_change(&findings[0], CZ2_TEMPORARY, 0, 1);
	end();
}
END_TEST

/* Its flag was read after the setpoint had changed, and was not set. */
START_TEST(what_did_not_happen_at_once_is_no_hand)
{
	begin();
	set_heat(&setpoints, 2, 71);
	poll_after(MINUTE);
	now += ROW_MS;
	see(CZ2_ROW_1_12, flags);
	set_mask(TEMPORARY_BYTE, 2);
	now += LATER;
	see(CZ2_ROW_1_12, flags);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_finding(2, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(what_is_taken_early_has_no_cause)
{
	turn_between_rows();
	look();
	look();
	ck_assert(unexpected_waits(unexpected, now));
	ck_assert_int_eq(unexpected_take(unexpected, findings), 1);
	expect_finding(1, UNEXPECTED_UNKNOWN);
	expect_change(&findings[0], CZ2_HEAT, 68, 71);
	end();
}
END_TEST

/* As a period leaves it; but somebody may have turned it so, and holds it since. */
START_TEST(what_may_have_more_to_it_is_not_judged)
{
	begin_before(8, 1);
	now += MINUTE;
	see(CZ2_ROW_1_12, flags);
	set_mask(TEMPORARY_BYTE, 2);
	set_pair(2, 62, 80);
	now += ROW_MS;
	see(CZ2_ROW_1_16, setpoints);
	look();
	look();
	ck_assert_int_eq(unexpected_take(unexpected, findings), 1);
	expect_finding(2, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(what_happened_later_does_not_hide_a_period)
{
	begin_before(8, 1);
	set_pair(2, 62, 80);
	poll_after(MINUTE + SOON);
	set_mask(TEMPORARY_BYTE, 2);
	ck_assert_int_eq(poll_after(LATER), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_PERIOD);
	end();
}
END_TEST

/* The next look finds the flag when the setpoint is beyond doubt already. */
START_TEST(a_hand_is_one_record_though_the_next_look_is_late)
{
	turn_between_rows();
	now += MINUTE;
	expect_third_look(1);
	expect_finding(2, UNEXPECTED_WALL);
	end();
}
END_TEST

START_TEST(a_row_that_shows_that_a_finding_is_over_is_noticed)
{
	struct cz2_image back;

	turn_between_rows();
	look();
	ck_assert_int_eq(look(), 0);
	now += LOOK_MS;
	see(CZ2_ROW_1_12, flags);
	back = setpoints;
	back.time = now;
	ck_assert(!unexpected_contradicts(unexpected, CZ2_ROW_1_16, &back));
	set_heat(&back, 2, 68);
	ck_assert(unexpected_contradicts(unexpected, CZ2_ROW_1_16, &back));
	set_heat(&back, 2, 255); /* not plausible */
	ck_assert(!unexpected_contradicts(unexpected, CZ2_ROW_1_16, &back));
	back.time = START;
	set_heat(&back, 2, 68);
	ck_assert(!unexpected_contradicts(unexpected, CZ2_ROW_1_16, &back));
	end();
}
END_TEST

START_TEST(others_are_taken_together_with_what_is_waited_for)
{
	turn_between_rows();
	set_heat(&setpoints, 3, 71);
	expect_third_look(2);
	end();
}
END_TEST

START_TEST(a_zone_does_not_wait_for_another)
{
	change_between_rows(2, 3);
	ck_assert_int_eq(look(), 0);
	ck_assert_int_eq(look(), 1);
	ck_assert_int_eq(findings[0].zone, 3);
	end();
}
END_TEST

/* One by one, while something else is waited for. */
START_TEST(holds_that_are_let_go_one_by_one_are_no_restart)
{
	begin();
	set_hold(&flags, 3);
	poll_after(LATER);
	poll_after(LATER);
	set_hold(&flags, 1);
	now += MINUTE;
	see(CZ2_ROW_1_12, flags);
	set_mask(TEMPORARY_BYTE, 4);
	set_heat(&setpoints, 3, 71);
	now += ROW_MS;
	see(CZ2_ROW_1_16, setpoints);
	set_hold(&flags, 0);
	expect_third_look(3);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	ck_assert_int_eq(findings[1].cause, UNEXPECTED_UNKNOWN);
	ck_assert_int_eq(findings[2].cause, UNEXPECTED_WALL);
	end();
}
END_TEST

START_TEST(a_client_is_blamed_for_the_row_that_it_wrote_only)
{
	begin();
	now += SOON;
	unexpected_disturbed(unexpected, CZ2_ROW_1_12, now);
	set_hold(&flags, 1);
	set_heat(&setpoints, 2, 71);
	poll_after(SOON);
	ck_assert_int_eq(poll_after(LATER), 2);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_CLIENT);
	ck_assert_int_eq(findings[1].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

/* A client that writes row by row, and zone by zone, while what it wrote is waited for. */
START_TEST(a_client_that_writes_on_is_not_forgotten)
{
	begin();
	now += SOON;
	unexpected_disturbed(unexpected, CZ2_ROW_1_16, now);
	set_heat(&setpoints, 2, 71);
	ck_assert_int_eq(look(), 0);
	unexpected_disturbed(unexpected, CZ2_ROW_1_12, now);
	set_hold(&flags, 2);
	ck_assert_int_eq(look(), 0);
	ck_assert_int_eq(look(), 0);
	unexpected_disturbed(unexpected, CZ2_ROW_1_16, now);
	unexpected_disturbed(unexpected, CZ2_ROW_1_12, now);
	set_heat(&setpoints, 3, 71);
	set_hold(&flags, 6);
	ck_assert_int_eq(look(), 1);
	expect_finding(2, UNEXPECTED_CLIENT);
	end();
}
END_TEST

/* It was read when it had been turned already; nobody knows whether it is held. */
START_TEST(what_was_not_read_since_may_belong_to_it)
{
	begin_before(8, 1);
	set_pair(2, 62, 80);
	now += MINUTE;
	for (int reads = 0; reads < 3; reads++) {
		now += LOOK_MS;
		see(CZ2_ROW_1_16, setpoints);
	}
	ck_assert(unexpected_waits(unexpected, now));
	ck_assert_int_eq(unexpected_take(unexpected, findings), 1);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(what_somebody_did_unheard_is_no_hand)
{
	begin();
	unexpected_deaf(unexpected, now + MINUTE);
	set_mask(TEMPORARY_BYTE, 2);
	set_heat(&setpoints, 2, 71);
	ck_assert_int_eq(cause_after(2 * MINUTE), UNEXPECTED_UNKNOWN);
	set_mask(TEMPORARY_BYTE, 6);
	set_heat(&setpoints, 3, 71);
	ck_assert_int_eq(cause_after(MINUTE), UNEXPECTED_WALL);
	end();
}
END_TEST

START_TEST(a_doubt_ends_with_a_value_that_cannot_be)
{
	struct cz2_image shown;

	begin();
	now += SOON;
	shown = setpoints;
	set_heat(&shown, 2, 71);
	ck_assert(see(CZ2_ROW_1_16, shown));
	now += SOON;
	set_heat(&shown, 2, 255);
	ck_assert(!see(CZ2_ROW_1_16, shown));
	end();
}
END_TEST

/* Zone 3 is held half a second after zone 2, which is taken meanwhile. */
START_TEST(what_was_before_shows_nothing_that_came_with_it)
{
	begin();
	set_hold(&flags, 2);
	look();
	set_hold(&flags, 6);
	look();
	ck_assert_int_eq(look(), 1);
	ck_assert_int_eq(look(), 1);
	ck_assert_int_eq(findings[0].zone, 3);
	ck_assert_int_eq(findings[0].rows[0].before.bytes[10] & 4, 0);
	ck_assert_int_eq(findings[0].rows[0].after.bytes[10], 6);
	end();
}
END_TEST

START_TEST(each_zone_has_its_own_cause)
{
	begin_before(8, 1);
	set_pair(1, 62, 80);
	set_pair(2, 71, 76);
	set_mask(TEMPORARY_BYTE, 2);
	set_pair(3, 66, 76);
	poll_after(MINUTE + SOON);
	ck_assert_int_eq(poll_after(LATER), 3);
	ck_assert_int_eq(findings[0].cause, UNEXPECTED_PERIOD);
	ck_assert_int_eq(findings[1].cause, UNEXPECTED_WALL);
	ck_assert_int_eq(findings[2].cause, UNEXPECTED_UNKNOWN);
	end();
}
END_TEST

START_TEST(a_client_that_was_heard_goes_before_what_only_fits)
{
	begin_before(8, 1);
	now += MINUTE;
	unexpected_disturbed(unexpected, CZ2_ROW_1_16, now);
	set_pair(2, 62, 80);
	ck_assert_int_eq(cause_after(SOON), UNEXPECTED_CLIENT);
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

START_TEST(a_hand_after_a_command_of_before_a_restart_is_told)
{
	struct cz2_command doubtful;

	begin();
	cz2_command_init(&doubtful);
	cz2_command_set(&doubtful, CZ2_HEAT, 2, 61);
	unexpected_doubtful(unexpected, &doubtful, now);
	set_heat(&setpoints, 2, 75);
	ck_assert_int_eq(poll_after(SOON), 0);
	ck_assert_int_eq(poll_after(LATER), 1);
	expect_change(&findings[0], CZ2_HEAT, 68, 75);
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
		a_hand_after_what_the_panel_made_of_our_write_is_told,
		a_hand_soon_after_it_that_turns_to_what_we_had_named_is_told,
		a_hand_after_two_writes_of_ours_is_told,
		a_hand_after_a_write_that_was_not_kept_is_told,
		a_hand_before_our_write_is_told,
		what_the_panel_makes_of_a_write_in_silence_is_ours,
		holds_that_vanish_together_are_a_restart,
		a_clock_that_went_back_or_began_anew_is_a_restart,
		who_was_heard_writing_the_row_is_the_cause,
		a_schedule_may_change_what_nothing_holds,
		what_stays_temporary_was_not_changed_by_a_schedule,
		a_period_that_left_the_zone_so_is_named,
		a_period_that_has_not_begun_yet_is_not_named,
		a_period_that_began_before_the_last_look_is_not_named,
		other_setpoints_than_those_of_the_period_are_not_its_doing,
		without_the_whole_week_no_period_is_named,
		a_period_ends_temporary_setpoints,
		a_period_changes_no_zone_in_hold_and_ends_no_hold,
		a_period_may_end_a_hold_together_with_temporary,
		a_period_in_which_nobody_is_there_sets_out_and_no_setpoint,
		of_all_that_began_in_a_long_silence_the_last_period_counts,
		a_clock_that_was_set_on_begins_periods_too,
		a_clock_that_we_set_back_is_no_restart,
		a_setpoint_that_is_held_since_was_turned_at_the_wall,
		what_the_program_may_have_set_was_not_turned,
		a_period_without_setpoints_explains_none,
		a_flag_in_doubt_makes_no_hand_of_a_schedule,
		a_hand_between_the_rows_of_a_look_is_one_record,
		a_setpoint_that_is_being_turned_is_waited_for,
		what_stays_in_doubt_is_not_waited_for_without_end,
		what_did_not_happen_at_once_is_no_hand,
		what_is_taken_early_has_no_cause,
		what_may_have_more_to_it_is_not_judged,
		what_happened_later_does_not_hide_a_period,
		a_hand_is_one_record_though_the_next_look_is_late,
		a_row_that_shows_that_a_finding_is_over_is_noticed,
		others_are_taken_together_with_what_is_waited_for,
		a_zone_does_not_wait_for_another,
		holds_that_are_let_go_one_by_one_are_no_restart,
		a_client_is_blamed_for_the_row_that_it_wrote_only,
		a_client_that_writes_on_is_not_forgotten,
		what_was_not_read_since_may_belong_to_it,
		what_somebody_did_unheard_is_no_hand,
		a_doubt_ends_with_a_value_that_cannot_be,
		what_was_before_shows_nothing_that_came_with_it,
		each_zone_has_its_own_cause,
		a_client_that_was_heard_goes_before_what_only_fits,
		what_is_not_ours_to_watch_is_left_alone,
		commands_since_the_rows_were_kept_are_known_after_a_restart,
		a_hand_after_a_command_of_before_a_restart_is_told,
		NULL,
	};

	return run_suite("unexpected", tests);
}

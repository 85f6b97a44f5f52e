/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The model: what it takes, what it says of age and connection, and that
 * observers hear of a change once.
 */
#include "build.h"

#include "cz2d/model/model.h"

#include <string.h>

#include "unit/support.h"

static struct model *model;

static struct heard {
	int times;
	unsigned events;
	bool heat_2;
} heard;

static void
on_changed(void *self, unsigned events, const bool *changed)
{
	struct heard *told = self;

	told->times++;
	told->events = events;
	told->heat_2 = changed[cz2_slot(CZ2_HEAT, 2)];
}

static void
set_up(void)
{
	static const struct model_observer observer = {.self = &heard, .changed = on_changed};

	model = model_new(2, 300000);
	model_observe(model, &observer);
	memset(&heard, 0, sizeof heard);
}

static void
tear_down(void)
{
	model = model_free(model);
}

/* Setpoints with zone 2 at 70..76, or flags and mode as captured. */
static struct cz2_image
image_of(enum cz2_row row, enum cz2_source source, int64_t time)
{
	struct cz2_image image = {.source = (uint8_t)source, .time = time};

	image.length = (uint8_t)parse_hex(
		row == CZ2_ROW_1_16
			? "00 01 10 4E 4C 4C 4C 4C 4C 4C 4C 44 46 44 44 44 44 44 44"
			: "00 01 0C 0A 02 02 00 00 00 00 00 00 00 00 00 00 00",
		image.bytes, sizeof image.bytes);
	return image;
}

static bool
apply(enum cz2_row row, enum cz2_source source, int64_t time)
{
	struct cz2_image image = image_of(row, source, time);

	return model_apply(model, row, &image);
}

START_TEST(observers_hear_once_per_flush_and_only_of_real_changes)
{
	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 10);
	apply(CZ2_ROW_1_12, CZ2_SOURCE_POLL, 20);
	ck_assert_int_eq(heard.times, 0);
	model_flush(model);
	ck_assert_int_eq(heard.times, 1);
	ck_assert(heard.events & MODEL_CHANGED);
	ck_assert(heard.heat_2);
	model_flush(model);
	ck_assert_int_eq(heard.times, 1);

	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 30);
	model_flush(model);
	ck_assert_int_eq(heard.times, 1);
}
END_TEST

START_TEST(a_read_back_and_a_refresh_are_told_even_when_nothing_changed)
{
	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 10);
	model_flush(model);
	apply(CZ2_ROW_1_16, CZ2_SOURCE_WRITEBACK, 20);
	model_flush(model);
	ck_assert_uint_eq(heard.events, MODEL_WRITTEN);
	model_refreshed(model, NULL);
	model_flush(model);
	ck_assert_uint_eq(heard.events & MODEL_REFRESHED, MODEL_REFRESHED);
}
END_TEST

START_TEST(what_is_held_is_told_together_afterwards)
{
	model_hold(model, true);
	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 10);
	model_flush(model);
	apply(CZ2_ROW_1_12, CZ2_SOURCE_POLL, 20);
	model_flush(model);
	ck_assert_int_eq(heard.times, 0);
	model_hold(model, false);
	model_flush(model);
	ck_assert_int_eq(heard.times, 1);
	ck_assert(heard.heat_2);
}
END_TEST

START_TEST(rows_of_wrong_length_or_from_the_past_are_refused)
{
	struct cz2_image image = image_of(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 50);

	ck_assert(model_apply(model, CZ2_ROW_1_16, &image));
	ck_assert(!model_apply(model, CZ2_ROW_1_12, &image));
	image.time = 49;
	ck_assert(!model_apply(model, CZ2_ROW_1_16, &image));
	image.time = 51;
	image.length--;
	ck_assert(!model_apply(model, CZ2_ROW_1_16, &image));
}
END_TEST

START_TEST(the_panel_is_connected_until_three_polls_in_a_row_fail)
{
	ck_assert(!model_connected(model));
	ck_assert_int_eq(model_answered_at(model), INT64_MIN);
	model_answered(model, 100);
	ck_assert(model_connected(model));
	model_refreshed(model, "silent");
	model_refreshed(model, "silent");
	ck_assert(model_connected(model));
	model_answered(model, 200);
	model_refreshed(model, "silent");
	model_refreshed(model, "silent");
	ck_assert(model_connected(model));
	model_refreshed(model, "silent");
	ck_assert(!model_connected(model));
	model_answered(model, 300);
	ck_assert(model_connected(model));
	model_disconnected(model, "unplugged");
	ck_assert(!model_connected(model));
	ck_assert_int_eq(model_answered_at(model), 300);
}
END_TEST

START_TEST(staleness_follows_the_rows_people_act_upon)
{
	struct model_meta meta;

	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 0);
	model_meta(model, 0, &meta);
	ck_assert(meta.is_stale); /* 1.12 was never read */
	apply(CZ2_ROW_1_12, CZ2_SOURCE_POLL, 0);
	model_meta(model, 300000, &meta);
	ck_assert(!meta.is_stale);
	apply(CZ2_ROW_1_16, CZ2_SOURCE_SNIFF, 300001);
	model_meta(model, 300001, &meta);
	ck_assert(meta.is_stale);
	ck_assert_int_eq(meta.source, CZ2_SOURCE_SNIFF);
	ck_assert_int_eq(meta.updated, 300001);
}
END_TEST

START_TEST(only_our_own_undisturbed_reads_are_fresh)
{
	apply(CZ2_ROW_1_16, CZ2_SOURCE_SNIFF, 100);
	ck_assert(!model_fresh(model, CZ2_ROW_1_16, 1000, 100));
	apply(CZ2_ROW_1_16, CZ2_SOURCE_POLL, 200);
	ck_assert(model_fresh(model, CZ2_ROW_1_16, 1000, 1199));
	ck_assert(!model_fresh(model, CZ2_ROW_1_16, 1000, 1200));
	ck_assert(!model_fresh(model, CZ2_ROW_1_16, 0, 200));
	model_outdate(model, CZ2_ROW_1_16, 300);
	ck_assert(!model_fresh(model, CZ2_ROW_1_16, 1000, 400));
	apply(CZ2_ROW_1_16, CZ2_SOURCE_WRITEBACK, 301);
	ck_assert(model_fresh(model, CZ2_ROW_1_16, 1000, 400));
}
END_TEST

START_TEST(the_clock_is_carried_forward_over_the_end_of_the_week)
{
	struct cz2_image clock = {.source = CZ2_SOURCE_POLL, .time = 0};

	ck_assert_int_eq(model_clock(model, 0), CZ2_UNKNOWN);
	clock.length = (uint8_t)parse_hex("00 01 12 06 17 3B 1E", clock.bytes, sizeof clock.bytes);
	ck_assert(model_apply(model, CZ2_ROW_1_18, &clock)); /* Saturday 23:59:30 */
	ck_assert_int_eq(model_clock(model, 29999), 7 * 24 * 60 - 1);
	ck_assert_int_eq(model_clock(model, 30000), 0);
	ck_assert_int_eq(model_clock(model, 30000 + 61 * 60000), 61);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		observers_hear_once_per_flush_and_only_of_real_changes,
		a_read_back_and_a_refresh_are_told_even_when_nothing_changed,
		what_is_held_is_told_together_afterwards,
		rows_of_wrong_length_or_from_the_past_are_refused,
		the_panel_is_connected_until_three_polls_in_a_row_fail,
		staleness_follows_the_rows_people_act_upon,
		only_our_own_undisturbed_reads_are_fresh,
		the_clock_is_carried_forward_over_the_end_of_the_week,
		NULL,
	};

	return run_fixed_suite("model", tests, set_up, tear_down);
}

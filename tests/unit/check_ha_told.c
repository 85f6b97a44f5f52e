/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When Home Assistant may be told of a device, at virtual time: nothing twice without need,
 * never two different documents of a device within ten seconds, the panel before its zones;
 * and which announcements at a broker are taken for ours.
 */
#include "build.h"

#include "cz2d/home/ha_told.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/home/ha_found.h"
#include "support.h"

enum { NOW = 1000000, STEPS = 20000, ZONE = 2 };

static struct ha_told *told;
static struct config config;

static void
set_up(void)
{
	told = ha_told_new();
	memset(&config, 0, sizeof config);
	strcpy(config.panel.id, "cz2");
	config.panel.zones = 3;
}

static void
tear_down(void)
{
	told = ha_told_free(told);
}

static bool
may(int number, const char *text, int64_t now)
{
	return ha_told_due(told, number, text) <= now;
}

START_TEST(a_new_house_is_told_of_at_once_and_the_zones_a_second_later)
{
	ha_told_begin(told, NOW);
	ha_told_changed(told, NOW + 1);
	ck_assert(may(0, "panel", NOW + 1));
	ha_told_said(told, 0, "panel", NOW + 1);
	ck_assert(!may(ZONE, "zone", NOW + 1));
	ck_assert_int_eq(ha_told_due(told, ZONE, "zone"), NOW + 1 + HA_PANEL_FIRST_MS);
	ck_assert_int_eq(ha_told_due(told, 0, "panel"), INT64_MAX);
}
END_TEST

START_TEST(what_the_broker_retains_is_not_told_again)
{
	ha_told_begin(told, NOW);
	ha_told_heard(told, 0, "panel");
	ck_assert_int_eq(ha_told_due(told, 0, "panel"), INT64_MAX);
	ck_assert_int_eq(ha_told_due(told, ZONE, NULL), INT64_MAX);
	ha_told_begin(told, NOW + 1000);
	ck_assert(may(0, "panel", NOW + 1000)); /* it was lost */
}
END_TEST

START_TEST(what_an_earlier_life_said_may_have_been_said_just_before)
{
	ha_told_begin(told, NOW);
	ha_told_heard(told, ZONE, "old");
	ck_assert_int_eq(ha_told_due(told, ZONE, "new"), NOW + HA_QUIET_MS);
	ck_assert_int_eq(ha_told_due(told, ZONE, NULL), NOW + HA_QUIET_MS);
	ck_assert_str_eq(ha_told_text(told, ZONE), "old");
}
END_TEST

START_TEST(a_change_is_told_when_no_other_has_followed_it_for_a_while)
{
	ha_told_begin(told, NOW);
	ha_told_heard(told, 0, "panel");
	ha_told_heard(told, ZONE, "a");
	ha_told_changed(told, NOW + 60000);
	ha_told_changed(told, NOW + 65000);
	ck_assert_int_eq(ha_told_due(told, ZONE, "b"), NOW + 65000 + HA_QUIET_MS);
	ck_assert_int_eq(ha_told_due(told, ZONE, "a"), INT64_MAX); /* taken back meanwhile */
}
END_TEST

START_TEST(a_device_that_is_gone_is_told_of_once_and_may_come_back)
{
	ha_told_begin(told, NOW);
	ha_told_heard(told, ZONE, "a");
	ha_told_said(told, ZONE, NULL, NOW + 20000);
	ck_assert_int_eq(ha_told_due(told, ZONE, NULL), INT64_MAX);
	ck_assert_int_eq(ha_told_due(told, ZONE, "a"), NOW + 20000 + HA_QUIET_MS);
	ck_assert_ptr_null(ha_told_text(told, ZONE));
}
END_TEST

/* Whatever happens in whatever order: it is said when it may be, and never too soon. */
START_TEST(no_device_is_told_two_things_within_ten_seconds)
{
	static const char *const texts[] = {"a", "b", "c", NULL};
	const char *wanted = "a", *last = NULL;
	int64_t now = NOW, last_at = INT64_MIN / 2;
	uint32_t chance = 2026;
	int said = 0;

	for (int step = 0; step < STEPS; step++) {
		now += random_below(&chance, 4000);
		if (random_below(&chance, 5) == 0) {
			wanted = texts[random_below(&chance, 4)];
			ha_told_changed(told, now);
		}
		if (random_below(&chance, 50) == 0)
			ha_told_begin(told, now);
		if (!may(0, wanted, now))
			continue;
		ck_assert(now - last_at >= HA_QUIET_MS || last == wanted);
		ha_told_said(told, 0, wanted, now);
		last = wanted;
		last_at = now;
		said++;
	}
	ck_assert_int_gt(said, STEPS / 200);
}
END_TEST

/* ------------------------------------------------------------------------
 * Whose announcements they are
 */

static const char ours[] = "{\"device\":{\"identifiers\":[\"cz2d_cz2_zone_2\"],"
			   "\"via_device\":\"cz2d_cz2\"},\"origin\":{\"name\":\"cz2d\"},"
			   "\"components\":{}}";

static bool
find(const char *id, const char *document, struct ha_found *found)
{
	return ha_find(&config, id, strlen(id), document, strlen(document), found);
}

START_TEST(announcements_of_ours_are_known_again)
{
	struct ha_found found;

	ck_assert(find("cz2d_cz2_zone_2", ours, &found));
	ck_assert_int_eq(found.number, 2);
	ck_assert(!found.humidity);
	ck_assert(find("cz2d_cz2",
		       "{\"device\":{\"identifiers\":[\"cz2d_cz2\"]},\"origin\":{\"name\":\"cz2d\"},"
		       "\"components\":{\"humidity\":{}}}",
		       &found));
	ck_assert_int_eq(found.number, 0);
	ck_assert(found.humidity);
}
END_TEST

START_TEST(zones_above_those_that_there_are_now_are_ours_too)
{
	struct ha_found found;

	config.panel.zones = 1;
	ck_assert(find("cz2d_cz2_zone_2", ours, &found));
}
END_TEST

START_TEST(what_is_not_wholly_ours_is_nobodys_business)
{
	static const char *const ids[] = {"cz2d_cz2_zone_9", "cz2d_cz2_zone_", "cz2d_cz2_zone_22",
					  "cz2d_cz", "cz2d_attic_zone_2", "", NULL};
	static const char *const documents[] = {
		"", "null", "[]", "{}", "{\"origin\":\"cz2d\"}", "not json",
		/* another origin */
		"{\"device\":{\"identifiers\":[\"cz2d_cz2_zone_2\"],\"via_device\":\"cz2d_cz2\"},"
		"\"origin\":{\"name\":\"zigbee\"}}",
		/* another device */
		"{\"device\":{\"identifiers\":[\"cz2d_cz2\"],\"via_device\":\"cz2d_cz2\"},"
		"\"origin\":{\"name\":\"cz2d\"}}",
		/* the panel "cz2_zone_2" */
		"{\"device\":{\"identifiers\":[\"cz2d_cz2_zone_2\"]},\"origin\":{\"name\":\"cz2d\"}}",
		NULL};
	struct ha_found found;

	for (int i = 0; ids[i] != NULL; i++)
		ck_assert_msg(!find(ids[i], ours, &found), "%s", ids[i]);
	for (int i = 0; documents[i] != NULL; i++)
		ck_assert_msg(!find("cz2d_cz2_zone_2", documents[i], &found), "%s", documents[i]);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_new_house_is_told_of_at_once_and_the_zones_a_second_later,
		what_the_broker_retains_is_not_told_again,
		what_an_earlier_life_said_may_have_been_said_just_before,
		a_change_is_told_when_no_other_has_followed_it_for_a_while,
		a_device_that_is_gone_is_told_of_once_and_may_come_back,
		no_device_is_told_two_things_within_ten_seconds,
		announcements_of_ours_are_known_again,
		zones_above_those_that_there_are_now_are_ours_too,
		what_is_not_wholly_ours_is_nobodys_business,
		NULL,
	};

	return run_fixed_suite("ha_told", tests, set_up, tear_down);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Zones as people write them, and words to choose from.
 */
#include "build.h"

#include "cz2ctl/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/word.h"
#include "support.h"

static json_t *status;
static struct zones zones;
static char why[ZONES_WHY_MAX];

static void
set_up(void)
{
	status = json_loads("{\"status\": {\"zones\": ["
			    "{\"zone_id\": 1, \"name\": \"Hall\"},"
			    "{\"zone_id\": 2, \"name\": \"Bath, upstairs\"},"
			    "{\"zone_id\": 3, \"name\": \"Attic\"},"
			    "{\"zone_id\": 4, \"name\": \"Attic\"},"
			    "{\"zone_id\": 5, \"name\": null},"
			    "{\"zone_id\": 6, \"name\": \"All\"},"
			    "{\"zone_id\": \"6\", \"name\": \"Text\"},"
			    "{\"zone_id\": 100, \"name\": \"Large\"},"
			    "{\"zone_id\": -1, \"name\": \"Negative\"},"
			    "7, null]}}",
			    0, NULL);
	ck_assert_ptr_nonnull(status);
}

static void
tear_down(void)
{
	json_decref(status);
}

/* The numbers as text: "1 2 3". */
static const char *
numbers(void)
{
	static char text[512];
	size_t used = 0;

	text[0] = '\0';
	for (int number = 0; number <= ZONES_NUMBER_MAX; number++)
		if (zones.has[number])
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%d",
						 used > 0 ? " " : "", number);
	return text;
}

static const struct {
	const char *text, *numbers;
} good[] = {
	{"1", "1"},
	{"1,3", "1 3"},
	{"3,1", "1 3"},
	{"1-3", "1 2 3"},
	{"2-2", "2"},
	{"1-3,2,2", "1 2 3"},
	{" 1 , 3 ", "1 3"},
	{"0", "0"},
	{"99", "99"},
	{"01", "1"},
	{"hall", "1"},
	{"HALL,3", "1 3"},
	{"Bath, upstairs", "2"},
	{"all", "1 2 3 4 5 6"},
	{"ALL,9", "1 2 3 4 5 6 9"},
};

START_TEST(zones_are_numbers_ranges_and_names)
{
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_msg(zones_parse(&zones, good[i].text, status, why) == ZONES_OK, "%s: %s",
			      good[i].text, why);
		ck_assert_str_eq(numbers(), good[i].numbers);
	}
}
END_TEST

static const struct {
	const char *text, *why;
} bad[] = {
	{"", "missing"},
	{"1,", "missing"},
	{",1", "missing"},
	{"3-1", "no range"},
	{"1-100", "no range"},
	{"100", "no range"},
	{"Cellar", "': there are "},
	{"1,Cellar", "'Cellar'"},
	{"Attic", "2 zones"},
	{"Text", "'Text'"},
	{"Large", "'Large'"},
	{"Negative", "'Negative'"},
	{"1-", "'1-'"},
	{"-1", "'-1'"},
	{"1-2-3", "'1-2-3'"},
	{"9999999999", "called"},
	{"1.5", "'1.5'"},
};

START_TEST(what_is_no_zone_is_named)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		ck_assert_msg(zones_parse(&zones, bad[i].text, status, why) == ZONES_WRONG, "%s",
			      bad[i].text);
		ck_assert_msg(strstr(why, bad[i].why) != NULL, "%s: %s", bad[i].text, why);
	}
}
END_TEST

START_TEST(a_text_without_end_is_refused)
{
	char text[1000];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(zones_parse(&zones, text, status, why), ZONES_WRONG);
	ck_assert_ptr_nonnull(strstr(why, "too long"));
}
END_TEST

START_TEST(names_need_a_status_and_numbers_need_none)
{
	static const char *const shapes[] = {"{}", "{\"status\": null}", "{\"status\": 1}",
					     "{\"status\": {\"zones\": {}}}", "[]"};

	ck_assert_int_eq(zones_parse(&zones, "1-3", NULL, why), ZONES_OK);
	ck_assert_int_eq(zones_parse(&zones, "Hall", NULL, why), ZONES_UNNAMED);
	ck_assert_int_eq(zones_parse(&zones, "1,all", NULL, why), ZONES_UNNAMED);
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		json_t *shape = json_loads(shapes[i], 0, NULL);

		ck_assert_int_eq(zones_parse(&zones, "all", shape, why), ZONES_UNNAMED);
		json_decref(shape);
	}
}
END_TEST

START_TEST(all_of_no_zones_is_wrong)
{
	json_t *none = json_loads("{\"status\": {\"zones\": []}}", 0, NULL);

	ck_assert_int_eq(zones_parse(&zones, "all", none, why), ZONES_WRONG);
	json_decref(none);
}
END_TEST

START_TEST(a_list_is_told_as_json)
{
	json_t *list;
	char *text;

	ck_assert_int_eq(zones_parse(&zones, "5,2-3", NULL, why), ZONES_OK);
	ck_assert_int_eq(zones.count, 3);
	ck_assert_int_eq(zones_first(&zones), 2);
	list = zones_json(&zones);
	text = json_dumps(list, JSON_COMPACT);
	ck_assert_str_eq(text, "[2,3,5]");
	free(text);
	json_decref(list);
}
END_TEST

START_TEST(words_are_found_in_any_case)
{
	static const char modes[] = "Heat|Cool|Auto|EHeat|Off";
	char found[WORD_MAX];

	ck_assert(word_find(modes, "heat", found));
	ck_assert_str_eq(found, "Heat");
	ck_assert(word_find(modes, "EHEAT", found));
	ck_assert_str_eq(found, "EHeat");
	ck_assert(word_find(modes, "off", found));
	ck_assert_str_eq(found, "Off");
	ck_assert(!word_find(modes, "hea", found));
	ck_assert(!word_find(modes, "heats", found));
	ck_assert(!word_find(modes, "", found));
	ck_assert(!word_find(modes, "Heat|Cool", found));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		zones_are_numbers_ranges_and_names, what_is_no_zone_is_named,
		a_text_without_end_is_refused,      names_need_a_status_and_numbers_need_none,
		all_of_no_zones_is_wrong,           a_list_is_told_as_json,
		words_are_found_in_any_case,        NULL};

	return run_fixed_suite("cz2ctl: zones", tests, set_up, tear_down);
}

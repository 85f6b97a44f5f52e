/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days, periods and times as people write them, and days of the program as JSON.
 */
#include "build.h"

#include "cz2ctl/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "cz2ctl/week.h"
#include "support.h"

static char why[WEEK_WHY_MAX];

/* ------------------------------------------------------------------------
 * Days and periods
 */

static const struct {
	const char *text;
	unsigned days;
	const char *shown;
} days[] = {
	{"mon", 0x02, "Mon"},
	{"Monday", 0x02, "Mon"},
	{"MON", 0x02, "Mon"},
	{"m", 0x02, "Mon"},
	{"tu", 0x04, "Tue"},
	{"thurs", 0x10, "Thu"},
	{"mon,wed,fri", 0x2A, "Mon,Wed,Fri"},
	{"mon, wed , fri", 0x2A, "Mon,Wed,Fri"},
	{"mon-fri", 0x3E, "Mon-Fri"},
	{"Monday - Friday", 0x3E, "Mon-Fri"},
	{"fri-mon", 0x63, "Mon,Fri-Sun"},
	{"sat-sun", 0x41, "Sat-Sun"},
	{"sun-sat", 0x7F, "Every day"},
	{"sat-fri", 0x7F, "Every day"},
	{"mon-mon", 0x02, "Mon"},
	{"mon-tue,thu-sat", 0x76, "Mon-Tue,Thu-Sat"},
	{"sun,tue,thu,sat", 0x55, "Tue,Thu,Sat-Sun"},
	{"mon,wed,fri,sun", 0x2B, "Mon,Wed,Fri,Sun"},
	{"all", 0x7F, "Every day"},
	{"weekdays", 0x3E, "Mon-Fri"},
	{"weekday", 0x3E, "Mon-Fri"},
	{"weekend", 0x41, "Sat-Sun"},
	{"Weekends,wed", 0x49, "Wed,Sat-Sun"},
};

START_TEST(days_are_words_lists_and_ranges)
{
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		char text[CALENDAR_DAYS_MAX];
		unsigned found = calendar_days(days[i].text, why);

		ck_assert_msg(found == days[i].days, "%s: %x, %s", days[i].text, found, why);
		ck_assert_str_eq(calendar_days_text(found, text), days[i].shown);
	}
}
END_TEST

static const struct {
	const char *text;
	unsigned periods;
} periods[] = {
	{"wake", 1}, {"day,sleep", 10}, {"all", 15}, {"Evening", 4},    {"eve", 4},    {"e", 4},
	{"s", 8},    {"night", 8},      {"d", 2},    {"wake-eve", 7}, {"morning", 1}, {"sleep-wake", 9},
};

START_TEST(periods_are_words_lists_and_ranges)
{
	for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++)
		ck_assert_msg(calendar_periods(periods[i].text, why) == periods[i].periods, "%s",
			      periods[i].text);
}
END_TEST

static const struct {
	const char *text, *why;
} wrong_days[] = {
	{"", "''"},           {"mon,", "''"},      {"t", "more than one"}, {"s", "more than one"},
	{"w", "more than one"}, {"mo-f-sa", "'f-sa'"}, {"montag", "'montag'"}, {"1", "'1'"},
	{"mon-", "''"},       {"weekdays-sun", "no range"}, {"all-mon", "no range"},
	{"mon;tue", "'mon;tue'"}, {"mondayandsomemorewordsthatnobodyneeds", "too long"},
};

START_TEST(what_is_no_day_or_period_is_named_with_what_is_accepted)
{
	for (size_t i = 0; i < sizeof wrong_days / sizeof wrong_days[0]; i++) {
		ck_assert_msg(calendar_days(wrong_days[i].text, why) == 0, "%s", wrong_days[i].text);
		ck_assert_msg(strstr(why, wrong_days[i].why) != NULL, "%s: %s", wrong_days[i].text,
			      why);
	}
	ck_assert_uint_eq(calendar_days("tag", why), 0);
	ck_assert_ptr_nonnull(strstr(why, "mon-fri"));
	ck_assert_uint_eq(calendar_periods("noon", why), 0);
	ck_assert_ptr_nonnull(strstr(why, "wake, day, eve, sleep"));
}
END_TEST

/* ------------------------------------------------------------------------
 * Times
 */

static const struct {
	const char *text;
	int hour, minute, second;
} times[] = {
	{"19:00", 19, 0, 0},   {"7pm", 19, 0, 0},     {"7:15am", 7, 15, 0}, {"12:30pm", 12, 30, 0},
	{"12:30am", 0, 30, 0}, {"0:00", 0, 0, 0},     {"12am", 0, 0, 0},    {"12pm", 12, 0, 0},
	{"1900", 19, 0, 0},    {"0630", 6, 30, 0},    {"07:45", 7, 45, 0},  {"7:45", 7, 45, 0},
	{"7:15 AM", 7, 15, 0}, {"9 pm", 21, 0, 0},    {"noon", 12, 0, 0},   {"Midnight", 0, 0, 0},
	{"23:59", 23, 59, 0},  {"15:45:10", 15, 45, 10}, {"3:45:10pm", 15, 45, 10},
};

START_TEST(times_are_counted_in_both_ways)
{
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
		ck_assert_msg(calendar_time(times[i].text, why) ==
				      (times[i].hour * 60 + times[i].minute) * 60 + times[i].second,
			      "%s: %s", times[i].text, why);
}
END_TEST

START_TEST(what_is_no_time_is_named_with_what_is_accepted)
{
	static const char *const wrong[] = {
		"", "7", "19", "24:00", "12:60", "13pm", "0am", "7:5", "7:1500", "2400", "1260",
		"190", "19000", "19:00:60", "19:00pm", "-7:00", "7.15", "7 o'clock", "7:15 xm",
		"12:30pmm", "99999999999999999999pm", "19:0 0"};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		ck_assert_msg(calendar_time(wrong[i], why) == -1, "%s", wrong[i]);
		ck_assert_msg(strstr(why, "7:15am") != NULL, "%s", why);
	}
}
END_TEST

START_TEST(periods_begin_at_quarters_of_an_hour_and_the_next_ones_are_named)
{
	char text[CALENDAR_TIME_MAX];

	ck_assert_int_eq(calendar_start("19:00", why), 1140);
	ck_assert_int_eq(calendar_start("11:45pm", why), 1425);
	ck_assert_int_eq(calendar_start("19:10", why), -1);
	ck_assert_ptr_nonnull(strstr(why, "19:00 or 19:15"));
	ck_assert_int_eq(calendar_start("23:50", why), -1);
	ck_assert_ptr_nonnull(strstr(why, "23:45 or 00:00"));
	ck_assert_int_eq(calendar_start("7:15:01", why), -1);
	ck_assert_str_eq(calendar_time_text(405, text), "06:45");
}
END_TEST

/* ------------------------------------------------------------------------
 * Days as JSON
 */

static const char a_day[] =
	"{\"wake\":{\"start\":\"06:30\",\"heat\":68,\"cool\":76,\"out\":false},"
	"\"day\":{\"start\":\"08:00\",\"out\":true},\"sleep\":{\"heat\":60}}";

START_TEST(a_day_is_read_and_written)
{
	json_t *object = json_loads(a_day, 0, NULL), *back;
	char text[WEEK_SETTING_MAX];
	struct cz2_day day;

	ck_assert(week_read_day(object, &day, why));
	back = week_day_json(&day);
	ck_assert(json_equal(object, back));
	ck_assert(!week_is_unknown(&day));
	ck_assert_str_eq(week_setting_text(&day.periods[0], false, text), "06:30 68/76");
	ck_assert_str_eq(week_setting_text(&day.periods[1], false, text), "08:00 OUT");
	ck_assert_str_eq(week_setting_text(&day.periods[1], true, text), "08:00 OUT (-/-)");
	ck_assert_str_eq(week_setting_text(&day.periods[2], false, text), "not known");
	json_decref(object);
	json_decref(back);
}
END_TEST

START_TEST(what_is_not_there_is_unknown)
{
	static const char *const none[] = {"{}", "{\"wake\": null}", "{\"wake\": {}}",
					   "{\"wake\": {\"start\": null, \"heat\": null}}"};
	struct cz2_day day;

	ck_assert(week_read_day(NULL, &day, why));
	ck_assert(week_is_unknown(&day));
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		json_t *object = json_loads(none[i], 0, NULL);

		ck_assert_msg(week_read_day(object, &day, why), "%s", none[i]);
		ck_assert(week_is_unknown(&day));
		json_decref(object);
	}
}
END_TEST

START_TEST(what_a_day_cannot_be_is_named_by_its_place)
{
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{"[]", "object"},
		{"{\"wake\": 7}", "wake: an object"},
		{"{\"eve\": {\"start\": \"25:10\"}}", "eve.start: '25:10'"},
		{"{\"eve\": {\"start\": 19}}", "eve.start: a time"},
		{"{\"day\": {\"heat\": \"70\"}}", "day.heat: whole degrees"},
		{"{\"day\": {\"cool\": 7000}}", "day.cool: whole degrees"},
		{"{\"day\": {\"cool\": 70.5}}", "day.cool: whole degrees"},
		{"{\"sleep\": {\"out\": 1}}", "sleep.out: true or false"},
		{"{\"wake\": {\"start\": 7, \"heat\": \"x\"}, \"eve\": 1}", "wake.start: a time"},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		json_t *object = json_loads(wrong[i].text, 0, NULL);
		struct cz2_day day;

		ck_assert_msg(!week_read_day(object, &day, why), "%s", wrong[i].text);
		ck_assert_msg(strncmp(why, wrong[i].why, strlen(wrong[i].why)) == 0 ||
				      (i == 0 && strstr(why, wrong[i].why) != NULL),
			      "%s: %s", wrong[i].text, why);
		json_decref(object);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		days_are_words_lists_and_ranges,
		periods_are_words_lists_and_ranges,
		what_is_no_day_or_period_is_named_with_what_is_accepted,
		times_are_counted_in_both_ways,
		what_is_no_time_is_named_with_what_is_accepted,
		periods_begin_at_quarters_of_an_hour_and_the_next_ones_are_named,
		a_day_is_read_and_written,
		what_is_not_there_is_unknown,
		what_a_day_cannot_be_is_named_by_its_place,
		NULL};

	return run_suite("cz2ctl: calendar", tests);
}

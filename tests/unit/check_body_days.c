/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Days of the panel's program in bodies: what they become, everything that is said of what
 * they cannot become, and that what is told of a day can be asked for.
 */
#include "build.h"

#include "cz2d/json/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/json/json_schedule.h"
#include "cz2d/json/lax_time.h"
#include "support.h"

static const struct body_schema schema = {
	"Days", .fields = {{"days", BODY_DAYS, CZ2_FIELD_COUNT, true, 0, ""}}};

static struct body body;

static void
set_up(void)
{
	body_init(&body, &schema);
}

static void
tear_down(void)
{
	body_fini(&body);
}

/* The text has ' in place of ". */
static void
decode(const char *days)
{
	char text[4096];

	body_fini(&body);
	body_init(&body, &schema);
	snprintf(text, sizeof text, "{'days': %s}", days);
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	body_decode(&body, text, strlen(text));
}

static const struct cz2_setting *
wished(int day, enum cz2_period period)
{
	return &body.days[day].periods[period];
}

static int
count_named(void)
{
	int count = 0;

	for (int i = 0; i < CZ2_DAYS * CZ2_PERIODS; i++) {
		const struct cz2_setting *one = wished(i / CZ2_PERIODS, i % CZ2_PERIODS);

		count += (one->start != CZ2_UNKNOWN) + (one->heat != CZ2_UNKNOWN) +
			 (one->cool != CZ2_UNKNOWN) + (one->out != CZ2_UNKNOWN);
	}
	return count;
}

/* "type loc|type loc" without quotes: what is wrong, in order. */
static const char *
wrong(const char *days)
{
	static char text[4096];
	size_t used = 0, i;
	json_t *error;

	decode(days);
	text[0] = '\0';
	json_array_foreach(body.errors, i, error) {
		json_t *loc = json_object_get(error, "loc"), *part;
		size_t n;

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
					 used == 0 ? "" : "|",
					 json_string_value(json_object_get(error, "type")));
		ck_assert_str_eq(json_string_value(json_array_get(loc, 0)), "body");
		json_array_foreach(loc, n, part)
			used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
						 n == 0 ? " " : ".", json_string_value(part));
		ck_assert_ptr_nonnull(json_object_get(error, "input"));
	}
	return text;
}

/* The sentence about the only thing that is wrong. */
static const char *
sentence(const char *days)
{
	decode(days);
	ck_assert_uint_eq(json_array_size(body.errors), 1);
	return json_string_value(json_object_get(json_array_get(body.errors, 0), "msg"));
}

START_TEST(what_is_named_is_wished_and_nothing_else)
{
	decode("{'mon': {'wake': {'start': '06:30', 'heat': 68, 'cool': '76'}, 'day': null},"
	       " 'sat': {'sleep': {'out': true}}, 'sun': null, 'tue': {}}");
	ck_assert(body_ok(&body));
	ck_assert_int_eq(wished(1, CZ2_WAKE)->start, 390);
	ck_assert_int_eq(wished(1, CZ2_WAKE)->heat, 68);
	ck_assert_int_eq(wished(1, CZ2_WAKE)->cool, 76);
	ck_assert_int_eq(wished(6, CZ2_SLEEP)->out, 1);
	ck_assert_int_eq(count_named(), 4);
}
END_TEST

START_TEST(groups_stand_for_their_days_and_periods)
{
	static const struct {
		const char *name;
		const char *days;
	} groups[] = {{"all", "1111111"}, {"weekdays", "0111110"}, {"weekend", "1000001"}};

	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		char days[128];

		snprintf(days, sizeof days, "{'%s': {'eve': {'heat': 66}}}", groups[i].name);
		decode(days);
		ck_assert(body_ok(&body));
		for (int day = 0; day < CZ2_DAYS; day++)
			ck_assert_int_eq(wished(day, CZ2_EVE)->heat,
					 groups[i].days[day] == '1' ? 66 : CZ2_UNKNOWN);
	}
	decode("{'fri': {'all': {'heat': 60, 'cool': 80}}}");
	ck_assert(body_ok(&body));
	for (int period = 0; period < CZ2_PERIODS; period++)
		ck_assert_int_eq(wished(5, period)->heat, 60);
	ck_assert_int_eq(count_named(), 8);
}
END_TEST

START_TEST(times_are_taken_as_people_write_them)
{
	static const struct {
		const char *text;
		int second;
	} times[] = {
		{"06:30", 23400}, {"6:30", 23400}, {"6:30am", 23400}, {"6:30 AM", 23400},
		{"18:30", 66600}, {"6:30pm", 66600}, {"06:30PM", 66600}, {"0:00", 0},
		{"12:00am", 0}, {"12:15pm", 44100}, {"12:15", 44100}, {"23:45", 85500},
		{"15:45:10", 56710}, {"3:45:10pm", 56710}, {"", -1}, {"6", -1}, {"630", -1},
		{"6:3", -1}, {"24:00", -1}, {"6:60", -1}, {"006:30", -1}, {"6:30am ", -1},
		{"13:00pm", -1}, {"0:30am", -1}, {"6:30a", -1}, {"6.30", -1}, {"-6:30", -1},
		{":30", -1}, {"6:30:60", -1}, {"6:30:1", -1}, {"6:30xm", -1}, {"6:30  am", -1},
	};

	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		int second = -1;
		bool taken = lax_time(times[i].text, strlen(times[i].text), &second);

		ck_assert_msg(taken == (times[i].second >= 0), "%s", times[i].text);
		if (taken)
			ck_assert_int_eq(second, times[i].second);
	}
}
END_TEST

START_TEST(periods_begin_at_quarters_of_an_hour)
{
	static const char *const bad[] = {"'6:31'", "'06:30:01'", "'soon'", "630", "true", "[]"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char days[128];

		snprintf(days, sizeof days, "{'mon': {'wake': {'start': %s}}}", bad[i]);
		ck_assert_str_eq(wrong(days), "value_error body.days.mon.wake.start");
		ck_assert_str_eq(sentence(days), "Value error, a quarter of an hour is accepted, "
						 "such as 06:30, 6:30am or 18:45");
	}
}
END_TEST

START_TEST(everything_that_is_wrong_is_said_at_once)
{
	ck_assert_str_eq(wrong("{'mon': {'wake': {'start': 'x', 'heat': 'warm', 'cool': 100,"
			       " 'out': 7, 'fan': 1}, 'noon': {}, 'eve': 3}, 'Tue': {}, 'wed': []}"),
			 "value_error body.days.mon.wake.start"
			 "|int_parsing body.days.mon.wake.heat"
			 "|less_than_equal body.days.mon.wake.cool"
			 "|bool_parsing body.days.mon.wake.out"
			 "|extra_forbidden body.days.mon.wake.fan"
			 "|extra_forbidden body.days.mon.noon"
			 "|model_attributes_type body.days.mon.eve"
			 "|extra_forbidden body.days.Tue"
			 "|model_attributes_type body.days.wed");
	ck_assert_str_eq(wrong("[]"), "model_attributes_type body.days");
	ck_assert_str_eq(wrong("null"), "missing body.days");
	ck_assert_str_eq(wrong("{'sun': {'eve': {'heat': 44.5}}}"),
			 "int_from_float body.days.sun.eve.heat");
	ck_assert_str_eq(wrong("{'sun': {'eve': {'heat': 44}}}"),
			 "greater_than_equal body.days.sun.eve.heat");
}
END_TEST

START_TEST(the_same_twice_is_fine_and_something_else_is_not)
{
	ck_assert_str_eq(wrong("{'all': {'wake': {'heat': 68}}, 'mon': {'wake': {'heat': '68'}}}"),
			 "");
	ck_assert_str_eq(wrong("{'weekdays': {'wake': {'heat': 68}}, 'all': {'all': {'heat': 70}}}"),
			 "value_error body.days.all.all.heat");
	ck_assert_str_eq(sentence("{'mon': {'wake': {'start': '6:00'}},"
				  " 'all': {'wake': {'start': '6:15'}}}"),
			 "Value error, start is named twice, as 06:00 and as 06:15");
	ck_assert_str_eq(sentence("{'mon': {'wake': {'out': false}}, 'all': {'wake': {'out': 1}}}"),
			 "Value error, out is named twice, as false and as true");
	/* Different values of the same period go together. */
	ck_assert_str_eq(wrong("{'all': {'wake': {'heat': 68}}, 'mon': {'wake': {'cool': 76}}}"), "");
	ck_assert_int_eq(wished(1, CZ2_WAKE)->heat, 68);
	ck_assert_int_eq(wished(1, CZ2_WAKE)->cool, 76);
}
END_TEST

START_TEST(rules_of_a_day_are_told_with_their_numbers)
{
	ck_assert_str_eq(wrong("{'mon': {'wake': {'heat': 70, 'cool': 71}}}"),
			 "value_error body.days.mon.wake");
	ck_assert_str_eq(sentence("{'mon': {'wake': {'heat': 70, 'cool': 71}}}"),
			 "Value error, mon wake: the cool setpoint 71 must be at least 2 above the "
			 "heat setpoint 70");
	ck_assert_str_eq(sentence("{'mon': {'wake': {'start': '9:00'}, 'eve': {'start': '8:45'}}}"),
			 "Value error, mon eve: it begins at 08:45, and has to begin later than "
			 "wake, which begins at 09:00");
	ck_assert_str_eq(sentence("{'mon': {'wake': {'out': true, 'heat': 70}}}"),
			 "Value error, mon wake: while out is true, heat and cool are not given");
	ck_assert_str_eq(wrong("{'mon': {'wake': {'out': false, 'heat': 70}}}"), "");
}
END_TEST

START_TEST(a_rule_is_told_once_for_all_days_that_one_name_stands_for)
{
	ck_assert_str_eq(wrong("{'weekdays': {'wake': {'heat': 70, 'cool': 71},"
			       " 'sleep': {'heat': 60, 'cool': 99, 'out': 1}}}"),
			 "value_error body.days.weekdays.wake"
			 "|value_error body.days.weekdays.sleep");
	ck_assert_str_eq(wrong("{'all': {'all': {'start': '6:00'}}}"),
			 "value_error body.days.all.all");
	/* One day of several: the name that it was given last. */
	ck_assert_str_eq(wrong("{'tue': {'wake': {'heat': 75}}, 'all': {'wake': {'cool': 76}}}"),
			 "value_error body.days.all.wake");
}
END_TEST

START_TEST(what_is_told_of_a_day_can_be_asked_for)
{
	static const struct cz2_day day = {{{390, 68, 76, 0},
					    {480, CZ2_UNKNOWN, CZ2_UNKNOWN, 1},
					    {1020, 68, 76, 0},
					    {1320, 60, 80, 0}}};
	json_t *told = json_day(&day);
	json_t *whole = json_pack("{s:{s:O, s:n}}", "days", "thu", told, "fri");
	char *text = json_dumps(whole, JSON_COMPACT);

	body_decode(&body, text, strlen(text));
	ck_assert(body_ok(&body));
	ck_assert_mem_eq(&body.days[4], &day, sizeof day);
	ck_assert_int_eq(count_named(), 14);
	free(text);
	json_decref(whole);
	json_decref(told);
}
END_TEST

START_TEST(a_wish_is_kept_and_read_again)
{
	static struct cz2_day days[CZ2_SCHEDULES], again[CZ2_SCHEDULES];
	json_t *kept;

	decode("{'weekend': {'wake': {'start': '7:30', 'out': true}, 'eve': {'cool': 78}}}");
	for (int row = 0; row < CZ2_SCHEDULES; row++)
		cz2_day_clear(&days[row]);
	for (int day = 0; day < CZ2_DAYS; day++)
		days[cz2_schedule_row(3, day) - CZ2_ROW_SCHEDULE] = body.days[day];
	kept = json_program(days);
	ck_assert_uint_eq(json_array_size(kept), 1);
	ck_assert(json_program_read(kept, again));
	ck_assert_mem_eq(days, again, sizeof days);
	json_object_set_new(json_array_get(kept, 0), "zone_id", json_integer(9));
	ck_assert(!json_program_read(kept, again));
	json_decref(kept);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		what_is_named_is_wished_and_nothing_else,
		groups_stand_for_their_days_and_periods,
		times_are_taken_as_people_write_them,
		periods_begin_at_quarters_of_an_hour,
		everything_that_is_wrong_is_said_at_once,
		the_same_twice_is_fine_and_something_else_is_not,
		rules_of_a_day_are_told_with_their_numbers,
		a_rule_is_told_once_for_all_days_that_one_name_stands_for,
		what_is_told_of_a_day_can_be_asked_for,
		a_wish_is_kept_and_read_again,
		NULL,
	};

	return run_fixed_suite("body_days", tests, set_up, tear_down);
}

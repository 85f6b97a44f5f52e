/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Log lines: one line each whatever the arguments hold, with the priority or the
 * time that their reader needs, and repeats counted.
 */
#include "build.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "logged.h"
#include "support.h"

enum { LONG = 5000 };

static int ahead_s;

/* The C library's, set forward by so much. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += ahead_s;
	return result;
}

static void
set_up(void)
{
	logged_begin();
	log_init(LOG_LEVEL_FRAMES, false);
}

static void
check_logged(const char *text)
{
	ck_assert_str_eq(logged(), text);
}

START_TEST(the_journal_is_told_the_priority)
{
	log_error("a", "1");
	log_warning("a", "2");
	log_info("a", "3");
	log_debug("a", "4");
	log_line(LOG_LEVEL_FRAMES, "a", "5");
	check_logged("<3>a: 1\n<4>a: 2\n<6>a: 3\n<7>a: 4\n<7>a: 5\n");
}
END_TEST

START_TEST(a_person_at_a_terminal_is_told_the_time_and_the_level)
{
	int hour, minute, second, thousandth, read = 0;

	log_init(LOG_LEVEL_INFO, true);
	log_warning("bus", "the panel does not answer");
	sscanf(logged(), "%2d:%2d:%2d.%3d warning bus: the panel does not answer%n", &hour, &minute,
	       &second, &thousandth, &read);
	ck_assert_int_gt(read, 0);
	ck_assert_str_eq(logged() + read, "\n");
}
END_TEST

START_TEST(what_is_below_the_level_is_not_told)
{
	log_set_level(LOG_LEVEL_WARNING);
	ck_assert(log_enabled(LOG_LEVEL_WARNING));
	ck_assert(!log_enabled(LOG_LEVEL_INFO));
	log_info("a", "quiet");
	log_frame(">>", (const unsigned char *)"\x01", 1);
	log_warning("a", "loud");
	check_logged("<4>a: loud\n");
}
END_TEST

START_TEST(every_level_has_its_name)
{
	for (int level = 0; level < LOG_LEVEL_COUNT; level++)
		ck_assert_ptr_nonnull(log_level_names[level]);
	ck_assert_ptr_null(log_level_names[LOG_LEVEL_COUNT]);
	ck_assert_str_eq(log_level_names[LOG_LEVEL_DEBUG], "debug");
}
END_TEST

START_TEST(a_repeated_line_is_counted_and_told_with_the_next)
{
	for (int i = 0; i < 4; i++)
		log_info("a", "again");
	log_info("a", "other");
	check_logged("<6>a: again\n<6>(the last line came 3 more times)\n<6>a: other\n");
}
END_TEST

START_TEST(one_repeat_is_told_in_the_singular)
{
	log_info("a", "again");
	log_info("a", "again");
	log_flush();
	check_logged("<6>a: again\n<6>(the last line came 1 more time)\n");
}
END_TEST

START_TEST(counting_starts_anew_after_a_flush)
{
	log_flush();
	log_info("a", "again");
	log_info("a", "again");
	log_flush();
	log_flush();
	log_info("a", "again");
	log_info("a", "again");
	log_flush();
	check_logged("<6>a: again\n<6>(the last line came 1 more time)\n"
		     "<6>(the last line came 2 more times)\n");
}
END_TEST

START_TEST(a_long_row_of_repeats_is_told_of_every_minute)
{
	for (int i = 0; i < 10; i++) {
		log_info("a", "again");
		ahead_s += 30;
	}
	check_logged("<6>a: again\n<6>(the last line came 3 more times)\n"
		     "<6>(the last line came 3 more times)\n"
		     "<6>(the last line came 3 more times)\n");
}
END_TEST

START_TEST(the_same_words_at_another_level_or_from_another_room_are_no_repeat)
{
	log_info("a", "again");
	log_warning("a", "again");
	log_warning("b", "again");
	check_logged("<6>a: again\n<4>a: again\n<4>b: again\n");
}
END_TEST

START_TEST(a_line_that_is_not_told_does_not_break_a_row_of_repeats)
{
	log_set_level(LOG_LEVEL_INFO);
	log_info("a", "again");
	log_debug("a", "between");
	log_info("a", "again");
	log_flush();
	check_logged("<6>a: again\n<6>(the last line came 1 more time)\n");
}
END_TEST

START_TEST(control_characters_cannot_break_the_line)
{
	log_info("http", "GET %s", "/\r\n<3>forged: line\x1b[2J\x7f\t");
	check_logged("<6>http: GET /\\x0d\\x0a<3>forged: line\\x1b[2J\\x7f\\x09\n");
}
END_TEST

START_TEST(good_utf8_is_shown_and_broken_utf8_is_escaped)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"K\xc3\xbc" "che 21\xc2\xb0", "K\xc3\xbc" "che 21\xc2\xb0"},
		{"\xe2\x82\xac \xf0\x9f\x8c\xa1", "\xe2\x82\xac \xf0\x9f\x8c\xa1"},
		{"\xff", "\\xff"},
		{"\xc3", "\\xc3"},                         /* ends early */
		{"\xc3(", "\\xc3("},                       /* goes on wrongly */
		{"\xe2\x82", "\\xe2\\x82"},
		{"\xc0\xaf", "\\xc0\\xaf"},                /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xc2\x9b", "\\xc2\\x9b"},                /* a control character of old */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},       /* half a surrogate pair */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char expected[64];

		logged_begin();
		log_info("a", "%s", cases[i].text);
		snprintf(expected, sizeof expected, "<6>a: %s\n", cases[i].shown);
		ck_assert_msg(strcmp(logged(), expected) == 0, "case %zu: %s", i, logged());
	}
}
END_TEST

/* Cut in the middle of a character at every offset: never a piece of one. */
START_TEST(a_long_line_is_cut_between_characters)
{
	char text[LONG];

	for (size_t offset = 0; offset < 4; offset++) {
		size_t used = offset, length;

		memset(text, 'x', offset);
		for (; used + sizeof "\xf0\x9f\x8c\xa1" <= sizeof text; used += 4)
			memcpy(text + used, "\xf0\x9f\x8c\xa1", sizeof "\xf0\x9f\x8c\xa1");
		logged_begin();
		log_info("a", "%s", text);
		length = strlen(logged());
		ck_assert_uint_lt(length, 1100);
		ck_assert_uint_gt(length, 1000);
		ck_assert_str_eq(logged() + length - 4, "...\n");
		ck_assert_ptr_null(strstr(logged(), "\\x"));
	}
}
END_TEST

START_TEST(a_long_line_of_escapes_is_cut_too)
{
	char text[LONG];

	memset(text, '\n', sizeof text);
	text[sizeof text - 1] = '\0';
	log_info("a", "%s", text);
	ck_assert_uint_lt(strlen(logged()), 1100);
	ck_assert_str_eq(logged() + strlen(logged()) - 8, "\\x0a...\n");
	ck_assert_int_eq(logged_lines(""), 1);
}
END_TEST

START_TEST(errno_survives)
{
	errno = ENOSPC;
	log_info("a", "%d", 1);
	log_frame("<<", (const unsigned char *)"", 0);
	log_flush();
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(a_log_that_cannot_be_written_is_no_trouble)
{
	fclose(stderr);
	log_info("a", "into the void");
	log_flush();
}
END_TEST

START_TEST(a_frame_is_one_line_of_hex)
{
	log_frame(">>", (const unsigned char *)"\x01\x00\xa9\xff", 4);
	log_frame("<<", (const unsigned char *)"", 0);
	check_logged("<7>bus: >> 01 00 A9 FF\n<7>bus: <<\n");
}
END_TEST

START_TEST(frames_are_never_folded)
{
	log_info("a", "again");
	log_info("a", "again");
	log_frame(">>", (const unsigned char *)"\x01", 1);
	log_frame(">>", (const unsigned char *)"\x01", 1);
	log_info("a", "again");
	check_logged("<6>a: again\n<6>(the last line came 1 more time)\n"
		     "<7>bus: >> 01\n<7>bus: >> 01\n<6>a: again\n");
}
END_TEST

START_TEST(a_frame_longer_than_any_is_cut)
{
	unsigned char bytes[LONG] = {0};

	log_frame("<<", bytes, sizeof bytes);
	ck_assert_uint_lt(strlen(logged()), 1100);
	ck_assert_str_eq(logged() + strlen(logged()) - 8, " 00 ...\n");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		the_journal_is_told_the_priority,
		a_person_at_a_terminal_is_told_the_time_and_the_level,
		what_is_below_the_level_is_not_told,
		every_level_has_its_name,
		a_repeated_line_is_counted_and_told_with_the_next,
		one_repeat_is_told_in_the_singular,
		counting_starts_anew_after_a_flush,
		a_long_row_of_repeats_is_told_of_every_minute,
		the_same_words_at_another_level_or_from_another_room_are_no_repeat,
		a_line_that_is_not_told_does_not_break_a_row_of_repeats,
		control_characters_cannot_break_the_line,
		good_utf8_is_shown_and_broken_utf8_is_escaped,
		a_long_line_is_cut_between_characters,
		a_long_line_of_escapes_is_cut_too,
		errno_survives,
		a_log_that_cannot_be_written_is_no_trouble,
		a_frame_is_one_line_of_hex,
		frames_are_never_folded,
		a_frame_longer_than_any_is_cut,
		NULL,
	};

	return run_fixed_suite("log", tests, set_up, NULL);
}

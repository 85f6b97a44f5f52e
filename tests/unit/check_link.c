/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The life of a link, through real pseudo-terminals: what is shared by all kinds
 * is proved here. Time is virtual.
 */
#include "build.h"

#include "link/link.h"
#include "link/link_news.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cz2/error.h>

#include "base/log.h"
#include "logged.h"
#include "loopback.h"
#include "support.h"

enum {
	NOW = 1000000,
	PAUSE_MIN_MS = 250,
	PAUSE_MAX_MS = 2500,
	PROOF_MS = 5000,
	BYTES = 256,
	NOBODY = 65534,
};

static char path[LOOPBACK_PATH_MAX];
static int panel;
static struct link *link_;

static void
set_up(void)
{
	logged_begin();
	log_init(LOG_LEVEL_INFO, false);
	loopback_new_path(path);
	panel = loopback_new_pty(path);
	link_ = link_new(path);
}

static void
tear_down(void)
{
	link_free(link_);
	loopback_tidy();
}

static void
open_link(void)
{
	link_step(link_, NOW);
	ck_assert_msg(link_state(link_) == LINK_OPEN, "%s", link_why(link_));
}

/* The other end goes, and its name with it. */
static void
hang_up(int64_t now)
{
	close(panel);
	loopback_read_until_closed(link_, now);
}

START_TEST(nothing_is_opened_before_the_first_step)
{
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
	ck_assert_uint_eq(link_generation(link_), 0);
	ck_assert(!link_tried(link_));
	ck_assert_int_le(link_wake(link_), NOW);
	ck_assert_ptr_eq(link_kind(link_), &link_pty);
	ck_assert_str_eq(link_why(link_), "");
}
END_TEST

START_TEST(it_opens_through_a_symbolic_link)
{
	open_link();
	ck_assert_ptr_eq(link_kind(link_), &link_pty);
	ck_assert_str_eq(link_kind(link_)->name, "pty");
	ck_assert_uint_eq(link_generation(link_), 1);
	ck_assert(link_tried(link_));
	ck_assert_int_eq(link_since(link_), NOW);
	ck_assert_int_eq(link_wake(link_), INT64_MAX);
	ck_assert_int_ne(fcntl(link_fd(link_), F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(link_fd(link_), F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(logged_lines("<6>link: opened "), 1);
}
END_TEST

START_TEST(the_terminal_is_set_to_9600_8n1_raw_and_leaves_the_modem_lines_alone)
{
	struct termios settings;

	open_link();
	ck_assert_int_eq(tcgetattr(link_fd(link_), &settings), 0);
	ck_assert_uint_eq(cfgetospeed(&settings), B9600);
	ck_assert_uint_eq(settings.c_cflag & (CSIZE | CSTOPB | PARENB | CRTSCTS | HUPCL), CS8);
	ck_assert_uint_eq(settings.c_cflag & (CLOCAL | CREAD), CLOCAL | CREAD);
	ck_assert_uint_eq(settings.c_iflag & (IXON | IXOFF | IXANY | ICRNL | INLCR | ISTRIP), 0);
	ck_assert_uint_eq(settings.c_lflag & (ICANON | ECHO | ISIG), 0);
	ck_assert_uint_eq(settings.c_oflag & OPOST, 0);
	ck_assert_uint_eq(settings.c_cc[VMIN], 1);
	ck_assert_uint_eq(settings.c_cc[VTIME], 0);
}
END_TEST

START_TEST(every_byte_value_passes_both_ways)
{
	uint8_t sent[BYTES], received[BYTES];

	for (int i = 0; i < BYTES; i++)
		sent[i] = (uint8_t)i;
	open_link();
	loopback_write(panel, sent, sizeof sent);
	loopback_link_read(link_, received, sizeof received, NOW);
	ck_assert_mem_eq(sent, received, sizeof sent);

	memset(received, 0, sizeof received);
	ck_assert_int_eq(link_write(link_, sent, sizeof sent, NOW), CZ2_OK);
	loopback_read(panel, received, sizeof received);
	ck_assert_mem_eq(sent, received, sizeof sent);
}
END_TEST

START_TEST(a_silent_line_reads_as_nothing_and_stays_open)
{
	uint8_t byte;

	open_link();
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(link_read(link_, &byte, 1, NOW), 0);
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
}
END_TEST

/* More than the line discipline holds, so that the rest waits behind it. */
static void
leave_stale_bytes(void)
{
	uint8_t stale[12000];

	memset(stale, 0xEE, sizeof stale);
	fcntl(panel, F_SETFL, O_NONBLOCK);
	ck_assert_int_gt(write(panel, stale, sizeof stale), 4096);
}

static void
check_first_byte_is_new(void)
{
	uint8_t byte = 0;

	open_link();
	loopback_write(panel, "\x42", 1);
	loopback_link_read(link_, &byte, 1, NOW);
	ck_assert_uint_eq(byte, 0x42);
}

START_TEST(bytes_from_before_the_opening_are_discarded)
{
	leave_stale_bytes();
	check_first_byte_is_new();
}
END_TEST

START_TEST(bytes_that_another_program_left_are_discarded)
{
	int other = open(path, O_RDWR | O_NOCTTY);
	struct pollfd wait = {.fd = other, .events = POLLIN};

	leave_stale_bytes();
	ck_assert_int_eq(poll(&wait, 1, LOOPBACK_PATIENCE_MS), 1);
	close(other);
	check_first_byte_is_new();
}
END_TEST

START_TEST(a_hang_up_closes_at_once)
{
	open_link();
	hang_up(NOW + 7);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_since(link_), NOW + 7);
	ck_assert_int_gt(link_wake(link_), NOW + 7);
	ck_assert_int_le(link_wake(link_), NOW + 7 + PAUSE_MIN_MS);
	ck_assert_str_ne(link_why(link_), "");
	ck_assert_int_eq(logged_lines("<4>link: lost "), 1);
}
END_TEST

START_TEST(it_comes_back_under_another_name_behind_the_same_link)
{
	int before;

	open_link();
	before = panel;
	panel = loopback_new_pty(path);
	close(before);
	loopback_read_until_closed(link_, NOW);
	link_step(link_, link_wake(link_));
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
	ck_assert_uint_eq(link_generation(link_), 2);
	ck_assert_str_eq(link_why(link_), "");
	ck_assert_int_eq(link_write(link_, (const uint8_t *)"x", 1, NOW), CZ2_OK);
	loopback_read(panel, &(char){0}, 1);
}
END_TEST

START_TEST(steps_before_their_time_do_nothing)
{
	int64_t wake;

	unlink(path);
	link_step(link_, NOW);
	wake = link_wake(link_);
	panel = loopback_new_pty(path);
	link_step(link_, wake - 1);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_wake(link_), wake);
	link_step(link_, wake);
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
}
END_TEST

START_TEST(a_missing_device_is_told_once_and_tried_for_ever_with_growing_pauses)
{
	int64_t now = NOW;
	int64_t limit = PAUSE_MIN_MS;

	unlink(path);
	for (int i = 0; i < 50; i++) {
		int64_t pause;

		link_step(link_, now);
		ck_assert(link_tried(link_));
		ck_assert_int_eq(link_fd(link_), -1);
		ck_assert_str_eq(link_why(link_), "no such device");
		pause = link_wake(link_) - now;
		ck_assert_int_ge(pause, limit * 3 / 4);
		ck_assert_int_le(pause, limit);
		limit = limit * 2 < PAUSE_MAX_MS ? limit * 2 : PAUSE_MAX_MS;
		now = link_wake(link_);
	}
	ck_assert_int_eq(link_since(link_), NOW);
	ck_assert_int_eq(logged_lines("no such device; "), 1);
	ck_assert_int_eq(logged_lines("; trying again until it appears"), 1);
	ck_assert_int_eq(logged_lines(""), 1);

	panel = loopback_new_pty(path);
	link_step(link_, now);
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
	ck_assert_int_eq(logged_lines("opened"), 1);
}
END_TEST

START_TEST(what_is_no_terminal_is_refused)
{
	unlink(path);
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	link_step(link_, NOW);
	ck_assert_str_eq(link_why(link_), "it is no serial port");
	ck_assert_int_eq(logged_lines("it is no serial port; trying again until it opens"), 1);

	unlink(path);
	ck_assert_int_eq(close(creat(path, 0600)), 0);
	link_step(link_, link_wake(link_));
	ck_assert_str_eq(link_why(link_), "it is no serial port");
	ck_assert_int_eq(logged_lines(""), 1);
}
END_TEST

START_TEST(permission_denied_names_the_group_that_may)
{
	const struct group *group = getgrnam("tty");
	char name[LOOPBACK_PATH_MAX];

	if (getuid() != 0 || group == NULL)
		return; /* only root can take its own permission away */
	ck_assert_int_eq(ptsname_r(panel, name, sizeof name), 0);
	ck_assert_int_eq(chown(name, 0, group->gr_gid), 0);
	ck_assert_int_eq(chmod(name, 0660), 0);
	*strrchr(path, '/') = '\0';
	ck_assert_int_eq(chmod(path, 0755), 0);
	ck_assert_int_eq(seteuid(NOBODY), 0);
	link_step(link_, NOW);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_str_eq(link_why(link_),
			 "permission denied: only members of the group tty may use it");
}
END_TEST

START_TEST(a_second_opener_is_refused_until_the_first_is_gone)
{
	struct link *second = link_new(path);
	int before;

	open_link();
	before = link_fd(link_);
	link_step(second, NOW);
	ck_assert_int_eq(link_state(second), LINK_CLOSED);
	ck_assert_str_eq(link_why(second), "another program uses it");
	ck_assert_int_eq(link_fd(link_), before);
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
	link_ = link_free(link_);
	link_step(second, link_wake(second));
	ck_assert_int_eq(link_state(second), LINK_OPEN);
	link_free(second);
}
END_TEST

START_TEST(a_second_opener_leaves_the_settings_of_the_first_alone)
{
	struct link *second = link_new(path);
	struct termios settings;

	open_link();
	tcgetattr(link_fd(link_), &settings);
	cfsetspeed(&settings, B19200);
	tcsetattr(link_fd(link_), TCSANOW, &settings);
	link_step(second, NOW);
	tcgetattr(link_fd(link_), &settings);
	ck_assert_uint_eq(cfgetospeed(&settings), B19200);
	link_free(second);
}
END_TEST

START_TEST(a_line_that_takes_no_more_bytes_is_closed)
{
	uint8_t frame[BYTES] = {0};
	int written = 0;

	open_link();
	while (link_write(link_, frame, sizeof frame, NOW) == CZ2_OK)
		ck_assert_int_lt(++written, 10000);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
	ck_assert_str_eq(link_why(link_), "it takes no more bytes");
	ck_assert_int_eq(link_write(link_, frame, 1, NOW), CZ2_ECLOSED);
}
END_TEST

START_TEST(a_link_that_looks_open_can_be_dropped)
{
	link_drop(link_, "nothing to drop", NOW);
	ck_assert_str_eq(link_why(link_), "");
	open_link();
	link_drop(link_, "nothing comes through", NOW + 1);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
	ck_assert_str_eq(link_why(link_), "nothing comes through");
	ck_assert_int_eq(logged_lines(": nothing comes through; opening it again"), 1);
	link_step(link_, link_wake(link_));
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
}
END_TEST

/* One whole round: opened, perhaps a byte heard so long after, and the end. */
static int64_t
round_of_life(int64_t now, int heard_after_ms)
{
	uint8_t byte;

	link_step(link_, now);
	ck_assert_int_eq(link_state(link_), LINK_OPEN);
	now += heard_after_ms;
	loopback_write(panel, "x", 1);
	loopback_link_read(link_, &byte, 1, now);
	link_drop(link_, "it broke", now);
	return now;
}

START_TEST(what_greets_and_hangs_up_for_ever_is_two_lines_and_slows_down)
{
	int64_t now = NOW;
	int64_t pause = 0;

	for (int i = 0; i < 20; i++) {
		round_of_life(now, 0);
		pause = link_wake(link_) - now;
		now = link_wake(link_);
	}
	ck_assert_int_ge(pause, PAUSE_MAX_MS * 3 / 4);
	ck_assert_int_eq(logged_lines("opened"), 1);
	ck_assert_int_eq(logged_lines("lost"), 1);
	ck_assert_int_eq(logged_lines(""), 2);
}
END_TEST

START_TEST(once_it_lasts_it_is_told_and_pauses_are_short_again)
{
	int64_t now = NOW;

	for (int i = 0; i < 20; i++) {
		round_of_life(now, 0);
		now = link_wake(link_);
	}
	logged_begin();
	now = round_of_life(now, PROOF_MS);
	ck_assert_int_eq(logged_lines("works again"), 1);
	ck_assert_int_eq(logged_lines("lost"), 1);
	ck_assert_int_le(link_wake(link_) - now, PAUSE_MIN_MS);

	logged_begin();
	round_of_life(link_wake(link_), PROOF_MS);
	ck_assert_int_eq(logged_lines("opened"), 1);
	ck_assert_int_eq(logged_lines("lost"), 1);
	ck_assert_int_eq(logged_lines(""), 2);
}
END_TEST

START_TEST(a_new_reason_is_news)
{
	unlink(path);
	link_step(link_, NOW);
	ck_assert_int_eq(symlink("/dev/null", path), 0);
	link_step(link_, link_wake(link_));
	unlink(path);
	link_step(link_, link_wake(link_));
	ck_assert_int_eq(logged_lines("no such device"), 2);
	ck_assert_int_eq(logged_lines("it is no serial port"), 1);
}
END_TEST

START_TEST(troubles_that_alternate_are_told_for_a_while_only)
{
	int64_t now = NOW;

	for (int i = 0; i < 100; i++) {
		link_step(link_, now);
		link_drop(link_, i % 2 == 0 ? "it broke" : "it hung up", now);
		now = link_wake(link_);
	}
	ck_assert_int_eq(logged_lines("opened"), 1);
	ck_assert_int_eq(logged_lines("keeps changing"), 1);
	ck_assert_int_le(logged_lines(""), LINK_NEWS_MAX + 1);

	logged_begin();
	round_of_life(now, PROOF_MS);
	ck_assert_int_eq(logged_lines("works again"), 1);
	ck_assert_int_eq(logged_lines("lost"), 1);
}
END_TEST

START_TEST(a_link_that_never_lived_can_be_freed)
{
	ck_assert_ptr_null(link_free(NULL));
	link_ = link_free(link_);
	ck_assert_ptr_null(link_);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		nothing_is_opened_before_the_first_step,
		it_opens_through_a_symbolic_link,
		the_terminal_is_set_to_9600_8n1_raw_and_leaves_the_modem_lines_alone,
		every_byte_value_passes_both_ways,
		a_silent_line_reads_as_nothing_and_stays_open,
		bytes_from_before_the_opening_are_discarded,
		bytes_that_another_program_left_are_discarded,
		a_hang_up_closes_at_once,
		it_comes_back_under_another_name_behind_the_same_link,
		steps_before_their_time_do_nothing,
		a_missing_device_is_told_once_and_tried_for_ever_with_growing_pauses,
		what_is_no_terminal_is_refused,
		permission_denied_names_the_group_that_may,
		a_second_opener_is_refused_until_the_first_is_gone,
		a_second_opener_leaves_the_settings_of_the_first_alone,
		a_line_that_takes_no_more_bytes_is_closed,
		a_link_that_looks_open_can_be_dropped,
		what_greets_and_hangs_up_for_ever_is_two_lines_and_slows_down,
		once_it_lasts_it_is_told_and_pauses_are_short_again,
		a_new_reason_is_news,
		troubles_that_alternate_are_told_for_a_while_only,
		a_link_that_never_lived_can_be_freed,
		NULL,
	};

	return run_fixed_suite("link", tests, set_up, tear_down);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One daemon for one database: another process that has it, that is just ending, that knows it
 * by another name; and places where no lock can be had. Waiting takes no time here.
 */
#include "build.h"

#include "cz2d/store/claim.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

static const int64_t second_us = 1000000;

static int64_t waited_us;
static pid_t owner; /* who has the database; 0: nobody */
/* After so long the owner ends: while it is waited for, or just when the time is looked at. */
static int64_t ends_us, ends_at_look_us;

static void
end_owner(void)
{
	if (owner == 0)
		return;
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	owner = 0;
}

/* In place of the C library's: only waiting takes time. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	now->tv_sec = waited_us / second_us;
	now->tv_nsec = waited_us % second_us * 1000;
	if (waited_us >= ends_at_look_us)
		end_owner();
	return 0;
}

int
usleep(useconds_t time)
{
	waited_us += time;
	if (waited_us >= ends_us)
		end_owner();
	return 0;
}

static void
set_up(void)
{
	stored_set_up();
	waited_us = 0;
	ends_us = ends_at_look_us = INT64_MAX;
}

static void
tear_down(void)
{
	end_owner();
	stored_tear_down();
}

/* Another process claims the database by this name. */
static void
claim_elsewhere(const char *path)
{
	int told[2];
	char done;

	ck_assert_int_eq(pipe(told), 0);
	owner = fork();
	ck_assert_int_ge(owner, 0);
	if (owner == 0) {
		struct claim *claim = claim_new(path);

		if (claim != NULL && write(told[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(told[1]);
	ck_assert_int_eq(read(told[0], &done, 1), 1);
	close(told[0]);
}

static void
check_refused(const char *path)
{
	char words[128];

	ck_assert_ptr_null(claim_new(path));
	snprintf(words, sizeof words, "is in use by another cz2d, process %ld", (long)owner);
	ck_assert_int_eq(logged_lines(words), 1);
}

static void
check_claimed(void)
{
	struct claim *claim = claim_new(stored_path);

	ck_assert_ptr_nonnull(claim);
	ck_assert_int_eq(logged_lines("waiting for another cz2d"), waited_us > 0);
	ck_assert_int_eq(logged_lines(""), waited_us > 0);
	claim_free(claim);
}

/* Is claimed all the same, with a warning. */
static void
check_warned(const char *path)
{
	struct claim *claim = claim_new(path);

	ck_assert_ptr_nonnull(claim);
	ck_assert_int_eq(logged_lines("cannot be locked"), 1);
	claim_free(claim);
}

START_TEST(a_database_that_nobody_has_is_claimed_at_once)
{
	check_claimed();
	check_claimed();
	ck_assert_int_eq(waited_us, 0);
}
END_TEST

START_TEST(one_that_another_process_has_is_refused)
{
	claim_elsewhere(stored_path);
	check_refused(stored_path);
	ck_assert_int_ge(waited_us, 4 * second_us);
}
END_TEST

START_TEST(one_whose_owner_is_ending_is_waited_for)
{
	claim_elsewhere(stored_path);
	ends_us = 4 * second_us;
	check_claimed();
	ck_assert_int_eq(waited_us, ends_us);
}
END_TEST

START_TEST(one_whose_owner_ends_at_the_last_moment_is_claimed)
{
	claim_elsewhere(stored_path);
	ends_at_look_us = 5 * second_us;
	check_claimed();
	ck_assert_int_eq(waited_us, ends_at_look_us);
}
END_TEST

START_TEST(it_is_the_same_by_another_name)
{
	char other[STORED_PATH_SIZE + 8];

	stored_write("", 0);
	snprintf(other, sizeof other, "%s-other", stored_path);
	ck_assert_int_eq(symlink(stored_path, other), 0);
	claim_elsewhere(stored_path);
	check_refused(other);
}
END_TEST

START_TEST(a_lock_that_leads_elsewhere_is_not_followed)
{
	char lock[STORED_PATH_SIZE + 8], elsewhere[STORED_PATH_SIZE + 16];

	snprintf(lock, sizeof lock, "%s-lock", stored_path);
	snprintf(elsewhere, sizeof elsewhere, "%s-elsewhere", stored_path);
	ck_assert_int_eq(symlink(elsewhere, lock), 0);
	check_warned(stored_path);
	ck_assert_int_ne(access(elsewhere, F_OK), 0);
}
END_TEST

START_TEST(where_there_is_no_room_for_a_lock_nobody_is_kept_from_anything)
{
	char nowhere[STORED_PATH_SIZE + 32];

	snprintf(nowhere, sizeof nowhere, "%s/not/there/cz2d.db", stored_path);
	check_warned(nowhere);
}
END_TEST

START_TEST(only_its_owner_may_read_the_lock)
{
	char lock[STORED_PATH_SIZE + 8];
	struct stat found;

	umask(0);
	check_claimed();
	snprintf(lock, sizeof lock, "%s-lock", stored_path);
	ck_assert_int_eq(stat(lock, &found), 0);
	ck_assert_int_eq(found.st_mode & 0777, 0600);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_database_that_nobody_has_is_claimed_at_once,
		one_that_another_process_has_is_refused,
		one_whose_owner_is_ending_is_waited_for,
		one_whose_owner_ends_at_the_last_moment_is_claimed,
		it_is_the_same_by_another_name,
		a_lock_that_leads_elsewhere_is_not_followed,
		where_there_is_no_room_for_a_lock_nobody_is_kept_from_anything,
		only_its_owner_may_read_the_lock,
		NULL,
	};

	return run_fixed_suite("claim", tests, set_up, tear_down);
}

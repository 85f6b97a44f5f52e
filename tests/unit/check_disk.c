/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Jobs on a database beside the loop: in which order they are done and told, what they
 * share, and what becomes of all of them when one fails.
 */
#include "build.h"

#include "cz2d/store/disk.h"

#include <stdio.h>
#include <string.h>

#include "cz2d/store/database.h"
#include <cz2/error.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

enum { TOLD_MAX = 16, MANY = 8 };

static const char *const steps[] = {"CREATE TABLE notes (seq INTEGER PRIMARY KEY, text TEXT);"};
static const struct database_schema schema = {steps, 1};

static uv_loop_t loop;
static struct database *database, *look;
static struct disk *disk, *reader;

static void
set_up(void)
{
	stored_set_up();
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	database = database_new(stored_path, &schema);
	look = database_new_reader(stored_path);
	disk = disk_new(&loop, database, true);
	reader = disk_new(&loop, look, false);
}

static void
tear_down(void)
{
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert(!disk_busy(disk) && !disk_busy(reader));
	disk_free(reader);
	disk_free(disk);
	database_free(look);
	database_free(database);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	stored_tear_down();
}

/* A job that writes a letter, or fails; told[] has the letters in the order of their ends. */
struct note {
	struct disk_job job;
	char letter;
	const char *sql; /* instead of writing its letter */
	struct note *then; /* is begun when this one has ended */
	int error;
};

static char told[TOLD_MAX];

static int
work(struct disk_job *job, struct database *file)
{
	struct note *note = (struct note *)job;
	struct database_value value = {.kind = DATABASE_TEXT, .bytes = &note->letter, .length = 1};

	if (note->sql != NULL)
		return database_run(file, note->sql, NULL, 0);
	return database_run(file, "INSERT INTO notes (text) VALUES (?)", &value, 1);
}

static void
done(struct disk_job *job, int error)
{
	struct note *note = (struct note *)job;
	size_t length = strlen(told);

	ck_assert_uint_lt(length, sizeof told - 1);
	told[length] = note->letter;
	note->error = error;
	if (note->then != NULL)
		disk_do(disk, &note->then->job);
}

static struct note
note(char letter)
{
	return (struct note){.job = {.work = work, .done = done}, .letter = letter};
}

static void
run(void)
{
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
}

START_TEST(jobs_are_done_and_told_in_the_order_given)
{
	struct note notes[MANY];

	for (int i = 0; i < MANY; i++) {
		notes[i] = note((char)('a' + i));
		disk_do(disk, &notes[i].job);
		ck_assert_str_eq(told, "");
	}
	ck_assert(disk_busy(disk));
	run();
	ck_assert_str_eq(told, "abcdefgh");
	for (int i = 0; i < MANY; i++)
		ck_assert_int_eq(notes[i].error, CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT group_concat(text, '') = 'abcdefgh' FROM"
				    " (SELECT text FROM notes ORDER BY seq)"), 1);
}
END_TEST

START_TEST(a_job_given_by_the_end_of_another_comes_after_those_that_wait)
{
	struct note a = note('a'), b = note('b'), c = note('c');

	a.then = &c;
	disk_do(disk, &a.job);
	disk_do(disk, &b.job);
	run();
	ck_assert_str_eq(told, "abc");
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes"), 3);
}
END_TEST

START_TEST(what_comes_while_the_disk_works_shares_the_next_transaction)
{
	struct note first = note('a'), good = note('b'), bad = note('c');

	bad.sql = "INSERT INTO notes (seq, text) VALUES (1, 'taken')";
	disk_do(disk, &first.job);
	disk_do(disk, &good.job);
	disk_do(disk, &bad.job);
	run();
	ck_assert_str_eq(told, "abc");
	ck_assert_int_eq(first.error, CZ2_OK);
	ck_assert_int_eq(good.error, CZ2_EIO);
	ck_assert_int_eq(bad.error, CZ2_EIO);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes"), 1);
}
END_TEST

START_TEST(after_a_failure_the_next_job_is_done)
{
	struct note bad = note('a'), good = note('b');

	bad.sql = "INSERT INTO notes (seq, text) VALUES (1, 'y'), (1, 'z')";
	bad.then = &good;
	disk_do(disk, &bad.job);
	run();
	ck_assert_str_eq(told, "ab");
	ck_assert_int_eq(bad.error, CZ2_EIO);
	ck_assert_int_eq(good.error, CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes"), 1);
}
END_TEST

/* Done while those of the same batch are told, unless the loop was told to wait. */
START_TEST(all_of_a_batch_are_told_its_own_end)
{
	struct note first = note('a'), bad = note('b'), last = note('c'), good = note('d');

	bad.sql = "INSERT INTO notes (seq, text) VALUES (1, 'taken')";
	bad.then = &good;
	disk_do(disk, &first.job);
	disk_do(disk, &bad.job);
	disk_do(disk, &last.job);
	run();
	ck_assert_str_eq(told, "abcd");
	ck_assert_int_eq(last.error, CZ2_EIO);
	ck_assert_int_eq(good.error, CZ2_OK);
}
END_TEST

static int
count(struct disk_job *job, struct database *file)
{
	struct note *note = (struct note *)job;

	return database_query(file, note->sql, NULL, 0, NULL, NULL);
}

START_TEST(one_bad_question_is_not_the_matter_of_the_others)
{
	struct note good = note('a'), bad = note('b'), last = note('c');

	good.sql = last.sql = "SELECT 1 FROM notes";
	bad.sql = "SELECT nothing FROM nowhere";
	good.job.work = bad.job.work = last.job.work = count;
	disk_do(reader, &good.job);
	disk_do(reader, &bad.job);
	disk_do(reader, &last.job);
	run();
	ck_assert_str_eq(told, "abc");
	ck_assert_int_eq(good.error, CZ2_OK);
	ck_assert_int_eq(bad.error, CZ2_EIO);
	ck_assert_int_eq(last.error, CZ2_OK);
}
END_TEST

START_TEST(jobs_are_done_again_when_the_file_had_to_be_replaced)
{
	struct note a = note('a'), b = note('b');

	disk_do(disk, &a.job);
	run();
	stored_sql("DROP TABLE notes");
	disk_do(disk, &b.job);
	run();
	ck_assert_str_eq(told, "ab");
	ck_assert_int_eq(b.error, CZ2_OK);
	ck_assert_int_eq(stored_aside(), 1);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes WHERE text = 'b'"), 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		jobs_are_done_and_told_in_the_order_given,
		a_job_given_by_the_end_of_another_comes_after_those_that_wait,
		what_comes_while_the_disk_works_shares_the_next_transaction,
		after_a_failure_the_next_job_is_done,
		all_of_a_batch_are_told_its_own_end,
		one_bad_question_is_not_the_matter_of_the_others,
		jobs_are_done_again_when_the_file_had_to_be_replaced,
		NULL,
	};

	return run_fixed_suite("disk", tests, set_up, tear_down);
}

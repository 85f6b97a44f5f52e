/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The database file: what is kept over a restart, and all that can happen to a
 * file. Nothing of it may end the daemon or put invented rows before the householder.
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <fcntl.h>
#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include <cz2/error.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

enum { NOBODY = 65534 };

static const int64_t now = 5000000, wall_us = INT64_C(1780000000000000);

static struct cz2_image images[CZ2_ROW_COUNT];
static struct cz2_image loaded[CZ2_ROW_COUNT];

/* ------------------------------------------------------------------------
 * Rows
 */

static void
learn(enum cz2_row row, uint8_t fill, int64_t time)
{
	const struct cz2_row_info *info = cz2_row_info(row);
	struct cz2_image *image = &images[row];

	image->length = info->length;
	image->source = CZ2_SOURCE_POLL;
	image->time = time;
	memset(image->bytes, fill, image->length);
	image->bytes[0] = 0;
	image->bytes[1] = info->table;
	image->bytes[2] = info->row;
}

/* A file of an earlier life, with two rows in it. */
static void
make_file(void)
{
	struct store *store = store_new(stored_path);

	learn(CZ2_ROW_1_12, 0x11, now - 1000);
	learn(CZ2_ROW_1_16, 0x22, now - 61000);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	store_free(store);
}

static int
count_loaded(struct store *store)
{
	int count = 0;

	memset(loaded, 0, sizeof loaded);
	store_load_rows(store, loaded, now, wall_us);
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		count += loaded[row].length != 0;
	return count;
}

/* ------------------------------------------------------------------------
 * Keeping
 */

START_TEST(rows_come_back_as_restored_with_their_age)
{
	struct store *store;

	make_file();
	store = store_new(stored_path);
	ck_assert(store_ok(store));
	/* Three seconds later, on another run of the monotonic clock. */
	ck_assert_int_eq(store_load_rows(store, loaded, 700, wall_us + 3000000), CZ2_OK);
	ck_assert_int_eq(loaded[CZ2_ROW_1_16].length, 19);
	ck_assert_int_eq(loaded[CZ2_ROW_1_16].source, CZ2_SOURCE_RESTORED);
	ck_assert_int_eq(loaded[CZ2_ROW_1_16].time, 700 - 64000);
	ck_assert_mem_eq(loaded[CZ2_ROW_1_16].bytes, images[CZ2_ROW_1_16].bytes, 19);
	ck_assert_int_eq(loaded[CZ2_ROW_1_12].time, 700 - 4000);
	ck_assert_int_eq(loaded[CZ2_ROW_1_9].length, 0);
	store_free(store);
}
END_TEST

START_TEST(a_row_is_written_only_when_it_was_learnt_anew)
{
	struct store *store = store_new(stored_path);

	learn(CZ2_ROW_1_12, 1, now);
	learn(CZ2_ROW_1_16, 1, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	stored_sql("UPDATE rows SET learnt_us = 7");
	learn(CZ2_ROW_1_16, 2, now + 10);
	ck_assert_int_eq(store_save_rows(store, images, now + 10, wall_us + 10000), CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT learnt_us FROM rows WHERE number = 12"), 7);
	ck_assert_int_eq(stored_ask("SELECT learnt_us FROM rows WHERE number = 16"), wall_us + 10000);
	learn(CZ2_ROW_1_16, 2, now + 20); /* the same content, seen again */
	ck_assert_int_eq(store_save_rows(store, images, now + 20, wall_us + 20000), CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT learnt_us FROM rows WHERE number = 16"), wall_us + 20000);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows"), 2);
	store_free(store);
}
END_TEST

START_TEST(restored_rows_are_not_written_again)
{
	struct store *store;

	make_file();
	store = store_new(stored_path);
	ck_assert_int_eq(count_loaded(store), 2);
	stored_sql("UPDATE rows SET learnt_us = 7");
	ck_assert_int_eq(store_save_rows(store, loaded, now, wall_us), CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows WHERE learnt_us = 7"), 2);
	store_free(store);
}
END_TEST

START_TEST(the_file_says_whose_and_of_which_version_it_is_and_uses_a_log)
{
	make_file();
	ck_assert_int_eq(stored_ask("PRAGMA application_id"), 0x637A3264);
	ck_assert_int_ge(stored_ask("PRAGMA user_version"), 2);
	ck_assert_int_eq(stored_ask("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}
END_TEST

START_TEST(the_last_part_of_the_directory_is_made)
{
	struct store *store;

	snprintf(stored_path, sizeof stored_path, "%s/made/cz2d.db", stored_directory);
	store = store_new(stored_path);
	ck_assert(store_ok(store));
	store_free(store);
}
END_TEST

/* ------------------------------------------------------------------------
 * Damage
 */

static void
check_replaced(void)
{
	struct store *store = store_new(stored_path);

	ck_assert_msg(store_ok(store), "%s", store_why(store));
	ck_assert_int_eq(stored_aside(), 1);
	ck_assert_int_eq(logged_lines("is damaged; it was set aside as"), 1);
	ck_assert_int_eq(count_loaded(store), 0);
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	store_free(store);
	ck_assert_int_ge(stored_ask("SELECT count(*) FROM rows"), 1);
}

START_TEST(what_is_no_database_is_set_aside)
{
	stored_write("In the beginning there was no header at all, only words and more words. ", 72);
	check_replaced();
}
END_TEST

START_TEST(a_file_cut_in_half_is_set_aside)
{
	struct stat file;

	make_file();
	ck_assert_int_eq(stat(stored_path, &file), 0);
	ck_assert_int_eq(truncate(stored_path, file.st_size / 2), 0);
	check_replaced();
}
END_TEST

START_TEST(damage_in_the_middle_is_found_at_the_start)
{
	char junk[200];
	int fd;

	make_file();
	stored_sql("CREATE TABLE more (x); INSERT INTO more WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
	    " SELECT i + 1 FROM n WHERE i < 2000) SELECT randomblob(90) FROM n");
	memset(junk, 0xA5, sizeof junk);
	fd = open(stored_path, O_WRONLY);
	ck_assert_int_eq(pwrite(fd, junk, sizeof junk, 4096 * 10), (ssize_t)sizeof junk);
	close(fd);
	check_replaced();
}
END_TEST

START_TEST(a_file_that_lost_its_content_does_not_pass_for_a_new_one)
{
	make_file();
	stored_sql("DELETE FROM marker");
	check_replaced();
}
END_TEST

START_TEST(a_file_without_our_tables_is_set_aside)
{
	make_file();
	stored_sql("DROP TABLE marker");
	check_replaced();
}
END_TEST

START_TEST(an_empty_file_is_used_but_noticed)
{
	struct store *store;

	stored_write("", 0);
	store = store_new(stored_path);
	ck_assert(store_ok(store));
	ck_assert_int_eq(logged_lines("was empty: whatever it held is lost"), 1);
	store_free(store);
	store = store_new(stored_path);
	ck_assert_int_eq(logged_lines("was empty"), 1);
	store_free(store);
}
END_TEST

START_TEST(a_new_file_is_begun_without_a_warning)
{
	struct store *store = store_new(stored_path);

	ck_assert(store_ok(store));
	ck_assert_str_eq(store_why(store), "");
	ck_assert_int_eq(logged_lines("cz2d.db"), 0);
	store_free(store);
}
END_TEST

START_TEST(damage_while_running_costs_the_file_but_not_the_rows)
{
	struct store *store;

	store = store_new(stored_path);
	learn(CZ2_ROW_1_12, 0x11, now - 1000);
	learn(CZ2_ROW_1_16, 0x22, now - 61000);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	stored_sql("DROP TABLE rows");
	learn(CZ2_ROW_1_9, 9, now + 1);
	ck_assert_int_eq(store_save_rows(store, images, now + 1, wall_us), CZ2_OK);
	ck_assert_int_eq(stored_aside(), 1);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows"), 3);
	ck_assert(store_ok(store));
	store_free(store);
}
END_TEST

START_TEST(two_files_damaged_in_one_second_are_both_kept)
{
	char pattern[STORED_PATH_SIZE];
	glob_t found;

	for (int i = 1; i <= 2; i++) {
		stored_write("nonsense nonsense nonsense nonsense", 35);
		store_free(store_new(stored_path));
	}
	ck_assert_int_eq(logged_lines("it was set aside as"), 2);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM marker"), 1);
	snprintf(pattern, sizeof pattern, "%s/*.damaged-*", stored_directory);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 2);
	globfree(&found);
}
END_TEST

START_TEST(a_file_removed_while_running_is_begun_anew)
{
	struct store *store;

	make_file();
	store = store_new(stored_path);
	ck_assert_int_eq(unlink(stored_path), 0);
	learn(CZ2_ROW_1_9, 9, now + 1);
	ck_assert_int_eq(store_save_rows(store, images, now + 1, wall_us), CZ2_OK);
	store_free(store);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows"), 3);
}
END_TEST

/* ------------------------------------------------------------------------
 * Files that are not ours to use
 */

static void
check_refused(const char *why)
{
	struct store *store = store_new(stored_path);

	ck_assert(!store_ok(store));
	ck_assert_msg(strstr(store_why(store), why) != NULL, "%s", store_why(store));
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_EIO);
	log_info("test", "something else"); /* the log folds repeats that follow each other */
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_EIO);
	ck_assert_int_eq(count_loaded(store), 0);
	ck_assert_int_eq(logged_lines(why), 1);
	ck_assert_int_eq(stored_aside(), 0);
	store_free(store);
}

START_TEST(a_newer_schema_is_left_alone)
{
	make_file();
	stored_sql("PRAGMA user_version = 1000; ALTER TABLE rows ADD COLUMN future");
	check_refused("was made by a newer cz2d (schema 1000, this one knows ");
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows"), 2);
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 1000);
}
END_TEST

START_TEST(the_database_of_another_program_is_left_alone)
{
	stored_sql("CREATE TABLE recipes (cake TEXT); INSERT INTO recipes VALUES ('apple')");
	check_refused("belongs to another program");
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM recipes"), 1);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM sqlite_schema"), 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Trouble that passes
 */

START_TEST(a_directory_that_comes_later_is_used_then)
{
	char parent[STORED_PATH_SIZE];
	struct store *store;

	snprintf(parent, sizeof parent, "%s/a", stored_directory);
	snprintf(stored_path, sizeof stored_path, "%s/a/b/cz2d.db", stored_directory);
	store = store_new(stored_path);
	ck_assert(!store_ok(store));
	ck_assert_msg(strstr(store_why(store), "No such file or directory") != NULL, "%s",
		      store_why(store));
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_EIO);
	ck_assert_int_eq(logged_lines("nothing is stored"), 1);
	ck_assert_int_eq(mkdir(parent, 0755), 0);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	ck_assert(store_ok(store));
	ck_assert_str_eq(store_why(store), "");
	ck_assert_int_eq(logged_lines("can be used again"), 1);
	store_free(store);
}
END_TEST

START_TEST(a_full_disk_is_told_once_and_forgotten_when_there_is_room)
{
	struct store *store;
	int told;

	make_file();
	store = store_new(stored_path);
	stored_allow_size(1000);
	for (int i = 1; i <= 3; i++) {
		learn(CZ2_ROW_1_9, (uint8_t)i, now + i);
		ck_assert_int_eq(store_save_rows(store, images, now + i, wall_us), CZ2_EIO);
		ck_assert(!store_ok(store));
	}
	stored_allow_size(RLIM_INFINITY);
	told = logged_lines("nothing is stored until that is mended");
	ck_assert_int_eq(told, 1);
	ck_assert_int_eq(stored_aside(), 0);
	ck_assert_int_eq(store_save_rows(store, images, now + 4, wall_us), CZ2_OK);
	ck_assert(store_ok(store));
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM rows"), 3);
	store_free(store);
}
END_TEST

START_TEST(a_file_that_may_not_be_written_is_told_and_used_once_it_may)
{
	struct store *store;

	make_file();
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(NOBODY), 0);
	else
		ck_assert_int_eq(chmod(stored_path, 0400), 0);
	store = store_new(stored_path);
	ck_assert(!store_ok(store));
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chmod(stored_path, 0600), 0);
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	ck_assert(store_ok(store));
	store_free(store);
}
END_TEST

START_TEST(a_file_that_somebody_else_holds_is_written_at_the_next_save)
{
	struct store *store;
	sqlite3 *other;

	make_file();
	store = store_new(stored_path);
	ck_assert_int_eq(sqlite3_open(stored_path, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_EIO);
	ck_assert_msg(strstr(store_why(store), "locked") != NULL, "%s", store_why(store));
	sqlite3_close(other);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	store_free(store);
}
END_TEST

/* ------------------------------------------------------------------------
 * Content that was never ours
 */

START_TEST(stored_rows_that_cannot_be_the_panels_are_skipped)
{
	static const char *const hostile[] = {
		"(9, 1, 12, x'00010C', 1)",                     /* no such row there */
		"(1, 1, 9, zeroblob(0), 1)",                    /* nothing */
		"(1, 1, 9, zeroblob(18), 1)",                   /* prefix of another row */
		"(1, 1, 18, x'0001120405', 1)",                 /* too short */
		"(1, 1, 18, x'00011204050607FF', 1)",           /* too long */
		"(1, 1, 18, zeroblob(100000), 1)",
		"(1, 1, 18, 'abcdefg', 1)",                     /* text */
		"(1, 1, 18, 12345, 1)",
		"(1, 1, 18, x'00011204050607', 'yesterday')",
		"(1, 1, 18, x'00011204050607', 1.5)",
		"('one', 1, 18, x'00011204050607', 1)",
		"(257, 257, 274, x'00011204050607', 1)",        /* right in the low bytes */
		"(4294967297, 1, 18, x'00011204050607', 1)",
		"(-255, 1, 18, x'00011204050607', 1)",
		"(9223372036854775807, 1, 18, x'00011204050607', 1)",
	};
	char text[256];

	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		struct store *store;

		make_file();
		snprintf(text, sizeof text, "INSERT INTO rows VALUES %s", hostile[i]);
		stored_sql(text);
		store = store_new(stored_path);
		ck_assert(store_ok(store));
		ck_assert_msg(count_loaded(store) == 2, "%s was believed", hostile[i]);
		ck_assert_int_ge(logged_lines("1 stored rows cannot have come"), 1);
		store_free(store);
		ck_assert_int_eq(unlink(stored_path), 0);
	}
}
END_TEST

START_TEST(rows_of_impossible_times_are_old)
{
	struct store *store;

	make_file();
	stored_sql("UPDATE rows SET learnt_us = 9223372036854775807 WHERE number = 12");
	stored_sql("UPDATE rows SET learnt_us = -9223372036854775807 - 1 WHERE number = 16");
	store = store_new(stored_path);
	ck_assert_int_eq(count_loaded(store), 2);
	ck_assert_int_eq(loaded[CZ2_ROW_1_12].time, now - wall_us / 1000);
	ck_assert_int_eq(loaded[CZ2_ROW_1_16].time, now - wall_us / 1000);
	store_free(store);
}
END_TEST

START_TEST(a_hundred_thousand_stored_rows_do_not_hold_up_the_start)
{
	struct store *store;

	make_file();
	stored_sql("DROP TABLE rows; CREATE TABLE rows (device, tbl, number, payload, learnt_us);"
	    "INSERT INTO rows WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
	    " i < 100000) SELECT 1, 1, 18, x'00011204050607', i FROM n");
	store = store_new(stored_path);
	ck_assert_int_eq(count_loaded(store), 1);
	store_free(store);
}
END_TEST

START_TEST(triggers_in_the_file_do_not_run)
{
	struct store *store;

	make_file();
	stored_sql("CREATE TABLE victim (x); INSERT INTO victim VALUES (1);"
	    "CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM victim; END");
	store = store_new(stored_path);
	learn(CZ2_ROW_1_9, 3, now);
	ck_assert_int_eq(store_save_rows(store, images, now, wall_us), CZ2_OK);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM victim"), 1);
	store_free(store);
}
END_TEST

START_TEST(a_store_that_was_never_there_is_freed)
{
	ck_assert_ptr_null(store_free(NULL));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		rows_come_back_as_restored_with_their_age,
		a_row_is_written_only_when_it_was_learnt_anew,
		restored_rows_are_not_written_again,
		the_file_says_whose_and_of_which_version_it_is_and_uses_a_log,
		the_last_part_of_the_directory_is_made,
		what_is_no_database_is_set_aside,
		a_file_cut_in_half_is_set_aside,
		damage_in_the_middle_is_found_at_the_start,
		a_file_that_lost_its_content_does_not_pass_for_a_new_one,
		a_file_without_our_tables_is_set_aside,
		an_empty_file_is_used_but_noticed,
		a_new_file_is_begun_without_a_warning,
		damage_while_running_costs_the_file_but_not_the_rows,
		two_files_damaged_in_one_second_are_both_kept,
		a_file_removed_while_running_is_begun_anew,
		a_newer_schema_is_left_alone,
		the_database_of_another_program_is_left_alone,
		a_directory_that_comes_later_is_used_then,
		a_full_disk_is_told_once_and_forgotten_when_there_is_room,
		a_file_that_may_not_be_written_is_told_and_used_once_it_may,
		a_file_that_somebody_else_holds_is_written_at_the_next_save,
		stored_rows_that_cannot_be_the_panels_are_skipped,
		rows_of_impossible_times_are_old,
		a_hundred_thousand_stored_rows_do_not_hold_up_the_start,
		triggers_in_the_file_do_not_run,
		a_store_that_was_never_there_is_freed,
		NULL,
	};

	return run_fixed_suite("store", tests, stored_set_up, stored_tear_down);
}

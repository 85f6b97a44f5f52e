/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A file of an older version: copied before it is changed, brought up to date in one piece
 * or not at all. How durable a commit is stands with it.
 */
#include "build.h"

#include "cz2d/store/database.h"

#include <glob.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cz2/error.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

static const char *const good_steps[] = {
	"CREATE TABLE notes (text TEXT);",
	"ALTER TABLE notes ADD COLUMN more TEXT; CREATE TABLE extra (x);",
	"CREATE TABLE third (x); INSERT INTO third VALUES (3);",
};
static const char *const bad_steps[] = {
	"CREATE TABLE notes (text TEXT);",
	"ALTER TABLE notes ADD COLUMN more TEXT; CREATE TABLE extra (x);",
	"CREATE TABLE third (x); INSERT INTO nowhere VALUES (3);",
};
static const struct database_schema first = {good_steps, 1}, second = {good_steps, 2},
				    third = {good_steps, 3}, broken = {bad_steps, 3};

/* A file of the first version, with a note. */
static void
make_old(void)
{
	database_free(database_new(stored_path, &first));
	stored_sql("INSERT INTO notes VALUES ('kept')");
}

static bool
open_as(const struct database_schema *schema)
{
	struct database *database = database_new(stored_path, schema);
	bool ok = database_ok(database);

	database_free(database);
	return ok;
}

/* What SQL says of the copy. */
static long
ask_copy(const char *suffix, const char *sql)
{
	char path[STORED_PATH_SIZE];
	long number;

	memcpy(path, stored_path, sizeof path);
	strncat(stored_path, suffix, sizeof stored_path - strlen(stored_path) - 1);
	ck_assert_msg(access(stored_path, F_OK) == 0, "there is no %s", stored_path);
	number = stored_ask(sql);
	memcpy(stored_path, path, sizeof path);
	return number;
}

/* How many copies there are, whole or in parts. */
static size_t
copies(void)
{
	char pattern[STORED_PATH_SIZE + 16];
	glob_t found;
	size_t count;

	snprintf(pattern, sizeof pattern, "%s.before-*", stored_path);
	count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
	globfree(&found);
	return count;
}

START_TEST(an_older_file_is_kept_beside_the_one_that_was_brought_up_to_date)
{
	make_old();
	ck_assert(open_as(&third));
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 3);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes WHERE text = 'kept'"), 1);
	ck_assert_int_eq(stored_ask("SELECT x FROM third"), 3);
	ck_assert_uint_eq(copies(), 1);
	ck_assert_int_eq(ask_copy(".before-3", "PRAGMA user_version"), 1);
	ck_assert_int_eq(ask_copy(".before-3", "PRAGMA application_id"), 0x637A3264);
	ck_assert_int_eq(ask_copy(".before-3", "SELECT count(*) FROM notes"), 1);
	ck_assert_int_eq(logged_lines("is brought from schema 1 to 3; as it was it is kept as"), 1);
	ck_assert(open_as(&third));
	ck_assert_uint_eq(copies(), 1);
}
END_TEST

START_TEST(a_new_file_is_not_copied)
{
	ck_assert(open_as(&third));
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 3);
}
END_TEST

START_TEST(the_copy_is_a_file_that_the_older_version_goes_on_with)
{
	char copy[STORED_PATH_SIZE + 16];

	make_old();
	ck_assert(open_as(&second));
	ck_assert(!open_as(&first));
	snprintf(copy, sizeof copy, "%s.before-2", stored_path);
	ck_assert_int_eq(rename(copy, stored_path), 0);
	ck_assert(open_as(&first));
	/* And the newer one again: the copy is of now. */
	stored_sql("INSERT INTO notes VALUES ('later')");
	ck_assert(open_as(&second));
	ck_assert_int_eq(ask_copy(".before-2", "SELECT count(*) FROM notes"), 2);
}
END_TEST

START_TEST(steps_that_fail_leave_the_file_as_it_was)
{
	make_old();
	ck_assert(!open_as(&broken));
	ck_assert_int_eq(logged_lines("cannot be brought from schema 1 to 3"), 1);
	ck_assert_int_eq(stored_aside(), 0);
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 1);
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'"), 0);
	ck_assert(open_as(&first));
	ck_assert_int_eq(stored_ask("SELECT count(*) FROM notes"), 1);
}
END_TEST

static int
nothing(void *self)
{
	(void)self;
	return CZ2_OK;
}

START_TEST(without_room_for_the_copy_nothing_is_changed_until_there_is)
{
	struct database *database;

	make_old();
	stored_sql("INSERT INTO notes VALUES (hex(randomblob(200000)))");
	stored_allow_size(100000);
	database = database_new(stored_path, &third);
	stored_allow_size(RLIM_INFINITY);
	ck_assert(!database_ok(database));
	ck_assert_int_eq(logged_lines("cannot be copied before it is changed"), 1);
	ck_assert_uint_eq(copies(), 0);
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 1);
	ck_assert_int_eq(database_transaction(database, nothing, NULL), CZ2_OK);
	ck_assert(database_ok(database));
	ck_assert_uint_eq(copies(), 1);
	ck_assert_int_eq(stored_ask("PRAGMA user_version"), 3);
	database_free(database);
}
END_TEST

static char mode[16];
static int64_t synchronous;

static void
take(void *self, const struct database_value *columns, int count)
{
	(void)self;
	ck_assert_int_eq(count, 1);
	if (columns[0].kind == DATABASE_TEXT)
		snprintf(mode, sizeof mode, "%.*s", columns[0].length, (const char *)columns[0].bytes);
	else
		synchronous = columns[0].integer;
}

START_TEST(a_commit_is_on_the_disk_when_it_has_ended)
{
	enum { FULL = 2 };
	struct database *database = database_new(stored_path, &third);

	ck_assert_int_eq(database_query(database, "PRAGMA journal_mode", NULL, 0, take, NULL), 0);
	ck_assert_int_eq(database_query(database, "PRAGMA synchronous", NULL, 0, take, NULL), 0);
	ck_assert_str_eq(mode, "wal");
	ck_assert_int_eq(synchronous, FULL);
	database_free(database);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_older_file_is_kept_beside_the_one_that_was_brought_up_to_date,
		a_new_file_is_not_copied,
		the_copy_is_a_file_that_the_older_version_goes_on_with,
		steps_that_fail_leave_the_file_as_it_was,
		without_room_for_the_copy_nothing_is_changed_until_there_is,
		a_commit_is_on_the_disk_when_it_has_ended,
		NULL,
	};

	return run_fixed_suite("store_schema", tests, stored_set_up, stored_tear_down);
}

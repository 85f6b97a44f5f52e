/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The devices on the disk: they come back as they were kept, are not written for nothing,
 * and rows that somebody else wrote are not believed.
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cz2/error.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

enum { FOUND_MAX = 16 };

static uv_loop_t loop;
static struct store *store;
static struct device found[FOUND_MAX];
static int found_count, kept_count, last_error;

static void
open_store(void)
{
	store = store_new(stored_path);
	store_join(store, &loop);
}

static void
run(void)
{
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert(!store_busy(store));
}

static void
set_up(void)
{
	stored_set_up();
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	open_store();
	kept_count = 0;
}

static void
tear_down(void)
{
	run();
	store_free(store);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	stored_tear_down();
}

static void
on_kept(void *self, int error, int64_t now)
{
	ck_assert_ptr_eq(self, &store);
	ck_assert_int_gt(now, 0);
	kept_count++;
	last_error = error;
}

static struct device
device(int n, const char *name)
{
	struct device one = {.metadata = "{\"floor\":1}", .created_us = 1000 + n, .updated_us = 2000 + n};

	snprintf(one.id, sizeof one.id, "cz2-zone-%d", n);
	snprintf(one.name, sizeof one.name, "%s", name);
	return one;
}

static void
keep(const struct device *one)
{
	store_keep_device(store, one, on_kept, &store);
	run();
}

static void
take(void *self, const struct device *one)
{
	ck_assert_ptr_eq(self, &found);
	ck_assert_int_lt(found_count, FOUND_MAX);
	found[found_count++] = *one;
}

/* All that the next life finds. */
static void
load_again(void)
{
	store_free(store);
	open_store();
	found_count = 0;
	ck_assert_int_eq(store_load_devices(store, take, &found), CZ2_OK);
}

START_TEST(a_device_comes_back_as_it_was_kept)
{
	struct device zone = device(2, "Küche");

	zone.decommissioned = true;
	keep(&zone);
	ck_assert_int_eq(kept_count, 1);
	ck_assert_int_eq(last_error, CZ2_OK);
	load_again();
	ck_assert_int_eq(found_count, 1);
	ck_assert_str_eq(found[0].id, "cz2-zone-2");
	ck_assert_str_eq(found[0].name, "Küche");
	ck_assert_str_eq(found[0].metadata, "{\"floor\":1}");
	ck_assert(found[0].decommissioned);
	ck_assert_int_eq(found[0].created_us, 1002);
	ck_assert_int_eq(found[0].updated_us, 2002);
}
END_TEST

START_TEST(the_longest_of_all_comes_back_whole)
{
	struct device zone = device(3, "");

	memset(zone.name, 'n', sizeof zone.name - 1);
	memset(zone.metadata, 'm', sizeof zone.metadata - 1);
	keep(&zone);
	load_again();
	ck_assert_int_eq(found_count, 1);
	ck_assert_uint_eq(strlen(found[0].name), sizeof zone.name - 1);
	ck_assert_uint_eq(strlen(found[0].metadata), sizeof zone.metadata - 1);
}
END_TEST

START_TEST(a_change_takes_the_place_of_what_was_there)
{
	struct device zone = device(2, "Salon");

	keep(&zone);
	zone.name[0] = '\0';
	zone.updated_us = 1; /* the clock was set back */
	zone.created_us = 7; /* of a life that did not know better */
	keep(&zone);
	load_again();
	ck_assert_int_eq(found_count, 1);
	ck_assert_str_eq(found[0].name, "");
	ck_assert_int_eq(found[0].updated_us, 1);
	ck_assert_int_eq(found[0].created_us, 1002);
}
END_TEST

START_TEST(what_is_there_already_is_not_written_again)
{
	struct device zone = device(2, "Salon");

	keep(&zone);
	stored_sql("UPDATE devices SET name = 'by hand'");
	keep(&zone);
	ck_assert_int_eq(last_error, CZ2_OK);
	load_again();
	ck_assert_str_eq(found[0].name, "by hand");
}
END_TEST

/* Each is like a good row but for one column. */
START_TEST(rows_that_cannot_be_ours_are_skipped)
{
	stored_sql("DROP TABLE devices;"
		   "CREATE TABLE devices (id, name, metadata, decommissioned, created_us, updated_us);"
		   "INSERT INTO devices VALUES ('good', '', '{}', 0, 1, 1), ('', '', '{}', 0, 1, 1),"
		   " (7, '', '{}', 0, 1, 1), ('a', NULL, '{}', 0, 1, 1), ('b', x'00', '{}', 0, 1, 1),"
		   " ('c', '', 5, 0, 1, 1), ('d', '', '{}', 'no', 1, 1), ('e', '', '{}', 0, -1, 1),"
		   " ('f', '', '{}', 0, 1, NULL), ('g', char(65, 0, 66), '{}', 0, 1, 1),"
		   " (printf('%.64c', 'x'), '', '{}', 0, 1, 1), ('h', printf('%.257c', 'x'), '', 0, 1, 1),"
		   " ('i', '', printf('%.4097c', 'x'), 0, 1, 1)");
	load_again();
	ck_assert_int_eq(found_count, 1);
	ck_assert_str_eq(found[0].id, "good");
	ck_assert_int_eq(logged_lines("12 stored devices cannot be ours and are skipped"), 1);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		a_device_comes_back_as_it_was_kept,
		the_longest_of_all_comes_back_whole,
		a_change_takes_the_place_of_what_was_there,
		what_is_there_already_is_not_written_again,
		rows_that_cannot_be_ours_are_skipped,
		NULL,
	};

	return run_fixed_suite("store_devices", tests, set_up, tear_down);
}

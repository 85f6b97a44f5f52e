/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A small database damaged in every page and in every way that disks know: the store opens,
 * never ends the daemon, never tells what was not kept, and from then on keeps what it is
 * given. What it does not use any more lies aside as it was found.
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include <cz2/error.h>

#include "logged.h"
#include "stored.h"
#include "support.h"

enum { FILE_MAX = 1 << 19, PAGE = 2048, COMMANDS = 30, HEADER = 100, FLIPS = 200 };

static const int64_t began_us = INT64_C(1780000000000000);

static uint8_t whole[FILE_MAX], damaged[FILE_MAX];
static size_t size;
static uint32_t chance;
static size_t every; /* which damage is tried: CZ2_EVERY=7, each seventh */
static uv_loop_t loop;

static void
run(void)
{
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
}

static struct store *
open_store(void)
{
	struct store *store = store_new(stored_path);

	store_join(store, &loop);
	return store;
}

static void
give(struct store *store, int n, enum record_status status, store_kept kept, int *error)
{
	static char params[] = "{\"heat\":66,\"hold\":true}", wish[] = "{}";
	struct record record = {.status = status, .requested_us = began_us, .updated_us = began_us,
				.params = params, .wish = wish};

	snprintf(record.id, sizeof record.id, "00000000-0000-4000-8000-%012d", n);
	snprintf(record.device, sizeof record.device, "cz2");
	snprintf(record.command, sizeof record.command, "zone.temperature");
	snprintf(record.user, sizeof record.user, "mqtt");
	store_keep(store, &record, kept, error);
}

static struct cz2_image images[CZ2_ROW_COUNT];

/* A file of an earlier life, with rows and commands, closed properly. */
static void
make_file(void)
{
	struct store *store = open_store();

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)row);

		images[row].length = info->length;
		images[row].bytes[1] = info->table;
		images[row].bytes[2] = info->row;
	}
	for (int n = 1; n <= COMMANDS; n++)
		give(store, n, n % 10 ? RECORD_DELIVERED : RECORD_PENDING, NULL, NULL);
	run();
	ck_assert_int_eq(store_save_rows(store, images, 1, began_us), CZ2_OK);
	store_free(store);
	size = stored_read(whole, sizeof whole);
	ck_assert_uint_gt(size, 8 * PAGE);
	ck_assert_uint_lt(size, FILE_MAX);
}

static void
set_up(void)
{
	every = (size_t)setting("CZ2_EVERY", 1);
	stored_set_up();
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	make_file();
}

static void
tear_down(void)
{
	run();
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	stored_tear_down();
}

/* ------------------------------------------------------------------------
 * What must hold whatever is in the file
 */

/* A bit of a text may have turned; the rest must still be one of our records. */
static void
believe(void *self, const struct record *record)
{
	(void)self;
	ck_assert_int_le(record->status, RECORD_SENT);
	ck_assert_int_lt(record->source, RECORD_SOURCE_COUNT);
	ck_assert_uint_gt(strlen(record->id), 0);
	ck_assert_uint_gt(strlen(record->device), 0);
}

static void
on_kept(void *self, int error, int64_t now)
{
	(void)now;
	*(int *)self = error;
}

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	(void)total;
	(void)records;
	*(int *)self = error == CZ2_OK ? count : error;
}

static int
find(struct store *store, int n)
{
	struct store_query query = {.limit = 1, .status = -1};
	int found = -1;

	snprintf(query.id, sizeof query.id, "00000000-0000-4000-8000-%012d", n);
	store_find(store, &query, on_found, &found);
	run();
	return found;
}

/* The file that was damaged is there still, byte by byte. */
static void
check_kept_aside(void)
{
	static uint8_t aside[FILE_MAX];
	char pattern[STORED_PATH_SIZE + 16];
	glob_t found;
	FILE *file;

	snprintf(pattern, sizeof pattern, "%s/*.damaged-*Z", stored_directory);
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	ck_assert_uint_eq(found.gl_pathc, 1);
	file = fopen(found.gl_pathv[0], "r");
	ck_assert_uint_eq(fread(aside, 1, sizeof aside, file), size);
	ck_assert_mem_eq(aside, damaged, size);
	fclose(file);
	globfree(&found);
}

static void
clean(void)
{
	char command[2 * sizeof stored_directory + 32];

	snprintf(command, sizeof command, "rm -rf %s; mkdir -m 755 %s", stored_directory,
		 stored_directory);
	ck_assert_int_eq(system(command), 0);
}

/* True when the file was set aside. */
static bool
live_with(const char *what)
{
	struct cz2_image loaded[CZ2_ROW_COUNT] = {0};
	struct store *store;
	int error = 1, before;

	stored_write(damaged, size);
	store = open_store();
	before = stored_aside();
	ck_assert_msg(store_ok(store), "%s: %s", what, store_why(store));
	store_load_rows(store, loaded, 1, began_us);
	store_load_open(store, believe, NULL);
	give(store, 1000, RECORD_PENDING, on_kept, &error);
	run();
	ck_assert_msg(error == CZ2_OK, "%s: a command was not kept: %s", what, store_why(store));
	ck_assert_msg(find(store, 1000) == 1, "%s: a command was lost", what);
	ck_assert_int_eq(store_save_rows(store, images, 2, began_us), CZ2_OK);
	store_free(store);
	store = open_store();
	ck_assert_msg(find(store, 1000) == 1, "%s: a command was lost by the next start", what);
	store_free(store);
	if (before == 1)
		check_kept_aside();
	before = stored_aside();
	clean();
	return before > 0;
}

/* ------------------------------------------------------------------------
 * Damage
 */

static void
zeros(uint8_t *page)
{
	memset(page, 0, PAGE);
}

static void
ones(uint8_t *page)
{
	memset(page, 0xFF, PAGE);
}

static void
noise(uint8_t *page)
{
	random_bytes(&chance, page, PAGE);
}

static void
half_written(uint8_t *page)
{
	random_bytes(&chance, page + PAGE / 2, PAGE / 2);
}

static void
another_page(uint8_t *page)
{
	memcpy(page, whole + PAGE * random_below(&chance, (unsigned)(size / PAGE)), PAGE);
}

static void
some_bits(uint8_t *page)
{
	for (int i = 0; i < 8; i++)
		page[random_below(&chance, PAGE)] ^= (uint8_t)(1 << random_below(&chance, 8));
}

START_TEST(each_page_may_be_lost_in_each_way)
{
	static const struct { const char *name; void (*spoil)(uint8_t *page); } ways[] = {
		{"zeros", zeros}, {"ones", ones}, {"noise", noise}, {"half written", half_written},
		{"another page", another_page}, {"some bits", some_bits},
	};
	char what[64];
	int aside = 0, runs = 0;

	for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
		for (size_t page = way % every; page < size / PAGE; page += every, runs++) {
			memcpy(damaged, whole, size);
			ways[way].spoil(damaged + page * PAGE);
			snprintf(what, sizeof what, "page %zu, %s", page + 1, ways[way].name);
			aside += live_with(what);
		}
	/* What is damaged like this does not go unnoticed. */
	ck_assert_int_ge(2 * aside, runs);
}
END_TEST

START_TEST(each_byte_of_the_header_may_be_wrong)
{
	char what[64];

	for (size_t at = 0; at < HEADER; at += every) {
		/* The version, and whose file it is, are asked first: what says "newer" or
		 * "another's" is left alone, whoever wrote it. */
		if ((at >= 60 && at < 64) || (at >= 68 && at < 72))
			continue;
		memcpy(damaged, whole, size);
		damaged[at] ^= (uint8_t)(1 + random_below(&chance, 255));
		snprintf(what, sizeof what, "byte %zu of the header", at);
		live_with(what);
	}
}
END_TEST

START_TEST(single_bits_may_turn_anywhere)
{
	char what[64];

	for (size_t i = 0; i < FLIPS; i += every) {
		unsigned at = HEADER + random_below(&chance, (unsigned)size - HEADER);

		memcpy(damaged, whole, size);
		damaged[at] ^= (uint8_t)(1 << random_below(&chance, 8));
		snprintf(what, sizeof what, "a bit of byte %u", at);
		live_with(what);
	}
}
END_TEST

START_TEST(the_file_may_end_anywhere)
{
	size_t full = size;
	char what[64];

	memcpy(damaged, whole, full);
	for (size = 1; size < full; size += every * (size < PAGE ? 500 : 1700)) {
		snprintf(what, sizeof what, "cut after %zu bytes", size);
		ck_assert_msg(live_with(what), "%s and not noticed", what);
	}
}
END_TEST

START_TEST(an_empty_file_is_told_and_used)
{
	size = 0;
	ck_assert(!live_with("nothing"));
	ck_assert_int_eq(logged_lines("was empty: whatever it held is lost"), 1);
}
END_TEST

/* Noise where the log of SQLite was: what is not whole in it was never promised. */
START_TEST(the_log_beside_the_file_may_be_noise)
{
	char name[STORED_PATH_SIZE + 8];
	uint8_t bytes[3 * PAGE];
	FILE *file;

	snprintf(name, sizeof name, "%s-wal", stored_path);
	random_bytes(&chance, bytes, sizeof bytes);
	file = fopen(name, "w");
	ck_assert_uint_eq(fwrite(bytes, 1, sizeof bytes, file), sizeof bytes);
	fclose(file);
	memcpy(damaged, whole, size);
	ck_assert(!live_with("noise in the log"));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_page_may_be_lost_in_each_way,
		each_byte_of_the_header_may_be_wrong,
		single_bits_may_turn_anywhere,
		the_file_may_end_anywhere,
		an_empty_file_is_told_and_used,
		the_log_beside_the_file_may_be_noise,
		NULL,
	};

	return run_fixed_suite("store_damage", tests, set_up, tear_down);
}

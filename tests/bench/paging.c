/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a page of the ledger costs. Times the store's answer (filtered, with its total, the
 * hop to its thread and back included) for the first page and for page 200, and beside it one
 * select of 50 rows through an index. Prints three medians in microseconds.
 *
 * paging FILE DEVICE
 */
#include "build.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "cz2d/store/store.h"

enum { ROUNDS = 201, LIMIT = 50, PAGE_200 = 199 * LIMIT };

static uv_loop_t loop;

static int64_t
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static void
must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s failed\n", what);
	exit(EXIT_FAILURE);
}

static int
by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

static int64_t
median(int64_t times[ROUNDS])
{
	qsort(times, ROUNDS, sizeof times[0], by_size);
	return times[ROUNDS / 2];
}

/* ------------------------------------------------------------------------
 * Ours
 */

static const char *device;

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	(void)self;
	must(error == 0 && count == LIMIT && total > PAGE_200 + LIMIT, "a page");
	must(strcmp(records[0].device, device) == 0, "the right page");
}

static int64_t
ask_store(struct store *store, int offset)
{
	struct store_query query = {.status = RECORD_FAILED, .limit = LIMIT, .offset = offset};
	int64_t began = microseconds();

	snprintf(query.device, sizeof query.device, "%s", device);
	store_find(store, &query, on_found, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	return microseconds() - began;
}

/* ------------------------------------------------------------------------
 * The least that anybody could do
 */

static int64_t
select_rows(sqlite3 *handle)
{
	static const char sql[] = "SELECT * FROM commands WHERE device = ? AND status = ?"
				  " ORDER BY seq DESC LIMIT ?";
	static char copy[1 << 20];
	int64_t began = microseconds();
	sqlite3_stmt *statement;
	int count = 0;

	must(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL) == SQLITE_OK, "prepare");
	sqlite3_bind_text(statement, 1, device, -1, SQLITE_STATIC);
	sqlite3_bind_int(statement, 2, RECORD_FAILED);
	sqlite3_bind_int(statement, 3, LIMIT);
	for (; sqlite3_step(statement) == SQLITE_ROW; count++)
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const unsigned char *text = sqlite3_column_text(statement, i);

			if (text != NULL)
				memcpy(copy, text, (size_t)sqlite3_column_bytes(statement, i));
		}
	must(sqlite3_finalize(statement) == SQLITE_OK && count == LIMIT, "select");
	return microseconds() - began;
}

int
main(int argc, char **argv)
{
	static int64_t selects[ROUNDS], firsts[ROUNDS], pages[ROUNDS];
	struct store *store;
	sqlite3 *handle;

	must(argc == 3, "paging FILE DEVICE");
	device = argv[2];
	must(uv_loop_init(&loop) == 0, "the loop");
	must(sqlite3_open(argv[1], &handle) == SQLITE_OK, "opening the file");
	store = store_new(argv[1]);
	must(store_ok(store), "the store");
	store_join(store, &loop);
	/* In turn, so that a busy machine is as hard on each. */
	for (int i = 0; i < ROUNDS; i++) {
		selects[i] = select_rows(handle);
		firsts[i] = ask_store(store, 0);
		pages[i] = ask_store(store, PAGE_200);
	}
	printf("select %" PRId64 "\n", median(selects));
	printf("first %" PRId64 "\n", median(firsts));
	printf("page200 %" PRId64 "\n", median(pages));
	store_free(store);
	sqlite3_close(handle);
	return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The records of the ledger on the disk: they come back as they were kept, go forward only,
 * are told in one order for ever, and their totals are true after each step.
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <cz2/error.h>

#include "cz2d/json/json_schedule.h"
#include "logged.h"
#include "stored.h"
#include "support.h"

enum { PAGE_MAX = STORE_LIMIT_MAX, ORDER_MAX = 8, DAY_S = 86400 };

static const int64_t began_us = INT64_C(1780000000000000);

static char params[] = "{\"heat\":66}", wish[] = "{\"zones\":[]}", metadata[] = "{\"a\":1}";
static char result[] = "{\"rows\":[]}", another_result[] = "{\"b\":2}", nothing[] = "{}";

static uv_loop_t loop;
static struct store *store;

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
open_again(void)
{
	run();
	store_free(store);
	open_store();
}

/* ------------------------------------------------------------------------
 * Keeping and finding
 */

static int ends[ORDER_MAX], end_count; /* what was told of what was kept, in that order */

static void
on_kept(void *self, int error, int64_t now)
{
	(void)now;
	(void)self;
	ck_assert_int_lt(end_count, ORDER_MAX);
	ends[end_count++] = error;
}

/* The nth command; requested n seconds after the beginning. */
static struct record
command(int n, const char *device, enum record_status status)
{
	struct record record = {
		.source = RECORD_CTL,
		.status = status,
		.requested_us = began_us + n * INT64_C(1000000),
		.updated_us = began_us + n * INT64_C(1000000) + 1,
		.expires_us = began_us + n * INT64_C(1000000) + 9,
		.params = params,
		.wish = wish,
	};

	snprintf(record.id, sizeof record.id, "00000000-0000-4000-8000-%012d", n);
	snprintf(record.device, sizeof record.device, "%s", device);
	snprintf(record.command, sizeof record.command, "zone.temperature");
	snprintf(record.user, sizeof record.user, "local:somebody");
	return record;
}

static void
give(int n, const char *device, enum record_status status)
{
	struct record record = command(n, device, status);

	store_keep(store, &record, NULL, NULL);
}

/* What the last question was answered with; numbers of the commands found. */
static struct {
	int error, count, numbers[PAGE_MAX];
	int64_t total;
	struct record first;
	bool told;
} page;

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	(void)self;
	record_fini(&page.first);
	page.error = error;
	page.count = count;
	page.total = total;
	for (int i = 0; i < count; i++)
		page.numbers[i] = atoi(records[i].id + 24);
	if (count > 0)
		record_copy(&page.first, &records[0]);
	page.told = true;
}

static void
ask(const char *device, int status, int limit, int64_t offset)
{
	struct store_query query = {.status = status, .limit = limit, .offset = offset};

	snprintf(query.device, sizeof query.device, "%s", device);
	page.told = false;
	store_find(store, &query, on_found, NULL);
	run();
	ck_assert(page.told);
}

static void
look_up(int n)
{
	struct store_query query = {.status = -1, .limit = 1};

	snprintf(query.id, sizeof query.id, "00000000-0000-4000-8000-%012d", n);
	store_find(store, &query, on_found, NULL);
	run();
	ck_assert_int_eq(page.error, CZ2_OK);
}

/* expected ends with 0. */
static void
check_numbers(const int *numbers, int count, const int *expected)
{
	for (int i = 0; i < count; i++)
		ck_assert_int_eq(numbers[i], expected[i]);
	ck_assert_int_eq(expected[count], 0);
}

/* How many of a device there are, of each status and of all. */
static void
check_totals(const char *device, const int64_t expected[RECORD_STATUS_COUNT])
{
	int64_t sum = 0;

	for (int status = 0; status < RECORD_STATUS_COUNT; status++) {
		ask(device, status, PAGE_MAX, 0);
		ck_assert_int_eq(page.total, expected[status]);
		ck_assert_int_eq(page.count, expected[status]);
		sum += expected[status];
	}
	ask(device, -1, PAGE_MAX, 0);
	ck_assert_int_eq(page.total, sum);
	ck_assert_int_eq(page.count, sum);
}

START_TEST(a_record_comes_back_as_it_was_kept)
{
	struct record record = command(7, "cz2-zone-2", RECORD_DELIVERED);

	record.armed = true;
	record.sent_us = began_us + 70;
	record.delivered_us = began_us + 80;
	record.metadata = metadata;
	record.result = result;
	store_keep(store, &record, NULL, NULL);
	open_again();
	look_up(7);
	ck_assert_int_eq(page.count, 1);
	ck_assert_int_eq(page.total, 1);
	ck_assert_str_eq(page.first.id, record.id);
	ck_assert_str_eq(page.first.device, "cz2-zone-2");
	ck_assert_str_eq(page.first.command, "zone.temperature");
	ck_assert_str_eq(page.first.user, "local:somebody");
	ck_assert_int_eq(page.first.source, RECORD_CTL);
	ck_assert_int_eq(page.first.status, RECORD_DELIVERED);
	ck_assert(page.first.armed);
	ck_assert_int_eq(page.first.requested_us, record.requested_us);
	ck_assert_int_eq(page.first.updated_us, record.updated_us);
	ck_assert_int_eq(page.first.sent_us, record.sent_us);
	ck_assert_int_eq(page.first.delivered_us, record.delivered_us);
	ck_assert_int_eq(page.first.expires_us, record.expires_us);
	ck_assert_str_eq(page.first.params, record.params);
	ck_assert_str_eq(page.first.wish, record.wish);
	ck_assert_str_eq(page.first.metadata, record.metadata);
	ck_assert_str_eq(page.first.result, record.result);
}
END_TEST

START_TEST(what_nobody_kept_is_not_found)
{
	look_up(1);
	ck_assert_int_eq(page.count, 0);
	ck_assert_int_eq(page.total, 0);
}
END_TEST

START_TEST(a_question_sees_what_is_still_on_its_way_to_the_disk)
{
	struct store_query query = {.device = "cz2", .status = -1, .limit = 5};

	for (int n = 1; n <= 3; n++) {
		give(n, "cz2", RECORD_PENDING);
		store_find(store, &query, on_found, NULL);
	}
	run();
	ck_assert_int_eq(page.count, 3);
	ck_assert_int_eq(page.total, 3);
}
END_TEST

START_TEST(the_callers_are_told_in_the_order_of_their_calls)
{
	struct record record = command(1, "cz2", RECORD_PENDING);
	struct record impossible = command(2, "cz2", RECORD_PENDING);

	/* The first has a transaction of its own, the others share the second. */
	store_keep(store, &record, on_kept, NULL);
	store_keep(store, &impossible, on_kept, NULL);
	record.status = RECORD_SENT;
	store_keep(store, &record, on_kept, NULL);
	ck_assert_int_eq(end_count, 0);
	run();
	ck_assert_int_eq(end_count, 3);
	for (int i = 0; i < end_count; i++)
		ck_assert_int_eq(ends[i], CZ2_OK);
}
END_TEST

/* ------------------------------------------------------------------------
 * Forward only
 */

START_TEST(a_status_never_goes_back)
{
	for (enum record_status from = 0; from < RECORD_STATUS_COUNT; from++)
		for (enum record_status to = 0; to < RECORD_STATUS_COUNT; to++) {
			int n = (int)(from * RECORD_STATUS_COUNT + to);
			bool may = from < RECORD_DELIVERED && to >= from;

			give(n, "cz2", from);
			give(n, "cz2", to);
			look_up(n);
			ck_assert_int_eq(page.first.status, may ? to : from);
		}
}
END_TEST

START_TEST(what_is_final_is_not_changed_in_any_part)
{
	struct record record = command(1, "cz2", RECORD_FAILED);

	record.result = result;
	store_keep(store, &record, NULL, NULL);
	record.result = another_result;
	record.updated_us += 5;
	record.sent_us = record.delivered_us = 77;
	record.armed = true;
	store_keep(store, &record, NULL, NULL);
	look_up(1);
	ck_assert_str_eq(page.first.result, result);
	ck_assert_int_eq(page.first.updated_us, record.updated_us - 5);
	ck_assert_int_eq(page.first.sent_us, 0);
	ck_assert_int_eq(page.first.delivered_us, 0);
	ck_assert(!page.first.armed);
}
END_TEST

START_TEST(what_was_made_ready_and_not_sent_may_be_taken_back)
{
	struct record record = command(1, "cz2", RECORD_PENDING);

	record.armed = true;
	store_keep(store, &record, NULL, NULL);
	look_up(1);
	ck_assert(page.first.armed);
	record.armed = false;
	store_keep(store, &record, NULL, NULL);
	look_up(1);
	ck_assert(!page.first.armed);
}
END_TEST

START_TEST(who_asked_for_what_and_when_is_never_rewritten)
{
	struct record record = command(1, "cz2", RECORD_PENDING);

	store_keep(store, &record, NULL, NULL);
	snprintf(record.user, sizeof record.user, "somebody else");
	snprintf(record.device, sizeof record.device, "cz2-zone-8");
	record.params = nothing;
	record.requested_us++;
	record.status = RECORD_DELIVERED;
	store_keep(store, &record, NULL, NULL);
	look_up(1);
	ck_assert_int_eq(page.first.status, RECORD_DELIVERED);
	ck_assert_str_eq(page.first.user, "local:somebody");
	ck_assert_str_eq(page.first.device, "cz2");
	ck_assert_str_eq(page.first.params, params);
	ck_assert_int_eq(page.first.requested_us, record.requested_us - 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Pages
 */

static int
forget_before(int n);

START_TEST(totals_are_true_after_each_step_of_each_life)
{
	static const enum record_status lives[][3] = {
		{RECORD_PENDING, RECORD_SENT, RECORD_DELIVERED},
		{RECORD_PENDING, RECORD_SENT, RECORD_FAILED},
		{RECORD_PENDING, RECORD_PENDING, RECORD_EXPIRED},
		{RECORD_SENT, RECORD_PENDING, RECORD_DELIVERED}, /* a step back counts for nothing */
		{RECORD_FAILED, RECORD_SENT, RECORD_DELIVERED},
	};
	enum { LIVES = sizeof lives / sizeof lives[0] };
	int64_t expected[RECORD_STATUS_COUNT] = {0}, others[RECORD_STATUS_COUNT] = {1};
	int held[LIVES];

	give(100, "cz2", RECORD_PENDING);
	for (int n = 0; n < LIVES; n++)
		held[n] = -1;
	for (int step = 0; step < 3; step++)
		for (int n = 0; n < LIVES; n++) {
			int to = (int)lives[n][step];

			give(n, "cz2-zone-1", lives[n][step]);
			if (held[n] < RECORD_DELIVERED && to >= held[n]) {
				if (held[n] >= 0)
					expected[held[n]]--;
				held[n] = to;
				expected[to]++;
			}
			check_totals("cz2-zone-1", expected);
		}
	check_totals("cz2", others);
	open_again();
	check_totals("cz2-zone-1", expected);
}
END_TEST

START_TEST(filters_choose_by_device_and_status_newest_first)
{
	for (int n = 1; n <= 9; n++)
		give(n, n % 3 == 0 ? "cz2" : "cz2-zone-1",
		     n % 2 == 0 ? RECORD_FAILED : RECORD_DELIVERED);
	ask("cz2-zone-1", -1, 10, 0);
	check_numbers(page.numbers, page.count, (const int[]){8, 7, 5, 4, 2, 1, 0});
	ask("cz2-zone-1", RECORD_FAILED, 10, 0);
	check_numbers(page.numbers, page.count, (const int[]){8, 4, 2, 0});
	ask("cz2", RECORD_FAILED, 10, 0);
	check_numbers(page.numbers, page.count, (const int[]){6, 0});
	ask("cz2-zone-2", -1, 10, 0);
	ck_assert_int_eq(page.count, 0);
	ck_assert_int_eq(page.total, 0);
}
END_TEST

START_TEST(limit_and_offset_cut_a_page_out_anywhere)
{
	static const struct { int limit; int64_t offset; int count; } edges[] = {
		{1, 0, 1},   {1, 699, 1},   {1, 700, 0},   {500, 0, 500}, {500, 200, 500},
		{500, 201, 499}, {500, 699, 1}, {50, 650, 50}, {50, 651, 49},
		{500, INT64_MAX, 0},
	};

	for (int n = 1; n <= 700; n++)
		give(n, "cz2", RECORD_DELIVERED);
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
		for (int status = -1; status <= RECORD_DELIVERED; status += RECORD_DELIVERED + 1) {
			ask("cz2", status, edges[i].limit, edges[i].offset);
			ck_assert_int_eq(page.total, 700);
			ck_assert_int_eq(page.count, edges[i].count);
			for (int at = 0; at < page.count; at++)
				ck_assert_int_eq(page.numbers[at],
						 700 - (int)edges[i].offset - at);
		}
}
END_TEST

/* Pages far back are found by blocks; here there are more than three of those. */
START_TEST(a_page_far_back_is_the_same_as_by_turning_all_pages)
{
	static const int64_t offsets[] = {999, 1000, 1001, 4095, 4096, 4097, 6000, 8999, 9000, 9001};
	enum { ALL = 14000, FAILED_EVERY = 3 };

	for (int n = 1; n <= ALL; n++)
		give(n, n % 2 ? "cz2" : "cz2-zone-1",
		     n % FAILED_EVERY ? RECORD_DELIVERED : RECORD_FAILED);
	ck_assert_int_ge(forget_before(301), 0);
	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
		ask("", -1, 5, offsets[i]);
		for (int at = 0; at < page.count; at++)
			ck_assert_int_eq(page.numbers[at], ALL - (int)offsets[i] - at);
		ck_assert_int_eq(page.count, 5);
		ask("cz2", -1, 5, offsets[i] / 2);
		for (int at = 0; at < page.count; at++)
			ck_assert_int_eq(page.numbers[at], ALL - 1 - 2 * (int)(offsets[i] / 2 + at));
		ask("cz2", RECORD_FAILED, 5, offsets[i] / 6);
		for (int at = 0; at < page.count; at++)
			ck_assert_int_eq(page.numbers[at], 13995 - 6 * (int)(offsets[i] / 6 + at));
	}
	ask("cz2", -1, 5, 6849);
	ck_assert_int_eq(page.count, 1);
	ck_assert_int_eq(page.numbers[0], 301);
	ask("cz2", -1, 5, 6850);
	ck_assert_int_eq(page.count, 0);
	ck_assert_int_eq(page.total, 6850);
}
END_TEST

/* What somebody else wrote into the counts may mislead a page, and no more. */
START_TEST(counts_that_cannot_be_ours_hold_nobody_up)
{
	static const char *const edits[] = {
		"UPDATE counts SET block = 9223372036854775807 WHERE block >= 0",
		"UPDATE counts SET block = 1000000000 WHERE block >= 0", "DELETE FROM counts",
		"UPDATE counts SET n = -9223372036854775807", "UPDATE counts SET n = 'many'",
		"UPDATE counts SET n = 9223372036854775807", "UPDATE counts SET block = 'first' WHERE block >= 0",
	};

	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		give((int)i + 1, "cz2", RECORD_DELIVERED);
		open_again();
		stored_sql(edits[i]);
		ask("cz2", -1, 5, 2000);
		ck_assert_int_eq(page.count, 0);
		stored_sql("DELETE FROM counts");
	}
}
END_TEST

/* Whoever pages counts what came meanwhile, and misses and doubles nothing. */
START_TEST(the_order_stays_while_others_are_added_and_end)
{
	int next = 41, seen = 41;

	for (int n = 1; n <= 40; n++)
		give(n, "cz2", RECORD_PENDING);
	for (int offset = 0; seen > 1; offset += 7) {
		int added = next - 41;

		ask("cz2", -1, 7, offset + added);
		ck_assert_int_eq(page.total, 40 + added);
		for (int at = 0; at < page.count; at++)
			ck_assert_int_eq(page.numbers[at], --seen);
		for (int more = 0; more < 3; more++, next++)
			give(next, "cz2", RECORD_PENDING);
		give(20 + added, "cz2", RECORD_DELIVERED);
	}
	ck_assert_int_eq(seen, 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Retention
 */

static int forgotten;

static void
on_forgotten(void *self, int count)
{
	(void)self;
	forgotten = count;
}

static int
forget_before(int n)
{
	store_forget_before(store, began_us + n * INT64_C(1000000), on_forgotten, NULL);
	run();
	return forgotten;
}

START_TEST(the_old_ones_that_have_ended_are_forgotten_and_the_totals_say_so)
{
	give(1, "cz2", RECORD_DELIVERED);
	give(2, "cz2", RECORD_PENDING);
	give(3, "cz2-zone-1", RECORD_FAILED);
	give(4, "cz2", RECORD_SENT);
	give(5, "cz2", RECORD_EXPIRED);
	give(6, "cz2", RECORD_DELIVERED);
	give(7, "cz2", RECORD_DELIVERED);
	ck_assert_int_eq(forget_before(6), 3);
	ck_assert_int_eq(forget_before(6), 0);
	check_totals("cz2", (int64_t[RECORD_STATUS_COUNT]){1, 1, 2, 0, 0});
	check_totals("cz2-zone-1", (int64_t[RECORD_STATUS_COUNT]){0});
	look_up(1);
	ck_assert_int_eq(page.count, 0);
	look_up(2);
	ck_assert_int_eq(page.count, 1);
}
END_TEST

START_TEST(forgetting_much_is_done_some_at_a_time)
{
	int rounds = 0, all = 0;

	for (int n = 1; n <= 1203; n++)
		give(n, n % 2 ? "cz2" : "cz2-zone-1", RECORD_DELIVERED);
	run();
	while (forget_before(1201) > 0) {
		ck_assert_int_le(forgotten, 500);
		all += forgotten;
		rounds++;
		ask("cz2", -1, 1, 0);
		ck_assert_int_eq(page.total, stored_ask("SELECT count(*) FROM commands"
							" WHERE device = 'cz2'"));
	}
	ck_assert_int_eq(all, 1200);
	ck_assert_int_ge(rounds, 3);
	check_totals("cz2", (int64_t[RECORD_STATUS_COUNT]){[RECORD_DELIVERED] = 2});
	check_totals("cz2-zone-1", (int64_t[RECORD_STATUS_COUNT]){[RECORD_DELIVERED] = 1});
}
END_TEST

START_TEST(a_command_after_the_last_was_forgotten_is_found)
{
	give(1, "cz2", RECORD_DELIVERED);
	ck_assert_int_eq(forget_before(DAY_S), 1);
	give(2, "cz2", RECORD_DELIVERED);
	ask("cz2", -1, 5, 0);
	ck_assert_int_eq(page.count, 1);
	ck_assert_int_eq(page.total, 1);
	ck_assert_int_eq(page.numbers[0], 2);
}
END_TEST

/* ------------------------------------------------------------------------
 * The next start
 */

static int taken[ORDER_MAX], taken_count;

static void
take(void *self, const struct record *record)
{
	(void)self;
	ck_assert_int_lt(taken_count, ORDER_MAX);
	taken[taken_count++] = atoi(record->id + 24);
}

START_TEST(the_next_start_is_told_what_has_not_ended_oldest_first)
{
	give(1, "cz2", RECORD_DELIVERED);
	give(2, "cz2", RECORD_SENT);
	give(3, "cz2-zone-1", RECORD_PENDING);
	give(4, "cz2", RECORD_EXPIRED);
	give(5, "cz2", RECORD_PENDING);
	open_again();
	ck_assert_int_eq(store_load_open(store, take, NULL), CZ2_OK);
	check_numbers(taken, taken_count, (const int[]){2, 3, 5, 0});
}
END_TEST

/* All 56 days with all that can be named. */
static struct cz2_program
whole_program(void)
{
	struct cz2_program program;

	for (int day = 0; day < CZ2_SCHEDULES; day++)
		for (int period = 0; period < CZ2_PERIODS; period++)
			program.days[day].periods[period] = (struct cz2_setting){
				.start = (int16_t)(period * 300 + day % 20 * CZ2_START_STEP),
				.heat = (int16_t)(50 + day % 12 + period),
				.cool = (int16_t)(70 + day % 20 + period),
				.out = 0,
			};
	return program;
}

static struct cz2_program taken_program;
static bool is_program;

static void
take_program(void *self, const struct record *record)
{
	json_t *kept = json_loads(record->wish, 0, NULL);

	(void)self;
	is_program = json_program_read(json_object_get(kept, "program"), taken_program.days);
	json_decref(kept);
}

START_TEST(the_wish_for_a_whole_program_comes_back_as_it_was)
{
	struct cz2_program program = whole_program();
	struct record record = command(1, "cz2", RECORD_PENDING);
	json_t *values = json_pack("{s:o}", "program", json_program(program.days));

	record.wish = json_dumps(values, JSON_COMPACT);
	store_keep(store, &record, NULL, NULL);
	open_again();
	ck_assert_int_eq(store_load_open(store, take_program, NULL), CZ2_OK);
	ck_assert(is_program);
	ck_assert_mem_eq(&taken_program, &program, sizeof program);
	free(record.wish);
	json_decref(values);
}
END_TEST

START_TEST(what_changed_since_a_moment_is_told_in_that_order_whatever_its_state)
{
	give(1, "cz2", RECORD_DELIVERED);
	give(3, "cz2-zone-1", RECORD_FAILED);
	give(2, "cz2", RECORD_PENDING);
	give(4, "cz2", RECORD_DELIVERED);
	open_again();
	ck_assert_int_eq(store_load_since(store, began_us + 2000000, take, NULL), CZ2_OK);
	check_numbers(taken, taken_count, (const int[]){2, 3, 4, 0});
}
END_TEST

START_TEST(records_that_cannot_be_ours_are_skipped)
{
	static const char *const edits[] = {
		"status = 77", "status = -1", "source = 77", "source = 'rest'", "device = ''",
		"id = x'00'", "user = zeroblob(5)", "command = hex(zeroblob(40))",
		"requested_us = -1", "expires_us = 'soon'", "sent_us = 0.5",
		"device = 'a' || char(0) || 'b'",
	};
	char text[256];

	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		give(1, "cz2", RECORD_PENDING);
		open_again();
		snprintf(text, sizeof text, "UPDATE commands SET %s", edits[i]);
		stored_sql(text);
		ask("cz2", -1, 5, 0);
		ck_assert_msg(page.count == 0, "%s was believed", edits[i]);
		ck_assert_int_eq(store_load_open(store, take, NULL), CZ2_OK);
		ck_assert_msg(taken_count == 0, "%s was believed", edits[i]);
		stored_sql("DELETE FROM commands; DELETE FROM counts");
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * Trouble
 */

START_TEST(a_full_disk_takes_nothing_tells_what_it_has_and_takes_again_when_there_is_room)
{
	struct record record = command(2, "cz2", RECORD_PENDING);

	give(1, "cz2", RECORD_DELIVERED);
	run();
	stored_allow_size(1000);
	store_keep(store, &record, on_kept, NULL);
	ask("cz2", -1, 5, 0);
	stored_allow_size(RLIM_INFINITY);
	ck_assert_int_eq(ends[0], CZ2_EIO);
	ck_assert(!store_ok(store));
	ck_assert_int_eq(page.error, CZ2_OK);
	ck_assert_int_eq(page.count, 1);
	ck_assert_int_eq(page.total, 1);
	store_keep(store, &record, on_kept, NULL);
	check_totals("cz2", (int64_t[RECORD_STATUS_COUNT]){1, 0, 1, 0, 0});
	ck_assert_int_eq(ends[1], CZ2_OK);
	ck_assert(store_ok(store));
	ck_assert_int_eq(logged_lines("nothing is stored until that is mended"), 1);
}
END_TEST

START_TEST(a_record_that_goes_on_in_a_new_file_is_whole_there)
{
	give(1, "cz2", RECORD_PENDING);
	run();
	stored_sql("DROP TABLE commands");
	give(1, "cz2", RECORD_DELIVERED);
	check_totals("cz2", (int64_t[RECORD_STATUS_COUNT]){[RECORD_DELIVERED] = 1});
	ck_assert_int_eq(stored_aside(), 1);
	look_up(1);
	ck_assert_str_eq(page.first.params, params);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_record_comes_back_as_it_was_kept,
		what_nobody_kept_is_not_found,
		a_question_sees_what_is_still_on_its_way_to_the_disk,
		the_callers_are_told_in_the_order_of_their_calls,
		a_status_never_goes_back,
		what_is_final_is_not_changed_in_any_part,
		what_was_made_ready_and_not_sent_may_be_taken_back,
		who_asked_for_what_and_when_is_never_rewritten,
		totals_are_true_after_each_step_of_each_life,
		filters_choose_by_device_and_status_newest_first,
		limit_and_offset_cut_a_page_out_anywhere,
		a_page_far_back_is_the_same_as_by_turning_all_pages,
		counts_that_cannot_be_ours_hold_nobody_up,
		the_order_stays_while_others_are_added_and_end,
		the_old_ones_that_have_ended_are_forgotten_and_the_totals_say_so,
		forgetting_much_is_done_some_at_a_time,
		a_command_after_the_last_was_forgotten_is_found,
		the_next_start_is_told_what_has_not_ended_oldest_first,
		the_wish_for_a_whole_program_comes_back_as_it_was,
		what_changed_since_a_moment_is_told_in_that_order_whatever_its_state,
		records_that_cannot_be_ours_are_skipped,
		a_full_disk_takes_nothing_tells_what_it_has_and_takes_again_when_there_is_room,
		a_record_that_goes_on_in_a_new_file_is_whole_there,
		NULL,
	};

	return run_fixed_suite("store_commands", tests, set_up, tear_down);
}

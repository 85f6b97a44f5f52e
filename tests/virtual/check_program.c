/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Programs in the ledger, over a real core and a simulated panel, at virtual speed: a daemon
 * that dies, or is told to stop, at any frame that it sends; what is judged is the panel's rows
 * and the frames that left. The disk is paper that takes all at once.
 */
#include "build.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/ledger_program.h"
#include "cz2d/model/panel_program.h"
#include "unit/support.h"
#include "virtual/house.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	TIMEOUT_MS = 10 * SECOND_MS,
	PATIENCE_MS = 10 * MINUTE_MS,
	LEARNT_MS = 90 * SECOND_MS, /* until the panel's program has been read */
	JOBS = 64,
	RECORDS = 4,
	HEAT_BYTE = 11, /* of a schedule, by period; the factory's are 68 60 68 60, */
	COOL_BYTE = 15, /* and 76 85 76 80 */
};

/* The days that the tests wish, as they name them. */
static const struct wished_day {
	int zone, day;
	enum cz2_period period;
	uint8_t heat, cool;
} days[] = {
	{1, 1, CZ2_EVE, 64, 74}, {1, 2, CZ2_WAKE, 66, 79}, {3, 6, CZ2_SLEEP, 58, 81},
};

enum { DAYS = sizeof days / sizeof days[0] };

static struct house house;
static struct ledger *ledger;

static struct {
	struct record records[RECORDS]; /* as they stand on the paper, by their params */
	bool written[RECORDS];
	struct { ledger_kept kept; void *entry; } jobs[JOBS]; /* that are to be told so */
	int waiting;
} paper;

static struct {
	int sends, ends_at; /* ours; the daemon ends at this one, 0: never */
	bool ended;
	int writes[CZ2_ROW_COUNT];
	int all_writes;
	int told, error; /* the caller of the last command */
	json_t *applied;
} seen;

static void
on_bytes(const uint8_t *bytes, size_t length)
{
	struct cz2_frame frame;

	if (cz2_frame_decode(bytes, length, &frame) != CZ2_OK)
		return;
	seen.sends++;
	seen.ended |= seen.sends == seen.ends_at;
	if (frame.function != CZ2_WRITE)
		return;
	seen.all_writes++;
	seen.writes[cz2_row_find(frame.destination, frame.payload[1], frame.payload[2])]++;
}

/* ------------------------------------------------------------------------
 * The daemon
 */

static void
keep(void *self, const struct record *record, ledger_kept kept, void *entry)
{
	int number = atoi(record->params);

	(void)self;
	ck_assert_int_lt(paper.waiting, JOBS);
	if (paper.written[number])
		record_fini(&paper.records[number]);
	record_copy(&paper.records[number], record);
	paper.written[number] = true;
	paper.jobs[paper.waiting].kept = kept;
	paper.jobs[paper.waiting++].entry = entry;
}

static void
tell_kept(void)
{
	int count = paper.waiting;

	paper.waiting = 0;
	for (int i = 0; i < count; i++)
		paper.jobs[i].kept(paper.jobs[i].entry, CZ2_OK, house.core.now);
}

static void
be_born(void)
{
	struct ledger_config config = {
		.panel_id = "cz2", .timeout_ms = TIMEOUT_MS, .queue_limit = 10};
	struct ledger_disk disk = {.keep = keep};

	ledger = ledger_new(&config, &disk, house.core.engine, house.core.model);
	for (int i = 0; i < RECORDS; i++)
		if (paper.written[i] && !record_is_final(&paper.records[i]))
			ledger_take_up(ledger, &paper.records[i], house.core.now);
}

static void
die(void)
{
	paper.waiting = 0;
	ledger = ledger_free(ledger);
	house_restart(&house);
	be_born();
}

static void
step(int64_t until)
{
	int64_t next = clock_later(ledger_wake(ledger, house.core.now), house.core.now + 1);

	core_step(&house.core, clock_earlier(until, next));
	if (seen.ended)
		return;
	tell_kept();
	ledger_step(ledger, house.core.now);
}

/* Until the moment, or until the daemon is to end. */
static void
run(int64_t ms)
{
	int64_t until = house.core.now + ms;

	while (house.core.now < until && !seen.ended)
		step(until);
}

/* As on a signal: what is on the line is seen through, and the paper takes what it is given. */
static void
stop(void)
{
	int64_t until = house.core.now + TIMEOUT_MS;

	seen.ended = false;
	ledger_stop(ledger);
	engine_stop(house.core.engine, house.core.now);
	while (!engine_idle(house.core.engine) || paper.waiting > 0 ||
	       ledger_wake(ledger, house.core.now) != INT64_MAX)
		step(until);
	die();
}

static void
begin(int64_t ms)
{
	struct sim_config config = sim_config_default();

	memset(&seen, 0, sizeof seen);
	memset(&paper, 0, sizeof paper);
	config.zones = WIRE_ZONES;
	config.burst = false;
	house.before_send = on_bytes;
	snprintf(house.name, sizeof house.name, "program");
	house_open(&house, &config);
	be_born();
	run(ms);
	seen.sends = 0;
}

static void
finish(void)
{
	json_decref(seen.applied);
	ledger = ledger_free(ledger);
	house_close(&house);
	for (int i = 0; i < RECORDS; i++)
		if (paper.written[i])
			record_fini(&paper.records[i]);
}

/* ------------------------------------------------------------------------
 * Wishes
 */

static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	json_t *result = json_loads(record->result, 0, NULL);

	(void)self;
	(void)now;
	seen.told++;
	seen.error = outcome->error;
	json_decref(seen.applied);
	seen.applied = json_incref(json_object_get(result, "applied"));
	json_decref(result);
}

static void
clear(struct cz2_program *program)
{
	for (int day = 0; day < CZ2_SCHEDULES; day++)
		cz2_day_clear(&program->days[day]);
}

static struct cz2_setting *
setting_of(struct cz2_program *program, int zone, int day, enum cz2_period period)
{
	return &program->days[cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE].periods[period];
}

static struct cz2_program
the_days(void)
{
	struct cz2_program program;

	clear(&program);
	for (int i = 0; i < DAYS; i++) {
		struct cz2_setting *setting =
			setting_of(&program, days[i].zone, days[i].day, days[i].period);

		setting->heat = days[i].heat;
		setting->cool = days[i].cool;
	}
	return program;
}

/* number: of its record. */
static void
ask(int number, const struct cz2_program *program, const struct cz2_command *wish,
    int64_t patience_ms)
{
	char text[8];
	struct ledger_order order = {.command = "zones.schedule", .user = "somebody",
				     .params = text, .program = program,
				     .patience_ms = patience_ms};
	struct ledger_caller caller = {.ended = on_ended};
	ledger_id id;

	snprintf(text, sizeof text, "%d", number);
	cz2_command_init(&order.wish);
	if (wish != NULL)
		order.wish = *wish;
	ck_assert_int_eq(ledger_submit(ledger, &order, &caller, house.core.now, &id), CZ2_OK);
}

static bool
shows(const struct wished_day *day)
{
	uint8_t bytes[CZ2_ROW_SIZE_MAX];

	house_row(&house, cz2_schedule_row(day->zone, day->day), bytes);
	return bytes[HEAT_BYTE + day->period] == day->heat &&
	       bytes[COOL_BYTE + day->period] == day->cool;
}

/* The member "days" of a zone in the list that results have. */
static const json_t *
zone_in(const json_t *applied, int zone)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(applied, "program"), i, entry)
		if (json_integer_value(json_object_get(entry, "zone_id")) == zone)
			return json_object_get(entry, "days");
	return NULL;
}

static bool
is_told(const json_t *applied, const struct wished_day *day)
{
	static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	return json_object_get(zone_in(applied, day->zone), names[day->day]) != NULL;
}

/* Which days are there is what is told of it. */
static void
assert_told_truly(const json_t *applied)
{
	for (int i = 0; i < DAYS; i++)
		house_assert(&house, is_told(applied, &days[i]) == shows(&days[i]),
			     "%s: day %d is %sthere", house.name, i, shows(&days[i]) ? "" : "not ");
}

static void
assert_done_once(void)
{
	for (int i = 0; i < DAYS; i++) {
		enum cz2_row row = cz2_schedule_row(days[i].zone, days[i].day);

		house_assert(&house, shows(&days[i]), "%s: day %d is missing", house.name, i);
		house_assert(&house, seen.writes[row] == 1, "%s: day %d was written %d times",
			     house.name, i, seen.writes[row]);
	}
	house_assert(&house, seen.all_writes == DAYS, "%s: %d writes", house.name,
		     seen.all_writes);
}

/* ------------------------------------------------------------------------
 * Tests
 */

START_TEST(each_day_that_changes_costs_three_transactions_and_each_other_one_read)
{
	struct cz2_program program = the_days();

	begin(LEARNT_MS);
	ask(0, &program, NULL, 0);
	run(5 * SECOND_MS);
	ck_assert_int_eq(seen.told, 1);
	ck_assert_int_eq(seen.error, CZ2_OK);
	assert_done_once();
	assert_told_truly(seen.applied);
	ck_assert_ptr_nonnull(strstr(paper.records[0].result, "\"transactions\":9"));

	setting_of(&program, 5, 0, CZ2_DAY)->heat = 61;
	ask(1, &program, NULL, 0);
	run(5 * SECOND_MS);
	ck_assert_int_eq(seen.all_writes, DAYS + 1);
	ck_assert_ptr_nonnull(strstr(paper.records[1].result, "\"transactions\":6"));

	ask(2, &program, NULL, 0);
	run(5 * SECOND_MS);
	ck_assert_int_eq(seen.all_writes, DAYS + 1);
	ck_assert_ptr_nonnull(strstr(paper.records[2].result, "\"unchanged\":true"));
	finish();
}
END_TEST

/* The one who asked again gets what he wants, and nothing is written that was there. */
START_TEST(whenever_the_daemon_dies_what_became_of_a_program_is_found_out_by_reading)
{
	struct cz2_program program = the_days();
	bool died = true;
	int at = 1;

	for (; died; at++) {
		json_t *result;

		begin(LEARNT_MS);
		snprintf(house.name, sizeof house.name, "dead at frame %d", at);
		ask(0, &program, NULL, 0);
		seen.ends_at = at;
		run(5 * SECOND_MS);
		died = seen.ended;
		seen.ends_at = 0;
		if (died) {
			seen.ended = false;
			die();
			run(MINUTE_MS);
		}
		house_assert(&house, record_is_final(&paper.records[0]), "%s: no end", house.name);
		result = json_loads(paper.records[0].result, 0, NULL);
		assert_told_truly(json_object_get(result, "applied"));
		json_decref(result);
		ask(1, &program, NULL, 0);
		run(10 * SECOND_MS);
		house_assert(&house, paper.records[1].status == RECORD_DELIVERED, "%s: %d",
			     house.name, paper.records[1].status);
		assert_done_once();
		finish();
	}
	ck_assert_int_gt(at, 3 * DAYS);
}
END_TEST

START_TEST(who_waits_is_told_which_days_are_done_when_the_daemon_stops)
{
	struct cz2_program program = the_days();
	bool stopped = true;
	int halves = 0;

	for (int at = 1; stopped; at++) {
		begin(LEARNT_MS);
		snprintf(house.name, sizeof house.name, "stopped at frame %d", at);
		ask(0, &program, NULL, 0);
		seen.ends_at = at;
		run(5 * SECOND_MS);
		stopped = seen.ended;
		seen.ends_at = 0;
		if (stopped)
			stop();
		ck_assert_int_eq(seen.told, 1);
		ck_assert(record_is_final(&paper.records[0]));
		assert_told_truly(seen.applied);
		halves += seen.error == CZ2_ESTOPPING && shows(&days[0]);
		ask(1, &program, NULL, 0);
		run(10 * SECOND_MS);
		assert_done_once();
		finish();
	}
	ck_assert_int_gt(halves, DAYS);
}
END_TEST

START_TEST(a_program_that_nobody_waits_for_goes_on_after_the_daemon_was_stopped)
{
	struct cz2_program program = the_days();
	bool stopped = true;

	for (int at = 1; stopped; at++) {
		begin(LEARNT_MS);
		snprintf(house.name, sizeof house.name, "patient, stopped at frame %d", at);
		ask(0, &program, NULL, PATIENCE_MS);
		seen.ends_at = at;
		run(5 * SECOND_MS);
		stopped = seen.ended;
		seen.ends_at = 0;
		if (stopped)
			stop();
		run(MINUTE_MS);
		house_assert(&house, paper.records[0].status == RECORD_DELIVERED, "%s: %s",
			     house.name, paper.records[0].result);
		assert_done_once();
		finish();
	}
}
END_TEST

START_TEST(a_program_waits_for_a_panel_that_is_away_and_goes_on_where_it_was)
{
	struct cz2_program program = the_days();

	begin(LEARNT_MS);
	ask(0, &program, NULL, PATIENCE_MS);
	while (seen.all_writes == 0)
		run(1);
	run(60); /* it is acknowledged, and not read back yet */
	while (seen.sends < 4)
		run(1);
	house_plug(&house, false);
	run(MINUTE_MS);
	ck_assert_int_eq(paper.records[0].status, RECORD_SENT);
	house_plug(&house, true);
	run(MINUTE_MS);
	ck_assert_int_eq(paper.records[0].status, RECORD_DELIVERED);
	assert_done_once();
	finish();
}
END_TEST

START_TEST(a_day_that_cannot_be_so_ends_a_program_before_anything_is_written)
{
	struct cz2_program program = the_days();

	begin(LEARNT_MS);
	setting_of(&program, 8, 6, CZ2_WAKE)->heat = 75; /* to the 76 that is kept */
	ask(0, &program, NULL, 0);
	run(5 * SECOND_MS);
	ck_assert_int_eq(seen.error, CZ2_EGAP);
	ck_assert_int_eq(seen.all_writes, 0);
	ck_assert_ptr_nonnull(strstr(paper.records[0].result, "zone 8 sat wake"));
	assert_told_truly(seen.applied);
	finish();
}
END_TEST

START_TEST(a_day_that_the_panel_refuses_is_named_with_those_that_are_done)
{
	struct cz2_program program = the_days();

	begin(LEARNT_MS);
	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"nack\",\"row\":\"10.3\","
			 "\"function\":\"write\"}");
	ask(0, &program, NULL, 0);
	run(20 * SECOND_MS);
	ck_assert_int_eq(seen.error, CZ2_EREFUSED);
	ck_assert_ptr_nonnull(strstr(paper.records[0].result, "Zone 1 tue: The panel refused"));
	ck_assert(shows(&days[0]) && !shows(&days[1]) && !shows(&days[2]));
	assert_told_truly(seen.applied);
	finish();
}
END_TEST

START_TEST(others_come_in_between_two_days)
{
	struct cz2_program program;
	struct cz2_command mode;
	int before;

	clear(&program);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int day = 0; day < CZ2_DAYS; day++)
			setting_of(&program, zone, day, CZ2_DAY)->heat = 62;
	begin(LEARNT_MS);
	cz2_command_init(&mode);
	cz2_command_set(&mode, CZ2_MODE, 0, CZ2_MODE_COOL);
	ask(0, &program, NULL, 0);
	while (seen.all_writes < 5)
		run(1);
	before = seen.sends;
	ask(1, NULL, &mode, 0);
	while (seen.writes[CZ2_ROW_1_12] == 0)
		run(1);
	/* What was left of the turn under way, one read of a poll, and its own read and write. */
	ck_assert_int_le(seen.sends - before, 2 + 1 + 2 + 2);
	run(30 * SECOND_MS);
	ck_assert_int_eq(paper.records[0].status, RECORD_DELIVERED);
	ck_assert_int_eq(seen.all_writes, 1 + CZ2_SCHEDULES);
	ck_assert_ptr_nonnull(strstr(paper.records[0].result, "\"applied\""));
	finish();
}
END_TEST

START_TEST(of_two_who_wish_something_else_of_a_day_the_later_one_wins)
{
	struct wished_day later = {8, 6, CZ2_DAY, 60, 70};
	struct cz2_program program, other;
	struct cz2_setting *setting;

	clear(&program);
	clear(&other);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int day = 0; day < CZ2_DAYS; day++)
			setting_of(&program, zone, day, CZ2_DAY)->heat = 62;
	setting = setting_of(&other, later.zone, later.day, later.period);
	setting->heat = later.heat;
	setting->cool = later.cool;
	begin(LEARNT_MS);
	ask(0, &program, NULL, 0);
	while (seen.all_writes < 5)
		run(1);
	ask(1, &other, NULL, 0);
	run(30 * SECOND_MS);
	ck_assert_int_eq(paper.records[0].status, RECORD_DELIVERED);
	ck_assert_int_eq(paper.records[1].status, RECORD_DELIVERED);
	ck_assert(shows(&later));
	finish();
}
END_TEST

/* He waits as long as his own program may take. */
START_TEST(who_waits_for_another_program_for_too_long_is_told_that_the_daemon_is_busy)
{
	struct cz2_program program = the_days(), other;

	clear(&other);
	setting_of(&other, days[0].zone, days[0].day, days[0].period)->heat = 61;
	begin(LEARNT_MS);
	ask(0, &program, NULL, PATIENCE_MS);
	while (seen.all_writes == 0)
		run(1);
	while (seen.sends < 4)
		run(1);
	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"lose-request\",\"row\":\"10.3\","
			 "\"count\":1000}");
	ask(1, &other, NULL, 0);
	run(MINUTE_MS);
	ck_assert_int_eq(seen.error, CZ2_EBUSY);
	ck_assert_int_eq(seen.writes[cz2_schedule_row(days[0].zone, days[0].day)], 1);
	finish();
}
END_TEST

START_TEST(a_clock_that_was_set_before_the_daemon_died_is_settled_by_what_it_shows)
{
	struct cz2_command wish;

	for (int at = 1; at <= 4; at++) {
		begin(LEARNT_MS);
		snprintf(house.name, sizeof house.name, "clock, dead at frame %d", at);
		cz2_command_init(&wish);
		cz2_command_set_clock(&wish, house.core.now - 12345 * INT64_C(1000));
		ask(0, NULL, &wish, 0);
		seen.ends_at = at;
		run(2 * SECOND_MS);
		seen.ends_at = 0;
		if (seen.ended) {
			seen.ended = false;
			die();
		}
		run(MINUTE_MS);
		house_assert(&house, seen.writes[CZ2_ROW_1_18] == (at > 1), "%s: %d writes",
			     house.name, seen.writes[CZ2_ROW_1_18]);
		house_assert(&house, paper.records[0].status ==
					     (at > 1 ? RECORD_DELIVERED : RECORD_FAILED),
			     "%s: %s", house.name, paper.records[0].result);
		finish();
	}
}
END_TEST

/* From then on local time is an hour more. */
static void
let_summer_begin_in(int64_t ms)
{
	time_t moment = (time_t)((clock_wall_us_of(house.core.now) / 1000 + ms) / 1000);
	char zone[64];
	struct tm tm;

	gmtime_r(&moment, &tm);
	snprintf(zone, sizeof zone, "AAA0BBB-1,%d/%02d:%02d:%02d,%d/0", tm.tm_yday, tm.tm_hour,
		 tm.tm_min, tm.tm_sec, (tm.tm_yday + 100) % 365);
	setenv("TZ", zone, 1);
}

START_TEST(a_clock_that_waited_over_the_change_of_summer_time_shows_what_clocks_show_by_then)
{
	for (int dies = 0; dies <= 1; dies++) {
		uint8_t bytes[CZ2_ROW_SIZE_MAX];
		struct cz2_command wish;
		int64_t week_start;
		size_t length;
		int ahead;

		begin(LEARNT_MS);
		week_start = house.core.now - 12345 * INT64_C(1000);
		cz2_command_init(&wish);
		cz2_command_set_clock(&wish, week_start);
		let_summer_begin_in(MINUTE_MS);
		house_plug(&house, false);
		run(SECOND_MS);
		ask(0, NULL, &wish, PATIENCE_MS);
		run(2 * MINUTE_MS);
		if (dies)
			die();
		house_plug(&house, true);
		run(MINUTE_MS);
		ck_assert_int_eq(paper.records[0].status, RECORD_DELIVERED);
		length = house_row(&house, CZ2_ROW_1_18, bytes);
		ahead = cz2_clock_ahead(cz2_clock_read(bytes, length),
					cz2_clock_at(week_start, house.core.now));
		ck_assert_int_le(abs(ahead - 3600), CZ2_CLOCK_CLOSE_S);
		unsetenv("TZ");
		finish();
	}
}
END_TEST

/* A panel that goes away again and again, while somebody else writes the day that we wish. */
START_TEST(a_day_that_is_tried_again_and_again_is_told_once)
{
	struct cz2_program wish = the_days();
	struct program *program = program_new(&wish);
	struct outcome outcome = {.error = CZ2_ETIMEOUT, .row_count = 1};

	begin(0);
	program_begin(program, house.core.model);
	cz2_command_init(&outcome.applied);
	outcome.rows[0].row = cz2_schedule_row(days[0].zone, days[0].day);
	for (int i = 0; i < 2 * CZ2_SCHEDULES; i++)
		program_took(program, &outcome);
	program_tell(program, &outcome);
	ck_assert_int_eq(outcome.program->row_count, 1);
	program_free(program);
	finish();
}
END_TEST

static bool
knows_all(void)
{
	int known, of;

	panel_program_progress(house.core.model, WIRE_ZONES, &known, &of);
	return known == of;
}

START_TEST(the_program_is_read_a_row_a_second_once_the_status_is_known)
{
	int known, of, slow = 0;

	begin(15 * SECOND_MS);
	panel_program_progress(house.core.model, WIRE_ZONES, &known, &of);
	ck_assert_int_eq(known, 0);
	while (!knows_all()) {
		int was = known;

		run(SECOND_MS);
		panel_program_progress(house.core.model, WIRE_ZONES, &known, &of);
		ck_assert_int_le(known - was, 1);
		slow += known == was;
		ck_assert_int_lt(slow, 30);
	}
	ck_assert_int_eq(of, CZ2_SCHEDULES);
	seen.sends = 0;
	run(30 * SECOND_MS); /* less than to the next poll */
	ck_assert_int_le(seen.sends, 9);
	finish();
}
END_TEST

START_TEST(a_day_that_somebody_else_wrote_is_read_at_once)
{
	struct wished_day other = {2, 3, CZ2_EVE, 63, 77};
	enum cz2_row row = cz2_schedule_row(other.zone, other.day);
	const struct cz2_image *image;

	begin(LEARNT_MS);
	image = model_image(house.core.model, row);
	house_do(&house, "{\"cmd\":\"row\",\"row\":\"10.%d\",\"at\":%d,\"hex\":\"3f\"}",
		 cz2_row_info(row)->row, HEAT_BYTE + CZ2_EVE);
	engine_disturbed(house.core.engine, row, house.core.now);
	run(2 * SECOND_MS);
	ck_assert_uint_eq(image->bytes[HEAT_BYTE + CZ2_EVE], other.heat);
	finish();
}
END_TEST

START_TEST(a_day_that_was_written_and_could_not_be_read_is_asked_for_again_soon)
{
	enum cz2_row row = cz2_schedule_row(2, 3);

	begin(LEARNT_MS);
	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"lose-request\",\"row\":\"10.%d\","
			 "\"count\":8}", cz2_row_info(row)->row);
	house_do(&house, "{\"cmd\":\"row\",\"row\":\"10.%d\",\"at\":%d,\"hex\":\"3f\"}",
		 cz2_row_info(row)->row, HEAT_BYTE + CZ2_EVE);
	engine_disturbed(house.core.engine, row, house.core.now);
	run(5 * SECOND_MS);
	ck_assert(!house_knows(&house, row));
	run(2 * MINUTE_MS);
	ck_assert(house_knows(&house, row));
	finish();
}
END_TEST

static void
on_refreshed(void *self, const struct outcome *outcome, int64_t now)
{
	(void)now;
	*(int *)self = outcome->error;
}

START_TEST(who_wants_all_of_the_program_now_gets_it_or_hears_that_the_panel_is_silent)
{
	int error = CZ2_EBUSY;
	engine_id id;

	begin(5 * SECOND_MS);
	engine_refresh(house.core.engine, ENGINE_REFRESH_PROGRAM, on_refreshed, &error,
		       house.core.now, &id);
	run(20 * SECOND_MS);
	ck_assert_int_eq(error, CZ2_OK);
	ck_assert(knows_all());

	error = CZ2_EBUSY;
	engine_refresh(house.core.engine, ENGINE_REFRESH_PROGRAM, on_refreshed, &error,
		       house.core.now, &id);
	run(SECOND_MS);
	house_do(&house, "{\"cmd\":\"silence\",\"on\":true}");
	run(20 * SECOND_MS);
	ck_assert_int_eq(error, CZ2_ETIMEOUT);
	finish();
}
END_TEST

/* There is always one who waits already when another is answered. */
START_TEST(who_wants_the_program_again_and_again_keeps_nobody_from_the_status)
{
	const struct cz2_image *flags;
	int errors[2] = {CZ2_OK, CZ2_OK};

	begin(LEARNT_MS);
	flags = model_image(house.core.model, CZ2_ROW_1_12);
	for (int turn = 0; turn < 60; turn++) {
		engine_id id;

		errors[turn % 2] = CZ2_EBUSY;
		engine_refresh(house.core.engine, ENGINE_REFRESH_PROGRAM, on_refreshed,
			       &errors[turn % 2], house.core.now, &id);
		run(SECOND_MS);
		while (errors[(turn + 1) % 2] == CZ2_EBUSY)
			run(1);
		ck_assert_int_lt(house.core.now - flags->time, 2 * MINUTE_MS);
	}
	run(MINUTE_MS);
	ck_assert(errors[0] == CZ2_OK && errors[1] == CZ2_OK);
	finish();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_day_that_changes_costs_three_transactions_and_each_other_one_read,
		whenever_the_daemon_dies_what_became_of_a_program_is_found_out_by_reading,
		who_waits_is_told_which_days_are_done_when_the_daemon_stops,
		a_program_that_nobody_waits_for_goes_on_after_the_daemon_was_stopped,
		a_program_waits_for_a_panel_that_is_away_and_goes_on_where_it_was,
		a_day_that_cannot_be_so_ends_a_program_before_anything_is_written,
		a_day_that_the_panel_refuses_is_named_with_those_that_are_done,
		others_come_in_between_two_days,
		of_two_who_wish_something_else_of_a_day_the_later_one_wins,
		who_waits_for_another_program_for_too_long_is_told_that_the_daemon_is_busy,
		a_clock_that_was_set_before_the_daemon_died_is_settled_by_what_it_shows,
		a_clock_that_waited_over_the_change_of_summer_time_shows_what_clocks_show_by_then,
		a_day_that_is_tried_again_and_again_is_told_once,
		the_program_is_read_a_row_a_second_once_the_status_is_known,
		a_day_that_somebody_else_wrote_is_read_at_once,
		a_day_that_was_written_and_could_not_be_read_is_asked_for_again_soon,
		who_wants_the_program_again_and_again_keeps_nobody_from_the_status,
		who_wants_all_of_the_program_now_gets_it_or_hears_that_the_panel_is_silent,
		NULL,
	};

	return run_suite("program", tests);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A week in a house at virtual speed (CZ2_DAYS, CZ2_SEED): the panel follows its
 * schedule and talks to itself, people come to the wall and ask over the network,
 * the line is noisy and at times gone. What is told stays true, what is known stays
 * the panel, and neither memory nor the load of the line grow.
 */
#include "build.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"
#include "virtual/house.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MINUTES = 60,
	DAY_HOURS = 24,
	DAY_MINUTES = DAY_HOURS * HOUR_MINUTES,
	DAYS = 7,

	CALLERS = 8,         /* who wait at once */
	POLL_ROWS = 4,       /* of a panel that is overheard, see docs/architecture.md */
	QUIET_DAY_READS = DAY_MINUTES * POLL_ROWS + DAY_HOURS * WIRE_ZONES * CZ2_DAYS,
	BUSY_DAY_READS = 4 * QUIET_DAY_READS,
	MEMORY_SLACK = 8192, /* freed and kept for next time by malloc's cache counts as in use */
};

static struct house house;
static uint32_t chance;

static struct caller {
	struct wishes wishes;
	engine_id id;
	bool waiting, disturbed; /* a hand at the wall meanwhile: it may be otherwise again */
} callers[CALLERS];

static struct {
	int asked, delivered, failed, refused, left;
} day;

/* ------------------------------------------------------------------------
 * People
 */

static void
on_done(void *self, const struct outcome *outcome, int64_t now)
{
	struct caller *caller = self;

	(void)now;
	house_assert(&house, caller->waiting, "%s: somebody is told twice", house.name);
	caller->waiting = false;
	if (outcome->error != CZ2_OK)
		day.failed++;
	else
		day.delivered++;
	house_assert(&house,
		     outcome->error != CZ2_OK || caller->disturbed ||
			     house_shows(&house, &caller->wishes),
		     "%s: told delivered, and the panel does not show it", house.name);
}

static struct caller *
free_caller(void)
{
	for (int i = 0; i < CALLERS; i++)
		if (!callers[i].waiting)
			return &callers[i];
	return NULL;
}

static void
somebody_asks(void)
{
	struct house_wish wish = house_draw_wish(&chance);
	struct engine_order order = {.command = house_command(&wish), .done = on_done};
	struct caller *caller = free_caller();

	if (caller == NULL)
		return;
	caller->wishes = house_wishes(&wish);
	caller->disturbed = false;
	order.self = caller;
	caller->waiting =
		engine_submit(house.core.engine, &order, house.core.now, &caller->id) == CZ2_OK;
	if (caller->waiting)
		day.asked++;
	else
		day.refused++;
}

/* All at once, so that changes are merged and contradict each other. */
static void
everybody_asks(void)
{
	for (int i = 0; i < CALLERS; i++)
		somebody_asks();
}

static void
somebody_leaves(void)
{
	somebody_asks();
	for (int i = 0; i < CALLERS; i++) {
		if (!callers[i].waiting)
			continue;
		engine_forget(house.core.engine, callers[i].id);
		callers[i].waiting = false;
		day.left++;
		return;
	}
}

static void
wall_is_touched(void)
{
	int zone = 1 + (int)random_below(&chance, WIRE_ZONES);

	for (int i = 0; i < CALLERS; i++)
		callers[i].disturbed = true;
	if (random_below(&chance, 4) == 0)
		house_do(&house, "{\"cmd\":\"wall\",\"mode\":%u}", random_below(&chance, 3));
	else
		house_do(&house, "{\"cmd\":\"wall\",\"zone\":%d,\"heat\":%u,\"hold\":%s}", zone,
			 55 + random_below(&chance, 15), random_below(&chance, 2) ? "true" : "false");
}

/* ------------------------------------------------------------------------
 * Things
 */

static void
wire_is_unplugged(void)
{
	house_plug(&house, false);
	core_run(&house.core, 1 + random_below(&chance, 3 * MINUTE_MS));
	house_plug(&house, true);
}

static void
panel_falls_silent(void)
{
	house_do(&house, "{\"cmd\":\"silence\",\"ms\":%u}", random_below(&chance, 3 * MINUTE_MS));
}

static void
power_fails(void)
{
	for (int i = 0; i < CALLERS; i++)
		callers[i].disturbed = true;
	house_do(&house, "{\"cmd\":\"power-cut\"}");
}

static void
frame_is_lost(void)
{
	static const char *const kinds[] = {"lose-reply", "lose-request", "flip-reply",
					    "late-reply", "garbage", "truncate-reply"};

	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"%s\",\"nth\":%u}",
		 kinds[random_below(&chance, sizeof kinds / sizeof kinds[0])],
		 1 + random_below(&chance, 8));
}

static const struct {
	void (*happens)(void);
	unsigned times; /* a day */
} events[] = {
	{somebody_asks, 150},    {everybody_asks, 10},    {somebody_leaves, 10},
	{wall_is_touched, 40},   {wire_is_unplugged, 10}, {panel_falls_silent, 10},
	{power_fails, 1},        {frame_is_lost, 100},
};

/* ------------------------------------------------------------------------
 * Days
 */

static void
on_refreshed(void *self, const struct outcome *outcome, int64_t now)
{
	(void)now;
	*(int *)self = outcome->error;
}

/* Every row that was ever read, but those that change by being read. */
static void
check_no_drift(void)
{
	int error = CZ2_EBUSY;
	engine_id id;

	ck_assert_int_eq(engine_refresh(house.core.engine, ENGINE_REFRESH_ALL, on_refreshed, &error,
					house.core.now, &id), CZ2_OK);
	while (error == CZ2_EBUSY && core_step(&house.core, INT64_MAX))
		continue;
	ck_assert_msg(error == CZ2_OK, "%s: %s", house.name, cz2_error_word(error));
	for (int id_of = 0; id_of < CZ2_ROW_COUNT; id_of++) {
		enum cz2_row row = (enum cz2_row)id_of;
		char name[16];

		if (model_image(house.core.model, row)->length == 0 || row == CZ2_ROW_1_6 ||
		    row == CZ2_ROW_1_18)
			continue;
		house_assert(&house, house_knows(&house, row), "%s: row %s is not known as it is",
			     house.name, cz2_row_name(row, name));
	}
}

static void
live_an_hour(bool eventful)
{
	for (int minute = 0; minute < HOUR_MINUTES; minute++) {
		for (size_t i = 0; eventful && i < sizeof events / sizeof events[0]; i++)
			if (random_below(&chance, DAY_MINUTES) < events[i].times)
				events[i].happens();
		core_run(&house.core, MINUTE_MS);
	}
}

/* Whoever asked is answered, whatever was lost: then nothing waits any more. */
static void
come_to_rest(void)
{
	house_do(&house, "{\"cmd\":\"faults\",\"clear\":true}");
	core_run(&house.core, 5 * MINUTE_MS);
	for (int i = 0; i < CALLERS; i++)
		house_assert(&house, !callers[i].waiting, "%s: somebody got no answer", house.name);
	ck_assert_int_eq(engine_pending(house.core.engine), 0);
}

static void
live_a_day(int number, bool eventful)
{
	memset(&day, 0, sizeof day);
	for (int hour = 0; hour < DAY_HOURS; hour++) {
		snprintf(house.name, sizeof house.name, "CZ2_SEED=%d, day %d, hour %d",
			 setting("CZ2_SEED", 1), number, hour);
		live_an_hour(eventful);
		come_to_rest();
		check_no_drift();
	}
}

static int
requests(const char *function)
{
	json_t *counters = house_ask(&house, "{\"cmd\":\"counters\"}");
	int count = (int)json_integer_value(json_object_get(counters, function));

	json_decref(counters);
	return count;
}

/* What the simulator remembers of the line is not the daemon's. */
static size_t
memory_in_use(void)
{
	house_do(&house, "{\"cmd\":\"reset\"}");
	return mallinfo2().uordblks;
}

static void
move_in(void)
{
	struct sim_config config = sim_config_default();

	chance = (uint32_t)setting("CZ2_SEED", 1);
	config.paced = false; /* the time of bytes is looked at elsewhere, and costs most of ours */
	config.seed = chance;
	house_open(&house, &config);
	core_run(&house.core, MINUTE_MS);
	ck_assert(model_connected(house.core.model));
}

START_TEST(after_a_week_nothing_has_grown_and_everything_is_known)
{
	size_t memory, first = 0;

	move_in();
	for (int number = 1; number <= setting("CZ2_DAYS", DAYS); number++) {
		live_a_day(number, true);
		ck_assert_int_lt(requests("reads"), BUSY_DAY_READS);
		printf("day %d: %d reads, %d writes; %d commands: %d delivered, %d failed, %d left",
		       number, requests("reads"), requests("writes"), day.asked, day.delivered,
		       day.failed, day.left);
		memory = memory_in_use();
		printf("; %d refused; %zu bytes\n", day.refused, memory);
		if (number == 1)
			first = memory;
		ck_assert_uint_le(memory, first + MEMORY_SLACK);
		ck_assert_int_gt(day.delivered, day.asked / 2);
	}
	house_close(&house);
}
END_TEST

START_TEST(a_day_in_which_nobody_asks_writes_nothing_and_polls_once_a_minute)
{
	move_in();
	house_do(&house, "{\"cmd\":\"reset\"}");
	for (int hour = 0; hour < DAY_HOURS; hour++)
		live_an_hour(false);
	ck_assert_int_eq(requests("writes"), 0);
	ck_assert_int_ge(requests("reads"), DAY_MINUTES);
	ck_assert_int_le(requests("reads"), QUIET_DAY_READS);
	house_close(&house);
}
END_TEST

START_TEST(a_panel_that_is_silent_for_a_day_is_not_pressed)
{
	enum { PAUSE_MS = 1500 };
	uint64_t before;

	move_in();
	house_do(&house, "{\"cmd\":\"burst\",\"on\":false}");
	house_do(&house, "{\"cmd\":\"silence\",\"on\":true}");
	before = bus_counters(house.core.bus)->sends;
	for (int hour = 0; hour < DAY_HOURS; hour++)
		live_an_hour(false);
	ck_assert_uint_le(bus_counters(house.core.bus)->sends - before,
			  DAY_MINUTES * (MINUTE_MS / PAUSE_MS));
	house_do(&house, "{\"cmd\":\"silence\",\"on\":false}");
	core_run(&house.core, 5 * SECOND_MS);
	ck_assert(model_connected(house.core.model));
	check_no_drift();
	house_close(&house);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		after_a_week_nothing_has_grown_and_everything_is_known,
		a_day_in_which_nobody_asks_writes_nothing_and_polls_once_a_minute,
		a_panel_that_is_silent_for_a_day_is_not_pressed,
		NULL,
	};

	return run_suite("week", tests);
}

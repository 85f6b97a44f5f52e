/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Every single fault at every position of every kind of command (CZ2_EVERY=7: every
 * seventh), and ten thousand pairs of them by chance (CZ2_SEED, CZ2_PAIRS; CZ2_TRIAL runs
 * one alone), at virtual speed: the real bus, engine and model against the simulated panel. Whatever happens,
 * what the caller is told has to be true on the panel.
 */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"
#include "virtual/judge.h"

enum {
	POSITIONS = 10,     /* a command with one fault takes fewer requests */
	NEVER_US = 1 << 30, /* the schedule takes nothing back */
	SETTLE_MS = 3000,
	TWIN_MS = 600000, /* nothing is written for so long after one was heard */
	PAIRS = 10000,
	TRIAL_FAULTS = 2,
};

static const struct house_wish kinds[] = {
	{"mode", {{CZ2_MODE, 0, CZ2_MODE_COOL}}, 1},
	{"all", {{CZ2_ALL, 0, CZ2_ALL_ON}}, 1},
	{"fan", {{CZ2_FAN, 0, 1}}, 1},
	{"setpoint", {{CZ2_HEAT, 2, 70}}, 1},
	{"hold", {{CZ2_HOLD, 3, 1}, {CZ2_TEMPORARY, 3, 0}}, 2},
	{"setpoint and hold", {{CZ2_HEAT, 2, 66}, {CZ2_COOL, 2, 80}, {CZ2_HOLD, 2, 1}}, 3},
	{"batch",
	 {{CZ2_HEAT, 1, 62}, {CZ2_HEAT, 4, 62}, {CZ2_HEAT, 8, 62}, {CZ2_TEMPORARY, 1, 1},
	  {CZ2_TEMPORARY, 4, 1}, {CZ2_TEMPORARY, 8, 1}},
	 6},
	{"everything", {{CZ2_MODE, 0, CZ2_MODE_HEAT}, {CZ2_FAN, 0, 1}, {CZ2_HEAT, 5, 71}}, 3},
};

/* No command names zone 7. */
#define WALL_EDIT "{\"kind\":\"wall-edit\",\"zone\":7"

/* What a command that meets the fault once may end with, besides delivered. */
static const struct fault_case {
	const char *fault;
	int allowed; /* CZ2_OK: it has to be delivered */
} cases[] = {
	{"{\"kind\":\"flip-request\"", CZ2_OK},
	{"{\"kind\":\"drop-byte-request\"", CZ2_OK},
	{"{\"kind\":\"lose-request\"", CZ2_OK},
	{"{\"kind\":\"flip-reply\"", CZ2_OK},
	{"{\"kind\":\"drop-byte-reply\"", CZ2_OK},
	{"{\"kind\":\"lose-reply\"", CZ2_OK},
	{"{\"kind\":\"late-reply\"", CZ2_OK},
	{"{\"kind\":\"late-reply\",\"ms\":900", CZ2_OK},
	{"{\"kind\":\"double-reply\"", CZ2_OK},
	{"{\"kind\":\"double-reply\",\"ms\":90", CZ2_OK},
	{"{\"kind\":\"split-reply\"", CZ2_OK},
	{"{\"kind\":\"truncate-reply\"", CZ2_OK},
	{"{\"kind\":\"foreign-reply\"", CZ2_OK},
	{"{\"kind\":\"wrong-row\"", CZ2_OK},
	{"{\"kind\":\"wrong-length\"", CZ2_OK},
	{"{\"kind\":\"not-kept\"", CZ2_OK},
	{"{\"kind\":\"garbage\"", CZ2_OK},
	{"{\"kind\":\"silence\",\"ms\":700", CZ2_OK},
	{"{\"kind\":\"error-reply\"", CZ2_EREFUSED},
	{"{\"kind\":\"nack\"", CZ2_EREFUSED},
	{"{\"kind\":\"twin\"", CZ2_ECONFLICT},
	{WALL_EDIT ",\"heat\":60", CZ2_OK},
	{WALL_EDIT ",\"heat\":60,\"when\":\"after\"", CZ2_OK},
	/* A bit of the byte that holds of other zones are written to. */
	{WALL_EDIT ",\"hold\":true", CZ2_OK},
	{WALL_EDIT ",\"hold\":true,\"when\":\"after\"", CZ2_OK},
};

enum { CASES = sizeof cases / sizeof cases[0], KINDS = sizeof kinds / sizeof kinds[0] };

/* One command, and what goes wrong meanwhile. */
struct trial {
	const struct house_wish *kind;
	const struct fault_case *faults[TRIAL_FAULTS];
	int positions[TRIAL_FAULTS];
	int count;
	uint32_t seed; /* which bit is flipped, which bytes are garbage */
	char name[64]; /* how to repeat it */
};

static const enum cz2_row written_rows[] = {CZ2_ROW_1_16, CZ2_ROW_1_12, CZ2_ROW_1_17};
static struct house house;
static struct judge_walls walls;

static struct {
	bool ended;
	struct outcome outcome;
} told;

/* ------------------------------------------------------------------------
 * One run
 */

static void
set_up(uint32_t seed)
{
	struct sim_config config = sim_config_default();

	config.burst = false;
	config.revert_us = NEVER_US;
	config.seed = seed;
	house_open(&house, &config);
	/* What the panel changes by itself would look like a byte that nobody named. */
	house_do(&house, "{\"cmd\":\"equipment\",\"on\":false}");
	core_run(&house.core, 5000);
	ck_assert(model_connected(house.core.model));
}

static void
on_done(void *self, const struct outcome *outcome, int64_t now)
{
	(void)self;
	(void)now;
	ck_assert_msg(!told.ended, "%s: told twice", house.name);
	told.ended = true;
	told.outcome = *outcome;
}

static void
submit(const struct cz2_command *command)
{
	struct engine_order order = {.command = *command, .done = on_done};
	engine_id id;

	told.ended = false;
	ck_assert_int_eq(engine_submit(house.core.engine, &order, house.core.now, &id), CZ2_OK);
}

static void
describe(const struct trial *trial)
{
	int length = snprintf(house.name, sizeof house.name, "%s%s", trial->name, trial->kind->name);

	for (int i = 0; i < trial->count; i++)
		length += snprintf(house.name + length, sizeof house.name - (size_t)length,
				   ", %s} at request %d", trial->faults[i]->fault,
				   trial->positions[i]);
}

static void
inject(const struct trial *trial)
{
	for (int i = 0; i < trial->count; i++)
		house_do(&house, "%s,\"cmd\":\"fault\",\"nth\":%d}", trial->faults[i]->fault,
			 trial->positions[i]);
}

static bool
may_end_with(const struct trial *trial, int error)
{
	for (int i = 0; i < trial->count; i++)
		if (trial->faults[i]->allowed == error)
			return true;
	/* A silence takes two of the four attempts at a read, something else may take the rest. */
	if (trial->count > 1 && strstr(house.name, "silence") != NULL &&
	    (error == CZ2_ETIMEOUT || error == CZ2_EUNCONFIRMED))
		return true;
	return error == CZ2_OK;
}

static void
run_trial(const struct trial *trial)
{
	struct cz2_command command = house_command(trial->kind);
	struct wishes wishes = house_wishes(trial->kind), applied;

	describe(trial);
	set_up(trial->seed);
	judge_begin(&house);
	inject(trial);
	submit(&command);
	core_run(&house.core, trial->count * SETTLE_MS);

	house_assert(&house, told.ended, "%s: no answer", house.name);
	house_assert(&house, may_end_with(trial, told.outcome.error), "%s: %s", house.name,
		     cz2_error_word(told.outcome.error));
	house_assert(&house, told.outcome.error != CZ2_OK || house_shows(&house, &wishes),
		     "%s: told delivered, and the panel does not show it", house.name);
	applied = house_applied(&told.outcome);
	house_assert(&house, house_shows(&house, &applied),
		     "%s: told applied what is not there", house.name);
	judge_end(&house, &wishes, &walls);
}

/* When nothing goes wrong any more the next command works, and the model is the panel. */
static void
check_recovery(void)
{
	static const struct house_wish next = {"hold", {{CZ2_HOLD, 6, 1}}, 1};
	struct cz2_command command = house_command(&next);
	struct wishes wishes = house_wishes(&next);
	engine_id id;

	house_do(&house, "{\"cmd\":\"faults\",\"clear\":true}");
	core_run(&house.core, SETTLE_MS);
	if (bus_conflict(house.core.bus, house.core.now))
		core_run(&house.core, TWIN_MS);
	submit(&command);
	core_run(&house.core, SETTLE_MS);
	house_assert(&house,
		     told.ended && told.outcome.error == CZ2_OK && house_shows(&house, &wishes),
		     "%s: the next command does not work", house.name);
	told.ended = false;
	ck_assert_int_eq(engine_refresh(house.core.engine, ENGINE_REFRESH_STATUS, on_done, NULL,
					house.core.now, &id), CZ2_OK);
	core_run(&house.core, SETTLE_MS);
	house_assert(&house, told.ended && told.outcome.error == CZ2_OK, "%s: the panel is lost",
		     house.name);
	for (size_t i = 0; i < sizeof written_rows / sizeof written_rows[0]; i++)
		house_assert(&house, house_knows(&house, written_rows[i]),
			     "%s: row 1.%d is not known as it is", house.name,
			     cz2_row_info(written_rows[i])->row);
}

static void
tell_walls(int runs)
{
	printf("%d runs: %d edits at the wall, %d of them between our read and our write and lost\n",
	       runs, walls.edits, walls.overwritten);
}

START_TEST(what_is_told_is_true_whatever_single_frame_goes_wrong)
{
	struct trial trial = {.count = 1, .seed = 1};
	int every = setting("CZ2_EVERY", 1), runs = 0;

	for (int n = 0; n < KINDS * CASES * POSITIONS; n += every, runs++) {
		trial.kind = &kinds[n / POSITIONS / CASES];
		trial.faults[0] = &cases[n / POSITIONS % CASES];
		trial.positions[0] = 1 + n % POSITIONS;
		run_trial(&trial);
		house_close(&house);
	}
	tell_walls(runs);
}
END_TEST

static void
draw(struct trial *trial, uint32_t *chance)
{
	trial->kind = &kinds[random_below(chance, KINDS)];
	trial->count = TRIAL_FAULTS;
	for (int i = 0; i < TRIAL_FAULTS; i++) {
		trial->faults[i] = &cases[random_below(chance, CASES)];
		trial->positions[i] = 1 + (int)random_below(chance, POSITIONS);
	}
	trial->seed = random_next(chance);
}

START_TEST(what_is_told_is_true_whatever_pair_of_frames_goes_wrong)
{
	int seed = setting("CZ2_SEED", 1), count = setting("CZ2_PAIRS", PAIRS);
	int only = setting("CZ2_TRIAL", -1);
	uint32_t chance = (uint32_t)seed;

	printf("%d pairs, CZ2_SEED=%d\n", count, seed);
	for (int n = 0; n < count; n++) {
		struct trial trial;

		draw(&trial, &chance);
		snprintf(trial.name, sizeof trial.name, "CZ2_SEED=%d CZ2_TRIAL=%d: ", seed, n);
		if (only >= 0 && n != only)
			continue;
		run_trial(&trial);
		check_recovery();
		house_close(&house);
	}
	tell_walls(count);
}
END_TEST

START_TEST(a_command_without_faults_takes_the_promised_transactions)
{
	static const int promised[] = {3, 3, 3, 3, 3, 6, 6, 9};

	for (int i = 0; i < KINDS; i++) {
		struct cz2_command command = house_command(&kinds[i]);

		snprintf(house.name, sizeof house.name, "%s", kinds[i].name);
		set_up(1);
		submit(&command);
		core_run(&house.core, SETTLE_MS);
		ck_assert_msg(told.ended && told.outcome.error == CZ2_OK, "%s", house.name);
		ck_assert_msg(told.outcome.transactions == promised[i], "%s: %d", house.name,
			      told.outcome.transactions);
		house_close(&house);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_told_is_true_whatever_single_frame_goes_wrong,
		what_is_told_is_true_whatever_pair_of_frames_goes_wrong,
		a_command_without_faults_takes_the_promised_transactions,
		NULL,
	};

	return run_suite("faults", tests);
}

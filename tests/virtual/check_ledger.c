/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The ledger at virtual speed, over a real core and a simulated panel, with a disk of
 * paper that is slow, fails, and keeps of what was under way as much as it likes when
 * the daemon dies, or is stopped (CZ2_COMMANDS, CZ2_SEED). Whatever happens: no write leaves before its
 * command is marked on the paper, a status never goes back, what was delivered was there,
 * every caller is told once, and in the end every record has an end.
 */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/ledger/ledger.h"
#include "unit/support.h"
#include "virtual/house.h"

enum {
	COMMANDS = 3000,
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	TIMEOUT_MS = 10 * SECOND_MS,
	PATIENCE_MS = 10 * MINUTE_MS,
	QUEUE_LIMIT = 64,
	CALM_MS = 70 * MINUTE_MS, /* longer than anything may stay open */
	SILENT_MS = 20 * SECOND_MS,
	DISK_MS = 60,             /* a visit takes up to so long */
	JOBS = 4096,
	DAYS_MAX = 4,             /* of a program */
	HEAT_BYTE = 11, COOL_BYTE = 15, /* of its rows, by period */
};

/* A command by its number, as its caller knows it and as it stands on the paper. */
static struct command {
	struct wishes wishes;
	struct cz2_command wish;
	struct { enum cz2_row row; int period, heat; } days[DAYS_MAX]; /* cool is 8 above */
	int day_count;
	int asked;   /* in which life of the daemon it was given, */
	int life;    /* and which one has it now */
	int answers; /* how often its caller was told the end */
	bool accepted; /* the observer was told */
	int ended;   /* 1 + the life in which the observer was told it; 0: not yet */
	uint64_t shown; /* by the panel, right before a write of the row; bit_of() */
	uint64_t kept;  /* the same since a write of its own left, */
	uint64_t lost;  /* and the contrary: what shows it later is somebody else's */
	bool written;
	struct record record; /* as it would be found after a crash */
} *commands;
static int given, life, deaths_until;

static struct {
	struct job {
		struct record record;
		ledger_kept kept;
		void *entry;
		int64_t due;
	} jobs[JOBS]; /* in order: waiting of them from first on */
	int first, waiting;
	int64_t failing_until;
} paper;

static const enum cz2_row written_rows[] = {CZ2_ROW_1_16, CZ2_ROW_1_12, CZ2_ROW_1_17};

static struct house house;
static struct ledger *ledger;
static uint32_t chance;
static struct { int ends[RECORD_STATUS_COUNT], unconfirmed, crashes, stops, writes; } seen;

/* ------------------------------------------------------------------------
 * Paper
 */

static struct command *
command_of(const struct record *record)
{
	return &commands[atoi(record->params)];
}

static void
write_down(const struct record *record)
{
	struct command *command = command_of(record);

	if (command->written) {
		house_assert(&house, !record_is_final(&command->record),
			     "a record changed after its end");
		house_assert(&house, record->status >= command->record.status,
			     "a status went back");
		record_fini(&command->record);
	}
	record_copy(&command->record, record);
	command->written = true;
}

static uint64_t
bit_of(enum cz2_row row)
{
	int i = 0;

	if (row >= CZ2_ROW_SCHEDULE)
		return UINT64_C(1) << (row - CZ2_ROW_SCHEDULE);
	while (written_rows[i] != row)
		i++;
	return UINT64_C(1) << (CZ2_SCHEDULES + i);
}

static bool
shows(const struct command *command, enum cz2_row row)
{
	uint8_t bytes[CZ2_ROW_SIZE_MAX];

	house_row(&house, row, bytes);
	for (int i = 0; i < command->day_count; i++) {
		int period = command->days[i].period, heat = command->days[i].heat;

		if (command->days[i].row == row &&
		    (bytes[HEAT_BYTE + period] != heat || bytes[COOL_BYTE + period] != heat + 8))
			return false;
	}
	return row >= CZ2_ROW_SCHEDULE || wishes_shown(&command->wishes, row, bytes);
}

static bool
row_was_there(const struct command *command, enum cz2_row row, uint64_t before, uint64_t lost)
{
	return (before & bit_of(row)) != 0 || ((lost & bit_of(row)) == 0 && shows(command, row));
}

/* The panel shows all of it, or did so before rows were written again. */
static bool
was_there(const struct command *command, uint64_t before, uint64_t lost)
{
	for (size_t i = 0; i < sizeof written_rows / sizeof written_rows[0]; i++)
		if (!row_was_there(command, written_rows[i], before, lost))
			return false;
	for (int i = 0; i < command->day_count; i++)
		if (!row_was_there(command, command->days[i].row, before, lost))
			return false;
	return true;
}

/* Nobody else touches the panel here: what was delivered is there, or was until our next write. */
static void
judge(const struct record *record)
{
	const struct command *command = command_of(record);

	if (record->status == RECORD_DELIVERED)
		house_assert(&house, was_there(command, command->shown, 0),
			     "%s: delivered, and the panel never showed it", record->params);
	if (record->status == RECORD_FAILED && record->sent_us != 0 &&
	    strstr(record->result, "\"not_found\"") != NULL)
		house_assert(&house, !was_there(command, command->kept, command->lost),
			     "%s: not found, and it was there", record->params);
}

static void
keep(void *self, const struct record *record, ledger_kept kept, void *entry)
{
	struct job *job = &paper.jobs[(paper.first + paper.waiting) % JOBS];

	(void)self;
	ck_assert_int_lt(paper.waiting++, JOBS);
	judge(record);
	record_copy(&job->record, record);
	job->kept = kept;
	job->entry = entry;
	job->due = house.core.now + random_below(&chance, DISK_MS);
}

static int64_t
paper_wake(void)
{
	return paper.waiting > 0 ? paper.jobs[paper.first].due : INT64_MAX;
}

static struct job
take_job(void)
{
	struct job job = paper.jobs[paper.first];

	paper.first = (paper.first + 1) % JOBS;
	paper.waiting--;
	return job;
}

static void
paper_step(void)
{
	while (paper_wake() <= house.core.now) {
		struct job job = take_job();
		bool failing = house.core.now < paper.failing_until;

		if (!failing)
			write_down(&job.record);
		job.kept(job.entry, failing ? CZ2_EIO : CZ2_OK, house.core.now);
		record_fini(&job.record);
	}
}

/* ------------------------------------------------------------------------
 * The daemon
 */

static bool
names(const struct command *command, enum cz2_row row)
{
	for (int i = 0; i < command->day_count; i++)
		if (command->days[i].row == row)
			return true;
	return cz2_command_touches(&command->wish, row);
}

static bool
may_be_written_for(const struct command *command, enum cz2_row row)
{
	return command->life == life && command->written && command->record.armed &&
	       !record_is_final(&command->record) && names(command, row);
}

static void
note_shown(enum cz2_row row)
{
	for (int i = 0; i < given; i++) {
		struct command *command = &commands[i];
		const struct record *open;
		bool shown;

		if (record_is_final(&command->record))
			continue;
		shown = shows(command, row);
		open = ledger_open_record(ledger, command->record.id);
		if (shown)
			command->shown |= bit_of(row);
		if (shown && open != NULL && open->status == RECORD_SENT)
			command->kept |= bit_of(row);
		else if (!shown && open != NULL && open->status != RECORD_PENDING)
			command->lost |= bit_of(row);
	}
}

/* What leaves has to be asked for by somebody whose record is marked. */
static void
on_bytes(const uint8_t *bytes, size_t length)
{
	struct cz2_frame frame;
	enum cz2_row row;
	int i = 0;

	if (cz2_frame_decode(bytes, length, &frame) != CZ2_OK || frame.function != CZ2_WRITE)
		return;
	seen.writes++;
	row = cz2_row_find(frame.destination, frame.payload[1], frame.payload[2]);
	note_shown(row);
	while (i < given && !may_be_written_for(&commands[i], row))
		i++;
	house_assert(&house, i < given, "a write left, and no record on the paper is marked");
}

/* Once, whatever number of lives it takes, and right after its caller. */
static void
on_accepted(void *self, const struct record *record, int64_t now)
{
	struct command *command = command_of(record);

	(void)self;
	(void)now;
	house_assert(&house, command->written && command->ended == 0,
		     "told accepted, and not on the paper");
	house_assert(&house, !command->accepted, "it is accepted twice");
	command->accepted = true;
}

/* An end is told once in a life, and as it is. */
static void
on_final(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	struct command *command = command_of(record);

	(void)self;
	(void)now;
	house_assert(&house, record_is_final(record), "told of an end that is none");
	house_assert(&house, (outcome->error == CZ2_OK) == (record->status == RECORD_DELIVERED),
		     "the end is not the record's");
	house_assert(&house, command->ended != 1 + life, "an end is told twice");
	command->ended = 1 + life;
}

static void
be_born(void)
{
	static const struct ledger_observer observer = {.accepted = on_accepted, .final = on_final};
	struct ledger_config config = {
		.panel_id = "cz2", .timeout_ms = TIMEOUT_MS, .queue_limit = QUEUE_LIMIT};
	struct ledger_disk disk = {.keep = keep};

	ledger = ledger_new(&config, &disk, house.core.engine, house.core.model);
	ledger_observe(ledger, &observer);
	for (int i = 0; i < given; i++) {
		if (!commands[i].written || record_is_final(&commands[i].record))
			continue;
		commands[i].life = life;
		ledger_take_up(ledger, &commands[i].record, house.core.now);
	}
}

/*
 * Some of what was on its way to the disk is there, in order; the rest never was. The last
 * life is a long one: nobody mends in the next what this one forgot.
 */
static void
daemon_dies(void)
{
	if (given > deaths_until)
		return;
	for (int kept = (int)random_below(&chance, 4); paper.waiting > 0; kept--) {
		struct job job = take_job();

		if (kept > 0 && house.core.now >= paper.failing_until)
			write_down(&job.record);
		record_fini(&job.record);
	}
	ledger = ledger_free(ledger);
	house_restart(&house);
	seen.crashes++;
	life++;
	be_born();
}

static void
step(int64_t until)
{
	int64_t next = clock_earlier(ledger_wake(ledger, house.core.now), paper_wake());

	core_step(&house.core, clock_earlier(until, clock_later(next, house.core.now + 1)));
	paper_step();
	ledger_step(ledger, house.core.now);
}

static void
run(int64_t ms)
{
	int64_t until = house.core.now + ms;

	while (house.core.now < until)
		step(until);
}

/* As on a signal: what is on the line is seen through, and what is given to the paper arrives. */
static void
daemon_is_stopped(void)
{
	if (given > deaths_until)
		return;
	ledger_stop(ledger);
	engine_stop(house.core.engine, house.core.now);
	while (!engine_idle(house.core.engine) || paper.waiting > 0 ||
	       ledger_wake(ledger, house.core.now) != INT64_MAX)
		step(house.core.now + SECOND_MS);
	ledger = ledger_free(ledger);
	house_restart(&house);
	seen.stops++;
	life++;
	be_born();
}

/* ------------------------------------------------------------------------
 * People and things
 */

static void
on_recorded(void *self, const struct record *record, int64_t now)
{
	const struct command *command = self;

	(void)now;
	house_assert(&house, command->written && command_of(record) == command,
		     "told recorded, and not on the paper");
}

static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	struct command *command = self;

	(void)now;
	house_assert(&house, command_of(record) == command, "told of another's end");
	house_assert(&house, command->answers++ == 0, "somebody is told twice");
	seen.unconfirmed += outcome->error == CZ2_EUNCONFIRMED;
}

/* The wishes of the command given last are known. */
static void
give(struct command *command, struct ledger_order *order)
{
	struct ledger_caller caller = {command, on_recorded, on_ended};
	char number[16];
	ledger_id id;

	snprintf(number, sizeof number, "%d", given++);
	order->user = "somebody";
	order->params = number;
	order->wish = command->wish;
	command->asked = command->life = life;
	if (ledger_submit(ledger, order, &caller, house.core.now, &id) != CZ2_OK)
		command->answers++;
	else if (random_below(&chance, 10) == 0) {
		ledger_forget(ledger, id); /* its caller left */
		command->answers++;
	}
}

static void
ask(struct house_wish wish, int64_t patience_ms)
{
	struct command *command = &commands[given];
	struct ledger_order order = {.command = wish.name, .patience_ms = patience_ms};

	command->wishes = house_wishes(&wish);
	command->wish = house_command(&wish);
	give(command, &order);
}

static void
somebody_asks(void)
{
	struct house_wish wish = house_draw_wish(&chance);

	ask(wish, random_below(&chance, 2) == 0 ? PATIENCE_MS : 0);
}

/* Of few days, so that programs meet. */
static void
wish_day(struct command *command, struct cz2_program *program)
{
	int zone = 1 + (int)random_below(&chance, 2), day = (int)random_below(&chance, 3);
	int period = (int)random_below(&chance, CZ2_PERIODS);
	int heat = 58 + (int)random_below(&chance, 14);
	enum cz2_row row = cz2_schedule_row(zone, day);
	struct cz2_setting *setting = &program->days[row - CZ2_ROW_SCHEDULE].periods[period];

	if (setting->heat != CZ2_UNKNOWN)
		return;
	setting->heat = (int16_t)heat;
	setting->cool = (int16_t)(heat + 8);
	command->days[command->day_count].row = row;
	command->days[command->day_count].period = period;
	command->days[command->day_count++].heat = heat;
}

static void
somebody_plans(void)
{
	struct command *command = &commands[given];
	struct cz2_program program;
	struct ledger_order order = {.command = "zones.schedule", .program = &program};

	for (int day = 0; day < CZ2_SCHEDULES; day++)
		cz2_day_clear(&program.days[day]);
	for (unsigned left = 1 + random_below(&chance, DAYS_MAX); left > 0; left--)
		wish_day(command, &program);
	cz2_command_init(&command->wish);
	order.patience_ms = random_below(&chance, 2) == 0 ? PATIENCE_MS : 0;
	give(command, &order);
}

static void
disk_is_full(void)
{
	paper.failing_until = house.core.now + random_below(&chance, MINUTE_MS);
}

static void
wire_is_unplugged(void)
{
	house_plug(&house, false);
	run(1 + random_below(&chance, SILENT_MS));
	house_plug(&house, true);
}

static void
panel_falls_silent(void)
{
	house_do(&house, "{\"cmd\":\"silence\",\"ms\":%u}", random_below(&chance, SILENT_MS));
}

static void
write_is_not_answered(void)
{
	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"silence\",\"function\":\"write\",\"ms\":%u}",
		 random_below(&chance, SILENT_MS));
}

static void
frame_is_lost(void)
{
	static const char *const kinds[] = {"lose-reply", "lose-request", "flip-reply",
					    "late-reply", "garbage",      "nack"};

	house_do(&house, "{\"cmd\":\"fault\",\"kind\":\"%s\",\"nth\":%u}",
		 kinds[random_below(&chance, sizeof kinds / sizeof kinds[0])],
		 1 + random_below(&chance, 6));
}

static const struct {
	void (*happens)(void);
	unsigned often;
} events[] = {
	{somebody_asks, 200}, {somebody_plans, 40}, {frame_is_lost, 60}, {panel_falls_silent, 4},
	{wire_is_unplugged, 2}, {write_is_not_answered, 6}, {disk_is_full, 4}, {daemon_dies, 12},
	{daemon_is_stopped, 6},
};

enum { EVENTS = sizeof events / sizeof events[0] };

static void
something_happens(void)
{
	unsigned all = 0, draw;

	for (int i = 0; i < EVENTS; i++)
		all += events[i].often;
	draw = random_below(&chance, all);
	for (int i = 0; i < EVENTS; i++) {
		if (draw < events[i].often) {
			events[i].happens();
			return;
		}
		draw -= events[i].often;
	}
}

/* ------------------------------------------------------------------------
 * The end
 */

static void
everything_has_an_end(void)
{
	for (int i = 0; i < given; i++) {
		const struct command *command = &commands[i];

		house_assert(&house, command->answers == 1 || command->asked < life,
			     "%d: nobody was told", i);
		if (!command->written)
			continue;
		house_assert(&house, command->ended != 0, "%d: its end was not told", i);
		house_assert(&house, command->record.status != RECORD_DELIVERED ||
					     command->accepted || command->asked < life,
			     "%d: that it was accepted was not told", i);
		house_assert(&house, record_is_final(&command->record), "%d: %s for ever", i,
			     record_status_names[command->record.status]);
		seen.ends[command->record.status]++;
		house_assert(&house,
			     command->record.status != RECORD_EXPIRED ||
				     command->record.sent_us == 0,
			     "%d: expired, and it was sent", i);
	}
}

static void
begin(int count)
{
	struct sim_config config = sim_config_default();

	chance = (uint32_t)setting("CZ2_SEED", 1);
	commands = mem_new((size_t)count + 1, sizeof *commands);
	config.zones = WIRE_ZONES;
	config.paced = true;
	house.before_send = on_bytes;
	snprintf(house.name, sizeof house.name, "seed %u", chance);
	house_open(&house, &config);
	be_born();
	run(10 * SECOND_MS);
}

static void
finish(void)
{
	ledger_free(ledger);
	house_close(&house);
	for (int i = 0; i < given; i++)
		record_fini(&commands[i].record);
	free(commands);
}

/* While records are read the disk is not at work beside: they share what the file is held by. */
START_TEST(what_is_taken_up_is_kept_with_the_next_step_and_not_before)
{
	char number[] = "0", wish[] = "{\"system_mode\":\"Sauna\"}";
	struct record record = {.id = "an edited one", .device = "cz2", .command = "system.mode",
				.user = "somebody", .params = number, .wish = wish};

	begin(1);
	given = 1;
	ledger_take_up(ledger, &record, house.core.now);
	ck_assert_int_eq(paper.waiting, 0);
	run(SECOND_MS);
	ck_assert_int_eq(commands[0].record.status, RECORD_FAILED);
	finish();
}
END_TEST

START_TEST(what_a_set_back_clock_adds_to_its_time_is_not_granted)
{
	char number[] = "0", wish[] = "{\"system_mode\":\"Cool\"}";
	int64_t year_us = 365 * INT64_C(86400000000);
	struct record record = {.id = "of next year", .device = "cz2", .command = "system.mode",
				.user = "somebody", .params = number, .wish = wish};

	begin(1);
	given = 1;
	house_plug(&house, false);
	run(SECOND_MS);
	record.requested_us = clock_wall_us_of(house.core.now) + year_us;
	record.expires_us = record.requested_us + MINUTE_MS * INT64_C(1000);
	ledger_take_up(ledger, &record, house.core.now);
	run(2 * MINUTE_MS);
	ck_assert_int_eq(commands[0].record.status, RECORD_EXPIRED);
	finish();
}
END_TEST

START_TEST(what_the_panel_was_seen_to_show_is_delivered_without_it)
{
	struct ledger_order order = {.command = "system.mode", .user = "somebody", .params = "0",
				     .id = "an id of its own", .shown = true};
	struct ledger_caller caller = {.self = NULL};
	ledger_id id;

	begin(1);
	given = 1;
	cz2_command_init(&order.wish);
	cz2_command_set(&order.wish, CZ2_MODE, 0, CZ2_MODE_COOL);
	house_plug(&house, false); /* whoever asks it will be told so */
	order.patience_ms = PATIENCE_MS;
	ck_assert_int_eq(ledger_submit(ledger, &order, &caller, house.core.now, &id), CZ2_OK);
	run(SECOND_MS);
	ck_assert_int_eq(commands[0].record.status, RECORD_DELIVERED);
	ck_assert_str_eq(commands[0].record.id, "an id of its own");
	ck_assert_ptr_nonnull(strstr(commands[0].record.result, "\"unchanged\":true"));
	ck_assert_ptr_nonnull(strstr(commands[0].record.result, "\"transactions\":0"));
	ck_assert(!commands[0].record.armed);
	finish();
}
END_TEST

START_TEST(a_note_waits_for_a_disk_that_takes_nothing)
{
	struct outcome outcome = {.error = CZ2_OK};
	struct ledger_note note = {.command = "unexpected", .user = "panel", .params = "0",
				   .source = RECORD_PANEL, .outcome = &outcome};

	begin(1);
	given = 1;
	cz2_command_init(&outcome.applied);
	paper.failing_until = house.core.now + MINUTE_MS;
	ledger_note(ledger, &note);
	run(30 * SECOND_MS);
	ck_assert(!commands[0].written);
	run(MINUTE_MS);
	ck_assert(commands[0].written);
	ck_assert_int_eq(commands[0].record.status, RECORD_DELIVERED);
	finish();
}
END_TEST

/* Both wait for the panel, the later one for the disk too: that one is there first. */
START_TEST(the_later_of_two_that_waited_wins)
{
	const struct house_wish heat = {"mode", {{CZ2_MODE, 0, 0}}, 1};
	const struct house_wish cool = {"mode", {{CZ2_MODE, 0, 1}}, 1};

	begin(2);
	house_plug(&house, false);
	run(SECOND_MS);
	ask(heat, PATIENCE_MS);
	run(SECOND_MS);
	ask(cool, PATIENCE_MS);
	house_plug(&house, true);
	while (paper.waiting > 0 || engine_reachable(house.core.engine) != CZ2_OK) {
		core_step(&house.core, house.core.now + 1);
		if (engine_reachable(house.core.engine) == CZ2_OK)
			paper_step();
	}
	run(MINUTE_MS);
	ck_assert_int_eq(commands[0].record.status, RECORD_DELIVERED);
	ck_assert_int_eq(commands[1].record.status, RECORD_DELIVERED);
	ck_assert(house_shows(&house, &commands[1].wishes));
	finish();
}
END_TEST

/* Only the earlier one has used up its attempts when the panel answers again. */
START_TEST(the_later_one_wins_though_the_panel_was_silent_for_the_earlier_one)
{
	const struct house_wish heat = {"mode", {{CZ2_MODE, 0, 0}}, 1};
	const struct house_wish cool = {"mode", {{CZ2_MODE, 0, 1}}, 1};
	int delivered = 0;

	for (int silent_ms = 600; silent_ms < 4000; silent_ms += 100) {
		begin(2);
		house_do(&house, "{\"cmd\":\"silence\",\"ms\":%d}", silent_ms);
		ask(heat, PATIENCE_MS);
		run(300);
		ask(cool, silent_ms % 200 == 0 ? PATIENCE_MS : 0);
		run(2 * MINUTE_MS);
		ck_assert_int_eq(commands[0].record.status, RECORD_DELIVERED);
		delivered += commands[1].record.status == RECORD_DELIVERED;
		if (commands[1].record.status == RECORD_DELIVERED)
			ck_assert_msg(house_shows(&house, &commands[1].wishes),
				      "silent for %d ms", silent_ms);
		finish();
		given = 0;
	}
	ck_assert_int_gt(delivered, 17); /* those who wait for it are, in any case */
}
END_TEST

/* A disk that hangs, and clients that leave and ask again. */
START_TEST(there_is_an_end_to_what_waits_for_the_disk)
{
	const struct house_wish heat = {"mode", {{CZ2_MODE, 0, 0}}, 1};

	begin(JOBS);
	while (given < JOBS - 1)
		ask(heat, 0);
	ck_assert_int_gt(ledger_pending(ledger), ENGINE_QUEUE_MAX);
	ck_assert_int_lt(ledger_pending(ledger), given);
	finish();
	while (paper.waiting > 0) {
		struct job job = take_job();

		record_fini(&job.record);
	}
}
END_TEST

START_TEST(every_command_has_a_true_end_whatever_happens)
{
	int count = setting("CZ2_COMMANDS", COMMANDS);

	deaths_until = count * 2 / 3;
	begin(count);
	while (given < count) {
		something_happens();
		run(random_below(&chance, 3 * SECOND_MS));
	}
	house_do(&house, "{\"cmd\":\"faults\",\"clear\":true}");
	paper.failing_until = 0;
	run(CALM_MS);
	house_assert(&house, ledger_pending(ledger) == 0, "%d wait for ever",
		     ledger_pending(ledger));
	everything_has_an_end();
	printf("%d commands, %d writes, %d crashes, %d stops: %d delivered, %d failed, %d expired, "
	       "%d were not confirmed at first\n", given, seen.writes, seen.crashes, seen.stops,
	       seen.ends[RECORD_DELIVERED], seen.ends[RECORD_FAILED], seen.ends[RECORD_EXPIRED],
	       seen.unconfirmed);
	ck_assert_int_gt(seen.ends[RECORD_DELIVERED], given / 3);
	ck_assert_int_gt(seen.ends[RECORD_FAILED], 0);
	ck_assert_int_gt(seen.unconfirmed, 0);
	finish();
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		what_is_taken_up_is_kept_with_the_next_step_and_not_before,
		what_a_set_back_clock_adds_to_its_time_is_not_granted,
		what_the_panel_was_seen_to_show_is_delivered_without_it,
		a_note_waits_for_a_disk_that_takes_nothing,
		the_later_of_two_that_waited_wins,
		the_later_one_wins_though_the_panel_was_silent_for_the_earlier_one,
		there_is_an_end_to_what_waits_for_the_disk,
		every_command_has_a_true_end_whatever_happens,
		NULL,
	};

	return run_suite("ledger", tests);
}

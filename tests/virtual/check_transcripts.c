/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Transcripts: text files that tell, line by line, what is asked of the core,
 * what it puts onto the wire, what comes back, and how it ends. See README.md
 * in this folder for the notation.
 */
#include "build.h"

#include <ctype.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"
#include "cz2d/engine/probe.h"
#include "virtual/wire.h"

enum {
	TURNAROUND_MS = 30,
	TEAR_MS = 15, /* less than what ends a frame */
	PATIENCE_MS = 40000,
	LINE_SIZE = 512,
	FRAMES = 16,
	/* Until the program has been read, and some seconds after the poll that follows that. */
	ACQUAINTANCE_MS = 130000,
};

/* The wire's other end as the transcript writes it. */
static struct {
	struct core core;
	const char *file;
	int line;

	struct cz2_image rows[CZ2_ROW_COUNT]; /* answers while the core gets to know the panel */
	bool answering;

	struct {
		uint8_t bytes[CZ2_FRAME_MAX];
		size_t size;
		int64_t time;
	} incoming[FRAMES];
	int incoming_count;
	struct cz2_frame sent;
	bool has_sent;

	struct outcome outcomes[24]; /* of the commands, in the order of their end */
	int outcome_count, outcome_read;
	struct engine_config config;
} t;

#define fail_line(...) ck_abort_msg("%s:%d: %s", t.file, t.line, message(__VA_ARGS__))

static const char *
message(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *
message(const char *format, ...)
{
	static char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return text;
}

/* ------------------------------------------------------------------------
 * The wire
 */

static void
put_bytes(const uint8_t *bytes, size_t size, int64_t time)
{
	if (t.incoming_count == FRAMES)
		fail_line("too many frames at once");
	memcpy(t.incoming[t.incoming_count].bytes, bytes, size);
	t.incoming[t.incoming_count].size = size;
	t.incoming[t.incoming_count++].time = time;
}

static void
put_frame(const struct cz2_frame *frame, int64_t time)
{
	uint8_t bytes[CZ2_FRAME_MAX];

	put_bytes(bytes, cz2_frame_encode(frame, bytes), time);
}

static void
answer_from_rows(const struct cz2_frame *request)
{
	enum cz2_row row = cz2_row_find(request->destination, request->payload[1],
					request->payload[2]);
	struct cz2_frame reply = {.destination = request->source,
				  .source = request->destination,
				  .function = CZ2_ERROR,
				  .length = 1};

	if (row != CZ2_ROW_NONE && t.rows[row].length != 0) {
		reply.function = CZ2_REPLY;
		reply.length = t.rows[row].length;
		memcpy(reply.payload, t.rows[row].bytes, reply.length);
	}
	put_frame(&reply, t.core.now + TURNAROUND_MS);
}

static void
take(void *self, const uint8_t *bytes, size_t length, int64_t now)
{
	(void)self;
	(void)now;
	if (cz2_frame_decode(bytes, length, &t.sent) != CZ2_OK)
		fail_line("the core sent something that is no frame");
	t.has_sent = true;
	if (t.answering)
		answer_from_rows(&t.sent);
}

static size_t
give(void *self, uint8_t *out, size_t size, int64_t now)
{
	size_t given = 0;

	(void)self;
	while (t.incoming_count > 0 && t.incoming[0].time <= now &&
	       given + t.incoming[0].size <= size) {
		memcpy(out + given, t.incoming[0].bytes, t.incoming[0].size);
		given += t.incoming[0].size;
		t.incoming_count--;
		for (int i = 0; i < t.incoming_count; i++)
			t.incoming[i] = t.incoming[i + 1];
	}
	return given;
}

static int64_t
wake(void *self)
{
	(void)self;
	return t.incoming_count > 0 ? t.incoming[0].time : INT64_MAX;
}

/* ------------------------------------------------------------------------
 * Words of a line
 */

/* Cuts the next word off; NULL at the end. */
static char *
word(char **rest)
{
	char *token;

	do
		token = strsep(rest, " \t");
	while (token != NULL && *token == '\0');
	return token;
}

static int
integer(char **rest)
{
	const char *token = word(rest);

	if (token == NULL || (!isdigit((unsigned char)*token) && *token != '-'))
		fail_line("a number is needed");
	return atoi(token);
}

struct address {
	uint8_t device, table, row;
};

/* Also of a row that nothing is known of. */
static struct address
address_of(const char *name)
{
	unsigned table, row;

	if (name == NULL || sscanf(name, "%3u.%3u", &table, &row) != 2)
		fail_line("a row is needed, such as 1.16");
	return (struct address){table == 9 ? CZ2_ADDRESS_PANEL : CZ2_ADDRESS_UI, (uint8_t)table,
				(uint8_t)row};
}

static enum cz2_row
row_of(const char *name)
{
	struct address address = address_of(name);
	enum cz2_row id = cz2_row_find(address.device, address.table, address.row);

	if (id == CZ2_ROW_NONE)
		fail_line("%s is no known row", name);
	return id;
}

/* A payload from the content bytes: the three address bytes are put before them. */
static size_t
payload_of(struct address address, const char *content, uint8_t *out)
{
	out[0] = 0;
	out[1] = address.table;
	out[2] = address.row;
	return CZ2_ROW_PREFIX + parse_hex(content, out + CZ2_ROW_PREFIX, CZ2_ROW_SIZE_MAX);
}

static const char *
hex_of(const uint8_t *bytes, size_t length)
{
	static char text[3 * CZ2_PAYLOAD_MAX + 1];

	text[0] = '\0';
	for (size_t i = 0; i < length; i++)
		snprintf(text + 3 * i, 4, "%02X ", bytes[i]);
	return text;
}

/* ------------------------------------------------------------------------
 * Kinds of lines
 */

static void
line_row(char *rest)
{
	const char *name = word(&rest);
	enum cz2_row row = row_of(name);

	t.rows[row].length = (uint8_t)payload_of(address_of(name), rest, t.rows[row].bytes);
}

static void
line_set(char *rest)
{
	const char *name = word(&rest);

	if (strcmp(name, "guard") == 0)
		t.config.guard_ms = integer(&rest);
	else if (strcmp(name, "timeout") == 0)
		t.config.timeout_ms = integer(&rest);
	else if (strcmp(name, "read-only") == 0)
		t.config.read_only = integer(&rest) != 0;
	else if (strcmp(name, "raw-writes") == 0)
		t.config.raw_writes = integer(&rest) != 0;
	else
		fail_line("no such setting: %s", name);
}

static void
line_start(char *rest)
{
	struct wire_end end = {.take = take, .give = give, .wake = wake};

	const char *ms = word(&rest);

	t.answering = true;
	core_open(&t.core, &t.config, &end);
	core_run(&t.core, ms != NULL ? atoi(ms) : ACQUAINTANCE_MS);
	t.answering = false;
	t.has_sent = false;
	if (!model_connected(t.core.model))
		fail_line("the core did not get to know the panel");
}

static void
on_done(void *self, const struct outcome *outcome, int64_t now)
{
	(void)self;
	(void)now;
	t.outcomes[t.outcome_count++] = *outcome;
}

/* "10.9 eve heat 68 out 0 sleep start 1350": of one day, by period. */
static void
wish_of_day(char **rest, struct cz2_command *command)
{
	enum cz2_row row = row_of(word(rest));
	struct cz2_setting *setting = NULL;
	struct cz2_day day;
	const char *name;

	cz2_day_clear(&day);
	while ((name = word(rest)) != NULL) {
		int period = 0;

		while (period < CZ2_PERIODS && strcmp(cz2_period_names[period], name) != 0)
			period++;
		if (period < CZ2_PERIODS)
			setting = &day.periods[period];
		else if (setting != NULL && strcmp(name, "start") == 0)
			setting->start = (int16_t)integer(rest);
		else if (setting != NULL && strcmp(name, "heat") == 0)
			setting->heat = (int16_t)integer(rest);
		else if (setting != NULL && strcmp(name, "cool") == 0)
			setting->cool = (int16_t)integer(rest);
		else if (setting != NULL && strcmp(name, "out") == 0)
			setting->out = (int16_t)integer(rest);
		else
			fail_line("%s: no such wish for a day", name);
	}
	cz2_command_set_day(command, row, &day);
}

static void
line_do(char *rest)
{
	struct engine_order order = {.done = on_done};
	engine_id id;
	const char *name;
	int zone = 0;
	int error;

	cz2_command_init(&order.command);
	while ((name = word(&rest)) != NULL) {
		enum cz2_field field = cz2_field_find(name);

		if (strcmp(name, "day") == 0)
			wish_of_day(&rest, &order.command);
		else if (strcmp(name, "clock") == 0)
			cz2_command_set_clock(&order.command,
					      t.core.now - integer(&rest) * INT64_C(1000));
		else if (strcmp(name, "zone") == 0)
			zone = integer(&rest);
		else if (field == CZ2_FIELD_COUNT ||
			 cz2_command_set(&order.command, field, zone, integer(&rest)) != CZ2_OK)
			fail_line("%s: no such wish", name);
	}
	cz2_command_exclude(&order.command, &order.warnings);
	error = engine_submit(t.core.engine, &order, t.core.now, &id);
	if (error != CZ2_OK) {
		struct outcome refused = {.error = error};

		on_done(NULL, &refused, t.core.now);
	}
	engine_step(t.core.engine, t.core.now);
}

/* "raw 1.31": the row by its address; "raw 1.31 00 1E > 00 2D": and written, if it is the first. */
static void
line_raw(char *rest)
{
	struct address row = address_of(word(&rest));
	struct probe_wish wish = {.device = row.device, .table = row.table, .row = row.row};
	struct engine_order order = {.done = on_done, .raw = &wish};
	char *becomes = rest != NULL ? strchr(rest, '>') : NULL;
	engine_id id;
	int error;

	if (becomes != NULL) {
		*becomes = '\0';
		wish.length = (uint8_t)payload_of(row, rest, wish.expected);
		payload_of(row, becomes + 1, wish.bytes);
	}
	error = engine_submit(t.core.engine, &order, t.core.now, &id);
	if (error != CZ2_OK) {
		struct outcome refused = {.error = error};

		on_done(NULL, &refused, t.core.now);
	}
	engine_step(t.core.engine, t.core.now);
}

static void
await_frame(void)
{
	int64_t limit = t.core.now + PATIENCE_MS;

	while (!t.has_sent)
		if (!core_step(&t.core, limit))
			fail_line("the core sends nothing");
	t.has_sent = false;
}

/* ">> 1.16" a read, ">> 1.16 = bytes" a write. */
static void
line_sent(char *rest)
{
	struct address row = address_of(word(&rest));
	const char *equals = word(&rest);
	uint8_t payload[CZ2_PAYLOAD_MAX];
	size_t length = CZ2_ROW_PREFIX;

	await_frame();
	payload_of(row, equals != NULL ? rest : "", payload);
	if (equals != NULL)
		length = payload_of(row, rest, payload);
	if (t.sent.function != (equals != NULL ? CZ2_WRITE : CZ2_READ) ||
	    t.sent.length != length || memcmp(t.sent.payload, payload, length) != 0)
		fail_line("the core sent function %02X: %s", t.sent.function,
			  hex_of(t.sent.payload, t.sent.length));
}

static struct cz2_frame
reply_frame(void)
{
	return (struct cz2_frame){.destination = WIRE_ADDRESS,
				  .source = t.sent.destination,
				  .function = CZ2_REPLY,
				  .length = 1};
}

static struct cz2_frame
frame_of(char *rest)
{
	struct cz2_frame frame = reply_frame();
	const char *what = word(&rest);

	if (what == NULL)
		fail_line("what comes back?");
	if (strcmp(what, "ok") == 0)
		return frame;
	if (strcmp(what, "nack") == 0) {
		frame.payload[0] = (uint8_t)integer(&rest);
		return frame;
	}
	if (strcmp(what, "error") == 0) {
		frame.function = CZ2_ERROR;
		return frame;
	}
	frame.length = (uint8_t)payload_of(address_of(what), rest, frame.payload);
	return frame;
}

static void
line_reply(char *rest)
{
	struct cz2_frame frame = frame_of(rest);

	put_frame(&frame, t.core.now + TURNAROUND_MS);
}

/* "late 500 ok": so many ms later. */
static void
line_late(char *rest)
{
	int ms = integer(&rest);
	struct cz2_frame frame = frame_of(rest);

	put_frame(&frame, t.core.now + ms);
}

/* "torn 170 1.12 0A ...": the same, in two halves. */
static void
line_torn(char *rest)
{
	int ms = integer(&rest);
	struct cz2_frame frame = frame_of(rest);
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(&frame, bytes);

	put_bytes(bytes, size / 2, t.core.now + ms);
	put_bytes(bytes + size / 2, size - size / 2, t.core.now + ms + TEAR_MS);
}

/* "foreign 1 98 ..." a frame from one address to another. */
static void
line_foreign(char *rest)
{
	uint8_t source = (uint8_t)integer(&rest);
	uint8_t destination = (uint8_t)integer(&rest);
	struct cz2_frame frame = frame_of(rest);

	frame.source = source;
	frame.destination = destination;
	put_frame(&frame, t.core.now + 1);
	core_run(&t.core, 5);
}

/* "wrote 35 98 1.12 0A ...": 35 ms from now somebody at address 98 writes a row. */
static void
line_wrote(char *rest)
{
	int ms = integer(&rest);
	struct cz2_frame frame = {.source = (uint8_t)integer(&rest), .function = CZ2_WRITE};
	struct address row = address_of(word(&rest));

	frame.destination = row.device;
	frame.length = (uint8_t)payload_of(row, rest, frame.payload);
	put_frame(&frame, t.core.now + ms);
}

static const struct outcome *
await_outcome(void)
{
	int64_t limit = t.core.now + PATIENCE_MS;

	while (t.outcome_read == t.outcome_count)
		if (!core_step(&t.core, limit))
			fail_line("the command does not end");
	return &t.outcomes[t.outcome_read++];
}

/* "= ok unchanged transactions 3 applied heat_setpoint 68": what is named must be so. */
static void
line_outcome(char *rest)
{
	const struct outcome *outcome = await_outcome();
	const char *name = word(&rest);

	if (name == NULL || strcmp(name, cz2_error_word(outcome->error)) != 0)
		fail_line("it ended with %s", cz2_error_word(outcome->error));
	while ((name = word(&rest)) != NULL) {
		if (strcmp(name, "unchanged") == 0) {
			if (!outcome->unchanged)
				fail_line("it changed something");
		} else if (strcmp(name, "transactions") == 0) {
			int wanted = integer(&rest);

			if (outcome->transactions != wanted)
				fail_line("it took %d transactions", outcome->transactions);
		} else if (strcmp(name, "applied") == 0) {
			enum cz2_field field = cz2_field_find(word(&rest));
			int zone = integer(&rest);
			int wanted = integer(&rest);
			int is = cz2_values_get(&outcome->applied.wish, field, zone);

			if (is != wanted)
				fail_line("applied is %d", is);
		} else if (strcmp(name, "nothing-applied") == 0) {
			if (!cz2_command_empty(&outcome->applied))
				fail_line("something was applied");
		} else {
			fail_line("%s: no such property", name);
		}
	}
}

/* "state heat_setpoint 2 68": what the model knows. */
static void
line_state(char *rest)
{
	enum cz2_field field = cz2_field_find(word(&rest));
	int zone = integer(&rest);
	int wanted = integer(&rest);
	int is;

	core_run(&t.core, TURNAROUND_MS + 5);
	is = cz2_values_get(model_state(t.core.model), field, zone);
	if (is != wanted)
		fail_line("it is %d", is);
}

static void
line_quiet(char *rest)
{
	core_run(&t.core, integer(&rest));
	if (t.has_sent)
		fail_line("the core sent function %02X: %s", t.sent.function,
			  hex_of(t.sent.payload, t.sent.length));
}

/* "refresh": somebody wants the status read; it ends as commands do. */
static void
line_refresh(char *rest)
{
	engine_id id;

	(void)rest;
	if (engine_refresh(t.core.engine, ENGINE_REFRESH_STATUS, on_done, NULL, t.core.now, &id) !=
	    CZ2_OK)
		fail_line("it is refused");
}

static void
line_stop(char *rest)
{
	(void)rest;
	engine_stop(t.core.engine, t.core.now);
}

static void
line_plug(char *rest)
{
	wire_plug(integer(&rest) != 0);
	bus_step(t.core.bus, t.core.now);
}

static const struct {
	const char *word;
	void (*run)(char *rest);
} kinds[] = {
	{"row", line_row}, {"set", line_set}, {"start", line_start}, {"do", line_do},
	{">>", line_sent}, {"<<", line_reply}, {"late", line_late}, {"torn", line_torn},
	{"=", line_outcome}, {"state", line_state}, {"quiet", line_quiet}, {"plug", line_plug},
	{"foreign", line_foreign}, {"wrote", line_wrote}, {"refresh", line_refresh},
	{"stop", line_stop}, {"raw", line_raw},
};

static void
run_line(char *text)
{
	char *rest = text;
	const char *first;

	text[strcspn(text, "#\n")] = '\0';
	first = word(&rest);
	if (first == NULL)
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].word, first) != 0)
			continue;
		kinds[i].run(rest != NULL ? rest : text + strlen(text));
		return;
	}
	fail_line("no such line: %s", first);
}

/* One file may be named, to look into it: CZ2_TRANSCRIPT=fresh.txt */
static bool
chosen(const char *path)
{
	const char *name = getenv("CZ2_TRANSCRIPT");

	return name == NULL || strstr(path, name) != NULL;
}

static void
run_file(const char *path)
{
	char text[LINE_SIZE];
	FILE *file = fopen(path, "r");

	ck_assert_msg(file != NULL, "%s cannot be read", path);
	memset(&t, 0, sizeof t);
	t.file = path;
	t.config = core_default_config();
	while (fgets(text, sizeof text, file) != NULL) {
		t.line++;
		run_line(text);
	}
	fclose(file);
	if (t.outcome_read != t.outcome_count)
		fail_line("a command ended and the transcript says nothing of it");
	core_close(&t.core);
}

START_TEST(the_core_does_what_the_transcripts_say)
{
	const char *srcdir = getenv("srcdir");
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/tests/virtual/*.txt", srcdir != NULL ? srcdir : ".");
	ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (chosen(found.gl_pathv[i]))
			run_file(found.gl_pathv[i]);
	ck_assert_uint_gt(found.gl_pathc, 5);
	globfree(&found);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {the_core_does_what_the_transcripts_say, NULL};

	return run_suite("transcripts", tests);
}

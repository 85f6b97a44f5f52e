/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The simulated line: each byte at its moment, who hears whom, what overlaps,
 * the panel's own traffic, and every kind of fault.
 */
#include "build.h"

#include <string.h>

#include <cz2/row.h>

#include "stage.h"
#include "support.h"

enum { TURNAROUND = 30 * MS };

static void
set_up(void)
{
	struct sim_config config = stage_config();

	stage_open(&config);
}

/* When so many bytes have passed that began at this moment. */
static int64_t
after_bytes(int64_t start, size_t bytes)
{
	return start + (int64_t)bytes * SECOND / CZ2_BYTES_PER_SECOND;
}

static struct cz2_frame
read_setpoints(void)
{
	return stage_request(CZ2_ADDRESS_UI, 1, 16, NULL, 0);
}

START_TEST(every_byte_of_a_reply_comes_at_the_moment_of_the_wire)
{
	int client = stage_connect();
	struct cz2_frame request = read_setpoints();
	const struct heard *heard = &stage.heard[client];
	int64_t begin;

	stage_send_frame(client, &request);
	begin = after_bytes(stage.now, 13) + TURNAROUND;
	stage_run(SECOND);
	ck_assert_uint_eq(heard->length, 29);
	for (size_t i = 0; i < heard->length; i++)
		ck_assert_int_eq(heard->times[i], after_bytes(begin, i + 1));
}
END_TEST

START_TEST(a_request_in_pieces_is_complete_with_its_last_byte)
{
	int client = stage_connect();
	struct cz2_frame request = read_setpoints();
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(&request, bytes);

	stage_send(client, bytes, 6);
	stage_run(15 * MS);
	stage_send(client, bytes + 6, size - 6);
	int64_t begin = after_bytes(stage.now, size - 6) + TURNAROUND;
	stage_run(SECOND);
	ck_assert_uint_eq(stage.heard[client].length, 29);
	ck_assert_int_eq(stage.heard[client].times[0], after_bytes(begin, 1));
}
END_TEST

START_TEST(requests_of_one_client_follow_each_other)
{
	int client = stage_connect();
	struct cz2_frame request = read_setpoints(), reply;
	int64_t start = stage.now, time;

	/* The second is said while the panel still thinks: it answers that one, too. */
	stage_send_frame(client, &request);
	stage_send_frame(client, &request);
	stage_run(SECOND);
	ck_assert(stage_next(client, &reply, &time));
	ck_assert_int_eq(time, after_bytes(after_bytes(start, 13) + TURNAROUND, 29));
	ck_assert(stage_next(client, &reply, &time));
	ck_assert(!stage_next(client, &reply, &time));
}
END_TEST

START_TEST(other_clients_hear_everything_and_the_sender_not_itself)
{
	int client = stage_connect(), other = stage_connect();
	struct cz2_frame request = read_setpoints(), heard;
	int64_t time;

	stage_send_frame(client, &request);
	stage_run(SECOND);
	ck_assert(stage_next(other, &heard, &time));
	ck_assert(same_frame(&heard, &request));
	ck_assert_int_eq(time, after_bytes(STAGE_START, 13));
	ck_assert(stage_next(other, &heard, &time));
	ck_assert_int_eq(heard.destination, 99);
	ck_assert(stage_next(client, &heard, &time));
	ck_assert_int_eq(heard.function, CZ2_REPLY);
}
END_TEST

START_TEST(with_echo_a_client_hears_itself)
{
	struct sim_config config = stage_config();
	struct cz2_frame request = read_setpoints(), heard;
	int64_t time;
	int client;

	config.echo = true;
	stage_close();
	stage_open(&config);
	client = stage_connect();
	stage_send_frame(client, &request);
	stage_run(SECOND);
	ck_assert(stage_next(client, &heard, &time) && same_frame(&heard, &request));
}
END_TEST

START_TEST(two_who_talk_at_once_are_both_lost)
{
	int one = stage_connect(), two = stage_connect();
	struct cz2_frame request = read_setpoints(), heard;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(&request, bytes);
	json_t *counters;
	int64_t time;

	stage_send_frame(one, &request);
	stage_run(5 * MS);
	stage_send_frame(two, &request);
	stage_run(SECOND);
	ck_assert(!stage_next(one, &heard, &time));
	ck_assert(!stage_next(two, &heard, &time));
	/* What was said before the other began arrived as it was. */
	ck_assert_uint_ge(stage.heard[two].length, 4);
	ck_assert_mem_eq(stage.heard[two].bytes, bytes, 4);
	ck_assert(memcmp(stage.heard[two].bytes, bytes, size) != 0);
	counters = stage_control("{'cmd':'counters'}");
	ck_assert_int_eq(json_integer_value(json_object_get(counters, "overlaps")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(counters, "requests")), 0);
	json_decref(counters);
}
END_TEST

START_TEST(who_talks_into_a_reply_destroys_it)
{
	int one = stage_connect(), two = stage_connect();
	struct cz2_frame request = read_setpoints(), heard;
	int64_t time;

	stage_send_frame(one, &request);
	stage_run(60 * MS);
	stage_send_frame(two, &request);
	stage_run(SECOND);
	ck_assert(!stage_next(one, &heard, &time));
}
END_TEST

START_TEST(without_pacing_everything_comes_at_once)
{
	struct sim_config config = stage_config();
	struct cz2_frame request = read_setpoints(), reply;
	int64_t time;
	int client;

	config.paced = false;
	config.turnaround_us = 0;
	stage_close();
	stage_open(&config);
	client = stage_connect();
	stage_send_frame(client, &request);
	ck_assert(stage_next(client, &reply, &time));
	ck_assert_int_eq(time, STAGE_START);
	ck_assert_int_eq(reply.length, 19);
}
END_TEST

START_TEST(a_frame_behind_noise_and_a_false_header_is_answered)
{
	static const uint8_t noise[] = {0x55, 1, 0, 99, 0, 200, 0, 0, 0x0B, 7};
	struct cz2_frame request = read_setpoints(), reply;
	int client = stage_connect();

	stage_send(client, noise, sizeof noise);
	ck_assert(stage_ask(client, &request, &reply));
}
END_TEST

START_TEST(a_frame_with_a_bad_checksum_is_not_answered)
{
	struct cz2_frame request = read_setpoints();
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(&request, bytes);
	int client = stage_connect();

	bytes[size - 1] ^= 1;
	stage_send(client, bytes, size);
	stage_run(SECOND);
	ck_assert_uint_eq(stage.heard[client].length, 0);
}
END_TEST

START_TEST(the_burst_comes_every_ten_seconds_in_the_captured_order)
{
	static const struct {
		uint8_t function, row;
	} expected[] = {
		{CZ2_READ, 1}, {CZ2_READ, 2}, {CZ2_READ, 3}, {CZ2_WRITE, 4}, {CZ2_WRITE, 5}};
	int64_t first = 0, time;
	int client = stage_connect();

	stage_do("{'cmd':'burst','on':true}");
	stage_run(35 * SECOND);
	for (int burst = 0; burst < 4; burst++) {
		for (int i = 0; i < 5; i++) {
			struct cz2_frame request, reply;

			ck_assert(stage_next(client, &request, &time));
			ck_assert(stage_next(client, &reply, &time));
			if (burst == 0 && i == 0)
				first = time;
			ck_assert(i > 0 || time == first + burst * 10 * (int64_t)SECOND);
			ck_assert_int_eq(request.source, CZ2_ADDRESS_UI);
			ck_assert_int_eq(request.destination, CZ2_ADDRESS_PANEL);
			ck_assert_int_eq(request.function, expected[i].function);
			ck_assert_int_eq(request.payload[2], expected[i].row);
			ck_assert_int_eq(reply.source, CZ2_ADDRESS_PANEL);
			ck_assert_int_eq(reply.length > 1, expected[i].function == CZ2_READ);
		}
	}
	struct cz2_frame more;
	ck_assert(!stage_next(client, &more, &time));
}
END_TEST

START_TEST(the_load_fills_about_its_share_of_the_line)
{
	int client = stage_connect();
	double share;

	stage_do("{'cmd':'load','percent':20}");
	stage_run(60 * SECOND);
	share = (double)stage.heard[client].length / (60 * CZ2_BYTES_PER_SECOND);
	ck_assert_msg(share > 0.17 && share < 0.23, "%f", share);
}
END_TEST

START_TEST(the_log_has_each_frame_with_the_moment_of_its_last_byte)
{
	struct cz2_frame request = read_setpoints();
	int client = stage_connect();
	json_t *answer, *log, *reply;

	stage_send_frame(client, &request);
	stage_run(SECOND);
	answer = stage_control("{'cmd':'log'}");
	log = json_object_get(answer, "log");
	ck_assert_uint_eq(json_array_size(log), 2);
	reply = json_array_get(log, 1);
	ck_assert_str_eq(json_string_value(json_object_get(reply, "dir")), "out");
	ck_assert(json_is_true(json_object_get(reply, "ok")));
	ck_assert_int_eq((int64_t)(json_real_value(json_object_get(reply, "t_ms")) * 1000 + 0.5),
			 stage.heard[client].times[28]);
	json_decref(answer);
}
END_TEST

/* Each kind of fault, and what the client hears of the reply to its request. */
static const struct {
	const char *fault;
	int frames;  /* good ones heard */
	bool stored; /* a write took effect */
	const char *hint;
} faults[] = {
	{"'kind':'flip-request'", 0, false, NULL},
	{"'kind':'drop-byte-request'", 0, false, NULL},
	{"'kind':'lose-request'", 0, false, NULL},
	{"'kind':'flip-reply'", 0, true, NULL},
	{"'kind':'drop-byte-reply'", 0, true, NULL},
	{"'kind':'lose-reply'", 0, true, NULL},
	{"'kind':'late-reply','ms':300", 1, true, "late"},
	{"'kind':'double-reply'", 2, true, "same"},
	{"'kind':'split-reply'", 1, true, NULL},
	{"'kind':'truncate-reply'", 0, true, NULL},
	{"'kind':'truncate-reply','bytes':10", 0, true, NULL},
	{"'kind':'foreign-reply','to':11", 1, true, "foreign"},
	{"'kind':'wrong-row'", 1, true, NULL},
	{"'kind':'wrong-length'", 1, true, NULL},
	{"'kind':'wrong-length','by':-1", 1, true, NULL},
	{"'kind':'error-reply'", 1, false, "error"},
	{"'kind':'nack','code':7", 1, false, "nack"},
	{"'kind':'not-kept'", 1, false, NULL},
	{"'kind':'garbage'", 1, true, NULL},
	{"'kind':'silence','ms':500", 0, false, NULL},
	{"'kind':'hang-up'", 0, true, NULL},
	{"'kind':'twin'", 3, true, "twin"},
	{"'kind':'wall-edit','zone':3,'heat':60", 1, true, NULL},
};

static void
check_hint(const char *hint, const struct cz2_frame *frames, int64_t time)
{
	if (hint == NULL)
		return;
	if (strcmp(hint, "late") == 0)
		ck_assert_int_ge(time - STAGE_START, 300 * MS + TURNAROUND);
	if (strcmp(hint, "same") == 0)
		ck_assert(same_frame(&frames[0], &frames[1]));
	if (strcmp(hint, "foreign") == 0)
		ck_assert_int_eq(frames[0].destination, 11);
	if (strcmp(hint, "error") == 0)
		ck_assert_int_eq(frames[0].function, CZ2_ERROR);
	if (strcmp(hint, "nack") == 0)
		ck_assert_int_eq(frames[0].payload[0], 7);
	if (strcmp(hint, "twin") == 0)
		ck_assert_int_eq(frames[0].source, 99);
}

static void
try_fault(int which)
{
	static const uint8_t setpoints[] = {80, 80, 80, 80, 80, 80, 80, 80,
					    70, 70, 70, 70, 70, 70, 70, 70};
	struct cz2_frame request = stage_request(CZ2_ADDRESS_UI, 1, 16, setpoints, 16);
	struct cz2_frame frames[4];
	uint8_t row[CZ2_ROW_SIZE_MAX];
	int64_t time = 0;
	int client, count = 0;

	set_up();
	client = stage_connect();
	stage_do("{'cmd':'fault',%s}", faults[which].fault);
	stage_send_frame(client, &request);
	stage_run(SECOND);
	while (count < 4 && stage_next(client, &frames[count], &time))
		count++;
	ck_assert_msg(count == faults[which].frames, "%s: %d frames", faults[which].fault, count);
	check_hint(faults[which].hint, frames, time);
	stage_row("1.16", row);
	ck_assert_msg((row[3] == 80) == faults[which].stored, "%s", faults[which].fault);
	stage_close();
}

START_TEST(each_kind_of_fault_does_what_it_says)
{
	stage_close();
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		try_fault((int)i);
	set_up();
}
END_TEST

START_TEST(a_fault_waits_for_the_nth_request_that_fits)
{
	struct cz2_frame request = read_setpoints(), reply;
	struct cz2_frame other = stage_request(CZ2_ADDRESS_PANEL, 9, 3, NULL, 0);
	int client = stage_connect();

	stage_do("{'cmd':'fault','kind':'lose-reply','nth':2,'count':2,'row':'1.16'}");
	ck_assert(stage_ask(client, &request, &reply));
	ck_assert(stage_ask(client, &other, &reply));
	ck_assert(!stage_ask(client, &request, &reply));
	ck_assert(stage_ask(client, &other, &reply));
	ck_assert(!stage_ask(client, &request, &reply));
	ck_assert(stage_ask(client, &request, &reply));
}
END_TEST

START_TEST(the_same_seed_brings_the_same_run)
{
	struct sim_config config = stage_config();
	struct heard first;

	config.seed = 7;
	config.rates[RATE_FLIP] = 0.01;
	config.rates[RATE_LOSE_REPLY] = 0.2;
	for (int run = 0; run < 2; run++) {
		struct cz2_frame request = read_setpoints();
		int client;

		stage_close();
		stage_open(&config);
		client = stage_connect();
		for (int i = 0; i < 50; i++) {
			stage_send_frame(client, &request);
			stage_run(200 * MS);
		}
		if (run == 0)
			first = stage.heard[client];
	}
	ck_assert_uint_lt(first.length, 50 * 29);
	ck_assert_uint_eq(first.length, stage.heard[1].length);
	ck_assert_mem_eq(first.bytes, stage.heard[1].bytes, first.length);
}
END_TEST

START_TEST(a_silent_panel_neither_answers_nor_speaks)
{
	struct cz2_frame request = read_setpoints(), reply;
	int client = stage_connect();

	stage_do("{'cmd':'burst','on':true}");
	stage_do("{'cmd':'silence','on':true}");
	ck_assert(!stage_ask(client, &request, &reply));
	stage_run(30 * SECOND);
	ck_assert_uint_eq(stage.heard[client].length, 0);
	stage_do("{'cmd':'silence','on':false}");
	ck_assert(stage_ask(client, &request, &reply));
}
END_TEST

START_TEST(a_client_that_floods_the_line_is_taken_in_at_its_pace)
{
	uint8_t bytes[4096] = {0};
	int client = stage_connect();
	size_t taken = 0;

	while (sim_room(stage.sim, client) > 0)
		taken += sim_input(stage.sim, client, bytes, sizeof bytes, stage.now);
	ck_assert_uint_le(taken, 2 * sizeof bytes);
	stage_run(10 * SECOND);
	ck_assert_uint_eq(sim_room(stage.sim, client), sizeof bytes);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_byte_of_a_reply_comes_at_the_moment_of_the_wire,
		a_request_in_pieces_is_complete_with_its_last_byte,
		requests_of_one_client_follow_each_other,
		other_clients_hear_everything_and_the_sender_not_itself,
		with_echo_a_client_hears_itself,
		two_who_talk_at_once_are_both_lost,
		who_talks_into_a_reply_destroys_it,
		without_pacing_everything_comes_at_once,
		a_frame_behind_noise_and_a_false_header_is_answered,
		a_frame_with_a_bad_checksum_is_not_answered,
		the_burst_comes_every_ten_seconds_in_the_captured_order,
		the_load_fills_about_its_share_of_the_line,
		the_log_has_each_frame_with_the_moment_of_its_last_byte,
		each_kind_of_fault_does_what_it_says,
		a_fault_waits_for_the_nth_request_that_fits,
		the_same_seed_brings_the_same_run,
		a_silent_panel_neither_answers_nor_speaks,
		a_client_that_floods_the_line_is_taken_in_at_its_pace,
		NULL,
	};

	return run_fixed_suite("line", tests, set_up, stage_close);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One request on the bus at virtual time: when it is sent, what counts as its
 * answer and what never does, how long it waits, and what a late reply may
 * be answering.
 */
#include "build.h"

#include <cz2/exchange.h>

#include <string.h>

#include "support.h"

enum {
	US = 99,
	WAIT = 300,
	READ_SIZE = 13, /* of a read request on the wire */
	READ_MS = 14,
	REPLY_MS = 28, /* of a reply with row 1.6 */
	FAR = 1000000,
};

static struct cz2_exchange exchange;

static void
begin_with_seed(uint32_t seed)
{
	const struct cz2_exchange_config config = {.address = US, .reply_timeout_ms = WAIT};

	cz2_exchange_init(&exchange, &config, seed);
}

static void
begin(void)
{
	begin_with_seed(1);
}

static struct cz2_request
read_request(uint8_t row, uint8_t length, uint8_t attempts)
{
	return (struct cz2_request){.function = CZ2_READ, .device = 1, .table = 1, .row = row,
				    .length = length, .attempts = attempts, .deadline = FAR};
}

static struct cz2_request
write_request(void)
{
	return (struct cz2_request){.function = CZ2_WRITE, .device = 1, .table = 1, .row = 18,
				    .length = 7, .attempts = 4, .bytes = {0, 1, 18, 3, 16, 50, 28},
				    .deadline = FAR};
}

static void
start(const struct cz2_request *request)
{
	ck_assert_int_eq(cz2_exchange_start(&exchange, request), CZ2_OK);
}

static enum cz2_step
step(int64_t now)
{
	return cz2_exchange_step(&exchange, now, 0);
}

/* Starts a request and has it sent at this moment. */
static void
ask(const struct cz2_request *request, int64_t now)
{
	start(request);
	ck_assert_int_eq(step(now), CZ2_STEP_SEND);
	ck_assert(cz2_exchange_asked(&exchange));
}

/* The reply that the wall unit gives to a read of 1.6. */
static struct cz2_frame
good_reply(void)
{
	return (struct cz2_frame){.destination = US, .source = 1, .function = CZ2_REPLY,
				  .length = 16, .payload = {0, 1, 6, 0, 0, 4, 0x55, 46}};
}

static struct cz2_frame
acknowledgement(uint8_t code)
{
	return (struct cz2_frame){.destination = US, .source = 1, .function = CZ2_REPLY,
				  .length = 1, .payload = {code}};
}

static struct cz2_frame
error_frame(void)
{
	return (struct cz2_frame){.destination = US, .source = 1, .function = CZ2_ERROR,
				  .length = 1};
}

static void
hear(struct cz2_frame frame, int64_t now, enum cz2_heard expected)
{
	ck_assert_int_eq(cz2_exchange_heard(&exchange, &frame, now), expected);
}

/* What was sent last, as a frame. */
static struct cz2_frame
our_frame(void)
{
	struct cz2_frame frame;

	ck_assert_int_eq(cz2_frame_decode(exchange.frame, exchange.frame_size, &frame), CZ2_OK);
	return frame;
}

static void
assert_done(int64_t now, int error)
{
	ck_assert(cz2_exchange_active(&exchange));
	ck_assert_int_le(cz2_exchange_wake(&exchange, 0), now);
	ck_assert_int_eq(step(now), CZ2_STEP_DONE);
	ck_assert_int_eq(exchange.result.error, error);
	ck_assert(!cz2_exchange_active(&exchange));
	ck_assert(!cz2_exchange_asked(&exchange));
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 0), INT64_MAX);
	ck_assert_int_eq(step(now), CZ2_STEP_NOTHING);
}

/* Steps at each wake time from `now` until the next frame goes out; its moment. */
static int64_t
next_send(int64_t now)
{
	enum cz2_step what = step(now);

	while (what == CZ2_STEP_NOTHING) {
		int64_t wake = cz2_exchange_wake(&exchange, 0);

		ck_assert_int_gt(wake, now);
		ck_assert_int_lt(wake, FAR);
		now = wake;
		what = step(now);
	}
	ck_assert_int_eq(what, CZ2_STEP_SEND);
	return now;
}

/* ------------------------------------------------------------------------
 * Starting and sending
 */

START_TEST(nothing_happens_without_a_request)
{
	begin();
	ck_assert(!cz2_exchange_active(&exchange));
	ck_assert(!cz2_exchange_asked(&exchange));
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 0), INT64_MAX);
	ck_assert_int_eq(step(0), CZ2_STEP_NOTHING);
	ck_assert_int_eq(step(FAR), CZ2_STEP_NOTHING);
	hear(good_reply(), 5, CZ2_HEARD_STRAY);
	ck_assert_int_eq(step(FAR), CZ2_STEP_NOTHING);
}
END_TEST

START_TEST(a_read_request_goes_out_as_it_was_captured)
{
	struct cz2_request request = read_request(6, 16, 1);
	uint8_t captured[CZ2_FRAME_MAX];
	size_t size = parse_hex("01 00 63 00 03 00 00 0B 00 01 06 08 B8", captured,
				sizeof captured);

	begin();
	ask(&request, 100);
	ck_assert_uint_eq(exchange.frame_size, size);
	ck_assert_mem_eq(exchange.frame, captured, size);
}
END_TEST

START_TEST(a_write_goes_out_as_it_was_captured)
{
	uint8_t captured[CZ2_FRAME_MAX];
	size_t size = parse_hex("01 00 63 00 13 00 00 0C 00 01 10 51 55 4C 4C 4C 4C 4C 4C 3A 70 "
				"44 44 44 44 44 44 54 DF", captured, sizeof captured);
	struct cz2_request request = {.function = CZ2_WRITE, .device = 1, .table = 1, .row = 16,
				      .length = 19, .deadline = FAR};

	memcpy(request.bytes, captured + CZ2_HEADER_SIZE, request.length);
	begin();
	ask(&request, 100);
	ck_assert_uint_eq(exchange.frame_size, size);
	ck_assert_mem_eq(exchange.frame, captured, size);
}
END_TEST

START_TEST(there_is_one_request_at_a_time)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	start(&request);
	ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EBUSY);
	ck_assert_int_eq(step(0), CZ2_STEP_SEND);
	ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EBUSY);
	hear(good_reply(), 60, CZ2_HEARD_MATCH);
	ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EBUSY);
	assert_done(60, CZ2_OK);
	start(&request);
}
END_TEST

START_TEST(a_request_that_cannot_be_is_refused)
{
	struct cz2_request request;

	begin();
	for (int function = 0; function < 256; function++) {
		request = write_request();
		request.function = (uint8_t)function;
		if (function != CZ2_READ && function != CZ2_WRITE)
			ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EMALFORMED);
	}
	request = read_request(6, 16, 0);
	ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EMALFORMED);
	for (int length = 0; length < 256; length++) {
		request = write_request();
		request.length = (uint8_t)length;
		if (length <= CZ2_ROW_PREFIX || length > CZ2_ROW_SIZE_MAX)
			ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EMALFORMED);
	}
	/* The bytes of a write name the row that the request is for. */
	for (int byte = 0; byte < CZ2_ROW_PREFIX; byte++) {
		request = write_request();
		request.bytes[byte] ^= 1;
		ck_assert_int_eq(cz2_exchange_start(&exchange, &request), CZ2_EMALFORMED);
	}
	ck_assert(!cz2_exchange_active(&exchange));
}
END_TEST

START_TEST(nothing_is_sent_before_the_line_is_clear)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	start(&request);
	ck_assert(cz2_exchange_active(&exchange));
	ck_assert(!cz2_exchange_asked(&exchange));
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 500), 500);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 499, 500), CZ2_STEP_NOTHING);
	/* Somebody speaks meanwhile. */
	ck_assert_int_eq(cz2_exchange_step(&exchange, 500, 520), CZ2_STEP_NOTHING);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 520), 520);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 520, 520), CZ2_STEP_SEND);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 520, 520), CZ2_STEP_NOTHING);
}
END_TEST

/* ------------------------------------------------------------------------
 * Answers
 */

START_TEST(a_read_ends_with_the_row_and_what_it_took)
{
	struct cz2_request request = read_request(6, 16, 4);
	struct cz2_frame reply = good_reply();

	begin();
	ask(&request, 1000);
	hear(reply, 1000 + READ_MS + 40 + REPLY_MS, CZ2_HEARD_MATCH);
	ck_assert(!cz2_exchange_asked(&exchange));
	assert_done(1090, CZ2_OK);
	ck_assert_uint_eq(exchange.result.length, 16);
	ck_assert_mem_eq(exchange.result.bytes, reply.payload, 16);
	ck_assert_int_eq(exchange.result.sends, 1);
	ck_assert_int_eq(exchange.result.bytes_sent, READ_SIZE);
	ck_assert_int_eq(exchange.result.bytes_received, 26);
	ck_assert_int_eq(exchange.result.asked, 1000);
	/* From the end of our frame to the beginning of the reply. */
	ck_assert_int_ge(exchange.result.turnaround_ms, 39);
	ck_assert_int_le(exchange.result.turnaround_ms, 68);
}
END_TEST

START_TEST(a_write_ends_with_its_acknowledgement)
{
	struct cz2_request request = write_request();

	begin();
	ask(&request, 0);
	hear(acknowledgement(0), 70, CZ2_HEARD_MATCH);
	assert_done(70, CZ2_OK);
	ck_assert_int_eq(exchange.result.sends, 1);
	ck_assert_int_eq(exchange.result.bytes_sent, 17);
	ck_assert_int_eq(exchange.result.bytes_received, 11);
}
END_TEST

/* Hears something that is no answer; the real answer must still count afterwards. */
static void
no_answer(struct cz2_frame frame, enum cz2_heard expected)
{
	hear(frame, 50, expected);
	ck_assert(cz2_exchange_asked(&exchange));
	ck_assert_int_eq(step(50), CZ2_STEP_NOTHING);
}

START_TEST(only_the_row_asked_for_from_the_device_asked_answers_a_read)
{
	struct cz2_request request = read_request(6, 16, 1);
	struct cz2_frame frame;

	begin();
	ask(&request, 0);
	for (int address = 0; address < 256; address++) {
		frame = good_reply();
		frame.destination = (uint8_t)address;
		if (address != US)
			no_answer(frame, CZ2_HEARD_FOREIGN);
		frame = good_reply();
		frame.source = (uint8_t)address;
		if (address != 1 && address != US)
			no_answer(frame, CZ2_HEARD_STRAY);
	}
	for (int byte = 0; byte < 3; byte++) {
		for (int value = 0; value < 256; value++) {
			frame = good_reply();
			if (frame.payload[byte] == value)
				continue;
			frame.payload[byte] = (uint8_t)value;
			no_answer(frame, CZ2_HEARD_STRAY);
		}
	}
	for (int length = 1; length < 256; length++) {
		frame = good_reply();
		frame.length = (uint8_t)length;
		if (length != 16)
			no_answer(frame, CZ2_HEARD_STRAY);
	}
	frame = good_reply();
	frame.function = CZ2_WRITE;
	no_answer(frame, CZ2_HEARD_STRAY);
	frame.function = CZ2_READ;
	no_answer(frame, CZ2_HEARD_STRAY);
	no_answer(acknowledgement(0), CZ2_HEARD_STRAY);

	hear(good_reply(), 60, CZ2_HEARD_MATCH);
	assert_done(60, CZ2_OK);
}
END_TEST

START_TEST(a_row_of_unknown_length_may_answer_with_any_that_can_be_kept)
{
	for (int length = 1; length < 256; length++) {
		struct cz2_request request = read_request(6, 0, 1);
		struct cz2_frame frame = good_reply();

		begin();
		ask(&request, 0);
		frame.length = (uint8_t)length;
		if (length <= CZ2_ROW_PREFIX || length > CZ2_ROW_SIZE_MAX) {
			no_answer(frame, CZ2_HEARD_STRAY);
			continue;
		}
		hear(frame, 60, CZ2_HEARD_MATCH);
		assert_done(60, CZ2_OK);
		ck_assert_uint_eq(exchange.result.length, (unsigned)length);
	}
}
END_TEST

START_TEST(only_one_byte_from_the_device_written_to_acknowledges_a_write)
{
	struct cz2_request request = write_request();
	struct cz2_frame frame;

	begin();
	ask(&request, 0);
	for (int address = 0; address < 256; address++) {
		frame = acknowledgement(0);
		frame.destination = (uint8_t)address;
		if (address != US)
			no_answer(frame, CZ2_HEARD_FOREIGN);
		frame = acknowledgement(0);
		frame.source = (uint8_t)address;
		if (address != 1 && address != US)
			no_answer(frame, CZ2_HEARD_STRAY);
	}
	for (int length = 2; length < 256; length++) {
		frame = acknowledgement(0);
		frame.length = (uint8_t)length;
		no_answer(frame, CZ2_HEARD_STRAY);
	}
	/* A late or doubled reply to an earlier read, also of the row being written. */
	no_answer(good_reply(), CZ2_HEARD_STRAY);
	frame = good_reply();
	frame.length = 7;
	frame.payload[2] = 18;
	no_answer(frame, CZ2_HEARD_STRAY);
	/* The panel answers the wall unit all the time. */
	frame = acknowledgement(0);
	frame.source = 9;
	frame.destination = 1;
	no_answer(frame, CZ2_HEARD_FOREIGN);

	hear(acknowledgement(0), 60, CZ2_HEARD_MATCH);
	assert_done(60, CZ2_OK);
}
END_TEST

START_TEST(an_acknowledgement_other_than_zero_is_a_refusal)
{
	for (int code = 1; code < 256; code++) {
		struct cz2_request request = write_request();

		begin();
		ask(&request, 0);
		hear(acknowledgement((uint8_t)code), 60, CZ2_HEARD_MATCH);
		assert_done(60, CZ2_EREFUSED);
		ck_assert_int_eq(exchange.result.sends, 1);
	}
}
END_TEST

START_TEST(an_error_frame_ends_a_request_at_once)
{
	struct cz2_request requests[] = {read_request(6, 16, 4), write_request()};

	for (int i = 0; i < 2; i++) {
		struct cz2_frame elsewhere = error_frame();

		begin();
		ask(&requests[i], 0);
		elsewhere.source = 9;
		no_answer(elsewhere, CZ2_HEARD_STRAY);
		elsewhere = error_frame();
		elsewhere.destination = 1;
		no_answer(elsewhere, CZ2_HEARD_FOREIGN);
		hear(error_frame(), 60, CZ2_HEARD_MATCH);
		assert_done(60, CZ2_EREFUSED);
		ck_assert_int_eq(exchange.result.sends, 1);
	}
}
END_TEST

START_TEST(one_reply_answers_and_its_double_is_stray)
{
	struct cz2_request request = read_request(6, 16, 4);

	begin();
	ask(&request, 0);
	hear(good_reply(), 60, CZ2_HEARD_MATCH);
	hear(good_reply(), 90, CZ2_HEARD_STRAY);
	assert_done(90, CZ2_OK);
	hear(good_reply(), 120, CZ2_HEARD_STRAY);
}
END_TEST

START_TEST(a_doubled_read_reply_does_not_acknowledge_the_write_behind_it)
{
	struct cz2_request read = read_request(18, 7, 4), write = write_request();
	struct cz2_frame reply = good_reply();

	reply.length = 7;
	reply.payload[2] = 18;
	begin();
	ask(&read, 0);
	hear(reply, 50, CZ2_HEARD_MATCH);
	assert_done(50, CZ2_OK);
	ask(&write, 70);
	hear(reply, 75, CZ2_HEARD_STRAY);
	assert_done(cz2_exchange_wake(&exchange, 0), CZ2_ETIMEOUT);
}
END_TEST

/* ------------------------------------------------------------------------
 * Time
 */

START_TEST(the_reply_has_its_whole_time_from_the_end_of_our_frame)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 1000);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 0), 1000 + READ_MS + WAIT);
	ck_assert_int_eq(step(1000 + READ_MS + WAIT - 1), CZ2_STEP_NOTHING);
	hear(good_reply(), 1000 + READ_MS + WAIT - 1, CZ2_HEARD_MATCH);
	/* Although the time is over when it is looked at. */
	assert_done(1000 + READ_MS + WAIT + 50, CZ2_OK);
}
END_TEST

START_TEST(an_unanswered_read_is_sent_as_often_as_it_may_and_then_times_out)
{
	for (uint8_t attempts = 1; attempts <= 6; attempts++) {
		struct cz2_request request = read_request(6, 16, attempts);
		int64_t now = 1000;

		begin();
		ask(&request, now);
		for (int i = 1; i < attempts; i++)
			now = next_send(now);
		now = cz2_exchange_wake(&exchange, 0);
		assert_done(now, CZ2_ETIMEOUT);
		ck_assert_int_eq(exchange.result.sends, attempts);
		ck_assert_int_eq(exchange.result.bytes_sent, attempts * READ_SIZE);
		ck_assert_int_eq(exchange.result.bytes_received, 0);
		ck_assert_int_eq(exchange.result.turnaround_ms, -1);
	}
}
END_TEST

START_TEST(a_write_is_never_sent_twice)
{
	for (int attempts = 0; attempts < 256; attempts++) {
		struct cz2_request request = write_request();

		request.attempts = (uint8_t)attempts;
		begin();
		ask(&request, 0);
		assert_done(cz2_exchange_wake(&exchange, 0), CZ2_ETIMEOUT);
		ck_assert_int_eq(exchange.result.sends, 1);
	}
}
END_TEST

START_TEST(after_a_time_out_it_listens_for_a_random_while_before_asking_again)
{
	int64_t shortest = INT64_MAX, longest = 0;

	for (uint32_t seed = 0; seed < 2000; seed++) {
		struct cz2_request request = read_request(6, 16, 4);
		int64_t silence = READ_MS + WAIT, drain;

		begin_with_seed(seed * 2654435761U);
		ask(&request, 0);
		for (int i = 0; i < 3; i++) {
			int64_t sent = exchange.started;

			drain = next_send(sent) - (sent + silence);
			ck_assert_int_ge(drain, CZ2_DRAIN_MIN_MS);
			ck_assert_int_le(drain, CZ2_DRAIN_MAX_MS);
			shortest = drain < shortest ? drain : shortest;
			longest = drain > longest ? drain : longest;
		}
	}
	ck_assert_int_eq(shortest, CZ2_DRAIN_MIN_MS);
	ck_assert_int_eq(longest, CZ2_DRAIN_MAX_MS);
}
END_TEST

START_TEST(the_next_request_too_waits_until_the_drain_is_over)
{
	struct cz2_request write = write_request();

	for (uint32_t seed = 1; seed < 100; seed++) {
		int64_t over, sent;

		begin_with_seed(seed);
		ask(&write, 0);
		over = cz2_exchange_wake(&exchange, 0);
		assert_done(over, CZ2_ETIMEOUT);
		start(&write);
		/* The first write's acknowledgement, late. */
		hear(acknowledgement(0), over + 10, CZ2_HEARD_STRAY);
		sent = next_send(over);
		ck_assert_int_ge(sent - over, CZ2_DRAIN_MIN_MS);
		ck_assert_int_le(sent - over, CZ2_DRAIN_MAX_MS);
	}
}
END_TEST

START_TEST(after_an_answer_there_is_no_drain)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 0);
	hear(good_reply(), 60, CZ2_HEARD_MATCH);
	assert_done(60, CZ2_OK);
	start(&request);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 80), 80);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 80, 80), CZ2_STEP_SEND);
}
END_TEST

START_TEST(nothing_is_sent_at_or_after_the_deadline)
{
	struct cz2_request request = read_request(6, 16, 4);

	request.deadline = 500;
	begin();
	start(&request);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 400), 400);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 900), 500);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 499, 900), CZ2_STEP_NOTHING);
	ck_assert_int_eq(cz2_exchange_step(&exchange, 500, 500), CZ2_STEP_DONE);
	ck_assert_int_eq(exchange.result.error, CZ2_EBUSY);
	ck_assert_int_eq(exchange.result.sends, 0);
	ck_assert_int_eq(exchange.result.bytes_sent, 0);
	ck_assert(!cz2_exchange_active(&exchange));
}
END_TEST

START_TEST(a_frame_sent_before_the_deadline_may_be_answered_after_it)
{
	struct cz2_request request = read_request(6, 16, 4);

	request.deadline = 500;
	begin();
	ask(&request, 499);
	ck_assert_int_eq(step(600), CZ2_STEP_NOTHING);
	hear(good_reply(), 700, CZ2_HEARD_MATCH);
	assert_done(700, CZ2_OK);
}
END_TEST

START_TEST(the_deadline_ends_the_retries)
{
	struct cz2_request request = read_request(6, 16, 4);
	int64_t timeout = READ_MS + WAIT;

	request.deadline = timeout + 5; /* inside the drain */
	begin();
	ask(&request, 0);
	ck_assert_int_eq(step(timeout), CZ2_STEP_NOTHING);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, 0), request.deadline);
	assert_done(request.deadline, CZ2_ETIMEOUT);
	ck_assert_int_eq(exchange.result.sends, 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Late replies
 */

START_TEST(a_reply_after_a_repeated_read_may_answer_the_first_asking)
{
	struct cz2_request request = read_request(6, 16, 4);
	int64_t second;

	begin();
	ask(&request, 1000);
	second = next_send(1000);
	hear(good_reply(), second + 60, CZ2_HEARD_MATCH);
	assert_done(second + 60, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1000);
	ck_assert_int_eq(exchange.result.sends, 2);
}
END_TEST

/* Of the row that read_request(6, 16, ...) asks for. */
static struct cz2_request
write_of_the_row(void)
{
	struct cz2_request write = write_request();

	write.row = write.bytes[2] = 6;
	write.length = 16;
	return write;
}

/* Asks, is answered by what may be a late reply, and gives the moment it was heard. */
static int64_t
hear_a_late_reply(void)
{
	struct cz2_request read = read_request(6, 16, 4);
	int64_t heard;

	begin();
	ask(&read, 1000);
	heard = next_send(1000) + 60;
	hear(good_reply(), heard, CZ2_HEARD_MATCH);
	assert_done(heard, CZ2_OK);
	return heard;
}

START_TEST(the_row_is_not_written_while_the_answer_may_be_behind_a_late_reply)
{
	struct cz2_request write = write_of_the_row();
	int64_t heard = hear_a_late_reply();
	int64_t settled = heard + WAIT / 2;

	ck_assert_int_eq(exchange.result.settled, settled);
	start(&write);
	ck_assert_int_eq(cz2_exchange_held_until(&exchange), settled);
	ck_assert_int_eq(cz2_exchange_wake(&exchange, heard), settled);
	ck_assert_int_eq(step(settled - 1), CZ2_STEP_NOTHING);
	ck_assert_int_eq(step(settled), CZ2_STEP_SEND);
}
END_TEST

START_TEST(it_is_read_and_another_row_is_written_at_once)
{
	const struct cz2_request requests[] = {read_request(6, 16, 4), write_request()};

	for (int i = 0; i < 2; i++) {
		int64_t heard = hear_a_late_reply();

		start(&requests[i]);
		ck_assert_int_lt(cz2_exchange_held_until(&exchange), heard);
		ck_assert_int_eq(step(heard), CZ2_STEP_SEND);
	}
}
END_TEST

/* It may be the answer, or the late reply once more. */
START_TEST(each_further_reply_begins_the_wait_anew)
{
	struct cz2_request write = write_of_the_row();
	int64_t heard = hear_a_late_reply();

	start(&write);
	for (int i = 0; i < 3; i++)
		hear(good_reply(), heard += WAIT / 2 - 1, CZ2_HEARD_STRAY);
	ck_assert_int_eq(step(heard + WAIT / 2 - 1), CZ2_STEP_NOTHING);
	ck_assert_int_eq(step(heard + WAIT / 2), CZ2_STEP_SEND);
}
END_TEST

START_TEST(so_does_one_that_was_asked_for)
{
	struct cz2_request read = read_request(6, 16, 1), write = write_of_the_row();
	int64_t heard = hear_a_late_reply();

	hear(good_reply(), heard + 10, CZ2_HEARD_STRAY);
	ask(&read, heard + 20);
	hear(good_reply(), heard + 80, CZ2_HEARD_MATCH);
	assert_done(heard + 80, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, heard + 20);
	ck_assert_int_eq(exchange.result.settled, heard + 80 + WAIT / 2);
	start(&write);
	ck_assert_int_eq(step(heard + 80 + WAIT / 2 - 1), CZ2_STEP_NOTHING);
	ck_assert_int_eq(step(heard + 80 + WAIT / 2), CZ2_STEP_SEND);
}
END_TEST

START_TEST(a_reply_that_is_not_about_the_row_does_not)
{
	struct cz2_frame others[5];

	for (int i = 0; i < 5; i++)
		others[i] = good_reply();
	others[0].source = 9;
	others[1].payload[1] = 2;
	others[2].payload[2] = 7;
	others[3].payload[0] = 1;
	others[4].length = CZ2_ROW_SIZE_MAX + 1;
	for (int i = 0; i < 5; i++) {
		struct cz2_request write = write_of_the_row();
		int64_t heard = hear_a_late_reply();

		start(&write);
		hear(others[i], heard + WAIT / 2 - 1, CZ2_HEARD_STRAY);
		ck_assert_int_eq(step(heard + WAIT / 2), CZ2_STEP_SEND);
	}
}
END_TEST

START_TEST(a_late_reply_about_another_row_ends_no_wait)
{
	struct cz2_request read = read_request(6, 16, 4), write = write_of_the_row();
	struct cz2_request other = read_request(18, 7, 1);
	struct cz2_frame reply = good_reply();
	int64_t heard;

	reply.payload[2] = 18;
	reply.length = 7;
	begin();
	ask(&other, 600);
	assert_done(600 + READ_MS + WAIT, CZ2_ETIMEOUT);
	start(&read);
	heard = next_send(next_send(1020)) + 60;
	hear(good_reply(), heard, CZ2_HEARD_MATCH);
	assert_done(heard, CZ2_OK);
	ask(&other, heard + 10);
	hear(reply, heard + 50, CZ2_HEARD_MATCH);
	assert_done(heard + 50, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 600);
	start(&write);
	ck_assert_int_eq(step(heard + WAIT / 2 - 1), CZ2_STEP_NOTHING);
	ck_assert_int_eq(step(heard + WAIT / 2), CZ2_STEP_SEND);
}
END_TEST

START_TEST(a_write_that_is_put_off_to_its_deadline_does_not_leave)
{
	struct cz2_request write = write_of_the_row();
	int64_t heard = hear_a_late_reply();

	write.deadline = heard + 1000;
	start(&write);
	while (heard < write.deadline) {
		ck_assert_int_eq(step(heard), CZ2_STEP_NOTHING);
		hear(good_reply(), heard += WAIT / 2 - 1, CZ2_HEARD_STRAY);
	}
	assert_done(write.deadline, CZ2_EBUSY);
	ck_assert_int_eq(exchange.result.sends, 0);
}
END_TEST

START_TEST(a_reply_when_the_wait_is_over_begins_none)
{
	struct cz2_request write = write_of_the_row();
	int64_t heard = hear_a_late_reply() + WAIT / 2;

	start(&write);
	hear(good_reply(), heard, CZ2_HEARD_STRAY);
	ck_assert_int_eq(step(heard), CZ2_STEP_SEND);
}
END_TEST

START_TEST(it_is_written_at_once_behind_an_answer_beyond_doubt)
{
	struct cz2_request read = read_request(6, 16, 4), write = write_of_the_row();

	begin();
	ask(&read, 1000);
	hear(good_reply(), 1060, CZ2_HEARD_MATCH);
	assert_done(1060, CZ2_OK);
	ck_assert_int_eq(exchange.result.settled, 1060);
	start(&write);
	ck_assert_int_eq(step(1060), CZ2_STEP_SEND);
}
END_TEST

START_TEST(what_was_behind_is_lost_with_the_link)
{
	struct cz2_request write = write_of_the_row();
	int64_t heard = hear_a_late_reply();

	cz2_exchange_abort(&exchange);
	start(&write);
	ck_assert_int_eq(step(heard), CZ2_STEP_SEND);
}
END_TEST

START_TEST(the_time_of_the_answer_behind_has_bounds)
{
	const int timeouts[][2] = {{50, CZ2_BEHIND_MIN_MS}, {400, 200}, {5000, CZ2_BEHIND_MAX_MS}};

	for (int i = 0; i < 3; i++) {
		const struct cz2_exchange_config config = {.address = US,
							   .reply_timeout_ms = timeouts[i][0]};
		struct cz2_request read = read_request(6, 16, 4);
		int64_t heard;

		cz2_exchange_init(&exchange, &config, 1);
		ask(&read, 1000);
		ck_assert_int_eq(step(1000 + READ_MS + timeouts[i][0]), CZ2_STEP_NOTHING);
		heard = cz2_exchange_wake(&exchange, 0) + 40;
		ck_assert_int_eq(step(heard - 40), CZ2_STEP_SEND);
		hear(good_reply(), heard, CZ2_HEARD_MATCH);
		ck_assert_int_eq(exchange.result.settled, heard + timeouts[i][1]);
	}
}
END_TEST

START_TEST(a_late_reply_heard_in_the_drain_clears_the_suspicion)
{
	struct cz2_request request = read_request(6, 16, 4);
	int64_t second;

	begin();
	ask(&request, 1000);
	ck_assert_int_eq(step(1000 + READ_MS + WAIT), CZ2_STEP_NOTHING);
	hear(good_reply(), 1000 + READ_MS + WAIT + 10, CZ2_HEARD_STRAY);
	second = next_send(1000 + READ_MS + WAIT);
	hear(good_reply(), second + 60, CZ2_HEARD_MATCH);
	assert_done(second + 60, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, second);
}
END_TEST

START_TEST(an_unanswered_read_makes_the_next_request_for_that_row_suspicious)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	ask(&request, 1500);
	hear(good_reply(), 1560, CZ2_HEARD_MATCH);
	assert_done(1560, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1000);

	/* It may have been the first's; then the second's is still to come. */
	hear(good_reply(), 1600, CZ2_HEARD_STRAY);
	ask(&request, 1700);
	hear(good_reply(), 1760, CZ2_HEARD_MATCH);
	assert_done(1760, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1700);
}
END_TEST

START_TEST(the_suspicion_moves_on_to_the_younger_request_until_a_reply_too_many_is_heard)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	for (int64_t now = 1500; now < 2500; now += 500) {
		int64_t before = now == 1500 ? 1000 : now - 500;

		ask(&request, now);
		hear(good_reply(), now + 60, CZ2_HEARD_MATCH);
		assert_done(now + 60, CZ2_OK);
		ck_assert_int_eq(exchange.result.asked, before);
	}
}
END_TEST

START_TEST(the_suspicion_ends_however_quickly_it_is_read)
{
	struct cz2_request request = read_request(6, 16, 1);
	int64_t until = 1000 + READ_MS + WAIT + CZ2_LATE_MS, sent = 1500;

	begin();
	ask(&request, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	for (; sent + 50 <= until; sent += 60) {
		ask(&request, sent);
		hear(good_reply(), sent + 50, CZ2_HEARD_MATCH);
		assert_done(sent + 50, CZ2_OK);
		ck_assert_int_lt(exchange.result.asked, sent);
	}
	ask(&request, sent + 60);
	hear(good_reply(), sent + 110, CZ2_HEARD_MATCH);
	assert_done(sent + 110, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, sent + 60);
}
END_TEST

START_TEST(an_unanswered_read_of_another_row_or_device_casts_no_suspicion)
{
	struct cz2_request other = read_request(9, 18, 1);
	struct cz2_request sensor = {.function = CZ2_READ, .device = 2, .table = 1, .row = 6,
				     .length = 16, .attempts = 1, .deadline = FAR};
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&other, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	ask(&sensor, 1500);
	assert_done(1500 + READ_MS + WAIT, CZ2_ETIMEOUT);
	ask(&request, 2000);
	hear(good_reply(), 2060, CZ2_HEARD_MATCH);
	assert_done(2060, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 2000);
}
END_TEST

START_TEST(an_unanswered_read_of_another_table_casts_no_suspicion)
{
	struct cz2_request schedule = read_request(6, 19, 1);
	struct cz2_request request = read_request(6, 16, 1);

	schedule.table = 10;
	begin();
	ask(&schedule, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	ask(&request, 1500);
	hear(good_reply(), 1560, CZ2_HEARD_MATCH);
	assert_done(1560, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1500);
}
END_TEST

START_TEST(a_reply_is_not_expected_for_ever)
{
	struct cz2_request request = read_request(6, 16, 1);
	int64_t forgotten = 1000 + READ_MS + WAIT + CZ2_LATE_MS + 1;

	begin();
	ask(&request, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	ask(&request, forgotten);
	hear(good_reply(), 4100, CZ2_HEARD_MATCH);
	assert_done(4100, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, forgotten);
}
END_TEST

START_TEST(a_reply_is_expected_for_longer_where_the_time_out_is_long)
{
	const struct cz2_exchange_config slow = {.address = US, .reply_timeout_ms = 1500};
	struct cz2_request request = read_request(6, 16, 1);

	cz2_exchange_init(&exchange, &slow, 1);
	ask(&request, 1000);
	assert_done(1000 + READ_MS + 1500, CZ2_ETIMEOUT);
	ask(&request, 2700);
	hear(good_reply(), 2760, CZ2_HEARD_MATCH);
	assert_done(2760, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1000);
}
END_TEST

START_TEST(more_unanswered_reads_than_can_be_remembered_forget_the_oldest)
{
	/* So close together that none is forgotten by age. */
	const struct cz2_exchange_config hasty = {.address = US, .reply_timeout_ms = 1};
	struct cz2_request request;
	int64_t now = 0, remembered = 0;

	cz2_exchange_init(&exchange, &hasty, 1);
	for (uint8_t row = 0; row < CZ2_LATE_MAX + 5; row++) {
		request = read_request(row, 16, 1);
		start(&request);
		now = next_send(now);
		now = cz2_exchange_wake(&exchange, 0);
		assert_done(now, CZ2_ETIMEOUT);
		if (row == 5)
			remembered = now;
	}
	ck_assert_int_lt(now - remembered, CZ2_LATE_MS);
	for (uint8_t row = 0; row < CZ2_LATE_MAX + 5; row++) {
		struct cz2_frame reply = good_reply();
		int64_t sent;

		request = read_request(row, 16, 1);
		start(&request);
		sent = next_send(now);
		now = sent + READ_MS;
		reply.payload[2] = row;
		hear(reply, now, CZ2_HEARD_MATCH);
		assert_done(now, CZ2_OK);
		ck_assert_int_le(exchange.result.asked, sent);
		if (row < 5)
			ck_assert_int_eq(exchange.result.asked, sent);
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * Our own address
 */

START_TEST(our_own_frame_heard_back_is_an_echo_and_changes_nothing)
{
	struct cz2_request request = read_request(6, 16, 4);
	int64_t second;

	begin();
	ask(&request, 0);
	hear(our_frame(), 15, CZ2_HEARD_ECHO);
	ck_assert(cz2_exchange_asked(&exchange));
	second = next_send(15);
	hear(our_frame(), second + 15, CZ2_HEARD_ECHO);
	hear(good_reply(), second + 60, CZ2_HEARD_MATCH);
	assert_done(second + 60, CZ2_OK);
}
END_TEST

START_TEST(our_own_frame_heard_twice_was_sent_by_a_twin)
{
	struct cz2_request request = write_request();

	begin();
	ask(&request, 0);
	hear(our_frame(), 15, CZ2_HEARD_ECHO);
	hear(our_frame(), 40, CZ2_HEARD_CONFLICT);
	ck_assert(cz2_exchange_asked(&exchange));
	hear(acknowledgement(0), 60, CZ2_HEARD_MATCH);
	assert_done(60, CZ2_OK);
}
END_TEST

START_TEST(any_other_frame_from_our_address_is_a_twins)
{
	struct cz2_request request = read_request(6, 16, 4);
	struct cz2_frame twin;

	begin();
	twin = good_reply();
	twin.source = US;
	hear(twin, 0, CZ2_HEARD_CONFLICT);
	twin.destination = 1;
	hear(twin, 0, CZ2_HEARD_CONFLICT);
	ask(&request, 10);
	hear(twin, 30, CZ2_HEARD_CONFLICT);
	twin = our_frame();
	twin.payload[2] ^= 1;
	hear(twin, 35, CZ2_HEARD_CONFLICT);
	/* Our echo is still to come. */
	hear(our_frame(), 40, CZ2_HEARD_ECHO);
	hear(good_reply(), 70, CZ2_HEARD_MATCH);
	assert_done(70, CZ2_OK);
}
END_TEST

START_TEST(an_echo_may_come_late_but_only_once)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 0);
	assert_done(READ_MS + WAIT, CZ2_ETIMEOUT);
	hear(our_frame(), 5000, CZ2_HEARD_ECHO);
	hear(our_frame(), 5010, CZ2_HEARD_CONFLICT);
}
END_TEST

/* ------------------------------------------------------------------------
 * Taking back
 */

START_TEST(what_was_not_sent_can_be_taken_back)
{
	struct cz2_request request = write_request();

	begin();
	start(&request);
	cz2_exchange_cancel(&exchange);
	assert_done(0, CZ2_EBUSY);
	ck_assert_int_eq(exchange.result.sends, 0);
}
END_TEST

START_TEST(what_was_sent_cannot_be_taken_back)
{
	struct cz2_request request = read_request(6, 16, 2);
	int64_t again;

	begin();
	cz2_exchange_cancel(&exchange);
	ck_assert(!cz2_exchange_active(&exchange));
	ask(&request, 0);
	cz2_exchange_cancel(&exchange);
	ck_assert(cz2_exchange_asked(&exchange));
	/* Nor when it waits to be sent once more. */
	ck_assert_int_eq(step(READ_MS + WAIT), CZ2_STEP_NOTHING);
	cz2_exchange_cancel(&exchange);
	again = next_send(READ_MS + WAIT);
	hear(good_reply(), again + 60, CZ2_HEARD_MATCH);
	cz2_exchange_cancel(&exchange);
	assert_done(again + 60, CZ2_OK);
}
END_TEST

/* ------------------------------------------------------------------------
 * Aborting
 */

START_TEST(an_abort_before_anything_was_sent_says_so)
{
	struct cz2_request request = write_request();

	begin();
	start(&request);
	cz2_exchange_abort(&exchange);
	assert_done(0, CZ2_ECLOSED);
	ck_assert_int_eq(exchange.result.sends, 0);
}
END_TEST

START_TEST(an_abort_after_sending_is_a_time_out)
{
	struct cz2_request requests[] = {read_request(6, 16, 4), write_request()};

	for (int i = 0; i < 2; i++) {
		begin();
		ask(&requests[i], 0);
		cz2_exchange_abort(&exchange);
		ck_assert(!cz2_exchange_asked(&exchange));
		hear(good_reply(), 60, CZ2_HEARD_STRAY);
		hear(acknowledgement(0), 60, CZ2_HEARD_STRAY);
		assert_done(60, CZ2_ETIMEOUT);
		ck_assert_int_eq(exchange.result.sends, 1);
	}
}
END_TEST

START_TEST(an_abort_in_the_drain_is_a_time_out)
{
	struct cz2_request request = read_request(6, 16, 4);

	begin();
	ask(&request, 0);
	ck_assert_int_eq(step(READ_MS + WAIT), CZ2_STEP_NOTHING);
	cz2_exchange_abort(&exchange);
	assert_done(READ_MS + WAIT, CZ2_ETIMEOUT);
}
END_TEST

START_TEST(what_was_asked_before_an_abort_is_not_answered_after_it)
{
	struct cz2_request request = read_request(6, 16, 1);

	begin();
	ask(&request, 1000);
	assert_done(1000 + READ_MS + WAIT, CZ2_ETIMEOUT);
	cz2_exchange_abort(&exchange);
	ask(&request, 1500);
	hear(good_reply(), 1560, CZ2_HEARD_MATCH);
	assert_done(1560, CZ2_OK);
	ck_assert_int_eq(exchange.result.asked, 1500);
}
END_TEST

START_TEST(an_abort_without_a_request_does_nothing_and_one_with_an_answer_keeps_it)
{
	struct cz2_request request = read_request(6, 16, 4);

	begin();
	cz2_exchange_abort(&exchange);
	ck_assert(!cz2_exchange_active(&exchange));
	ask(&request, 0);
	hear(good_reply(), 60, CZ2_HEARD_MATCH);
	cz2_exchange_abort(&exchange);
	assert_done(60, CZ2_OK);
}
END_TEST

/* ------------------------------------------------------------------------
 * Any traffic at any time
 */

/* One request's life as seen from outside. */
struct life {
	struct cz2_request request;
	bool active, matched;
	int sends;
	int64_t last_send, timed_out;
};

static bool
is_answer(const struct life *life, const struct cz2_frame *frame)
{
	const struct cz2_request *request = &life->request;

	if (frame->destination != US || frame->source != request->device)
		return false;
	if (frame->function == CZ2_ERROR)
		return true;
	if (frame->function != CZ2_REPLY)
		return false;
	if (request->function == CZ2_WRITE)
		return frame->length == 1;
	return frame->length == request->length && frame->payload[0] == 0 &&
	       frame->payload[1] == request->table && frame->payload[2] == request->row;
}

static void
random_traffic(uint32_t *chance, struct cz2_frame *frame)
{
	static const uint8_t addresses[] = {1, 9, US};
	static const uint8_t functions[] = {CZ2_REPLY, CZ2_REPLY, CZ2_REPLY, CZ2_READ, CZ2_WRITE,
					    CZ2_ERROR};

	*frame = good_reply();
	frame->destination = addresses[1 + random_below(chance, 2)];
	frame->source = addresses[random_below(chance, 3)];
	frame->function = functions[random_below(chance, sizeof functions)];
	frame->length = random_below(chance, 2) == 0 ? 1 : 16;
	frame->payload[0] = random_below(chance, 8) == 0;
	frame->payload[2] = (uint8_t)(6 + random_below(chance, 2));
}

static void
live_request(struct life *life, uint32_t *chance, int64_t now)
{
	*life = (struct life){.request = read_request((uint8_t)(6 + random_below(chance, 2)), 16,
						      (uint8_t)(1 + random_below(chance, 4))),
			      .active = true, .last_send = -1, .timed_out = -1};
	if (random_below(chance, 3) == 0) {
		life->request = write_request();
		life->request.attempts = 1;
	}
	life->request.deadline = now + random_below(chance, 1500);
	start(&life->request);
}

static void
live_hear(struct life *life, uint32_t *chance, int64_t now)
{
	bool asked = cz2_exchange_asked(&exchange);
	struct cz2_frame frame;
	enum cz2_heard heard;

	random_traffic(chance, &frame);
	heard = cz2_exchange_heard(&exchange, &frame, now);
	if (frame.source == US)
		ck_assert(heard == CZ2_HEARD_CONFLICT || heard == CZ2_HEARD_ECHO);
	else if (frame.destination != US)
		ck_assert_int_eq(heard, CZ2_HEARD_FOREIGN);
	else
		ck_assert_int_eq(heard, asked && is_answer(life, &frame) ? CZ2_HEARD_MATCH
									 : CZ2_HEARD_STRAY);
	if (heard == CZ2_HEARD_MATCH)
		life->matched = true;
}

static void
live_step(struct life *life, int64_t now, int64_t clear)
{
	int64_t wake = cz2_exchange_wake(&exchange, clear);
	bool asked = cz2_exchange_asked(&exchange);
	enum cz2_step what = cz2_exchange_step(&exchange, now, clear);

	/* The wake time is the truth: nothing happens before it. */
	if (now < wake)
		ck_assert_int_eq(what, CZ2_STEP_NOTHING);
	if (asked && !cz2_exchange_asked(&exchange))
		life->timed_out = now;
	if (what == CZ2_STEP_SEND) {
		ck_assert(life->active && !life->matched);
		ck_assert_int_lt(life->sends, life->request.attempts);
		ck_assert_int_lt(now, life->request.deadline);
		ck_assert_int_ge(now, clear);
		if (life->last_send >= 0) {
			ck_assert_int_ge(life->timed_out, life->last_send + WAIT);
			ck_assert_int_ge(now, life->timed_out + CZ2_DRAIN_MIN_MS);
		}
		life->last_send = now;
		life->sends++;
	}
	if (what != CZ2_STEP_DONE)
		return;
	ck_assert(life->active);
	ck_assert_int_eq(exchange.result.sends, life->sends);
	if (!life->matched)
		ck_assert_int_eq(exchange.result.error,
				 life->sends > 0 ? CZ2_ETIMEOUT : CZ2_EBUSY);
	else
		ck_assert(exchange.result.error == CZ2_OK ||
			  exchange.result.error == CZ2_EREFUSED);
	life->active = false;
}

START_TEST(under_any_traffic_it_keeps_its_promises_and_always_comes_to_an_end)
{
	int answered = 0, ended = 0;

	for (uint32_t seed = 1; seed <= 60; seed++) {
		uint32_t chance = seed;
		struct life life = {.active = false};
		int64_t now = 0, started = 0;

		begin_with_seed(seed);
		for (int i = 0; i < 400; i++) {
			now += random_below(&chance, 90);
			if (!life.active) {
				live_request(&life, &chance, now);
				started = now;
			}
			if (random_below(&chance, 4) == 0)
				live_hear(&life, &chance, now);
			live_step(&life, now, now - 40 + (int64_t)random_below(&chance, 50));
			ck_assert_int_eq(cz2_exchange_active(&exchange), life.active);
			if (!life.active) {
				ended++;
				answered += life.matched;
			}
			/* Deadline, one reply time and the coarse steps of this test. */
			ck_assert_int_lt(now - started, 1500 + WAIT + 200);
		}
	}
	ck_assert_int_gt(answered, 100);
	ck_assert_int_gt(ended - answered, 100);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		nothing_happens_without_a_request,
		a_read_request_goes_out_as_it_was_captured,
		a_write_goes_out_as_it_was_captured,
		there_is_one_request_at_a_time,
		a_request_that_cannot_be_is_refused,
		nothing_is_sent_before_the_line_is_clear,
		a_read_ends_with_the_row_and_what_it_took,
		a_write_ends_with_its_acknowledgement,
		only_the_row_asked_for_from_the_device_asked_answers_a_read,
		a_row_of_unknown_length_may_answer_with_any_that_can_be_kept,
		only_one_byte_from_the_device_written_to_acknowledges_a_write,
		an_acknowledgement_other_than_zero_is_a_refusal,
		an_error_frame_ends_a_request_at_once,
		one_reply_answers_and_its_double_is_stray,
		a_doubled_read_reply_does_not_acknowledge_the_write_behind_it,
		the_reply_has_its_whole_time_from_the_end_of_our_frame,
		an_unanswered_read_is_sent_as_often_as_it_may_and_then_times_out,
		a_write_is_never_sent_twice,
		after_a_time_out_it_listens_for_a_random_while_before_asking_again,
		the_next_request_too_waits_until_the_drain_is_over,
		after_an_answer_there_is_no_drain,
		nothing_is_sent_at_or_after_the_deadline,
		a_frame_sent_before_the_deadline_may_be_answered_after_it,
		the_deadline_ends_the_retries,
		a_reply_after_a_repeated_read_may_answer_the_first_asking,
		the_row_is_not_written_while_the_answer_may_be_behind_a_late_reply,
		it_is_read_and_another_row_is_written_at_once,
		each_further_reply_begins_the_wait_anew,
		so_does_one_that_was_asked_for,
		a_reply_that_is_not_about_the_row_does_not,
		a_late_reply_about_another_row_ends_no_wait,
		a_write_that_is_put_off_to_its_deadline_does_not_leave,
		a_reply_when_the_wait_is_over_begins_none,
		it_is_written_at_once_behind_an_answer_beyond_doubt,
		what_was_behind_is_lost_with_the_link,
		the_time_of_the_answer_behind_has_bounds,
		a_late_reply_heard_in_the_drain_clears_the_suspicion,
		an_unanswered_read_makes_the_next_request_for_that_row_suspicious,
		the_suspicion_moves_on_to_the_younger_request_until_a_reply_too_many_is_heard,
		the_suspicion_ends_however_quickly_it_is_read,
		an_unanswered_read_of_another_row_or_device_casts_no_suspicion,
		an_unanswered_read_of_another_table_casts_no_suspicion,
		a_reply_is_not_expected_for_ever,
		a_reply_is_expected_for_longer_where_the_time_out_is_long,
		more_unanswered_reads_than_can_be_remembered_forget_the_oldest,
		our_own_frame_heard_back_is_an_echo_and_changes_nothing,
		our_own_frame_heard_twice_was_sent_by_a_twin,
		any_other_frame_from_our_address_is_a_twins,
		an_echo_may_come_late_but_only_once,
		what_was_not_sent_can_be_taken_back,
		what_was_sent_cannot_be_taken_back,
		an_abort_before_anything_was_sent_says_so,
		an_abort_after_sending_is_a_time_out,
		an_abort_in_the_drain_is_a_time_out,
		what_was_asked_before_an_abort_is_not_answered_after_it,
		an_abort_without_a_request_does_nothing_and_one_with_an_answer_keeps_it,
		under_any_traffic_it_keeps_its_promises_and_always_comes_to_an_end,
		NULL,
	};

	return run_suite("exchange", tests);
}

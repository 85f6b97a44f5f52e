/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any requests, frames and moments: no send too many, none before its time, a
 * write at most once, and nothing done before the wake time. Input: pairs of
 * what happens and a number, frames and writes followed by their bytes.
 */
#include "build.h"

#include <cz2/exchange.h>

#include <string.h>

#include "fuzz.h"

enum { US = 99, WAIT = 300 };

static void
take_many(struct input *input, uint8_t *out, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = take(input);
}

static void
start(struct cz2_exchange *exchange, struct input *input, uint8_t function, int64_t now)
{
	struct cz2_request request = {.function = function, .device = take(input), .table = 1};
	bool active = cz2_exchange_active(exchange);

	request.row = take(input);
	request.length = take(input);
	request.attempts = take(input);
	request.deadline = now + 8 * take(input);
	if (function == CZ2_WRITE && request.length <= sizeof request.bytes)
		take_many(input, request.bytes, request.length);
	if (cz2_exchange_start(exchange, &request) == CZ2_OK)
		FUZZ_ASSERT(!active && cz2_exchange_active(exchange));
	else
		FUZZ_ASSERT(active == cz2_exchange_active(exchange));
}

static void
hear(struct cz2_exchange *exchange, struct input *input, int64_t now)
{
	struct cz2_frame frame = {.destination = take(input), .source = take(input)};
	bool asked = cz2_exchange_asked(exchange);
	enum cz2_heard heard;

	frame.function = take(input);
	frame.length = take(input);
	if (frame.length == 0)
		return;
	take_many(input, frame.payload, frame.length);
	heard = cz2_exchange_heard(exchange, &frame, now);
	FUZZ_ASSERT((heard == CZ2_HEARD_MATCH) == (asked && !cz2_exchange_asked(exchange)));
	if (heard == CZ2_HEARD_MATCH)
		FUZZ_ASSERT(frame.destination == US && frame.source == exchange->request.device);
}

static void
step(struct cz2_exchange *exchange, int64_t now, int64_t clear, int64_t *last_send)
{
	int64_t wake = cz2_exchange_wake(exchange, clear);
	int64_t deadline = exchange->request.deadline;
	enum cz2_step what = cz2_exchange_step(exchange, now, clear);

	FUZZ_ASSERT(now >= wake || what == CZ2_STEP_NOTHING);
	if (what == CZ2_STEP_SEND) {
		FUZZ_ASSERT(now >= clear && now < deadline);
		FUZZ_ASSERT(exchange->frame_size >= CZ2_FRAME_MIN);
		/* One asking in any reply time, unless the last one was answered. */
		FUZZ_ASSERT(exchange->result.sends == 1 || now - *last_send > WAIT);
		FUZZ_ASSERT(exchange->request.function != CZ2_WRITE || exchange->result.sends == 1);
		*last_send = now;
	}
	if (what == CZ2_STEP_DONE) {
		FUZZ_ASSERT(exchange->result.error <= 0);
		FUZZ_ASSERT(exchange->result.length <= CZ2_ROW_SIZE_MAX);
		FUZZ_ASSERT(!cz2_exchange_active(exchange));
	}
	FUZZ_ASSERT(exchange->late_count <= CZ2_LATE_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct cz2_exchange_config config = {.address = US, .reply_timeout_ms = WAIT};
	struct input input = {data, size};
	struct cz2_exchange exchange;
	int64_t now = 0, last_send = 0;

	cz2_exchange_init(&exchange, &config, 1);
	while (input.size > 0) {
		uint8_t what = take(&input) % 6;

		now += take(&input);
		if (what == 0)
			start(&exchange, &input, CZ2_READ, now);
		else if (what == 1)
			start(&exchange, &input, CZ2_WRITE, now);
		else if (what == 2)
			hear(&exchange, &input, now);
		else if (what == 3 && take(&input) == 0)
			cz2_exchange_abort(&exchange);
		step(&exchange, now, now - 20 + take(&input) % 40, &last_send);
	}
	return 0;
}

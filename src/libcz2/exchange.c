/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One request on the bus. Strict about what counts as its answer: with no
 * transaction numbers on this bus, taking almost any reply for ours is how
 * other clients came to report writes that never happened.
 */
#include "build.h"

#include <cz2/exchange.h>

#include <string.h>

enum state {
	IDLE,
	WAITING, /* for the line to be clear */
	ASKED,   /* sent; waiting for the answer */
	DONE,    /* the result is there, step() has to say so */
};

static void
hold_nothing(struct cz2_exchange *exchange)
{
	for (int i = 0; i < CZ2_HELD_MAX; i++)
		exchange->held[i].until = INT64_MIN;
}

void
cz2_exchange_init(struct cz2_exchange *exchange, const struct cz2_exchange_config *config,
		  uint32_t seed)
{
	memset(exchange, 0, sizeof *exchange);
	exchange->config = *config;
	exchange->random = seed != 0 ? seed : 1;
	exchange->drained = INT64_MIN;
	hold_nothing(exchange);
}

/* Xorshift: two devices that retry need different pauses, nothing more. */
static int64_t
drain_time(struct cz2_exchange *exchange)
{
	uint32_t x = exchange->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	exchange->random = x;
	return CZ2_DRAIN_MIN_MS + (int64_t)(x % (CZ2_DRAIN_MAX_MS - CZ2_DRAIN_MIN_MS + 1));
}

static bool
request_ok(const struct cz2_request *request)
{
	if (request->function == CZ2_READ)
		return request->attempts > 0;
	return request->function == CZ2_WRITE && request->length > CZ2_ROW_PREFIX &&
	       request->length <= CZ2_ROW_SIZE_MAX && request->bytes[0] == 0 &&
	       request->bytes[1] == request->table && request->bytes[2] == request->row;
}

int
cz2_exchange_start(struct cz2_exchange *exchange, const struct cz2_request *request)
{
	if (exchange->state != IDLE)
		return CZ2_EBUSY;
	if (!request_ok(request))
		return CZ2_EMALFORMED;
	exchange->request = *request;
	/* A write that got no answer may have been taken: never a second time. */
	if (request->function == CZ2_WRITE)
		exchange->request.attempts = 1;
	memset(&exchange->result, 0, sizeof exchange->result);
	exchange->result.turnaround_ms = -1;
	exchange->state = WAITING;
	return CZ2_OK;
}

bool
cz2_exchange_active(const struct cz2_exchange *exchange)
{
	return exchange->state != IDLE;
}

bool
cz2_exchange_asked(const struct cz2_exchange *exchange)
{
	return exchange->state == ASKED;
}

static void
finish(struct cz2_exchange *exchange, int error)
{
	exchange->result.error = error;
	exchange->state = DONE;
}

static struct cz2_row_address
address_of(const struct cz2_request *request)
{
	return (struct cz2_row_address){request->device, request->table, request->row};
}

static bool
same_address(struct cz2_row_address one, struct cz2_row_address other)
{
	return one.device == other.device && one.table == other.table && one.row == other.row;
}

/* ------------------------------------------------------------------------
 * Reads that may still be answered. Replies come in the order of their
 * requests, so a reply to a row that was asked for twice may answer the older
 * request; the younger one then stays open.
 */

static void
late_remove(struct cz2_exchange *exchange, int index)
{
	exchange->late_count--;
	memmove(&exchange->late[index], &exchange->late[index + 1],
		(size_t)(exchange->late_count - index) * sizeof exchange->late[0]);
}

/* The request that was sent last. */
static void
late_add(struct cz2_exchange *exchange, int64_t until)
{
	if (exchange->late_count == CZ2_LATE_MAX)
		late_remove(exchange, 0);
	exchange->late[exchange->late_count++] =
		(struct cz2_late){address_of(&exchange->request), exchange->started, until};
}

static void
late_expire(struct cz2_exchange *exchange, int64_t now)
{
	for (int i = exchange->late_count - 1; i >= 0; i--)
		if (now > exchange->late[i].until)
			late_remove(exchange, i);
}

/* Takes out the oldest open read of this row; false when there is none. */
static bool
late_take(struct cz2_exchange *exchange, struct cz2_row_address address, struct cz2_late *taken)
{
	for (int i = 0; i < exchange->late_count; i++) {
		if (!same_address(exchange->late[i].address, address))
			continue;
		*taken = exchange->late[i];
		late_remove(exchange, i);
		return true;
	}
	return false;
}

/* ------------------------------------------------------------------------
 * The answer behind a late reply: the panel answers in order, so that it comes soon. For so
 * long the row is not written.
 */

static int64_t
held_until(const struct cz2_exchange *exchange, struct cz2_row_address address)
{
	for (int i = 0; i < CZ2_HELD_MAX; i++)
		if (same_address(exchange->held[i].address, address))
			return exchange->held[i].until;
	return INT64_MIN;
}

int64_t
cz2_exchange_held_until(const struct cz2_exchange *exchange)
{
	const struct cz2_request *request = &exchange->request;

	return request->function == CZ2_WRITE ? held_until(exchange, address_of(request))
					      : INT64_MIN;
}

static int64_t
hold_from(const struct cz2_exchange *exchange, int64_t now)
{
	int64_t behind = exchange->config.reply_timeout_ms / 2;

	if (behind < CZ2_BEHIND_MIN_MS)
		behind = CZ2_BEHIND_MIN_MS;
	if (behind > CZ2_BEHIND_MAX_MS)
		behind = CZ2_BEHIND_MAX_MS;
	return now + behind;
}

static void
hold_row(struct cz2_exchange *exchange, struct cz2_row_address address, int64_t now)
{
	struct cz2_hold *hold = &exchange->held[0];

	for (int i = 0; i < CZ2_HELD_MAX && !same_address(hold->address, address); i++)
		if (same_address(exchange->held[i].address, address) ||
		    exchange->held[i].until < hold->until)
			hold = &exchange->held[i];
	*hold = (struct cz2_hold){address, hold_from(exchange, now)};
}

/*
 * What comes behind this reply is waited for anew, whether it was asked for or not. It ends no
 * hold: what came may have come twice.
 */
static void
hold_longer(struct cz2_exchange *exchange, struct cz2_row_address address, int64_t now)
{
	if (now < held_until(exchange, address))
		hold_row(exchange, address, now);
}

/* ------------------------------------------------------------------------
 * Sending
 */

static void
build(struct cz2_exchange *exchange)
{
	const struct cz2_request *request = &exchange->request;
	struct cz2_frame frame = {.destination = request->device,
				  .source = exchange->config.address,
				  .function = request->function};

	if (request->function == CZ2_READ) {
		frame.length = CZ2_ROW_PREFIX;
		frame.payload[1] = request->table;
		frame.payload[2] = request->row;
	} else {
		frame.length = request->length;
		memcpy(frame.payload, request->bytes, request->length);
	}
	exchange->frame_size = cz2_frame_encode(&frame, exchange->frame);
}

static enum cz2_step
send(struct cz2_exchange *exchange, int64_t now)
{
	build(exchange);
	exchange->started = now;
	exchange->sent = now + cz2_wire_ms(exchange->frame_size);
	exchange->echo = true;
	exchange->result.sends++;
	exchange->result.bytes_sent += (int)exchange->frame_size;
	exchange->state = ASKED;
	return CZ2_STEP_SEND;
}

static int64_t
timeout_of(const struct cz2_exchange *exchange)
{
	return exchange->sent + exchange->config.reply_timeout_ms;
}

static void
time_out(struct cz2_exchange *exchange, int64_t now)
{
	const struct cz2_request *request = &exchange->request;

	exchange->drained = now + drain_time(exchange);
	if (request->function == CZ2_READ)
		late_add(exchange, timeout_of(exchange) + CZ2_LATE_MS);
	if (exchange->result.sends < request->attempts)
		exchange->state = WAITING;
	else
		finish(exchange, CZ2_ETIMEOUT);
}

static int64_t
may_send(const struct cz2_exchange *exchange, int64_t clear)
{
	int64_t moment = clear > exchange->drained ? clear : exchange->drained;
	int64_t held = cz2_exchange_held_until(exchange);

	return moment > held ? moment : held;
}

enum cz2_step
cz2_exchange_step(struct cz2_exchange *exchange, int64_t now, int64_t clear)
{
	late_expire(exchange, now);
	if (exchange->state == ASKED && now >= timeout_of(exchange))
		time_out(exchange, now);

	if (exchange->state == WAITING) {
		if (now >= exchange->request.deadline)
			finish(exchange, exchange->result.sends > 0 ? CZ2_ETIMEOUT : CZ2_EBUSY);
		else if (now >= may_send(exchange, clear))
			return send(exchange, now);
	}
	if (exchange->state == DONE) {
		exchange->state = IDLE;
		return CZ2_STEP_DONE;
	}
	return CZ2_STEP_NOTHING;
}

int64_t
cz2_exchange_wake(const struct cz2_exchange *exchange, int64_t clear)
{
	int64_t wake;

	switch (exchange->state) {
	case WAITING:
		wake = may_send(exchange, clear);
		return wake < exchange->request.deadline ? wake : exchange->request.deadline;
	case ASKED:
		return timeout_of(exchange);
	case DONE:
		return INT64_MIN;
	default:
		return INT64_MAX;
	}
}

void
cz2_exchange_cancel(struct cz2_exchange *exchange)
{
	if (exchange->state == WAITING && exchange->result.sends == 0)
		finish(exchange, CZ2_EBUSY);
}

void
cz2_exchange_abort(struct cz2_exchange *exchange)
{
	if (exchange->state == WAITING || exchange->state == ASKED)
		finish(exchange, exchange->result.sends > 0 ? CZ2_ETIMEOUT : CZ2_ECLOSED);
	/* Whatever was on its way is lost with the link. */
	exchange->late_count = 0;
	hold_nothing(exchange);
}

/* ------------------------------------------------------------------------
 * Hearing
 */

static bool
is_row_reply(const struct cz2_frame *frame)
{
	return frame->function == CZ2_REPLY && frame->length > CZ2_ROW_PREFIX &&
	       frame->length <= CZ2_ROW_SIZE_MAX && frame->payload[0] == 0;
}

static bool
answers_read(const struct cz2_request *request, const struct cz2_frame *frame)
{
	if (!is_row_reply(frame))
		return false;
	if (request->length != 0 && frame->length != request->length)
		return false;
	return frame->payload[1] == request->table && frame->payload[2] == request->row;
}

/* All replies to reads begin with 0 as well: only the length tells an acknowledgement. */
static bool
answers_write(const struct cz2_frame *frame)
{
	return frame->function == CZ2_REPLY && frame->length == 1;
}

static bool
answers(const struct cz2_request *request, const struct cz2_frame *frame)
{
	if (frame->source != request->device)
		return false;
	if (frame->function == CZ2_ERROR)
		return true;
	return request->function == CZ2_READ ? answers_read(request, frame) : answers_write(frame);
}

static void
take_row(struct cz2_exchange *exchange, const struct cz2_frame *frame, int64_t now)
{
	struct cz2_row_address address = address_of(&exchange->request);
	struct cz2_late earlier;

	exchange->result.length = frame->length;
	memcpy(exchange->result.bytes, frame->payload, frame->length);
	hold_longer(exchange, address, now);
	if (late_take(exchange, address, &earlier)) {
		/* Which of the two was answered is not known; the doubt ends with the first. */
		exchange->result.asked = earlier.time;
		late_add(exchange, earlier.until);
		hold_row(exchange, address, now);
	}
	if (held_until(exchange, address) > now)
		exchange->result.settled = held_until(exchange, address);
}

static void
take_answer(struct cz2_exchange *exchange, const struct cz2_frame *frame, int64_t now)
{
	size_t size = CZ2_FRAME_OVERHEAD + (size_t)frame->length;
	int64_t turnaround = now - exchange->sent - cz2_wire_ms(size);

	exchange->result.bytes_received += (int)size;
	exchange->result.turnaround_ms = turnaround > 0 ? turnaround : 0;
	exchange->result.asked = exchange->started;
	exchange->result.settled = now;
	if (frame->function == CZ2_ERROR ||
	    (exchange->request.function == CZ2_WRITE && frame->payload[0] != 0)) {
		finish(exchange, CZ2_EREFUSED);
		return;
	}
	if (exchange->request.function == CZ2_READ)
		take_row(exchange, frame, now);
	finish(exchange, CZ2_OK);
}

static void
take_stray(struct cz2_exchange *exchange, const struct cz2_frame *frame, int64_t now)
{
	struct cz2_row_address address;
	struct cz2_late ignored;

	if (!is_row_reply(frame))
		return;
	address = (struct cz2_row_address){frame->source, frame->payload[1], frame->payload[2]};
	late_take(exchange, address, &ignored);
	hold_longer(exchange, address, now);
}

/*
 * Once, however late: a process that was stopped reads its echo when it goes on, and to
 * take that for a twin would forbid all writing.
 */
static bool
is_echo(struct cz2_exchange *exchange, const struct cz2_frame *frame)
{
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(frame, bytes);

	if (!exchange->echo || size != exchange->frame_size ||
	    memcmp(bytes, exchange->frame, size) != 0)
		return false;
	exchange->echo = false;
	return true;
}

enum cz2_heard
cz2_exchange_heard(struct cz2_exchange *exchange, const struct cz2_frame *frame, int64_t now)
{
	if (frame->source == exchange->config.address)
		return is_echo(exchange, frame) ? CZ2_HEARD_ECHO : CZ2_HEARD_CONFLICT;
	if (frame->destination != exchange->config.address)
		return CZ2_HEARD_FOREIGN;
	if (exchange->state == ASKED && answers(&exchange->request, frame)) {
		take_answer(exchange, frame, now);
		return CZ2_HEARD_MATCH;
	}
	take_stray(exchange, frame, now);
	return CZ2_HEARD_STRAY;
}

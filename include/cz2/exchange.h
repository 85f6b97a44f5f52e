/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One request on the bus, as a state machine without a clock or a socket:
 *
 *            start              line clear: SEND            match
 *     IDLE ----------> WAITING -------------------> ASKED ---------> DONE -> IDLE
 *                       ^   |                        |                ^
 *      attempts left:   |   +--- deadline reached ---)----------------+
 *      drain, then      +----------------------------+                |
 *                                reply time-out      +-- none left ---+
 *
 * The caller says when the line may be used, sends what it is given, feeds
 * every good frame and steps the machine when its wake time has come.
 */
#ifndef CZ2_EXCHANGE_H
#define CZ2_EXCHANGE_H

#include <cz2/error.h>
#include <cz2/row.h>

enum {
	CZ2_DRAIN_MIN_MS = 20, /* listened after a time-out, before asking again: */
	CZ2_DRAIN_MAX_MS = 100,/* a random time, so that two retriers part ways */
	CZ2_LATE_MS = 700,     /* a reply so long after its time-out is not expected any more */
	CZ2_LATE_MAX = 8,      /* unanswered reads remembered */
	CZ2_HELD_MAX = 8,      /* rows held at a time; of one more the first to end gives way */
	CZ2_BEHIND_MIN_MS = 100, /* the answer itself is behind a late reply within half of */
	CZ2_BEHIND_MAX_MS = 250, /* the reply time-out, within these bounds */
};

struct cz2_exchange_config {
	uint8_t address;      /* ours on the bus, 10..255, not 11..19 */
	int reply_timeout_ms; /* from the end of our frame on the wire */
};

struct cz2_request {
	uint8_t function; /* CZ2_READ or CZ2_WRITE */
	uint8_t device, table, row;
	uint8_t length;   /* READ: payload length expected, 0 any; WRITE: of bytes */
	uint8_t attempts; /* sends at most; a write is sent once whatever this says */
	uint8_t bytes[CZ2_ROW_SIZE_MAX]; /* WRITE: the whole payload, prefix included */
	int64_t deadline; /* no send at or after this moment */
};

struct cz2_result {
	/*
	 * CZ2_OK; CZ2_ETIMEOUT: sent, no answer; CZ2_EREFUSED; never sent:
	 * CZ2_EBUSY (deadline) or CZ2_ECLOSED (aborted).
	 */
	int error;
	uint8_t length;
	uint8_t bytes[CZ2_ROW_SIZE_MAX]; /* READ: the reply's payload */
	int sends;
	int bytes_sent, bytes_received;
	/*
	 * When the oldest request was sent that this reply may be answering:
	 * a reply can come so late that it answers an earlier, timed-out read.
	 * Nothing tells them apart, so the earlier moment is the honest one.
	 */
	int64_t asked;
	/*
	 * READ answered: when it was heard; or, when the answer itself may be behind it, the
	 * moment until which its row is held at least.
	 */
	int64_t settled;
	int64_t turnaround_ms; /* from the end of our frame to the reply; -1 none */
};

enum cz2_step {
	CZ2_STEP_NOTHING, /* call again at cz2_exchange_wake() */
	CZ2_STEP_SEND,    /* send exchange->frame now */
	CZ2_STEP_DONE,    /* result is final */
};

enum cz2_heard {
	CZ2_HEARD_FOREIGN,  /* between others */
	CZ2_HEARD_MATCH,    /* answers our request: step() will say DONE */
	CZ2_HEARD_ECHO,     /* our own frame, as the transceiver hears it */
	CZ2_HEARD_STRAY,    /* to us, but answers nothing (late, doubled, wrong) */
	CZ2_HEARD_CONFLICT, /* from our address, and not by us: a twin */
};

/* Which row of which device. */
struct cz2_row_address {
	uint8_t device, table, row;
};

/* The members after result are private. */
struct cz2_exchange {
	uint8_t frame[CZ2_FRAME_MAX]; /* STEP_SEND: what to send */
	size_t frame_size;
	struct cz2_result result;

	struct cz2_exchange_config config;
	struct cz2_request request;
	int state;
	int64_t started; /* first byte of our last frame */
	int64_t sent;    /* its last byte on the wire */
	int64_t drained; /* nothing is sent before: a late reply may still come */
	bool echo;       /* our last frame may still come back as its own echo */
	uint32_t random;
	struct cz2_late {
		struct cz2_row_address address;
		int64_t time;  /* when it was sent */
		int64_t until; /* when the lost reply it goes back to is not expected any more */
	} late[CZ2_LATE_MAX]; /* reads that may still be answered, oldest first */
	int late_count;
	struct cz2_hold {
		struct cz2_row_address address;
		int64_t until; /* it is not written before: the answer may be behind a late reply */
	} held[CZ2_HELD_MAX];
};

void
cz2_exchange_init(struct cz2_exchange *exchange, const struct cz2_exchange_config *config,
		  uint32_t seed);

/* CZ2_EBUSY: one request at a time; CZ2_EMALFORMED: a request that cannot be. */
int
cz2_exchange_start(struct cz2_exchange *exchange, const struct cz2_request *request);

/* True from start until step says DONE. */
bool
cz2_exchange_active(const struct cz2_exchange *exchange);

/*
 * The moment before which the write that waits must not leave; long gone for any other. Replies
 * about its row put it off, to the write's deadline at the most: then it ends, unsent.
 */
int64_t
cz2_exchange_held_until(const struct cz2_exchange *exchange);

/* True while a frame of ours is on its way and its answer is awaited. */
bool
cz2_exchange_asked(const struct cz2_exchange *exchange);

/* A good frame was heard. */
enum cz2_heard
cz2_exchange_heard(struct cz2_exchange *exchange, const struct cz2_frame *frame, int64_t now);

/* clear: the moment from which the line may be used. */
enum cz2_step
cz2_exchange_step(struct cz2_exchange *exchange, int64_t now, int64_t clear);

/* The moment of the next step; INT64_MAX when idle. */
int64_t
cz2_exchange_wake(const struct cz2_exchange *exchange, int64_t clear);

/* Takes the request back if nothing of it was sent yet; step() then says DONE with CZ2_EBUSY. */
void
cz2_exchange_cancel(struct cz2_exchange *exchange);

/*
 * The link is gone: ends the request in flight, as timed out if it was sent,
 * and expects no late replies any more. result is final; step() says DONE.
 */
void
cz2_exchange_abort(struct cz2_exchange *exchange);

#endif

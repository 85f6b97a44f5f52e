/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Joins link and exchange: bytes into frames, frames to whoever they concern,
 * one request at a time onto the line when it is quiet. Learns the rhythm of the
 * panel's own ten-second burst and sends outside it. Knows no commands.
 */
#ifndef CZ2D_BUS_H
#define CZ2D_BUS_H

#include <cz2/exchange.h>
#include <cz2/reader.h>

#include "cz2d/bus/overhear.h"
#include "cz2d/bus/quality.h"

struct bus;
struct link;

struct bus_config {
	uint8_t address;
	int reply_timeout_ms; /* 0: 300, or 500 on a TCP bridge */
	int gap_ms;           /* silence after any frame before ours */
};

/* What was heard, told as it happens. self is handed back. */
struct bus_observer {
	struct overhear_observer others;
	void *self;
	/* A reply to us with a row in it, that answered nothing: it came twice, or late, or
	 * behind a late one that had passed for it. */
	void (*strayed)(void *self, const struct cz2_frame *reply, int64_t now);
	/* The link came (true), went, or could not be opened the first time (false). */
	void (*link_changed)(void *self, bool open, int64_t now);
};

/*
 * Who wants to see all that is on the line, while he does. Bytes that belong to no good frame
 * are noise, told in pieces of at most NOISE_MAX (noise.h). out: we sent it.
 */
struct bus_watcher {
	void *self;
	void (*frame)(void *self, bool out, const uint8_t *bytes, size_t length, int64_t now);
	void (*noise)(void *self, const uint8_t *bytes, size_t length, int64_t now);
};

/* Since the start. retries: frames about a row of which the one before was not answered. */
struct bus_counters {
	uint64_t requests, sends, bytes_sent, bytes_received;
	uint64_t matched, retries, timeouts, refused, strays, foreign, conflicts;
};

typedef void (*bus_done)(void *self, const struct cz2_result *result, int64_t now);

/* The link and the observer must outlive the bus. Never NULL. */
struct bus *
bus_new(const struct bus_config *config, struct link *link, const struct bus_observer *observer,
	uint32_t seed);

struct bus *
bus_free(struct bus *bus);

/* One at most, copied; NULL: nobody watches any more. Not from within a call of the watcher's. */
void
bus_watch(struct bus *bus, const struct bus_watcher *watcher);

/*
 * Carries out one request; done is called once, never from within this call, and before any
 * frame is heard that comes after the answer.
 * room_ms: time that must be left before the panel's next burst when it is sent,
 * for the request itself and what has to follow it at once.
 * CZ2_EBUSY while another one is under way; CZ2_ECLOSED while the link is down.
 */
int
bus_request(struct bus *bus, const struct cz2_request *request, int room_ms, bus_done done,
	    void *self, int64_t now);

/* Takes the request back if it was not sent yet: it then ends with CZ2_EBUSY. */
void
bus_cancel(struct bus *bus);

/* Milliseconds, as configured or as the kind of link has it. */
int
bus_reply_timeout(const struct bus *bus);

/* True while a frame of ours is on its way and its answer is awaited. */
bool
bus_asked(const struct bus *bus);

bool
bus_busy(const struct bus *bus);

/* Reads what the link has, and does what is due. */
void
bus_step(struct bus *bus, int64_t now);

/* The moment of the next step, now or earlier when one is due. */
int64_t
bus_wake(const struct bus *bus, int64_t now);

/* True while a twin on our address has been heard of late: nothing may be written. */
bool
bus_conflict(const struct bus *bus, int64_t now);

/* True when the wires look swapped. */
bool
bus_swapped(const struct bus *bus);

/* Monotonic ms of the last good frame; INT64_MIN when there was none. */
int64_t
bus_last_frame(const struct bus *bus);

/* True when the panel's burst is being heard: its rows need no asking. */
bool
bus_rhythm_known(const struct bus *bus, int64_t now);

/* False when a request has been under way for longer than any can take. */
bool
bus_healthy(const struct bus *bus, int64_t now);

const struct bus_counters *
bus_counters(const struct bus *bus);

/* How good the line is of late. */
const struct quality *
bus_quality(const struct bus *bus);

const struct cz2_reader_counters *
bus_reader_counters(const struct bus *bus);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A stream of bytes into frames. Resynchronises in noise in linear time and
 * never loses a good frame behind garbage: after a bad checksum it moves on by
 * one byte, not by one frame.
 *
 * A false header may announce up to 265 bytes that never come. The caller,
 * who has the clock, calls cz2_reader_idle() when the line has been silent for
 * longer than the gaps inside a frame can be; that releases it.
 */
#ifndef CZ2_READER_H
#define CZ2_READER_H

#include <cz2/frame.h>

struct cz2_reader_counters {
	uint64_t bytes;           /* fed */
	uint64_t frames;          /* good ones handed out */
	uint64_t checksum_errors; /* plausible headers whose CRC failed */
	uint64_t skipped;         /* bytes that belong to no good frame */
	uint64_t released;        /* unfinished frames given up by idle */
	uint64_t swapped;         /* times the swapped-wire signature was seen */
};

/* All members are private; read the counters with cz2_reader_counters(). */
struct cz2_reader {
	uint8_t buffer[2 * CZ2_FRAME_MAX];
	size_t start;
	size_t end;
	size_t release_to; /* candidates that began before this are given up */
	uint8_t signature; /* how much of the swapped-wire signature has matched */
	uint8_t swapped_since_frame;
	size_t noise;      /* where the bytes begin that the last next() passed over */
	size_t frame_size; /* of the frame behind them that it handed out; or 0 */
	struct cz2_reader_counters counters;
};

void
cz2_reader_init(struct cz2_reader *reader);

/*
 * Takes as many bytes as there is room for and returns how many. Call
 * cz2_reader_next() until false after each feed: then there is always room.
 */
size_t
cz2_reader_feed(struct cz2_reader *reader, const uint8_t *bytes, size_t length);

/* Hands out the next good frame; false when more bytes are needed. */
bool
cz2_reader_next(struct cz2_reader *reader, struct cz2_frame *frame);

/*
 * The bytes that the last cz2_reader_next() passed over, before the frame that it handed out
 * if there was one: they belong to no good frame. NULL when there are none; valid until the
 * reader is used again.
 */
const uint8_t *
cz2_reader_noise(const struct cz2_reader *reader, size_t *length);

/* The line is silent: what is unfinished will not be finished. Then next(). */
void
cz2_reader_idle(struct cz2_reader *reader);

/* True while an unfinished frame is held: the only time idle() matters. */
bool
cz2_reader_pending(const struct cz2_reader *reader);

/*
 * True when the bytes look as if the A and B wires were exchanged: each byte b
 * then mostly arrives as ((~b << 1) | 1), and every read request contains
 * F9 FF FF E9 FF. (A capture of 381 such bytes holds it seven times and not
 * one valid frame.) A good frame clears it.
 */
bool
cz2_reader_swapped(const struct cz2_reader *reader);

const struct cz2_reader_counters *
cz2_reader_counters(const struct cz2_reader *reader);

#endif

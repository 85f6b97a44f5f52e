/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bytes that belong to no good frame, put together from the pieces in which the reader passes
 * over them, for people who look for what is wrong with a line.
 */
#ifndef LINK_NOISE_H
#define LINK_NOISE_H

#include <cz2/reader.h>

enum { NOISE_MAX = CZ2_FRAME_MAX }; /* a broken frame stays in one piece */

/* All members are private. */
struct noise {
	void (*tell)(void *self, const uint8_t *bytes, size_t length, int64_t now);
	void *self;
	uint8_t bytes[NOISE_MAX];
	size_t length;
	int64_t time; /* of its last byte */
};

/* tell is called for each piece. */
void
noise_init(struct noise *noise,
	   void (*tell)(void *self, const uint8_t *bytes, size_t length, int64_t now), void *self);

/* To be called after each cz2_reader_next(), before anything else is done with the reader. */
void
noise_heard(struct noise *noise, const struct cz2_reader *reader, int64_t now);

/* A good frame comes, or the line is silent: tells what there is. */
void
noise_end(struct noise *noise);

#endif

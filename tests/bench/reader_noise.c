/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Is the reader linear in noise? Times it on 64 kB and on 1 MB of several kinds of
 * noise, the worst of them made of headers that announce long frames, and prints
 * for each the nanoseconds per byte and their quotient; the largest comes last.
 */
#include "build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cz2/reader.h>

enum {
	SMALL = 64 * 1024,
	LARGE = 1024 * 1024,
	PIECE = 512, /* as a read of the link may bring */
	ROUNDS = 15, /* of each measurement; the fastest counts */
};

static uint32_t random_state = 1;

static uint8_t
random_byte(size_t at)
{
	(void)at;
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return (uint8_t)random_state;
}

static uint8_t
zero_byte(size_t at)
{
	(void)at;
	return 0;
}

/* A header of 255 bytes that begins anew at every eighth byte. */
static uint8_t
header_byte(size_t at)
{
	static const uint8_t header[] = {9, 0, 1, 0, 0xFF, 0, 0, 6};

	return header[at % sizeof header];
}

/* The same with short frames, so that each of them is checked. */
static uint8_t
short_header_byte(size_t at)
{
	static const uint8_t header[] = {9, 0, 1, 0, 3, 0, 0, 6};

	return header[at % sizeof header];
}

static const struct {
	const char *name;
	uint8_t (*byte)(size_t at);
} noises[] = {
	{"random", random_byte},
	{"zeros", zero_byte},
	{"long headers", header_byte},
	{"short headers", short_header_byte},
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
read_all(struct cz2_reader *reader, const uint8_t *bytes, size_t size)
{
	struct cz2_frame frame;
	size_t at = 0;

	cz2_reader_init(reader);
	while (at < size) {
		size_t piece = size - at < PIECE ? size - at : PIECE;

		at += cz2_reader_feed(reader, bytes + at, piece);
		while (cz2_reader_next(reader, &frame))
			;
	}
	cz2_reader_idle(reader);
	while (cz2_reader_next(reader, &frame))
		;
}

/* Nanoseconds per byte; small sizes are read often enough to last as long as large ones. */
static double
measure(const uint8_t *bytes, size_t size)
{
	static struct cz2_reader reader;
	int64_t fastest = INT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		int64_t start = now_ns(), taken;

		for (size_t done = 0; done < LARGE; done += size)
			read_all(&reader, bytes, size);
		taken = now_ns() - start;
		if (taken < fastest)
			fastest = taken;
	}
	return (double)fastest / LARGE;
}

int
main(void)
{
	uint8_t *bytes = malloc(LARGE);
	double worst = 0;

	if (bytes == NULL)
		return 1;
	for (size_t kind = 0; kind < sizeof noises / sizeof noises[0]; kind++) {
		double small, large;

		for (size_t i = 0; i < LARGE; i++)
			bytes[i] = noises[kind].byte(i);
		small = measure(bytes, SMALL);
		large = measure(bytes, LARGE);
		if (large / small > worst)
			worst = large / small;
		printf("%-14s %8.2f ns %8.2f ns %6.3f\n", noises[kind].name, small, large,
		       large / small);
	}
	printf("worst %.3f\n", worst);
	free(bytes);
	return 0;
}

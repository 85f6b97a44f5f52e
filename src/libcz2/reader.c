/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bytes into frames. The read index only moves forward, and each byte is
 * looked at by at most one checksum per plausible header before it: linear.
 */
#include "build.h"

#include <cz2/reader.h>

#include <string.h>

#include <cz2/error.h>

enum {
	LENGTH_OFFSET = 4,
	SWAPPED_ENOUGH = 3, /* signatures without a good frame between: no accident */
};

static const uint8_t swapped_signature[] = {0xF9, 0xFF, 0xFF, 0xE9, 0xFF};

void
cz2_reader_init(struct cz2_reader *reader)
{
	memset(reader, 0, sizeof *reader);
}

/* The signature does not overlap itself, so a mismatch restarts at most at its first byte. */
static void
watch_signature(struct cz2_reader *reader, uint8_t byte)
{
	if (byte != swapped_signature[reader->signature])
		reader->signature = 0;
	if (byte != swapped_signature[reader->signature])
		return;
	if (++reader->signature < sizeof swapped_signature)
		return;
	reader->signature = 0;
	reader->counters.swapped++;
	if (reader->swapped_since_frame < SWAPPED_ENOUGH)
		reader->swapped_since_frame++;
}

static void
make_room(struct cz2_reader *reader)
{
	if (reader->start == 0)
		return;
	memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
	reader->end -= reader->start;
	reader->release_to -= reader->release_to < reader->start ? reader->release_to
								 : reader->start;
	reader->start = 0;
}

size_t
cz2_reader_feed(struct cz2_reader *reader, const uint8_t *bytes, size_t length)
{
	size_t room;

	if (length > sizeof reader->buffer - reader->end)
		make_room(reader);
	room = sizeof reader->buffer - reader->end;
	if (length > room)
		length = room;

	memcpy(reader->buffer + reader->end, bytes, length);
	reader->end += length;
	reader->counters.bytes += length;
	for (size_t i = 0; i < length; i++)
		watch_signature(reader, bytes[i]);
	return length;
}

static void
skip_byte(struct cz2_reader *reader)
{
	reader->start++;
	reader->counters.skipped++;
}

bool
cz2_reader_next(struct cz2_reader *reader, struct cz2_frame *frame)
{
	reader->noise = reader->start;
	reader->frame_size = 0;
	while (reader->end - reader->start >= CZ2_HEADER_SIZE) {
		const uint8_t *header = reader->buffer + reader->start;
		size_t size;

		if (!cz2_frame_header_ok(header)) {
			skip_byte(reader);
			continue;
		}
		size = CZ2_FRAME_OVERHEAD + (size_t)header[LENGTH_OFFSET];
		if (reader->end - reader->start < size) {
			if (reader->start >= reader->release_to)
				return false;
			reader->counters.released++;
			skip_byte(reader);
			continue;
		}
		if (cz2_frame_decode(header, size, frame) == CZ2_OK) {
			reader->start += size;
			reader->frame_size = size;
			reader->counters.frames++;
			reader->swapped_since_frame = 0;
			return true;
		}
		reader->counters.checksum_errors++;
		skip_byte(reader);
	}
	/* A piece of a header cannot be judged yet; after a silence it never will be. */
	while (reader->start < reader->end && reader->start < reader->release_to)
		skip_byte(reader);
	return false;
}

const uint8_t *
cz2_reader_noise(const struct cz2_reader *reader, size_t *length)
{
	*length = reader->start - reader->frame_size - reader->noise;
	return *length > 0 ? reader->buffer + reader->noise : NULL;
}

void
cz2_reader_idle(struct cz2_reader *reader)
{
	reader->release_to = reader->end;
}

bool
cz2_reader_pending(const struct cz2_reader *reader)
{
	return reader->end > reader->start;
}

bool
cz2_reader_swapped(const struct cz2_reader *reader)
{
	return reader->swapped_since_frame >= SWAPPED_ENOUGH;
}

const struct cz2_reader_counters *
cz2_reader_counters(const struct cz2_reader *reader)
{
	return &reader->counters;
}

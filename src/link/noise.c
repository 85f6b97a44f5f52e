/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When a piece is told: at a frame, at a silence, or when it is full.
 */
#include "build.h"

#include "link/noise.h"

#include <string.h>

void
noise_init(struct noise *noise,
	   void (*tell)(void *self, const uint8_t *bytes, size_t length, int64_t now), void *self)
{
	noise->tell = tell;
	noise->self = self;
	noise->length = 0;
}

void
noise_end(struct noise *noise)
{
	size_t length = noise->length;

	noise->length = 0;
	if (length > 0)
		noise->tell(noise->self, noise->bytes, length, noise->time);
}

void
noise_heard(struct noise *noise, const struct cz2_reader *reader, int64_t now)
{
	size_t length;
	const uint8_t *bytes = cz2_reader_noise(reader, &length);

	while (length > 0) {
		size_t room = NOISE_MAX - noise->length;
		size_t part = length < room ? length : room;

		memcpy(noise->bytes + noise->length, bytes, part);
		noise->length += part;
		noise->time = now;
		bytes += part;
		length -= part;
		if (noise->length == NOISE_MAX)
			noise_end(noise);
	}
}

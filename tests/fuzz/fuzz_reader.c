/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any bytes in any pieces with silence anywhere: every byte is accounted for
 * and only whole frames come out. Input: pieces, each led by its length;
 * length 0 is a silence.
 */
#include "build.h"

#include <cz2/reader.h>

#include "fuzz.h"

static size_t
drain(struct cz2_reader *reader)
{
	struct cz2_frame frame;
	size_t bytes = 0;

	while (cz2_reader_next(reader, &frame)) {
		uint8_t out[CZ2_FRAME_MAX];
		size_t size = cz2_frame_encode(&frame, out);

		FUZZ_ASSERT(size >= CZ2_FRAME_MIN && cz2_frame_header_ok(out));
		bytes += size;
	}
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct cz2_reader_counters *counters;
	struct cz2_reader reader;
	uint64_t fed = 0, framed = 0;

	cz2_reader_init(&reader);
	counters = cz2_reader_counters(&reader);
	for (size_t at = 0; at < size;) {
		size_t piece = data[at++];

		if (piece == 0)
			cz2_reader_idle(&reader);
		if (piece > size - at)
			piece = size - at;
		FUZZ_ASSERT(cz2_reader_feed(&reader, data + at, piece) == piece);
		fed += piece;
		at += piece;
		framed += drain(&reader);
		FUZZ_ASSERT(counters->bytes == fed && framed + counters->skipped <= fed);
	}
	cz2_reader_idle(&reader);
	framed += drain(&reader);
	FUZZ_ASSERT(!cz2_reader_pending(&reader));
	FUZZ_ASSERT(framed + counters->skipped == fed);
	return 0;
}

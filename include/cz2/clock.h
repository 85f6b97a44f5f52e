/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock, row 1.18: a second of the week, counted from Sunday 00:00. A clock that is
 * wished or carried forward is told by the moment of its last Sunday 00:00 (monotonic
 * milliseconds), so that it stays the same while time passes.
 */
#ifndef CZ2_CLOCK_H
#define CZ2_CLOCK_H

#include <cz2/field.h>

enum {
	CZ2_WEEK_SECONDS = 7 * 24 * 60 * 60,
	CZ2_CLOCK_CLOSE_S = 3, /* a clock that is off by no more is right */
};

/* What the row shows; CZ2_CLOCK_NONE: makes no sense, or is no such row. */
enum { CZ2_CLOCK_NONE = -1 };
int
cz2_clock_read(const uint8_t *bytes, size_t length);

/* Puts a second of the week into the row. */
void
cz2_clock_put(int second, uint8_t *bytes);

/* What a clock shows at a moment that began to count at week_start. */
int
cz2_clock_at(int64_t week_start, int64_t now);

/* How far one second of the week is ahead of another, the nearest way round. */
int
cz2_clock_ahead(int second, int of);

#endif

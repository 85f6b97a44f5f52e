/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Locks on to the panel's burst: begins with the read of 9.1, ends with the
 * acknowledgement of 9.5, and comes again after about ten seconds.
 */
#include "build.h"

#include "cz2d/bus/rhythm.h"

#include <cz2/row.h>

enum {
	PERIOD_MS = 10000, /* captured: one burst in ten seconds of the panel's clock */
	PERIOD_MIN_MS = 8000,
	PERIOD_MAX_MS = 12000,
	BURST_MS = 600,    /* at most, when its end is not heard */
	AFTER_MS = 100,    /* silence that follows, for Smart Sensors' traffic */
	LATE_MS = 250,     /* how long an expected burst is waited for */
	MISSED_MAX = 3,    /* periods without one until the rhythm is lost */
};

void
rhythm_init(struct rhythm *rhythm)
{
	*rhythm = (struct rhythm){.start = INT64_MIN, .end = INT64_MIN, .period = PERIOD_MS};
}

static bool
is_row(const struct cz2_frame *frame, enum cz2_function function, unsigned table, unsigned row)
{
	return frame->source == CZ2_ADDRESS_UI && frame->destination == CZ2_ADDRESS_PANEL &&
	       frame->function == function && frame->length >= CZ2_ROW_PREFIX &&
	       frame->payload[1] == table && frame->payload[2] == row;
}

static bool
is_acknowledgement(const struct cz2_frame *frame)
{
	return frame->source == CZ2_ADDRESS_PANEL && frame->destination == CZ2_ADDRESS_UI &&
	       frame->function == CZ2_REPLY && frame->length == 1;
}

static void
begin(struct rhythm *rhythm, int64_t now)
{
	int64_t start = now - cz2_wire_ms(CZ2_FRAME_OVERHEAD + CZ2_ROW_PREFIX);

	if (rhythm->start != INT64_MIN) {
		int64_t since = start - rhythm->start;

		if (since >= PERIOD_MIN_MS && since <= PERIOD_MAX_MS)
			rhythm->period = (3 * rhythm->period + since) / 4;
	}
	rhythm->start = start;
	rhythm->end = start + BURST_MS;
	rhythm->closing = false;
}

void
rhythm_heard(struct rhythm *rhythm, const struct cz2_frame *frame, int64_t now)
{
	if (is_row(frame, CZ2_READ, 9, 1)) {
		begin(rhythm, now);
		return;
	}
	if (rhythm->start == INT64_MIN || now >= rhythm->end)
		return;
	if (is_row(frame, CZ2_WRITE, 9, 5)) {
		rhythm->closing = true;
	} else if (rhythm->closing && is_acknowledgement(frame)) {
		/* Once: what others say after it is no part of the burst. */
		rhythm->closing = false;
		rhythm->end = now + AFTER_MS;
	}
}

bool
rhythm_known(const struct rhythm *rhythm, int64_t now)
{
	return rhythm->start != INT64_MIN &&
	       now - rhythm->start < MISSED_MAX * rhythm->period + LATE_MS;
}

int64_t
rhythm_clear(const struct rhythm *rhythm, int room_ms, int64_t now)
{
	int64_t next;

	if (!rhythm_known(rhythm, now))
		return now;
	if (now < rhythm->end)
		return rhythm->end;
	next = rhythm->start + rhythm->period;
	while (next + LATE_MS <= now)
		next += rhythm->period;
	return now + room_ms <= next ? now : next + LATE_MS;
}

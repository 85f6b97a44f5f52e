/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Reads, writes and acknowledgements of others, put together again.
 */
#include "build.h"

#include "cz2d/bus/overhear.h"

#include <cz2/exchange.h>

enum { ACK_MS = 500 }; /* an overheard write is acknowledged within this */

void
overhear_init(struct overhear *overhear, const struct overhear_observer *observer)
{
	overhear->observer = *observer;
	overhear_reset(overhear);
}

void
overhear_reset(struct overhear *overhear)
{
	overhear->read.row = overhear->write.row = CZ2_ROW_NONE;
}

static enum cz2_row
row_of(uint8_t owner, const struct cz2_frame *frame)
{
	if (frame->length < CZ2_ROW_PREFIX)
		return CZ2_ROW_NONE;
	return cz2_row_find(owner, frame->payload[1], frame->payload[2]);
}

/* Who asks again may be answered by the reply to the first time. */
static void
hear_read(struct overhear *overhear, const struct cz2_frame *frame, int64_t now)
{
	enum cz2_row row = row_of(frame->destination, frame);

	if (row == overhear->read.row && frame->source == overhear->read.reader &&
	    now - overhear->read.time < CZ2_LATE_MS)
		return;
	overhear->read.row = row;
	overhear->read.reader = frame->source;
	overhear->read.time = now;
}

/* The reply may have been on its way for long when its question was not heard. */
static void
hear_row(struct overhear *overhear, const struct cz2_frame *frame, int64_t now)
{
	enum cz2_row row = row_of(frame->source, frame);
	int64_t asked = now - CZ2_LATE_MS;

	if (row == CZ2_ROW_NONE || cz2_row_info(row)->overhear == CZ2_OVERHEAR_NO)
		return;
	if (row == overhear->read.row && frame->destination == overhear->read.reader &&
	    overhear->read.time > asked) {
		asked = overhear->read.time;
		overhear->read.row = CZ2_ROW_NONE;
	}
	overhear->observer.overheard(overhear->observer.self, row, frame->payload, frame->length,
				     asked, now);
}

static void
hear_write(struct overhear *overhear, const struct cz2_frame *frame, int64_t now)
{
	enum cz2_row row = row_of(frame->destination, frame);

	if (row == CZ2_ROW_NONE || frame->length == CZ2_ROW_PREFIX)
		return;
	overhear->write.row = row;
	overhear->write.frame = *frame;
	overhear->write.time = now;
	overhear->observer.disturbed(overhear->observer.self, row, now);
}

/*
 * A write counts as content only if the wall unit itself made it and the owner
 * took it: the panel acknowledges values from others that it does not keep.
 */
static void
hear_acknowledgement(struct overhear *overhear, const struct cz2_frame *frame, int64_t now)
{
	const struct cz2_frame *write = &overhear->write.frame;
	enum cz2_row row = overhear->write.row;

	if (row == CZ2_ROW_NONE || frame->source != write->destination ||
	    frame->destination != write->source)
		return;
	overhear->write.row = CZ2_ROW_NONE;
	if (frame->payload[0] != 0 || now - overhear->write.time > ACK_MS ||
	    write->source != CZ2_ADDRESS_UI || cz2_row_info(row)->overhear != CZ2_OVERHEAR_WRITE)
		return;
	overhear->observer.overheard(overhear->observer.self, row, write->payload, write->length,
				     overhear->write.time, now);
}

void
overhear_frame(struct overhear *overhear, const struct cz2_frame *frame, int64_t now)
{
	if (frame->function == CZ2_READ)
		hear_read(overhear, frame, now);
	else if (frame->function == CZ2_WRITE)
		hear_write(overhear, frame, now);
	else if (frame->function == CZ2_REPLY && frame->length == 1)
		hear_acknowledgement(overhear, frame, now);
	else if (frame->function == CZ2_REPLY && frame->length > CZ2_ROW_PREFIX)
		hear_row(overhear, frame, now);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A script of requests, one after the other's answer. An answer that does not
 * come is given up, as nobody knows whether the real wall unit asks again.
 */
#include "build.h"

#include "cz2sim/talker.h"

#include <string.h>

enum {
	MS = 1000,
	BURST_PERIOD = 10000 * MS, /* captured */
	FIRST_BURST = 1000 * MS,
	GAP = 4 * MS,
	PATIENCE = 150 * MS,
	LINE_CHECK = 2 * MS,
	FOREIGN_ADDRESS = 11, /* the wall unit of a second system */
	/* One request and its answer on the average of five. */
	FOREIGN_BYTES = 32,
};

/* Reads of rows 1, 2 and 3, writes of 4 and 5. */
static const enum cz2_function burst_functions[TALKER_REQUESTS] = {CZ2_READ, CZ2_READ, CZ2_READ,
								   CZ2_WRITE, CZ2_WRITE};

void
talker_init_burst(struct talker *talker, int64_t now)
{
	*talker = (struct talker){
		.address = CZ2_ADDRESS_UI, .period = BURST_PERIOD, .next_round = now + FIRST_BURST};
}

void
talker_init_load(struct talker *talker, int percent, int64_t now)
{
	int64_t exchange = (int64_t)FOREIGN_BYTES * 1000 * MS / CZ2_BYTES_PER_SECOND;

	*talker = (struct talker){.address = FOREIGN_ADDRESS,
				  .jitter = true,
				  .period = percent > 0 ? exchange * 100 / percent : 0,
				  .next_round = now};
}

void
talker_hurry(struct talker *talker, int64_t now)
{
	if (!talker->running)
		talker->next_round = now;
}

int64_t
talker_wake(const struct talker *talker)
{
	if (talker->period == 0)
		return INT64_MAX;
	return talker->running ? talker->due : talker->next_round;
}

void
talker_wait(struct talker *talker, int64_t now)
{
	if (talker->running)
		talker->due = now + LINE_CHECK;
	else
		talker->next_round = now + LINE_CHECK;
}

static void
request_frame(const struct talker *talker, int row, enum cz2_function function,
	      const struct panel_row *content, struct cz2_frame *frame)
{
	frame->destination = CZ2_ADDRESS_PANEL;
	frame->source = talker->address;
	frame->function = (uint8_t)function;
	frame->length = CZ2_ROW_PREFIX;
	frame->payload[0] = 0;
	frame->payload[1] = CZ2_ADDRESS_PANEL;
	frame->payload[2] = (uint8_t)row;
	if (function != CZ2_WRITE)
		return;
	frame->length = content->length;
	memcpy(frame->payload, content->bytes, content->length);
}

static void
begin_round(struct talker *talker, struct chance *chance, int64_t now)
{
	int64_t period = talker->period;

	if (talker->jitter)
		period +=
			period / 3 - (int64_t)chance_below(chance, (unsigned)(period * 2 / 3 + 1));
	/* The burst keeps its beat even when it had to wait for the line. */
	talker->next_round = talker->jitter ? now + period : talker->next_round + period;
	if (talker->next_round <= now)
		talker->next_round = now + period;
	talker->running = true;
	talker->request = 0;
}

bool
talker_speak(struct talker *talker, const struct panel_row *dampers,
	     const struct panel_row *outputs, struct cz2_frame *frame, struct chance *chance,
	     bool *first, int64_t now)
{
	bool burst = !talker->jitter;
	int row;

	*first = !talker->running;
	if (*first)
		begin_round(talker, chance, now);
	talker->waiting = false;
	if (talker->request == (burst ? TALKER_REQUESTS : 1)) {
		talker->running = false;
		return false;
	}
	row = burst ? talker->request + 1 : 1 + (int)chance_below(chance, TALKER_REQUESTS);
	request_frame(talker, row, burst ? burst_functions[talker->request] : CZ2_READ,
		      row == 4 ? dampers : outputs, frame);
	talker->request++;
	talker->waiting = true;
	talker->due = now + PATIENCE;
	return true;
}

void
talker_heard(struct talker *talker, int64_t now)
{
	if (!talker->running || !talker->waiting)
		return;
	talker->waiting = false;
	talker->due = now + GAP;
}

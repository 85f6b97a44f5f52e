/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How good the line is of late: how fast the panel answers, and how much of the line's
 * time others take. Bounded: the newest replies, the last minute.
 */
#ifndef CZ2D_QUALITY_H
#define CZ2D_QUALITY_H

#include <stddef.h>
#include <stdint.h>

enum { QUALITY_REPLIES = 512, QUALITY_SECONDS = 60 };

/* All members are private. */
struct quality {
	int turnarounds[QUALITY_REPLIES]; /* ms, of the newest replies; a ring */
	unsigned replies;                 /* ever */
	struct {
		int64_t second;
		uint32_t bytes;
	} others[QUALITY_SECONDS]; /* what others sent in a second; by its number */
	int64_t begun;             /* when the link came; INT64_MIN: not yet */
};

void
quality_init(struct quality *quality);

/* The link came: what is said of the line is about this link. */
void
quality_begin(struct quality *quality, int64_t now);

/* The panel answered us so many ms after the end of our frame. */
void
quality_answered(struct quality *quality, int64_t turnaround_ms);

/* Others had a frame of so many bytes on the line. */
void
quality_heard(struct quality *quality, size_t bytes, int64_t now);

/* How many replies the percentiles are made of. */
int
quality_replies(const struct quality *quality);

/* The ms within which percent (1..100) of the newest replies came; -1: there were none. */
int
quality_percentile(const struct quality *quality, int percent);

/* Percent of the last minute's line time that others took; of less while the link is younger. */
double
quality_others_percent(const struct quality *quality, int64_t now);

#endif

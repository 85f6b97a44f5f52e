/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A ring of turnarounds, sorted when somebody asks, and a slot for each second of a
 * minute. A slot that is not of the last minute is an empty one.
 */
#include "build.h"

#include "cz2d/bus/quality.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/frame.h>

enum { SECOND_MS = 1000, TURNAROUND_MAX_MS = 60000 };

void
quality_init(struct quality *quality)
{
	memset(quality, 0, sizeof *quality);
	quality->begun = INT64_MIN;
}

void
quality_begin(struct quality *quality, int64_t now)
{
	quality_init(quality);
	quality->begun = now;
}

void
quality_answered(struct quality *quality, int64_t turnaround_ms)
{
	int *place = &quality->turnarounds[quality->replies % QUALITY_REPLIES];

	if (turnaround_ms < 0)
		return;
	*place = turnaround_ms < TURNAROUND_MAX_MS ? (int)turnaround_ms : TURNAROUND_MAX_MS;
	quality->replies++;
}

void
quality_heard(struct quality *quality, size_t bytes, int64_t now)
{
	int64_t second = now / SECOND_MS;
	size_t slot = (size_t)(second % QUALITY_SECONDS);

	if (quality->others[slot].second != second) {
		quality->others[slot].second = second;
		quality->others[slot].bytes = 0;
	}
	quality->others[slot].bytes += (uint32_t)bytes;
}

int
quality_replies(const struct quality *quality)
{
	return quality->replies < QUALITY_REPLIES ? (int)quality->replies : QUALITY_REPLIES;
}

static int
compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int
quality_percentile(const struct quality *quality, int percent)
{
	int sorted[QUALITY_REPLIES];
	int count = quality_replies(quality);

	if (count == 0)
		return -1;
	memcpy(sorted, quality->turnarounds, (size_t)count * sizeof sorted[0]);
	qsort(sorted, (size_t)count, sizeof sorted[0], compare);
	return sorted[(count * percent + 99) / 100 - 1];
}

double
quality_others_percent(const struct quality *quality, int64_t now)
{
	uint64_t bytes = 0;
	int64_t span;

	if (quality->begun == INT64_MIN || now <= quality->begun)
		return 0;
	span = now - quality->begun;
	for (int i = 0; i < QUALITY_SECONDS; i++)
		if (now / SECOND_MS - quality->others[i].second < QUALITY_SECONDS)
			bytes += quality->others[i].bytes;
	if (span > QUALITY_SECONDS * (int64_t)SECOND_MS)
		span = QUALITY_SECONDS * (int64_t)SECOND_MS;
	return (double)bytes * 100 * SECOND_MS / CZ2_BYTES_PER_SECOND / (double)span;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Talks in a small table; each has a start, and its n-th byte ends n byte times
 * later. Finished talks stay for a moment, because the byte that began beside
 * their last one has yet to be judged.
 */
#include "build.h"

#include "cz2sim/line.h"

#include <string.h>

#include <cz2/error.h>

enum { MICROSECONDS = 1000000, KEPT_AFTER_END = 5000 };

void
line_init(struct line *line, bool paced, struct chance *chance)
{
	memset(line, 0, sizeof *line);
	line->paced = paced;
	line->chance = chance;
	line->quiet_since = INT64_MIN / 2;
}

int64_t
line_time(const struct line *line, size_t bytes)
{
	if (!line->paced)
		return 0;
	return (int64_t)bytes * MICROSECONDS / CZ2_BYTES_PER_SECOND;
}

static int64_t
byte_start(const struct line *line, const struct line_talk *talk, size_t index)
{
	return talk->start + line_time(line, index);
}

static int64_t
talk_end(const struct line *line, const struct line_talk *talk)
{
	return byte_start(line, talk, talk->length);
}

static bool
unfinished(const struct line_talk *talk)
{
	return talk->used && talk->done < talk->length;
}

static struct line_talk *
free_talk(struct line *line)
{
	for (int i = 0; i < LINE_TALKS; i++)
		if (!line->talks[i].used)
			return &line->talks[i];
	return NULL;
}

static struct line_talk *
begin(struct line *line, int sender, const uint8_t *bytes, size_t length, int64_t start)
{
	struct line_talk *talk = free_talk(line);

	if (talk == NULL)
		return NULL;
	memset(talk, 0, sizeof *talk);
	talk->used = true;
	talk->sender = sender;
	talk->order = line->orders++;
	talk->start = start;
	talk->length = length;
	memcpy(talk->bytes, bytes, length);
	return talk;
}

int
line_say(struct line *line, const uint8_t *bytes, size_t length, int64_t start,
	 const struct line_label *label)
{
	struct line_talk *talk = begin(line, LINE_BUS, bytes, length, start);

	if (talk == NULL)
		return CZ2_EBUSY;
	talk->label = *label;
	memcpy(talk->heard, label->prior, label->prior_size);
	talk->heard_length = label->prior_size;
	return 0;
}

/* The talk after which this sender's next byte comes. */
static struct line_talk *
latest_of(struct line *line, int sender)
{
	struct line_talk *latest = NULL;

	for (int i = 0; i < LINE_TALKS; i++) {
		struct line_talk *talk = &line->talks[i];

		if (unfinished(talk) && talk->sender == sender &&
		    (latest == NULL || talk->order > latest->order))
			latest = talk;
	}
	return latest;
}

size_t
line_send(struct line *line, int sender, const uint8_t *bytes, size_t length, int64_t now)
{
	struct line_talk *latest = latest_of(line, sender);
	size_t room = latest != NULL ? LINE_BYTES - latest->length : 0;
	size_t taken = length < room ? length : room;
	int64_t start = now;

	if (latest != NULL) {
		memcpy(latest->bytes + latest->length, bytes, taken);
		latest->length += taken;
		start = talk_end(line, latest);
	}
	while (taken < length) {
		size_t part = length - taken < LINE_BYTES ? length - taken : LINE_BYTES;
		struct line_talk *talk = begin(line, sender, bytes + taken, part, start);

		if (talk == NULL)
			break;
		start = talk_end(line, talk);
		taken += part;
	}
	return taken;
}

size_t
line_waiting(const struct line *line, int sender)
{
	size_t waiting = 0;

	for (int i = 0; i < LINE_TALKS; i++)
		if (unfinished(&line->talks[i]) && line->talks[i].sender == sender)
			waiting += line->talks[i].length - line->talks[i].done;
	return waiting;
}

void
line_hush(struct line *line, int sender)
{
	for (int i = 0; i < LINE_TALKS; i++)
		if (unfinished(&line->talks[i]) && line->talks[i].sender == sender)
			line->talks[i].used = false;
}

/* The unfinished talk whose next byte ends first. */
static int
first_to_end(const struct line *line, int64_t *time)
{
	int first = -1;

	for (int i = 0; i < LINE_TALKS; i++) {
		const struct line_talk *talk = &line->talks[i];
		int64_t end;

		if (!unfinished(talk))
			continue;
		end = byte_start(line, talk, talk->done + 1);
		if (first >= 0 &&
		    (end > *time || (end == *time && talk->order > line->talks[first].order)))
			continue;
		first = i;
		*time = end;
	}
	return first;
}

int64_t
line_wake(const struct line *line)
{
	int64_t time;

	return first_to_end(line, &time) >= 0 ? time : INT64_MAX;
}

static bool
earlier(const struct line_talk *one, const struct line_talk *other)
{
	return one->start < other->start ||
	       (one->start == other->start && one->order < other->order);
}

/* Judges the byte in this interval against all other talks. */
static void
overlap(struct line *line, const struct line_talk *talk, int64_t from, int64_t to,
	struct line_event *event)
{
	for (int i = 0; i < LINE_TALKS; i++) {
		const struct line_talk *other = &line->talks[i];

		if (!other->used || other == talk || other->start >= to ||
		    talk_end(line, other) <= from)
			continue;
		event->overlapped = true;
		event->swallowed |= earlier(other, talk);
	}
	if (event->overlapped)
		event->byte ^= (uint8_t)(1 + chance_below(line->chance, 255));
}

static void
forget_old(struct line *line, int64_t now)
{
	for (int i = 0; i < LINE_TALKS; i++) {
		struct line_talk *talk = &line->talks[i];

		if (talk->used && talk->done == talk->length &&
		    talk_end(line, talk) < now - (line->paced ? KEPT_AFTER_END : -1))
			talk->used = false;
	}
}

bool
line_step(struct line *line, int64_t now, struct line_event *event)
{
	int64_t time = 0;
	int first = first_to_end(line, &time);
	struct line_talk *talk;

	forget_old(line, now);
	if (first < 0 || time > now)
		return false;
	talk = &line->talks[first];
	*event = (struct line_event){.time = time,
				     .talk = talk,
				     .meant = talk->bytes[talk->done],
				     .byte = talk->bytes[talk->done]};
	overlap(line, talk, byte_start(line, talk, talk->done), time, event);
	talk->done++;
	talk->overlapped |= event->overlapped;
	if (!event->swallowed)
		talk->heard[talk->heard_length++] = event->byte;
	event->last = talk->done == talk->length;
	line->quiet_since = time;
	return true;
}

bool
line_promised(const struct line *line)
{
	for (int i = 0; i < LINE_TALKS; i++)
		if (unfinished(&line->talks[i]) && line->talks[i].sender == LINE_BUS)
			return true;
	return false;
}

bool
line_busy(const struct line *line, int64_t now, int64_t quiet)
{
	for (int i = 0; i < LINE_TALKS; i++)
		if (unfinished(&line->talks[i]) && line->talks[i].start <= now)
			return true;
	return now < line->quiet_since + quiet;
}

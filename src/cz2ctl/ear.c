/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bytes from the link through the library's reader. What they mean is left to others.
 */
#include "build.h"

#include "cz2ctl/ear.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "link/link.h"
#include "link/noise.h"

enum {
	READ_SIZE = 512,
	READS_MAX = 16,
	/* A longer silence ends a frame: adapters and bridges hold bytes back, but not longer. */
	FRAME_GAP_MS = 40,
	FRAME_GAP_BRIDGE_MS = 150,
};

struct ear {
	struct link *link;
	struct cz2_reader reader;
	struct noise noise;
	unsigned generation; /* of the link that the reader hears */
	int64_t begun, last_byte;
	ear_heard heard;
	void *self;
};

static void
tell(const struct ear *ear, enum event_kind kind, const uint8_t *bytes, size_t length, int64_t now)
{
	struct event event = {.kind = kind,
			      .time_us = clock_wall_us_of(now),
			      .at_ms = now - ear->begun,
			      .length = length};

	memcpy(event.bytes, bytes, length);
	ear->heard(ear->self, &event);
}

static void
on_noise(void *self, const uint8_t *bytes, size_t length, int64_t now)
{
	tell(self, EVENT_NOISE, bytes, length, now);
}

struct ear *
ear_new(const char *link, ear_heard heard, void *self)
{
	struct ear *ear = mem_new(1, sizeof *ear);

	/* What becomes of the link is told by whoever listens. */
	log_init(LOG_LEVEL_ERROR, true);
	ear->link = link_new(link);
	ear->begun = ear->last_byte = clock_now();
	ear->heard = heard;
	ear->self = self;
	cz2_reader_init(&ear->reader);
	noise_init(&ear->noise, on_noise, ear);
	return ear;
}

struct ear *
ear_free(struct ear *ear)
{
	if (ear == NULL)
		return NULL;
	link_free(ear->link);
	free(ear);
	return NULL;
}

static void
take_frames(struct ear *ear, int64_t now)
{
	struct cz2_frame frame;
	bool found;

	do {
		found = cz2_reader_next(&ear->reader, &frame);
		noise_heard(&ear->noise, &ear->reader, now);
		if (found) {
			uint8_t bytes[CZ2_FRAME_MAX];

			noise_end(&ear->noise);
			tell(ear, EVENT_FRAME, bytes, cz2_frame_encode(&frame, bytes), now);
		}
	} while (found);
}

/* What is unfinished will not be finished. */
static void
be_silent(struct ear *ear, int64_t now)
{
	cz2_reader_idle(&ear->reader);
	take_frames(ear, now);
	noise_end(&ear->noise);
}

static int64_t
silent_from(const struct ear *ear)
{
	bool bridge = link_kind(ear->link)->slow_frames;

	if (!cz2_reader_pending(&ear->reader))
		return INT64_MAX;
	return ear->last_byte + (bridge ? FRAME_GAP_BRIDGE_MS : FRAME_GAP_MS) + 1;
}

static void
read_all(struct ear *ear, int64_t now)
{
	uint8_t bytes[READ_SIZE];

	for (int i = 0; i < READS_MAX; i++) {
		size_t length = link_read(ear->link, bytes, sizeof bytes, now), taken = 0;

		if (length == 0)
			break;
		ear->last_byte = now;
		while (taken < length) {
			taken += cz2_reader_feed(&ear->reader, bytes + taken, length - taken);
			take_frames(ear, now);
		}
	}
	if (now >= silent_from(ear))
		be_silent(ear, now);
}

static void
wait(const struct ear *ear, int wait_ms)
{
	bool opening = link_state(ear->link) == LINK_OPENING;
	struct pollfd poll_for = {.fd = link_fd(ear->link), .events = opening ? POLLOUT : POLLIN};
	int64_t now = clock_now();
	int64_t until = clock_earlier(now + wait_ms, link_wake(ear->link));

	until = clock_earlier(until, silent_from(ear));
	poll(&poll_for, 1, until > now ? (int)(until - now) : 0);
}

void
ear_listen(struct ear *ear, int wait_ms)
{
	int64_t now;

	wait(ear, wait_ms);
	now = clock_now();
	link_step(ear->link, now);
	if (link_generation(ear->link) != ear->generation) {
		ear->generation = link_generation(ear->link);
		be_silent(ear, now);
	}
	read_all(ear, now);
}

bool
ear_is_open(const struct ear *ear)
{
	return link_state(ear->link) == LINK_OPEN;
}

bool
ear_has_failed(const struct ear *ear)
{
	return link_tried(ear->link) && link_generation(ear->link) == 0;
}

const char *
ear_why(const struct ear *ear)
{
	return link_why(ear->link);
}

const char *
ear_kind(const struct ear *ear)
{
	return link_kind(ear->link)->name;
}

bool
ear_swapped(const struct ear *ear)
{
	return cz2_reader_swapped(&ear->reader);
}

const struct cz2_reader_counters *
ear_counters(const struct ear *ear)
{
	return cz2_reader_counters(&ear->reader);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What was on the line at a moment, and the line of JSON that the daemon tells it by and a
 * capture keeps it as.
 */
#ifndef CZ2CTL_EVENT_H
#define CZ2CTL_EVENT_H

#include <cz2/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum event_kind {
	EVENT_FRAME, /* a good one */
	EVENT_NOISE, /* bytes that belong to none */
	EVENT_LOST,  /* we were too slow for so many of the others */
};

enum {
	EVENT_BYTES_MAX = CZ2_FRAME_MAX,
	EVENT_LINE_MAX = 1024, /* of JSON, without its end */
};

struct event {
	enum event_kind kind;
	bool out;        /* the daemon sent it */
	int64_t time_us; /* since 1970 in UTC */
	int64_t at_ms;   /* since we began to listen */
	size_t length;
	uint8_t bytes[EVENT_BYTES_MAX];
	int64_t count; /* of EVENT_LOST */
};

/* False when the line is none of ours. */
bool
event_read(struct event *event, const char *line, size_t length);

/* With an end of line. */
void
event_write(const struct event *event, FILE *to);

/* Of noise: how many frames in it have nothing wrong but their checksum. */
int
event_checksum_errors(const struct event *event);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One half-duplex line at 9600 baud, shared by all who talk: which byte is on
 * it at which microsecond, and what is left of bytes that overlap. The moment of
 * each byte is computed from the start of its talk, so nothing accumulates.
 */
#ifndef CZ2SIM_LINE_H
#define CZ2SIM_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cz2/frame.h>

#include "cz2sim/chance.h"
#include "cz2sim/record.h"

enum {
	LINE_TALKS = 64,
	LINE_BYTES = 512, /* in one talk */
	LINE_BUS = 0,     /* a sender that is no client */
};

/* What to remember of a talk when it ends; not used for those of clients. */
struct line_label {
	enum record_direction direction;
	int client; /* whom it answers, 0 nobody */
	char note[RECORD_NOTE_SIZE];
	uint8_t meant[CZ2_FRAME_MAX];
	size_t meant_size; /* 0: no frame, only noise */
	/* What of it was said in a talk before. */
	uint8_t prior[CZ2_FRAME_MAX];
	size_t prior_size;
};

/* Something said without a pause. */
struct line_talk {
	bool used;
	int sender; /* a client, or LINE_BUS */
	uint64_t order;
	int64_t start;
	size_t length, done;
	bool overlapped;
	uint8_t bytes[LINE_BYTES];
	uint8_t heard[LINE_BYTES + CZ2_FRAME_MAX];
	size_t heard_length;
	struct line_label label;
};

/* A byte has come to its end. */
struct line_event {
	int64_t time;
	const struct line_talk *talk;
	uint8_t meant;  /* what the sender sent */
	uint8_t byte;   /* what the others hear */
	bool swallowed; /* nothing of it: drowned by who began earlier */
	bool overlapped;
	bool last; /* of its talk */
};

struct line {
	bool paced;
	struct chance *chance;
	uint64_t orders;
	struct line_talk talks[LINE_TALKS];
	int64_t quiet_since;
};

void
line_init(struct line *line, bool paced, struct chance *chance);

/* Microseconds that so many bytes take. */
int64_t
line_time(const struct line *line, size_t bytes);

/* Says bytes (at most LINE_BYTES) from start on. CZ2_EBUSY: too much is said already. */
int
line_say(struct line *line, const uint8_t *bytes, size_t length, int64_t start,
	 const struct line_label *label);

/*
 * A client's bytes, right behind what it is still saying. Returns how many were
 * taken.
 */
size_t
line_send(struct line *line, int sender, const uint8_t *bytes, size_t length, int64_t now);

/* How many bytes of a client wait to be said. */
size_t
line_waiting(const struct line *line, int sender);

/* Takes back what this sender has not said yet. */
void
line_hush(struct line *line, int sender);

/* The next byte's end; INT64_MAX when all is quiet. */
int64_t
line_wake(const struct line *line);

/* The next byte that has ended by now; false when there is none. talk is valid until then. */
bool
line_step(struct line *line, int64_t now, struct line_event *event);

/* True when the bus has still something to say, now or later. */
bool
line_promised(const struct line *line);

/* True when somebody talks now, or talked less than so many microseconds ago. */
bool
line_busy(const struct line *line, int64_t now, int64_t quiet);

#endif

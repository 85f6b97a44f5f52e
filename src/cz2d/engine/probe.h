/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One raw request: a row of any device, known or not, read as it is; or written whole,
 * onto what its writer has seen and nothing else. Says which request comes next and takes
 * its result, as a turn does.
 *
 *   READ --a read--> DONE
 *     |  --not as expected, or as wished already--> DONE
 *     '--as expected--> WRITE --sent once, whatever comes back--> CHECK --> DONE
 */
#ifndef CZ2D_PROBE_H
#define CZ2D_PROBE_H

#include <cz2/exchange.h>

struct model;
struct outcome;

struct probe_wish {
	uint8_t device, table, row;
	uint8_t length; /* of what is to be written, prefix included; 0: only read */
	uint8_t bytes[CZ2_ROW_SIZE_MAX];
	uint8_t expected[CZ2_ROW_SIZE_MAX]; /* what the row holds before, of the same length */
};

enum probe_state { PROBE_READ, PROBE_WRITE, PROBE_WRITING, PROBE_CHECK, PROBE_DONE };

/* All members are private. */
struct probe {
	struct probe_wish wish;
	struct model *model;
	enum cz2_row known; /* CZ2_ROW_NONE: the row is in no table of ours */
	int attempts;       /* sends of each read */
	int64_t gap_ms;     /* of bus.gap_ms */
	int64_t started, deadline;
	int64_t settled; /* when the last reply came, or until when its row is held at least */
	enum probe_state state;
	int tries, reads;
	int error;
	bool sent, acknowledged, refused;
	bool missed; /* a read since the write did not show it */
	int64_t written;
	struct cz2_image before, after; /* the write */
	int transactions, bytes, sends;
};

/* The tables of which nobody writes a row: their devices rely on whom they belong to. */
bool
probe_may_write(const struct probe_wish *wish);

/* True when a row that shows image shows each byte that the wish changes. */
bool
probe_shown(const struct probe_wish *wish, const struct cz2_image *image);

void
probe_begin(struct probe *probe, const struct probe_wish *wish, struct model *model, int attempts,
	    int64_t gap_ms, int64_t deadline, int64_t now);

/*
 * The next request, of one send, and the time that must be left before the panel's burst;
 * false when it is over. blocked: CZ2_OK, or why nothing may be written now.
 */
bool
probe_next(struct probe *probe, int blocked, int64_t now, struct cz2_request *request,
	   int *room_ms);

/* True from the read that a write rests upon until it has been read back: nobody comes between. */
bool
probe_is_writing(const struct probe *probe);

/* True when the request under way is a write of this row; of any for CZ2_ROW_NONE. */
bool
probe_writes(const struct probe *probe, enum cz2_row row);

/* True when the request under way is a write, and the reply, with a row in it, shows that row
 * otherwise than it is to be written upon. */
bool
probe_contradicted(const struct probe *probe, const struct cz2_frame *reply);

/* True when nothing more is to be asked. */
bool
probe_is_over(const struct probe *probe);

/* The write under way has left. */
void
probe_sent(struct probe *probe, int64_t now);

void
probe_result(struct probe *probe, const struct cz2_result *result, int64_t now);

/* Nothing more is asked: what was not seen to its end fails with error. */
void
probe_abort(struct probe *probe, int error);

/* Once it is over. */
void
probe_outcome(const struct probe *probe, struct outcome *outcome);

#endif

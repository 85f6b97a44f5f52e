/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One turn of changing the panel: the commands that are carried out together,
 * as read, edit, write, read back. Says which request comes next and takes its
 * result; the engine carries the requests.
 *
 *   READ --> EDIT --nothing differs--> DONE
 *              |
 *              +--write--> acknowledged --> CHECK --as wished--> DONE
 *              ^       no answer, refused --> RESOLVE            |
 *              |                             |                   |
 *              +---------- not as wished, at most 3 writes ------+
 *
 * Each row goes through this; rows to write first, then what is to be checked.
 */
#ifndef CZ2D_TURN_H
#define CZ2D_TURN_H

#include <cz2/command.h>
#include <cz2/exchange.h>

#include "cz2d/engine/members.h"

struct outcome;
struct model;

enum { TURN_WRITES_MAX = 3 }; /* rounds of each row */

struct turn_config {
	int64_t guard_ms; /* of command.guard_ms */
	int64_t gap_ms;   /* of bus.gap_ms */
	int64_t doubt_ms; /* a reply may answer a request that is older by so much */
	int attempts;     /* sends of each read */
};

enum turn_row_state {
	TURN_UNTOUCHED,
	TURN_READ,    /* a copy to write onto is needed */
	TURN_EDIT,    /* base is that copy */
	TURN_WRITING, /* the write waits for the line, or is under way */
	TURN_RESOLVE, /* no answer, or a refusal: look before anything else is written */
	TURN_CHECK,   /* written: to be read back */
	TURN_DONE,
};

/* All members are private. */
struct turn {
	struct turn_config config;
	struct model *model;
	struct members members;
	int64_t started;
	bool open;      /* nothing was edited yet: others may join */
	int error;      /* ended the whole turn */
	int transactions, bytes, attempts;
	struct turn_row {
		enum cz2_row row; /* CZ2_ROW_NONE: nobody has named one at this place */
		enum turn_row_state state;
		struct cz2_image base; /* as last read in this turn */
		struct cz2_image expected; /* as last known, or as we wrote it */
		bool confirmed;            /* base is as expected, or was read twice */
		struct cz2_image before; /* base of the first write */
		int64_t received; /* when base arrived, however old its content may be, ... */
		int64_t settled;  /* or until when its row is held at least; for a copy that
				   * the model had, both are when that was asked for */
		int64_t decided;       /* when the last write was, whether or not it left */
		int64_t written;       /* ... of the last that left; INT64_MIN none */
		int reads, writes;
		int acknowledged; /* of the writes */
		bool refused;     /* the last of them */
		bool needed; /* to judge another row, whether or not a member names it */
	} rows[CZ2_COMMAND_ROWS], *current; /* by place, see cz2_row_place() */
};

void
turn_begin(struct turn *turn, const struct turn_config *config, struct model *model, int64_t now);

/* False when the member cannot be part of this turn: it waits for the next one. */
bool
turn_join(struct turn *turn, struct member *member);

/* The member was answered meanwhile; nothing more is written for it. */
void
turn_leave(struct turn *turn, struct member *member);

/*
 * The next request, and the time that must be left before the panel's burst;
 * false when the turn is over. blocked: CZ2_OK, or why nothing may be written now.
 */
bool
turn_next(struct turn *turn, int blocked, int64_t now, struct cz2_request *request, int *room_ms);

/* True when the request under way is a write of this row; of any for CZ2_ROW_NONE. */
bool
turn_writes(const struct turn *turn, enum cz2_row row);

/* The write under way has left: whoever is answered before its result was written for. */
void
turn_sent(struct turn *turn);

/* Nothing more is sent: whose rows were not seen through fails with error. */
void
turn_abort(struct turn *turn, int error);

void
turn_result(struct turn *turn, const struct cz2_result *result, int64_t now);

/* Once the turn is over, or for a member that has to be answered before. */
void
turn_outcome(const struct turn *turn, const struct member *member,
	     struct outcome *outcome);

#endif

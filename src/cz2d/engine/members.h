/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The commands that share a turn: what they want of a row together, and which of
 * them a row satisfies. Knows nothing of requests.
 */
#ifndef CZ2D_MEMBERS_H
#define CZ2D_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include <cz2/command.h>

enum { MEMBERS_MAX = 640 }; /* as many as the queue holds */

/* A command in a turn. Owned by the engine. */
struct member {
	struct cz2_command command;
	int64_t accepted, deadline;
	int error; /* CZ2_OK while all is well */
	struct cz2_problem problem;
	bool sent; /* a write frame that carried it left */
};

/* In the order of joining. All members of the struct are private. */
struct members {
	struct member *list[MEMBERS_MAX];
	int count;
	struct cz2_command merged; /* of all that joined, whatever became of them */
	int64_t latest;            /* when the youngest was accepted */
};

void
members_clear(struct members *members);

/* False when its command contradicts one that has joined. */
bool
members_join(struct members *members, struct member *member);

void
members_leave(struct members *members, struct member *member);

/* True when they name a setpoint of a zone that neither they nor state hold. */
bool
members_unheld(const struct members *members, const struct cz2_values *state);

/*
 * What follows is about members that have neither failed nor left and that name
 * something in the row.
 */

bool
members_want(const struct members *members, enum cz2_row row);

/* True when the image shows all that they name. */
bool
members_shown(const struct members *members, enum cz2_row row, const struct cz2_image *image);

/*
 * The same, but a setpoint of a zone that neither they nor state (NULL: not asked for)
 * hold may be missing: the schedule may have taken it back already. error (unless
 * CZ2_OK) goes to those whom the image does not satisfy.
 */
bool
members_satisfied(const struct members *members, enum cz2_row row, const struct cz2_image *image,
		  const struct cz2_values *state, int error);

void
members_fail(const struct members *members, enum cz2_row row, int error);

/* Applies them one after another; one that breaks a rule fails alone. */
void
members_edit(const struct members *members, enum cz2_row row, uint8_t *bytes, size_t length,
	     int64_t now);

/* A write of the row left: whoever the copy below it did not show has been sent. */
void
members_sent(const struct members *members, enum cz2_row row, const struct cz2_image *base);

/* INT64_MAX when there are none. */
int64_t
members_first_deadline(const struct members *members, enum cz2_row row);

int64_t
members_last_deadline(const struct members *members, enum cz2_row row);

#endif

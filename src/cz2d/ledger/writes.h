/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What we wrote, or may have written before a restart, and no read has shown yet: a value that
 * it named is no news, and counts at once.
 */
#ifndef CZ2D_WRITES_H
#define CZ2D_WRITES_H

#include <cz2/state.h>

struct belief;

enum { WRITES_MAX = 32 };

struct write {
	int64_t time; /* when it left, or was recalled after a restart, monotonic ms */
	bool live;    /* it left in this life */
	struct cz2_values named;
};

struct writes {
	struct write sent[WRITES_MAX]; /* the newest last; what names nothing is a free place */
};

void
writes_init(struct writes *writes);

/*
 * One more; where there are too many, the oldest is forgotten. The values that it names are
 * to be filled in; all are unknown.
 */
struct cz2_values *
writes_add(struct writes *writes, int64_t now, bool live);

/* True when one named this value of a slot (cz2_slot()): it, and those before, explain no more. */
bool
writes_explain(struct writes *writes, int slot, int value);

/*
 * Another value than the believed one was shown: it may be what the panel made of one that was
 * named for the slot in this life.
 */
bool
writes_may_have_made(const struct writes *writes, int slot, const struct belief *belief);

/* What came of those up to then was seen: they explain no later change of the slot. */
void
writes_forget(struct writes *writes, int slot, int64_t until);

/*
 * A read at this time has left the slot in no doubt: what left some seconds before it, and has
 * not shown, was not kept, or was taken back at once.
 */
void
writes_expire(struct writes *writes, int slot, int64_t time);

#endif

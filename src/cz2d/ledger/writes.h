/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What we wrote and no read has shown yet: a value that it named is no news, and counts at once.
 */
#ifndef CZ2D_WRITES_H
#define CZ2D_WRITES_H

#include <cz2/state.h>

struct belief;

enum { WRITES_MAX = 32 };

struct writes {
	struct {
		int64_t time; /* when it left, monotonic ms */
		bool live;    /* in this life */
		struct cz2_values named;
	} sent[WRITES_MAX];
	int next;
};

void
writes_init(struct writes *writes);

/*
 * One more, in place of the oldest where there are too many. The values that it names are
 * to be filled in; all are unknown.
 */
struct cz2_values *
writes_add(struct writes *writes, int64_t now, bool live);

/* True when one named this value of a slot (cz2_slot()): it, and those before, explain no more. */
bool
writes_explain(struct writes *writes, int slot, int value);

/* What the panel shows instead of the believed value is what it made of one in this life. */
bool
writes_may_have_made(const struct writes *writes, int slot, const struct belief *belief);

/* What came of those up to then was seen: they explain no later change of the slot. */
void
writes_forget(struct writes *writes, int slot, int64_t until);

/* At a time at which the slot is in no doubt: what did not show by then was not kept. */
void
writes_expire(struct writes *writes, int slot, int64_t now);

#endif

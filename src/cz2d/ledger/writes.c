/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/ledger/writes.h"

#include <cz2/command.h>

#include "base/clock.h"
#include "cz2d/ledger/belief.h"

enum { SETTLED_MS = 5000 }; /* a write that does not show by then was not kept */

void
writes_init(struct writes *writes)
{
	*writes = (struct writes){.next = 0};
	for (int i = 0; i < WRITES_MAX; i++)
		cz2_values_clear(&writes->sent[i].named);
}

static bool
is_settled(const struct cz2_values *named)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (named->at[slot] != CZ2_UNKNOWN)
			return false;
	return true;
}

/* A place whose write is settled; where none is, the oldest. */
static int
next_place(const struct writes *writes)
{
	for (int i = 0; i < WRITES_MAX; i++) {
		int place = (writes->next + i) % WRITES_MAX;

		if (is_settled(&writes->sent[place].named))
			return place;
	}
	return writes->next;
}

struct cz2_values *
writes_add(struct writes *writes, int64_t now, bool live)
{
	int place = next_place(writes);

	writes->next = (place + 1) % WRITES_MAX;
	writes->sent[place].time = now;
	writes->sent[place].live = live;
	cz2_values_clear(&writes->sent[place].named);
	return &writes->sent[place].named;
}

static bool
is_met(int slot, int named, int value)
{
	if (named == CZ2_UNKNOWN)
		return false;
	if (slot == CZ2_ALL && named == CZ2_ALL_ON)
		return value > 0;
	return named == value;
}

bool
writes_explain(struct writes *writes, int slot, int value)
{
	int64_t newest = INT64_MIN;

	for (int i = 0; i < WRITES_MAX; i++)
		if (is_met(slot, writes->sent[i].named.at[slot], value))
			newest = clock_later(newest, writes->sent[i].time);
	if (newest == INT64_MIN)
		return false;
	writes_forget(writes, slot, newest);
	return true;
}

/* Not what was there before it, nor what came long after the old value had still been shown. */
static bool
can_come_of(const struct belief *belief, int64_t sent)
{
	if (belief->since < sent)
		return false;
	return belief->shown <= sent || belief->since < sent + SETTLED_MS;
}

bool
writes_may_have_made(const struct writes *writes, int slot, const struct belief *belief)
{
	for (int i = 0; i < WRITES_MAX; i++)
		if (writes->sent[i].live && writes->sent[i].named.at[slot] != CZ2_UNKNOWN &&
		    can_come_of(belief, writes->sent[i].time))
			return true;
	return false;
}

void
writes_forget(struct writes *writes, int slot, int64_t until)
{
	for (int i = 0; i < WRITES_MAX; i++)
		if (writes->sent[i].time <= until)
			writes->sent[i].named.at[slot] = CZ2_UNKNOWN;
}

void
writes_expire(struct writes *writes, int slot, int64_t now)
{
	writes_forget(writes, slot, now - SETTLED_MS);
}

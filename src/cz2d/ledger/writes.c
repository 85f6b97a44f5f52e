/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/ledger/writes.h"

#include <string.h>

#include <cz2/command.h>

#include "base/clock.h"
#include "cz2d/ledger/belief.h"

enum { SETTLED_MS = 5000 }; /* a write that does not show by then was not kept */

void
writes_init(struct writes *writes)
{
	*writes = (struct writes){.sent = {{.time = 0}}};
	for (int i = 0; i < WRITES_MAX; i++)
		cz2_values_clear(&writes->sent[i].named);
}

static bool
names_nothing(const struct cz2_values *named)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (named->at[slot] != CZ2_UNKNOWN)
			return false;
	return true;
}

/* The first free place; where none is, the oldest. */
static int
place_to_reuse(const struct writes *writes)
{
	for (int i = 0; i < WRITES_MAX; i++)
		if (names_nothing(&writes->sent[i].named))
			return i;
	return 0;
}

struct cz2_values *
writes_add(struct writes *writes, int64_t now, bool live)
{
	int place = place_to_reuse(writes);
	struct write *sent = &writes->sent[place], *newest = &writes->sent[WRITES_MAX - 1];

	memmove(sent, sent + 1, (size_t)(newest - sent) * sizeof *sent);
	newest->time = now;
	newest->live = live;
	cz2_values_clear(&newest->named);
	return &newest->named;
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
writes_expire(struct writes *writes, int slot, int64_t time)
{
	writes_forget(writes, slot, time - SETTLED_MS);
}

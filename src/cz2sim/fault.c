/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of kinds, the faults that wait for their request, and the dice.
 */
#include "build.h"

#include "cz2sim/fault.h"

#include <string.h>

#include <cz2/error.h>

static const struct fault_info infos[FAULT_KINDS] = {
	[FAULT_FLIP_REQUEST] = {"flip-request", {{0}}},
	[FAULT_DROP_BYTE_REQUEST] = {"drop-byte-request", {{0}}},
	[FAULT_LOSE_REQUEST] = {"lose-request", {{0}}},
	[FAULT_FLIP_REPLY] = {"flip-reply", {{0}}},
	[FAULT_DROP_BYTE_REPLY] = {"drop-byte-reply", {{0}}},
	[FAULT_LOSE_REPLY] = {"lose-reply", {{0}}},
	[FAULT_LATE_REPLY] = {"late-reply", {{"ms", 400, 0, 60000}}},
	[FAULT_DOUBLE_REPLY] = {"double-reply", {{"ms", 5, 0, 60000}}},
	[FAULT_SPLIT_REPLY] = {"split-reply", {{"ms", 60, 0, 60000}}},
	[FAULT_TRUNCATE_REPLY] = {"truncate-reply", {{"bytes", FAULT_UNSET, 0, 265}}},
	[FAULT_FOREIGN_REPLY] = {"foreign-reply",
				 {{"to", 1, 0, 255}, {"from", FAULT_UNSET, 0, 255}}},
	[FAULT_WRONG_ROW] = {"wrong-row", {{0}}},
	[FAULT_WRONG_LENGTH] = {"wrong-length", {{"by", 1, -8, 8}}},
	[FAULT_ERROR_REPLY] = {"error-reply", {{0}}},
	[FAULT_NACK] = {"nack", {{"code", 1, 1, 255}}},
	[FAULT_NOT_KEPT] = {"not-kept", {{0}}},
	[FAULT_GARBAGE] = {"garbage", {{"bytes", 20, 1, 256}}},
	[FAULT_SILENCE] = {"silence", {{"ms", 1000, 0, 3600000}}},
	[FAULT_HANG_UP] = {"hang-up", {{0}}},
	[FAULT_TWIN] = {"twin", {{"address", FAULT_UNSET, 10, 255}}},
	[FAULT_WALL_EDIT] = {"wall-edit", {{0}}},
};

/* kind: what one throw for a frame brings about; FAULT_KINDS: thrown for each byte. */
static const struct {
	const char *name;
	enum fault_kind kind;
} rates[FAULT_RATES] = {
	[RATE_FLIP] = {"flip", FAULT_KINDS},
	[RATE_DROP] = {"drop", FAULT_KINDS},
	[RATE_LOSE_REQUEST] = {"lose-request", FAULT_LOSE_REQUEST},
	[RATE_LOSE_REPLY] = {"lose-reply", FAULT_LOSE_REPLY},
	[RATE_LATE_REPLY] = {"late-reply", FAULT_LATE_REPLY},
	[RATE_DOUBLE_REPLY] = {"double-reply", FAULT_DOUBLE_REPLY},
	[RATE_GARBAGE] = {"garbage", FAULT_GARBAGE},
};

static const struct wall_edit untouched = {WALL_KEEP, WALL_KEEP, WALL_KEEP, WALL_KEEP, WALL_KEEP,
					   WALL_KEEP, WALL_KEEP, WALL_KEEP, WALL_KEEP};

void
faults_init(struct faults *faults, struct chance *chance)
{
	memset(faults, 0, sizeof *faults);
	faults->chance = chance;
}

const struct fault_info *
fault_info(enum fault_kind kind)
{
	return &infos[kind];
}

enum fault_kind
fault_find(const char *name)
{
	int kind = 0;

	while (kind < FAULT_KINDS && strcmp(infos[kind].name, name) != 0)
		kind++;
	return (enum fault_kind)kind;
}

const char *
fault_rate_name(enum fault_rate rate)
{
	return rates[rate].name;
}

struct fault
fault_new(enum fault_kind kind)
{
	struct fault fault = {
		.kind = kind, .filter = {-1, -1, -1, -1}, .nth = 1, .count = 1, .edit = untouched};

	for (int i = 0; i < FAULT_PARAMETERS; i++)
		fault.parameters[i] = infos[kind].parameters[i].preset;
	return fault;
}

int
faults_add(struct faults *faults, const struct fault *fault)
{
	if (faults->count == FAULTS_MAX)
		return CZ2_EBUSY;
	faults->list[faults->count] = *fault;
	faults->list[faults->count++].id = ++faults->last_id;
	return faults->last_id;
}

void
faults_clear(struct faults *faults)
{
	faults->count = 0;
}

static bool
fits(int wanted, int value)
{
	return wanted < 0 || wanted == value;
}

static bool
filter_fits(const struct fault_filter *filter, const struct fault_filter *request)
{
	return fits(filter->function, request->function) && fits(filter->table, request->table) &&
	       fits(filter->row, request->row) && fits(filter->source, request->source);
}

static void
plan_fault(struct fault_plan *plan, const struct fault *fault)
{
	plan->kinds |= 1U << fault->kind;
	memcpy(plan->parameters[fault->kind], fault->parameters, sizeof fault->parameters);
	if (fault->kind == FAULT_WALL_EDIT) {
		plan->after = fault->after;
		plan->edit = fault->edit;
	}
}

static void
plan_by_chance(struct faults *faults, struct fault_plan *plan)
{
	for (int i = 0; i < FAULT_RATES; i++) {
		struct fault fault;

		if (rates[i].kind == FAULT_KINDS)
			continue;
		if (!chance_happens(faults->chance, faults->rates[i]))
			continue;
		fault = fault_new(rates[i].kind);
		plan_fault(plan, &fault);
	}
}

void
faults_plan(struct faults *faults, const struct fault_filter *request, struct fault_plan *plan)
{
	int kept = 0;

	memset(plan, 0, sizeof *plan);
	plan_by_chance(faults, plan);
	for (int i = 0; i < faults->count; i++) {
		struct fault *fault = &faults->list[i];

		if (filter_fits(&fault->filter, request) && fault->nth-- <= 1) {
			fault->nth = 1;
			fault->injected++;
			plan_fault(plan, fault);
			if (--fault->count == 0)
				continue;
		}
		faults->list[kept++] = *fault;
	}
	faults->count = kept;
}

bool
fault_planned(const struct fault_plan *plan, enum fault_kind kind)
{
	return (plan->kinds & 1U << kind) != 0;
}

void
fault_flip(struct chance *chance, uint8_t *bytes, size_t length)
{
	size_t at = chance_below(chance, (unsigned)length);

	bytes[at] ^= (uint8_t)(1U << chance_below(chance, 8));
}

static size_t
take_out(uint8_t *bytes, size_t length, size_t at)
{
	memmove(bytes + at, bytes + at + 1, length - at - 1);
	return length - 1;
}

size_t
fault_drop(struct chance *chance, uint8_t *bytes, size_t length)
{
	return take_out(bytes, length, chance_below(chance, (unsigned)length));
}

size_t
faults_damage(struct faults *faults, uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length; at++)
		if (chance_happens(faults->chance, faults->rates[RATE_FLIP]))
			bytes[at] ^= (uint8_t)(1U << chance_below(faults->chance, 8));
	for (size_t at = 0; at < length;)
		if (chance_happens(faults->chance, faults->rates[RATE_DROP]))
			length = take_out(bytes, length, at);
		else
			at++;
	return length;
}

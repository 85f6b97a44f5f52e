/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What can go wrong with a request or its reply, and when it shall: at the
 * n-th request that fits, or by chance. This room decides; carrying it out is
 * the business of sim_request.c.
 */
#ifndef CZ2SIM_FAULT_H
#define CZ2SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2sim/chance.h"

enum fault_kind {
	FAULT_FLIP_REQUEST,
	FAULT_DROP_BYTE_REQUEST,
	FAULT_LOSE_REQUEST,
	FAULT_FLIP_REPLY,
	FAULT_DROP_BYTE_REPLY,
	FAULT_LOSE_REPLY,
	FAULT_LATE_REPLY,
	FAULT_DOUBLE_REPLY,
	FAULT_SPLIT_REPLY,
	FAULT_TRUNCATE_REPLY,
	FAULT_FOREIGN_REPLY,
	FAULT_WRONG_ROW,
	FAULT_WRONG_LENGTH,
	FAULT_ERROR_REPLY,
	FAULT_NACK,
	FAULT_NOT_KEPT,
	FAULT_GARBAGE,
	FAULT_SILENCE,
	FAULT_HANG_UP,
	FAULT_TWIN,
	FAULT_WALL_EDIT,
	FAULT_KINDS
};

enum {
	FAULTS_MAX = 64, /* waiting at a time */
	FAULT_PARAMETERS = 2,
	FAULT_UNSET = -1000,
};

/* A hand at the wall; what is not touched is WALL_KEEP. */
enum { WALL_KEEP = -1 };

struct wall_edit {
	int zone; /* 1..8 or WALL_KEEP */
	int heat, cool, hold, temporary, out;
	int mode, fan, all;
};

struct fault_parameter {
	const char *name; /* NULL: none */
	int preset, min, max;
};

struct fault_info {
	const char *name;
	struct fault_parameter parameters[FAULT_PARAMETERS];
};

/* Which requests are meant; -1 is any. */
struct fault_filter {
	int function, table, row, source;
};

struct fault {
	int id;
	enum fault_kind kind;
	struct fault_filter filter;
	int nth, count;
	int injected;
	int parameters[FAULT_PARAMETERS];
	bool after; /* FAULT_WALL_EDIT: after the request was carried out */
	struct wall_edit edit;
};

/* Chances: flip and drop for each byte, the others for each frame. */
enum fault_rate {
	RATE_FLIP,
	RATE_DROP,
	RATE_LOSE_REQUEST,
	RATE_LOSE_REPLY,
	RATE_LATE_REPLY,
	RATE_DOUBLE_REPLY,
	RATE_GARBAGE,
	FAULT_RATES
};

/* What happens to one request: a bit for each kind, and their parameters. */
struct fault_plan {
	uint32_t kinds;
	int parameters[FAULT_KINDS][FAULT_PARAMETERS];
	bool after;
	struct wall_edit edit;
};

struct faults {
	struct fault list[FAULTS_MAX];
	int count;
	int last_id;
	double rates[FAULT_RATES];
	struct chance *chance;
};

void
faults_init(struct faults *faults, struct chance *chance);

const struct fault_info *
fault_info(enum fault_kind kind);

/* FAULT_KINDS when there is no such kind. */
enum fault_kind
fault_find(const char *name);

/* "flip", "lose-reply", ... */
const char *
fault_rate_name(enum fault_rate rate);

/* A fault of this kind with its presets: the next request, once. */
struct fault
fault_new(enum fault_kind kind);

/* Returns the fault's id, or CZ2_EBUSY. */
int
faults_add(struct faults *faults, const struct fault *fault);

void
faults_clear(struct faults *faults);

/* A request has come: counts it, and says what shall happen to it. */
void
faults_plan(struct faults *faults, const struct fault_filter *request, struct fault_plan *plan);

bool
fault_planned(const struct fault_plan *plan, enum fault_kind kind);

/* Damages bytes by the rates. Returns how many are left. */
size_t
faults_damage(struct faults *faults, uint8_t *bytes, size_t length);

/* Flips a bit of one byte at random. */
void
fault_flip(struct chance *chance, uint8_t *bytes, size_t length);

/* Takes one byte out at random; returns the new length. */
size_t
fault_drop(struct chance *chance, uint8_t *bytes, size_t length);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The daemon's core at virtual speed: the real bus, engine and model over a wire
 * that is two buffers, and a clock that jumps from one due moment to the next.
 * Stands in for link.c by defining its functions.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <cz2/frame.h>

#include "cz2d/bus/bus.h"
#include "cz2d/engine/engine.h"
#include "cz2d/model/model.h"

enum { WIRE_ADDRESS = 99, WIRE_ZONES = 8, WIRE_EPOCH = 1000000 /* ms, the first moment */ };

/* What the other end of the wire does with the daemon's bytes. */
struct wire_end {
	void *self;
	void (*take)(void *self, const uint8_t *bytes, size_t length, int64_t now);
	/* Puts bytes for the daemon into out; how many. */
	size_t (*give)(void *self, uint8_t *out, size_t size, int64_t now);
	/* When something is due at that end; INT64_MAX. */
	int64_t (*wake)(void *self);
};

struct core {
	struct bus *bus;
	struct engine *engine;
	struct model *model;
	int64_t now;
};

/* The defaults of the configuration. */
struct engine_config
core_default_config(void);

/* core->now is the time to begin at; 0: WIRE_EPOCH. */
void
core_open(struct core *core, const struct engine_config *config, const struct wire_end *end);

void
core_close(struct core *core);

/* Pulls the plug, or puts it in again. */
void
wire_plug(bool in);

/* Moves on to the next due moment, not beyond limit; false when that is reached. */
bool
core_step(struct core *core, int64_t limit);

/* The clock moves on by this much, and what is due happens. */
void
core_run(struct core *core, int64_t ms);

#endif

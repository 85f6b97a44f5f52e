/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Moves the bytes: keeps link, bus and engine stepping inside the event loop,
 * by one descriptor and one timer, and lets the model tell its news once per
 * turn of the loop, right before it sleeps.
 */
#ifndef CZ2D_PUMP_H
#define CZ2D_PUMP_H

#include <uv.h>

struct bus;
struct engine;
struct ledger;
struct link;
struct model;
struct pump;

/* All must outlive the pump. Never NULL. */
struct pump *
pump_new(uv_loop_t *loop, struct link *link, struct bus *bus, struct engine *engine,
	 struct ledger *ledger, struct model *model);

/* Takes everything out of the loop, which has to run once more before pump_free(). */
void
pump_stop(struct pump *pump);

struct pump *
pump_free(struct pump *pump);

#endif

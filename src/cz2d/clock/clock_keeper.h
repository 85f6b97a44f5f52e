/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Looks after the panel's clock, as clock.sync wants: tells the log that it is off, or gives
 * the command that sets it. When that is to be is left to clock_rule.h.
 */
#ifndef CZ2D_CLOCK_KEEPER_H
#define CZ2D_CLOCK_KEEPER_H

struct clock_keeper;
struct config;
struct engine;
struct ledger;
struct model;

/* Looks after each poll. The configuration may change; all of them must outlive the keeper. */
struct clock_keeper *
clock_keeper_new(const struct config *config, struct model *model, struct engine *engine,
		 struct ledger *ledger);

/* A command under way goes on. */
struct clock_keeper *
clock_keeper_free(struct clock_keeper *keeper);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The outside of the simulator: a loop that moves bytes between descriptors
 * and the simulated line, at the right microsecond.
 */
#ifndef CZ2SIM_SERVER_H
#define CZ2SIM_SERVER_H

#include "cz2sim/options.h"

struct server;

/* Opens everything that options ask for and prints where it is. NULL after a message. */
struct server *
server_new(const struct options *options);

struct server *
server_free(struct server *server);

/* Runs until a signal or the control socket ends it. */
void
server_run(struct server *server);

#endif

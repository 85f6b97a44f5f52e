/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Repeatable random numbers: the same seed, the same run. */
#ifndef CZ2SIM_CHANCE_H
#define CZ2SIM_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

void
chance_init(struct chance *chance, uint64_t seed);

/* 0 .. limit - 1. */
unsigned
chance_below(struct chance *chance, unsigned limit);

/* True with this probability; never draws for 0. */
bool
chance_happens(struct chance *chance, double probability);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Xorshift with a multiplicative finish: small, quick, good enough for faults. */
#include "build.h"

#include "cz2sim/chance.h"

void
chance_init(struct chance *chance, uint64_t seed)
{
	/* Zero would stay zero for ever; neighbouring seeds shall differ at once. */
	chance->state = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15);
	if (chance->state == 0)
		chance->state = 1;
}

static uint32_t
draw(struct chance *chance)
{
	uint64_t x = chance->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	chance->state = x;
	return (uint32_t)((x * UINT64_C(0x2545F4914F6CDD1D)) >> 32);
}

unsigned
chance_below(struct chance *chance, unsigned limit)
{
	return (unsigned)(((uint64_t)draw(chance) * limit) >> 32);
}

bool
chance_happens(struct chance *chance, double probability)
{
	if (probability <= 0)
		return false;
	return draw(chance) / 4294967296.0 < probability;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How often something may happen: so many times at once, and once more after each pause.
 */
#ifndef BASE_ALLOWANCE_H
#define BASE_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

struct allowance {
	int most;
	int64_t pause_ms; /* above 0 */
	int left;
	int64_t since; /* when one was added last, monotonic ms */
};

void
allowance_init(struct allowance *allowance, int most, int64_t pause_ms, int64_t now);

/* False: not now. */
bool
allowance_take(struct allowance *allowance, int64_t now);

#endif

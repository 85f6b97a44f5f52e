/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Whether what happened to a zone is what a schedule does, or a hand at its thermostat. A
 * wrong cause is worse than none: all of the zone has to be as that would have left it.
 */
#ifndef CZ2D_CAUSE_H
#define CZ2D_CAUSE_H

#include <cz2/schedule.h>
#include <cz2/state.h>

/* A zone's values that can be written. */
struct cause_zone {
	int heat, cool, hold, temporary, out; /* CZ2_UNKNOWN: not known */
};

/* The zone as CZ2_HEAT ... CZ2_OUT of such values. */
struct cause_zone
cause_zone_of(const struct cz2_values *values, int zone);

/* It is as the beginning of this period leaves a zone that follows its program. */
bool
cause_is_period(const struct cause_zone *before, const struct cause_zone *after,
		const struct cz2_setting *period);

/*
 * Somebody has turned a setpoint of a zone that nothing held, which the wall unit then holds.
 * program: what the zone's period says, or NULL, when that is not known: a zone that has
 * just come back to it was not turned.
 */
bool
cause_is_wall(const struct cause_zone *before, const struct cause_zone *after,
	      const struct cz2_setting *program);

#endif

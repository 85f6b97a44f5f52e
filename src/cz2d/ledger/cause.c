/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The rules that are known well enough (docs/protocol.md): a zone in hold ignores its
 * program, temporary ends with the period, and a setpoint that is turned at the wall lasts
 * until then. That hold vanishes together with temporary was seen by others.
 */
#include "build.h"

#include "cz2d/ledger/cause.h"

struct cause_zone
cause_zone_of(const struct cz2_values *values, int zone)
{
	return (struct cause_zone){
		.heat = cz2_values_get(values, CZ2_HEAT, zone),
		.cool = cz2_values_get(values, CZ2_COOL, zone),
		.hold = cz2_values_get(values, CZ2_HOLD, zone),
		.temporary = cz2_values_get(values, CZ2_TEMPORARY, zone),
		.out = cz2_values_get(values, CZ2_OUT, zone),
	};
}

static bool
same_setpoints(const struct cause_zone *before, const struct cause_zone *after)
{
	return before->heat == after->heat && before->cool == after->cool;
}

bool
cause_is_period(const struct cause_zone *before, const struct cause_zone *after,
		const struct cz2_setting *period)
{
	if (before->hold == 1 && before->temporary != 1)
		return false;
	if (after->hold != 0 || after->temporary != 0)
		return false;
	if (period->out == 1)
		return after->out == 1 && same_setpoints(before, after);
	return after->out == 0 && after->heat == period->heat && after->cool == period->cool;
}

/* A period in which nobody is there has no setpoints. */
static bool
may_be_of_program(const struct cause_zone *before, const struct cause_zone *after,
		  const struct cz2_setting *program)
{
	if (program->out == 1)
		return false;
	return (after->heat != before->heat && after->heat == program->heat) ||
	       (after->cool != before->cool && after->cool == program->cool);
}

bool
cause_is_wall(const struct cause_zone *before, const struct cause_zone *after,
	      const struct cz2_setting *program)
{
	if (before->hold != 0 || before->temporary != 0 || same_setpoints(before, after))
		return false;
	if (program != NULL && may_be_of_program(before, after, program))
		return false;
	return (after->temporary == 1) != (after->hold == 1) && after->out == 0;
}

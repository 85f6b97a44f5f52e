/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What changed without a command, as lines of the log. Whoever plays with a thermostat all
 * day must not fill it: beyond some in a row only some are told.
 */
#ifndef CZ2D_UNEXPECTED_LOG_H
#define CZ2D_UNEXPECTED_LOG_H

#include "base/allowance.h"
#include "cz2d/ledger/unexpected.h"

/* Of lines, the gravest first. */
enum unexpected_kind {
	UNEXPECTED_GRAVE, /* a hold, or the mode: the house may get cold */
	UNEXPECTED_OTHER,
	UNEXPECTED_DAILY, /* what schedules do every day */
	UNEXPECTED_KIND_COUNT
};

struct unexpected_log {
	struct {
		struct allowance allowance;
		int unsaid; /* findings that were not told */
	} lines[UNEXPECTED_KIND_COUNT];
};

void
unexpected_log_init(struct unexpected_log *log, int64_t now);

/* One line, whatever was found together; or none. */
void
unexpected_log_say(struct unexpected_log *log, const struct unexpected_finding *findings,
		   int count, int64_t now);

/* Says how many were not told; none of them counts any more. */
void
unexpected_log_sum_up(struct unexpected_log *log);

#endif

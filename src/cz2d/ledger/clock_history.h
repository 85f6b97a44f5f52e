/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock as it was read, one reading after another: whether it began anew between
 * two of them, and which period of a zone's program began by it. Moments are monotonic ms.
 */
#ifndef CZ2D_CLOCK_HISTORY_H
#define CZ2D_CLOCK_HISTORY_H

#include <cz2/schedule.h>

enum { CLOCK_HISTORY_READINGS = 8 };

struct clock_history_reading {
	int64_t time;
	int second; /* of the week, Sunday 00:00 being 0 */
};

struct clock_history {
	struct clock_history_reading readings[CLOCK_HISTORY_READINGS]; /* newest last */
	int count;
	bool adrift; /* it was set, or shows no time: the next reading is compared with none */
	int64_t jump_after, jump_before; /* it began anew between these; INT64_MIN: never */
};

void
clock_history_init(struct clock_history *history);

/* Row 1.18 was read, later than any time before. */
void
clock_history_read(struct clock_history *history, const struct cz2_image *image);

/* We or another client have set it: that is no jump. */
void
clock_history_set(struct clock_history *history);

/*
 * The period of the zone's program that had begun last at a moment. rows are all rows. False
 * when its clock or the zone's week is not known.
 */
bool
clock_history_in_force(const struct clock_history *history, const struct cz2_image *rows, int zone,
		       int64_t moment, struct cz2_setting *period);

/*
 * True when a period of the zone's program began after the one moment and not after the other:
 * the last one that did; period may be anything when none did. False also when its clock or the zone's week is not known.
 */
bool
clock_history_began(const struct clock_history *history, const struct cz2_image *rows, int zone,
		    int64_t after, int64_t before, struct cz2_setting *period);

#endif

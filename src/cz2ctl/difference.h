/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What differs between two copies of a panel, as a list of
 * {"part": "schedules", "place": "Zone 2 Mon-Fri eve", "old": "17:30 66/76", "new": "17:30 OUT"}.
 * Days that differ alike are one of them.
 */
#ifndef CZ2CTL_DIFFERENCE_H
#define CZ2CTL_DIFFERENCE_H

#include "cz2ctl/copy.h"

enum difference_part {
	PART_SCHEDULES = 1,
	PART_SETPOINTS = 2, /* and flags */
	PART_SYSTEM = 4,    /* mode, fan, ALL */
	PART_INSTALLER = 8,
	PARTS_SET = PART_SCHEDULES | PART_SETPOINTS | PART_SYSTEM, /* what people set */
	PARTS_ALL = PARTS_SET | PART_INSTALLER,
};

/* Appends what differs in some of the parts. */
void
difference_find(const struct copy *old, const struct copy *now, unsigned parts, json_t *list);

/* The same of the program alone. */
void
difference_days(const struct cz2_day old[CZ2_SCHEDULES], const struct cz2_day now[CZ2_SCHEDULES],
		json_t *list);

#endif

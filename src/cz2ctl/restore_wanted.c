/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Where what a file says and what can be had part.
 */
#include "build.h"

#include "cz2ctl/restore_wanted.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/say.h"

/* ------------------------------------------------------------------------
 * What cannot be
 */

static bool
leave_strange_zones(struct copy *wanted, const struct copy *now)
{
	unsigned strange = wanted->zones & ~now->zones;

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if ((strange >> (zone - 1) & 1) != 0)
			say_warning("the backup tells of zone %d, which this house does not have: "
				    "left alone", zone);
	return strange != 0;
}

/* The daemon lets zone 1 rule, or the one that rules already. */
static bool
leave_strange_ruler(struct copy *wanted, const struct copy *now)
{
	int ruler = cz2_values_get(&wanted->values, CZ2_ALL, 0);

	if (ruler <= 1 || ruler == cz2_values_get(&now->values, CZ2_ALL, 0))
		return false;
	say_warning("in the backup zone %d rules all others, which only the wall unit can set: "
		    "left alone", ruler);
	cz2_values_set(&wanted->values, CZ2_ALL, 0, CZ2_UNKNOWN);
	return true;
}

/* Counts them. time: when the first of all begins. */
static int
leave_starts_of(struct cz2_day *wanted, const struct cz2_day *now, int count, int *time)
{
	for (int period = 0; period < CZ2_PERIODS; period++) {
		int16_t *start = &wanted->periods[period].start;

		if (*start == CZ2_UNKNOWN || *start % CZ2_START_STEP == 0 ||
		    *start == now->periods[period].start)
			continue;
		if (count++ == 0)
			*time = *start;
		*start = CZ2_UNKNOWN;
	}
	return count;
}

/* The daemon sets none but quarters of an hour. */
static bool
leave_strange_starts(struct copy *wanted, const struct copy *now)
{
	char text[CALENDAR_TIME_MAX];
	int count = 0, time = 0;

	for (int i = 0; i < CZ2_SCHEDULES; i++) {
		int zone, day;

		cz2_schedule_split((enum cz2_row)(CZ2_ROW_SCHEDULE + i), &zone, &day);
		if (copy_has(wanted, zone))
			count = leave_starts_of(&wanted->days[i], &now->days[i], count, &time);
	}
	if (count > 0)
		say_warning("in the backup %d period%s at no quarter of an hour (%s), which cannot "
			    "be set: left alone", count, count == 1 ? " begins" : "s begin",
			    calendar_time_text(time, text));
	return count > 0;
}

static bool
is_doubly_held(const struct copy *copy, int zone)
{
	return cz2_values_get(&copy->values, CZ2_HOLD, zone) == 1 &&
	       cz2_values_get(&copy->values, CZ2_TEMPORARY, zone) == 1;
}

/* For the daemon the one flag ends the other. */
static bool
leave_strange_flags(struct copy *wanted, const struct copy *now)
{
	bool left = false;

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		if (!copy_has(wanted, zone) || !is_doubly_held(wanted, zone) ||
		    is_doubly_held(now, zone))
			continue;
		say_warning("in the backup zone %d has both hold and temporary, which cannot be "
			    "set: hold counts, temporary is left alone", zone);
		cz2_values_set(&wanted->values, CZ2_TEMPORARY, zone, CZ2_UNKNOWN);
		left = true;
	}
	return left;
}

bool
restore_leave(struct copy *wanted, const struct copy *now, unsigned parts)
{
	bool left = false;

	if ((parts & (PART_SCHEDULES | PART_SETPOINTS)) != 0)
		left |= leave_strange_zones(wanted, now);
	wanted->zones &= now->zones;
	if ((parts & PART_SCHEDULES) != 0)
		left |= leave_strange_starts(wanted, now);
	if ((parts & PART_SETPOINTS) != 0)
		left |= leave_strange_flags(wanted, now);
	if ((parts & PART_SYSTEM) != 0)
		left |= leave_strange_ruler(wanted, now);
	return left;
}

/* ------------------------------------------------------------------------
 * What is not told
 */

static void
fill_setting(struct cz2_setting *wanted, const struct cz2_setting *now)
{
	if (wanted->start == CZ2_UNKNOWN)
		wanted->start = now->start;
	if (wanted->out == CZ2_UNKNOWN)
		wanted->out = now->out;
	if (wanted->heat == CZ2_UNKNOWN)
		wanted->heat = now->heat;
	if (wanted->cool == CZ2_UNKNOWN)
		wanted->cool = now->cool;
}

void
restore_fill_gaps(struct copy *wanted, const struct copy *now)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		if (wanted->values.at[slot] == CZ2_UNKNOWN ||
		    (zone != 0 && !copy_has(wanted, zone)))
			wanted->values.at[slot] = now->values.at[slot];
	}
	for (int i = 0; i < CZ2_SCHEDULES; i++) {
		int zone, day;

		cz2_schedule_split((enum cz2_row)(CZ2_ROW_SCHEDULE + i), &zone, &day);
		if (!copy_has(wanted, zone))
			wanted->days[i] = now->days[i];
		for (int period = 0; period < CZ2_PERIODS; period++)
			fill_setting(&wanted->days[i].periods[period],
				     &now->days[i].periods[period]);
	}
}

/* ------------------------------------------------------------------------
 * What differs in the end
 */

/* The schedule rules the setpoints of such a zone, now or in a moment. */
static bool
is_unheld(const struct copy *copy, int zone)
{
	return cz2_values_get(&copy->values, CZ2_HOLD, zone) != 1 &&
	       cz2_values_get(&copy->values, CZ2_TEMPORARY, zone) != 1;
}

bool
restore_forgive(struct copy *wanted, const struct copy *now, unsigned parts)
{
	static const enum cz2_field setpoints[] = {CZ2_HEAT, CZ2_COOL};
	struct copy *before = mem_new(1, sizeof *before);
	bool any;

	*before = *wanted;
	for (int zone = 1; zone <= CZ2_ZONES_MAX && (parts & PART_SETPOINTS) != 0; zone++)
		for (int i = 0; i < 2 && is_unheld(wanted, zone); i++)
			cz2_values_set(&wanted->values, setpoints[i], zone,
				       cz2_values_get(&now->values, setpoints[i], zone));
	for (int i = 0; i < CZ2_SCHEDULES * CZ2_PERIODS && (parts & PART_SCHEDULES) != 0; i++) {
		struct cz2_setting *one = &wanted->days[i / CZ2_PERIODS].periods[i % CZ2_PERIODS];
		const struct cz2_setting *is = &now->days[i / CZ2_PERIODS].periods[i % CZ2_PERIODS];

		if (one->out == 1 && is->out == 1) {
			one->heat = is->heat;
			one->cool = is->cool;
		}
	}
	any = memcmp(before, wanted, sizeof *wanted) != 0;
	free(before);
	return any;
}

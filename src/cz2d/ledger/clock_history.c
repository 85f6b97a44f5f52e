/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Between two readings the clock runs as ours does. So a moment is told from the reading
 * before it, also when somebody has set the clock since.
 */
#include "build.h"

#include "cz2d/ledger/clock_history.h"

#include <string.h>

#include <cz2/clock.h>

enum {
	SECOND_MS = 1000,
	MINUTE_S = 60,
	WEEK_MINUTES = CZ2_WEEK_SECONDS / MINUTE_S,
	DRIFT_MINUTES = 3,  /* the panel's clock may lose so much, */
	DRIFT_SHARE = 1000, /* and one in so many minutes */
};

void
clock_history_init(struct clock_history *history)
{
	*history = (struct clock_history){.jump_after = INT64_MIN, .jump_before = INT64_MIN};
}

/* It stood still, or was set back; or it counts from the beginning, as one without a battery. */
static bool
began_anew(const struct clock_history_reading *before, int clock, int64_t passed)
{
	int64_t tolerance = DRIFT_MINUTES + passed / DRIFT_SHARE;
	int64_t behind = (before->second / MINUTE_S + passed - clock) % WEEK_MINUTES;

	if (behind <= tolerance || WEEK_MINUTES - behind <= tolerance)
		return false;
	return behind <= WEEK_MINUTES / 2 || clock <= passed + DRIFT_MINUTES;
}

static void
compare(struct clock_history *history, int second, int64_t time)
{
	const struct clock_history_reading *before = &history->readings[history->count - 1];
	int64_t passed = (time - before->time) / ((int64_t)MINUTE_S * SECOND_MS);

	if (second != CZ2_CLOCK_NONE && !began_anew(before, second / MINUTE_S, passed))
		return;
	history->jump_after = before->time;
	history->jump_before = time;
}

static void
keep(struct clock_history *history, int second, int64_t time)
{
	if (history->count == CLOCK_HISTORY_READINGS) {
		history->count--;
		memmove(history->readings, history->readings + 1,
			(size_t)history->count * sizeof history->readings[0]);
	}
	history->readings[history->count++] = (struct clock_history_reading){time, second};
}

void
clock_history_read(struct clock_history *history, const struct cz2_image *image)
{
	int second = cz2_clock_read(image->bytes, image->length);

	if (history->count > 0 && !history->adrift)
		compare(history, second, image->time);
	history->adrift = second == CZ2_CLOCK_NONE;
	if (second != CZ2_CLOCK_NONE)
		keep(history, second, image->time);
}

void
clock_history_set(struct clock_history *history)
{
	history->adrift = true;
}

/* ------------------------------------------------------------------------
 * Periods
 */

/* The minute of the week that it showed; there is a reading. */
static int
minute_at(const struct clock_history *history, int64_t moment)
{
	const struct clock_history_reading *reading = history->readings;
	int64_t second;

	for (int i = 1; i < history->count && history->readings[i].time <= moment; i++)
		reading = &history->readings[i];
	second = (reading->second + (moment - reading->time) / SECOND_MS) % CZ2_WEEK_SECONDS;
	return (int)((second + CZ2_WEEK_SECONDS) % CZ2_WEEK_SECONDS / MINUTE_S);
}

/* False while a row of it is missing; what makes no sense cz2_schedule_period() will tell. */
static bool
read_week(const struct cz2_image *rows, int zone, struct cz2_day week[CZ2_DAYS])
{
	for (int day = 0; day < CZ2_DAYS; day++) {
		const struct cz2_image *row = &rows[cz2_schedule_row(zone, day)];

		if (!cz2_day_read(row->bytes, row->length, &week[day]))
			return false;
	}
	return true;
}

/* The place in the week of the period that had begun last; -1: not known. */
static int
place_at(const struct clock_history *history, const struct cz2_image *rows, int zone,
	 int64_t moment, struct cz2_setting *period)
{
	struct cz2_day week[CZ2_DAYS];
	int place;

	if (history->count == 0 || !read_week(rows, zone, week))
		return -1;
	place = cz2_schedule_period(week, minute_at(history, moment));
	if (place >= 0)
		*period = week[place / CZ2_PERIODS].periods[place % CZ2_PERIODS];
	return place;
}

bool
clock_history_in_force(const struct clock_history *history, const struct cz2_image *rows, int zone,
		       int64_t moment, struct cz2_setting *period)
{
	return place_at(history, rows, zone, moment, period) >= 0;
}

bool
clock_history_began(const struct clock_history *history, const struct cz2_image *rows, int zone,
		    int64_t after, int64_t before, struct cz2_setting *period)
{
	int first, last;

	if (before <= after)
		return false;
	first = place_at(history, rows, zone, after, period);
	last = place_at(history, rows, zone, before, period);
	if (last < 0)
		return false;
	return first != last || before - after >= (int64_t)CZ2_WEEK_SECONDS * SECOND_MS;
}

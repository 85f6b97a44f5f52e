/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows of table 10 into days and back. Where the layout is known from is told in
 * docs/protocol.md.
 */
#include "build.h"

#include <cz2/schedule.h>

#include <string.h>

#include <cz2/command.h>

enum {
	HOUR_BYTE = 3, /* each of four bytes, one for each period */
	MINUTE_BYTE = 7,
	HEAT_BYTE = 11,
	COOL_BYTE = 15,
	ROW_LENGTH = 19,
	OUT_FLAG = 0x80, /* in the heat byte */
	HOUR = 60,
};

/* What the script that is known to work writes for a period in which nobody is there. */
static const uint8_t out_bytes[CZ2_PERIODS] = {
	[CZ2_WAKE] = OUT_FLAG | 68,
	[CZ2_DAY] = OUT_FLAG | 60,
	[CZ2_EVE] = OUT_FLAG | 68,
	[CZ2_SLEEP] = OUT_FLAG | 60,
};

const char *const cz2_period_names[] = {
	[CZ2_WAKE] = "wake", [CZ2_DAY] = "day",		[CZ2_EVE] = "eve",
	[CZ2_SLEEP] = "sleep", [CZ2_PERIODS] = NULL,
};

enum cz2_row
cz2_schedule_row(int zone, int day)
{
	return (enum cz2_row)(CZ2_ROW_SCHEDULE + CZ2_DAYS * (zone - 1) + day);
}

bool
cz2_schedule_split(enum cz2_row row, int *zone, int *day)
{
	int place = (int)row - CZ2_ROW_SCHEDULE;

	if (place < 0 || place >= CZ2_SCHEDULES)
		return false;
	*zone = place / CZ2_DAYS + 1;
	*day = place % CZ2_DAYS;
	return true;
}

void
cz2_day_clear(struct cz2_day *day)
{
	for (int period = 0; period < CZ2_PERIODS; period++)
		day->periods[period] = (struct cz2_setting){CZ2_UNKNOWN, CZ2_UNKNOWN, CZ2_UNKNOWN,
							    CZ2_UNKNOWN};
}

/* ------------------------------------------------------------------------
 * Reading
 */

static int16_t
plausible(int value, enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return (int16_t)(value >= info->min && value <= info->max ? value : CZ2_UNKNOWN);
}

static int16_t
read_start(int hour, int minute)
{
	return (int16_t)(hour < CZ2_DAY_MINUTES / HOUR && minute < HOUR ? hour * HOUR + minute
									: CZ2_UNKNOWN);
}

bool
cz2_day_read(const uint8_t *bytes, size_t length, struct cz2_day *day)
{
	cz2_day_clear(day);
	if (length != ROW_LENGTH)
		return false;
	for (int period = 0; period < CZ2_PERIODS; period++) {
		int heat = bytes[HEAT_BYTE + period];

		day->periods[period] = (struct cz2_setting){
			.start = read_start(bytes[HOUR_BYTE + period], bytes[MINUTE_BYTE + period]),
			.heat = plausible(heat & ~OUT_FLAG, CZ2_HEAT),
			.cool = plausible(bytes[COOL_BYTE + period], CZ2_COOL),
			.out = (heat & OUT_FLAG) != 0,
		};
	}
	return true;
}

/* ------------------------------------------------------------------------
 * The rules
 */

static bool
is_accepted(int value, enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return value == CZ2_UNKNOWN || (value >= info->set_min && value <= info->set_max);
}

static bool
is_start(int start)
{
	return start == CZ2_UNKNOWN ||
	       (start >= 0 && start < CZ2_DAY_MINUTES && start % CZ2_START_STEP == 0);
}

static bool
is_out_of_its_own(const struct cz2_setting *wish)
{
	if (wish->out == CZ2_UNKNOWN || wish->out == 0)
		return true;
	return wish->out == 1 && wish->heat == CZ2_UNKNOWN && wish->cool == CZ2_UNKNOWN;
}

static bool
keeps_gap(const struct cz2_setting *setting)
{
	return setting->out == 1 || setting->heat == CZ2_UNKNOWN || setting->cool == CZ2_UNKNOWN ||
	       setting->cool >= setting->heat + CZ2_SETPOINT_GAP;
}

/* The first rule that the wish for one period breaks by itself. */
static enum cz2_schedule_fault
fault_of(const struct cz2_setting *wish)
{
	if (!is_start(wish->start))
		return CZ2_FAULT_START;
	if (!is_accepted(wish->heat, CZ2_HEAT))
		return CZ2_FAULT_HEAT;
	if (!is_accepted(wish->cool, CZ2_COOL))
		return CZ2_FAULT_COOL;
	if (!is_out_of_its_own(wish))
		return CZ2_FAULT_OUT;
	return keeps_gap(wish) ? CZ2_FAULT_NONE : CZ2_FAULT_GAP;
}

/* Of the periods before this one that which begins last, as far as it is known. */
static enum cz2_period
latest_before(const struct cz2_day *day, int period)
{
	int latest = CZ2_WAKE;

	/* CZ2_UNKNOWN is less than any start. */
	for (int before = CZ2_DAY; before < period; before++)
		if (day->periods[before].start > day->periods[latest].start)
			latest = before;
	return (enum cz2_period)latest;
}

/* Of a day as far as it is known: periods begin one after the other. */
static bool
follows(const struct cz2_day *day, int period)
{
	int start = day->periods[period].start;

	return period == CZ2_WAKE || start == CZ2_UNKNOWN ||
	       day->periods[latest_before(day, period)].start < start;
}

/* day: as it would be. */
static int
refuse(struct cz2_schedule_problem *problem, enum cz2_schedule_fault fault, int period,
       const struct cz2_day *day)
{
	*problem = (struct cz2_schedule_problem){
		.fault = fault,
		.period = (enum cz2_period)period,
		.setting = day->periods[period],
		.after = latest_before(day, period),
	};
	problem->after_start = day->periods[problem->after].start;
	return fault == CZ2_FAULT_GAP ? CZ2_EGAP : CZ2_ERANGE;
}

int
cz2_day_check(const struct cz2_day *wish, struct cz2_schedule_problem *problem)
{
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const struct cz2_setting *setting = &wish->periods[period];
		enum cz2_schedule_fault fault = fault_of(setting);

		if (fault == CZ2_FAULT_NONE && !follows(wish, period))
			fault = CZ2_FAULT_ORDER;
		if (fault != CZ2_FAULT_NONE)
			return refuse(problem, fault, period, wish);
	}
	return CZ2_OK;
}

/* ------------------------------------------------------------------------
 * Writing
 */

static bool
is_named(const struct cz2_setting *wish)
{
	return wish->start != CZ2_UNKNOWN || wish->heat != CZ2_UNKNOWN ||
	       wish->cool != CZ2_UNKNOWN || wish->out != CZ2_UNKNOWN;
}

bool
cz2_day_empty(const struct cz2_day *wish)
{
	for (int period = 0; period < CZ2_PERIODS; period++)
		if (is_named(&wish->periods[period]))
			return false;
	return true;
}

/* A setpoint that is named is to be heeded. */
static int
wished_out(const struct cz2_setting *wish)
{
	return wish->heat != CZ2_UNKNOWN || wish->cool != CZ2_UNKNOWN ? 0 : wish->out;
}

static bool
merge_value(int16_t *into, int16_t from)
{
	if (from == CZ2_UNKNOWN)
		return true;
	if (*into != CZ2_UNKNOWN && *into != from)
		return false;
	*into = from;
	return true;
}

int
cz2_day_merge(struct cz2_day *into, const struct cz2_day *from)
{
	struct cz2_day merged = *into;
	struct cz2_schedule_problem problem;

	for (int period = 0; period < CZ2_PERIODS; period++) {
		struct cz2_setting *one = &merged.periods[period];
		const struct cz2_setting *other = &from->periods[period];

		if (!merge_value(&one->start, other->start) ||
		    !merge_value(&one->heat, other->heat) ||
		    !merge_value(&one->cool, other->cool) || !merge_value(&one->out, other->out))
			return CZ2_EBUSY;
	}
	if (cz2_day_check(&merged, &problem) != CZ2_OK)
		return CZ2_EBUSY;
	*into = merged;
	return CZ2_OK;
}

static void
put(const struct cz2_setting *wish, int period, uint8_t *bytes)
{
	uint8_t *heat = &bytes[HEAT_BYTE + period];

	if (wish->start != CZ2_UNKNOWN) {
		bytes[HOUR_BYTE + period] = (uint8_t)(wish->start / HOUR);
		bytes[MINUTE_BYTE + period] = (uint8_t)(wish->start % HOUR);
	}
	if (wish->heat != CZ2_UNKNOWN)
		*heat = (uint8_t)wish->heat;
	else if (wished_out(wish) == 0)
		*heat &= (uint8_t)~OUT_FLAG;
	else if (wish->out == 1 && (*heat & OUT_FLAG) == 0)
		*heat = out_bytes[period];
	if (wish->cool != CZ2_UNKNOWN)
		bytes[COOL_BYTE + period] = (uint8_t)wish->cool;
}

/* Whoever names a period gets it whole: what stays of it has to go with what is named. */
static enum cz2_schedule_fault
fault_after(const struct cz2_day *wish, const struct cz2_day *after, int period)
{
	const struct cz2_setting *setting = &after->periods[period];
	bool moved = false;

	for (int before = 0; before <= period; before++)
		moved = moved || wish->periods[before].start != CZ2_UNKNOWN;
	if (moved && !follows(after, period))
		return CZ2_FAULT_ORDER;
	if (!is_named(&wish->periods[period]) || setting->out == 1)
		return CZ2_FAULT_NONE;
	if (wished_out(&wish->periods[period]) == 0 && setting->heat == CZ2_UNKNOWN)
		return CZ2_FAULT_HEAT;
	return keeps_gap(setting) ? CZ2_FAULT_NONE : CZ2_FAULT_GAP;
}

/* What is named, and stands there in a way that makes no sense: then it may be something else. */
static enum cz2_schedule_fault
implausible(const struct cz2_setting *wish, const struct cz2_setting *before)
{
	if (wish->start != CZ2_UNKNOWN && before->start == CZ2_UNKNOWN)
		return CZ2_FAULT_START;
	if ((wish->heat != CZ2_UNKNOWN || wish->out == 1) && before->heat == CZ2_UNKNOWN)
		return CZ2_FAULT_HEAT;
	if (wish->cool != CZ2_UNKNOWN && before->cool == CZ2_UNKNOWN)
		return CZ2_FAULT_COOL;
	return CZ2_FAULT_NONE;
}

static int
check_stored(const struct cz2_day *wish, const uint8_t *bytes,
	     struct cz2_schedule_problem *problem)
{
	struct cz2_day before;

	cz2_day_read(bytes, ROW_LENGTH, &before);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		enum cz2_schedule_fault fault =
			implausible(&wish->periods[period], &before.periods[period]);

		if (fault == CZ2_FAULT_NONE)
			continue;
		refuse(problem, fault, period, &before);
		return CZ2_EIMPLAUSIBLE;
	}
	return CZ2_OK;
}

int
cz2_day_edit(const struct cz2_day *wish, uint8_t *bytes, size_t length, bool *changed,
	     struct cz2_schedule_problem *problem)
{
	uint8_t edited[ROW_LENGTH];
	struct cz2_day after;
	int error = cz2_day_check(wish, problem);

	if (length != ROW_LENGTH)
		return CZ2_EUNSUPPORTED;
	if (error == CZ2_OK)
		error = check_stored(wish, bytes, problem);
	if (error != CZ2_OK)
		return error;
	memcpy(edited, bytes, length);
	for (int period = 0; period < CZ2_PERIODS; period++)
		put(&wish->periods[period], period, edited);
	cz2_day_read(edited, length, &after);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		enum cz2_schedule_fault fault = fault_after(wish, &after, period);

		if (fault != CZ2_FAULT_NONE)
			return refuse(problem, fault, period, &after);
	}
	*changed = memcmp(edited, bytes, length) != 0;
	memcpy(bytes, edited, length);
	return CZ2_OK;
}

static bool
is_met(int wished, int shown)
{
	return wished == CZ2_UNKNOWN || wished == shown;
}

bool
cz2_day_shown(const struct cz2_day *wish, const uint8_t *bytes, size_t length)
{
	struct cz2_day day;

	if (!cz2_day_read(bytes, length, &day))
		return false;
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const struct cz2_setting *wished = &wish->periods[period];
		const struct cz2_setting *shown = &day.periods[period];

		if (!is_met(wished->start, shown->start) || !is_met(wished->heat, shown->heat) ||
		    !is_met(wished->cool, shown->cool) || !is_met(wished_out(wished), shown->out))
			return false;
	}
	return true;
}

static void
keep_met(int16_t *wished, int shown)
{
	if (*wished != shown)
		*wished = CZ2_UNKNOWN;
}

void
cz2_day_keep_shown(struct cz2_day *wish, const uint8_t *bytes, size_t length)
{
	struct cz2_day day;

	cz2_day_read(bytes, length, &day);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		struct cz2_setting *wished = &wish->periods[period];
		struct cz2_setting *shown = &day.periods[period];

		/* While the period is out its setpoints do not count. */
		if (shown->out == 1)
			shown->heat = shown->cool = CZ2_UNKNOWN;
		keep_met(&wished->start, shown->start);
		keep_met(&wished->heat, shown->heat);
		keep_met(&wished->cool, shown->cool);
		keep_met(&wished->out, shown->out);
	}
}

/* ------------------------------------------------------------------------
 * The week
 */

int
cz2_schedule_period(const struct cz2_day week[CZ2_DAYS], int minute)
{
	enum { WEEK_MINUTES = CZ2_DAYS * CZ2_DAY_MINUTES };
	int best = -1, best_age = WEEK_MINUTES;

	for (int period = 0; period < CZ2_DAYS * CZ2_PERIODS; period++) {
		int day = period / CZ2_PERIODS;
		int start = week[day].periods[period % CZ2_PERIODS].start;
		int age;

		if (start == CZ2_UNKNOWN)
			return -1;
		age = (minute - day * CZ2_DAY_MINUTES - start + WEEK_MINUTES) % WEEK_MINUTES;
		if (age < best_age) {
			best = period;
			best_age = age;
		}
	}
	return best;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Only what differs is named, beside the mode where REST wants one. A row of the program is one
 * step; a second one is needed where OUT covers setpoints that differ, too: naming a setpoint ends
 * OUT. That step sets OUT and nothing else, so that it is not refused for something beside it.
 */
#include "build.h"

#include "cz2ctl/restore_steps.h"

#include <stdio.h>
#include <string.h>

#include <cz2/command.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/week.h"

enum { TARGET_MAX = 64, ROW_LENGTH = 19, PLAUSIBLE = 70 };

/* Takes the body. */
static void
add(json_t *steps, const char *method, const char *target, json_t *body)
{
	json_array_append_new(steps, mem_or_end(json_pack("{s:s, s:s, s:o}", "method", method,
							  "target", target, "body", body)));
}

/* ------------------------------------------------------------------------
 * The program
 */

/* The heat setpoint below OUT: who sets OUT gets the constant of the period. */
static int
covered_heat(int period)
{
	uint8_t row[ROW_LENGTH];
	struct cz2_schedule_problem problem;
	struct cz2_day wish, day;
	bool changed;

	memset(row, PLAUSIBLE, sizeof row);
	cz2_day_clear(&wish);
	wish.periods[period].out = 1;
	cz2_day_edit(&wish, row, sizeof row, &changed, &problem);
	cz2_day_read(row, sizeof row, &day);
	return day.periods[period].heat;
}

static bool
is_settable(int value, enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return value != CZ2_UNKNOWN && value >= info->set_min && value <= info->set_max;
}

/* Whether something below OUT is other than wanted and can be set. */
static bool
must_uncover(const struct cz2_setting *wanted, const struct cz2_setting *now, int period)
{
	if (wanted->out != 1)
		return false;
	if (is_settable(wanted->cool, CZ2_COOL) && now->cool != wanted->cool)
		return true;
	return now->out == 1 && now->heat != wanted->heat && wanted->heat == covered_heat(period);
}

static int16_t
if_other(int16_t wanted, int16_t now)
{
	return wanted != now ? wanted : CZ2_UNKNOWN;
}

/*
 * Any heat setpoint will do that the cool one allows: OUT sets its own. The least one does no harm
 * where the second step is never taken.
 */
static void
uncover(const struct cz2_setting *wanted, const struct cz2_setting *now, struct cz2_setting *wish)
{
	wish->heat = cz2_field_info(CZ2_HEAT)->set_min;
	if (is_settable(wanted->cool, CZ2_COOL))
		wish->cool = if_other(wanted->cool, now->cool);
	else if (now->cool != CZ2_UNKNOWN && now->cool < wish->heat + CZ2_SETPOINT_GAP)
		wish->cool = cz2_field_info(CZ2_COOL)->set_max;
}

/* What of a period is to be named, but for the OUT of one that has to be uncovered first. */
static void
wish_for(const struct cz2_setting *wanted, const struct cz2_setting *now, bool uncovered,
	 struct cz2_setting *wish)
{
	wish->start = if_other(wanted->start, now->start);
	if (uncovered) {
		uncover(wanted, now, wish);
		return;
	}
	if (wanted->out == 1) {
		wish->out = if_other(wanted->out, now->out);
		return;
	}
	/* Named setpoints end OUT; the one that is not named stays as OUT has covered it. */
	wish->heat = now->out == 1 ? wanted->heat : if_other(wanted->heat, now->heat);
	wish->cool = if_other(wanted->cool, now->cool);
}

static void
add_day(json_t *steps, int zone, int day, const struct cz2_day *wish)
{
	json_t *one = week_day_json(wish);
	char target[TARGET_MAX];

	if (json_object_size(one) > 0) {
		snprintf(target, sizeof target, "/zones/%d/schedule", zone);
		add(steps, "PUT", target,
		    mem_or_end(json_pack("{s:{s:O}}", "days", calendar_day_keys[day], one)));
	}
	json_decref(one);
}

static void
restore_day(json_t *steps, const struct copy *wanted, const struct copy *now, int zone, int day)
{
	int place = cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE;
	struct cz2_day first, second;

	cz2_day_clear(&first);
	cz2_day_clear(&second);
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const struct cz2_setting *goal = &wanted->days[place].periods[period];
		const struct cz2_setting *is = &now->days[place].periods[period];
		bool uncovered = must_uncover(goal, is, period);

		wish_for(goal, is, uncovered, &first.periods[period]);
		if (uncovered)
			second.periods[period].out = 1;
	}
	add_day(steps, zone, day, &first);
	add_day(steps, zone, day, &second);
}

/* ------------------------------------------------------------------------
 * Setpoints and flags
 */

/* The member of a body for each, and its value there. */
static const struct {
	enum cz2_field field;
	const char *member;
	bool flag;
} zone_members[] = {
	{CZ2_HEAT, "heat", false}, {CZ2_COOL, "cool", false}, {CZ2_HOLD, "hold", true},
	{CZ2_TEMPORARY, "temp", true}, {CZ2_OUT, "out", true},
};

static void
restore_zone(json_t *steps, const struct copy *wanted, const struct copy *now, int zone)
{
	json_t *body = mem_or_end(json_object());
	char target[TARGET_MAX];

	for (size_t i = 0; i < sizeof zone_members / sizeof zone_members[0]; i++) {
		enum cz2_field field = zone_members[i].field;
		int value = cz2_values_get(&wanted->values, field, zone);

		if (value != cz2_values_get(&now->values, field, zone))
			json_object_set_new(body, zone_members[i].member,
					    zone_members[i].flag ? json_boolean(value)
								 : json_integer(value));
	}
	snprintf(target, sizeof target, "/zones/%d/temperature", zone);
	if (json_object_size(body) > 0)
		add(steps, "POST", target, json_incref(body));
	json_decref(body);
}

/* ------------------------------------------------------------------------
 * The system
 */

static void
add_mode(json_t *steps, const struct copy *wanted, json_t *all)
{
	int mode = cz2_values_get(&wanted->values, CZ2_MODE, 0);
	json_t *body = mem_or_end(json_object());

	if (mode != CZ2_UNKNOWN)
		json_object_set_new(body, "mode",
				    json_string(cz2_field_info(CZ2_MODE)->words[mode]));
	if (all != NULL)
		json_object_set_new(body, "all", all);
	add(steps, "POST", "/system/mode", body);
}

/* REST switches ALL on for zone 1 when it was off; another zone's can only be kept. */
static void
restore_mode(json_t *steps, const struct copy *wanted, const struct copy *now)
{
	int mode = cz2_values_get(&wanted->values, CZ2_MODE, 0);
	int all = cz2_values_get(&wanted->values, CZ2_ALL, 0);
	int all_now = cz2_values_get(&now->values, CZ2_ALL, 0);
	bool off = all != all_now && all <= 1 && all_now != 0;
	bool on = all != all_now && all == 1;

	if (off)
		add_mode(steps, wanted, json_false());
	if (on)
		add_mode(steps, wanted, json_true());
	if (!off && !on && mode != cz2_values_get(&now->values, CZ2_MODE, 0))
		add_mode(steps, wanted, NULL);
}

static void
restore_system(json_t *steps, const struct copy *wanted, const struct copy *now)
{
	int fan = cz2_values_get(&wanted->values, CZ2_FAN, 0);

	restore_mode(steps, wanted, now);
	if (fan != cz2_values_get(&now->values, CZ2_FAN, 0))
		add(steps, "POST", "/system/fan",
		    mem_or_end(json_pack("{s:s}", "fan", cz2_field_info(CZ2_FAN)->words[fan])));
}

json_t *
restore_steps(const struct copy *wanted, const struct copy *now, unsigned parts)
{
	json_t *steps = mem_or_end(json_array());

	for (int i = 0; i < CZ2_SCHEDULES && (parts & PART_SCHEDULES) != 0; i++) {
		int zone, day;

		cz2_schedule_split((enum cz2_row)(CZ2_ROW_SCHEDULE + i), &zone, &day);
		if (copy_has(wanted, zone))
			restore_day(steps, wanted, now, zone, day);
	}
	for (int zone = 1; zone <= CZ2_ZONES_MAX && (parts & PART_SETPOINTS) != 0; zone++)
		if (copy_has(wanted, zone))
			restore_zone(steps, wanted, now, zone);
	if ((parts & PART_SYSTEM) != 0)
		restore_system(steps, wanted, now);
	return steps;
}

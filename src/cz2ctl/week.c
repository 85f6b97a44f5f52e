/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The four members of a period, each by its reader.
 */
#include "build.h"

#include "cz2ctl/week.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"

enum { DEGREES_MOST = 127, MINUTE = 60 };

/* Of a value that is not null. False with why. */
typedef bool
reader(const json_t *value, int16_t *to, char why[WEEK_WHY_MAX]);

/* A panel may hold any minute; that only quarters of an hour can be set is the daemon's matter. */
static bool
read_start(const json_t *value, int16_t *to, char why[WEEK_WHY_MAX])
{
	int seconds;

	if (!json_is_string(value)) {
		strcpy(why, "a time like \"06:30\" is wanted");
		return false;
	}
	seconds = calendar_time(json_string_value(value), why);
	if (seconds < 0)
		return false;
	if (seconds % MINUTE != 0) {
		strcpy(why, "a time without seconds is wanted");
		return false;
	}
	*to = (int16_t)(seconds / MINUTE);
	return true;
}

static bool
read_degrees(const json_t *value, int16_t *to, char why[WEEK_WHY_MAX])
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > DEGREES_MOST) {
		strcpy(why, "whole degrees are wanted");
		return false;
	}
	*to = (int16_t)json_integer_value(value);
	return true;
}

static bool
read_flag(const json_t *value, int16_t *to, char why[WEEK_WHY_MAX])
{
	if (!json_is_boolean(value)) {
		strcpy(why, "true or false is wanted");
		return false;
	}
	*to = json_is_true(value);
	return true;
}

/* Tells the first that is wrong: "wake.start: a time …". */
static void
complain(const char *period, const char *member, const char *reason, char why[WEEK_WHY_MAX])
{
	if (why[0] == '\0')
		snprintf(why, WEEK_WHY_MAX, "%s%s%s: %.300s", period, member[0] != '\0' ? "." : "",
			 member, reason);
}

static void
read_setting(const json_t *object, const char *period, struct cz2_setting *setting,
	     char why[WEEK_WHY_MAX])
{
	const struct {
		const char *name;
		reader *read;
		int16_t *to;
	} members[] = {{"start", read_start, &setting->start},
		       {"heat", read_degrees, &setting->heat},
		       {"cool", read_degrees, &setting->cool},
		       {"out", read_flag, &setting->out}};
	char reason[WEEK_WHY_MAX];

	if (object != NULL && !json_is_null(object) && !json_is_object(object))
		complain(period, "", "an object with start, heat, cool and out is wanted", why);
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const json_t *value = json_object_get(object, members[i].name);

		if (value != NULL && !json_is_null(value) &&
		    !members[i].read(value, members[i].to, reason))
			complain(period, members[i].name, reason, why);
	}
}

bool
week_read_day(const json_t *object, struct cz2_day *day, char why[WEEK_WHY_MAX])
{
	cz2_day_clear(day);
	why[0] = '\0';
	if (object == NULL || json_is_null(object))
		return true;
	if (!json_is_object(object)) {
		strcpy(why, "an object with wake, day, eve and sleep is wanted");
		return false;
	}
	for (int period = 0; period < CZ2_PERIODS; period++) {
		const char *name = cz2_period_names[period];

		read_setting(json_object_get(object, name), name, &day->periods[period], why);
	}
	return why[0] == '\0';
}

static json_t *
setting_json(const struct cz2_setting *setting)
{
	json_t *object = mem_or_end(json_object());
	char start[CALENDAR_TIME_MAX];

	if (setting->start != CZ2_UNKNOWN)
		json_object_set_new(object, "start",
				    json_string(calendar_time_text(setting->start, start)));
	if (setting->heat != CZ2_UNKNOWN)
		json_object_set_new(object, "heat", json_integer(setting->heat));
	if (setting->cool != CZ2_UNKNOWN)
		json_object_set_new(object, "cool", json_integer(setting->cool));
	if (setting->out != CZ2_UNKNOWN)
		json_object_set_new(object, "out", json_boolean(setting->out));
	return object;
}

json_t *
week_day_json(const struct cz2_day *day)
{
	json_t *object = mem_or_end(json_object());

	for (int period = 0; period < CZ2_PERIODS; period++) {
		json_t *setting = setting_json(&day->periods[period]);

		if (json_object_size(setting) > 0)
			json_object_set(object, cz2_period_names[period], setting);
		json_decref(setting);
	}
	return object;
}

bool
week_is_unknown(const struct cz2_day *day)
{
	struct cz2_day unknown;

	cz2_day_clear(&unknown);
	return memcmp(day, &unknown, sizeof unknown) == 0;
}

static const char *
degrees_text(int degrees, char out[WEEK_SETTING_MAX])
{
	if (degrees == CZ2_UNKNOWN)
		return "-";
	snprintf(out, WEEK_SETTING_MAX, "%d", degrees);
	return out;
}

char *
week_setting_text(const struct cz2_setting *setting, bool hidden, char out[WEEK_SETTING_MAX])
{
	char start[CALENDAR_TIME_MAX] = "-", heat[WEEK_SETTING_MAX], cool[WEEK_SETTING_MAX];
	bool is_out = setting->out == 1;
	struct cz2_day unknown;

	cz2_day_clear(&unknown);
	if (memcmp(setting, &unknown.periods[0], sizeof *setting) == 0)
		return strcpy(out, "not known");
	if (setting->start != CZ2_UNKNOWN)
		calendar_time_text(setting->start, start);
	if (is_out && !hidden)
		snprintf(out, WEEK_SETTING_MAX, "%s OUT", start);
	else
		snprintf(out, WEEK_SETTING_MAX, is_out ? "%.8s OUT (%.8s/%.8s)" : "%.8s %.8s/%.8s",
			 start, degrees_text(setting->heat, heat),
			 degrees_text(setting->cool, cool));
	return out;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's program: the week as a table, and changes of it over zones, days and periods
 * in one request.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/copy.h"
#include "cz2ctl/difference.h"
#include "cz2ctl/reading.h"
#include "cz2ctl/say.h"
#include "cz2ctl/schedule_setting.h"
#include "cz2ctl/view.h"
#include "cz2ctl/week.h"
#include "cz2ctl/word.h"
#include "cz2ctl/zones.h"

enum { TARGET_MAX = 64 };

static enum ctl_exit
usage(const char *why)
{
	say_error("%s", why);
	return CTL_USAGE;
}

/* ------------------------------------------------------------------------
 * Showing
 */

/* Leaves what was asked for: zones NULL is all of them. */
static void
keep_asked(json_t *answer, const struct zones *zones, unsigned days)
{
	json_t *list = json_object_get(answer, "schedules");

	for (size_t i = json_array_size(list); i-- > 0;) {
		json_t *zone = json_array_get(list, i);
		json_int_t id = json_integer_value(json_object_get(zone, "zone_id"));

		if (zones != NULL && (id < 0 || id > ZONES_NUMBER_MAX || !zones->has[id])) {
			json_array_remove(list, i);
			continue;
		}
		for (int day = 0; calendar_day_keys[day] != NULL; day++)
			if ((days >> day & 1) == 0)
				json_object_del(json_object_get(zone, "days"),
						calendar_day_keys[day]);
	}
}

static bool
is_told(const json_t *answer, int zone)
{
	const json_t *one;
	size_t index;

	json_array_foreach(json_object_get(answer, "schedules"), index, one)
	{
		const json_t *id = json_object_get(one, "zone_id");

		if (json_is_integer(id) && json_integer_value(id) == zone)
			return true;
	}
	return false;
}

/* As the daemon says it of other commands. */
static enum ctl_exit
check_zones(const json_t *answer, const struct zones *zones)
{
	for (int zone = 0; zone <= ZONES_NUMBER_MAX; zone++)
		if (zones->has[zone] && !is_told(answer, zone)) {
			say_error("Zone %d not found.", zone);
			return CTL_REFUSED;
		}
	return CTL_DONE;
}

static enum ctl_exit
read_schedules(struct ctl *ctl, json_t **answer)
{
	if (options_has(ctl->options, OPTION_REFRESH))
		return reading_program(ctl, answer);
	return call_get(ctl, "/schedules", 0, answer);
}

/* What rules now goes by the panel's clock. */
static void
add_clock(struct ctl *ctl, json_t *answer)
{
	json_t *clock = call_try(ctl, "/clock");

	if (clock != NULL)
		json_object_set(answer, "clock", json_object_get(clock, "clock"));
	json_decref(clock);
}

static void
show_asked(struct ctl *ctl, json_t *answer, const struct zones *zones, unsigned days)
{
	keep_asked(answer, zones, days);
	if (!options_has(ctl->options, OPTION_JSON))
		add_clock(ctl, answer);
	call_show(ctl, answer, view_schedules);
}

/* [ZONES] [DAYS] */
static enum ctl_exit
show(struct ctl *ctl, char **words)
{
	unsigned days = CALENDAR_ALL_DAYS;
	char why[CALENDAR_WHY_MAX];
	struct zones zones;
	json_t *answer = NULL;
	enum ctl_exit code;

	if (words[0] != NULL && words[1] != NULL && words[2] != NULL)
		return usage("schedule show takes zones and days");
	if (words[0] != NULL && words[1] != NULL && (days = calendar_days(words[1], why)) == 0)
		return usage(why);
	if (words[0] != NULL && (code = zones_read(ctl, words[0], &zones)) != CTL_DONE)
		return code;
	code = read_schedules(ctl, &answer);
	if (code == CTL_DONE && words[0] != NULL)
		code = check_zones(answer, &zones);
	if (code == CTL_DONE)
		show_asked(ctl, answer, words[0] != NULL ? &zones : NULL, days);
	json_decref(answer);
	return code;
}

/* ------------------------------------------------------------------------
 * Setting
 */

/* What is to be set, bit by bit. */
struct wish {
	unsigned days, periods;
};

/* The same setting for each of the periods; takes none of it. */
static json_t *
periods_json(unsigned periods, json_t *setting)
{
	json_t *object = mem_or_end(json_object());

	if (periods == CALENDAR_ALL_PERIODS)
		json_object_set(object, "all", setting);
	for (int period = 0; periods != CALENDAR_ALL_PERIODS && period < CZ2_PERIODS; period++)
		if ((periods >> period & 1) != 0)
			json_object_set(object, cz2_period_names[period], setting);
	return object;
}

static json_t *
days_json(unsigned days, json_t *periods)
{
	json_t *object = mem_or_end(json_object());

	if (days == CALENDAR_ALL_DAYS)
		json_object_set(object, "all", periods);
	for (int day = 0; days != CALENDAR_ALL_DAYS && calendar_day_keys[day] != NULL; day++)
		if ((days >> day & 1) != 0)
			json_object_set(object, calendar_day_keys[day], periods);
	return object;
}

/* Takes the setting. */
static json_t *
body_for(const struct zones *zones, const struct wish *wish, json_t *setting)
{
	json_t *of_day = periods_json(wish->periods, setting);
	json_t *body = mem_or_end(json_pack("{s:o}", "days", days_json(wish->days, of_day)));

	if (zones->count > 1)
		json_object_set_new(body, "zones", zones_json(zones));
	json_decref(of_day);
	json_decref(setting);
	return body;
}

/* What is in an answer, one zone or several, into the days. */
static void
take_answer(const json_t *answer, struct cz2_day days[CZ2_SCHEDULES])
{
	const json_t *list = json_object_get(answer, "schedules");
	const json_t *zone;
	size_t index;

	copy_clear_days(days);
	copy_take_schedule(json_object_get(answer, "schedule"), days);
	json_array_foreach(list, index, zone)
	{
		copy_take_schedule(zone, days);
	}
}

/* Of zones that the answer does not tell of, and of what nobody knew before and nobody asked for,
 * nothing has changed. */
static void
overlook(struct cz2_day *old, const struct cz2_day *now, unsigned periods)
{
	if (week_is_unknown(now))
		cz2_day_clear(old);
	if (!week_is_unknown(old))
		return;
	for (int period = 0; period < CZ2_PERIODS; period++)
		if ((periods >> period & 1) == 0)
			old->periods[period] = now->periods[period];
}

static void
overlook_all(struct cz2_day old[CZ2_SCHEDULES], const struct cz2_day now[CZ2_SCHEDULES],
	     const struct wish *wish)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		for (int day = 0; day < CZ2_DAYS; day++) {
			int row = cz2_schedule_row(zone, day) - CZ2_ROW_SCHEDULE;
			bool asked = (wish->days >> day & 1) != 0;

			overlook(&old[row], &now[row], asked ? wish->periods : 0);
		}
}

static void
show_changes(const struct ctl *ctl, const struct wish *wish, const json_t *before,
	     const json_t *after)
{
	struct cz2_day old[CZ2_SCHEDULES], now[CZ2_SCHEDULES];
	json_t *list = mem_or_end(json_array());

	take_answer(before, old);
	take_answer(after, now);
	overlook_all(old, now, wish);
	difference_days(old, now, list);
	if (json_array_size(list) > 0)
		view_differences(&ctl->screen, list);
	else if (json_object_get(after, "command_id") == NULL)
		fputs("It was so already.\n", ctl->screen.file);
	json_decref(list);
}

/* Takes the body. */
static enum ctl_exit
put_and_show(struct ctl *ctl, const char *target, const struct wish *wish, json_t *body)
{
	bool brief = options_has(ctl->options, OPTION_JSON) ||
		     options_has(ctl->options, OPTION_NO_WAIT) ||
		     options_has(ctl->options, OPTION_QUIET);
	json_t *before = brief ? NULL : call_try(ctl, "/schedules");
	json_t *answer;
	enum ctl_exit code = call_send(ctl, "PUT", target, body, &answer);

	if (code == CTL_DONE) {
		call_show_sent(ctl, answer);
		if (before != NULL)
			show_changes(ctl, wish, before, answer);
	}
	json_decref(before);
	json_decref(answer);
	return code;
}

/* ZONES DAYS PERIODS SETTING... */
static enum ctl_exit
set(struct ctl *ctl, char **words)
{
	char why[CALENDAR_WHY_MAX], target[TARGET_MAX] = "/schedules";
	struct wish wish;
	struct zones zones;
	json_t *setting;
	enum ctl_exit code;

	if (words[0] == NULL || words[1] == NULL || words[2] == NULL)
		return usage("schedule set takes zones, days, periods and what to set");
	wish.days = calendar_days(words[1], why);
	wish.periods = wish.days != 0 ? calendar_periods(words[2], why) : 0;
	if (wish.periods == 0)
		return usage(why);
	setting = schedule_setting(ctl->options, words + 3);
	if (setting == NULL)
		return CTL_USAGE;
	code = zones_read(ctl, words[0], &zones);
	if (code != CTL_DONE) {
		json_decref(setting);
		return code;
	}
	if (zones.count == 1)
		snprintf(target, sizeof target, "/zones/%d/schedule", zones_first(&zones));
	return put_and_show(ctl, target, &wish, body_for(&zones, &wish, setting));
}

/* ------------------------------------------------------------------------
 * The command
 */

static const struct {
	const char *name;
	bool sets;
	enum ctl_exit (*run)(struct ctl *ctl, char **words);
} actions[] = {{"show", false, show}, {"set", true, set}};

/* The options that only one of the two takes; NULL: there is none that does not fit. */
static const char *
stray(const struct ctl *ctl, bool sets)
{
	if (sets)
		return options_has(ctl->options, OPTION_REFRESH) ? "refresh" : NULL;
	if (schedule_setting_option(ctl->options) != NULL)
		return schedule_setting_option(ctl->options);
	return options_has(ctl->options, OPTION_NO_WAIT) ? "no-wait" : NULL;
}

enum ctl_exit
run_schedule(struct ctl *ctl)
{
	char **words = ctl->arguments;
	const char *word = words[0] != NULL ? *words++ : actions[0].name;
	char found[WORD_MAX];

	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
		if (!word_find(actions[i].name, word, found))
			continue;
		if (stray(ctl, actions[i].sets) == NULL)
			return actions[i].run(ctl, words);
		say_error("schedule %s takes no --%s", found, stray(ctl, actions[i].sets));
		return CTL_USAGE;
	}
	say_error("'%s' is neither show nor set: cz2ctl schedule show %s", word, word);
	return CTL_USAGE;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's clock: look at it, set it by ours or as somebody says.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>

#include "base/mem.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/view.h"
#include "cz2ctl/word.h"

enum { TEXT_MAX = 16, HOUR = 60 };

/* Takes the body. */
static enum ctl_exit
put(struct ctl *ctl, json_t *body)
{
	json_t *answer;
	enum ctl_exit code = call_send(ctl, "PUT", "/clock", body, &answer);

	if (code == CTL_DONE)
		call_show_sent(ctl, answer);
	json_decref(answer);
	return code;
}

static enum ctl_exit
show(struct ctl *ctl, char **words)
{
	bool refresh = options_has(ctl->options, OPTION_REFRESH);

	(void)words;
	return call_look(ctl, refresh ? "/clock?force=true" : "/clock", view_clock);
}

static enum ctl_exit
sync_clock(struct ctl *ctl, char **words)
{
	(void)words;
	return put(ctl, mem_or_end(json_pack("{s:b}", "sync", 1)));
}

/* One day, and a time to the second. */
static enum ctl_exit
set(struct ctl *ctl, char **words)
{
	char why[CALENDAR_WHY_MAX], time[TEXT_MAX];
	unsigned days = calendar_days(words[0], why);
	int seconds = days != 0 ? calendar_time(words[1], why) : -1;
	int day = 0;

	if (seconds < 0) {
		say_error("%s", why);
		return CTL_USAGE;
	}
	while (days != 1U << day && calendar_day_keys[day] != NULL)
		day++;
	if (calendar_day_keys[day] == NULL) {
		say_error("'%s' is more than one day", words[0]);
		return CTL_USAGE;
	}
	snprintf(time, sizeof time, "%02d:%02d:%02d", seconds / HOUR / HOUR,
		 seconds / HOUR % HOUR, seconds % HOUR);
	return put(ctl, mem_or_end(json_pack("{s:s, s:s}", "day", calendar_day_keys[day], "time",
					     time)));
}

static const struct {
	const char *name;
	int words; /* behind it */
	bool sets;
	enum ctl_exit (*run)(struct ctl *ctl, char **words);
} actions[] = {{"show", 0, false, show}, {"sync", 0, true, sync_clock}, {"set", 2, true, set}};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

static int
count(char **words)
{
	int found = 0;

	while (words[found] != NULL)
		found++;
	return found;
}

enum ctl_exit
run_clock(struct ctl *ctl)
{
	char **words = ctl->arguments;
	const char *word = words[0] != NULL ? *words++ : actions[0].name;
	char found[WORD_MAX];
	int stray;

	for (int i = 0; i < ACTIONS; i++) {
		if (!word_find(actions[i].name, word, found) || count(words) != actions[i].words)
			continue;
		stray = actions[i].sets ? OPTION_REFRESH : OPTION_NO_WAIT;
		if (!options_has(ctl->options, (enum option_id)stray))
			return actions[i].run(ctl, words);
		say_error("clock %s takes no --%s", found,
			  actions[i].sets ? "refresh" : "no-wait");
		return CTL_USAGE;
	}
	say_error("clock takes %s", ctl->command->arguments);
	return CTL_USAGE;
}

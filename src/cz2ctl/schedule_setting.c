/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * "start=19:00", "heat=68", "cool=76", "out": a table of members, each with its reader.
 */
#include "build.h"

#include "cz2ctl/schedule_setting.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cz2ctl/body.h"
#include "cz2ctl/calendar.h"
#include "cz2ctl/say.h"

enum { DEGREES_MOST = 999 };

static bool
add_start(json_t *setting, const char *name, const char *value)
{
	char why[CALENDAR_WHY_MAX], text[CALENDAR_TIME_MAX];
	int minutes = calendar_start(value, why);

	if (minutes < 0)
		say_error("%s", why);
	else
		json_object_set_new(setting, name, json_string(calendar_time_text(minutes, text)));
	return minutes >= 0;
}

/* What is in range is left to the daemon. */
static bool
add_degrees(json_t *setting, const char *name, const char *value)
{
	char *end;
	long degrees = strtol(value, &end, 10);

	if (end == value || *end != '\0' || degrees < 0 || degrees > DEGREES_MOST) {
		say_error("%s=%s: whole degrees Fahrenheit are wanted", name, value);
		return false;
	}
	json_object_set_new(setting, name, json_integer(degrees));
	return true;
}

static bool
add_out(json_t *setting, const char *name, const char *value)
{
	return body_add_switch(setting, name, value[0] != '\0' ? value : "on");
}

static const struct member {
	const char *name;
	enum option_id option;
	bool bare; /* it says something without a value, too */
	bool (*add)(json_t *setting, const char *name, const char *value);
} members[] = {
	{"start", OPTION_START, false, add_start},
	{"heat", OPTION_HEAT, false, add_degrees},
	{"cool", OPTION_COOL, false, add_degrees},
	{"out", OPTION_OUT, true, add_out},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static bool
add_member(json_t *setting, const struct member *member, const char *value)
{
	if (json_object_get(setting, member->name) != NULL) {
		say_error("%s is given twice", member->name);
		return false;
	}
	return member->add(setting, member->name, value);
}

/* One word: "heat=68". */
static bool
add_word(json_t *setting, const char *word)
{
	size_t length = strcspn(word, "=");
	const char *value = word[length] == '=' ? word + length + 1 : "";

	for (int i = 0; i < MEMBERS; i++) {
		if (strlen(members[i].name) != length ||
		    strncasecmp(members[i].name, word, length) != 0)
			continue;
		if (value[0] == '\0' && (!members[i].bare || word[length] == '='))
			break;
		return add_member(setting, &members[i], value);
	}
	say_error("'%s' is no setting: start=TIME, heat=N, cool=N and out are", word);
	return false;
}

json_t *
schedule_setting(const struct options *options, char **words)
{
	json_t *setting = mem_or_end(json_object());
	bool good = true;

	for (int i = 0; words[i] != NULL && good; i++)
		good = add_word(setting, words[i]);
	for (int i = 0; i < MEMBERS && good; i++)
		if (options_has(options, members[i].option))
			good = add_member(setting, &members[i],
					  options->given[members[i].option]);
	if (good && json_object_size(setting) == 0) {
		say_error("nothing to change: give start=TIME, heat=N, cool=N or out");
		good = false;
	}
	if (good)
		return setting;
	json_decref(setting);
	return NULL;
}

const char *
schedule_setting_option(const struct options *options)
{
	for (int i = 0; i < MEMBERS; i++)
		if (options_has(options, members[i].option))
			return members[i].name;
	return NULL;
}

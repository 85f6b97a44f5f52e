/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Members in a table; a member that was not given is left out, which the daemon takes
 * for "leave it as it is".
 */
#include "build.h"

#include "cz2ctl/body.h"

#include <string.h>

#include "base/mem.h"
#include "cz2ctl/say.h"
#include "cz2ctl/word.h"

static const struct {
	enum option_id option;
	const char *member;
	bool is_number;
} members[] = {
	{OPTION_ALL, "all", false},   {OPTION_HEAT, "heat", true},  {OPTION_COOL, "cool", true},
	{OPTION_HOLD, "hold", false}, {OPTION_TEMP, "temp", false}, {OPTION_OUT, "out", false},
};

json_t *
body_of(const struct options *options)
{
	json_t *body = mem_or_end(json_object());

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		enum option_id id = members[i].option;

		if (!options_has(options, id))
			continue;
		if (members[i].is_number)
			json_object_set_new(body, members[i].member,
					    json_integer(options_number(options, id, 0)));
		else
			body_add_switch(body, members[i].member, options->given[id]);
	}
	return body;
}

static bool
find(const char *choices, const char *word, char found[WORD_MAX])
{
	if (word_find(choices, word, found))
		return true;
	say_error("'%s' is none of %s", word, choices);
	return false;
}

bool
body_add_word(json_t *body, const char *member, const char *choices, const char *word)
{
	char found[WORD_MAX];

	if (!find(choices, word, found))
		return false;
	json_object_set_new(body, member, json_string(found));
	return true;
}

bool
body_add_switch(json_t *body, const char *member, const char *word)
{
	char found[WORD_MAX];

	if (!find("on|off", word, found))
		return false;
	json_object_set_new(body, member, json_boolean(strcmp(found, "on") == 0));
	return true;
}

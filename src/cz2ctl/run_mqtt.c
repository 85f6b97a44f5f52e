/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the broker was told of us: look at it, tell it anew, take it back.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/view.h"
#include "cz2ctl/word.h"

static enum ctl_exit
show(struct ctl *ctl)
{
	return call_look(ctl, "/api/v1/mqtt", view_mqtt);
}

static enum ctl_exit
announce(struct ctl *ctl)
{
	return call_command(ctl, "/api/v1/mqtt/announce", NULL);
}

static enum ctl_exit
forget(struct ctl *ctl)
{
	return call_command(ctl, "/api/v1/mqtt/forget", NULL);
}

static const struct {
	const char *name;
	enum ctl_exit (*run)(struct ctl *ctl);
} actions[] = {{"show", show}, {"announce", announce}, {"forget", forget}};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

enum ctl_exit
run_mqtt(struct ctl *ctl)
{
	const char *word = ctl->arguments[0] != NULL ? ctl->arguments[0] : actions[0].name;
	char found[WORD_MAX];

	for (int i = 0; i < ACTIONS; i++)
		if (word_find(actions[i].name, word, found))
			return actions[i].run(ctl);
	say_error("mqtt takes %s", ctl->command->arguments);
	return CTL_USAGE;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands to the panel as a whole.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include "cz2ctl/body.h"
#include "cz2ctl/command.h"

/* The word behind the command is the member; its choices stand in the table. */
static enum ctl_exit
set_word(struct ctl *ctl, const char *target, const char *member)
{
	json_t *body = body_of(ctl->options);

	if (!body_add_word(body, member, ctl->command->arguments, ctl->arguments[0])) {
		json_decref(body);
		return CTL_USAGE;
	}
	return call_command(ctl, target, body);
}

enum ctl_exit
run_mode(struct ctl *ctl)
{
	return set_word(ctl, "/system/mode", "mode");
}

enum ctl_exit
run_fan(struct ctl *ctl)
{
	return set_word(ctl, "/system/fan", "fan");
}

enum ctl_exit
run_update(struct ctl *ctl)
{
	return call_command(ctl, "/update", body_of(ctl->options));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel and its zones as devices: look at them, name them, hide a zone that is not
 * used.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/command.h"
#include "cz2ctl/say.h"
#include "cz2ctl/value.h"
#include "cz2ctl/view.h"
#include "cz2ctl/word.h"

enum { TARGET_MAX = 192, ID_MAX = 64 };

static const char devices[] = "/api/v1/devices";

/* ------------------------------------------------------------------------
 * Requests
 */

/* The target of a device, and of what is asked of it ("/health" or ""). False after an error. */
static bool
name_target(const char *id, const char *what, char target[TARGET_MAX])
{
	if (id[0] == '\0' || strlen(id) >= ID_MAX || !word_is_plain(id)) {
		say_error("'%s' is no ID of a device: see cz2ctl devices", id);
		return false;
	}
	snprintf(target, TARGET_MAX, "%s/%s%s", devices, id, what);
	return true;
}

static enum ctl_exit
look_at(struct ctl *ctl, const char *id, const char *what,
	void (*view)(const struct screen *screen, const json_t *answer))
{
	char target[TARGET_MAX];

	return name_target(id, what, target) ? call_look(ctl, target, view) : CTL_USAGE;
}

/* ------------------------------------------------------------------------
 * Actions
 */

static enum ctl_exit
list(struct ctl *ctl, const char *id, const char *name)
{
	(void)id;
	(void)name;
	return call_look(ctl, devices, view_devices);
}

static enum ctl_exit
show(struct ctl *ctl, const char *id, const char *name)
{
	(void)name;
	return look_at(ctl, id, "", view_device);
}

static enum ctl_exit
config(struct ctl *ctl, const char *id, const char *name)
{
	(void)name;
	return look_at(ctl, id, "/config", view_device_config);
}

/* The panel's ID is the daemon's business. */
static enum ctl_exit
find_panel(struct ctl *ctl, char id[ID_MAX])
{
	const json_t *panel;
	json_t *answer;
	char target[TARGET_MAX];
	enum ctl_exit code;

	snprintf(target, sizeof target, "%s?type=panel", devices);
	code = call_get(ctl, target, 0, &answer);
	if (code != CTL_DONE)
		return code;
	panel = json_array_get(json_object_get(answer, "devices"), 0);
	value_word(panel, "device_id", target);
	snprintf(id, ID_MAX, "%.*s", ID_MAX - 1, target);
	json_decref(answer);
	return CTL_DONE;
}

/* Ends like health when something is wrong. */
static enum ctl_exit
health(struct ctl *ctl, const char *id, const char *name)
{
	char panel[ID_MAX], target[TARGET_MAX];
	enum ctl_exit code;
	json_t *answer;

	(void)name;
	if (id == NULL && (code = find_panel(ctl, panel)) != CTL_DONE)
		return code;
	if (!name_target(id != NULL ? id : panel, "/health", target))
		return CTL_USAGE;
	code = call_get(ctl, target, 0, &answer);
	if (code == CTL_DONE) {
		call_show(ctl, answer, view_device_health);
		if (value_is_word(answer, "status", "offline") ||
		    value_is_word(answer, "status", "error"))
			code = CTL_REFUSED;
	}
	json_decref(answer);
	return code;
}

/* Without a name: as the configuration has it. */
static enum ctl_exit
rename_device(struct ctl *ctl, const char *id, const char *name)
{
	char target[TARGET_MAX];
	json_t *text;

	if (!name_target(id, "", target))
		return CTL_USAGE;
	text = name != NULL ? json_string(name) : json_null();
	if (text == NULL) {
		say_error("the name is not UTF-8");
		return CTL_USAGE;
	}
	return call_change(ctl, "PATCH", target, mem_or_end(json_pack("{s:o}", "name", text)),
			   view_device);
}

static enum ctl_exit
decommission(struct ctl *ctl, const char *id, const char *name)
{
	char target[TARGET_MAX];

	(void)name;
	if (!name_target(id, "/decommission", target))
		return CTL_USAGE;
	return call_change(ctl, "POST", target, mem_or_end(json_object()), view_device);
}

static enum ctl_exit
recommission(struct ctl *ctl, const char *id, const char *name)
{
	char target[TARGET_MAX];

	(void)name;
	if (!name_target(id, "/recommission", target))
		return CTL_USAGE;
	return call_change(ctl, "POST", target, mem_or_end(json_object()), view_device);
}

/* ------------------------------------------------------------------------
 * The command
 */

static const struct {
	const char *name, *takes;
	int least, most; /* words behind it */
	enum ctl_exit (*run)(struct ctl *ctl, const char *id, const char *name);
} actions[] = {
	{"list", "takes no ID", 0, 0, list},
	{"show", "takes an ID", 1, 1, show},
	{"rename", "takes an ID, and the name unless it is the configured one", 1, 2,
	 rename_device},
	{"health", "takes an ID, or none for the panel's", 0, 1, health},
	{"config", "takes an ID", 1, 1, config},
	{"decommission", "takes an ID", 1, 1, decommission},
	{"recommission", "takes an ID", 1, 1, recommission},
};

enum { ACTIONS = sizeof actions / sizeof actions[0] };

static enum ctl_exit
act(struct ctl *ctl, int action)
{
	char **words = ctl->arguments[0] != NULL ? ctl->arguments + 1 : ctl->arguments;
	enum ctl_exit code;
	int count = 0;

	while (words[count] != NULL)
		count++;
	if (count < actions[action].least || count > actions[action].most) {
		say_error("devices %s %s", actions[action].name, actions[action].takes);
		return CTL_USAGE;
	}
	code = actions[action].run(ctl, words[0], count > 0 ? words[1] : NULL);
	return count > 0 ? call_hint_devices(ctl, code) : code;
}

enum ctl_exit
run_devices(struct ctl *ctl)
{
	const char *word = ctl->arguments[0] != NULL ? ctl->arguments[0] : actions[0].name;
	char found[WORD_MAX];

	for (int i = 0; i < ACTIONS; i++)
		if (word_find(actions[i].name, word, found))
			return act(ctl, i);
	say_error("devices takes %s", ctl->command->arguments);
	return CTL_USAGE;
}

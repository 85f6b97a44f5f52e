/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands to zones: one by its own route, several as a batch, so that all of them change
 * or none does.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <stdio.h>
#include <strings.h>

#include "cz2ctl/body.h"
#include "cz2ctl/say.h"
#include "cz2ctl/zones.h"

enum { TARGET_MAX = 64 };

/* Takes the body; what: the last word of the route for one zone. */
static enum ctl_exit
change(struct ctl *ctl, json_t *body, const char *what)
{
	char target[TARGET_MAX] = "/zones/batch/temperature";
	struct zones zones;
	enum ctl_exit code = zones_read(ctl, ctl->arguments[0], &zones);

	if (code != CTL_DONE) {
		json_decref(body);
		return code;
	}
	if (zones.count == 1)
		snprintf(target, sizeof target, "/zones/%d/%s", zones_first(&zones), what);
	else
		json_object_set_new(body, "zones", zones_json(&zones));
	return call_command(ctl, target, body);
}

static enum ctl_exit
nothing_to_change(json_t *body, const char *hint)
{
	json_decref(body);
	say_error("nothing to change: %s", hint);
	return CTL_USAGE;
}

enum ctl_exit
run_zone(struct ctl *ctl)
{
	json_t *body = body_of(ctl->options);

	if (json_object_size(body) == 0)
		return nothing_to_change(body, "give --heat, --cool, --hold, --temp or --out");
	return change(ctl, body, "temperature");
}

enum ctl_exit
run_hold(struct ctl *ctl)
{
	json_t *body = body_of(ctl->options);
	const char *word = ctl->arguments[1];

	if (word != NULL && !body_add_switch(body, "hold", word)) {
		json_decref(body);
		return CTL_USAGE;
	}
	if (json_object_size(body) == 0)
		return nothing_to_change(body, "say on or off, or give --temp");
	return change(ctl, body, "hold");
}

/* As the commands are one for each zone, the first that fails is the last. */
enum ctl_exit
run_resume(struct ctl *ctl)
{
	struct zones zones;
	enum ctl_exit code;

	if (strcasecmp(ctl->arguments[0], "all") == 0)
		return call_command(ctl, "/system/resume", NULL);
	code = zones_read(ctl, ctl->arguments[0], &zones);
	for (int zone = 0; zone <= ZONES_NUMBER_MAX && code == CTL_DONE; zone++) {
		char target[TARGET_MAX];

		if (!zones.has[zone])
			continue;
		snprintf(target, sizeof target, "/zones/%d/resume", zone);
		code = call_command(ctl, target, NULL);
	}
	return code;
}

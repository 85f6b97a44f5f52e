/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands that only look.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include "cz2ctl/http_status.h"
#include "cz2ctl/value.h"
#include "cz2ctl/view.h"

enum ctl_exit
run_status(struct ctl *ctl)
{
	bool refresh = options_has(ctl->options, OPTION_REFRESH);

	return call_look(ctl, refresh ? "/status/live" : "/status", view_status);
}

enum ctl_exit
run_health(struct ctl *ctl)
{
	json_t *answer;
	enum ctl_exit code = call_get(ctl, "/health", STATUS_UNHEALTHY, &answer);

	if (code == CTL_DONE) {
		call_show(ctl, answer, view_health);
		if (value_is_word(answer, "status", "unhealthy"))
			code = CTL_REFUSED;
	}
	json_decref(answer);
	return code;
}

enum ctl_exit
run_version(struct ctl *ctl)
{
	return call_look(ctl, "/api/v1/system/version", view_version);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * cz2ctl doctor: what is wrong, and what to do about it.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include "cz2ctl/doctor.h"
#include "cz2ctl/say.h"
#include "cz2ctl/stop.h"

enum { LISTEN_SECONDS = 25 }; /* two of the panel's rounds, and a half */

enum ctl_exit
run_doctor(struct ctl *ctl)
{
	const char *link = ctl->options->given[OPTION_DIRECT];
	long seconds = options_number(ctl->options, OPTION_SECONDS, LISTEN_SECONDS);
	struct report report = {.count = 0};
	json_t *document;

	if (link == NULL && options_has(ctl->options, OPTION_SECONDS)) {
		say_error("doctor takes --seconds with --direct only");
		return CTL_USAGE;
	}
	if (seconds < 1) {
		say_error("--seconds 0: who does not listen hears nothing");
		return CTL_USAGE;
	}
	if (link != NULL) {
		stop_catch();
		doctor_line(link, (int)seconds, &report);
	} else {
		doctor_daemon(ctl, &report);
	}
	document = report_json(&report);
	call_show(ctl, document, report_view);
	json_decref(document);
	return report_verdict(&report) == VERDICT_FAILED ? CTL_REFUSED : CTL_DONE;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * cz2ctl monitor: what is on the line, from the daemon, from the line itself, or from a capture.
 * All three come as the same events, so that all three look alike. How is left to talk.h.
 */
#include "build.h"

#include "cz2ctl/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cz2ctl/ear.h"
#include "cz2ctl/say.h"
#include "cz2ctl/sieve.h"
#include "cz2ctl/stop.h"

enum {
	SECOND_MS = 1000,
	STREAM_SECONDS = 3600, /* the daemon ends its answer then, and is asked again */
	SLACK_MS = 2000,       /* ... to the second, more or less */
	WAIT_MS = 100,
	TARGET_MAX = 64,
};

struct monitor {
	struct ctl *ctl;
	struct talk talk;
	FILE *capture; /* or NULL */
	bool captured; /* something stands in it */
	int64_t began, deadline;
	long left; /* lines to show */
	char line[EVENT_LINE_MAX];
	size_t length;
	bool garbled; /* a line was none of ours */

	int64_t frames, errors, skipped, lost;
};

/* ------------------------------------------------------------------------
 * Events
 */

static void
count(struct monitor *monitor, const struct event *event)
{
	monitor->frames += event->kind == EVENT_FRAME;
	monitor->errors += event_checksum_errors(event);
	monitor->lost += event->count;
	if (event->kind == EVENT_NOISE)
		monitor->skipped += (int64_t)event->length;
}

/* What was captured before goes when there is something to take its place. */
static void
begin_capture(struct monitor *monitor)
{
	if (ftruncate(fileno(monitor->capture), 0) != 0 && errno != EINVAL /* a pipe */)
		say_warning("the capture goes behind what stood in the file before: %s",
			    strerror(errno));
	monitor->captured = true;
}

static void
capture(struct monitor *monitor, const struct event *event)
{
	if (!monitor->captured)
		begin_capture(monitor);
	event_write(event, monitor->capture);
}

static void
on_event(void *self, const struct event *event)
{
	struct monitor *monitor = self;
	const struct ctl *ctl = monitor->ctl;
	struct talk_facts facts;

	if (monitor->left == 0)
		return;
	count(monitor, event);
	if (monitor->capture != NULL)
		capture(monitor, event);
	talk_hear(&monitor->talk, event, &facts);
	if (!sieve_passes(ctl->options, event, &facts))
		return;
	if (options_has(ctl->options, OPTION_JSON))
		event_write(event, ctl->screen.file);
	else
		talk_print(event, &facts, options_has(ctl->options, OPTION_HEX), &ctl->screen);
	fflush(ctl->screen.file);
	if (monitor->left > 0)
		monitor->left--;
}

static bool
wants_more(void *self)
{
	const struct monitor *monitor = self;

	return !stop_wanted() && monitor->left != 0 && !monitor->garbled &&
	       clock_now() < monitor->deadline && !ferror(monitor->ctl->screen.file);
}

/* ------------------------------------------------------------------------
 * From the daemon
 */

static void
on_line(struct monitor *monitor)
{
	struct event event;

	if (event_read(&event, monitor->line, monitor->length))
		on_event(monitor, &event);
	else
		monitor->garbled = true;
	monitor->length = 0;
}

static bool
on_bytes(void *self, const char *bytes, size_t length)
{
	struct monitor *monitor = self;

	for (size_t i = 0; i < length && wants_more(monitor); i++) {
		if (bytes[i] == '\n')
			on_line(monitor);
		else if (monitor->length < sizeof monitor->line)
			monitor->line[monitor->length++] = bytes[i];
		else
			monitor->garbled = true;
	}
	return wants_more(monitor);
}

static enum ctl_exit
listen_once(struct monitor *monitor, long seconds)
{
	const struct client_listener listener = {
		.self = monitor, .take = on_bytes, .wants_more = wants_more};
	int64_t began = clock_now();
	char target[TARGET_MAX];
	enum ctl_exit code;

	snprintf(target, sizeof target, "/api/v1/monitor?seconds=%ld", seconds);
	monitor->length = 0;
	code = call_listen(monitor->ctl, target, &listener);
	if (monitor->garbled) {
		say_error("the daemon's answer is not understood");
		return CTL_REFUSED;
	}
	if (code == CTL_DONE && wants_more(monitor) &&
	    clock_now() - began < seconds * SECOND_MS - SLACK_MS) {
		say_error("the daemon says no more: it has stopped");
		return CTL_UNREACHED;
	}
	return code;
}

static enum ctl_exit
from_daemon(struct monitor *monitor)
{
	enum ctl_exit code;

	do {
		int64_t left = (monitor->deadline - clock_now()) / SECOND_MS + 1;

		code = listen_once(monitor, left < STREAM_SECONDS ? (long)left : STREAM_SECONDS);
	} while (code == CTL_DONE && wants_more(monitor));
	return code;
}

/* ------------------------------------------------------------------------
 * From the line
 */

static void
follow_link(const struct ear *ear, bool *open)
{
	if (*open && !ear_is_open(ear))
		say_warning("the link is lost: %s; opening it again", ear_why(ear));
	else if (!*open && ear_is_open(ear))
		say_note("listening (%s)", ear_kind(ear));
	*open = ear_is_open(ear);
}

static enum ctl_exit
from_line(struct monitor *monitor, const char *link)
{
	struct ear *ear = ear_new(link, on_event, monitor);
	enum ctl_exit code = CTL_DONE;
	bool open = false;

	while (code == CTL_DONE && wants_more(monitor)) {
		ear_listen(ear, WAIT_MS);
		follow_link(ear, &open);
		if (!ear_has_failed(ear))
			continue;
		say_error("cannot open %s: %s", link, ear_why(ear));
		code = CTL_REFUSED;
	}
	ear_free(ear);
	return code;
}

/* ------------------------------------------------------------------------
 * From a capture
 */

static enum ctl_exit
read_capture(struct monitor *monitor, FILE *file, const char *path)
{
	struct event event = {.at_ms = 0};
	size_t size = 0;
	char *line = NULL;
	ssize_t length;
	int number = 0;
	enum ctl_exit code = CTL_DONE;

	while (code == CTL_DONE && wants_more(monitor) &&
	       (length = getline(&line, &size, file)) > 0) {
		number++;
		if (event_read(&event, line, (size_t)length)) {
			on_event(monitor, &event);
			continue;
		}
		say_error("%s:%d: this is no line of a capture", path, number);
		code = CTL_USAGE;
	}
	if (ferror(file)) {
		say_error("%s: %s", path, strerror(errno));
		code = CTL_USAGE;
	}
	free(line);
	monitor->began = clock_now() - event.at_ms; /* it took as long as it took then */
	return code;
}

static enum ctl_exit
from_capture(struct monitor *monitor, const char *path)
{
	FILE *file = fopen(path, "re");
	enum ctl_exit code;

	if (file == NULL) {
		say_error("%s: %s", path, strerror(errno));
		return CTL_USAGE;
	}
	code = read_capture(monitor, file, path);
	fclose(file);
	return code;
}

/* ------------------------------------------------------------------------
 * The command
 */

static void
sum_up(const struct monitor *monitor)
{
	char lost[64] = "";

	if (monitor->lost > 0)
		snprintf(lost, sizeof lost, ", %lld lines lost", (long long)monitor->lost);
	say_note("%lld frames heard, %lld CRC errors, %lld bytes skipped%s in %.1f s",
		 (long long)monitor->frames, (long long)monitor->errors,
		 (long long)monitor->skipped, lost,
		 (double)(clock_now() - monitor->began) / SECOND_MS);
}

static enum ctl_exit
open_capture(struct monitor *monitor, const char *path)
{
	if (path == NULL)
		return CTL_DONE;
	monitor->capture = fopen(path, "ae");
	if (monitor->capture == NULL) {
		say_error("%s: %s", path, strerror(errno));
		return CTL_USAGE;
	}
	setvbuf(monitor->capture, NULL, _IOLBF, 0); /* whole lines, however we end */
	return CTL_DONE;
}

/* A full disk must not pass for a capture. */
static enum ctl_exit
close_capture(const struct monitor *monitor, const char *path, enum ctl_exit code)
{
	bool failed;

	if (monitor->capture == NULL)
		return code;
	failed = ferror(monitor->capture) != 0;
	if (fclose(monitor->capture) == 0 && !failed)
		return code;
	say_error("%s: not all of it could be written", path);
	return code != CTL_DONE ? code : CTL_REFUSED;
}

static enum ctl_exit
check(const struct options *options)
{
	bool replay = options_has(options, OPTION_REPLAY);

	if (replay &&
	    (options_has(options, OPTION_DIRECT) || options_has(options, OPTION_CAPTURE) ||
	     options_has(options, OPTION_SECONDS))) {
		say_error("--replay takes neither --direct nor --capture nor --seconds");
		return CTL_USAGE;
	}
	return sieve_check(options);
}

enum ctl_exit
run_monitor(struct ctl *ctl)
{
	const struct options *options = ctl->options;
	const char *capture = options->given[OPTION_CAPTURE];
	int64_t seconds = options_number(options, OPTION_SECONDS, 0);
	struct monitor monitor = {.ctl = ctl,
				  .began = clock_now(),
				  .left = options_number(options, OPTION_LINES, -1)};
	enum ctl_exit code = check(options);

	if (code == CTL_DONE)
		code = open_capture(&monitor, capture);
	if (code != CTL_DONE)
		return code;
	monitor.deadline = seconds > 0 ? monitor.began + seconds * SECOND_MS : INT64_MAX;
	stop_catch();
	if (options_has(options, OPTION_REPLAY))
		code = from_capture(&monitor, options->given[OPTION_REPLAY]);
	else if (options_has(options, OPTION_DIRECT))
		code = from_line(&monitor, options->given[OPTION_DIRECT]);
	else
		code = from_daemon(&monitor);
	code = close_capture(&monitor, capture, code);
	if (code == CTL_DONE)
		sum_up(&monitor);
	return code;
}

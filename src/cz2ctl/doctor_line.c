/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the line tells to who only listens.
 */
#include "build.h"

#include "cz2ctl/doctor.h"

#include <string.h>

#include "base/clock.h"
#include "cz2ctl/ear.h"
#include "cz2ctl/say.h"
#include "cz2ctl/stop.h"

enum {
	SECOND_MS = 1000,
	WAIT_MS = 100,
	PERCENT = 100,
	CHECKSUMS_SOME = 1,  /* percent: noise now and then */
	CHECKSUMS_MANY = 10, /* ... so much that it is felt */
	RHYTHM_MS = 15000,   /* within so long a burst must come */
	BURST_TABLE = 9,     /* it begins with row 9.1, which the wall unit asks the panel for */
	BURST_ROW = 1,
};

struct listening {
	int64_t began;
	int frames, bursts;
	bool talkers[CZ2_PAYLOAD_MAX + 1];
};

static void
on_event(void *self, const struct event *event)
{
	struct listening *listening = self;
	struct cz2_frame frame;

	if (event->kind != EVENT_FRAME ||
	    cz2_frame_decode(event->bytes, event->length, &frame) != 0)
		return;
	listening->frames++;
	listening->talkers[frame.source] = true;
	listening->bursts += frame.source == CZ2_ADDRESS_UI && frame.function == CZ2_READ &&
			     frame.length >= CZ2_ROW_PREFIX && frame.payload[1] == BURST_TABLE &&
			     frame.payload[2] == BURST_ROW;
}

/* Until the time is over, or the link cannot be had. */
static void
hear_out(struct ear *ear, struct listening *listening, int seconds)
{
	int64_t end = listening->began + (int64_t)seconds * SECOND_MS;

	while (clock_now() < end && !stop_wanted() && !ear_has_failed(ear)) {
		ear_listen(ear, WAIT_MS);
		say_bar("Listening", (int)((clock_now() - listening->began) / SECOND_MS), seconds);
	}
	say_bar_end();
}

/* ------------------------------------------------------------------------
 * Judging
 */

void
doctor_checksums(double frames, double errors, struct report *report)
{
	double percent = frames + errors > 0 ? PERCENT * errors / (frames + errors) : 0;
	enum verdict verdict = percent > CHECKSUMS_MANY   ? VERDICT_FAILED
			       : percent > CHECKSUMS_SOME ? VERDICT_WARNING
							  : VERDICT_OK;

	report_add(report, "checksums", verdict, ADVICE_CHECKSUMS,
		   "%.0f of %.0f frames had a wrong checksum (%.1f %%)", errors, frames + errors,
		   percent);
}

/* "1, 9, 42" */
static void
list_talkers(const struct listening *listening, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; i <= CZ2_PAYLOAD_MAX && used < size; i++)
		if (listening->talkers[i])
			used += (size_t)snprintf(out + used, size - used, "%s%d",
						 used > 0 ? ", " : "", i);
}

static void
judge_traffic(const struct ear *ear, const struct listening *listening, struct report *report)
{
	const struct cz2_reader_counters *counters = ear_counters(ear);
	char talkers[128] = "";

	list_talkers(listening, talkers, sizeof talkers);
	if (listening->frames > 0)
		report_add(report, "traffic", VERDICT_OK, ADVICE_NONE,
			   "%d frames were heard, from the addresses %s", listening->frames,
			   talkers);
	else if (counters->bytes > 0)
		report_add(report, "traffic", VERDICT_FAILED, ADVICE_CHECKSUMS,
			   "%llu bytes were heard, and no frame",
			   (unsigned long long)counters->bytes);
	else
		report_add(report, "traffic", VERDICT_FAILED, ADVICE_SILENT,
			   "not a byte was heard");
}

static void
judge_rhythm(const struct listening *listening, int64_t listened_ms, struct report *report)
{
	if (listening->bursts > 0)
		report_add(report, "rhythm", VERDICT_OK, ADVICE_NONE,
			   "the wall unit asked the panel %d times", listening->bursts);
	else if (listening->frames > 0)
		report_add(report, "rhythm", VERDICT_WARNING, ADVICE_RHYTHM,
			   "the wall unit asked nothing%s",
			   listened_ms < RHYTHM_MS ? ", but we did not listen for long" : "");
}

static void
judge(const struct ear *ear, const struct listening *listening, struct report *report)
{
	const struct cz2_reader_counters *counters = ear_counters(ear);

	if (ear_swapped(ear))
		report_add(report, "wires", VERDICT_FAILED, ADVICE_WIRES,
			   "every frame comes inverted: A and B look exchanged");
	else if (listening->frames > 0)
		report_add(report, "wires", VERDICT_OK, ADVICE_NONE, "A and B are right");
	if (!ear_swapped(ear))
		judge_traffic(ear, listening, report);
	if (counters->frames + counters->checksum_errors > 0)
		doctor_checksums((double)counters->frames, (double)counters->checksum_errors,
				 report);
	judge_rhythm(listening, clock_now() - listening->began, report);
}

void
doctor_line(const char *link, int seconds, struct report *report)
{
	struct listening listening = {.began = clock_now()};
	struct ear *ear = ear_new(link, on_event, &listening);

	hear_out(ear, &listening, seconds);
	if (ear_is_open(ear)) {
		report_add(report, "adapter", VERDICT_OK, ADVICE_NONE, "%s is open (%s)", link,
			   ear_kind(ear));
		judge(ear, &listening, report);
	} else {
		doctor_link(link, ear_why(ear), true, report);
	}
	ear_free(ear);
}

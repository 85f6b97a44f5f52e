/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/ledger/unexpected_log.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum {
	HOUR_MS = 60 * 60 * 1000,
	GRAVE_PAUSE_MS = HOUR_MS / 6,
	PAUSE_MS = 4 * HOUR_MS,
	LINE_MAX = 900,
};

/* What schedules do every day is no warning, and keeps no warning back. */
static const struct {
	enum log_level level;
	int at_once;      /* lines without a pause, */
	int64_t pause_ms; /* then one after each */
	const char *later; /* what the last one says of those that follow */
} kinds[UNEXPECTED_KIND_COUNT] = {
	[UNEXPECTED_GRAVE] = {LOG_LEVEL_WARNING, 32, GRAVE_PAUSE_MS,
			      "about holds and the mode one line in 10 minutes"},
	[UNEXPECTED_OTHER] = {LOG_LEVEL_WARNING, 4, PAUSE_MS,
			      "about other changes one line in 4 hours"},
	[UNEXPECTED_DAILY] = {LOG_LEVEL_INFO, 4, PAUSE_MS,
			      "about what schedules do one line in 4 hours"},
};

static const char *const cause_texts[] = {
	[UNEXPECTED_UNKNOWN] = "unknown, maybe somebody at a wall thermostat",
	[UNEXPECTED_RESTARTED] = "the panel has restarted",
	[UNEXPECTED_CLIENT] = "another client on the bus",
	[UNEXPECTED_PERIOD] = "a period of the schedule began",
	[UNEXPECTED_WALL] = "somebody at a wall thermostat",
};

static const char *
word_of(enum cz2_field field, int value, char out[16])
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (info->words != NULL)
		return info->words[value];
	if (cz2_field_is_flag(info))
		return value ? "on" : "off";
	snprintf(out, 16, "%d", value);
	return out;
}

static void
describe(const struct unexpected_finding *finding, FILE *to)
{
	if (finding->zone != 0)
		fprintf(to, "zone %d ", finding->zone);
	for (int i = 0; i < finding->count; i++) {
		const struct unexpected_change *change = &finding->changes[i];
		char old[16], now[16];

		fprintf(to, "%s%s %s -> %s", i > 0 ? ", " : "", cz2_field_info(change->field)->name,
			word_of(change->field, change->old, old),
			word_of(change->field, change->now, now));
	}
}

static const char *
cause_text(const struct unexpected_finding *finding)
{
	if (finding->cause == UNEXPECTED_UNKNOWN && finding->scheduled)
		return "somebody at a wall thermostat, or a schedule";
	return cause_texts[finding->cause];
}

static enum unexpected_kind
kind_of(const struct unexpected_finding *finding)
{
	for (int i = 0; i < finding->count; i++)
		if (finding->changes[i].field == CZ2_HOLD || finding->changes[i].field == CZ2_MODE)
			return UNEXPECTED_GRAVE;
	return finding->scheduled ? UNEXPECTED_DAILY : UNEXPECTED_OTHER;
}

static enum unexpected_kind
gravest_of(const struct unexpected_finding *findings, int count)
{
	enum unexpected_kind gravest = UNEXPECTED_DAILY;

	for (int i = 0; i < count; i++) {
		enum unexpected_kind kind = kind_of(&findings[i]);

		gravest = kind < gravest ? kind : gravest;
	}
	return gravest;
}

/* Each cause stands before what it made. */
static void
describe_all(const struct unexpected_finding *findings, int count, FILE *to)
{
	for (int i = 0; i < count; i++) {
		const char *cause = cause_text(&findings[i]);

		fprintf(to, "%s", i > 0 ? "; " : "");
		if (i == 0 || strcmp(cause, cause_text(&findings[i - 1])) != 0)
			fprintf(to, "(%s): ", cause);
		describe(&findings[i], to);
	}
}

void
unexpected_log_init(struct unexpected_log *log, int64_t now)
{
	for (int kind = 0; kind < UNEXPECTED_KIND_COUNT; kind++) {
		allowance_init(&log->lines[kind].allowance, kinds[kind].at_once,
			       kinds[kind].pause_ms, now);
		log->lines[kind].unsaid = 0;
	}
}

void
unexpected_log_say(struct unexpected_log *log, const struct unexpected_finding *findings,
		   int count, int64_t now)
{
	enum unexpected_kind kind = gravest_of(findings, count);
	struct allowance *allowance = &log->lines[kind].allowance;
	int *unsaid = &log->lines[kind].unsaid;
	char text[LINE_MAX] = "", more[64] = "", later[96] = "";
	FILE *to;

	if (!log_enabled(kinds[kind].level))
		return;
	if (!allowance_take(allowance, now)) {
		*unsaid += count;
		return;
	}
	to = mem_or_end(fmemopen(text, sizeof text, "w"));
	describe_all(findings, count, to);
	fclose(to);
	if (*unsaid > 0)
		snprintf(more, sizeof more, "; and %d more since the last such line", *unsaid);
	if (allowance->left == 0)
		snprintf(later, sizeof later, "; from now on %s, cz2ctl commands has all",
			 kinds[kind].later);
	*unsaid = 0;
	log_line(kinds[kind].level, "panel", "changed without a command %s%s%s", text, more,
		 later);
}

void
unexpected_log_sum_up(struct unexpected_log *log)
{
	int unsaid = 0;

	for (int kind = 0; kind < UNEXPECTED_KIND_COUNT; kind++) {
		unsaid += log->lines[kind].unsaid;
		log->lines[kind].unsaid = 0;
	}
	if (unsaid > 0)
		log_info("panel", "%d more changes without a command were not told here, cz2ctl "
				  "commands has all", unsaid);
}

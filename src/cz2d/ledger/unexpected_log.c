/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
#include "build.h"

#include "cz2d/ledger/unexpected_log.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum {
	MINUTE_MS = 60 * 1000,
	HOUR_MS = 60 * MINUTE_MS,
	GRAVE_PAUSE_MS = 10 * MINUTE_MS,
	PAUSE_MS = 4 * HOUR_MS,
	TEXT_MAX = 840, /* of changes: what follows them has room in a line of the log */
	MORE_MAX = 140,
};

/* What schedules do every day is no warning, and keeps no warning back. */
static const struct {
	enum log_level level;
	int at_once;      /* lines without a pause, */
	int64_t pause_ms; /* then one after each */
	const char *name;
} kinds[UNEXPECTED_KIND_COUNT] = {
	[UNEXPECTED_GRAVE] = {LOG_LEVEL_WARNING, 32, GRAVE_PAUSE_MS, "holds and the mode"},
	[UNEXPECTED_OTHER] = {LOG_LEVEL_WARNING, 4, PAUSE_MS, "other changes"},
	[UNEXPECTED_DAILY] = {LOG_LEVEL_INFO, 4, PAUSE_MS, "what schedules do"},
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

static void
describe_in(const struct unexpected_finding *findings, int count, char text[TEXT_MAX])
{
	static const char cut[] = "...";
	FILE *to = mem_or_end(fmemopen(text, TEXT_MAX, "w"));

	describe_all(findings, count, to);
	fclose(to);
	if (strlen(text) == TEXT_MAX - 1) /* a value without its last digit is a wrong one */
		memcpy(text + TEXT_MAX - sizeof cut, cut, sizeof cut);
}

/* What was left out before this line, and how often there will be one. */
static void
count_others(enum unexpected_kind kind, int unsaid, int left, char text[MORE_MAX])
{
	int minutes = (int)(kinds[kind].pause_ms / MINUTE_MS);
	bool hours = minutes >= 60;
	int length = 0;

	text[0] = '\0';
	if (unsaid > 0)
		length = snprintf(text, MORE_MAX, "; and %d more since the last such line", unsaid);
	if (left == 0)
		snprintf(text + length, (size_t)(MORE_MAX - length),
			 "; from now on one line in %d %s about %s, see cz2ctl commands",
			 hours ? minutes / 60 : minutes, hours ? "hours" : "minutes",
			 kinds[kind].name);
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
	char text[TEXT_MAX], others[MORE_MAX];

	if (!log_enabled(kinds[kind].level))
		return;
	if (!allowance_take(allowance, now)) {
		*unsaid += count;
		return;
	}
	describe_in(findings, count, text);
	count_others(kind, *unsaid, allowance->left, others);
	*unsaid = 0;
	log_line(kinds[kind].level, "panel", "changed without a command %s%s", text, others);
}

void
unexpected_log_sum_up(struct unexpected_log *log)
{
	for (int kind = 0; kind < UNEXPECTED_KIND_COUNT; kind++) {
		int *unsaid = &log->lines[kind].unsaid;

		if (*unsaid > 0)
			log_line(kinds[kind].level, "panel",
				 "changed without a command and not told here: %d more, among them "
				 "%s, see cz2ctl commands",
				 *unsaid, kinds[kind].name);
		*unsaid = 0;
	}
}

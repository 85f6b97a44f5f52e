/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What was examined, what was seen, and what to do about it.
 */
#ifndef CZ2CTL_REPORT_H
#define CZ2CTL_REPORT_H

#include <jansson.h>

#include "cz2ctl/screen.h"

enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_FAILED };

/* What to do; the sentences stand in docs/troubleshooting.md too. */
enum advice {
	ADVICE_NONE,
	ADVICE_START,
	ADVICE_GROUP,
	ADVICE_TOKEN,
	ADVICE_JOURNAL,
	ADVICE_RESTART,
	ADVICE_CONFIG,
	ADVICE_ADAPTER,
	ADVICE_PERMISSION,
	ADVICE_HELD,
	ADVICE_BRIDGE,
	ADVICE_WIRES,
	ADVICE_SILENT,
	ADVICE_RHYTHM,
	ADVICE_CHECKSUMS,
	ADVICE_LOST,
	ADVICE_TWIN,
	ADVICE_PANEL,
	ADVICE_SENSOR,
	ADVICE_ZONES,
	ADVICE_CLOCK,
	ADVICE_BROKER,
	ADVICE_STORAGE,
	ADVICE_COUNT
};

enum { REPORT_MAX = 24, REPORT_SEEN_MAX = 320 };

struct report {
	int count;
	struct finding {
		const char *check; /* a literal: "adapter" */
		enum verdict verdict;
		enum advice advice;
		char seen[REPORT_SEEN_MAX]; /* as it came: escaped when it is shown */
	} findings[REPORT_MAX];
};

/* More than REPORT_MAX are dropped. Advice is given only when the verdict is not ok. */
void
report_add(struct report *report, const char *check, enum verdict verdict, enum advice advice,
	   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The worst of all. */
enum verdict
report_verdict(const struct report *report);

/* {"verdict", "checks": [{"check", "verdict", "seen", "advice"}]} */
json_t *
report_json(const struct report *report);

/* Of such a document: a line for each check, and its advice below it. */
void
report_view(const struct screen *screen, const json_t *document);

#endif

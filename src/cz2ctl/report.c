/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The list, and how it is shown. What is examined is left to the doctors.
 */
#include "build.h"

#include "cz2ctl/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cz2ctl/text.h"
#include "cz2ctl/value.h"

enum {
	VERDICT_WIDTH = 9,
	CHECK_WIDTH = 12,
	INDENT = VERDICT_WIDTH + CHECK_WIDTH,
	COLUMNS = 80, /* where there is no terminal that says */
	ESCAPED_MAX = 4 * REPORT_SEEN_MAX,
};

static const char *const verdicts[] = {"ok", "warning", "failed"};
static const enum style styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};

static const char *const advices[ADVICE_COUNT] = {
	[ADVICE_START] = "Start it: systemctl start cz2d. Why it ended: journalctl -u cz2d -n 50.",
	[ADVICE_GROUP] = "Members of the group cz2d can: sudo adduser USER cz2d; then log in again.",
	[ADVICE_TOKEN] = "Use the daemon's socket, or a token with the scope read: --token-file or "
			 "CZ2_TOKEN.",
	[ADVICE_JOURNAL] = "Why: journalctl -u cz2d -n 50.",
	[ADVICE_RESTART] = "After an upgrade the daemon has to be started again: systemctl restart "
			   "cz2d.",
	[ADVICE_CONFIG] =
		"Members of the group cz2d can read it. Whether it is good: sudo cz2d -t.",
	[ADVICE_ADAPTER] = "Plug the adapter in, or name the one that is there: ls -l "
			   "/dev/serial/by-id.",
	[ADVICE_PERMISSION] =
		"Join the group that is named, mostly dialout: sudo adduser USER dialout; "
		"then log in again.",
	[ADVICE_HELD] = "Only one program can use the line: end the other one. To listen in place "
			"of the daemon: systemctl stop cz2d.",
	[ADVICE_BRIDGE] = "Look whether the bridge has power and network, and whether this is its "
			  "address and port.",
	[ADVICE_WIRES] = "Exchange the wires A and B at the adapter.",
	[ADVICE_SILENT] = "Nothing at all is heard: look at the panel's power, at the wires, and "
			  "whether this is the right port.",
	[ADVICE_RHYTHM] = "The wall unit talks every ten seconds when all is well: listen for "
			  "longer, then look at its wires.",
	[ADVICE_CHECKSUMS] =
		"Look at ground and contacts, at the speed (9600 8N1), and whether two "
		"programs talk at once.",
	[ADVICE_LOST] = "Answers get lost: look at the wires, and at a bridge for slow network; "
			"bus.reply_timeout_ms gives it more time.",
	[ADVICE_TWIN] = "End the other program, or give one of the two another address: "
			"panel.bus_address.",
	[ADVICE_PANEL] = "When frames are heard, only our sending fails: look at bias and ground, "
			 "and whether the adapter can send.",
	[ADVICE_SENSOR] = "Look at the zone's sensor. One that is not used: cz2ctl devices "
			  "decommission.",
	[ADVICE_ZONES] = "Correct panel.zones, and start the daemon again.",
	[ADVICE_CLOCK] = "Set it: cz2ctl clock sync. To have it kept right: clock.sync.",
	[ADVICE_BROKER] = "Why: journalctl -u cz2d -g mqtt. Then look at mqtt.host, mqtt.port, the "
			  "user and the password.",
	[ADVICE_STORAGE] =
		"Why: journalctl -u cz2d -g storage. Then look at free space, and who owns "
		"the directory of storage.path.",
};

void
report_add(struct report *report, const char *check, enum verdict verdict, enum advice advice,
	   const char *format, ...)
{
	struct finding *finding = &report->findings[report->count];
	va_list arguments;

	if (report->count == REPORT_MAX)
		return;
	report->count++;
	finding->check = check;
	finding->verdict = verdict;
	finding->advice = verdict != VERDICT_OK ? advice : ADVICE_NONE;
	va_start(arguments, format);
	vsnprintf(finding->seen, sizeof finding->seen, format, arguments);
	va_end(arguments);
}

enum verdict
report_verdict(const struct report *report)
{
	enum verdict worst = VERDICT_OK;

	for (int i = 0; i < report->count; i++)
		if (report->findings[i].verdict > worst)
			worst = report->findings[i].verdict;
	return worst;
}

/* What was seen may hold anything that a device or a name holds. */
static json_t *
finding_json(const struct finding *finding)
{
	char seen[ESCAPED_MAX];
	const char *advice = advices[finding->advice];

	text_escape(finding->seen, seen, sizeof seen);
	return json_pack("{s:s, s:s, s:s, s:o}", "check", finding->check, "verdict",
			 verdicts[finding->verdict], "seen", seen, "advice",
			 advice != NULL ? json_string(advice) : json_null());
}

json_t *
report_json(const struct report *report)
{
	json_t *list = json_array();

	for (int i = 0; i < report->count; i++)
		json_array_append_new(list, finding_json(&report->findings[i]));
	return json_pack("{s:s, s:o}", "verdict", verdicts[report_verdict(report)], "checks", list);
}

/* ------------------------------------------------------------------------
 * Showing
 */

/* Word by word, from column INDENT on; what is wider than a line is left whole. */
static void
put_wrapped(const struct screen *screen, const char *text)
{
	size_t columns = screen->columns > INDENT + INDENT ? screen->columns : COLUMNS;
	size_t used = INDENT;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (used > INDENT && used + 1 + length > columns) {
			fprintf(screen->file, "\n%*s", INDENT, "");
			used = INDENT;
		} else if (used > INDENT) {
			putc(' ', screen->file);
			used++;
		}
		fprintf(screen->file, "%.*s", (int)length, text);
		used += length;
		text += length + strspn(text + length, " ");
	}
	putc('\n', screen->file);
}

static void
show(const struct screen *screen, const json_t *finding)
{
	const char *seen = json_string_value(json_object_get(finding, "seen"));
	const char *check = json_string_value(json_object_get(finding, "check"));
	const char *advice = json_string_value(json_object_get(finding, "advice"));

	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		if (!value_is_word(finding, "verdict", verdicts[i]))
			continue;
		screen_begin(screen, styles[i]);
		fputs(verdicts[i], screen->file);
		screen_end(screen, styles[i]);
		fprintf(screen->file, "%*s", VERDICT_WIDTH - (int)strlen(verdicts[i]), "");
	}
	fprintf(screen->file, "%-*s", CHECK_WIDTH, check);
	put_wrapped(screen, seen);
	if (advice == NULL)
		return;
	fprintf(screen->file, "%*s", INDENT, "");
	put_wrapped(screen, advice);
}

void
report_view(const struct screen *screen, const json_t *document)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(document, "checks"), i, finding)
	{
		show(screen, finding);
	}
}

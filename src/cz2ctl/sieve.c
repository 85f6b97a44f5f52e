/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One filter for each option; all must let a frame pass.
 */
#include "build.h"

#include "cz2ctl/sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cz2ctl/say.h"

enum { ADDRESS_MAX = 255 };

static const char *const filters[] = {"from", "to", "row", "function"};
static const enum option_id ids[] = {OPTION_FROM, OPTION_TO, OPTION_ROW, OPTION_FUNCTION};

enum { FILTERS = sizeof ids / sizeof ids[0] };

/* An address is a number or a name. */
static bool
is_named(const char *wanted, const char *name, uint8_t address)
{
	char number[TALK_NAME_MAX];

	snprintf(number, sizeof number, "%d", address);
	return strcasecmp(wanted, name) == 0 || strcmp(wanted, number) == 0;
}

/* "2.3" means the row of every Smart Sensor, "2.3@4" that of one. */
static bool
is_row(const char *wanted, const struct talk_facts *facts)
{
	size_t length = strlen(wanted);

	return facts->about && strncmp(wanted, facts->row, length) == 0 &&
	       (facts->row[length] == '\0' || facts->row[length] == '@');
}

static bool
fits(enum option_id id, const char *wanted, const struct talk_facts *facts)
{
	switch (id) {
	case OPTION_FROM:
		return is_named(wanted, facts->from, facts->frame.source);
	case OPTION_TO:
		return is_named(wanted, facts->to, facts->frame.destination);
	case OPTION_ROW:
		return is_row(wanted, facts);
	default:
		return strcasecmp(wanted, facts->function) == 0;
	}
}

bool
sieve_passes(const struct options *options, const struct event *event,
	     const struct talk_facts *facts)
{
	for (int i = 0; i < FILTERS; i++) {
		const char *wanted = options->given[ids[i]];

		if (wanted == NULL || event->kind == EVENT_LOST)
			continue;
		if (event->kind == EVENT_NOISE || !fits(ids[i], wanted, facts))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * What can be met
 */

static bool
is_address(const char *text)
{
	static const char *const names[] = {"wall",  "panel", "cz2d",  "zone2", "zone3",
					    "zone4", "zone5", "zone6", "zone7", "zone8"};
	char *end;
	long number = strtol(text, &end, 10);

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(text, names[i]) == 0)
			return true;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && number <= ADDRESS_MAX;
}

static bool
is_row_name(const char *text)
{
	int table, row, device, length = 0;

	if (sscanf(text, "%3d.%3d%n", &table, &row, &length) == 2 && text[length] == '\0')
		return true;
	return sscanf(text, "%3d.%3d@%3d%n", &table, &row, &device, &length) == 3 &&
	       text[length] == '\0';
}

/* Which address the daemon has is seen from its own frames only. */
static bool
is_hidden(const struct options *options, enum option_id id)
{
	return id != OPTION_ROW && options_has(options, OPTION_DIRECT) &&
	       strcasecmp(options->given[id], "cz2d") == 0;
}

enum ctl_exit
sieve_check(const struct options *options)
{
	for (int i = 0; i < FILTERS; i++) {
		const char *given = options->given[ids[i]];
		bool row = ids[i] == OPTION_ROW;

		if (given == NULL || ids[i] == OPTION_FUNCTION)
			continue;
		if (is_hidden(options, ids[i])) {
			say_error("--%s %s: with --direct its bus address is wanted, mostly 99",
				  filters[i], given);
			return CTL_USAGE;
		}
		if (row ? is_row_name(given) : is_address(given))
			continue;
		say_error("--%s %s: %s is wanted", filters[i], given,
			  row ? "TABLE.ROW, such as 1.16,"
			      : "a bus address (0 to 255), wall, panel, cz2d, or zone2 to zone8");
		return CTL_USAGE;
	}
	return CTL_DONE;
}

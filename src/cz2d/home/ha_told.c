/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * An entry for each device. What a broker still retains of an earlier life counts as said
 * when the connection came: it may have been said just before.
 */
#include "build.h"

#include "cz2d/home/ha_told.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/row.h>

#include "base/clock.h"
#include "base/mem.h"

enum { DEVICES = CZ2_ZONES_MAX + 1 };
static const int64_t long_ago = INT64_MIN / 2;

struct entry {
	char *text;    /* what was said last; NULL: nothing, or that it is gone */
	int64_t said_at; /* or, by an earlier life of ours, at the latest */
	bool there;    /* the broker retains it, as far as we know */
};

struct ha_told {
	struct entry entries[DEVICES];
	int64_t connected_at;
	int64_t changed_at;
	int64_t born_at; /* when the panel was told of for the first time */
};

struct ha_told *
ha_told_new(void)
{
	struct ha_told *told = mem_new(1, sizeof *told);

	told->connected_at = told->changed_at = told->born_at = long_ago;
	for (int number = 0; number < DEVICES; number++)
		told->entries[number].said_at = long_ago;
	return told;
}

struct ha_told *
ha_told_free(struct ha_told *told)
{
	if (told == NULL)
		return NULL;
	for (int number = 0; number < DEVICES; number++)
		free(told->entries[number].text);
	free(told);
	return NULL;
}

static bool
is_same(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

void
ha_told_begin(struct ha_told *told, int64_t now)
{
	told->connected_at = now;
	for (int number = 0; number < DEVICES; number++)
		told->entries[number].there = false;
}

static void
take(struct entry *entry, const char *text, int64_t moment)
{
	char *copy = mem_text(text);

	free(entry->text);
	entry->text = copy;
	entry->said_at = moment;
}

void
ha_told_heard(struct ha_told *told, int number, const char *text)
{
	struct entry *entry = &told->entries[number];

	entry->there = true;
	if (!is_same(entry->text, text))
		take(entry, text, told->connected_at);
}

void
ha_told_changed(struct ha_told *told, int64_t now)
{
	told->changed_at = now;
}

int64_t
ha_told_due(const struct ha_told *told, int number, const char *text)
{
	const struct entry *entry = &told->entries[number];
	int64_t due = long_ago; /* what is said for the first time contradicts nothing */

	if (is_same(entry->text, text))
		return entry->there || text == NULL ? INT64_MAX : long_ago;
	if (entry->said_at != long_ago)
		due = clock_later(entry->said_at, told->changed_at) + HA_QUIET_MS;
	if (number != 0)
		due = clock_later(due, told->born_at + HA_PANEL_FIRST_MS);
	return due;
}

void
ha_told_said(struct ha_told *told, int number, const char *text, int64_t now)
{
	struct entry *entry = &told->entries[number];

	if (number == 0 && entry->text == NULL)
		told->born_at = now;
	take(entry, text, now);
	entry->there = text != NULL;
}

bool
ha_told_is_there(const struct ha_told *told, int number)
{
	return told->entries[number].there;
}

const char *
ha_told_text(const struct ha_told *told, int number)
{
	return told->entries[number].text;
}

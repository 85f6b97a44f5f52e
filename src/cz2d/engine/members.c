/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Loops over those who share a turn.
 */
#include "build.h"

#include "cz2d/engine/members.h"

#include "base/clock.h"

void
members_clear(struct members *members)
{
	members->count = 0;
	members->latest = INT64_MIN;
	cz2_command_init(&members->merged);
}

bool
members_join(struct members *members, struct member *member)
{
	if (members->count == MEMBERS_MAX ||
	    cz2_command_merge(&members->merged, &member->command) != CZ2_OK)
		return false;
	members->list[members->count++] = member;
	members->latest = clock_later(members->latest, member->accepted);
	return true;
}

void
members_leave(struct members *members, struct member *member)
{
	int kept = 0;

	for (int i = 0; i < members->count; i++)
		if (members->list[i] != member)
			members->list[kept++] = members->list[i];
	members->count = kept;
}

/* One after another, from *index on; NULL after the last. */
static struct member *
next(const struct members *members, enum cz2_row row, int *index)
{
	while (*index < members->count) {
		struct member *member = members->list[(*index)++];

		if (member->error == CZ2_OK && cz2_command_touches(&member->command, row))
			return member;
	}
	return NULL;
}

bool
members_want(const struct members *members, enum cz2_row row)
{
	int index = 0;

	return next(members, row, &index) != NULL;
}

static bool
shown(const struct cz2_command *command, enum cz2_row row, const struct cz2_image *image)
{
	return cz2_command_shown(command, row, image->bytes, image->length, image->time);
}

bool
members_shown(const struct members *members, enum cz2_row row, const struct cz2_image *image)
{
	const struct member *member;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		if (!shown(&member->command, row, image))
			return false;
	return true;
}

/* What all want that have neither failed nor left. */
static void
merge_wishes(const struct members *members, struct cz2_command *all)
{
	cz2_command_init(all);
	for (int i = 0; i < members->count; i++)
		if (members->list[i]->error == CZ2_OK)
			cz2_command_merge(all, &members->list[i]->command);
}

/* What of the command stays on the panel, whatever the schedules do. */
static struct cz2_command
lasting(const struct cz2_command *command, const struct cz2_command *all,
	const struct cz2_values *state)
{
	struct cz2_command left = *command;

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		if (!cz2_command_unheld(all, state, zone))
			continue;
		cz2_values_set(&left.wish, CZ2_HEAT, zone, CZ2_UNKNOWN);
		cz2_values_set(&left.wish, CZ2_COOL, zone, CZ2_UNKNOWN);
	}
	return left;
}

static bool
names_setpoint(const struct cz2_command *command, int zone)
{
	return cz2_values_get(&command->wish, CZ2_HEAT, zone) != CZ2_UNKNOWN ||
	       cz2_values_get(&command->wish, CZ2_COOL, zone) != CZ2_UNKNOWN;
}

bool
members_unheld(const struct members *members, const struct cz2_values *state)
{
	struct cz2_command all;

	merge_wishes(members, &all);
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if (names_setpoint(&all, zone) && cz2_command_unheld(&all, state, zone))
			return true;
	return false;
}

bool
members_satisfied(const struct members *members, enum cz2_row row, const struct cz2_image *image,
		  const struct cz2_values *state, int error)
{
	struct cz2_command all;
	struct member *member;
	bool satisfied = true;
	int index = 0;

	merge_wishes(members, &all);
	while ((member = next(members, row, &index)) != NULL) {
		struct cz2_command left = member->command;

		if (state != NULL)
			left = lasting(&member->command, &all, state);
		if (shown(&left, row, image))
			continue;
		satisfied = false;
		if (error != CZ2_OK)
			member->error = error;
	}
	return satisfied;
}

void
members_fail(const struct members *members, enum cz2_row row, int error)
{
	struct member *member;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		member->error = error;
}

void
members_edit(const struct members *members, enum cz2_row row, uint8_t *bytes, size_t length,
	     int64_t now)
{
	struct member *member;
	bool changed;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		member->error = cz2_command_edit(&member->command, row, bytes, length, now,
						 &changed, &member->problem);
}

void
members_sent(const struct members *members, enum cz2_row row, const struct cz2_image *base)
{
	struct member *member;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		if (!shown(&member->command, row, base))
			member->sent = true;
}

int64_t
members_first_deadline(const struct members *members, enum cz2_row row)
{
	const struct member *member;
	int64_t deadline = INT64_MAX;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		deadline = clock_earlier(deadline, member->deadline);
	return deadline;
}

int64_t
members_last_deadline(const struct members *members, enum cz2_row row)
{
	const struct member *member;
	int64_t deadline = INT64_MIN;
	int index = 0;

	while ((member = next(members, row, &index)) != NULL)
		deadline = clock_later(deadline, member->deadline);
	return deadline != INT64_MIN ? deadline : INT64_MAX;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The queue in front of the ledger. It is empty but while the disk is asked whether a command with
 * an id was given before: then all that comes behind that one waits here, since the later one has
 * to win, and what single values mean depends on those before them. None waits here longer than it
 * would to be recorded: what was wished is not carried out at some later hour.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_command_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/config/config.h"

enum { TURNS_MAX = 64 };

static void
on_overdue(uv_timer_t *timer);

static void
arm(struct mqtt_command *door, int64_t now)
{
	int64_t first = INT64_MAX;

	for (const struct mqtt_turn *turn = door->turns; turn != NULL; turn = turn->next)
		first = clock_earlier(first, turn->until);
	mqtt_command_wake(door, &door->overdue, on_overdue, first, now);
}

static void
leave(struct mqtt_turn *turn)
{
	struct mqtt_command *door = turn->door;

	door->turn_count--;
	*turn->link = turn->next;
	if (turn->next != NULL)
		turn->next->link = turn->link;
	else
		door->last = turn->link;
}

/* ------------------------------------------------------------------------
 * Out of it
 */

void
mqtt_plan_refuse(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int error)
{
	struct mqtt_refusal refusal;

	mqtt_refuse_error(&refusal, error);
	mqtt_command_refuse(door, plan->id, &refusal, letters, plan->documents);
	free(plan->params);
}

void
mqtt_turn_refuse(struct mqtt_turn *turn, int error)
{
	leave(turn);
	mqtt_plan_refuse(turn->door, &turn->plan, turn->letters, error);
	turn->refused = true;
	if (!turn->asked)
		free(turn);
}

static void
give(struct mqtt_turn *turn, int64_t now)
{
	struct mqtt_command *door = turn->door;

	leave(turn);
	if (turn->batch.count > 0)
		mqtt_scalars_give(door, turn->plan.zone, &turn->batch, turn->letters, now);
	else
		mqtt_order_give(door, &turn->plan, turn->letters, now);
	free(turn);
}

void
mqtt_turn_free(struct mqtt_turn *turn)
{
	if (!turn->refused) {
		leave(turn);
		free(turn->plan.params);
	}
	free(turn);
}

void
mqtt_turns_go_on(struct mqtt_command *door, int64_t now)
{
	while (door->turns != NULL && !door->turns->asked)
		give(door->turns, now);
	arm(door, now);
}

void
mqtt_turns_refuse(struct mqtt_command *door, int error, int64_t by)
{
	struct mqtt_turn *next;

	for (struct mqtt_turn *turn = door->turns; turn != NULL; turn = next) {
		next = turn->next;
		if (turn->until <= by)
			mqtt_turn_refuse(turn, error);
	}
}

static void
on_overdue(uv_timer_t *timer)
{
	struct mqtt_command *door = timer->data;
	int64_t now = clock_now();

	mqtt_turns_refuse(door, CZ2_EIO, now);
	mqtt_turns_go_on(door, now);
}

/* ------------------------------------------------------------------------
 * Into it
 */

struct mqtt_turn *
mqtt_turn_new(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	      int64_t now)
{
	struct mqtt_turn *turn;

	if (door->turn_count >= TURNS_MAX) {
		mqtt_plan_refuse(door, plan, letters, CZ2_EBUSY);
		return NULL;
	}
	turn = mem_new(1, sizeof *turn);
	turn->door = door;
	turn->until = now + door->rooms.config->command.timeout_seconds * INT64_C(1000);
	turn->plan = *plan;
	if (plan->id != NULL) {
		snprintf(turn->id, sizeof turn->id, "%s", plan->id);
		turn->plan.id = turn->id;
	}
	turn->letters = letters;
	turn->link = door->last;
	*door->last = turn;
	door->last = &turn->next;
	door->turn_count++;
	arm(door, now);
	return turn;
}

static bool
names_the_same(const struct mqtt_batch *a, const struct mqtt_batch *b)
{
	for (int field = 0; field < MQTT_FIELD_COUNT; field++)
		if ((a->order[field] != 0) != (b->order[field] != 0))
			return false;
	return true;
}

/* Whose values would not be seen any more, and mean nothing to anybody between: or NULL. */
static struct mqtt_turn *
overtaken_by(const struct mqtt_command *door, int zone, const struct mqtt_batch *batch)
{
	struct mqtt_turn *found = NULL;

	for (struct mqtt_turn *turn = door->turns; turn != NULL; turn = turn->next) {
		bool gathered = turn->batch.count > 0, its_own = turn->plan.zone == zone;

		if (gathered && its_own && names_the_same(&turn->batch, batch))
			found = turn;
		else if (!gathered || its_own || turn->batch.house != 0 || batch->house != 0)
			found = NULL;
	}
	return found;
}

void
mqtt_turn_of_batch(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		   struct mqtt_letter *letters, int64_t now)
{
	struct mqtt_plan plan = {.zone = zone, .documents = mqtt_document_of(zone)};
	struct mqtt_turn *overtaken = overtaken_by(door, zone, batch), *turn;

	if (overtaken != NULL) {
		mqtt_command_supersede(door, overtaken->letters, now);
		mqtt_turn_free(overtaken);
	}
	turn = mqtt_turn_new(door, &plan, letters, now);
	if (turn != NULL)
		turn->batch = *batch;
}

/* ------------------------------------------------------------------------ */

struct mqtt_turn *
mqtt_turn_find(const struct mqtt_command *door, const char *id)
{
	struct mqtt_turn *turn = door->turns;

	while (turn != NULL && strcmp(turn->id, id) != 0)
		turn = turn->next;
	return turn;
}

void
mqtt_turns_init(struct mqtt_command *door)
{
	door->last = &door->turns;
	uv_timer_init(door->rooms.loop, &door->overdue);
	door->overdue.data = door;
}

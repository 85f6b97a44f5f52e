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

	if (turn->link == NULL)
		return;
	door->turn_count--;
	*turn->link = turn->next;
	if (turn->next != NULL)
		turn->next->link = turn->link;
	else
		door->turns_end = turn->link;
	turn->link = NULL;
}

void
mqtt_turn_free(struct mqtt_turn *turn)
{
	leave(turn);
	free(turn->plan.params);
	free(turn);
}

/* ------------------------------------------------------------------------
 * Out of it, refused
 */

void
mqtt_plan_refuse(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int error)
{
	struct mqtt_refusal refusal;

	mqtt_refuse_error(&refusal, error);
	mqtt_command_refuse(door, plan->id, &refusal, letters, plan->documents);
	free(plan->params);
	plan->params = NULL;
}

/* A command of this id may have been carried out, so nothing is said of it. */
static void
refuse_asked(struct mqtt_turn *turn)
{
	struct mqtt_refusal refusal;

	mqtt_refuse(&refusal, MQTT_STORAGE, "It could not be read whether this command_id was used "
		    "before: nothing was done for this message.");
	mqtt_command_refuse(turn->door, NULL, &refusal, turn->letters, turn->plan.documents);
}

void
mqtt_turn_refuse(struct mqtt_turn *turn)
{
	leave(turn);
	if (turn->asked)
		refuse_asked(turn);
	else
		mqtt_plan_refuse(turn->door, &turn->plan, turn->letters, CZ2_EIO);
	turn->letters = NULL;
}

static void
on_overdue(uv_timer_t *timer)
{
	struct mqtt_command *door = timer->data;
	struct mqtt_turn *next;
	int64_t now = clock_now();

	for (struct mqtt_turn *turn = door->turns; turn != NULL; turn = next) {
		next = turn->next;
		if (turn->until > now)
			continue;
		mqtt_turn_refuse(turn);
		if (!turn->asked)
			mqtt_turn_free(turn);
	}
	mqtt_turns_go_on(door, now);
}

/* ------------------------------------------------------------------------
 * Out of it, given
 */

/* Zones may have been decommissioned while it waited. */
static void
give_plan(struct mqtt_turn *turn, int64_t now)
{
	struct mqtt_command *door = turn->door;
	struct mqtt_plan *plan = &turn->plan;
	int ruler = cz2_values_get(&plan->wish.wish, CZ2_ALL, 0);
	struct mqtt_refusal refusal;

	if (mqtt_command_has_zones(door, plan->documents, ruler, &refusal)) {
		mqtt_order_give(door, plan, turn->letters, now);
		plan->params = NULL;
	} else {
		mqtt_command_refuse(door, plan->id, &refusal, turn->letters, plan->documents);
	}
}

void
mqtt_turns_go_on(struct mqtt_command *door, int64_t now)
{
	struct mqtt_turn *turn;

	while ((turn = door->turns) != NULL && !turn->asked) {
		leave(turn);
		if (turn->batch.count > 0)
			mqtt_scalars_give(door, turn->plan.zone, &turn->batch, turn->letters, now);
		else
			give_plan(turn, now);
		mqtt_turn_free(turn);
	}
	arm(door, now);
}

/* ------------------------------------------------------------------------
 * Into it
 */

/* NULL: there is no room. */
static struct mqtt_turn *
enter(struct mqtt_command *door, const struct mqtt_plan *plan, struct mqtt_letter *letters,
      int64_t now)
{
	struct mqtt_turn *turn;

	if (door->turn_count >= TURNS_MAX)
		return NULL;
	turn = mem_new(1, sizeof *turn);
	turn->door = door;
	turn->until = letters->arrived +
		      door->rooms.config->command.timeout_seconds * INT64_C(1000);
	turn->plan = *plan;
	if (plan->id != NULL) {
		snprintf(turn->id, sizeof turn->id, "%s", plan->id);
		turn->plan.id = turn->id;
	}
	turn->letters = letters;
	turn->link = door->turns_end;
	*door->turns_end = turn;
	door->turns_end = &turn->next;
	door->turn_count++;
	arm(door, now);
	return turn;
}

struct mqtt_turn *
mqtt_turn_ask(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	      int64_t now)
{
	struct mqtt_turn *turn = NULL;

	/* Those that were refused, and are still asked about, are not in the queue. */
	if (door->looking < TURNS_MAX)
		turn = enter(door, plan, letters, now);
	if (turn == NULL) {
		plan->id = NULL; /* nor is it known what became of it */
		mqtt_plan_refuse(door, plan, letters, CZ2_EBUSY);
		return NULL;
	}
	turn->asked = true;
	door->looking++;
	return turn;
}

void
mqtt_turn_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	       int64_t now)
{
	if (door->turns == NULL)
		mqtt_order_give(door, plan, letters, now);
	else if (enter(door, plan, letters, now) == NULL)
		mqtt_plan_refuse(door, plan, letters, CZ2_EBUSY);
}

static bool
names_the_same(const struct mqtt_batch *a, const struct mqtt_batch *b)
{
	for (int field = 0; field < MQTT_FIELD_COUNT; field++)
		if ((a->order[field] != 0) != (b->order[field] != 0))
			return false;
	return true;
}

struct mqtt_turn *
mqtt_turn_overtaken(struct mqtt_turn *first, int zone, const struct mqtt_batch *batch)
{
	struct mqtt_turn *found = NULL;

	for (struct mqtt_turn *turn = first; turn != NULL; turn = turn->next) {
		bool gathered = turn->batch.count > 0, its_own = turn->plan.zone == zone;

		if (gathered && its_own && names_the_same(&turn->batch, batch))
			found = turn;
		else if (!gathered || its_own || turn->batch.house != 0 || batch->house != 0)
			found = NULL;
	}
	return found;
}

void
mqtt_turn_give_batch(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		     struct mqtt_letter *letters, int64_t now)
{
	struct mqtt_plan plan = {.zone = zone, .documents = mqtt_document_of(zone)};
	struct mqtt_turn *overtaken, *turn;

	if (door->turns == NULL) {
		mqtt_scalars_give(door, zone, batch, letters, now);
		return;
	}
	overtaken = mqtt_turn_overtaken(door->turns, zone, batch);
	if (overtaken != NULL) {
		mqtt_command_supersede(door, overtaken->letters, now);
		mqtt_turn_free(overtaken);
	}
	turn = enter(door, &plan, letters, now);
	if (turn != NULL)
		turn->batch = *batch;
	else
		mqtt_plan_refuse(door, &plan, letters, CZ2_EBUSY);
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
	door->turns_end = &door->turns;
	uv_timer_init(door->rooms.loop, &door->overdue);
	door->overdue.data = door;
}

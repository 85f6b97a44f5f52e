/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands whose senders have given them an id: who sends one again, because he heard
 * nothing, is told what became of the first, and nothing is written. What is not under way
 * any more is looked up on the disk, and waits for that in the queue (mqtt_turn.c).
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_command_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cz2d/config/config.h"
#include "cz2d/json/json.h"
#include "cz2d/store/store.h"

static void
refuse_other(struct mqtt_command *door, struct mqtt_letter *letters, unsigned documents)
{
	struct mqtt_refusal refusal;

	mqtt_refuse(&refusal, MQTT_ID_TAKEN, "This command_id was used for another command.");
	mqtt_command_refuse(door, NULL, &refusal, letters, documents);
}

/* ------------------------------------------------------------------------
 * Looking up
 */

static bool
is_of(const struct record *record, const struct mqtt_plan *plan, const char *panel_id)
{
	return record->source == RECORD_MQTT &&
	       record_is_of(record, panel_id, plan->command, plan->zone) &&
	       json_texts_same(record->params, plan->params);
}

/* It was given before: its result is said, now or when there is one, unless it is another. */
static void
tell_again(struct mqtt_command *door, const struct record *record, const struct mqtt_plan *plan,
	   struct mqtt_letter *letters)
{
	struct mqtt_order *order;

	if (!is_of(record, plan, door->rooms.config->panel.id)) {
		refuse_other(door, letters, plan->documents);
		return;
	}
	order = mqtt_order_follow(door, record, letters);
	order->documents = plan->documents;
	if (record_is_final(record))
		mqtt_order_end(order, record, clock_now());
}

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total);

static void
look_up(struct mqtt_turn *turn)
{
	struct store_query query = {.status = -1, .limit = 1};

	snprintf(query.id, sizeof query.id, "%s", turn->id);
	store_find(turn->door->rooms.store, &query, on_found, turn);
}

/* It ended while it was read: neither that record nor the ledger tells how. */
static bool
has_just_ended(const struct mqtt_turn *turn, const struct record *found)
{
	return turn->letters != NULL && !turn->again && !record_is_final(found) &&
	       ledger_open_record(turn->door->rooms.ledger, found->id) == NULL;
}

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	struct mqtt_turn *turn = self;
	struct mqtt_command *door = turn->door;
	const struct record *open;

	(void)total;
	if (error == CZ2_OK && count > 0 && has_just_ended(turn, records)) {
		turn->again = true;
		look_up(turn);
		return;
	}
	door->looking--;
	if (turn->letters == NULL) {
		mqtt_turn_free(turn);
	} else if (error != CZ2_OK) {
		mqtt_turn_refuse(turn);
		mqtt_turn_free(turn);
	} else if (count > 0) {
		open = ledger_open_record(door->rooms.ledger, records->id);
		tell_again(door, open != NULL ? open : records, &turn->plan, turn->letters);
		mqtt_turn_free(turn);
	} else {
		turn->asked = false;
	}
	mqtt_turns_go_on(door, clock_now());
	if (door->looking == 0)
		mqtt_end_if_handed_over(door->mqtt);
}

/* ------------------------------------------------------------------------
 * What is under way
 */

static bool
is_order(const struct mqtt_order *order, const struct mqtt_plan *plan)
{
	return order->command != NULL && strcmp(order->command, plan->command) == 0 &&
	       order->zone == plan->zone && json_texts_same(order->params, plan->params);
}

static bool
is_turn(const struct mqtt_turn *turn, const struct mqtt_plan *plan)
{
	return strcmp(turn->plan.command, plan->command) == 0 && turn->plan.zone == plan->zone &&
	       json_texts_same(turn->plan.params, plan->params);
}

/* The letters that its own join: NULL when it is another command. */
static struct mqtt_letter **
letters_of(struct mqtt_order *order, struct mqtt_turn *turn, const struct mqtt_plan *plan)
{
	if (order != NULL && is_order(order, plan))
		return &order->letters;
	return turn != NULL && is_turn(turn, plan) ? &turn->letters : NULL;
}

/* others: the letters of what is under way under its id; NULL: that is another command. */
static void
join(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter **others,
     struct mqtt_letter *letters)
{
	if (others == NULL) {
		refuse_other(door, letters, plan->documents);
	} else if (mqtt_letter_count(*others) < MQTT_LETTERS_MAX) {
		*others = mqtt_letter_join(*others, letters);
	} else {
		plan->id = NULL; /* its result is still to come */
		mqtt_plan_refuse(door, plan, letters, CZ2_EBUSY);
	}
}

/* True when its id is known without the disk: then it was dealt with. */
static bool
is_known(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters)
{
	struct mqtt_order *order = mqtt_order_find(door, plan->id);
	struct mqtt_turn *turn = mqtt_turn_find(door, plan->id);
	const struct record *open = ledger_open_record(door->rooms.ledger, plan->id);

	if (order == NULL && turn == NULL && open == NULL)
		return false;
	if (order != NULL || turn != NULL)
		join(door, plan, letters_of(order, turn, plan), letters);
	else
		tell_again(door, open, plan, letters);
	free(plan->params);
	return true;
}

bool
mqtt_repeat_awaits(const struct mqtt_command *door, const char *id)
{
	return mqtt_order_find(door, id) != NULL || mqtt_turn_find(door, id) != NULL;
}

void
mqtt_repeat_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int64_t now)
{
	struct mqtt_turn *turn;

	if (is_known(door, plan, letters))
		return;
	turn = mqtt_turn_ask(door, plan, letters, now);
	if (turn != NULL)
		look_up(turn);
}

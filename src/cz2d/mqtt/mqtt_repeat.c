/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands whose senders have given them an id: who sends one again, because he heard
 * nothing, is told what became of the first, and nothing is written. What is not under way
 * any more is looked up on the disk. Meanwhile those behind it wait: the later one has to win,
 * and what a single value means depends on those before it.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_command_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "cz2d/config/config.h"
#include "cz2d/json/json.h"
#include "cz2d/store/store.h"

/* A plan that waits for the disk, and the door with it. */
struct mqtt_lookup {
	struct mqtt_lookup *next, **link;
	struct mqtt_command *door;
	char id[RECORD_ID_SIZE];
	struct mqtt_plan plan;
	struct mqtt_batch *batch; /* owned: the plan is made of it at its turn; NULL: it is made */
	struct mqtt_letter *letters;
	bool again; /* it is looked up for the second time */
};

/* It was not even looked for; its parameters are freed. */
static void
refuse_plan(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
	    int error)
{
	struct mqtt_refusal refusal;

	mqtt_refuse_error(&refusal, error);
	mqtt_command_refuse(door, plan->id, &refusal, letters, plan->documents);
	free(plan->params);
}

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

static struct mqtt_lookup *
lookup_new(struct mqtt_command *door, const struct mqtt_plan *plan, struct mqtt_letter *letters)
{
	struct mqtt_lookup *lookup = mem_new(1, sizeof *lookup);

	lookup->door = door;
	lookup->plan = *plan;
	lookup->letters = letters;
	snprintf(lookup->id, sizeof lookup->id, "%s", plan->id);
	lookup->plan.id = lookup->id;
	lookup->link = door->last;
	*door->last = lookup;
	door->last = &lookup->next;
	door->lookup_count++;
	return lookup;
}

static void
lookup_unlink(struct mqtt_command *door, struct mqtt_lookup *lookup)
{
	door->lookup_count--;
	*lookup->link = lookup->next;
	if (lookup->next != NULL)
		lookup->next->link = lookup->link;
	else
		door->last = lookup->link;
}

static struct mqtt_lookup *
lookup_find(const struct mqtt_command *door, const char *id)
{
	struct mqtt_lookup *lookup = door->lookups;

	while (lookup != NULL && strcmp(lookup->id, id) != 0)
		lookup = lookup->next;
	return lookup;
}

static bool
is_of(const struct record *record, const struct mqtt_plan *plan, const char *panel_id)
{
	return record->source == RECORD_MQTT &&
	       record_is_of(record, panel_id, plan->command, plan->zone) &&
	       json_texts_same(record->params, plan->params);
}

/* It was given before: its result is said, now or when there is one. */
static void
tell_again(struct mqtt_command *door, const struct record *found, const struct mqtt_lookup *lookup)
{
	const struct record *open = ledger_open_record(door->rooms.ledger, found->id);
	const struct record *record = open != NULL ? open : found;
	struct mqtt_order *order;

	order = mqtt_order_follow(door, record, lookup->letters);
	order->documents = lookup->plan.documents;
	if (record_is_final(record))
		mqtt_order_end(order, record, clock_now());
}

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total);

static void
look_up(struct mqtt_lookup *lookup)
{
	struct store_query query = {.status = -1, .limit = 1};

	snprintf(query.id, sizeof query.id, "%s", lookup->id);
	store_find(lookup->door->rooms.store, &query, on_found, lookup);
}

/* It ended while it was read: neither that record nor the ledger tells how. */
static bool
has_just_ended(const struct mqtt_lookup *lookup, const struct record *found)
{
	return !record_is_final(found) && !lookup->again &&
	       ledger_open_record(lookup->door->rooms.ledger, found->id) == NULL;
}

static void
on_found(void *self, int error, const struct record *records, int count, int64_t total)
{
	struct mqtt_lookup *lookup = self;
	struct mqtt_command *door = lookup->door;
	struct mqtt_plan *plan = &lookup->plan;

	(void)total;
	if (error == CZ2_OK && count > 0 && has_just_ended(lookup, records)) {
		lookup->again = true;
		look_up(lookup);
		return;
	}
	lookup_unlink(door, lookup);
	if (error != CZ2_OK) {
		refuse_plan(door, plan, lookup->letters, CZ2_EIO);
	} else if (lookup->batch != NULL) {
		mqtt_scalars_give(door, plan->zone, lookup->batch, lookup->letters, clock_now());
	} else if (count == 0) {
		mqtt_order_give(door, plan, lookup->letters, clock_now());
	} else {
		if (is_of(records, plan, door->rooms.config->panel.id))
			tell_again(door, records, lookup);
		else
			refuse_other(door, lookup->letters, plan->documents);
		free(plan->params);
	}
	free(lookup->batch);
	free(lookup);
	if (door->lookups == NULL)
		mqtt_looked_up(door->mqtt);
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
is_lookup(const struct mqtt_lookup *lookup, const struct mqtt_plan *plan)
{
	return strcmp(lookup->plan.command, plan->command) == 0 &&
	       lookup->plan.zone == plan->zone &&
	       json_texts_same(lookup->plan.params, plan->params);
}

/* The letters that its own join: NULL when it is another command. */
static struct mqtt_letter **
letters_of(struct mqtt_order *order, struct mqtt_lookup *lookup, const struct mqtt_plan *plan)
{
	if (order != NULL && is_order(order, plan))
		return &order->letters;
	return lookup != NULL && is_lookup(lookup, plan) ? &lookup->letters : NULL;
}

/* True when the id is under way, as the same command or another: then that was dealt with. */
static bool
join(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters)
{
	struct mqtt_order *order = mqtt_order_find(door, plan->id);
	struct mqtt_lookup *lookup = lookup_find(door, plan->id);
	struct mqtt_letter **others = letters_of(order, lookup, plan);

	if (order == NULL && lookup == NULL)
		return false;
	if (others == NULL) {
		refuse_other(door, letters, plan->documents);
	} else if (mqtt_letter_count(*others) < MQTT_LETTERS_MAX) {
		*others = mqtt_letter_join(*others, letters);
	} else {
		plan->id = NULL; /* its result is still to come */
		refuse_plan(door, plan, letters, CZ2_EBUSY);
		return true;
	}
	free(plan->params);
	return true;
}

bool
mqtt_repeat_awaits(const struct mqtt_command *door, const char *id)
{
	return mqtt_order_find(door, id) != NULL || lookup_find(door, id) != NULL;
}

void
mqtt_repeat_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		 int64_t now)
{
	char made[UUID_SIZE];

	if (plan->id == NULL && door->lookups == NULL) {
		mqtt_order_give(door, plan, letters, now);
		return;
	}
	if (plan->id != NULL && join(door, plan, letters))
		return;
	if (plan->id == NULL) {
		uuid_make(made);
		plan->id = made;
	}
	if (door->lookup_count >= MQTT_LOOKUPS_MAX) {
		refuse_plan(door, plan, letters, CZ2_EBUSY);
		return;
	}
	look_up(lookup_new(door, plan, letters));
}

/* Under an id of its own it is not found, and keeps its place. */
void
mqtt_repeat_give_batch(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		       struct mqtt_letter *letters)
{
	char made[UUID_SIZE];
	struct mqtt_plan plan = {.command = "", .id = made, .zone = zone,
				 .documents = mqtt_document_of(zone)};
	struct mqtt_lookup *lookup;

	uuid_make(made);
	if (door->lookup_count >= MQTT_LOOKUPS_MAX) {
		refuse_plan(door, &plan, letters, CZ2_EBUSY);
		return;
	}
	lookup = lookup_new(door, &plan, letters);
	lookup->batch = mem_new(1, sizeof *batch);
	*lookup->batch = *batch;
	look_up(lookup);
}

void
mqtt_repeat_init(struct mqtt_command *door)
{
	door->last = &door->lookups;
}

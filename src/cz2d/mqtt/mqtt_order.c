/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Commands between this door and the ledger. A result is said when the ledger's record is
 * final and the documents that show what it changed have been published: not before.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_command_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/uuid.h"
#include "cz2d/config/config.h"
#include "cz2d/model/model.h"
#include "cz2d/mqtt/mqtt_result.h"

enum { POLL_MS = 5 * 1000 }; /* a poll may come so late, and take so long */

static const char user[] = "mqtt";

/* ------------------------------------------------------------------------
 * Orders
 */

static struct mqtt_order *
order_new(struct mqtt_command *door, const char *id, struct mqtt_letter *letters)
{
	struct mqtt_order *order = mem_new(1, sizeof *order);

	order->door = door;
	snprintf(order->id, sizeof order->id, "%s", id);
	order->letters = letters;
	order->link = door->orders_end;
	*door->orders_end = order;
	door->orders_end = &order->next;
	door->order_count++;
	return order;
}

static void
order_free(struct mqtt_order *order)
{
	struct mqtt_command *door = order->door;

	*order->link = order->next;
	if (order->next != NULL)
		order->next->link = order->link;
	else
		door->orders_end = order->link;
	door->order_count--;
	mqtt_letter_free(order->letters);
	json_decref(order->result);
	free(order->command);
	free(order->params);
	free(order);
}

struct mqtt_order *
mqtt_order_find(const struct mqtt_command *door, const char *id)
{
	struct mqtt_order *order = door->orders;

	while (order != NULL && strcmp(order->id, id) != 0)
		order = order->next;
	return order;
}

struct mqtt_order *
mqtt_order_follow(struct mqtt_command *door, const struct record *record,
		  struct mqtt_letter *letters)
{
	struct mqtt_order *order = order_new(door, record->id, letters);

	order->command = mem_text(record->command);
	order->params = mem_text(record->params);
	order->zone = record_zone(record, door->rooms.config->panel.id);
	return order;
}

/* ------------------------------------------------------------------------
 * Results, when they may be said
 */

static void
repeat_documents(const struct mqtt_command *door, unsigned documents)
{
	for (int zone = 0; zone <= CZ2_ZONES_MAX; zone++)
		if ((documents & 1U << zone) != 0)
			mqtt_state_repeat(door->state, zone);
}

static bool
was_done(const json_t *result)
{
	return json_is_null(json_object_get(result, "error_code"));
}

static void
say_all(struct mqtt_command *door)
{
	struct mqtt_order *next;

	for (struct mqtt_order *order = door->orders; order != NULL; order = next) {
		next = order->next;
		if (order->result == NULL)
			continue;
		if (!was_done(order->result))
			repeat_documents(door, order->documents);
		mqtt_result_say(door->mqtt, json_incref(order->result), order->letters);
		order_free(order);
	}
}

static void
on_nudge(uv_timer_t *timer)
{
	(void)timer;
}

/*
 * The model tells what has changed right before the loop sleeps: when we come here for the
 * second time it has, whoever of us is called first.
 */
static void
on_before_sleep(uv_prepare_t *prepare)
{
	struct mqtt_command *door = prepare->data;

	if (model_is_held(door->rooms.model))
		return;
	if (!door->shown) {
		door->shown = true;
		uv_timer_start(&door->nudge, on_nudge, 0, 0);
		return;
	}
	uv_prepare_stop(prepare);
	say_all(door);
}

static void
say_soon(struct mqtt_command *door)
{
	door->shown = false;
	uv_prepare_start(&door->before_sleep, on_before_sleep);
	uv_timer_start(&door->nudge, on_nudge, 0, 0);
}

void
mqtt_order_end(struct mqtt_order *order, const struct record *record, int64_t now)
{
	order->result = mqtt_result_of(record, order->zone, order->letters, now);
	say_soon(order->door);
}

/* ------------------------------------------------------------------------
 * What the ledger tells
 */

/* Of one that was given before this door was made it can be told what the record knows. */
static void
on_final(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	struct mqtt_command *door = self;
	struct mqtt_order *order = mqtt_order_find(door, record->id);

	if (record->source != RECORD_MQTT)
		return;
	/* Who was told that it cannot be kept hears no more of it. */
	if (order == NULL && outcome->error == CZ2_EIO)
		return;
	if (order == NULL)
		order = mqtt_order_follow(door, record, NULL);
	mqtt_order_end(order, record, now);
}

/* Refuses what the ledger did not take after all. */
static void
give_back(struct mqtt_order *order, int error)
{
	struct mqtt_command *door = order->door;
	struct mqtt_letter *letters = order->letters;
	struct mqtt_refusal refusal;

	mqtt_refuse_error(&refusal, error);
	order->letters = NULL;
	mqtt_command_refuse(door, order->id, &refusal, letters, order->documents);
	order_free(order);
}

/* Only of what could not be recorded: all other ends are told to everybody. */
static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	(void)now;
	if (!record_is_final(record) && outcome->error != CZ2_EUNCONFIRMED)
		give_back(self, outcome->error);
}

/* ------------------------------------------------------------------------
 * Giving
 */

/*
 * What the last poll read need not be read again to know that it shows a wish already. Who has
 * turned at the wall since counts as having done so later.
 */
static int64_t
shown_ms(const struct config *config)
{
	return config->cache.refresh_interval * INT64_C(1000) + POLL_MS;
}

/* The panel was read of late and shows all of it; nobody is about to change that. */
static bool
is_shown(const struct mqtt_command *door, const struct mqtt_plan *plan, int64_t now)
{
	struct model *model = door->rooms.model;

	if (plan->refresh || plan->programs)
		return false;
	if (cz2_command_empty(&plan->wish))
		return true;
	if (ledger_pending(door->rooms.ledger) > 0 ||
	    engine_reachable(door->rooms.engine) != CZ2_OK)
		return false;
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(&plan->wish, place);
		const struct cz2_image *image = row != CZ2_ROW_NONE ? model_image(model, row) : NULL;

		if (image != NULL &&
		    (!model_fresh(model, row, shown_ms(door->rooms.config), now) ||
		     !cz2_command_shown(&plan->wish, row, image->bytes, image->length,
					image->time)))
			return false;
	}
	return true;
}

/* Why it is not even recorded, or CZ2_OK. */
static int
check(const struct mqtt_command *door, const struct mqtt_plan *plan, int64_t now)
{
	if (door->order_count >= MQTT_ORDERS_MAX)
		return CZ2_EBUSY;
	return plan->refresh ? CZ2_OK : engine_check(door->rooms.engine, &plan->wish, now);
}

static struct mqtt_order *
order_of(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters)
{
	char id[UUID_SIZE];
	struct mqtt_order *order;

	uuid_make(id);
	order = order_new(door, plan->id != NULL ? plan->id : id, letters);
	order->command = mem_text(plan->command);
	order->params = plan->params;
	order->zone = plan->zone;
	order->documents = plan->documents;
	return order;
}

static int
submit(struct mqtt_order *order, struct mqtt_plan *plan, int64_t now)
{
	struct mqtt_command *door = order->door;
	struct ledger_order asked = {
		.command = order->command,
		.zone = order->zone,
		.user = user,
		.source = RECORD_MQTT,
		.params = order->params,
		.id = order->id,
		.shown = is_shown(door, plan, now),
		.refresh = plan->refresh,
		.how = plan->how,
		.wish = plan->wish,
		.program = plan->programs ? &plan->program : NULL,
		.warnings = plan->warnings,
		.patience_ms = plan->patience_ms,
		.waited_ms = now - order->letters->arrived,
	};
	struct ledger_caller caller = {.self = order, .ended = on_ended};

	if (asked.shown)
		cz2_command_warn(&asked.wish, model_state(door->rooms.model), &asked.warnings);
	return ledger_submit(door->rooms.ledger, &asked, &caller, now, &order->entry);
}

void
mqtt_order_give(struct mqtt_command *door, struct mqtt_plan *plan, struct mqtt_letter *letters,
		int64_t now)
{
	struct mqtt_order *order = order_of(door, plan, letters);
	int error = check(door, plan, now);

	if (error == CZ2_OK)
		error = submit(order, plan, now);
	if (error != CZ2_OK)
		give_back(order, error);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

/* There is no time to wait for the documents. */
void
mqtt_orders_say(struct mqtt_command *door)
{
	say_all(door);
}

void
mqtt_orders_init(struct mqtt_command *door)
{
	struct ledger_observer observer = {.self = door, .final = on_final};

	door->orders_end = &door->orders;
	ledger_observe(door->rooms.ledger, &observer);
}

void
mqtt_orders_fini(struct mqtt_command *door)
{
	ledger_unobserve(door->rooms.ledger, door);
	while (door->orders != NULL) {
		ledger_forget(door->rooms.ledger, door->orders->entry);
		order_free(door->orders);
	}
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Single values: from the message into a batch, and from a batch that is over to one plan
 * for the ledger. When it is over says mqtt_batch.c, what it means mqtt_judge.c.
 */
#include "build.h"

#include "base/clock.h"
#include "cz2d/json/command_kind.h"
#include "cz2d/mqtt/mqtt_command_internal.h"
#include "cz2d/mqtt/mqtt_judge.h"

static void
arm(struct mqtt_command *door, int64_t now);

/* In the order in which they came. */
static struct mqtt_letter *
letters_of(const struct mqtt_batch *batch)
{
	struct mqtt_letter *letters = NULL;

	for (int n = 1; n <= batch->count; n++)
		for (int field = 0; field < MQTT_FIELD_COUNT; field++)
			if (batch->order[field] == n)
				letters = mqtt_letter_join(letters, batch->letters[field]);
	return letters;
}

void
mqtt_scalars_give(struct mqtt_command *door, int zone, const struct mqtt_batch *batch,
		  struct mqtt_letter *letters, int64_t now)
{
	struct mqtt_plan plan = {.zone = zone, .documents = mqtt_document_of(zone)};
	struct mqtt_refusal refusal;
	struct cz2_values expected;
	const struct mqtt_case judged = {.config = door->rooms.config, .state = &expected,
					 .batch = batch, .zone = zone};
	int ruler = batch->order[MQTT_ALL] != 0 ? batch->values[MQTT_ALL] : 0;

	ledger_expect(door->rooms.ledger, &expected);
	if (!mqtt_command_has_zones(door, plan.documents, ruler, &refusal) ||
	    !mqtt_judge(&judged, &plan.wish, &plan.warnings, &refusal)) {
		mqtt_command_refuse(door, NULL, &refusal, letters, plan.documents);
		return;
	}
	plan.command = mqtt_command_name(&plan.wish, zone);
	plan.params = command_params_of(&plan.wish, zone);
	mqtt_order_give(door, &plan, letters, now);
}

static void
leave(struct mqtt_command *door, int zone, int64_t now)
{
	struct mqtt_batch batch = mqtt_batch_take(&door->batches, zone);

	mqtt_turn_give_batch(door, zone, &batch, letters_of(&batch), now);
}

void
mqtt_scalars_leave(struct mqtt_command *door, unsigned batches, int64_t now)
{
	int zone;

	while ((zone = mqtt_batch_next(&door->batches, batches)) >= 0)
		leave(door, zone, now);
	arm(door, now);
}

static void
on_due(uv_timer_t *timer)
{
	struct mqtt_command *door = timer->data;
	int64_t now = clock_now();

	mqtt_scalars_leave(door, mqtt_batch_due(&door->batches, now), now);
}

static void
arm(struct mqtt_command *door, int64_t now)
{
	mqtt_command_wake(door, &door->due, on_due, mqtt_batch_wake(&door->batches), now);
}

void
mqtt_scalar_take(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
		 const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now)
{
	struct mqtt_refusal refusal;
	struct mqtt_letter *overtaken;
	int value;

	if (!mqtt_scalar_read(info, letter->name, message->payload, message->length, &value,
			      &refusal) ||
	    !mqtt_command_admit(door, true, &refusal, now)) {
		mqtt_command_refuse(door, NULL, &refusal, letter, mqtt_document_of(zone));
		return;
	}
	overtaken = mqtt_batch_add(&door->batches, zone, info->field, value, letter, now);
	if (overtaken != NULL)
		mqtt_command_supersede(door, overtaken, now);
	arm(door, now);
}

void
mqtt_scalars_init(struct mqtt_command *door)
{
	uv_timer_init(door->rooms.loop, &door->due);
	door->due.data = door;
}

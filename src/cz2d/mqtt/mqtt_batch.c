/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When batches of scalars are over. What is in them is judged elsewhere.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_batch.h"

#include "base/clock.h"

/* The house has one mode and one fan, whichever zone names them. */
static bool
is_of_house(enum mqtt_field field)
{
	return field == MQTT_MODE || field == MQTT_POWER || field == MQTT_FAN || field == MQTT_ALL;
}

void *
mqtt_batch_add(struct mqtt_batches *batches, int zone, enum mqtt_field field, int value,
	       void *letter, int64_t now)
{
	struct mqtt_batch *batch = &batches->of[zone];
	void *overtaken = batch->letters[field];

	if (batch->count == 0)
		batch->first = now;
	batch->last = now;
	if (is_of_house(field))
		batch->house = ++batches->house;
	batch->order[field] = ++batch->count;
	batch->values[field] = value;
	batch->letters[field] = letter;
	return overtaken;
}

/* Nothing more is expected of it. */
static int64_t
over_at(const struct mqtt_batch *batch)
{
	return clock_earlier(batch->last + MQTT_QUIET_MS, batch->first + MQTT_LONGEST_MS);
}

int64_t
mqtt_batch_wake(const struct mqtt_batches *batches)
{
	int64_t all_over = INT64_MIN, longest = INT64_MAX;

	for (int zone = 0; zone < MQTT_BATCHES; zone++) {
		const struct mqtt_batch *batch = &batches->of[zone];

		if (batch->count == 0)
			continue;
		all_over = clock_later(all_over, over_at(batch));
		longest = clock_earlier(longest, batch->first + MQTT_LONGEST_MS);
	}
	return all_over == INT64_MIN ? INT64_MAX : clock_earlier(all_over, longest);
}

unsigned
mqtt_batch_due(const struct mqtt_batches *batches, int64_t now)
{
	unsigned due = 0;

	if (now < mqtt_batch_wake(batches))
		return 0;
	for (int zone = 0; zone < MQTT_BATCHES; zone++)
		if (batches->of[zone].count != 0 && over_at(&batches->of[zone]) <= now)
			due |= 1U << zone;
	return due;
}

unsigned
mqtt_batch_of_house(const struct mqtt_batches *batches)
{
	unsigned found = 0;

	for (int zone = 0; zone < MQTT_BATCHES; zone++)
		if (batches->of[zone].house != 0)
			found |= 1U << zone;
	return found;
}

/* What is about no house comes last. */
static uint64_t
turn_of(const struct mqtt_batch *batch)
{
	return batch->house != 0 ? batch->house : UINT64_MAX;
}

int
mqtt_batch_next(const struct mqtt_batches *batches, unsigned among)
{
	int next = -1;

	for (int zone = 0; zone < MQTT_BATCHES; zone++) {
		const struct mqtt_batch *batch = &batches->of[zone];

		if ((among & 1U << zone) != 0 && batch->count != 0 &&
		    (next < 0 || turn_of(batch) < turn_of(&batches->of[next])))
			next = zone;
	}
	return next;
}

struct mqtt_batch
mqtt_batch_take(struct mqtt_batches *batches, int zone)
{
	struct mqtt_batch batch = batches->of[zone];

	batches->of[zone] = (struct mqtt_batch){.count = 0};
	return batch;
}

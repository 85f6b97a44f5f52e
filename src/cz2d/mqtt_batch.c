/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When batches of scalars are over. What is in them is judged elsewhere.
 */
#include "build.h"

#include "cz2d/mqtt_batch.h"

#include "base/clock.h"

void *
mqtt_batch_add(struct mqtt_batches *batches, int zone, enum mqtt_field field, int value,
	       void *letter, int64_t now)
{
	struct mqtt_batch *batch = &batches->of[zone];
	void *overtaken = batch->letters[field];

	if (batch->count == 0)
		batch->first = now;
	batch->last = now;
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

struct mqtt_batch
mqtt_batch_take(struct mqtt_batches *batches, int zone)
{
	struct mqtt_batch batch = batches->of[zone];

	batches->of[zone] = (struct mqtt_batch){.count = 0};
	return batch;
}

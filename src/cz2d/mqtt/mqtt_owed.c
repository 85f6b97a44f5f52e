/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A list that is mostly short and mostly settled from the front.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_owed.h"

#include <string.h>

void
mqtt_owed_add(struct mqtt_owed *owed, uint64_t number)
{
	owed->numbers[owed->count++] = number;
}

bool
mqtt_owed_settle(struct mqtt_owed *owed, uint64_t number)
{
	size_t at = 0;

	while (at < owed->count && owed->numbers[at] != number)
		at++;
	if (at == owed->count)
		return false;
	owed->count--;
	memmove(&owed->numbers[at], &owed->numbers[at + 1],
		(owed->count - at) * sizeof owed->numbers[0]);
	return true;
}

uint64_t
mqtt_owed_oldest(const struct mqtt_owed *owed)
{
	return owed->count > 0 ? owed->numbers[0] : 0;
}

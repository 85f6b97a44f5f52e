/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Seconds of the week, and the row that they are told in.
 */
#include "build.h"

#include <cz2/clock.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const enum cz2_field fields[] = {CZ2_CLOCK_DAY, CZ2_CLOCK_HOUR, CZ2_CLOCK_MINUTE,
					CZ2_CLOCK_SECOND};
static const int units[] = {DAY, HOUR, MINUTE, 1};

enum { FIELDS = sizeof fields / sizeof fields[0] };

int
cz2_clock_read(const uint8_t *bytes, size_t length)
{
	int second = 0;

	for (int i = 0; i < FIELDS; i++) {
		const struct cz2_field_info *info = cz2_field_info(fields[i]);
		int value = cz2_place_get(info, &info->places[0], 0, bytes, length);

		if (value == CZ2_UNKNOWN)
			return CZ2_CLOCK_NONE;
		second += value * units[i];
	}
	return second;
}

void
cz2_clock_put(int second, uint8_t *bytes)
{
	for (int i = 0; i < FIELDS; i++) {
		cz2_place_put(&cz2_field_info(fields[i])->places[0], 0, second / units[i], bytes);
		second %= units[i];
	}
}

int
cz2_clock_at(int64_t week_start, int64_t now)
{
	const int64_t week_ms = CZ2_WEEK_SECONDS * INT64_C(1000);
	int64_t passed = (now - week_start) % week_ms;

	return (int)((passed < 0 ? passed + week_ms : passed) / 1000);
}

int
cz2_clock_ahead(int second, int of)
{
	int ahead = (second - of + CZ2_WEEK_SECONDS) % CZ2_WEEK_SECONDS;

	return ahead > CZ2_WEEK_SECONDS / 2 ? ahead - CZ2_WEEK_SECONDS : ahead;
}

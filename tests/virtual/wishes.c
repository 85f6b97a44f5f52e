/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* See wishes.h. */
#include "build.h"

#include "virtual/wishes.h"

#include <stdlib.h>

enum { RULES = 9, FIRST_ZONE = 1, LAST_ZONE = 8 };

/* How a value lies in its byte. */
enum shape {
	WHOLE,    /* the byte is the value */
	BIT,      /* one bit */
	ZONE_BIT, /* bit 0 is zone 1 */
	PER_ZONE, /* a byte for each zone, zone 1 first */
	RULER,    /* the byte is the zone that rules; RULES: it stays, else zone 1 */
};

/* "Writing safely" and "the bytes of each row" of docs/protocol.md. */
static const struct place {
	enum cz2_field field;
	enum cz2_row row;
	unsigned byte, bit;
	enum shape shape;
} places[] = {
	{CZ2_MODE, CZ2_ROW_1_12, 4, 0, WHOLE},
	{CZ2_TEMPORARY, CZ2_ROW_1_12, 9, 0, ZONE_BIT},
	{CZ2_HOLD, CZ2_ROW_1_12, 10, 0, ZONE_BIT},
	{CZ2_OUT, CZ2_ROW_1_12, 12, 0, ZONE_BIT},
	{CZ2_ALL, CZ2_ROW_1_12, 15, 0, RULER},
	{CZ2_COOL, CZ2_ROW_1_16, 3, 0, PER_ZONE},
	{CZ2_HEAT, CZ2_ROW_1_16, 11, 0, PER_ZONE},
	{CZ2_FAN, CZ2_ROW_1_17, 3, 2, BIT},
};

static const struct place *
place_of(enum cz2_field field)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (places[i].field == field)
			return &places[i];
	abort(); /* nobody may ask for it: a test that does is wrong */
}

static bool
is_of_zones(const struct place *place)
{
	return place->shape == ZONE_BIT || place->shape == PER_ZONE;
}

static unsigned
byte_of(const struct place *place, int zone)
{
	return place->byte + (place->shape == PER_ZONE ? (unsigned)(zone - FIRST_ZONE) : 0);
}

static uint8_t
mask_of(const struct place *place, int zone)
{
	switch (place->shape) {
	case BIT:
		return (uint8_t)(1U << place->bit);
	case ZONE_BIT:
		return (uint8_t)(1U << (zone - FIRST_ZONE));
	default:
		return 0xFF;
	}
}

/* What the byte has to become. */
static uint8_t
edited(const struct wish *wish, uint8_t old)
{
	const struct place *place = place_of(wish->field);
	uint8_t mask = mask_of(place, wish->zone);

	if (place->shape == RULER && wish->value == RULES)
		return old >= FIRST_ZONE && old <= LAST_ZONE ? old : FIRST_ZONE;
	if (mask == 0xFF)
		return (uint8_t)wish->value;
	return wish->value ? old | mask : old & (uint8_t)~mask;
}

static struct wish *
find(struct wishes *wishes, enum cz2_field field, int zone)
{
	for (int i = 0; i < wishes->count; i++)
		if (wishes->list[i].field == field && wishes->list[i].zone == zone)
			return &wishes->list[i];
	return NULL;
}

void
wishes_add(struct wishes *wishes, struct wish wish)
{
	struct wish *known;

	if (!is_of_zones(place_of(wish.field)))
		wish.zone = 0;
	known = find(wishes, wish.field, wish.zone);
	if (known == NULL && wishes->count == WISHES_MAX)
		abort();
	*(known != NULL ? known : &wishes->list[wishes->count++]) = wish;
}

void
wishes_exclude(struct wishes *wishes)
{
	for (int zone = FIRST_ZONE; zone <= LAST_ZONE; zone++) {
		const struct wish *hold = find(wishes, CZ2_HOLD, zone);
		const struct wish *temporary = find(wishes, CZ2_TEMPORARY, zone);

		if (hold != NULL && hold->value == 1)
			wishes_add(wishes, (struct wish){CZ2_TEMPORARY, zone, 0});
		else if (temporary != NULL && temporary->value == 1)
			wishes_add(wishes, (struct wish){CZ2_HOLD, zone, 0});
	}
}

/* The next wish for the row from *index on; NULL at the end. */
static const struct wish *
next_of_row(const struct wishes *wishes, enum cz2_row row, int *index)
{
	while (*index < wishes->count) {
		const struct wish *wish = &wishes->list[(*index)++];

		if (place_of(wish->field)->row == row)
			return wish;
	}
	return NULL;
}

uint8_t
wishes_mask(const struct wishes *wishes, enum cz2_row row, size_t byte)
{
	const struct wish *wish;
	uint8_t mask = 0;
	int index = 0;

	while ((wish = next_of_row(wishes, row, &index)) != NULL)
		if (byte_of(place_of(wish->field), wish->zone) == byte)
			mask |= mask_of(place_of(wish->field), wish->zone);
	return mask;
}

void
wishes_apply(const struct wishes *wishes, enum cz2_row row, uint8_t *bytes)
{
	const struct wish *wish;
	int index = 0;

	while ((wish = next_of_row(wishes, row, &index)) != NULL) {
		uint8_t *at = &bytes[byte_of(place_of(wish->field), wish->zone)];

		*at = edited(wish, *at);
	}
}

bool
wishes_shown(const struct wishes *wishes, enum cz2_row row, const uint8_t *bytes)
{
	const struct wish *wish;
	int index = 0;

	while ((wish = next_of_row(wishes, row, &index)) != NULL) {
		uint8_t is = bytes[byte_of(place_of(wish->field), wish->zone)];

		if (edited(wish, is) != is)
			return false;
	}
	return true;
}

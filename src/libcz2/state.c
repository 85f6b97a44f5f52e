/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows into values, and the rules by which values are shown: ALL mode and
 * rounding. The table of fields does the rest.
 */
#include "build.h"

#include <cz2/state.h>

int
cz2_slot(enum cz2_field field, int zone)
{
	if (!cz2_field_is_zonal(field))
		return (int)field;
	return CZ2_FIRST_ZONE_FIELD +
	       ((int)field - CZ2_FIRST_ZONE_FIELD) * CZ2_ZONES_MAX + (zone - 1);
}

void
cz2_slot_split(int slot, enum cz2_field *field, int *zone)
{
	int zonal = slot - CZ2_FIRST_ZONE_FIELD;

	if (zonal < 0) {
		*field = (enum cz2_field)slot;
		*zone = 0;
		return;
	}
	*field = (enum cz2_field)(CZ2_FIRST_ZONE_FIELD + zonal / CZ2_ZONES_MAX);
	*zone = zonal % CZ2_ZONES_MAX + 1;
}

void
cz2_values_clear(struct cz2_values *values)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		values->at[slot] = CZ2_UNKNOWN;
}

int
cz2_values_get(const struct cz2_values *values, enum cz2_field field, int zone)
{
	return values->at[cz2_slot(field, zone)];
}

void
cz2_values_set(struct cz2_values *values, enum cz2_field field, int zone, int value)
{
	values->at[cz2_slot(field, zone)] = (int16_t)value;
}

/* *newest: of which time it is; INT64_MIN when it is unknown. */
static int
newest_value(const struct cz2_field_info *info, int zone, const struct cz2_image *images,
	     int64_t *newest)
{
	const struct cz2_place *place;
	int result = CZ2_UNKNOWN;

	*newest = INT64_MIN;

	for (place = info->places; place->codec != CZ2_PLACES_END; place++) {
		const struct cz2_image *image = &images[place->row];
		int value = cz2_place_get(info, place, zone, image->bytes, image->length);

		if (value == CZ2_UNKNOWN || image->time <= *newest)
			continue;
		*newest = image->time;
		result = value;
	}
	return result;
}

void
cz2_state_decode(const struct cz2_image *images, struct cz2_values *state)
{
	int64_t times[CZ2_SLOT_COUNT];

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		state->at[slot] = (int16_t)newest_value(cz2_field_info(field), zone, images,
							&times[slot]);
	}
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		int exact = cz2_slot(CZ2_TEMP_EXACT, zone), whole = cz2_slot(CZ2_TEMP_WHOLE, zone);

		if (state->at[whole] != CZ2_UNKNOWN &&
		    times[exact] < times[whole] - CZ2_OUTLIVED_MS)
			state->at[exact] = CZ2_UNKNOWN;
	}
}

/* What one zone's settings replace in the others while ALL mode is on. */
static bool
ruled_by_all(enum cz2_field field)
{
	switch (field) {
	case CZ2_COOL:
	case CZ2_HEAT:
	case CZ2_TEMPORARY:
	case CZ2_HOLD:
	case CZ2_OUT:
		return true;
	default:
		return false;
	}
}

int
cz2_state_shown(const struct cz2_values *state, enum cz2_field field, int zone)
{
	int ruler = cz2_values_get(state, CZ2_ALL, 0);

	if (ruler > 0 && ruled_by_all(field))
		zone = ruler;
	return cz2_values_get(state, field, zone);
}

int
cz2_round_sixteenths(int sixteenths)
{
	int shifted = sixteenths + 8;

	if (sixteenths == CZ2_UNKNOWN)
		return CZ2_UNKNOWN;
	/* Division rounds towards 0; half up means towards the greater number. */
	return shifted >= 0 ? shifted / 16 : -((-shifted + 15) / 16);
}

int
cz2_state_temperature(const struct cz2_values *state, int zone)
{
	int exact = cz2_values_get(state, CZ2_TEMP_EXACT, zone);

	if (exact != CZ2_UNKNOWN)
		return cz2_round_sixteenths(exact);
	return cz2_values_get(state, CZ2_TEMP_WHOLE, zone);
}

bool
cz2_state_differs(const struct cz2_values *a, const struct cz2_values *b,
		  bool changed[CZ2_SLOT_COUNT])
{
	bool any = false;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		bool differs = a->at[slot] != b->at[slot];

		any = any || differs;
		if (changed != NULL)
			changed[slot] = differs;
	}
	return any;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the rows say, as typed values, and the difference of two such states.
 * Values are kept in the panel's own resolution as integers.
 */
#ifndef CZ2_STATE_H
#define CZ2_STATE_H

#include <cz2/field.h>

/* One slot for each value of the system, eight for each value of zones. */
enum {
	CZ2_SLOT_COUNT = CZ2_FIRST_ZONE_FIELD +
			 (CZ2_FIELD_COUNT - CZ2_FIRST_ZONE_FIELD) * CZ2_ZONES_MAX
};

/* A value for each slot, CZ2_UNKNOWN where there is none. */
struct cz2_values {
	int16_t at[CZ2_SLOT_COUNT];
};

/* zone is 1..8; ignored for the system's fields. */
int
cz2_slot(enum cz2_field field, int zone);

/* The field and zone (0 for the system's) of a slot. */
void
cz2_slot_split(int slot, enum cz2_field *field, int *zone);

void
cz2_values_clear(struct cz2_values *values);

int
cz2_values_get(const struct cz2_values *values, enum cz2_field field, int zone);

void
cz2_values_set(struct cz2_values *values, enum cz2_field field, int zone, int value);

/*
 * An exact temperature so much older than the whole one counts as unknown: its sensor has
 * died, or is not heard any more, while the wall unit still shows the zone.
 */
enum { CZ2_OUTLIVED_MS = 900000 };

/*
 * Decodes all images (an array of CZ2_ROW_COUNT). Where a value lies in several
 * rows, the most recently learnt one that knows it counts.
 */
void
cz2_state_decode(const struct cz2_image *images, struct cz2_values *state);

/* The same as cz2_values_get(), but in ALL mode the ruling zone's setpoints and flags. */
int
cz2_state_shown(const struct cz2_values *state, enum cz2_field field, int zone);

/* Whole degrees: the exact temperature rounded half up, else the whole one. */
int
cz2_state_temperature(const struct cz2_values *state, int zone);

/* True when some slot differs; changed (may be NULL) gets one bool per slot. */
bool
cz2_state_differs(const struct cz2_values *a, const struct cz2_values *b,
		  bool changed[CZ2_SLOT_COUNT]);

/* Sixteenths to whole degrees, half up, also below zero. Unknown stays unknown. */
int
cz2_round_sixteenths(int sixteenths);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a command means for the bytes of a row: values of the table of fields, a day of the
 * program, or the clock, each in a row of its own kind. The only code that changes bytes of a
 * row which will be written.
 */
#include "build.h"

#include <string.h>

#include "libcz2/command_internal.h"

enum { CLOCK_PLACE = 3, PROGRAM_PLACE = 4 };

/* An unheld zone falls back to its schedule, so setpoints come first and the flag that keeps
 * them right behind. */
static const enum cz2_row places[CZ2_COMMAND_ROWS] = {
	CZ2_ROW_1_16, CZ2_ROW_1_12, CZ2_ROW_1_17,
	[CLOCK_PLACE] = CZ2_ROW_1_18,
	[PROGRAM_PLACE] = CZ2_ROW_SCHEDULE, /* whichever of them */
};

int
cz2_row_place(enum cz2_row row)
{
	if (row >= CZ2_ROW_SCHEDULE)
		return PROGRAM_PLACE;
	for (int place = 0; place < PROGRAM_PLACE; place++)
		if (places[place] == row)
			return place;
	return -1;
}

enum cz2_row
cz2_command_row(const struct cz2_command *command, int place)
{
	enum cz2_row row = place == PROGRAM_PLACE ? command->program : places[place];

	return cz2_command_touches(command, row) ? row : CZ2_ROW_NONE;
}

/* ------------------------------------------------------------------------
 * Values of the table of fields
 */

/* A named value that lies in a row. Writable values lie in one place only. */
struct edit {
	enum cz2_field field;
	int zone;
	int value;
	const struct cz2_field_info *info;
	const struct cz2_place *place;
};

/* The next edit of row from *slot on; false when there is none. */
static bool
next_edit(const struct cz2_command *command, enum cz2_row row, int *slot, struct edit *edit)
{
	for (; *slot < CZ2_SLOT_COUNT; (*slot)++) {
		edit->value = command->wish.at[*slot];
		if (edit->value == CZ2_UNKNOWN)
			continue;
		cz2_slot_split(*slot, &edit->field, &edit->zone);
		edit->info = cz2_field_info(edit->field);
		edit->place = &edit->info->places[0];
		if (edit->place->row != row)
			continue;
		(*slot)++;
		return true;
	}
	return false;
}

static bool
fields_touched(const struct cz2_command *command, enum cz2_row row)
{
	struct edit edit;
	int slot = 0;

	return next_edit(command, row, &slot, &edit);
}

/* What the value is to become: "ALL on" keeps the zone that rules already. */
static int
target(const struct edit *edit, int old)
{
	if (edit->field != CZ2_ALL || edit->value != CZ2_ALL_ON)
		return edit->value;
	return old > 0 ? old : 1;
}

static int
apply(const struct edit *edit, enum cz2_row row, uint8_t *bytes, size_t length,
      struct cz2_problem *problem)
{
	int old = cz2_place_get(edit->info, edit->place, edit->zone, bytes, length);

	if (edit->value < edit->info->set_min || edit->value > edit->info->set_max) {
		problem->error = CZ2_ERANGE;
		return CZ2_ERANGE;
	}
	if (old == CZ2_UNKNOWN) {
		*problem = (struct cz2_problem){.error = CZ2_EIMPLAUSIBLE,
						.zone = edit->zone,
						.field = edit->field,
						.row = (int)row};
		return CZ2_EIMPLAUSIBLE;
	}
	if (target(edit, old) != old)
		cz2_place_put(edit->place, edit->zone, target(edit, old), bytes);
	return CZ2_OK;
}

/* The gap between what is named and what the row keeps, in each zone that is named. */
static int
check_stored_gaps(const struct cz2_command *command, const uint8_t *bytes, size_t length,
		  struct cz2_problem *problem)
{
	const struct cz2_field_info *heat = cz2_field_info(CZ2_HEAT);
	const struct cz2_field_info *cool = cz2_field_info(CZ2_COOL);

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		int error;

		if (cz2_values_get(&command->wish, CZ2_HEAT, zone) == CZ2_UNKNOWN &&
		    cz2_values_get(&command->wish, CZ2_COOL, zone) == CZ2_UNKNOWN)
			continue;
		error = command_check_gap(
			zone, cz2_place_get(heat, &heat->places[0], zone, bytes, length),
			cz2_place_get(cool, &cool->places[0], zone, bytes, length), problem);
		if (error != CZ2_OK)
			return error;
	}
	return CZ2_OK;
}

static int
edit_fields(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes, size_t length,
	    int64_t now, struct cz2_problem *problem)
{
	struct edit edit;
	int error;
	int slot = 0;

	(void)now;
	while (next_edit(command, row, &slot, &edit)) {
		error = apply(&edit, row, bytes, length, problem);
		if (error != CZ2_OK)
			return error;
	}
	return row == CZ2_ROW_1_16 ? check_stored_gaps(command, bytes, length, problem) : CZ2_OK;
}

static bool
edit_shown(const struct edit *edit, const uint8_t *bytes, size_t length)
{
	int value = cz2_place_get(edit->info, edit->place, edit->zone, bytes, length);

	return value != CZ2_UNKNOWN && value == target(edit, value);
}

static bool
fields_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
	     size_t length, int64_t at)
{
	struct edit edit;
	int slot = 0;

	(void)at;
	while (next_edit(command, row, &slot, &edit))
		if (!edit_shown(&edit, bytes, length))
			return false;
	return true;
}

static void
keep_fields_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		  size_t length, int64_t at)
{
	struct edit edit;
	int slot = 0;

	(void)at;
	while (next_edit(command, row, &slot, &edit))
		if (!edit_shown(&edit, bytes, length))
			cz2_values_set(&command->wish, edit.field, edit.zone, CZ2_UNKNOWN);
}

/* The bits that one writable field may change in one byte of its row. */
static uint8_t
field_mask(enum cz2_field field, enum cz2_row row, unsigned byte)
{
	const struct cz2_field_info *info = cz2_field_info(field);
	const struct cz2_place *place = &info->places[0];

	if (!info->writable || place->row != row)
		return 0;
	if (place->codec == CZ2_ZONE_BYTE)
		return byte >= place->byte && byte < (unsigned)place->byte + CZ2_ZONES_MAX ? 0xFF
											   : 0;
	return byte == place->byte ? place->mask : 0;
}

static uint8_t
fields_mask(enum cz2_row row, unsigned byte)
{
	uint8_t mask = 0;

	for (int field = 0; field < CZ2_FIELD_COUNT; field++)
		mask |= field_mask((enum cz2_field)field, row, byte);
	return mask;
}

/* ------------------------------------------------------------------------
 * A day of the program
 */

static bool
day_touched(const struct cz2_command *command, enum cz2_row row)
{
	return command->program == row;
}

static int
edit_day(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes, size_t length,
	 int64_t now, struct cz2_problem *problem)
{
	bool changed;

	(void)now;
	if (!day_touched(command, row))
		return CZ2_OK;
	cz2_schedule_split(row, &problem->zone, &problem->day);
	problem->error = cz2_day_edit(&command->day, bytes, length, &changed, &problem->schedule);
	return problem->error;
}

static bool
day_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
	  size_t length, int64_t at)
{
	(void)at;
	return !day_touched(command, row) || cz2_day_shown(&command->day, bytes, length);
}

static void
keep_day_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes, size_t length,
	       int64_t at)
{
	(void)at;
	if (!day_touched(command, row))
		return;
	cz2_day_keep_shown(&command->day, bytes, length);
	if (cz2_day_empty(&command->day))
		command->program = CZ2_ROW_NONE;
}

/* ------------------------------------------------------------------------
 * The clock
 */

static bool
clock_touched(const struct cz2_command *command, enum cz2_row row)
{
	(void)row;
	return command->week_start != CZ2_CLOCK_AS_IT_IS;
}

static bool
clock_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
	    size_t length, int64_t at)
{
	int second = cz2_clock_read(bytes, length), ahead;

	if (!clock_touched(command, row))
		return true;
	if (second == CZ2_CLOCK_NONE)
		return false;
	ahead = cz2_clock_ahead(second, cz2_clock_at(command->week_start, at));
	return ahead >= -CZ2_CLOCK_CLOSE_S && ahead <= CZ2_CLOCK_CLOSE_S;
}

static int
edit_clock(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes, size_t length,
	   int64_t now, struct cz2_problem *problem)
{
	if (cz2_clock_read(bytes, length) == CZ2_CLOCK_NONE && clock_touched(command, row)) {
		problem->error = CZ2_EIMPLAUSIBLE;
		problem->field = CZ2_CLOCK_DAY;
		return CZ2_EIMPLAUSIBLE;
	}
	if (!clock_shown(command, row, bytes, length, now))
		cz2_clock_put(cz2_clock_at(command->week_start, now), bytes);
	return CZ2_OK;
}

static void
keep_clock_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		 size_t length, int64_t at)
{
	if (!clock_shown(command, row, bytes, length, at))
		command->week_start = CZ2_CLOCK_AS_IT_IS;
}

static uint8_t
content_mask(enum cz2_row row, unsigned byte)
{
	return byte >= CZ2_ROW_PREFIX && byte < cz2_row_info(row)->length ? 0xFF : 0;
}

/* ------------------------------------------------------------------------
 * Any row
 */

static const struct kind {
	bool (*touched)(const struct cz2_command *command, enum cz2_row row);
	int (*edit)(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes,
		    size_t length, int64_t now, struct cz2_problem *problem);
	bool (*shown)(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		      size_t length, int64_t at);
	void (*keep_shown)(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
			   size_t length, int64_t at);
	uint8_t (*mask)(enum cz2_row row, unsigned byte);
} fields_kind = {fields_touched, edit_fields, fields_shown, keep_fields_shown, fields_mask},
  day_kind = {day_touched, edit_day, day_shown, keep_day_shown, content_mask},
  clock_kind = {clock_touched, edit_clock, clock_shown, keep_clock_shown, content_mask};

static const struct kind *
kind_of(enum cz2_row row)
{
	if (row >= CZ2_ROW_SCHEDULE)
		return &day_kind;
	return row == CZ2_ROW_1_18 ? &clock_kind : &fields_kind;
}

bool
cz2_command_touches(const struct cz2_command *command, enum cz2_row row)
{
	return row != CZ2_ROW_NONE && kind_of(row)->touched(command, row);
}

/* The last guard: whatever the edits did, only bits that may be written come from them. */
static void
take_writable_bits(enum cz2_row row, const uint8_t *edited, uint8_t *bytes, size_t length)
{
	for (unsigned i = 0; i < length; i++) {
		uint8_t mask = cz2_row_writable_mask(row, i);

		bytes[i] = (uint8_t)((bytes[i] & ~mask) | (edited[i] & mask));
	}
}

int
cz2_command_edit(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes,
		 size_t length, int64_t now, bool *changed, struct cz2_problem *problem)
{
	uint8_t edited[CZ2_ROW_SIZE_MAX];
	int error;

	*problem = (struct cz2_problem){.error = CZ2_EUNSUPPORTED, .row = (int)row};
	if (cz2_row_info(row)->length == 0 || !cz2_row_matches(row, bytes, length))
		return CZ2_EUNSUPPORTED;

	memcpy(edited, bytes, length);
	error = kind_of(row)->edit(command, row, edited, length, now, problem);
	if (error != CZ2_OK)
		return error;
	*changed = memcmp(bytes, edited, length) != 0;
	problem->error = CZ2_OK;
	take_writable_bits(row, edited, bytes, length);
	return CZ2_OK;
}

bool
cz2_command_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		  size_t length, int64_t at)
{
	return kind_of(row)->shown(command, row, bytes, length, at);
}

void
cz2_command_keep_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		       size_t length, int64_t at)
{
	kind_of(row)->keep_shown(command, row, bytes, length, at);
}

uint8_t
cz2_row_writable_mask(enum cz2_row row, unsigned byte)
{
	return kind_of(row)->mask(row, byte);
}

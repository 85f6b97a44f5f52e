/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Wishes: naming values, merging, editing rows, and the rules of the panel
 * that a wish has to keep. The only code that changes bytes of a row which
 * will be written.
 */
#include "build.h"

#include <cz2/command.h>

#include <string.h>

const enum cz2_row cz2_write_order[] = {
	/* An unheld zone falls back to its schedule, so setpoints come first and
	 * the flag that keeps them right behind. */
	CZ2_ROW_1_16, CZ2_ROW_1_12, CZ2_ROW_1_17, CZ2_ROW_NONE,
};

void
cz2_command_init(struct cz2_command *command)
{
	cz2_values_clear(&command->wish);
}

static int
wished(const struct cz2_command *command, enum cz2_field field, int zone)
{
	return cz2_values_get(&command->wish, field, zone);
}

int
cz2_command_set(struct cz2_command *command, enum cz2_field field, int zone, int value)
{
	const struct cz2_field_info *info;

	if (field >= CZ2_FIELD_COUNT)
		return CZ2_EUNSUPPORTED;
	info = cz2_field_info(field);
	if (!info->writable)
		return CZ2_EREADONLY;
	if (cz2_field_is_zonal(field) && (zone < 1 || zone > CZ2_ZONES_MAX))
		return CZ2_EZONE;
	if (value < info->set_min || value > info->set_max)
		return CZ2_ERANGE;
	cz2_values_set(&command->wish, field, zone, value);
	return CZ2_OK;
}

bool
cz2_command_empty(const struct cz2_command *command)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (command->wish.at[slot] != CZ2_UNKNOWN)
			return false;
	return true;
}

int
cz2_command_last_zone(const struct cz2_command *command)
{
	int last = 0;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		if (command->wish.at[slot] != CZ2_UNKNOWN && zone > last)
			last = zone;
	}
	return last;
}

static void
warn(struct cz2_warnings *warnings, enum cz2_warning_kind kind, int zone, int value)
{
	if (warnings->count == CZ2_WARNINGS_MAX)
		return;
	warnings->list[warnings->count++] = (struct cz2_warning){kind, zone, value};
}

void
cz2_command_exclude(struct cz2_command *command, struct cz2_warnings *warnings)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		bool hold = wished(command, CZ2_HOLD, zone) == 1;
		bool temporary = wished(command, CZ2_TEMPORARY, zone) == 1;

		/* What the panel does with both bits set is unknown; schedules
		 * have been seen to end the hold. */
		if (hold && temporary)
			warn(warnings, CZ2_WARN_HOLD_AND_TEMP, zone, 0);
		if (hold)
			cz2_values_set(&command->wish, CZ2_TEMPORARY, zone, 0);
		else if (temporary)
			cz2_values_set(&command->wish, CZ2_HOLD, zone, 0);
	}
}

static int
check_gap(int zone, int heat, int cool, struct cz2_problem *problem)
{
	if (heat == CZ2_UNKNOWN || cool == CZ2_UNKNOWN || cool >= heat + CZ2_SETPOINT_GAP)
		return CZ2_OK;
	*problem = (struct cz2_problem){
		.error = CZ2_EGAP, .zone = zone, .heat = heat, .cool = cool};
	return CZ2_EGAP;
}

int
cz2_command_check(const struct cz2_command *command, struct cz2_problem *problem)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		int error = check_gap(zone, wished(command, CZ2_HEAT, zone),
				      wished(command, CZ2_COOL, zone), problem);

		if (error != CZ2_OK)
			return error;
	}
	return CZ2_OK;
}

int
cz2_command_merge(struct cz2_command *into, const struct cz2_command *from)
{
	struct cz2_command merged = *into;
	struct cz2_problem problem;

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		int16_t value = from->wish.at[slot];

		if (value == CZ2_UNKNOWN)
			continue;
		if (merged.wish.at[slot] != CZ2_UNKNOWN && merged.wish.at[slot] != value)
			return CZ2_EBUSY;
		merged.wish.at[slot] = value;
	}
	if (cz2_command_check(&merged, &problem) != CZ2_OK)
		return CZ2_EBUSY;
	*into = merged;
	return CZ2_OK;
}

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

bool
cz2_command_touches(const struct cz2_command *command, enum cz2_row row)
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

		if (wished(command, CZ2_HEAT, zone) == CZ2_UNKNOWN &&
		    wished(command, CZ2_COOL, zone) == CZ2_UNKNOWN)
			continue;
		error = check_gap(zone,
				  cz2_place_get(heat, &heat->places[0], zone, bytes, length),
				  cz2_place_get(cool, &cool->places[0], zone, bytes, length),
				  problem);
		if (error != CZ2_OK)
			return error;
	}
	return CZ2_OK;
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
		 size_t length, bool *changed, struct cz2_problem *problem)
{
	uint8_t edited[CZ2_ROW_SIZE_MAX];
	struct edit edit;
	int error;
	int slot = 0;

	*problem = (struct cz2_problem){.error = CZ2_EUNSUPPORTED, .row = (int)row};
	if (cz2_row_info(row)->length == 0 || !cz2_row_matches(row, bytes, length))
		return CZ2_EUNSUPPORTED;

	memcpy(edited, bytes, length);
	while (next_edit(command, row, &slot, &edit)) {
		error = apply(&edit, row, edited, length, problem);
		if (error != CZ2_OK)
			return error;
	}
	if (row == CZ2_ROW_1_16) {
		error = check_stored_gaps(command, edited, length, problem);
		if (error != CZ2_OK)
			return error;
	}
	*changed = memcmp(bytes, edited, length) != 0;
	problem->error = CZ2_OK;
	take_writable_bits(row, edited, bytes, length);
	return CZ2_OK;
}

static bool
edit_shown(const struct edit *edit, const uint8_t *bytes, size_t length)
{
	int value = cz2_place_get(edit->info, edit->place, edit->zone, bytes, length);

	return value != CZ2_UNKNOWN && value == target(edit, value);
}

bool
cz2_command_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		  size_t length)
{
	struct edit edit;
	int slot = 0;

	while (next_edit(command, row, &slot, &edit))
		if (!edit_shown(&edit, bytes, length))
			return false;
	return true;
}

void
cz2_command_keep_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		       size_t length)
{
	struct edit edit;
	int slot = 0;

	while (next_edit(command, row, &slot, &edit))
		if (!edit_shown(&edit, bytes, length))
			cz2_values_set(&command->wish, edit.field, edit.zone, CZ2_UNKNOWN);
}

/* The value after the command: what it names, else what is known. */
static int
outcome_of(const struct cz2_command *command, const struct cz2_values *state,
	   enum cz2_field field, int zone)
{
	int value = wished(command, field, zone);

	return value != CZ2_UNKNOWN ? value : cz2_values_get(state, field, zone);
}

/* The zone that rules all after the command; 0 for none. */
static int
ruler_of(const struct cz2_command *command, const struct cz2_values *state)
{
	int before = cz2_values_get(state, CZ2_ALL, 0);
	int after = outcome_of(command, state, CZ2_ALL, 0);

	if (after == CZ2_ALL_ON)
		return before > 0 ? before : 1;
	return after > 0 ? after : 0;
}

void
cz2_command_foresee(const struct cz2_command *command, struct cz2_values *values)
{
	int ruler = ruler_of(command, values);

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++)
		if (command->wish.at[slot] != CZ2_UNKNOWN)
			values->at[slot] = command->wish.at[slot];
	if (wished(command, CZ2_ALL, 0) != CZ2_UNKNOWN)
		cz2_values_set(values, CZ2_ALL, 0, ruler);
}

bool
cz2_command_unheld(const struct cz2_command *command, const struct cz2_values *state, int zone)
{
	return outcome_of(command, state, CZ2_HOLD, zone) != 1 &&
	       outcome_of(command, state, CZ2_TEMPORARY, zone) != 1;
}

static void
warn_setpoints(const struct cz2_command *command, const struct cz2_values *state, int zone,
	       struct cz2_warnings *warnings)
{
	int heat = outcome_of(command, state, CZ2_HEAT, zone);
	int cool = outcome_of(command, state, CZ2_COOL, zone);
	int deadband = cz2_values_get(state, CZ2_DEADBAND, 0);

	if (cz2_command_unheld(command, state, zone))
		warn(warnings, CZ2_WARN_NOT_HELD, zone, 0);
	if (outcome_of(command, state, CZ2_OUT, zone) == 1)
		warn(warnings, CZ2_WARN_ZONE_OUT, zone, 0);
	if (wished(command, CZ2_COOL, zone) > CZ2_COOL_OFF_ABOVE)
		warn(warnings, CZ2_WARN_COOL_HIGH, zone, wished(command, CZ2_COOL, zone));
	if (heat != CZ2_UNKNOWN && cool != CZ2_UNKNOWN && cool - heat < deadband)
		warn(warnings, CZ2_WARN_DEADBAND, zone, deadband);
}

static bool
names_setpoint(const struct cz2_command *command, int zone)
{
	return wished(command, CZ2_HEAT, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_COOL, zone) != CZ2_UNKNOWN;
}

static bool
names_zone(const struct cz2_command *command, int zone)
{
	return names_setpoint(command, zone) ||
	       wished(command, CZ2_TEMPORARY, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_HOLD, zone) != CZ2_UNKNOWN ||
	       wished(command, CZ2_OUT, zone) != CZ2_UNKNOWN;
}

void
cz2_command_warn(const struct cz2_command *command, const struct cz2_values *state,
		 struct cz2_warnings *warnings)
{
	int ruler = ruler_of(command, state);

	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		if (names_setpoint(command, zone))
			warn_setpoints(command, state, zone, warnings);
		if (names_zone(command, zone) && ruler != 0 && ruler != zone)
			warn(warnings, CZ2_WARN_ALL_RULED, zone, ruler);
	}
	if (wished(command, CZ2_MODE, 0) == CZ2_MODE_EHEAT &&
	    cz2_values_get(state, CZ2_HEAT_PUMP, 0) == 0)
		warn(warnings, CZ2_WARN_NO_HEAT_PUMP, 0, 0);
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

uint8_t
cz2_row_writable_mask(enum cz2_row row, unsigned byte)
{
	uint8_t mask = 0;

	for (int field = 0; field < CZ2_FIELD_COUNT; field++)
		mask |= field_mask((enum cz2_field)field, row, byte);
	return mask;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Control commands that look into the memory and change it as it is, without semantics. */
#include "build.h"

#include "cz2sim/control.h"

#include <string.h>

enum { CLOCK_ROW = 18 };

static int
find_slot(struct control_call *call, const char *name, int device)
{
	unsigned owner, owned_table, owned_row;
	int table, row, slot;

	if (!control_parse_row(call, name, &table, &row))
		return -1;
	slot = panel_slot((unsigned)table, (unsigned)row);
	if (slot < 0) {
		control_fail(call, "the panel has no row %s", name);
		return -1;
	}
	panel_slot_split(slot, &owner, &owned_table, &owned_row);
	if (device >= 0 && device != (int)owner) {
		control_fail(call, "row %s belongs to device %u", name, owner);
		return -1;
	}
	return slot;
}

json_t *
control_get(struct control_call *call)
{
	const struct panel_row *row;
	const char *name;
	int device = -1, slot;

	if (!control_unpack(call, "{s:s, s?i}", "row", &name, "device", &device))
		return NULL;
	slot = find_slot(call, name, device);
	if (slot < 0)
		return NULL;
	thermostat_show_clock(&call->sim->thermostat, call->now);
	row = &call->sim->panel.rows[slot];
	return json_pack("{s:o}", "hex", control_hex(row->bytes, row->length));
}

/* What was set by hand stays: the clock runs on from it, the equipment keeps off. */
static void
after_change(struct control_call *call, int slot, bool equipment)
{
	struct sim *sim = call->sim;

	if (slot == panel_slot(1, CLOCK_ROW))
		thermostat_adopt_clock(&sim->thermostat, call->now);
	if (equipment || slot == panel_slot(9, 4) || slot == panel_slot(9, 5))
		sim->equipment_on = false;
}

static bool
whole_row(struct control_call *call, const uint8_t *bytes, size_t size, struct panel_row *row)
{
	if (size <= CZ2_ROW_PREFIX) {
		control_fail(call, "a row has more than its prefix of %d bytes", CZ2_ROW_PREFIX);
		return false;
	}
	row->length = (uint8_t)size;
	memcpy(row->bytes, bytes, size);
	return true;
}

static bool
part_of_row(struct control_call *call, int at, const uint8_t *bytes, size_t size,
	    struct panel_row *row)
{
	if (at < CZ2_ROW_PREFIX || at >= CZ2_ROW_SIZE_MAX || at > row->length ||
	    size > (size_t)(row->length - at)) {
		control_fail(call, "the row's bytes are %d to %d", CZ2_ROW_PREFIX, row->length - 1);
		return false;
	}
	memcpy(row->bytes + at, bytes, size);
	return true;
}

json_t *
control_row(struct control_call *call)
{
	uint8_t bytes[CZ2_ROW_SIZE_MAX];
	const char *name, *hex;
	struct panel_row row;
	int device = -1, at = -1, slot;
	size_t size;

	if (!control_unpack(call, "{s:s, s:s, s?i, s?i}", "row", &name, "hex", &hex, "at", &at,
			    "device", &device))
		return NULL;
	slot = find_slot(call, name, device);
	if (slot < 0 || !control_parse_hex(call, hex, bytes, sizeof bytes, &size))
		return NULL;
	row = call->sim->panel.rows[slot];
	if (!(at < 0 ? whole_row(call, bytes, size, &row)
		     : part_of_row(call, at, bytes, size, &row)))
		return NULL;
	panel_store(&call->sim->panel, slot, &row, PANEL_CONTROL, call->now);
	after_change(call, slot, false);
	return json_object();
}

static bool
find_field(struct control_call *call, const char *name, int zone, enum cz2_field *field)
{
	*field = cz2_field_find(name);
	if (*field == CZ2_FIELD_COUNT)
		control_fail(call, "no field is called \"%s\"", name);
	else if (cz2_field_is_zonal(*field) && (zone < 1 || zone > CZ2_ZONES_MAX))
		control_fail(call, "\"%s\" needs a zone from 1 to %d", name, CZ2_ZONES_MAX);
	else
		return true;
	return false;
}

json_t *
control_value(struct control_call *call)
{
	enum cz2_field field;
	const char *name;
	int zone = 0, value;

	if (!control_unpack(call, "{s:s, s?i}", "field", &name, "zone", &zone) ||
	    !find_field(call, name, zone, &field))
		return NULL;
	thermostat_show_clock(&call->sim->thermostat, call->now);
	value = panel_value(&call->sim->panel, field, zone);
	return json_pack("{s:o}", "value",
			 value == CZ2_UNKNOWN ? json_null() : json_integer(value));
}

static bool
parse_value(struct control_call *call, const json_t *json, int *value)
{
	json_int_t number = json_integer_value(json);

	if (json_is_null(json))
		*value = CZ2_UNKNOWN;
	else if (json_is_boolean(json))
		*value = json_is_true(json);
	else if (json_is_integer(json) && number > INT16_MIN && number <= INT16_MAX)
		*value = (int)number;
	else
		control_fail(call, "\"value\" is an integer of 16 bits, true, false or null");
	return call->error[0] == '\0';
}

json_t *
control_set(struct control_call *call)
{
	struct panel *panel = &call->sim->panel;
	enum cz2_field field;
	const char *name;
	json_t *json;
	int zone = 0, value = 0;

	if (!control_unpack(call, "{s:s, s?i, s:o}", "field", &name, "zone", &zone, "value",
			    &json) ||
	    !find_field(call, name, zone, &field) || !parse_value(call, json, &value))
		return NULL;
	thermostat_show_clock(&call->sim->thermostat, call->now);
	panel_set(panel, field, zone, value, PANEL_CONTROL, call->now);
	if (field >= CZ2_CLOCK_DAY && field <= CZ2_CLOCK_SECOND)
		after_change(call, panel_slot(1, CLOCK_ROW), false);
	if (field == CZ2_EFFECTIVE_MODE || field == CZ2_DAMPER ||
	    (field >= CZ2_COMPRESSOR_1 && field <= CZ2_REVERSING_VALVE))
		after_change(call, -1, true);
	return json_object();
}

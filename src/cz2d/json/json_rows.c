/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's rows by their addresses.
 */
#include "build.h"

#include "cz2d/json/json_rows.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <cz2/frame.h>

#include "cz2d/model/model.h"

const char *
json_row_name(unsigned device, unsigned table, unsigned row, char out[JSON_ROW_NAME_MAX])
{
	enum cz2_row known = cz2_row_find(device, table, row);

	if (known != CZ2_ROW_NONE)
		return cz2_row_name(known, out);
	snprintf(out, JSON_ROW_NAME_MAX, "%u.%u@%u", table, row, device);
	return out;
}

/* ------------------------------------------------------------------------
 * Bytes
 */

static const char digits[] = "0123456789abcdef";

json_t *
json_hex_of(const uint8_t *bytes, size_t length)
{
	char text[2 * CZ2_FRAME_MAX];

	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0x0F];
	}
	return json_stringn(text, 2 * length);
}

json_t *
json_hex(const struct cz2_image *image)
{
	return image->length != 0 ? json_hex_of(image->bytes, image->length) : json_null();
}

static int
digit_of(char c)
{
	const char *found = c != '\0' ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

size_t
json_hex_read(const char *text, uint8_t bytes[CZ2_ROW_SIZE_MAX])
{
	size_t length = 0;

	for (; *text != '\0'; text += 2, length++) {
		int high = digit_of(text[0]);
		int low = high >= 0 ? digit_of(text[1]) : -1;

		if (low < 0 || length == CZ2_ROW_SIZE_MAX)
			return 0;
		bytes[length] = (uint8_t)(high << 4 | low);
	}
	return length;
}

/* ------------------------------------------------------------------------
 * Documents
 */

json_t *
json_row(const struct json_view *view, unsigned device, unsigned table, unsigned row,
	 const struct cz2_image *image)
{
	enum cz2_row known = cz2_row_find(device, table, row);
	char name[JSON_ROW_NAME_MAX];

	return json_pack("{s:i, s:i, s:i, s:o, s:o, s:i, s:o, s:I, s:s}", "device", (int)device,
			 "table", (int)table, "row", (int)row, "name",
			 known != CZ2_ROW_NONE ? json_string(cz2_row_name(known, name)) : json_null(),
			 "title",
			 known != CZ2_ROW_NONE ? json_string(cz2_row_info(known)->title)
					       : json_null(),
			 "length", (int)image->length, "hex", json_hex(image), "age_seconds",
			 (json_int_t)((view->now - image->time) / 1000), "source",
			 cz2_source_name((enum cz2_source)image->source));
}

json_t *
json_rows(const struct json_view *view)
{
	json_t *list = json_array();

	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)id);
		const struct cz2_image *image = model_image(view->model, (enum cz2_row)id);

		if (image->length != 0)
			json_array_append_new(list, json_row(view, info->device, info->table,
							     info->row, image));
	}
	return json_pack("{s:o}", "rows", list);
}

/* ------------------------------------------------------------------------
 * Raw writes
 */

json_t *
json_raw_params(const struct probe_wish *wish)
{
	return json_pack("{s:i, s:i, s:i, s:o, s:o}", "device", wish->device, "table", wish->table,
			 "row", wish->row, "hex", json_hex_of(wish->bytes, wish->length), "expected",
			 json_hex_of(wish->expected, wish->length));
}

bool
json_raw_read(const char *params, struct probe_wish *wish)
{
	json_t *document = json_loads(params != NULL ? params : "", 0, NULL);
	int device, table, row;
	const char *hex, *expected;
	bool ok = json_unpack(document, "{s:i, s:i, s:i, s:s, s:s}", "device", &device, "table",
			      &table, "row", &row, "hex", &hex, "expected", &expected) == 0;

	memset(wish, 0, sizeof *wish);
	if (ok) {
		size_t length = json_hex_read(hex, wish->bytes);

		wish->device = (uint8_t)device;
		wish->table = (uint8_t)table;
		wish->row = (uint8_t)row;
		wish->length = (uint8_t)length;
		ok = length > CZ2_ROW_PREFIX && json_hex_read(expected, wish->expected) == length;
	}
	json_decref(document);
	return ok;
}

static void
name_value(const struct probe_wish *wish, enum cz2_field field, int zone,
	   struct cz2_command *values)
{
	const struct cz2_field_info *info = cz2_field_info(field);
	const struct cz2_place *place = &info->places[0];
	int before = cz2_place_get(info, place, zone, wish->expected, wish->length);
	int after = cz2_place_get(info, place, zone, wish->bytes, wish->length);

	if (after != CZ2_UNKNOWN && after != before)
		cz2_command_set(values, field, zone, after);
}

void
json_raw_values(const struct probe_wish *wish, struct cz2_command *values)
{
	enum cz2_row row = cz2_row_find(wish->device, wish->table, wish->row);

	cz2_command_init(values);
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		if (cz2_field_info(field)->writable &&
		    cz2_field_info(field)->places[0].row == (int)row)
			name_value(wish, field, zone, values);
	}
}

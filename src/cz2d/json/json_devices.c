/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Devices as people see them: what they are called, when they were heard of, and from
 * which rows that is known.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include "cz2d/devices/devices.h"
#include "cz2d/model/model.h"

/* ------------------------------------------------------------------------
 * Rows
 */

/* The zonal fields are the zones', the others the panel's. */
static bool
is_of(enum cz2_field field, const struct cz2_place *place, int number)
{
	if (!cz2_field_is_zonal(field))
		return number == 0;
	return number >= place->first_zone && number <= place->last_zone;
}

/* True when some value of the device lies in the row. */
static bool
carries(enum cz2_row row, int number)
{
	for (int field = 0; field < CZ2_FIELD_COUNT; field++) {
		const struct cz2_place *place = cz2_field_info((enum cz2_field)field)->places;

		for (; place->codec != CZ2_PLACES_END; place++)
			if (place->row == (int)row && is_of((enum cz2_field)field, place, number))
				return true;
	}
	return false;
}

/* The image of a row, if the row is known and the device's. */
static const struct cz2_image *
image_of(const struct json_view *view, int row, int number)
{
	const struct cz2_image *image = model_image(view->model, (enum cz2_row)row);

	return image->length != 0 && carries((enum cz2_row)row, number) ? image : NULL;
}

json_t *
json_device_rows(const struct json_view *view, int number)
{
	json_t *list = json_array();

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_image *image = image_of(view, row, number);
		char name[16];

		if (image == NULL)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:o, s:I}", "row",
					cz2_row_name((enum cz2_row)row, name), "source",
					cz2_source_name((enum cz2_source)image->source), "learnt_at",
					json_time(json_wall_us(view, image->time)), "age_seconds",
					(json_int_t)((view->now - image->time) / 1000)));
	}
	return list;
}

json_t *
json_device_seen(const struct json_view *view, int number)
{
	int64_t newest = INT64_MIN;

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_image *image = image_of(view, row, number);

		if (image != NULL && image->time > newest)
			newest = image->time;
	}
	return newest == INT64_MIN ? json_null() : json_time(json_wall_us(view, newest));
}

/* ------------------------------------------------------------------------
 * Settings
 */

static json_t *
value_of(const struct cz2_field_info *info, int value)
{
	if (value == CZ2_UNKNOWN)
		return json_null();
	if (cz2_field_is_flag(info))
		return json_boolean(value);
	return json_integer(info->scale != 0 ? value * info->scale : value);
}

static json_t *
setting(const struct json_view *view, enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);
	enum cz2_row row = (enum cz2_row)info->places[0].row;
	const struct cz2_image *image = model_image(view->model, row);
	char name[16];

	return json_pack("{s:s, s:o, s:s, s:s, s:o}", "name", info->name, "value",
			 value_of(info, cz2_values_get(model_state(view->model), field, 0)), "unit",
			 info->unit, "row", cz2_row_name(row, name), "learnt_at",
			 image->length != 0 ? json_time(json_wall_us(view, image->time))
					    : json_null());
}

/* Those that are decoded are all of the system. */
json_t *
json_device_settings(const struct json_view *view, int number)
{
	json_t *list = json_array();

	for (int field = 0; number == 0 && field < CZ2_FIELD_COUNT; field++)
		if (cz2_field_is_setting((enum cz2_field)field))
			json_array_append_new(list, setting(view, (enum cz2_field)field));
	return list;
}

/* ------------------------------------------------------------------------
 * Devices
 */

/* The file may have been edited by others. */
static json_t *
metadata_of(const struct device *device)
{
	json_t *object = json_loads(device->metadata, JSON_REJECT_DUPLICATES, NULL);

	return object != NULL ? object : json_object();
}

json_t *
json_device(const struct json_view *view, int number, enum device_status status)
{
	const struct device *device = devices_at(view->devices, number);
	enum device_type type = number == 0 ? DEVICE_PANEL : DEVICE_ZONE;

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "device_id", device->id,
			 "type", device_type_names[type], "name",
			 devices_name(view->devices, number), "status",
			 device_status_names[status], "metadata", metadata_of(device), "zone_id",
			 number == 0 ? json_null() : json_integer(number), "created_at",
			 json_time(device->created_us), "updated_at",
			 json_time(device->updated_us), "last_seen",
			 json_device_seen(view, number));
}

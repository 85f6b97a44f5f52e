/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The documents that tell the state: status and flat status. Two tables of members
 * make them and their schemas, so that neither can lack what the other has. How the
 * state was learnt is json_meta.c's, what commands have to say json_command.c's.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <stddef.h>

#include "cz2d/devices/devices.h"
#include "cz2d/json/json_clock.h"
#include "cz2d/json/json_value.h"
#include "cz2d/model/model.h"

/* One member of the status, or of one of its zones. */
struct member {
	const char *name;     /* NULL: that of the field */
	const char *type;     /* in JSON */
	enum cz2_field field;
	json_t *(*value)(const struct json_view *view, enum cz2_field field, int zone);
	json_t *(*flat)(const struct json_view *view, enum cz2_field field, int zone);
};

static const char *
name_of(const struct member *member)
{
	return member->name != NULL ? member->name : cz2_field_info(member->field)->name;
}

static int
shown(const struct json_view *view, enum cz2_field field, int zone)
{
	return cz2_state_shown(model_state(view->model), field, zone);
}

static json_t *
number(const struct json_view *view, enum cz2_field field, int zone)
{
	return json_value_integer(shown(view, field, zone));
}

static json_t *
flag(const struct json_view *view, enum cz2_field field, int zone)
{
	return json_value_boolean(shown(view, field, zone));
}

static json_t *
word(const struct json_view *view, enum cz2_field field, int zone)
{
	return json_value_word(cz2_field_info(field)->words, shown(view, field, zone));
}

static json_t *
rounded(const struct json_view *view, enum cz2_field field, int zone)
{
	return json_value_integer(cz2_round_sixteenths(shown(view, field, zone)));
}

static json_t *
exact(const struct json_view *view, enum cz2_field field, int zone)
{
	int value = shown(view, field, zone);

	return value == CZ2_UNKNOWN ? json_null() : json_real(value / 16.0);
}

static json_t *
temperature(const struct json_view *view, enum cz2_field field, int zone)
{
	(void)field;
	return json_value_integer(cz2_state_temperature(model_state(view->model), zone));
}

static json_t *
damper(const struct json_view *view, enum cz2_field field, int zone)
{
	return json_value_integer(json_damper_percent(shown(view, field, zone)));
}

static json_t *
damper_text(const struct json_view *view, enum cz2_field field, int zone)
{
	int percent = json_damper_percent(shown(view, field, zone));

	return percent == CZ2_UNKNOWN ? json_null() : json_sprintf("%d", percent);
}

static json_t *
zone_id(const struct json_view *view, enum cz2_field field, int zone)
{
	(void)view;
	(void)field;
	return json_integer(zone);
}

static json_t *
zone_name(const struct json_view *view, enum cz2_field field, int zone)
{
	(void)field;
	return json_string(devices_name(view->devices, zone));
}

static json_t *
system_time(const struct json_view *view, enum cz2_field field, int zone)
{
	(void)field;
	(void)zone;
	return json_week_minute(model_clock(view->model, view->now));
}

/* True when one of two stages runs; CZ2_UNKNOWN when neither is known. */
static int
either(const struct json_view *view, enum cz2_field first, enum cz2_field second)
{
	int a = shown(view, first, 0);
	int b = shown(view, second, 0);

	if (a == CZ2_UNKNOWN && b == CZ2_UNKNOWN)
		return CZ2_UNKNOWN;
	return a == 1 || b == 1;
}

/* "Heat On [AUX]" */
static json_t *
active_state(const struct json_view *view, enum cz2_field field, int zone)
{
	int mode = shown(view, CZ2_EFFECTIVE_MODE, 0);
	int running = either(view, CZ2_COMPRESSOR_1, CZ2_COMPRESSOR_2);
	int aux = either(view, CZ2_AUX_HEAT_1, CZ2_AUX_HEAT_2);

	(void)field;
	(void)zone;
	if (mode == CZ2_UNKNOWN || running == CZ2_UNKNOWN)
		return json_null();
	return json_sprintf("%s %s%s", mode == CZ2_MODE_COOL ? "Cool" : "Heat",
			    running ? "On" : "Off", aux == 1 ? " [AUX]" : "");
}

static const struct member system_members[] = {
	{"system_time", "string", CZ2_CLOCK_DAY, system_time, NULL},
	{NULL, "string", CZ2_MODE, word, NULL},
	{NULL, "string", CZ2_EFFECTIVE_MODE, word, NULL},
	{NULL, "string", CZ2_FAN, word, NULL},
	{NULL, "string", CZ2_FAN_RUNNING, word, NULL},
	{"active_state", "string", CZ2_COMPRESSOR_1, active_state, NULL},
	{NULL, "integer", CZ2_ALL, number, NULL},
	{NULL, "integer", CZ2_OUTSIDE_TEMP, rounded, NULL},
	{NULL, "integer", CZ2_AIR_HANDLER_TEMP, number, NULL},
	{NULL, "integer", CZ2_HUMIDITY, number, NULL},
	{NULL, "boolean", CZ2_COMPRESSOR_1, flag, NULL},
	{NULL, "boolean", CZ2_COMPRESSOR_2, flag, NULL},
	{NULL, "boolean", CZ2_AUX_HEAT_1, flag, NULL},
	{NULL, "boolean", CZ2_AUX_HEAT_2, flag, NULL},
	{NULL, "boolean", CZ2_HUMIDIFY, flag, NULL},
	{NULL, "boolean", CZ2_DEHUMIDIFY, flag, NULL},
	{NULL, "boolean", CZ2_REVERSING_VALVE, flag, NULL},
	{NULL, NULL, 0, NULL, NULL},
};

static const struct member zone_members[] = {
	{"zone_id", "integer", CZ2_TEMP_WHOLE, zone_id, NULL},
	{"name", "string", CZ2_TEMP_WHOLE, zone_name, NULL},
	{NULL, "integer", CZ2_TEMP_WHOLE, temperature, NULL},
	{NULL, "number", CZ2_TEMP_EXACT, exact, NULL},
	{NULL, "integer", CZ2_DAMPER, damper, damper_text},
	{NULL, "integer", CZ2_COOL, number, NULL},
	{NULL, "integer", CZ2_HEAT, number, NULL},
	{NULL, "boolean", CZ2_TEMPORARY, flag, NULL},
	{NULL, "boolean", CZ2_HOLD, flag, NULL},
	{NULL, "boolean", CZ2_OUT, flag, NULL},
	{NULL, NULL, 0, NULL, NULL},
};

static json_t *
object_of(const struct member *member, const struct json_view *view, int zone, bool flat)
{
	json_t *object = json_object();

	for (; member->value != NULL; member++) {
		bool as_flat = flat && member->flat != NULL;

		json_object_set_new(object, name_of(member),
				    as_flat ? member->flat(view, member->field, zone)
					    : member->value(view, member->field, zone));
	}
	return object;
}

static json_t *
status_of(const struct json_view *view, bool flat)
{
	json_t *status = object_of(system_members, view, 0, flat);
	json_t *zones = json_array();

	for (int zone = 1; zone <= model_zones(view->model); zone++)
		if (devices_in_use(view->devices, zone))
			json_array_append_new(zones, object_of(zone_members, view, zone, flat));
	json_object_set_new(status, "zones", zones);
	return status;
}

json_t *
json_zone_status(const struct json_view *view, int zone)
{
	struct model_meta meta;

	model_meta(view->model, view->now, &meta);
	if (!meta.known || !devices_in_use(view->devices, zone))
		return json_null();
	return object_of(zone_members, view, zone, false);
}

json_t *
json_status(const struct json_view *view)
{
	struct model_meta meta;

	model_meta(view->model, view->now, &meta);
	return meta.known ? status_of(view, false) : json_null();
}

json_t *
json_status_flat(const struct json_view *view)
{
	struct model_meta meta;
	json_t *status;

	model_meta(view->model, view->now, &meta);
	if (!meta.known)
		return json_null();
	status = status_of(view, true);
	/* Of the last answer, not of this document: people watch it for the panel's silence. */
	json_object_set_new(status, "time",
			    json_integer(json_wall_us(view, meta.updated) / 1000000));
	return status;
}

/* Every member may be null: what is unknown says so. */
static json_t *
schema_of(const struct member *member, bool flat)
{
	json_t *properties = json_object();
	json_t *required = json_array();

	for (; member->value != NULL; member++) {
		const char *type = flat && member->flat != NULL ? "string" : member->type;

		json_object_set_new(properties, name_of(member),
				    json_pack("{s:[s, s]}", "type", type, "null"));
		json_array_append_new(required, json_string(name_of(member)));
	}
	return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties,
			 "required", required);
}

static void
add_required(json_t *schema, const char *name, json_t *property)
{
	json_object_set_new(json_object_get(schema, "properties"), name, property);
	json_array_append_new(json_object_get(schema, "required"), json_string(name));
}

static json_t *
status_schema(bool flat)
{
	json_t *schema = schema_of(system_members, flat);

	add_required(schema, "zones", json_pack("{s:s, s:o}", "type", "array", "items",
						schema_of(zone_members, flat)));
	return schema;
}

json_t *
json_zone_schema(void)
{
	return schema_of(zone_members, false);
}

json_t *
json_status_schema(void)
{
	return status_schema(false);
}

json_t *
json_status_flat_schema(void)
{
	json_t *schema = status_schema(true);

	add_required(schema, "time", json_pack("{s:s}", "type", "integer"));
	return schema;
}

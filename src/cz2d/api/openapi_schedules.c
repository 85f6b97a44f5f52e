/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The shapes of the panel's program, told and wished.
 */
#include "build.h"

#include "cz2d/api/openapi_internal.h"

#include <cz2/field.h>
#include <cz2/schedule.h>

#include "cz2d/json/body.h"

/* An object, or null, whose members are all of that shape. */
static json_t *
keyed(const struct body_key *keys, const char *shape)
{
	json_t *properties = json_object();

	for (; keys->name != NULL; keys++)
		json_object_set_new(properties, keys->name,
				    json_pack("{s:[o, o]}", "anyOf", openapi_reference(shape),
					      openapi_plain("null")));
	return json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
			 "additionalProperties", 0);
}

json_t *
openapi_time_of_day(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "pattern",
			 "^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$");
}

static json_t *
quarter(void)
{
	return json_pack("{s:[s, s], s:s}", "type", "string", "null", "pattern",
			 "^([01][0-9]|2[0-3]):(00|15|30|45)$");
}

static json_t *
setpoint(enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);

	return json_pack("{s:[s, s], s:i, s:i}", "type", "integer", "null", "minimum",
			 info->set_min, "maximum", info->set_max);
}

json_t *
openapi_days_wish(void)
{
	return keyed(body_day_keys, "DayWish");
}

json_t *
openapi_day_wish(void)
{
	return keyed(body_period_keys, "PeriodWish");
}

json_t *
openapi_period_wish(void)
{
	json_t *period = openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o}", "start", quarter(), "heat", setpoint(CZ2_HEAT), "cool",
		setpoint(CZ2_COOL), "out", openapi_nullable("boolean")));

	json_object_set_new(period, "additionalProperties", json_false());
	return period;
}

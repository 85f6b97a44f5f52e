/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of entities. What the library's table of fields knows of a value (its words,
 * unit and limits) is taken from there and not said again.
 */
#include "build.h"

#include "cz2d/home/ha_entities.h"

#include <string.h>

#include <cz2/schedule.h>

#include "cz2d/model/climate.h"

static const char *const result_kinds[] = {"delivered", "failed",     "expired",
					   "refused",   "superseded", NULL};
static const char *const result_more[] = {"command", "command", "code", "error_code",
					  "message", "error_message", NULL};
static const char *const audit_kinds[] = {"command", "unexpected_change", NULL};
static const char *const audit_more[] = {"caller", "caller", "command", "command", "zone", "zone",
					 "changes", "changes", "cause", "cause", NULL};

/* What the equipment is doing. */
#define RUNNING(key, name) \
	{key, "binary_sensor", name, HA_FLAG, .device_class = "running", .state = "system", \
	 .member = key}
#define COUNTER(key, name) \
	{key, "sensor", name, HA_COUNTER, .category = "diagnostic", .state = "diagnostics", \
	 .member = key, .disabled = true, .steadfast = true}
#define SETPOINT(key, name, of, end) \
	{key, "number", name, HA_LIMITED, of, .device_class = "temperature", \
	 .category = "config", .member = key, .command = end, .disabled = true}

static const struct ha_entity panel_entities[] = {
	{"system_mode", "select", "System mode", HA_WORD, CZ2_MODE, .icon = "mdi:hvac",
	 .state = "system", .member = "mode", .command = "system/mode"},
	{"fan_mode", "select", "Fan mode", HA_WORD, CZ2_FAN, .icon = "mdi:fan",
	 .state = "system", .member = "fan_mode", .command = "system/fan"},
	{"effective_mode", "sensor", "Effective mode", HA_WORD, CZ2_EFFECTIVE_MODE,
	 .device_class = "enum", .state = "system", .member = "effective_mode"},
	{"activity", "sensor", "Activity", HA_WORD, .names = climate_action_names,
	 .device_class = "enum", .state = "system", .member = "activity"},
	{"outside_temperature", "sensor", "Outside temperature", HA_MEASURE, CZ2_OUTSIDE_TEMP,
	 .device_class = "temperature", .state = "system", .member = "outside_temp"},
	{"air_handler_temperature", "sensor", "Air handler temperature", HA_MEASURE,
	 CZ2_AIR_HANDLER_TEMP, .device_class = "temperature", .state = "system",
	 .member = "air_handler_temp"},
	RUNNING("fan_running", "Fan running"),
	RUNNING("compressor_stage_1", "Compressor stage 1"),
	RUNNING("compressor_stage_2", "Compressor stage 2"),
	RUNNING("aux_heat_stage_1", "Aux heat stage 1"),
	RUNNING("aux_heat_stage_2", "Aux heat stage 2"),
	{"emergency_heat", "binary_sensor", "Emergency heat", HA_FLAG, .icon = "mdi:radiator",
	 .state = "system", .member = "emergency_heat"},
	{"humidify", "binary_sensor", "Humidify", HA_FLAG, .device_class = "running",
	 .state = "system", .member = "humidify", .disabled = true},
	{"dehumidify", "binary_sensor", "Dehumidify", HA_FLAG, .device_class = "running",
	 .state = "system", .member = "dehumidify", .disabled = true},
	{"reversing_valve", "binary_sensor", "Reversing valve", HA_FLAG,
	 .category = "diagnostic", .icon = "mdi:valve", .state = "system",
	 .member = "reversing_valve", .disabled = true},
	{"all_mode", "select", "All mode", HA_RULER, CZ2_ALL, .category = "config",
	 .icon = "mdi:home-group", .state = "system", .member = "all_mode",
	 .command = "system/all", .disabled = true},
	{"resume_schedule", "button", "Resume schedule", HA_PRESS, .icon = "mdi:calendar-refresh",
	 .command = "resume"},
	{"sync_clock", "button", "Set panel clock", HA_PRESS, .category = "config",
	 .icon = "mdi:clock-check", .command = "clock/sync"},
	{"refresh", "button", "Refresh", HA_PRESS, .category = "diagnostic",
	 .icon = "mdi:refresh", .command = "refresh", .steadfast = true},
	{"link", "binary_sensor", "Panel link", HA_ONLINE, .device_class = "connectivity",
	 .category = "diagnostic", .state = "link", .steadfast = true},
	{"last_contact", "sensor", "Last contact", HA_MOMENT, .device_class = "timestamp",
	 .category = "diagnostic", .state = "diagnostics", .member = "last_contact",
	 .steadfast = true},
	{"started", "sensor", "Started", HA_MOMENT, .device_class = "timestamp",
	 .category = "diagnostic", .state = "diagnostics", .member = "started",
	 .disabled = true, .steadfast = true},
	{"clock_offset", "sensor", "Clock offset", HA_MEASURE, .device_class = "duration",
	 .category = "diagnostic", .unit = "min", .state = "diagnostics", .member = "clock_offset",
	 .disabled = true},
	COUNTER("crc_errors", "CRC errors"),
	COUNTER("timeouts", "Timeouts"),
	COUNTER("retries", "Retries"),
	{"command_result", "event", "Command result", HA_EVENT, .names = result_kinds,
	 .category = "diagnostic", .state = "result/+", .member = "status",
	 .more = result_more, .steadfast = true},
	{"audit", "event", "Audit", HA_EVENT, .names = audit_kinds, .state = "audit",
	 .member = "event", .more = audit_more},
};

static const struct ha_entity zone_entities[] = {
	{"climate", "climate", NULL, HA_CLIMATE},
	/* Beside the climate: there are long-term statistics of sensors only. */
	{"temperature", "sensor", "Temperature", HA_MEASURE, CZ2_TEMP_EXACT,
	 .device_class = "temperature", .member = "temperature"},
	{"humidity", "sensor", "Humidity", HA_MEASURE, CZ2_HUMIDITY,
	 .device_class = "humidity", .member = "humidity", .fitted = true},
	{"damper", "sensor", "Damper", HA_MEASURE, CZ2_DAMPER, .icon = "mdi:valve",
	 .member = "damper"},
	/* In Heat the climate can neither show nor set the cool setpoint. */
	SETPOINT("heat_setpoint", "Heat setpoint", CZ2_HEAT, "low"),
	SETPOINT("cool_setpoint", "Cool setpoint", CZ2_COOL, "high"),
	{"schedule_period", "sensor", "Schedule period", HA_WORD, .names = cz2_period_names,
	 .device_class = "enum", .icon = "mdi:calendar-clock", .member = "period",
	 .disabled = true},
};

enum {
	PANEL_ENTITIES = sizeof panel_entities / sizeof panel_entities[0],
	ZONE_ENTITIES = sizeof zone_entities / sizeof zone_entities[0],
};

const struct ha_entity *
ha_entity_at(bool of_zone, unsigned n)
{
	if (of_zone)
		return n < ZONE_ENTITIES ? &zone_entities[n] : NULL;
	return n < PANEL_ENTITIES ? &panel_entities[n] : NULL;
}

/* Documents have sixteenths and fifteenths as what they are parts of. */
const char *
ha_entity_unit(const struct ha_entity *entity)
{
	if (entity->unit != NULL)
		return entity->unit;
	return cz2_field_info(entity->field)->unit[0] == 'F' ? "°F" : "%";
}

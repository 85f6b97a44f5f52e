/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The shapes of devices: the panel and its zones, how well they are, how they were set.
 */
#include "build.h"

#include "cz2d/api/openapi_internal.h"

#include "cz2d/devices/device.h"

json_t *
openapi_device(void)
{
	json_t *type = json_pack("{s:s, s:o}", "type", "string", "enum",
				 openapi_word_list(device_type_names));
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   openapi_word_list(device_status_names));

	return openapi_object(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
					"device_id", openapi_plain("string"), "type", type, "name",
					openapi_plain("string"), "status", status, "metadata",
					openapi_plain("object"), "zone_id",
					openapi_nullable("integer"), "created_at", openapi_time(),
					"updated_at", openapi_time(), "last_seen", openapi_time()));
}

json_t *
openapi_device_list(void)
{
	return openapi_object(json_pack("{s:o, s:o}", "devices",
					openapi_list_of(openapi_reference("Device")), "total",
					openapi_plain("integer")));
}

static json_t *
turnaround_schema(void)
{
	return openapi_object(json_pack("{s:o, s:o, s:o, s:o}", "replies", openapi_plain("integer"),
					"p50", openapi_nullable("integer"), "p90",
					openapi_nullable("integer"), "p99",
					openapi_nullable("integer")));
}

static json_t *
device_link_schema(void)
{
	static const char *const counters[] = {
		"requests",
		"frames_sent",
		"frames_received",
		"bytes_sent",
		"bytes_received",
		"retries",
		"timeouts",
		"refused",
		"crc_errors",
		"bytes_skipped",
		"stray_replies",
		"address_conflicts",
		NULL,
	};
	static const char *const answers[] = {"open", "rhythm", "swapped", "address_conflict", NULL};
	json_t *foreign = openapi_object(json_pack("{s:o, s:o}", "frames", openapi_plain("integer"),
						   "line_percent", openapi_plain("number")));
	json_t *properties =
		json_pack("{s:o, s:o, s:o, s:o}", "kind", openapi_plain("string"), "since",
			  openapi_time(), "turnaround_ms", turnaround_schema(), "foreign", foreign);

	for (const char *const *name = counters; *name != NULL; name++)
		json_object_set_new(properties, *name, openapi_plain("integer"));
	for (const char *const *name = answers; *name != NULL; name++)
		json_object_set_new(properties, *name, openapi_plain("boolean"));
	json_object_set_new(properties, "target", openapi_plain("string"));
	json_object_set_new(properties, "trouble", openapi_nullable("string"));
	json_object_set_new(properties, "last_frame_age", openapi_nullable("integer"));
	return openapi_object(properties);
}

json_t *
openapi_device_health(void)
{
	json_t *status = json_pack("{s:s, s:o}", "type", "string", "enum",
				   openapi_word_list(device_status_names));
	json_t *row = openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o}", "row", openapi_plain("string"), "source", openapi_source(),
		"learnt_at", openapi_time(), "age_seconds", openapi_plain("integer")));
	json_t *sensor = openapi_object(json_pack("{s:o, s:o}", "ok", openapi_nullable("boolean"),
						  "temperature", openapi_nullable("integer")));

	return openapi_object(json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:[o, o]}, s:{s:[o, o]}}", "device_id",
		openapi_plain("string"), "status", status, "problems",
		openapi_list_of(openapi_plain("string")), "connected", openapi_plain("boolean"),
		"is_stale", openapi_plain("boolean"), "last_seen", openapi_time(), "rows",
		openapi_list_of(row), "link", "anyOf", device_link_schema(), openapi_plain("null"),
		"sensor", "anyOf", sensor, openapi_plain("null")));
}

json_t *
openapi_device_config(void)
{
	json_t *value = json_pack("{s:[s, s, s]}", "type", "boolean", "integer", "null");
	json_t *setting = openapi_object(
		json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", openapi_plain("string"), "value",
			  value, "unit", openapi_plain("string"), "row", openapi_plain("string"),
			  "learnt_at", openapi_time()));

	return openapi_object(json_pack("{s:o, s:o}", "device_id", openapi_plain("string"),
					"settings", openapi_list_of(setting)));
}

json_t *
openapi_device_status(void)
{
	json_t *status = json_pack("{s:[o, o, o]}", "anyOf", openapi_reference("Status"),
				   openapi_reference("Zone"), openapi_plain("null"));

	return openapi_object(
		json_pack("{s:o, s:o}", "status", status, "meta", openapi_reference("Meta")));
}

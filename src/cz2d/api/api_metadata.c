/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What people have kept with a device or a command: any object, but not of any size, since
 * pages hold hundreds of them.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/devices/devices.h"

enum { DEPTH_MAX = 8 };

/* True when there are objects or lists within each other on more levels than these. */
static bool
is_deeper(json_t *json, int levels)
{
	const char *name;
	json_t *value;
	size_t i;

	if (!json_is_object(json) && !json_is_array(json))
		return false;
	if (levels == 0)
		return true;
	json_object_foreach(json, name, value)
		if (is_deeper(value, levels - 1))
			return true;
	json_array_foreach(json, i, value)
		if (is_deeper(value, levels - 1))
			return true;
	return false;
}

void
api_metadata_check(struct body *body)
{
	json_t *metadata = body_member(body, "metadata");

	if (metadata == NULL)
		return;
	if (json_dumpb(metadata, NULL, 0, JSON_COMPACT) >= DEVICE_METADATA_SIZE)
		body_refuse(body, "metadata", "metadata has at most 4096 bytes of JSON");
	if (is_deeper(metadata, DEPTH_MAX))
		body_refuse(body, "metadata", "metadata is at most 8 levels deep");
}

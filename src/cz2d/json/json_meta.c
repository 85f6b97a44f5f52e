/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What documents say about the state rather than in it: how it was learnt and how
 * old it is, moments in wall time, and the rows themselves.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cz2d/model/model.h"

struct json_view
json_view_at(const struct devices *devices, const struct model *model, int64_t now)
{
	return (struct json_view){
		.devices = devices,
		.model = model,
		.now = now,
		.wall_us = clock_wall_us_of(now),
	};
}

int64_t
json_wall_us(const struct json_view *view, int64_t moment)
{
	return view->wall_us - (view->now - moment) * 1000;
}

static json_t *
source_word(const struct model_meta *meta, enum cz2_source override)
{
	if (override != CZ2_SOURCE_NONE)
		return json_string(cz2_source_name(override));
	if (meta->error != NULL)
		return json_string("error");
	return meta->known ? json_string(cz2_source_name(meta->source)) : json_null();
}

json_t *
json_meta(const struct json_view *view, enum cz2_source source)
{
	json_t *object = json_object();
	struct model_meta meta;

	model_meta(view->model, view->now, &meta);
	json_object_set_new(object, "connected", json_boolean(meta.connected));
	json_object_set_new(object, "is_stale", json_boolean(meta.is_stale));
	json_object_set_new(object, "source", source_word(&meta, source));
	json_object_set_new(object, "last_updated",
			    meta.known ? json_time(json_wall_us(view, meta.updated)) : json_null());
	json_object_set_new(object, "age_seconds",
			    meta.known ? json_integer((view->now - meta.updated) / 1000)
				       : json_null());
	if (meta.error != NULL)
		json_object_set_new(object, "error", json_string(meta.error));
	return object;
}

json_t *
json_time(int64_t wall_us)
{
	int64_t shown_us = wall_us > 0 ? wall_us : 0; /* of unknown age, less some rounding */
	time_t seconds = (time_t)(shown_us / 1000000);
	char date[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%06d+00:00", date, (int)(shown_us % 1000000));
}

/* Writes 4 characters for every 3 bytes begun, and a NUL. */
static void
base64(const uint8_t *bytes, size_t length, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		unsigned group = (unsigned)bytes[i] << 16;

		if (left > 1)
			group |= (unsigned)bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		*out++ = digits[group >> 18];
		*out++ = digits[group >> 12 & 63];
		*out++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[group & 63] : '=';
	}
	*out = '\0';
}

json_t *
json_raw(const struct json_view *view)
{
	static const enum cz2_row rows[] = {
		CZ2_ROW_1_9,  CZ2_ROW_1_12, CZ2_ROW_1_16, CZ2_ROW_1_17, CZ2_ROW_1_18,
		CZ2_ROW_1_24, CZ2_ROW_9_3,  CZ2_ROW_9_4,  CZ2_ROW_9_5,
	};
	enum {
		ROWS = sizeof rows / sizeof rows[0],
		BYTES_MAX = ROWS * (1 + CZ2_ROW_SIZE_MAX)
	};
	uint8_t bytes[BYTES_MAX];
	char text[(BYTES_MAX + 2) / 3 * 4 + 1];
	size_t used = 0;

	for (int i = 0; i < ROWS; i++) {
		const struct cz2_image *image = model_image(view->model, rows[i]);

		bytes[used++] = image->length;
		memcpy(bytes + used, image->bytes, image->length);
		used += image->length;
	}
	base64(bytes, used, text);
	return json_string(text);
}

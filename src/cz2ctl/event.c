/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From JSON and to it. Lines come from files and over the network: nothing in them is
 * believed before it was looked at.
 */
#include "build.h"

#include "cz2ctl/event.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "cz2ctl/hex.h"

enum { SECOND_US = 1000000, LENGTH_OFFSET = 4, FRACTION_DIGITS = 6 };

/* More than a line ever has; sums of these stay numbers. */
#define AT_MS_MAX INT64_C(1000000000000000)
#define COUNT_MAX INT64_C(1000000000)

static const char *const kinds[] = {"frame", "noise", "lost"};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* ------------------------------------------------------------------------
 * Reading
 */

/* RFC 3339, in UTC. */
static bool
read_time(struct event *event, const char *text)
{
	struct tm utc = {0};
	const char *rest = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &utc) : NULL;
	int64_t fraction = 0, unit = SECOND_US / 10;

	if (rest == NULL)
		return false;
	if (*rest == '.')
		for (rest++; isdigit((unsigned char)*rest); rest++, unit /= 10)
			fraction += unit * (*rest - '0');
	if (strcmp(rest, "+00:00") != 0 && strcmp(rest, "Z") != 0)
		return false;
	event->time_us = (int64_t)timegm(&utc) * SECOND_US + fraction;
	return true;
}

static bool
read_kind(struct event *event, const char *word)
{
	for (int i = 0; word != NULL && i < KINDS; i++) {
		event->kind = (enum event_kind)i;
		if (strcmp(kinds[i], word) == 0)
			return true;
	}
	return false;
}

/* What is called a frame must be one. */
static bool
read_bytes(struct event *event, const json_t *object)
{
	const char *direction = json_string_value(json_object_get(object, "direction"));
	const char *hex = json_string_value(json_object_get(object, "hex"));
	struct cz2_frame frame;

	if (direction == NULL || hex == NULL)
		return false;
	event->length = hex_read(hex, event->bytes, sizeof event->bytes);
	if (event->length == 0)
		return false;
	event->out = strcmp(direction, "out") == 0;
	if (!event->out && strcmp(direction, "in") != 0)
		return false;
	return event->kind != EVENT_FRAME ||
	       cz2_frame_decode(event->bytes, event->length, &frame) == 0;
}

static bool
read_object(struct event *event, const json_t *object)
{
	const json_t *at = json_object_get(object, "at_ms");
	const json_t *count = json_object_get(object, "count");

	if (!read_kind(event, json_string_value(json_object_get(object, "kind"))) ||
	    !read_time(event, json_string_value(json_object_get(object, "time"))) ||
	    !json_is_integer(at) || json_integer_value(at) < 0 ||
	    json_integer_value(at) > AT_MS_MAX)
		return false;
	event->at_ms = json_integer_value(at);
	event->count = json_integer_value(count);
	if (event->kind == EVENT_LOST)
		return json_is_integer(count) && event->count > 0 && event->count <= COUNT_MAX;
	return read_bytes(event, object);
}

bool
event_read(struct event *event, const char *line, size_t length)
{
	json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
	bool good;

	memset(event, 0, sizeof *event);
	good = object != NULL && read_object(event, object);
	json_decref(object);
	return good;
}

/* ------------------------------------------------------------------------
 * Writing
 */

static json_t *
time_text(int64_t time_us)
{
	time_t seconds = (time_t)(time_us / SECOND_US);
	char date[32];
	struct tm utc;

	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &utc));
	return json_sprintf("%s.%0*d+00:00", date, FRACTION_DIGITS, (int)(time_us % SECOND_US));
}

static json_t *
hex_text(const struct event *event)
{
	char hex[2 * EVENT_BYTES_MAX + 1];

	return json_string(hex_write(event->bytes, event->length, "", hex, sizeof hex));
}

void
event_write(const struct event *event, FILE *to)
{
	json_t *object = json_pack("{s:o, s:I, s:s}", "time", time_text(event->time_us), "at_ms",
				   (json_int_t)event->at_ms, "kind", kinds[event->kind]);
	char *text;

	if (event->kind == EVENT_LOST) {
		json_object_set_new(object, "count", json_integer(event->count));
	} else {
		json_object_set_new(object, "direction", json_string(event->out ? "out" : "in"));
		json_object_set_new(object, "hex", hex_text(event));
	}
	text = mem_or_end(json_dumps(object, JSON_COMPACT));
	fprintf(to, "%s\n", text);
	free(text);
	json_decref(object);
}

/* ------------------------------------------------------------------------
 * Noise
 */

int
event_checksum_errors(const struct event *event)
{
	int errors = 0;

	if (event->kind != EVENT_NOISE)
		return 0;
	for (size_t i = 0; i + CZ2_FRAME_MIN <= event->length; i++) {
		const uint8_t *header = event->bytes + i;
		size_t size = CZ2_FRAME_OVERHEAD + (size_t)header[LENGTH_OFFSET];

		errors += cz2_frame_header_ok(header) && size <= event->length - i;
	}
	return errors;
}

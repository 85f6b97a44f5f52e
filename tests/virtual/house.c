/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * See house.h. The wire counts in milliseconds and the simulator in microseconds:
 * the border is here.
 */
#include "build.h"

#include "virtual/house.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/support.h"

/* ------------------------------------------------------------------------
 * The simulator as the wire's other end
 */

static void
take(void *self, const uint8_t *bytes, size_t length, int64_t now)
{
	struct house *house = self;

	if (house->before_send != NULL)
		house->before_send(bytes, length);
	ck_assert_uint_eq(sim_input(house->sim, house->client, bytes, length, now * 1000), length);
}

static size_t
give(void *self, uint8_t *out, size_t size, int64_t now)
{
	struct house *house = self;

	sim_step(house->sim, now * 1000);
	return sim_output(house->sim, house->client, out, size);
}

/* A panel that nobody listens to lives its time when the plug is in again. */
static int64_t
wake(void *self)
{
	const struct house *house = self;
	int64_t us = house->client != 0 ? sim_wake(house->sim) : INT64_MAX;

	return us == INT64_MAX ? INT64_MAX : (us + 999) / 1000;
}

static void
begin(struct house *house)
{
	struct engine_config engine = core_default_config();
	struct wire_end end = {.self = house, .take = take, .give = give, .wake = wake};

	core_open(&house->core, &engine, &end);
}

void
house_open(struct house *house, const struct sim_config *config)
{
	memset(&house->core, 0, sizeof house->core);
	house->core.now = WIRE_EPOCH;
	house->sim = sim_new(config, NULL, house->core.now * 1000);
	house->client = sim_connect(house->sim, house->core.now * 1000);
	begin(house);
}

void
house_restart(struct house *house)
{
	core_close(&house->core);
	begin(house);
}

void
house_close(struct house *house)
{
	core_close(&house->core);
	house->sim = sim_free(house->sim);
}

void
house_plug(struct house *house, bool in)
{
	int64_t us = house->core.now * 1000;

	if (in == (house->client != 0))
		return;
	sim_step(house->sim, us);
	if (!in)
		sim_disconnect(house->sim, house->client);
	house->client = in ? sim_connect(house->sim, us) : 0;
	wire_plug(in);
	bus_step(house->core.bus, house->core.now);
}

/* ------------------------------------------------------------------------
 * The panel
 */

json_t *
house_ask(struct house *house, const char *line)
{
	char *text = sim_control(house->sim, line, house->core.now * 1000);
	json_t *answer = json_loads(text, 0, NULL);

	ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s: %s: %s", house->name, line,
		      text);
	free(text);
	return answer;
}

void
house_do(struct house *house, const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	json_decref(house_ask(house, line));
}

size_t
house_row(struct house *house, enum cz2_row row, uint8_t bytes[CZ2_ROW_SIZE_MAX])
{
	char line[64];
	json_t *answer;
	const char *hex;
	size_t length = 0;
	unsigned byte;

	snprintf(line, sizeof line, "{\"cmd\":\"get\",\"row\":\"%d.%d\"}", cz2_row_info(row)->table,
		 cz2_row_info(row)->row);
	answer = house_ask(house, line);
	hex = json_string_value(json_object_get(answer, "hex"));
	for (; sscanf(hex + 2 * length, "%2x", &byte) == 1; length++)
		bytes[length] = (uint8_t)byte;
	json_decref(answer);
	return length;
}

bool
house_knows(struct house *house, enum cz2_row row)
{
	const struct cz2_image *image = model_image(house->core.model, row);
	uint8_t bytes[CZ2_ROW_SIZE_MAX];

	return house_row(house, row, bytes) == image->length &&
	       memcmp(bytes, image->bytes, image->length) == 0;
}

bool
house_shows(struct house *house, const struct wishes *wishes)
{
	static const enum cz2_row rows[] = {CZ2_ROW_1_12, CZ2_ROW_1_16, CZ2_ROW_1_17};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[CZ2_ROW_SIZE_MAX];

		house_row(house, rows[i], bytes);
		if (!wishes_shown(wishes, rows[i], bytes))
			return false;
	}
	return true;
}

struct house_wish
house_draw_wish(uint32_t *chance)
{
	int zone = 1 + (int)random_below(chance, WIRE_ZONES);
	int heat = 58 + (int)random_below(chance, 15);
	const struct house_wish wishes[] = {
		{"mode", {{CZ2_MODE, 0, (int)random_below(chance, 3)}}, 1},
		{"fan", {{CZ2_FAN, 0, (int)random_below(chance, 2)}}, 1},
		{"hold", {{CZ2_HOLD, zone, (int)random_below(chance, 2)}}, 1},
		{"setpoint",
		 {{CZ2_HEAT, zone, heat}, {CZ2_COOL, zone, heat + 8}, {CZ2_HOLD, zone, 1}}, 3},
	};

	return wishes[random_below(chance, sizeof wishes / sizeof wishes[0])];
}

struct cz2_command
house_command(const struct house_wish *wish)
{
	struct cz2_command command;
	struct cz2_warnings warnings = {0};

	cz2_command_init(&command);
	for (int i = 0; i < wish->count; i++)
		ck_assert_int_eq(cz2_command_set(&command, wish->values[i].field,
						 wish->values[i].zone, wish->values[i].value),
				 CZ2_OK);
	cz2_command_exclude(&command, &warnings);
	return command;
}

struct wishes
house_wishes(const struct house_wish *wish)
{
	struct wishes wishes = {.count = 0};

	for (int i = 0; i < wish->count; i++)
		wishes_add(&wishes, wish->values[i]);
	wishes_exclude(&wishes);
	return wishes;
}

struct wishes
house_applied(const struct outcome *outcome)
{
	struct wishes wishes = {.count = 0};

	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		struct wish wish = {.value = outcome->applied.wish.at[slot]};

		cz2_slot_split(slot, &wish.field, &wish.zone);
		if (wish.value != CZ2_UNKNOWN)
			wishes_add(&wishes, wish);
	}
	return wishes;
}

void
house_tell_frames(struct house *house)
{
	json_t *answer = house_ask(house, "{\"cmd\":\"log\"}");
	json_t *frame;
	size_t index;

	fprintf(stderr, "%s: the line, up to now:\n", house->name);
	json_array_foreach(json_object_get(answer, "log"), index, frame)
	{
		fprintf(stderr, "%12.1f %-3s %s%s %s\n",
			json_number_value(json_object_get(frame, "t_ms")) - WIRE_EPOCH,
			json_string_value(json_object_get(frame, "dir")),
			json_string_value(json_object_get(frame, "hex")),
			json_is_true(json_object_get(frame, "ok")) ? "" : " (not heard)",
			json_string_value(json_object_get(frame, "note")));
	}
	json_decref(answer);
}

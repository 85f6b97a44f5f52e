/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A model that learns rows as the engine would tell it, without a bus or a clock.
 */
#include "build.h"

#include "json_house.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/devices/devices.h"
#include "device_store.h"
#include "support.h"

enum { STALE_MS = 300000 };

const int64_t wall_us = 1700000000123456;

struct json_house house;

void
json_house_open(void)
{
	memset(&house, 0, sizeof house);
	strcpy(house.config.panel.zone_names[0], "Hall");
	strcpy(house.config.panel.zone_names[1], "Küche");
	house.config.panel.zones = 2;
	strcpy(house.config.panel.id, "cz2");
	device_store_clear();
	house.devices = devices_new(&house.config, NULL);
	house.model = model_new(2, STALE_MS);
	house.view = (struct json_view){house.devices, house.model, NOW, wall_us};
}

void
json_house_close(void)
{
	json_decref(house.document);
	model_free(house.model);
	devices_free(house.devices);
}

void
learn(enum cz2_row row, const char *hex)
{
	struct cz2_image image = {.source = CZ2_SOURCE_POLL, .time = NOW - 2500};

	image.length = (uint8_t)parse_hex(hex, image.bytes, sizeof image.bytes);
	ck_assert(model_apply(house.model, row, &image));
}

void
learn_house(void)
{
	learn(CZ2_ROW_1_12, "00 01 0C 00 02 02 00 00 00 01 02 00 02 00 00 00 00");
	learn(CZ2_ROW_1_16, "00 01 10 4B 50 4C 4C 4C 4C 4C 4C 44 3E 44 44 44 44 44 44");
	learn(CZ2_ROW_1_17, "00 01 11 3A 09 00 00 01 00 03 04 96 00 00 00 00 00 00 F1");
	learn(CZ2_ROW_1_18, "00 01 12 01 0F 2D 00");
	learn(CZ2_ROW_1_6, "00 01 06 00 00 04 49 2F 00 00 00 00 00 00 00 00");
	learn(CZ2_ROW_1_24, "00 01 18 44 46 00 00 00 00 00 00 FF FF");
	learn(CZ2_ROW_9_3, "00 09 03 01 02 78 4E FF 00 00");
	learn(CZ2_ROW_9_4, "00 09 04 07 0F 00 00 00 00 00 00");
	learn(CZ2_ROW_9_5, "00 09 05 A5");
}

json_t *
take(json_t *made)
{
	json_decref(house.document);
	house.document = made;
	ck_assert_ptr_nonnull(made);
	return made;
}

void
assert_document(json_t *made, const char *expected)
{
	char *text = json_dumps(take(made), JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_str_eq(text, expected);
	free(text);
}

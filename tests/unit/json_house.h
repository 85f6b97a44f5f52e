/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A house of two zones for tests of documents: what its panel has told, and the document that
 * was made of it last.
 */
#ifndef TESTS_UNIT_JSON_HOUSE_H
#define TESTS_UNIT_JSON_HOUSE_H

#include "cz2d/config/config.h"
#include "cz2d/json/json.h"
#include "cz2d/model/model.h"

enum { NOW = 1000000 }; /* monotonic ms */
extern const int64_t wall_us; /* 2023-11-14 22:13:20 UTC */

struct json_house {
	struct config config;
	struct devices *devices;
	struct model *model;
	struct json_view view;
	json_t *document; /* of take() */
};

extern struct json_house house;

/* For every test: the panel has told nothing yet. */
void
json_house_open(void);

void
json_house_close(void);

/* The panel has told the row, two and a half seconds ago. */
void
learn(enum cz2_row row, const char *hex);

/* Auto, effective Heat, zone 2 held and out, zone 1 temporary; 75/68 and 80/62. */
void
learn_house(void);

/* Keeps the document until the next one; it must be one. */
json_t *
take(json_t *made);

/* The same, and its text has to be this. */
void
assert_document(json_t *made, const char *expected);

#endif

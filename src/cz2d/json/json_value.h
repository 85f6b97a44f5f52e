/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Single values of the panel in JSON. What is not known is null, never 0.
 */
#ifndef CZ2D_JSON_VALUE_H
#define CZ2D_JSON_VALUE_H

#include <jansson.h>

/* Of a value that may be CZ2_UNKNOWN. */
json_t *
json_value_integer(int value);

json_t *
json_value_boolean(int value);

/* Names start at 0; null for every number below. */
json_t *
json_value_word(const char *const *names, int value);

/* How far a damper is open, of the panel's 0..15; unknown stays unknown. */
int
json_damper_percent(int raw);

#endif

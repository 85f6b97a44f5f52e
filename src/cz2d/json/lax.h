/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One value of a request, as generously as the older Python service took it: 70,
 * 70.0, "70" and true are integers, 1, "yes" and "off" are booleans. What is no
 * such value has a name and a sentence.
 */
#ifndef CZ2D_LAX_H
#define CZ2D_LAX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a value was understood: an ordinary outcome, not a failure. */
enum lax {
	LAX_OK,
	LAX_INT_PARSING,
	LAX_INT_TYPE,
	LAX_INT_FROM_FLOAT,
	LAX_BOOL_PARSING,
	LAX_BOOL_TYPE,
	LAX_COUNT
};

/* Beyond 64 bits the result is INT64_MIN or INT64_MAX: out of every range of ours. */
enum lax
lax_integer(const json_t *value, int64_t *result);

/* The same for text that is not JSON, such as part of a path. */
enum lax
lax_integer_text(const char *text, size_t length, int64_t *result);

enum lax
lax_boolean(const json_t *value, bool *result);

enum lax
lax_boolean_text(const char *text, size_t length, bool *result);

/* "int_parsing", ... */
const char *
lax_type(enum lax outcome);

/* "Input should be a valid integer, ..." */
const char *
lax_message(enum lax outcome);

#endif

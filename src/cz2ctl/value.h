/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Members of an answer as text. What is absent, null or of another type than promised
 * is unknown, and shown as "-".
 */
#ifndef CZ2CTL_VALUE_H
#define CZ2CTL_VALUE_H

#include <jansson.h>
#include <stdbool.h>

enum { VALUE_MAX = 128 };

/* Escaped, and cut when it is too long. */
void
value_word(const json_t *object, const char *member, char out[VALUE_MAX]);

/* With a unit behind it: " %". */
void
value_number(const json_t *object, const char *member, const char *unit, char out[VALUE_MAX]);

/* A number of seconds in a unit for people: "3 min". */
void
value_age(const json_t *object, const char *member, char out[VALUE_MAX]);

/* As JSON in one line, not escaped. Never NULL; to be freed by the caller. */
char *
value_json(const json_t *object);

bool
value_is_true(const json_t *object, const char *member);

bool
value_is_false(const json_t *object, const char *member);

bool
value_is_word(const json_t *object, const char *member, const char *word);

#endif

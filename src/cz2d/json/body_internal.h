/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files that read bodies share: how an error is added, and where it is said to be.
 * Not for others. Values are borrowed, locs and errors are taken.
 */
#ifndef CZ2D_BODY_INTERNAL_H
#define CZ2D_BODY_INTERNAL_H

#include "cz2d/json/body.h"
#include "cz2d/json/lax.h"

enum { BODY_MESSAGE_MAX = 256 };

/* The place of the body itself; more is appended to it. */
json_t *
body_loc(const struct body *body);

/* That of one member. */
json_t *
body_member_loc(const struct body *body, const char *name);

/* Adds an error, unless there are very many. */
void
body_add(struct body *body, const char *type, json_t *loc, const char *message, json_t *input);

void
body_add_missing(struct body *body, json_t *loc);

void
body_add_lax(struct body *body, enum lax outcome, json_t *loc, json_t *value);

/* JSON text that is none; the position is where the reader gave up. */
void
body_add_invalid(struct body *body, const json_error_t *error);

/* That a rule is broken: "Value error, " and the rule. */
void
body_add_rule(struct body *body, json_t *loc, const char *rule, json_t *input);

/* An integer from min to max; false, and an error, when it is none. */
bool
body_read_range(struct body *body, json_t *loc, int min, int max, json_t *value, int *result);

/* "Input should be 'Heat', 'Cool' or 'Off'". */
void
body_enumerate(const char *const *words, char *out, size_t size);

/* The member that is a BODY_DAYS. */
void
body_decode_days(struct body *body, int index, json_t *value);

#endif

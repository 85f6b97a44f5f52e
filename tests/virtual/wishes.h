/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What was asked for, and the bits of the panel's rows that have to change by it. The
 * places are those of docs/protocol.md, once more and by hand: the library's tables and
 * its editing are what is judged with them.
 */
#ifndef TESTS_WISHES_H
#define TESTS_WISHES_H

#include <cz2/field.h>

enum { WISHES_MAX = 64 /* more than there are values that can be written */ };

struct wish {
	enum cz2_field field;
	int zone, value; /* zone: 0 for what is the system's */
};

/* No value is in it twice. */
struct wishes {
	struct wish list[WISHES_MAX];
	int count;
};

/* Asks for it, or for another value of it. The zone of what is the system's does not matter. */
void
wishes_add(struct wishes *wishes, struct wish wish);

/* Hold takes temporary off and the other way round; hold wins. */
void
wishes_exclude(struct wishes *wishes);

/* The bits of a row's byte that are asked for. */
uint8_t
wishes_mask(const struct wishes *wishes, enum cz2_row row, size_t byte);

/* Makes of a row what it has to become: all bits that nobody asked for stay. */
void
wishes_apply(const struct wishes *wishes, enum cz2_row row, uint8_t *bytes);

/* True when the row shows all that is asked of it. */
bool
wishes_shown(const struct wishes *wishes, enum cz2_row row, const uint8_t *bytes);

#endif

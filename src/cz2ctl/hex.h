/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bytes as pairs of hexadecimal digits.
 */
#ifndef CZ2CTL_HEX_H
#define CZ2CTL_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Blanks may stand between the pairs. 0: it is no such text, or is more than size bytes. */
size_t
hex_read(const char *text, uint8_t *bytes, size_t size);

/* between: " " or "". What does not fit is cut off. Returns out. */
char *
hex_write(const uint8_t *bytes, size_t length, const char *between, char *out, size_t size);

#endif

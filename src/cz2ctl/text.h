/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Text that came over the network, before a terminal sees it: control characters,
 * marks that turn the direction of writing, and what is not UTF-8 become escapes
 * (\u001b, \xff). Widths are columns of the terminal.
 */
#ifndef CZ2CTL_TEXT_H
#define CZ2CTL_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* Once, before all else: what is a character is asked of the C library. */
void
text_init(void);

/* Escaped; what does not fit into size is cut between characters, with an ellipsis. Returns out. */
char *
text_escape(const char *text, char *out, size_t size);

/* Columns of an escaped text. */
size_t
text_width(const char *text);

/* Writes an escaped text, cut to so many columns. Returns how many it took. */
size_t
text_put_cut(const char *text, size_t width, FILE *to);

/* Writes all of it escaped. */
void
text_put(const char *text, FILE *to);

#endif

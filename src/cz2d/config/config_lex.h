/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Moving through the source of a configuration file, counting lines.
 */
#ifndef CZ2D_CONFIG_LEX_H
#define CZ2D_CONFIG_LEX_H

#include <stddef.h>

struct config_lex {
	const char *at; /* ends with a zero */
	unsigned line;
};

/*
 * These two go on to where something else begins. NULL, or what is wrong; the
 * line is then the one to blame.
 */

/* Over blanks and comments. */
const char *
config_lex_space(struct config_lex *lex);

/* Over a text; at the opening quotation mark. */
const char *
config_lex_text(struct config_lex *lex);

/* Bytes of the name, number or bare word here; 0: something else is here. */
size_t
config_lex_word(const struct config_lex *lex);

#endif

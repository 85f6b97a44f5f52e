/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Words to choose from, written as in a usage line: "Auto|On".
 */
#ifndef CZ2CTL_WORD_H
#define CZ2CTL_WORD_H

#include <stdbool.h>

enum { WORD_MAX = 32 };

/* Finds a word, in whatever case, and copies it as it stands in the choices. */
bool
word_find(const char *choices, const char *word, char found[WORD_MAX]);

/* True for a word that can be no other part of a target than the one where it stands. */
bool
word_is_plain(const char *text);

#endif

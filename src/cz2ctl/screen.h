/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is known of the place where output goes: whether it is a terminal, how wide,
 * and whether it wants colours.
 */
#ifndef CZ2CTL_SCREEN_H
#define CZ2CTL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_GOOD, STYLE_WARN, STYLE_BAD, STYLE_COUNT };

struct screen {
	FILE *file;
	bool terminal; /* one that understands escape sequences */
	bool color;
	size_t columns; /* 0: no limit */
};

/* color: "always", "never"; anything else asks the terminal and NO_COLOR. */
void
screen_init(struct screen *screen, FILE *file, const char *color);

/* What is written between the two is shown in that style. */
void
screen_begin(const struct screen *screen, enum style style);

void
screen_end(const struct screen *screen, enum style style);

#endif

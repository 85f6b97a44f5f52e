/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What goes to standard error: errors, warnings, and a line while we wait, or a bar while
 * we get on. Arguments may come from the network: what a terminal should not see is escaped
 * here. The line and the bar are shown on a terminal only, and nothing is left of them.
 */
#ifndef CZ2CTL_SAY_H
#define CZ2CTL_SAY_H

#include <stdbool.h>

/* color as in screen.h; quiet leaves only the errors. */
void
say_init(const char *color, bool quiet);

void
say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

void
say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What else is to be known, and is no answer. */
void
say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Between the two say_waiting() shows, on a terminal, that we wait, if it takes long. */
void
say_wait_begin(void);

void
say_waiting(void);

void
say_wait_end(void);

/*
 * A bar in place of that line, from its first step until its end: "Reading  [###...]  12 of 56".
 * what is not copied.
 */
void
say_bar(const char *what, int done, int of);

void
say_bar_end(void);

#endif

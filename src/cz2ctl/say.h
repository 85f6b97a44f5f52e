/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What goes to standard error: errors, warnings, and a line while we wait. Arguments
 * may come from the network: what a terminal should not see is escaped here.
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

/* Between the two say_waiting() shows, on a terminal, that we wait, if it takes long. */
void
say_wait_begin(void);

void
say_waiting(void);

void
say_wait_end(void);

#endif

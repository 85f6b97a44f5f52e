/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Ctrl-C while something goes on that has an end to tell.
 */
#ifndef CZ2CTL_STOP_H
#define CZ2CTL_STOP_H

#include <stdbool.h>

/* From now on SIGINT and SIGTERM are only noted. */
void
stop_catch(void);

/* From now on they end us again. */
void
stop_release(void);

bool
stop_wanted(void);

#endif

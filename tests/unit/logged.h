/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the code under test writes to standard error, kept for looking at.
 */
#ifndef TESTS_LOGGED_H
#define TESTS_LOGGED_H

/* From now on. A second call forgets what was written so far. */
void
logged_begin(void);

/* All since then; good until the next call. */
const char *
logged(void);

/* How many lines of it hold the words. */
int
logged_lines(const char *words);

#endif

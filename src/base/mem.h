/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Memory and strings, where C leaves a choice that we make once. Out of memory
 * ends the program with one line: a daemon of this size has no way to go on.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* What somebody else allocated; NULL ends the program. */
void *
mem_or_end(void *memory);

/* All zero. */
void *
mem_new(size_t count, size_t size);

/* A copy, to be freed; NULL of NULL. */
char *
mem_text(const char *text);

#endif

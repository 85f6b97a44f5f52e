/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Memory that is there, or the end of the program.
 */
#include "build.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

void *
mem_or_end(void *memory)
{
	if (memory == NULL) {
		log_error("memory", "out of memory");
		/* Perhaps in a thread of its own: the others still use what exit() tears down. */
		_exit(EXIT_FAILURE);
	}
	return memory;
}

void *
mem_new(size_t count, size_t size)
{
	return mem_or_end(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

char *
mem_text(const char *text)
{
	return text != NULL ? mem_or_end(strdup(text)) : NULL;
}

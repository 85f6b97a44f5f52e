/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one place that reads and writes them.
 */
#include "build.h"

#include "cz2ctl/hex.h"

#include <stdio.h>
#include <string.h>

/* -1: it is none. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

size_t
hex_read(const char *text, uint8_t *bytes, size_t size)
{
	size_t length = 0;

	for (;; text += 2) {
		int high, low;

		text += strspn(text, " \t\r\n");
		if (*text == '\0')
			return length;
		high = digit(text[0]);
		low = high >= 0 ? digit(text[1]) : -1;
		if (length == size || low < 0)
			return 0;
		bytes[length++] = (uint8_t)(16 * high + low);
	}
}

char *
hex_write(const uint8_t *bytes, size_t length, const char *between, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < length && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%02x", i > 0 ? between : "",
					 bytes[i]);
	return out;
}

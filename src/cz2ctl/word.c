/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Word by word.
 */
#include "build.h"

#include "cz2ctl/word.h"

#include <string.h>
#include <strings.h>

bool
word_is_plain(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
	       strlen(text);
}

bool
word_find(const char *choices, const char *word, char found[WORD_MAX])
{
	size_t wanted = strlen(word);

	for (;;) {
		size_t length = strcspn(choices, "|");

		if (length == wanted && length < WORD_MAX &&
		    strncasecmp(choices, word, length) == 0) {
			memcpy(found, choices, length);
			found[length] = '\0';
			return true;
		}
		if (choices[length] == '\0')
			return false;
		choices += length + 1;
	}
}

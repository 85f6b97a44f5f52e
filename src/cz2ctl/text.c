/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One step from character to character, and loops around it.
 */
#include "build.h"

#include "cz2ctl/text.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

enum { STEP_MAX = 16 };

static const char ellipsis[] = "\xe2\x80\xa6";

/* One character as it is shown. */
struct step {
	char shown[STEP_MAX];
	size_t length; /* of shown */
	size_t width;
	size_t taken; /* bytes of the text */
};

/* The daemon and the terminals of this century speak UTF-8, whatever LANG says. */
void
text_init(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
}

/* They make "cba" of "abc", and so one name of another. */
static bool
turns_direction(wchar_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Of a character, or of a byte that is part of none. */
static struct step
escaped(bool character, unsigned long value, size_t taken)
{
	struct step step = {.taken = taken};

	step.length = (size_t)snprintf(step.shown, sizeof step.shown,
				       character ? "\\u%04lx" : "\\x%02lx", value);
	step.width = step.length;
	return step;
}

/* The first character of a text that is not empty. */
static struct step
step_of(const char *text)
{
	struct step step = {.taken = 1};
	mbstate_t state = {0};
	wchar_t c = 0;
	size_t length = mbrtowc(&c, text, strnlen(text, MB_LEN_MAX), &state);
	int width;

	if (length == (size_t)-1 || length == (size_t)-2)
		return escaped(false, (unsigned char)*text, 1);
	width = wcwidth(c);
	if (width < 0 || turns_direction(c))
		return escaped(true, (unsigned long)c, length);
	memcpy(step.shown, text, length);
	step.length = length;
	step.width = (size_t)width;
	step.taken = length;
	return step;
}

char *
text_escape(const char *text, char *out, size_t size)
{
	size_t used = 0, whole = 0; /* whole: an ellipsis fits behind it */

	while (*text != '\0') {
		struct step step = step_of(text);

		if (used + step.length >= size) {
			strcpy(out + whole, ellipsis);
			return out;
		}
		memcpy(out + used, step.shown, step.length);
		used += step.length;
		if (used + sizeof ellipsis <= size)
			whole = used;
		text += step.taken;
	}
	out[used] = '\0';
	return out;
}

size_t
text_width(const char *text)
{
	size_t width = 0;

	while (*text != '\0') {
		struct step step = step_of(text);

		width += step.width;
		text += step.taken;
	}
	return width;
}

size_t
text_put_cut(const char *text, size_t width, FILE *to)
{
	size_t used = 0, shown = 0, bytes = 0; /* shown, bytes: an ellipsis fits behind them */
	const char *at = text;

	while (*at != '\0') {
		struct step step = step_of(at);

		if (used + step.width > width) {
			fprintf(to, "%.*s%s", (int)bytes, text, ellipsis);
			return shown + 1;
		}
		used += step.width;
		at += step.taken;
		if (used < width) {
			shown = used;
			bytes = (size_t)(at - text);
		}
	}
	fputs(text, to);
	return used;
}

void
text_put(const char *text, FILE *to)
{
	while (*text != '\0') {
		struct step step = step_of(text);

		fwrite(step.shown, 1, step.length, to);
		text += step.taken;
	}
}

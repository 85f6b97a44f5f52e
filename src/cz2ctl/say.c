/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One line each, after the name of the program.
 */
#include "build.h"

#include "cz2ctl/say.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "cz2ctl/screen.h"
#include "cz2ctl/text.h"

enum { TEXT_MAX = 2048, PATIENCE_MS = 300, SECOND_MS = 1000 };

static struct {
	struct screen screen;
	bool quiet;

	int64_t waiting_since;
	int64_t shown; /* seconds that stand on the screen; -1: nothing does */
} say = {.shown = -1};

void
say_init(const char *color, bool quiet)
{
	screen_init(&say.screen, stderr, color);
	say.quiet = quiet;
}

static void __attribute__((format(printf, 3, 0)))
tell(enum style style, const char *label, const char *format, va_list arguments)
{
	char text[TEXT_MAX], escaped[TEXT_MAX];

	say_wait_end();
	vsnprintf(text, sizeof text, format, arguments);
	screen_begin(&say.screen, style);
	fputs(label, stderr);
	screen_end(&say.screen, style);
	fprintf(stderr, "%s\n", text_escape(text, escaped, sizeof escaped));
}

void
say_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell(STYLE_BAD, "cz2ctl: ", format, arguments);
	va_end(arguments);
}

void
say_warning(const char *format, ...)
{
	va_list arguments;

	if (say.quiet)
		return;
	va_start(arguments, format);
	tell(STYLE_WARN, "cz2ctl: warning: ", format, arguments);
	va_end(arguments);
}

void
say_wait_begin(void)
{
	say.waiting_since = clock_now();
}

void
say_waiting(void)
{
	int64_t waited = clock_now() - say.waiting_since;

	if (say.quiet || !say.screen.terminal || waited < PATIENCE_MS ||
	    waited / SECOND_MS == say.shown)
		return;
	say.shown = waited / SECOND_MS;
	fprintf(stderr, "\rwaiting for the answer, %d s", (int)say.shown);
	fflush(stderr);
}

void
say_wait_end(void)
{
	if (say.shown >= 0)
		fputs("\r\033[K", stderr);
	say.shown = -1;
}

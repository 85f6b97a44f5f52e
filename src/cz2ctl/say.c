/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One line each, after the name of the program.
 */
#include "build.h"

#include "cz2ctl/say.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cz2ctl/screen.h"
#include "cz2ctl/text.h"

enum { TEXT_MAX = 2048, PATIENCE_MS = 300, SECOND_MS = 1000 };

/* Of the bar: without a known width, between the brackets, and the rest of its line. */
enum { COLUMNS_USUAL = 80, BAR_LEAST = 4, BAR_MOST = 50, NUMBERS_MAX = 32 };

static const char erase[] = "\r\033[K";

static struct {
	struct screen screen;
	bool quiet;

	int64_t waiting_since;
	int64_t shown; /* seconds that stand on the screen; -1: nothing does */
	bool bar;      /* it stands there, or would if nothing had been told since */
	bool guarded;  /* who interrupts us finds a clean line */
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
	if (say.bar)
		fputs(erase, stderr);
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

/* ------------------------------------------------------------------------
 * The line that goes again
 */

/* SIGINT ends us as if there were no handler, on a line of its own. */
static void
leave_clean(int number)
{
	int error = errno;
	ssize_t written = write(STDERR_FILENO, erase, sizeof erase - 1);

	(void)written;
	raise(number);
	errno = error;
}

/* Who has a handler of his own, or wants not to be interrupted, keeps that. */
static void
guard(void)
{
	struct sigaction action = {.sa_handler = leave_clean, .sa_flags = (int)SA_RESETHAND};
	struct sigaction old;

	if (!say.guarded && sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(SIGINT, &action, NULL);
	say.guarded = true;
}

static bool
can_show(void)
{
	if (say.quiet || !say.screen.terminal)
		return false;
	guard();
	return true;
}

void
say_note(const char *format, ...)
{
	va_list arguments;

	if (say.quiet)
		return;
	va_start(arguments, format);
	tell(STYLE_PLAIN, "", format, arguments);
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

	if (say.bar || waited < PATIENCE_MS || waited / SECOND_MS == say.shown || !can_show())
		return;
	say.shown = waited / SECOND_MS;
	fprintf(stderr, "\rwaiting for the answer, %d s", (int)say.shown);
	fflush(stderr);
}

void
say_wait_end(void)
{
	if (say.shown >= 0)
		fputs(erase, stderr);
	say.shown = -1;
}

/* What is left for the bar itself. Behind it there is room for "^C", which would wrap else. */
static int
bar_width(const char *what, const char *numbers)
{
	size_t columns = say.screen.columns > 0 ? say.screen.columns : COLUMNS_USUAL;
	size_t rest = text_width(what) + strlen(numbers) + sizeof "  []  ^C";
	size_t width = columns > rest ? columns - rest : 0;

	return (int)(width < BAR_MOST ? width : BAR_MOST);
}

void
say_bar(const char *what, int done, int of)
{
	static const char full[] = "##################################################";
	static const char empty[] = "..................................................";
	char numbers[NUMBERS_MAX];
	int width, filled;

	_Static_assert(sizeof full == BAR_MOST + 1 && sizeof empty == sizeof full, "as wide");
	if (of <= 0 || !can_show())
		return;
	snprintf(numbers, sizeof numbers, "%d of %d", done, of);
	width = bar_width(what, numbers);
	filled = (int)((int64_t)width * done / of);
	fputs(erase, stderr);
	if (width < BAR_LEAST)
		fputs(numbers, stderr);
	else
		fprintf(stderr, "%s  [%.*s%.*s]  %s", what, filled, full, width - filled, empty,
			numbers);
	fflush(stderr);
	say.bar = true;
}

void
say_bar_end(void)
{
	if (say.bar)
		fputs(erase, stderr);
	say.bar = false;
}

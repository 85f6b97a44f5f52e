/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The terminal, asked once.
 */
#include "build.h"

#include "cz2ctl/screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const sequences[STYLE_COUNT] = {
	[STYLE_PLAIN] = "",        [STYLE_TITLE] = "\033[1m", [STYLE_GOOD] = "\033[32m",
	[STYLE_WARN] = "\033[33m", [STYLE_BAD] = "\033[31m",
};

static bool
is_given(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && value[0] != '\0';
}

static bool
is_terminal(FILE *file)
{
	const char *kind = getenv("TERM");

	return isatty(fileno(file)) && kind != NULL && strcmp(kind, "dumb") != 0;
}

static bool
wants_color(const struct screen *screen, const char *color)
{
	if (color != NULL && strcmp(color, "auto") != 0)
		return strcmp(color, "always") == 0;
	return screen->terminal && !is_given("NO_COLOR");
}

static size_t
columns_of(FILE *file)
{
	struct winsize size;

	return ioctl(fileno(file), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void
screen_init(struct screen *screen, FILE *file, const char *color)
{
	screen->file = file;
	screen->terminal = is_terminal(file);
	screen->color = wants_color(screen, color);
	screen->columns = columns_of(file);
}

void
screen_begin(const struct screen *screen, enum style style)
{
	if (screen->color)
		fputs(sequences[style], screen->file);
}

void
screen_end(const struct screen *screen, enum style style)
{
	if (screen->color && style != STYLE_PLAIN)
		fputs("\033[0m", screen->file);
}

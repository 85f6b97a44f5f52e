/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Follows names, braces and includes through the source of a configuration
 * file and keeps what assigns something. Whether the file is correct is for
 * libconfig to say; this refuses only what libconfig takes in silence, or
 * reports at a place where nobody would look.
 */
#include "build.h"

#include "cz2d/config/config_scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cz2d/config/config_check.h"
#include "cz2d/config/config_lex.h"

enum {
	FILE_SIZE_MAX = 1 << 18,
	FILE_NAME_MAX = CONFIG_WHERE_MAX - 16, /* leaves room for a line number */
	WRITTEN_MAX = 256,
	DEPTH_MAX = 16,
	INCLUDES_MAX = 8 /* files within each other */
};

struct config_scan {
	char *text;
	char directory[FILE_NAME_MAX + 1];
	char *why;
	int includes;
	size_t count;
	struct config_written written[WRITTEN_MAX];
};

/* One file being walked. */
struct cursor {
	struct config_scan *scan;
	const char *file;
	struct config_lex lex;
	int lists; /* open brackets: what is in them has no path */
	int depth;
	size_t lengths[DEPTH_MAX + 1]; /* of the path at each open brace */
	char path[CONFIG_PATH_MAX];
	const char *name; /* the last word, which may be about to be assigned */
	size_t name_length;
	unsigned name_line;
};

static int
scan_file(struct config_scan *scan, const char *file, const char *text, const char *prefix);

static int
refuse(struct cursor *cursor, unsigned line, const char *reason)
{
	snprintf(cursor->scan->why, CONFIG_WHY_MAX, "%s:%u: %s", cursor->file, line, reason);
	return -1;
}

/* Takes what the functions of config_lex return. */
static int
checked(struct cursor *cursor, const char *wrong)
{
	return wrong ? refuse(cursor, cursor->lex.line, wrong) : 0;
}

/* Reads a whole file into memory that the caller frees; NULL with errno set. */
static char *
read_text(const char *path, size_t *length)
{
	FILE *file = strlen(path) <= FILE_NAME_MAX ? fopen(path, "re") : NULL;
	char *text;
	int failed;

	if (!file) {
		errno = strlen(path) <= FILE_NAME_MAX ? errno : ENAMETOOLONG;
		return NULL;
	}
	text = mem_new(FILE_SIZE_MAX + 2, 1);
	*length = fread(text, 1, FILE_SIZE_MAX + 1, file);
	failed = ferror(file) ? errno : *length > FILE_SIZE_MAX ? EFBIG : 0;
	fclose(file);
	if (!failed)
		return text;
	free(text);
	errno = failed;
	return NULL;
}

/* libconfig would end the file, or a text in it, at a zero byte without a word. */
static int
check_zeros(struct config_scan *scan, const char *path, const char *text, size_t length)
{
	unsigned line = 1;
	size_t i;

	for (i = 0; i < length && text[i]; i++)
		line += text[i] == '\n';
	if (i == length)
		return 0;
	snprintf(scan->why, CONFIG_WHY_MAX, "%s:%u: a zero byte: accepted is text in UTF-8", path,
		 line);
	return -1;
}

const struct config_written *
config_scan_find(const struct config_scan *scan, const char *path)
{
	size_t i;

	for (i = 0; i < scan->count; i++) {
		if (strcmp(scan->written[i].path, path) == 0)
			return &scan->written[i];
	}
	return NULL;
}

/* Keeps the assignment to cursor->path, whose value is at the cursor. */
static int
keep(struct cursor *cursor)
{
	struct config_scan *scan = cursor->scan;
	struct config_written *written = &scan->written[scan->count];
	const struct config_written *first = config_scan_find(scan, cursor->path);

	if (first) {
		snprintf(scan->why, CONFIG_WHY_MAX,
			 "%s:%u: %s: given a second time, the first is %s: accepted is one of them",
			 cursor->file, cursor->name_line, cursor->path, first->where);
		return -1;
	}
	if (scan->count == WRITTEN_MAX)
		return refuse(cursor, cursor->name_line, "too many settings");
	snprintf(written->path, sizeof written->path, "%s", cursor->path);
	snprintf(written->where, sizeof written->where, "%s:%u", cursor->file, cursor->name_line);
	snprintf(written->word, sizeof written->word, "%.*s", (int)config_lex_word(&cursor->lex),
		 cursor->lex.at);
	scan->count++;
	return 0;
}

/* At the = or : behind a name. */
static int
assign(struct cursor *cursor)
{
	size_t length = cursor->lengths[cursor->depth];
	bool dot = length > 0;

	cursor->lex.at++;
	if (checked(cursor, config_lex_space(&cursor->lex)) < 0)
		return -1;
	if (!cursor->name || cursor->lists)
		return 0;
	if (length + dot + cursor->name_length >= sizeof cursor->path)
		return refuse(cursor, cursor->name_line, "the name is too long for any key");
	if (dot)
		cursor->path[length++] = '.';
	memcpy(cursor->path + length, cursor->name, cursor->name_length);
	cursor->path[length + cursor->name_length] = '\0';
	cursor->name = NULL;
	return keep(cursor);
}

static int
open_brace(struct cursor *cursor)
{
	cursor->lex.at++;
	if (cursor->depth == DEPTH_MAX)
		return refuse(cursor, cursor->lex.line, "too many groups within each other");
	cursor->lengths[++cursor->depth] = strlen(cursor->path);
	return 0;
}

static int
close_brace(struct cursor *cursor)
{
	cursor->lex.at++;
	cursor->path[cursor->lengths[cursor->depth]] = '\0';
	if (cursor->depth > 0)
		cursor->depth--;
	return 0;
}

/* Remembers a word, because = may follow. */
static int
take_word(struct cursor *cursor, size_t length)
{
	cursor->name = cursor->lex.at;
	cursor->name_length = length;
	cursor->name_line = cursor->lex.line;
	cursor->lex.at += length;
	return 0;
}

static int
skip_other(struct cursor *cursor)
{
	char other = *cursor->lex.at++;

	if (other == '(' || other == '[')
		cursor->lists++;
	else if ((other == ')' || other == ']') && cursor->lists > 0)
		cursor->lists--;
	cursor->name = NULL;
	return 0;
}

/* libconfig takes it at the beginning of a line only. */
static bool
at_include(const struct cursor *cursor, const char *text)
{
	const char *before = cursor->lex.at;

	if (strncmp(before, "@include", strlen("@include")) != 0)
		return false;
	while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
		before--;
	return before == text || before[-1] == '\n';
}

static int
scan_include(struct cursor *cursor, const char *file)
{
	struct config_scan *scan = cursor->scan;
	char prefix[CONFIG_PATH_MAX];
	size_t length;
	char *text = read_text(file, &length);
	int result;

	if (!text) {
		snprintf(scan->why, CONFIG_WHY_MAX, "%s:%u: @include: %s cannot be read: %s",
			 cursor->file, cursor->lex.line, file, strerror(errno));
		return -1;
	}
	snprintf(prefix, sizeof prefix, "%.*s", (int)cursor->lengths[cursor->depth], cursor->path);
	scan->includes++;
	result = check_zeros(scan, file, text, length) < 0 ? -1
							   : scan_file(scan, file, text, prefix);
	scan->includes--;
	free(text);
	return result;
}

static int
include(struct cursor *cursor)
{
	struct config_scan *scan = cursor->scan;
	const char *name = cursor->lex.at + strcspn(cursor->lex.at, "\"\n");
	size_t length = *name == '"' ? strcspn(name + 1, "\"\n") : 0;
	char given[FILE_NAME_MAX / 2];
	char file[FILE_NAME_MAX + sizeof given + 1];

	snprintf(given, sizeof given, "%.*s", (int)length, name + 1);
	if (length == 0 || length >= sizeof given || name[1] == '/' || !config_check_plain(given))
		return refuse(cursor, cursor->lex.line,
			      "@include: accepted is the name of a file in"
			      " quotation marks, relative to the directory of the main file");
	if (scan->includes == INCLUDES_MAX)
		return refuse(cursor, cursor->lex.line,
			      "@include: too many files within each other");
	snprintf(file, sizeof file, "%s/%s", scan->directory, given);
	if (scan_include(cursor, file) < 0)
		return -1;
	cursor->lex.at = name + 1 + length + (name[1 + length] == '"');
	return 0;
}

static int
step(struct cursor *cursor, const char *text)
{
	size_t length = config_lex_word(&cursor->lex);

	if (length)
		return take_word(cursor, length);
	if (at_include(cursor, text))
		return include(cursor);
	switch (*cursor->lex.at) {
	case '"':
		return checked(cursor, config_lex_text(&cursor->lex));
	case '=':
	case ':':
		return assign(cursor);
	case '{':
		return open_brace(cursor);
	case '}':
		return close_brace(cursor);
	default:
		return skip_other(cursor);
	}
}

static int
scan_file(struct config_scan *scan, const char *file, const char *text, const char *prefix)
{
	struct cursor cursor = {.scan = scan, .file = file, .lex = {.at = text, .line = 1}};

	snprintf(cursor.path, sizeof cursor.path, "%s", prefix);
	cursor.lengths[0] = strlen(prefix);
	while (checked(&cursor, config_lex_space(&cursor.lex)) == 0) {
		if (!*cursor.lex.at)
			return 0;
		if (step(&cursor, text) < 0)
			return -1;
	}
	return -1;
}

static int
scan_main(struct config_scan *scan, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length;

	scan->text = read_text(path, &length);
	if (!scan->text) {
		snprintf(scan->why, CONFIG_WHY_MAX, "%s: the file cannot be read: %s", path,
			 strerror(errno));
		return -1;
	}
	snprintf(scan->directory, sizeof scan->directory, "%.*s",
		 slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
	if (check_zeros(scan, path, scan->text, length) < 0)
		return -1;
	return scan_file(scan, path, scan->text, "");
}

struct config_scan *
config_scan_new(const char *path, char *why)
{
	struct config_scan *scan = mem_new(1, sizeof *scan);

	scan->why = why;
	return scan_main(scan, path) < 0 ? config_scan_free(scan) : scan;
}

struct config_scan *
config_scan_free(struct config_scan *scan)
{
	if (scan)
		free(scan->text);
	free(scan);
	return NULL;
}

const char *
config_scan_text(const struct config_scan *scan)
{
	return scan->text;
}

const char *
config_scan_directory(const struct config_scan *scan)
{
	return scan->directory;
}

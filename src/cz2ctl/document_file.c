/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Whoever reads the file while it is written finds the old one.
 */
#include "build.h"

#include "cz2ctl/document_file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cz2ctl/say.h"

enum { BYTES_MAX = 1024 * 1024 };

static bool
is_standard(const char *path)
{
	return strcmp(path, "-") == 0;
}

static enum ctl_exit
fail(const char *path)
{
	say_error("%s: %s", path, strerror(errno));
	return CTL_USAGE;
}

/* ------------------------------------------------------------------------
 * Reading
 */

/* NULL after an error was told. */
static char *
read_all(const char *path, FILE *file, size_t *length)
{
	char *text = mem_new(BYTES_MAX + 1, 1);

	*length = fread(text, 1, BYTES_MAX + 1, file);
	if (!ferror(file) && *length <= BYTES_MAX)
		return text;
	if (ferror(file))
		fail(path);
	else
		say_error("%s: it is larger than %d bytes", path, BYTES_MAX);
	free(text);
	return NULL;
}

char *
document_text(const char *path, size_t *length)
{
	FILE *file = is_standard(path) ? stdin : fopen(path, "re");
	char *text;

	if (file == NULL) {
		fail(path);
		return NULL;
	}
	text = read_all(path, file, length);
	if (file != stdin)
		fclose(file);
	return text;
}

static enum ctl_exit
parse(const char *path, const char *text, size_t length, json_t **document)
{
	json_error_t error;

	*document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (*document == NULL) {
		say_error("%s:%d:%d: %s", path, error.line, error.column, error.text);
		return CTL_USAGE;
	}
	if (json_is_object(*document))
		return CTL_DONE;
	say_error("%s: it is no backup: an object is wanted", path);
	json_decref(*document);
	*document = NULL;
	return CTL_USAGE;
}

enum ctl_exit
document_load(const char *path, json_t **document)
{
	size_t length;
	char *text = document_text(path, &length);
	enum ctl_exit code = CTL_USAGE;

	*document = NULL;
	if (text != NULL)
		code = parse(path, text, length, document);
	free(text);
	return code;
}

/* ------------------------------------------------------------------------
 * Writing
 */

static bool
put(const char *text, FILE *file)
{
	return fputs(text, file) >= 0 && putc('\n', file) != EOF && fflush(file) == 0;
}

/* A device or a pipe stays what it is. */
static bool
is_special(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && !S_ISREG(about.st_mode);
}

static bool
write_special(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	bool good = file != NULL && put(text, file);

	return (file == NULL || fclose(file) == 0) && good;
}

static bool
fill(int fd, const char *text)
{
	FILE *file = fdopen(fd, "w");
	bool good = file != NULL && put(text, file) && fsync(fd) == 0;

	return (file != NULL ? fclose(file) : close(fd)) == 0 && good;
}

/* mkostemp() lets nobody but us read what it makes. */
static bool
replace(const char *path, const char *text)
{
	static const char suffix[] = ".XXXXXX";
	size_t size = strlen(path) + sizeof suffix;
	char *fresh = mem_new(size, 1);
	bool good;
	int fd;

	snprintf(fresh, size, "%s%s", path, suffix);
	fd = mkostemp(fresh, 0);
	good = fd >= 0 && fill(fd, text) && rename(fresh, path) == 0;
	if (fd >= 0 && !good) {
		int error = errno;

		unlink(fresh);
		errno = error;
	}
	free(fresh);
	return good;
}

/* A link that leads somewhere stays: what it points at is replaced. */
static bool
replace_true(const char *path, const char *text)
{
	char *found = realpath(path, NULL);
	bool good = replace(found != NULL ? found : path, text);

	free(found);
	return good;
}

enum ctl_exit
document_save(const char *path, const json_t *document)
{
	/* A terminal gets no characters that it might obey. */
	size_t plain = is_standard(path) && isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0;
	char *text = mem_or_end(json_dumps(document, JSON_INDENT(1) | plain));
	enum ctl_exit code = CTL_DONE;
	bool good;

	if (is_standard(path))
		good = put(text, stdout);
	else if (is_special(path))
		good = write_special(path, text);
	else
		good = replace_true(path, text);
	if (!good)
		code = fail(is_standard(path) ? "standard output" : path);
	free(text);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One line of text that goes into a header: what could end the header is refused.
 */
#include "build.h"

#include "cz2ctl/token.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cz2ctl/say.h"

static void
warn_of_readers(const char *path, FILE *file)
{
	struct stat about;

	if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode) &&
	    (about.st_mode & S_IROTH) != 0)
		say_warning("%s can be read by every user of this machine: chmod o-r", path);
}

/* With one byte to spare, which tells a token that is too long. */
static enum ctl_exit
read_file(const char *path, char text[TOKEN_MAX + 1])
{
	FILE *file = fopen(path, "re");
	size_t length;
	int error;

	if (file == NULL) {
		say_error("%s: %s", path, strerror(errno));
		return CTL_USAGE;
	}
	warn_of_readers(path, file);
	length = fread(text, 1, TOKEN_MAX, file);
	error = ferror(file) ? errno : 0;
	fclose(file);
	if (error != 0) {
		say_error("%s: %s", path, strerror(error));
		return CTL_USAGE;
	}
	text[length] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	return CTL_DONE;
}

static enum ctl_exit
check(const char *text, const char *source)
{
	size_t length = 0;

	while (isgraph((unsigned char)text[length]))
		length++;
	if (length > 0 && length < TOKEN_MAX && text[length] == '\0')
		return CTL_DONE;
	say_error("%s holds no token", source);
	return CTL_USAGE;
}

enum ctl_exit
token_read(const char *path, char token[TOKEN_MAX])
{
	char text[TOKEN_MAX + 1] = "";
	const char *value = getenv("CZ2_TOKEN");

	token[0] = '\0';
	if (path == NULL && (value == NULL || value[0] == '\0'))
		return CTL_DONE;
	if (path != NULL && read_file(path, text) != CTL_DONE)
		return CTL_USAGE;
	if (path == NULL)
		snprintf(text, sizeof text, "%s", value);
	if (check(text, path != NULL ? path : "CZ2_TOKEN") != CTL_DONE)
		return CTL_USAGE;
	strcpy(token, text);
	return CTL_DONE;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The broker's password, when it stands in a file of its own: a path, or the
 * name of a systemd credential. No message ever shows what was read.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { SECRET_MAX = 4096 }; /* more than any password, to tell too long from cut off */

/* A plain name lies in the directory that systemd made for our credentials. */
static int
resolve(const char *name, char *path, size_t size)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	int length;

	if (name[0] == '/')
		length = snprintf(path, size, "%s", name);
	else if (directory && *directory)
		length = snprintf(path, size, "%s/%s", directory, name);
	else
		return -1;
	return (size_t)length < size ? 0 : -1;
}

/* Returns the length, or -1 with errno set. */
static ssize_t
read_secret(const char *path, char *secret, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length;
	int saved;

	if (!file)
		return -1;
	length = fread(secret, 1, size, file);
	saved = ferror(file) ? errno : 0;
	fclose(file);
	errno = saved;
	return saved ? -1 : (ssize_t)length;
}

static bool
set_password(struct config *config, char *secret, size_t length)
{
	if (length && secret[length - 1] == '\n')
		length--;
	if (length && secret[length - 1] == '\r')
		length--;
	secret[length] = '\0';
	return length > 0 && strlen(secret) == length &&
	       config_value_set(config_key_find("mqtt.password"), config, secret);
}

int
config_secret_read(struct config_reading *reading)
{
	const struct config_key *key = config_key_find("mqtt.password_file");
	const struct config_place *place = config_key_place(reading, key);
	const char *name = reading->config->mqtt.password_file;
	char path[PATH_MAX];
	char secret[SECRET_MAX + 1];
	ssize_t length;
	bool taken;

	if (!*name)
		return 0;
	if (resolve(name, path, sizeof path) < 0)
		return config_refuse(reading, place, key->path,
				     "systemd handed over no credentials: accepted is %s",
				     key->accepted);
	length = read_secret(path, secret, SECRET_MAX);
	if (length < 0)
		return config_refuse(reading, place, key->path, "%s cannot be read: %s", path,
				     strerror(errno));
	taken = set_password(reading->config, secret, (size_t)length);
	explicit_bzero(secret, sizeof secret);
	if (!taken)
		return config_refuse(reading, place, key->path,
				     "what it holds is no password: accepted is one line of 1 to "
				     "255 bytes of UTF-8");
	return 0;
}

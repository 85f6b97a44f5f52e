/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The environment: a variable overrides its key, whatever the file says. An
 * empty one counts as unset, and those that no key names are not ours.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Cuts blanks off both ends. */
static char *
trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && strchr(" \t", text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Splits at commas. One text too many is kept as a count, so that it is refused. */
static bool
set_list(const struct config_key *key, struct config *config, const char *text)
{
	const char *texts[CONFIG_LIST_MAX + 1];
	char *copy = mem_text(text);
	char *rest = copy;
	size_t count = 0;
	bool taken;

	while (rest && count < CONFIG_LIST_MAX + 1)
		texts[count++] = trim(strsep(&rest, ","));
	taken = config_value_set_list(key, config, texts, count);
	free(copy);
	return taken;
}

static bool
set_value(const struct config_key *key, struct config *config, const char *text)
{
	char *copy, *trimmed;
	bool taken;

	if (key->kind == CONFIG_KIND_LIST)
		return set_list(key, config, text);
	if (key->kind == CONFIG_KIND_TEXT)
		return config_value_set(key, config, text);
	copy = mem_text(text);
	trimmed = trim(copy);
	taken = config_value_set(key, config, trimmed);
	free(copy);
	return taken;
}

static int
take(struct config_reading *reading, const struct config_key *key, const char *text)
{
	struct config_place *place = config_key_place(reading, key);
	char accepted[CONFIG_ACCEPTED_MAX];

	snprintf(place->where, sizeof place->where, "environment variable %s", key->variable);
	if (key->secret)
		snprintf(place->value, sizeof place->value, "(hidden)");
	else
		config_value_quote(text, place->value, sizeof place->value);
	if (set_value(key, reading->config, text))
		return 0;
	config_key_accepted(key, true, accepted, sizeof accepted);
	return config_refuse(reading, place, key->path, "accepted is %s", accepted);
}

int
config_env_read(struct config_reading *reading)
{
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		const char *text = key->variable ? getenv(key->variable) : NULL;

		if (text && *text && take(reading, key, text) < 0)
			return -1;
	}
	return 0;
}

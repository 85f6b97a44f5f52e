/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Finding a key's row by name, or the name that was most likely meant, and
 * saying what a key accepts. The rows themselves are in config_table.c.
 */
#include "build.h"

#include "cz2d/config/config_key.h"

#include <string.h>

enum {
	NEAR_MAX = 3,       /* edits; one more is another word */
	NEAR_SAME_NAME = 1, /* a known name in the wrong group counts as one edit */
	SWAP_BACK = 2
};

const struct config_key *
config_key_find(const char *path)
{
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		if (strcmp(key->path, path) == 0)
			return key;
	}
	return NULL;
}

bool
config_key_is_group(const char *name)
{
	size_t length = strlen(name);
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		if (strncmp(key->path, name, length) == 0 && key->path[length] == '.')
			return true;
	}
	return false;
}

static int
minimum(int a, int b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b. */
static int
edits_between(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int cost[CONFIG_PATH_MAX + 1][CONFIG_PATH_MAX + 1];
	size_t i, j;

	for (i = 0; i <= a_length; i++)
		cost[i][0] = (int)i;
	for (j = 0; j <= b_length; j++)
		cost[0][j] = (int)j;
	for (i = 1; i <= a_length; i++) {
		for (j = 1; j <= b_length; j++) {
			cost[i][j] = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			cost[i][j] = minimum(cost[i][j], cost[i - 1][j] + 1);
			cost[i][j] = minimum(cost[i][j], cost[i][j - 1] + 1);
			if (i >= SWAP_BACK && j >= SWAP_BACK && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				cost[i][j] = minimum(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[a_length][b_length];
}

static const char *
name_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

static int
distance(const char *path, const char *known)
{
	if (strcmp(name_of(path), name_of(known)) == 0)
		return NEAR_SAME_NAME;
	return edits_between(path, strlen(path), known, strlen(known));
}

static bool
group_near(const char *name, char *near, size_t size)
{
	const struct config_key *key;

	for (key = config_keys; key->path; key++) {
		size_t length = strcspn(key->path, ".");

		if (edits_between(name, strlen(name), key->path, length) * 2 > (int)length)
			continue;
		snprintf(near, size, "%.*s", (int)length, key->path);
		return true;
	}
	return false;
}

bool
config_key_near(const char *path, char *near, size_t size)
{
	const struct config_key *key, *nearest = NULL;
	int best = NEAR_MAX + 1;

	if (strlen(path) > CONFIG_PATH_MAX)
		return false;
	for (key = config_keys; key->path; key++) {
		int edits = distance(path, key->path);

		if (edits < best) {
			best = edits;
			nearest = key;
		}
	}
	if (!nearest)
		return !strchr(path, '.') && group_near(path, near, size);
	snprintf(near, size, "%s", nearest->path);
	return true;
}

static void
list_words(const struct config_key *key, char *text, size_t size)
{
	size_t used = 0;
	int word;

	for (word = 0; key->words[word] && used < size; word++)
		used += (size_t)snprintf(text + used, size - used, "%s\"%s\"",
					 word == 0              ? ""
					 : key->words[word + 1] ? ", "
								: " or ",
					 key->words[word]);
}

void
config_key_accepted(const struct config_key *key, bool environment, char *text, size_t size)
{
	if (key->accepted)
		snprintf(text, size, "%s%s", key->accepted,
			 environment && key->kind == CONFIG_KIND_LIST
				 ? ", with commas between them"
				 : "");
	else if (key->kind == CONFIG_KIND_WORD)
		list_words(key, text, size);
	else if (key->kind == CONFIG_KIND_BOOL)
		snprintf(text, size, "%s",
			 environment ? "true, false, 1, 0, yes, no, on or off" : "true or false");
	else if (key->hole_last)
		snprintf(text, size, "a whole number from %d to %d, but not %d to %d", key->minimum,
			 key->maximum, key->hole_first, key->hole_last);
	else
		snprintf(text, size, "a whole number from %d to %d", key->minimum, key->maximum);
}

struct config_place *
config_key_place(struct config_reading *reading, const struct config_key *key)
{
	return &reading->places[key - config_keys];
}

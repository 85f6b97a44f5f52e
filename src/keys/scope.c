/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Scopes by name.
 */
#include "build.h"

#include "keys/scope.h"

#include <stddef.h>
#include <string.h>

const char *const scope_names[SCOPE_COUNT] = {
	[SCOPE_READ] = "read",
	[SCOPE_COMMAND] = "command",
	[SCOPE_ADMIN] = "admin",
};

static enum scope
find(const char *word, size_t length)
{
	for (enum scope scope = SCOPE_READ; scope < SCOPE_COUNT; scope++)
		if (strlen(scope_names[scope]) == length &&
		    memcmp(scope_names[scope], word, length) == 0)
			return scope;
	return SCOPE_UNSET;
}

enum scope
scope_parse(const char *list)
{
	enum scope highest = SCOPE_UNSET;

	for (;;) {
		size_t length = strcspn(list, ",");
		enum scope scope = find(list, length);

		if (scope == SCOPE_UNSET)
			return SCOPE_UNSET;
		if (scope > highest)
			highest = scope;
		if (list[length] == '\0')
			return highest;
		list += length + 1;
	}
}

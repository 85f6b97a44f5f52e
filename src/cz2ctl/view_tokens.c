/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who may come in with a token.
 */
#include "build.h"

#include "cz2ctl/view.h"

static const struct view_field fields[] = {
	{"Name", TABLE_LEFT, view_word, NULL, "name", NULL},
	{"Scope", TABLE_LEFT, view_word, NULL, "scope", NULL},
	{"Made", TABLE_LEFT, view_word, NULL, "created", NULL},
};

void
view_tokens(const struct screen *screen, const json_t *document)
{
	const json_t *list = json_object_get(document, "tokens");

	if (json_array_size(list) == 0)
		view_note(screen, "There are no tokens.");
	else
		view_rows(screen, list, fields, VIEW_COUNT(fields));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Compares what was to be written with what the panel shows later.
 */
#include "build.h"

#include "cz2d/engine/doubt.h"

#include <string.h>

#include "base/log.h"
#include "cz2d/model/model.h"

/* Of wishes that contradict each other the younger one counts. */
bool
doubt_add(struct doubt *doubt, const struct cz2_command *command, int64_t now)
{
	bool first = !doubt->open;

	if (first || cz2_command_merge(&doubt->command, command) != CZ2_OK)
		doubt->command = *command;
	doubt->open = true;
	doubt->since = now;
	memset(doubt->seen, 0, sizeof doubt->seen);
	return first;
}

static void
see(struct doubt *doubt, const struct model *model)
{
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(&doubt->command, place);
		const struct cz2_image *image =
			row != CZ2_ROW_NONE ? model_image(model, row) : NULL;

		if (image != NULL && doubt->seen[place].length == 0 && image->time >= doubt->since)
			doubt->seen[place] = *image;
	}
}

enum doubt_verdict
doubt_look(struct doubt *doubt, const struct model *model)
{
	enum doubt_verdict verdict = DOUBT_FOUND;

	see(doubt, model);
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row row = cz2_command_row(&doubt->command, place);
		const struct cz2_image *image = &doubt->seen[place];

		if (row == CZ2_ROW_NONE)
			continue;
		if (image->length == 0)
			return DOUBT_OPEN;
		if (!cz2_command_shown(&doubt->command, row, image->bytes, image->length,
				       image->time))
			verdict = DOUBT_MISSING;
	}
	return verdict;
}

const struct cz2_image *
doubt_seen(const struct doubt *doubt, int place)
{
	return &doubt->seen[place];
}

void
doubt_settle(struct doubt *doubt, const struct model *model)
{
	enum doubt_verdict verdict = doubt->open ? doubt_look(doubt, model) : DOUBT_OPEN;

	if (verdict == DOUBT_OPEN)
		return;
	doubt->open = false;
	log_info("engine", verdict == DOUBT_FOUND
				   ? "the write that was not confirmed is on the panel"
				   : "the write that was not confirmed is not on the panel");
}

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

bool
doubt_concerns(const struct doubt *doubt, enum cz2_row row)
{
	return doubt->open && cz2_command_touches(&doubt->command, row);
}

static void
see(struct doubt *doubt, const struct model *model)
{
	for (int i = 0; i < DOUBT_ROWS; i++) {
		const struct cz2_image *image = model_image(model, cz2_write_order[i]);

		if (doubt->seen[i].length == 0 && image->time >= doubt->since)
			doubt->seen[i] = *image;
	}
}

enum doubt_verdict
doubt_look(struct doubt *doubt, const struct model *model)
{
	enum doubt_verdict verdict = DOUBT_FOUND;

	see(doubt, model);
	for (int i = 0; i < DOUBT_ROWS; i++) {
		const struct cz2_image *image = &doubt->seen[i];

		if (!doubt_concerns(doubt, cz2_write_order[i]))
			continue;
		if (image->length == 0)
			return DOUBT_OPEN;
		if (!cz2_command_shown(&doubt->command, cz2_write_order[i], image->bytes,
				       image->length))
			verdict = DOUBT_MISSING;
	}
	return verdict;
}

const struct cz2_image *
doubt_seen(const struct doubt *doubt, enum cz2_row row)
{
	int i = 0;

	while (cz2_write_order[i] != row)
		i++;
	return &doubt->seen[i];
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

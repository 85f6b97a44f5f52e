/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When a refresh is due, and how it is carried out, row by row. Which rows it takes
 * stands in refresh_plan.c.
 */
#include "build.h"

#include "cz2d/engine/refresh.h"

#include <string.h>

#include <cz2/error.h>

#include "base/clock.h"
#include "cz2d/engine/refresh_plan.h"
#include "cz2d/model/model.h"

enum {
	REFUSED_MS = 3600000, /* a row that the panel has not is asked for again after this */
	SILENT_MS = 600000,
	RETRY_MS = 1500,      /* between polls of a panel that does not answer */
	DISTURBED_MS = 400,   /* after a write, before what it did is looked at */
	LAZY_AFTER_MS = 20000, /* from the first whole status, which people wait for, */
	LAZY_PAUSE_MS = 1000,  /* and between two rows of the program, */
	LAZY_AGAIN_MS = 30000, /* and before one that was silent is asked for again */
};

void
refresh_init(struct refresh *refresh, struct model *model, int attempts, int64_t interval_ms)
{
	memset(refresh, 0, sizeof *refresh);
	refresh->model = model;
	refresh->attempts = attempts;
	refresh->interval_ms = interval_ms;
	refresh->look_at = INT64_MAX;
	refresh_reset(refresh, false, INT64_MIN);
}

void
refresh_reset(struct refresh *refresh, bool open, int64_t now)
{
	refresh->active = false;
	refresh->full = true;
	refresh->next_poll = now;
	refresh->lazy_at = INT64_MAX;
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		refresh->skip_until[row] = INT64_MIN;
	model_hold(refresh->model, open);
}

void
refresh_want(struct refresh *refresh, enum refresh_kind kind)
{
	if (kind > refresh->wanted)
		refresh->wanted = kind;
}

void
refresh_want_program(struct refresh *refresh)
{
	refresh->program_wanted = true;
}

void
refresh_soon(struct refresh *refresh, int64_t now)
{
	refresh->next_poll = clock_earlier(refresh->next_poll, now);
}

static void
look_soon(struct refresh *refresh, int64_t when)
{
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		if (refresh->dirty[row])
			refresh->look_at = clock_earlier(refresh->look_at, when);
}

void
refresh_disturb(struct refresh *refresh, enum cz2_row row, int64_t now)
{
	if (!refresh_concerns(refresh, row))
		return;
	refresh->dirty[row] = true;
	refresh->skip_until[row] = INT64_MIN; /* what is written is there */
	look_soon(refresh, now + DISTURBED_MS);
}

int64_t
refresh_wake(const struct refresh *refresh)
{
	int64_t wake = clock_earlier(refresh->look_at, refresh->next_poll);

	/* Nobody asks a silent panel for its program. */
	return model_connected(refresh->model) ? clock_earlier(wake, refresh->lazy_at) : wake;
}

/* ------------------------------------------------------------------------
 * Beginning
 */

/* Of what is due by itself. */
static enum refresh_kind
kind_due(const struct refresh *refresh, int64_t now)
{
	if (now >= refresh->next_poll)
		return REFRESH_POLL;
	return now >= refresh->look_at ? REFRESH_DIRTY : REFRESH_LAZY;
}

bool
refresh_start(struct refresh *refresh, bool forced, bool overhearing, int64_t now)
{
	if (!forced && now < refresh_wake(refresh))
		return false;
	refresh->kind = kind_due(refresh, now);
	/* Who asks for one thing again and again must not keep others from what is due. */
	if (forced && refresh->wanted > refresh->kind)
		refresh->kind = refresh->wanted;
	refresh->program = refresh->program_wanted;
	if (refresh->full && (refresh->kind >= REFRESH_POLL || refresh->program))
		refresh->kind = REFRESH_FULL;
	refresh->source = forced ? CZ2_SOURCE_FORCE : CZ2_SOURCE_POLL;
	refresh->wanted = REFRESH_DIRTY;
	refresh->program_wanted = false;
	refresh->look_at = INT64_MAX;
	refresh->failed = false;
	refresh->active = true;
	model_hold(refresh->model, refresh->kind == REFRESH_FULL);
	refresh_plan(refresh, overhearing, now);
	return true;
}

bool
refresh_active(const struct refresh *refresh)
{
	return refresh->active;
}

/* ------------------------------------------------------------------------
 * Carrying out
 */

bool
refresh_next(struct refresh *refresh, struct cz2_request *request)
{
	const struct cz2_row_info *info;

	if (refresh->index == refresh->count || refresh->failed)
		return false;
	info = cz2_row_info(refresh->rows[refresh->index]);
	*request = (struct cz2_request){
		.function = CZ2_READ,
		.device = info->device,
		.table = info->table,
		.row = info->row,
		.length = info->length,
		.attempts = 1,
		.deadline = INT64_MAX,
	};
	return true;
}

static void
next_row(struct refresh *refresh)
{
	refresh->index++;
	refresh->tries = 0;
}

static void
take(struct refresh *refresh, enum cz2_row row, const struct cz2_result *result)
{
	struct cz2_image image = {
		.length = result->length,
		.source = refresh->source,
		.time = result->asked,
	};

	memcpy(image.bytes, result->bytes, result->length);
	model_apply(refresh->model, row, &image);
	if (!model_outdated_since(refresh->model, row, image.time))
		refresh->dirty[row] = false;
}

/* The wall unit's rows that each panel has: without an answer to these there is none. */
static bool
essential(enum cz2_row row)
{
	return cz2_row_info(row)->refresh == CZ2_REFRESH_ALWAYS &&
	       cz2_row_info(row)->device == CZ2_ADDRESS_UI;
}

static void
skip(struct refresh *refresh, enum cz2_row row, int64_t until)
{
	refresh->skip_until[row] = until;
	refresh->dirty[row] = false;
	next_row(refresh);
}

/* A row that this panel has shown is there: replies get lost, and it stays due. */
static bool
answered_before(const struct refresh *refresh, enum cz2_row row)
{
	const struct cz2_image *image = model_image(refresh->model, row);

	return image->length != 0 && image->source != CZ2_SOURCE_RESTORED;
}

static int64_t
next_lazy(const struct refresh *refresh, int64_t now)
{
	return clock_later(now + LAZY_PAUSE_MS, refresh_lazy_due(refresh));
}

/* What it was written for may wait for a day of the program: that is not left for an hour. */
static void
skip_silent(struct refresh *refresh, enum cz2_row row, int64_t now)
{
	bool lazy = cz2_row_info(row)->refresh == CZ2_REFRESH_LAZY;

	if (!answered_before(refresh, row))
		skip(refresh, row, now + SILENT_MS);
	else
		skip(refresh, row, lazy ? now + LAZY_AGAIN_MS : now);
	if (lazy && refresh->lazy_at != INT64_MAX)
		refresh->lazy_at = clock_earlier(refresh->lazy_at, next_lazy(refresh, now));
}

/* Who waits for the program wants to know each day of it. */
static bool
awaited(const struct refresh *refresh, enum cz2_row row)
{
	return essential(row) ||
	       (refresh->program && cz2_row_info(row)->refresh == CZ2_REFRESH_LAZY);
}

void
refresh_result(struct refresh *refresh, const struct cz2_result *result, int64_t now)
{
	/* Nobody presses a panel that is silent: one question shows whether it is back. */
	int attempts = model_connected(refresh->model) ? refresh->attempts : 1;
	enum cz2_row row = refresh->rows[refresh->index];

	refresh->tries += result->sends;
	if (result->error == CZ2_OK) {
		take(refresh, row, result);
		next_row(refresh);
	} else if (result->error == CZ2_EREFUSED && !essential(row)) {
		skip(refresh, row, now + REFUSED_MS);
	} else if (result->error == CZ2_ETIMEOUT && refresh->tries < attempts) {
		return;
	} else if (result->error == CZ2_ETIMEOUT && !awaited(refresh, row)) {
		skip_silent(refresh, row, now);
	} else {
		refresh->failed = true;
	}
}

/* Nobody waits for it, so nobody is told, and a panel that did not answer is no news. */
static void
end_lazy(struct refresh *refresh, int64_t now)
{
	refresh->active = false;
	refresh->lazy_at = next_lazy(refresh, now);
	look_soon(refresh, now + DISTURBED_MS);
}

int
refresh_end(struct refresh *refresh, int64_t now)
{
	bool failed = refresh->failed;

	if (refresh->kind == REFRESH_LAZY && !refresh->program) {
		end_lazy(refresh, now);
		return CZ2_OK;
	}
	refresh->active = false;
	if (failed)
		refresh->next_poll = now + RETRY_MS;
	else if (refresh->kind >= REFRESH_POLL)
		refresh->next_poll = now + refresh->interval_ms;
	if (!failed && refresh->kind == REFRESH_FULL) {
		refresh->full = false;
		refresh->lazy_at = clock_earlier(refresh->lazy_at, now + LAZY_AFTER_MS);
	}
	look_soon(refresh, now + (failed ? RETRY_MS : DISTURBED_MS));
	model_hold(refresh->model, false);
	model_refreshed(refresh->model, failed ? cz2_strerror(CZ2_ETIMEOUT) : NULL);
	return failed ? CZ2_ETIMEOUT : CZ2_OK;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The line belongs to the panel: a poll asks for at most nine rows when nothing is
 * overheard, and four when the panel's burst brings the rest by itself.
 */
#include "build.h"

#include "cz2d/engine/refresh.h"

#include <string.h>

#include <cz2/error.h>

#include "base/clock.h"
#include "cz2d/model/model.h"

enum {
	BUDGET_SILENT = 9,    /* rows of one refresh on a line without other traffic */
	BUDGET_OVERHEARING = 4,
	OVERHEARD_MS = 15000, /* one burst may be missed */
	SOON_S = 20,          /* CZ2_ROW_1_24 when it is the only source of a temperature */
	REFUSED_MS = 3600000, /* a row that the panel has not is asked for again after this */
	SILENT_MS = 600000,
	RETRY_MS = 1500,      /* between polls of a panel that does not answer */
	DISTURBED_MS = 400,   /* after a write, before what it did is looked at */
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
	if (cz2_row_info(row)->refresh == CZ2_REFRESH_NEVER)
		return;
	refresh->dirty[row] = true;
	look_soon(refresh, now + DISTURBED_MS);
}

int64_t
refresh_wake(const struct refresh *refresh)
{
	return clock_earlier(refresh->look_at, refresh->next_poll);
}

/* ------------------------------------------------------------------------
 * Planning
 */

/* Who asks for a status wants to know what the wall unit holds, not what it held of late. */
static bool
overheard(const struct refresh *refresh, enum cz2_row row, int64_t now)
{
	const struct cz2_image *image = model_image(refresh->model, row);

	if (refresh->kind != REFRESH_POLL && cz2_row_info(row)->device == CZ2_ADDRESS_UI)
		return false;
	return image->length != 0 && image->source == CZ2_SOURCE_SNIFF &&
	       now - image->time < OVERHEARD_MS;
}

static bool
each_zone_has_exact_temperature(const struct model *model)
{
	for (int zone = 1; zone <= model_zones(model); zone++)
		if (cz2_values_get(model_state(model), CZ2_TEMP_EXACT, zone) == CZ2_UNKNOWN)
			return false;
	return true;
}

/* Whether the row concerns this house and this kind of refresh at all. */
static bool
wanted(const struct refresh *refresh, enum cz2_row row, int64_t now)
{
	if (cz2_row_info(row)->refresh == CZ2_REFRESH_NEVER || now < refresh->skip_until[row])
		return false;
	if (row == CZ2_ROW_9_2 && model_zones(refresh->model) <= 4)
		return false;
	if (refresh->kind == REFRESH_DIRTY)
		return refresh->dirty[row];
	return refresh->kind == REFRESH_FULL || refresh->dirty[row] ||
	       !overheard(refresh, row, now);
}

/* How overdue a row is, in thousandths of the time it counts as fresh. */
static int64_t
overdue(const struct refresh *refresh, enum cz2_row row, int64_t now)
{
	const struct cz2_image *image = model_image(refresh->model, row);
	int64_t fresh_s = cz2_row_info(row)->fresh_s;

	if (image->length == 0)
		return INT64_MAX;
	if (row == CZ2_ROW_1_24 && !each_zone_has_exact_temperature(refresh->model))
		fresh_s = SOON_S;
	return (now - image->time) / fresh_s;
}

static void
add(struct refresh *refresh, enum cz2_row row)
{
	refresh->rows[refresh->count++] = row;
}

static void
add_always(struct refresh *refresh, int64_t now)
{
	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		enum cz2_row row = (enum cz2_row)id;
		bool always = cz2_row_info(row)->refresh == CZ2_REFRESH_ALWAYS ||
			      refresh->dirty[row];

		if (always && wanted(refresh, row, now))
			add(refresh, row);
	}
}

static bool
planned(const struct refresh *refresh, enum cz2_row row)
{
	for (int i = 0; i < refresh->count; i++)
		if (refresh->rows[i] == row)
			return true;
	return false;
}

/* The most overdue row that takes turns and is not planned yet. */
static enum cz2_row
most_overdue(const struct refresh *refresh, int64_t now)
{
	int64_t least = refresh->kind == REFRESH_POLL ? 1000 : INT64_MIN;
	enum cz2_row found = CZ2_ROW_NONE;

	for (int id = 0; id < CZ2_ROW_COUNT; id++) {
		enum cz2_row row = (enum cz2_row)id;

		if (cz2_row_info(row)->refresh != CZ2_REFRESH_TURNS ||
		    !wanted(refresh, row, now) || planned(refresh, row))
			continue;
		if (overdue(refresh, row, now) < least ||
		    (found != CZ2_ROW_NONE && overdue(refresh, row, now) == least))
			continue;
		least = overdue(refresh, row, now);
		found = row;
	}
	return found;
}

static void
add_turns(struct refresh *refresh, int budget, int64_t now)
{
	while (refresh->count < budget) {
		enum cz2_row row = most_overdue(refresh, now);

		if (row == CZ2_ROW_NONE)
			return;
		add(refresh, row);
	}
}

static void
plan(struct refresh *refresh, bool overhearing, int64_t now)
{
	refresh->count = refresh->index = refresh->tries = 0;
	add_always(refresh, now);
	if (refresh->kind == REFRESH_FULL)
		add_turns(refresh, CZ2_ROW_COUNT, now);
	else if (refresh->kind != REFRESH_DIRTY)
		add_turns(refresh, overhearing ? BUDGET_OVERHEARING : BUDGET_SILENT, now);
}

bool
refresh_start(struct refresh *refresh, bool forced, bool overhearing, int64_t now)
{
	if (!forced && now < refresh_wake(refresh))
		return false;
	if (forced)
		refresh->kind = refresh->wanted;
	else
		refresh->kind = now >= refresh->next_poll ? REFRESH_POLL : REFRESH_DIRTY;
	if (refresh->full && refresh->kind != REFRESH_DIRTY)
		refresh->kind = REFRESH_FULL;
	refresh->source = forced ? CZ2_SOURCE_FORCE : CZ2_SOURCE_POLL;
	refresh->wanted = REFRESH_DIRTY;
	refresh->look_at = INT64_MAX;
	refresh->failed = false;
	refresh->active = true;
	model_hold(refresh->model, refresh->kind == REFRESH_FULL);
	plan(refresh, overhearing, now);
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
	if (!model_written_since(refresh->model, row, image.time))
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
	} else if (result->error == CZ2_ETIMEOUT && !essential(row)) {
		skip(refresh, row, answered_before(refresh, row) ? now : now + SILENT_MS);
	} else {
		refresh->failed = true;
	}
}

int
refresh_end(struct refresh *refresh, int64_t now)
{
	bool failed = refresh->failed;

	refresh->active = false;
	if (failed)
		refresh->next_poll = now + RETRY_MS;
	else if (refresh->kind != REFRESH_DIRTY)
		refresh->next_poll = now + refresh->interval_ms;
	if (!failed && refresh->kind == REFRESH_FULL)
		refresh->full = false;
	look_soon(refresh, now + (failed ? RETRY_MS : DISTURBED_MS));
	model_hold(refresh->model, false);
	model_refreshed(refresh->model, failed ? cz2_strerror(CZ2_ETIMEOUT) : NULL);
	return failed ? CZ2_ETIMEOUT : CZ2_OK;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The line belongs to the panel: a poll asks for at most nine rows when nothing is
 * overheard, and four when the panel's burst brings the rest by itself. The program hardly
 * ever changes: it is read a row at a time.
 */
#include "build.h"

#include "cz2d/engine/refresh_plan.h"

#include <cz2/schedule.h>

#include "base/clock.h"
#include "cz2d/model/model.h"

enum {
	BUDGET_SILENT = 9,    /* rows of one refresh on a line without other traffic */
	BUDGET_OVERHEARING = 4,
	OVERHEARD_MS = 15000, /* one burst may be missed */
	SOON_S = 20,          /* CZ2_ROW_1_24 when it is the only source of a temperature */
};

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

bool
refresh_concerns(const struct refresh *refresh, enum cz2_row row)
{
	int zone, day;

	if (cz2_row_info(row)->refresh == CZ2_REFRESH_NEVER)
		return false;
	if (cz2_schedule_split(row, &zone, &day))
		return zone <= model_zones(refresh->model);
	return row != CZ2_ROW_9_2 || model_zones(refresh->model) > 4;
}

/* Whether the row concerns this house and this kind of refresh at all. */
static bool
wanted(const struct refresh *refresh, enum cz2_row row, int64_t now)
{
	if (!refresh_concerns(refresh, row) || now < refresh->skip_until[row])
		return false;
	if (refresh->kind == REFRESH_DIRTY)
		return refresh->dirty[row];
	return refresh->kind == REFRESH_FULL || refresh->dirty[row] ||
	       !overheard(refresh, row, now);
}

/* Whatever its age: it was never read, or somebody has written it since. */
static bool
outdated(const struct refresh *refresh, enum cz2_row row)
{
	const struct cz2_image *image = model_image(refresh->model, row);

	return image->length == 0 || model_outdated_since(refresh->model, row, image->time);
}

/* How overdue a row is, in thousandths of the time it counts as fresh. */
static int64_t
overdue(const struct refresh *refresh, enum cz2_row row, int64_t now)
{
	const struct cz2_image *image = model_image(refresh->model, row);
	int64_t fresh_s = cz2_row_info(row)->fresh_s;

	if (outdated(refresh, row))
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

/* ------------------------------------------------------------------------
 * The program
 */

static int64_t
due(const struct refresh *refresh, enum cz2_row row)
{
	const struct cz2_image *image = model_image(refresh->model, row);
	int64_t fresh_ms = cz2_row_info(row)->fresh_s * INT64_C(1000);

	return clock_later(refresh->skip_until[row],
			   outdated(refresh, row) ? INT64_MIN : image->time + fresh_ms);
}

/* The row of the program that is due first. */
static enum cz2_row
laziest(const struct refresh *refresh)
{
	enum cz2_row first = CZ2_ROW_SCHEDULE;

	for (int id = CZ2_ROW_SCHEDULE; id < CZ2_ROW_COUNT; id++) {
		enum cz2_row row = (enum cz2_row)id;

		if (refresh_concerns(refresh, row) && due(refresh, row) < due(refresh, first))
			first = row;
	}
	return first;
}

int64_t
refresh_lazy_due(const struct refresh *refresh)
{
	return due(refresh, laziest(refresh));
}

static void
add_program(struct refresh *refresh)
{
	for (int id = CZ2_ROW_SCHEDULE; id < CZ2_ROW_COUNT; id++) {
		enum cz2_row row = (enum cz2_row)id;

		if (refresh_concerns(refresh, row) && !planned(refresh, row))
			add(refresh, row);
	}
}

/* ------------------------------------------------------------------------
 * Everything
 */

void
refresh_plan(struct refresh *refresh, bool overhearing, int64_t now)
{
	refresh->count = refresh->index = refresh->tries = 0;
	if (refresh->kind == REFRESH_LAZY) {
		if (refresh_lazy_due(refresh) <= now)
			add(refresh, laziest(refresh));
		return;
	}
	add_always(refresh, now);
	if (refresh->kind == REFRESH_FULL)
		add_turns(refresh, CZ2_ROW_COUNT, now);
	else if (refresh->kind != REFRESH_DIRTY)
		add_turns(refresh, overhearing ? BUDGET_OVERHEARING : BUDGET_SILENT, now);
	if (refresh->program)
		add_program(refresh);
}

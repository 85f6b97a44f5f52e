/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A look at both clocks after each poll, and what follows from it.
 */
#include "build.h"

#include "cz2d/clock/clock_keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/clock.h>

#include "base/clock.h"
#include "base/host_clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/clock/clock_rule.h"
#include "cz2d/config/config.h"
#include "cz2d/engine/engine.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_clock.h"
#include "cz2d/model/panel_program.h"

enum { SECOND_MS = 1000, MINUTE_S = 60, TIME_MAX = 16 };

struct clock_keeper {
	const struct config *config;
	struct model *model;
	struct engine *engine;
	struct ledger *ledger;
	struct clock_memory memory;
	ledger_id entry; /* the command under way; 0: none */
};

/* ------------------------------------------------------------------------
 * How things are
 */

/* False while some zone's week is not known. */
static bool
find_starts(const struct model *model, bool starts[CLOCK_QUARTERS])
{
	struct cz2_day week[CZ2_DAYS];
	int64_t oldest;

	memset(starts, 0, CLOCK_QUARTERS * sizeof starts[0]);
	for (int zone = 1; zone <= model_zones(model); zone++) {
		if (!panel_week(model, zone, week, &oldest))
			return false;
		for (int i = 0; i < CZ2_DAYS * CZ2_PERIODS; i++) {
			int day = i / CZ2_PERIODS;
			int start = week[day].periods[i % CZ2_PERIODS].start;

			if (start == CZ2_UNKNOWN)
				return false;
			starts[(day * CZ2_DAY_MINUTES + start) / CZ2_START_STEP] = true;
		}
	}
	return true;
}

static int64_t
week_start(int64_t now)
{
	return now - host_clock_week_ms(clock_wall_us());
}

static struct cz2_command
wish_at(int64_t now)
{
	struct cz2_command wish;

	cz2_command_init(&wish);
	cz2_command_set_clock(&wish, week_start(now));
	return wish;
}

/* It is wanted, and there is nothing in the way that the log tells of already. */
static bool
is_wanted(const struct clock_keeper *keeper, int64_t now)
{
	struct cz2_command wish = wish_at(now);

	return keeper->config->clock.sync == CONFIG_CLOCK_AUTO &&
	       engine_reachable(keeper->engine) == CZ2_OK &&
	       engine_check(keeper->engine, &wish, now) == CZ2_OK;
}

/* ------------------------------------------------------------------------
 * What follows
 */

/* What could not be sent at all may be given once more, though not at once. */
static void
on_ended(void *self, const struct record *record, const struct outcome *outcome, int64_t now)
{
	struct clock_keeper *keeper = self;

	(void)now;
	keeper->entry = 0;
	if (outcome->error != CZ2_OK && record->sent_us == 0)
		clock_rule_missed(&keeper->memory);
}

static void
set_clock(struct clock_keeper *keeper, int64_t now)
{
	struct ledger_order order = {
		.command = "clock.set",
		.user = "cz2d",
		.source = RECORD_SCHEDULE,
		.params = "{\"sync\":true}",
		.wish = wish_at(now),
	};
	struct ledger_caller caller = {.self = keeper, .ended = on_ended};

	if (ledger_submit(keeper->ledger, &order, &caller, now, &keeper->entry) == CZ2_OK)
		return;
	keeper->entry = 0;
	clock_rule_missed(&keeper->memory);
}

static const char *
reason_of(const struct clock_keeper *keeper, const struct clock_view *view)
{
	if (keeper->config->clock.sync != CONFIG_CLOCK_AUTO)
		return "";
	if (!view->wanted)
		return "; it cannot be set now";
	if (!view->synchronized)
		return "; it stays, as this machine has not heard the right time";
	return keeper->memory.set ? "; setting it did not help"
				  : "; for a day there was no moment to set it";
}

/* "wed 17:30" */
static const char *
time_text(int second, char out[TIME_MAX])
{
	int minute = second / MINUTE_S;
	int of_day = minute % CZ2_DAY_MINUTES;

	snprintf(out, TIME_MAX, "%s %02d:%02d", json_day_names[minute / CZ2_DAY_MINUTES],
		 of_day / 60, of_day % 60);
	return out;
}

static void
tell(const struct clock_keeper *keeper, const struct clock_view *view)
{
	char panel[TIME_MAX], host[TIME_MAX];

	log_warning("panel", "the panel's clock is %s that of this machine: %s, not %s%s",
		    cz2_clock_ahead(view->panel, view->host) < 0 ? "behind" : "ahead of",
		    time_text(view->panel, panel), time_text(view->host, host),
		    reason_of(keeper, view));
}

static void
look(struct clock_keeper *keeper, int64_t now)
{
	bool starts[CLOCK_QUARTERS];
	int64_t wall_us = clock_wall_us();
	struct clock_view view = {.now = now, .zone = host_clock_zone_s(wall_us),
				  .host = (int)(host_clock_week_ms(wall_us) / SECOND_MS)};

	if (!model_connected(keeper->model) || !panel_clock(keeper->model, now, &view.panel))
		return;
	view.wanted = is_wanted(keeper, now);
	view.synchronized = view.wanted && host_clock_is_synchronized();
	view.starts = find_starts(keeper->model, starts) ? starts : NULL;
	switch (clock_rule(&keeper->memory, &view)) {
	case CLOCK_REST:
		break;
	case CLOCK_TELL:
		tell(keeper, &view);
		break;
	case CLOCK_SET:
		set_clock(keeper, now);
		break;
	}
}

static void
on_changed(void *self, unsigned events, const bool *changed)
{
	struct clock_keeper *keeper = self;

	(void)changed;
	if ((events & MODEL_REFRESHED) == 0 || keeper->entry != 0)
		return;
	if (keeper->config->clock.sync == CONFIG_CLOCK_OFF)
		keeper->memory = (struct clock_memory){0};
	else
		look(keeper, clock_now());
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct clock_keeper *
clock_keeper_new(const struct config *config, struct model *model, struct engine *engine,
		 struct ledger *ledger)
{
	struct clock_keeper *keeper = mem_new(1, sizeof *keeper);
	struct model_observer observer = {.self = keeper, .changed = on_changed};

	keeper->config = config;
	keeper->model = model;
	keeper->engine = engine;
	keeper->ledger = ledger;
	model_observe(model, &observer);
	return keeper;
}

struct clock_keeper *
clock_keeper_free(struct clock_keeper *keeper)
{
	if (keeper == NULL)
		return NULL;
	model_unobserve(keeper->model, keeper);
	ledger_forget(keeper->ledger, keeper->entry);
	free(keeper);
	return NULL;
}

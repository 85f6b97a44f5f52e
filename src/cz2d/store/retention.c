/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * When commands are forgotten, and how fast. Which they are is store's matter. After a
 * failure nothing is urgent: the disk has other worries then.
 */
#include "build.h"

#include "cz2d/store/retention.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/store/store.h"

enum {
	HOUR_MS = 60 * 60 * 1000,
	DAY_MS = 24 * HOUR_MS,
	PAUSE_MS = 200, /* between two visits to the disk of one round */
};

struct retention {
	uv_timer_t timer;
	struct store *store;
	int days;
	int64_t forgotten; /* in this round */
	bool stopped;
};

static void
visit(uv_timer_t *timer);

static void
wait_for(struct retention *retention, int64_t ms)
{
	if (!retention->stopped)
		uv_timer_start(&retention->timer, visit, (uint64_t)ms, 0);
}

static void
end_round(struct retention *retention)
{
	if (retention->forgotten > 0)
		log_info("store", "forgot %lld commands that were older than %d days",
			 (long long)retention->forgotten, retention->days);
	retention->forgotten = 0;
}

static void
on_forgotten(void *self, int count)
{
	struct retention *retention = self;

	if (count > 0) {
		retention->forgotten += count;
		wait_for(retention, PAUSE_MS);
		return;
	}
	end_round(retention);
	wait_for(retention, count < 0 ? HOUR_MS : DAY_MS);
}

static void
visit(uv_timer_t *timer)
{
	struct retention *retention = timer->data;
	int64_t age_us = retention->days * (INT64_C(1000) * DAY_MS);

	store_forget_before(retention->store, clock_wall_us() - age_us, on_forgotten, retention);
}

struct retention *
retention_new(uv_loop_t *loop, struct store *store, int days)
{
	struct retention *retention = mem_new(1, sizeof *retention);

	retention->store = store;
	retention->days = days;
	retention->timer.data = retention;
	uv_timer_init(loop, &retention->timer);
	wait_for(retention, 0);
	return retention;
}

void
retention_stop(struct retention *retention)
{
	if (retention == NULL || retention->stopped)
		return;
	retention->stopped = true;
	uv_close((uv_handle_t *)&retention->timer, NULL);
}

struct retention *
retention_free(struct retention *retention)
{
	free(retention);
	return NULL;
}

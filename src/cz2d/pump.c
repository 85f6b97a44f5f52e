/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The event loop's side of the bus. Everything that has a clock in it is told
 * the time from here; nothing below knows of libuv.
 */
#include "build.h"

#include "cz2d/pump.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/bus/bus.h"
#include "cz2d/engine/engine.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/model/model.h"
#include "link/link.h"

struct pump {
	struct link *link;
	struct bus *bus;
	struct engine *engine;
	struct ledger *ledger;
	struct model *model;

	uv_loop_t *loop;
	uv_timer_t timer;
	uv_prepare_t before_sleep;
	uv_poll_t *poll; /* of the link's descriptor; NULL while there is none */
	int fd;
	int events;
	int64_t armed;   /* when the timer fires; INT64_MAX: not at all */
};

static void
step(struct pump *pump);

static void
freed(uv_handle_t *handle)
{
	free(handle);
}

static void
unwatch(struct pump *pump)
{
	if (pump->poll == NULL)
		return;
	uv_poll_stop(pump->poll);
	uv_close((uv_handle_t *)pump->poll, freed);
	pump->poll = NULL;
	pump->fd = -1;
	pump->events = 0;
}

static void
on_ready(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	step(poll->data);
}

/*
 * A descriptor that hung up wakes the loop without end: it leaves the loop in
 * the same turn in which the link lets go of it.
 */
static void
watch(struct pump *pump)
{
	int fd = link_fd(pump->link);
	int events = link_state(pump->link) == LINK_OPENING ? UV_WRITABLE : UV_READABLE;

	if (fd != pump->fd)
		unwatch(pump);
	if (fd < 0 || (fd == pump->fd && events == pump->events))
		return;
	if (pump->poll == NULL) {
		pump->poll = mem_new(1, sizeof *pump->poll);
		pump->poll->data = pump;
		if (uv_poll_init(pump->loop, pump->poll, fd) != 0) {
			free(pump->poll);
			pump->poll = NULL;
			link_drop(pump->link, "cannot be waited for", clock_now());
			return;
		}
	}
	uv_poll_start(pump->poll, events, on_ready);
	pump->fd = fd;
	pump->events = events;
}

static int64_t
wake(const struct pump *pump, int64_t now)
{
	int64_t line = clock_earlier(bus_wake(pump->bus, now), engine_wake(pump->engine, now));

	return clock_earlier(line, ledger_wake(pump->ledger, now));
}

static void
on_timer(uv_timer_t *timer)
{
	struct pump *pump = timer->data;

	pump->armed = INT64_MAX;
	step(pump);
}

static void
arm(struct pump *pump, int64_t now)
{
	int64_t next = wake(pump, now);

	if (next == pump->armed)
		return;
	pump->armed = next;
	if (next == INT64_MAX) {
		uv_timer_stop(&pump->timer);
		return;
	}
	/* libuv counts from the start of its turn, which may have been a while ago. */
	uv_update_time(pump->loop);
	uv_timer_start(&pump->timer, on_timer, next > now ? (uint64_t)(next - now) : 1, 0);
}

static void
step(struct pump *pump)
{
	int64_t now = clock_now();

	bus_step(pump->bus, now);
	engine_step(pump->engine, now);
	watch(pump);
}

/* Whatever happened in this turn, also at the doors: start what is due, then tell. */
static void
on_before_sleep(uv_prepare_t *prepare)
{
	struct pump *pump = prepare->data;
	int64_t now = clock_now();

	ledger_step(pump->ledger, now);
	engine_step(pump->engine, now);
	if (bus_wake(pump->bus, now) <= now)
		step(pump);
	model_flush(pump->model);
	arm(pump, now);
}

struct pump *
pump_new(uv_loop_t *loop, struct link *link, struct bus *bus, struct engine *engine,
	 struct ledger *ledger, struct model *model)
{
	struct pump *pump = mem_new(1, sizeof *pump);

	pump->link = link;
	pump->bus = bus;
	pump->engine = engine;
	pump->ledger = ledger;
	pump->model = model;
	pump->loop = loop;
	pump->fd = -1;
	pump->armed = INT64_MAX;
	pump->timer.data = pump->before_sleep.data = pump;
	uv_timer_init(loop, &pump->timer);
	uv_prepare_init(loop, &pump->before_sleep);
	uv_prepare_start(&pump->before_sleep, on_before_sleep);
	return pump;
}

void
pump_stop(struct pump *pump)
{
	if (pump == NULL)
		return;
	unwatch(pump);
	uv_close((uv_handle_t *)&pump->timer, NULL);
	uv_close((uv_handle_t *)&pump->before_sleep, NULL);
}

struct pump *
pump_free(struct pump *pump)
{
	free(pump);
	return NULL;
}

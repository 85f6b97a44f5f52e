/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * See wire.h. The only global state is the wire itself: link.h gives its
 * functions no other place for it.
 */
#include "build.h"

#include "virtual/wire.h"

#include <stdlib.h>

#include "base/mem.h"
#include "link/link.h"

static struct {
	struct wire_end end;
	bool plugged;
	unsigned generation;
	int64_t since;
} wire;

/* ------------------------------------------------------------------------
 * link.h
 */

static const struct link_kind wire_kind = {.name = "wire"};

struct link *
link_new(const char *target)
{
	(void)target;
	return mem_new(1, 1);
}

struct link *
link_free(struct link *link)
{
	free(link);
	return NULL;
}

void
link_step(struct link *link, int64_t now)
{
	(void)link;
	(void)now;
}

int64_t
link_wake(const struct link *link)
{
	(void)link;
	return INT64_MAX;
}

enum link_state
link_state(const struct link *link)
{
	(void)link;
	return wire.plugged ? LINK_OPEN : LINK_CLOSED;
}

unsigned
link_generation(const struct link *link)
{
	(void)link;
	return wire.generation;
}

bool
link_tried(const struct link *link)
{
	(void)link;
	return true;
}

int64_t
link_since(const struct link *link)
{
	(void)link;
	return wire.since;
}

const struct link_kind *
link_kind(const struct link *link)
{
	(void)link;
	return &wire_kind;
}

int
link_fd(const struct link *link)
{
	(void)link;
	return -1;
}

size_t
link_read(struct link *link, uint8_t *bytes, size_t size, int64_t now)
{
	(void)link;
	return wire.plugged ? wire.end.give(wire.end.self, bytes, size, now) : 0;
}

int
link_write(struct link *link, const uint8_t *bytes, size_t length, int64_t now)
{
	(void)link;
	if (!wire.plugged)
		return CZ2_ECLOSED;
	wire.end.take(wire.end.self, bytes, length, now);
	return CZ2_OK;
}

void
link_drop(struct link *link, const char *why, int64_t now)
{
	(void)link;
	(void)why;
	(void)now;
	wire_plug(false);
}

const char *
link_why(const struct link *link)
{
	(void)link;
	return "";
}

void
wire_plug(bool in)
{
	if (in && !wire.plugged)
		wire.generation++;
	wire.plugged = in;
}

/* ------------------------------------------------------------------------
 * The core
 */

static struct link *the_link;

static void
on_overheard(void *self, enum cz2_row row, const uint8_t *payload, size_t length, int64_t asked,
	     int64_t now)
{
	engine_overheard(((struct core *)self)->engine, row, payload, length, asked, now);
}

static void
on_disturbed(void *self, enum cz2_row row, int64_t now)
{
	engine_disturbed(((struct core *)self)->engine, row, now);
}

static void
on_strayed(void *self, const struct cz2_frame *reply, int64_t now)
{
	engine_strayed(((struct core *)self)->engine, reply, now);
}

static void
on_link_changed(void *self, bool open, int64_t now)
{
	engine_link_changed(((struct core *)self)->engine, open, now);
}

struct engine_config
core_default_config(void)
{
	return (struct engine_config){
		.zones = WIRE_ZONES,
		.refresh_ms = 60000,
		.timeout_ms = 30000,
		.guard_ms = 250,
		.gap_ms = 20,
		.attempts = 4,
	};
}

void
core_open(struct core *core, const struct engine_config *config, const struct wire_end *end)
{
	struct bus_config bus = {.address = WIRE_ADDRESS, .gap_ms = 20};
	struct bus_observer observer = {
		.others = {.self = core, .overheard = on_overheard, .disturbed = on_disturbed},
		.self = core,
		.strayed = on_strayed,
		.link_changed = on_link_changed,
	};

	wire.end = *end;
	wire_plug(true);
	the_link = link_new("wire");
	if (core->now == 0)
		core->now = WIRE_EPOCH;
	core->model = model_new(config->zones, 300000);
	core->bus = bus_new(&bus, the_link, &observer, 7);
	core->engine = engine_new(config, core->bus, core->model);
	bus_step(core->bus, core->now);
}

void
core_close(struct core *core)
{
	core->engine = engine_free(core->engine);
	core->bus = bus_free(core->bus);
	core->model = model_free(core->model);
	the_link = link_free(the_link);
}

static int64_t
next_moment(const struct core *core)
{
	int64_t moments[] = {
		bus_wake(core->bus, core->now),
		engine_wake(core->engine, core->now),
		wire.end.wake(wire.end.self),
	};
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
		if (moments[i] < next)
			next = moments[i];
	return next;
}

bool
core_step(struct core *core, int64_t limit)
{
	int64_t next = next_moment(core);

	if (next <= core->now)
		next = core->now + 1;
	if (next > limit) {
		core->now = limit;
		return false;
	}
	core->now = next;
	bus_step(core->bus, core->now);
	engine_step(core->engine, core->now);
	model_flush(core->model);
	return true;
}

void
core_run(struct core *core, int64_t ms)
{
	int64_t until = core->now + ms;

	while (core_step(core, until))
		continue;
}

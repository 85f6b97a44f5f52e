/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Queue and schedule: whose turn it is on the bus, and who is told of the end.
 * How a command is carried out is in turn.c, which rows a refresh takes in
 * refresh.c.
 */
#include "build.h"

#include "cz2d/engine.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/bus.h"
#include "cz2d/model.h"
#include "cz2d/refresh.h"
#include "cz2d/turn.h"

enum {
	RETRY_MS = 1500,     /* between polls of a panel that does not answer */
	DISTURBED_MS = 400,  /* after somebody else's write, before it is looked at */
	ROOM_POLL_MS = 150,
	STOP_MS = 5000,      /* the turn under way may take so long when stopping */
};

enum waiter_state { FREE, WAITING, RUNNING };

/* Somebody who waits: for a command or for a refresh. */
struct waiter {
	enum waiter_state state;
	engine_id id;
	bool refresh;
	struct turn_member member; /* accepted and deadline: also of refreshes */
	struct cz2_warnings warnings;
	engine_done done;
	void *self;
};

struct engine {
	struct engine_config config;
	struct bus *bus;
	struct model *model;
	struct waiter waiters[ENGINE_QUEUE_MAX];
	int order[ENGINE_QUEUE_MAX]; /* indices of waiters, oldest first */
	int count;
	engine_id last_id;

	struct turn turn;
	bool turning;
	struct refresh refresh;
	bool asked_by_turn; /* whose request is on the bus */
	enum refresh_kind asked_kind; /* of the refresh that waiters want */
	enum refresh_kind refreshing; /* of the one under way */

	int64_t next_poll;
	int64_t look_at; /* when disturbed rows are read; INT64_MAX: none */
	bool full;       /* the next refresh reads every row: a new link */
	bool link_known, link_open;
	bool stopping;
	int64_t stop_by;
	int zone_count_told;
};

struct engine *
engine_new(const struct engine_config *config, struct bus *bus, struct model *model)
{
	struct engine *engine = mem_new(1, sizeof *engine);

	engine->config = *config;
	engine->bus = bus;
	engine->model = model;
	engine->next_poll = INT64_MIN;
	engine->look_at = INT64_MAX;
	engine->full = true;
	refresh_init(&engine->refresh, model, config->attempts);
	return engine;
}

struct engine *
engine_free(struct engine *engine)
{
	free(engine);
	return NULL;
}

/* ------------------------------------------------------------------------
 * Those who wait
 */

static struct waiter *
waiter_at(struct engine *engine, int position)
{
	return &engine->waiters[engine->order[position]];
}

static struct waiter *
waiter_add(struct engine *engine, engine_done done, void *self, int64_t now)
{
	int index = 0;

	if (engine->count == ENGINE_QUEUE_MAX)
		return NULL;
	while (engine->waiters[index].state != FREE)
		index++;
	engine->order[engine->count++] = index;
	engine->waiters[index] = (struct waiter){
		.state = WAITING,
		.id = ++engine->last_id,
		.member = {.accepted = now, .deadline = now + engine->config.timeout_ms},
		.done = done,
		.self = self,
	};
	return &engine->waiters[index];
}

static void
waiter_remove(struct engine *engine, int position)
{
	waiter_at(engine, position)->state = FREE;
	engine->count--;
	for (int i = position; i < engine->count; i++)
		engine->order[i] = engine->order[i + 1];
}

/* Tells the end. The slot is free before the caller hears of it: it may submit again. */
static void
finish(struct engine *engine, int position, const struct engine_outcome *outcome, int64_t now)
{
	struct waiter *waiter = waiter_at(engine, position);
	engine_done done = waiter->done;
	void *self = waiter->self;
	struct engine_outcome told = *outcome;

	told.warnings = waiter->warnings;
	waiter_remove(engine, position);
	if (done != NULL)
		done(self, &told, now);
}

static void
fail(struct engine *engine, int position, int error, int64_t now)
{
	struct engine_outcome outcome = {.error = error};

	cz2_command_init(&outcome.applied);
	finish(engine, position, &outcome, now);
}

/* The oldest waiter of a kind; -1 when there is none. Finishing one shifts the others, so
 * who finishes several asks anew after each. */
typedef bool (*waiter_kind)(const struct waiter *waiter, int64_t now);

static int
find(struct engine *engine, waiter_kind is, int64_t now)
{
	for (int position = 0; position < engine->count; position++)
		if (is(waiter_at(engine, position), now))
			return position;
	return -1;
}

static bool
is_any(const struct waiter *waiter, int64_t now)
{
	(void)waiter;
	(void)now;
	return true;
}

static bool
is_expired(const struct waiter *waiter, int64_t now)
{
	return now >= waiter->member.deadline;
}

static bool
is_waiting_refresh(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->refresh && waiter->state == WAITING;
}

static bool
is_running_refresh(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->refresh && waiter->state == RUNNING;
}

static bool
is_running_command(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return !waiter->refresh && waiter->state == RUNNING;
}

static bool
is_not_in_turn(const struct waiter *waiter, int64_t now)
{
	return !is_running_command(waiter, now);
}

static void
fail_all(struct engine *engine, waiter_kind is, int error, int64_t now)
{
	int position;

	while ((position = find(engine, is, now)) >= 0)
		fail(engine, position, error, now);
}

static void
finish_member(struct engine *engine, int position, int64_t now)
{
	struct waiter *waiter = waiter_at(engine, position);
	struct engine_outcome outcome = {0};

	turn_outcome(&engine->turn, &waiter->member, &outcome);
	turn_leave(&engine->turn, &waiter->member);
	if (outcome.error == CZ2_EUNCONFIRMED)
		log_warning("engine", "the panel fell silent after a write: what became of it "
				      "will be seen at the next refresh");
	finish(engine, position, &outcome, now);
}

static void
expire(struct engine *engine, int64_t now)
{
	int position;

	while ((position = find(engine, is_expired, now)) >= 0) {
		if (is_running_command(waiter_at(engine, position), now))
			finish_member(engine, position, now);
		else
			fail(engine, position, CZ2_ETIMEOUT, now);
	}
}

/* ------------------------------------------------------------------------
 * Accepting
 */

/* Why nothing can be asked of the panel now, or CZ2_OK. */
static int
reachable(const struct engine *engine)
{
	struct model_meta meta;

	if (engine->stopping)
		return CZ2_ESTOPPING;
	if (engine->link_known && !engine->link_open)
		return CZ2_ECLOSED;
	model_meta(engine->model, 0, &meta);
	/* The panel was asked and did not answer. Until it has been asked, wait. */
	return !meta.connected && meta.error != NULL ? CZ2_ETIMEOUT : CZ2_OK;
}

/* Why nothing may be written now, or CZ2_OK. */
static int
blocked(const struct engine *engine, int64_t now)
{
	if (engine->config.read_only)
		return CZ2_EREADONLY;
	if (cz2_values_get(model_state(engine->model), CZ2_INSTALLER_TEST, 0) == 1)
		return CZ2_ETESTMODE;
	return bus_conflict(engine->bus, now) ? CZ2_ECONFLICT : CZ2_OK;
}

int
engine_submit(struct engine *engine, const struct cz2_command *command,
	      const struct cz2_warnings *warnings, engine_done done, void *self, int64_t now,
	      engine_id *id)
{
	struct cz2_problem problem;
	struct waiter *waiter;
	int error = blocked(engine, now);

	if (error == CZ2_OK)
		error = cz2_command_check(command, &problem);
	if (error == CZ2_OK)
		error = reachable(engine);
	if (error != CZ2_OK)
		return error;
	waiter = waiter_add(engine, done, self, now);
	if (waiter == NULL)
		return CZ2_EBUSY;

	waiter->member.command = *command;
	waiter->warnings = *warnings;
	cz2_command_warn(command, model_state(engine->model), &waiter->warnings);
	if (engine->turning && turn_join(&engine->turn, &waiter->member))
		waiter->state = RUNNING;
	*id = waiter->id;
	return CZ2_OK;
}

int
engine_refresh(struct engine *engine, enum engine_refresh_kind how, engine_done done, void *self,
	       int64_t now, engine_id *id)
{
	int error = reachable(engine);
	struct waiter *waiter;

	if (error != CZ2_OK)
		return error;
	waiter = waiter_add(engine, done, self, now);
	if (waiter == NULL)
		return CZ2_EBUSY;
	waiter->refresh = true;
	if (how == ENGINE_REFRESH_ALL || engine->asked_kind != REFRESH_FULL)
		engine->asked_kind = how == ENGINE_REFRESH_ALL ? REFRESH_FULL : REFRESH_FORCED;
	*id = waiter->id;
	return CZ2_OK;
}

void
engine_forget(struct engine *engine, engine_id id)
{
	for (int i = 0; i < engine->count; i++)
		if (waiter_at(engine, i)->id == id)
			waiter_at(engine, i)->done = NULL;
}

int
engine_pending(const struct engine *engine)
{
	return engine->count;
}

/* ------------------------------------------------------------------------
 * Turns
 */

static void
take_result(void *self, const struct cz2_result *result, int64_t now);

static bool
start_turn(struct engine *engine, int64_t now)
{
	struct turn_config config = {.guard_ms = engine->config.guard_ms,
				     .attempts = engine->config.attempts};

	turn_begin(&engine->turn, &config, engine->model, now);
	for (int i = 0; i < engine->count; i++) {
		struct waiter *waiter = waiter_at(engine, i);

		if (waiter->state == WAITING && !waiter->refresh &&
		    turn_join(&engine->turn, &waiter->member)) {
			waiter->state = RUNNING;
			engine->turning = true;
		}
	}
	return engine->turning;
}

static void
end_turn(struct engine *engine, int64_t now)
{
	int position;

	engine->turning = false;
	while ((position = find(engine, is_running_command, now)) >= 0)
		finish_member(engine, position, now);
}

/* True when the turn put a request onto the bus. */
static bool
step_turn(struct engine *engine, int64_t now)
{
	struct cz2_request request;
	int room_ms;

	if (!engine->turning && !start_turn(engine, now))
		return false;
	if (!turn_next(&engine->turn, blocked(engine, now), now, &request, &room_ms)) {
		end_turn(engine, now);
		return false;
	}
	engine->asked_by_turn = true;
	if (bus_request(engine->bus, &request, room_ms, take_result, engine, now) != CZ2_OK) {
		struct cz2_result closed = {.error = CZ2_ECLOSED};

		turn_result(&engine->turn, &closed);
		end_turn(engine, now);
		return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * Refreshes
 */

static bool
start_refresh(struct engine *engine, int64_t now)
{
	bool forced = find(engine, is_waiting_refresh, now) >= 0;
	enum refresh_kind kind;

	if (forced)
		kind = engine->full ? REFRESH_FULL : engine->asked_kind;
	else if (now >= engine->next_poll)
		kind = engine->full ? REFRESH_FULL : REFRESH_POLL;
	else if (now >= engine->look_at)
		kind = REFRESH_DIRTY;
	else
		return false;

	for (int i = 0; i < engine->count; i++)
		if (waiter_at(engine, i)->refresh)
			waiter_at(engine, i)->state = RUNNING;
	engine->asked_kind = REFRESH_FORCED;
	engine->look_at = INT64_MAX;
	engine->refreshing = kind;
	refresh_begin(&engine->refresh, kind, forced, bus_rhythm_known(engine->bus, now), now);
	return true;
}

/* The panel knows how many zones it serves; the configuration may not. */
static void
compare_zone_count(struct engine *engine)
{
	int count = cz2_values_get(model_state(engine->model), CZ2_ZONE_COUNT, 0);

	if (count == CZ2_UNKNOWN || count == engine->zone_count_told)
		return;
	engine->zone_count_told = count;
	if (count != engine->config.zones)
		log_warning("engine",
			    "the panel says that it serves %d zones, the configuration says %d "
			    "(panel.zones)",
			    count, engine->config.zones);
}

static void
end_refresh(struct engine *engine, bool failed, int64_t now)
{
	struct engine_outcome outcome = {.error = failed ? CZ2_ETIMEOUT : CZ2_OK};
	int position;

	cz2_command_init(&outcome.applied);
	if (failed)
		engine->next_poll = now + RETRY_MS;
	else if (engine->refreshing != REFRESH_DIRTY)
		engine->next_poll = now + engine->config.refresh_ms;
	if (!failed && engine->refreshing == REFRESH_FULL)
		engine->full = false;
	model_refreshed(engine->model, failed ? cz2_strerror(CZ2_ETIMEOUT) : NULL);
	compare_zone_count(engine);
	while ((position = find(engine, is_running_refresh, now)) >= 0)
		finish(engine, position, &outcome, now);
}

static bool
step_refresh(struct engine *engine, int64_t now)
{
	struct cz2_request request;
	bool failed;

	if (engine->stopping || !engine->link_open)
		return false;
	if (!refresh_active(&engine->refresh) && !start_refresh(engine, now))
		return false;
	if (!refresh_next(&engine->refresh, &request, &failed)) {
		end_refresh(engine, failed, now);
		return false;
	}
	engine->asked_by_turn = false;
	return bus_request(engine->bus, &request, ROOM_POLL_MS, take_result, engine, now) ==
	       CZ2_OK;
}

/* ------------------------------------------------------------------------
 * Running
 */

static void
take_result(void *self, const struct cz2_result *result, int64_t now)
{
	struct engine *engine = self;

	if (result->error == CZ2_OK || result->error == CZ2_EREFUSED)
		model_answered(engine->model);
	if (engine->asked_by_turn)
		turn_result(&engine->turn, result);
	else
		refresh_result(&engine->refresh, result, now);
	engine_step(engine, now);
}

void
engine_step(struct engine *engine, int64_t now)
{
	expire(engine, now);
	if (bus_busy(engine->bus))
		return;
	/* A turn that ends may leave the next one waiting. */
	do {
		if (step_turn(engine, now))
			return;
	} while (engine->turning || (engine->count > 0 && start_turn(engine, now)));
	step_refresh(engine, now);
}

static int64_t
first_deadline(const struct engine *engine)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < engine->count; i++) {
		const struct waiter *waiter = &engine->waiters[engine->order[i]];

		if (waiter->member.deadline < first)
			first = waiter->member.deadline;
	}
	return first;
}

int64_t
engine_wake(const struct engine *engine, int64_t now)
{
	int64_t wake = first_deadline(engine);

	if (bus_busy(engine->bus) || !engine->link_open || engine->stopping)
		return wake;
	if (engine->count > 0 || refresh_active(&engine->refresh))
		return now;
	if (engine->look_at < wake)
		wake = engine->look_at;
	return engine->next_poll < wake ? engine->next_poll : wake;
}

void
engine_stop(struct engine *engine, int64_t now)
{
	if (engine->stopping)
		return;
	engine->stopping = true;
	engine->stop_by = now + STOP_MS;
	fail_all(engine, is_not_in_turn, CZ2_ESTOPPING, now);
}

bool
engine_idle(const struct engine *engine, int64_t now)
{
	return !engine->turning || (engine->stopping && now >= engine->stop_by);
}

void
engine_overheard(struct engine *engine, enum cz2_row row, const uint8_t *payload, size_t length,
		 int64_t now)
{
	struct cz2_image image = {.length = (uint8_t)length, .source = CZ2_SOURCE_SNIFF, .time = now};

	if (!cz2_row_matches(row, payload, length))
		return;
	for (size_t i = 0; i < length; i++)
		image.bytes[i] = payload[i];
	model_apply(engine->model, row, &image);
}

void
engine_disturbed(struct engine *engine, enum cz2_row row, int64_t now)
{
	model_disturbed(engine->model, row, now);
	/* A write that still waits for the line rests upon a copy that is outdated now. */
	if (engine->turning && engine->asked_by_turn && turn_writes(&engine->turn, row))
		bus_cancel(engine->bus);
	/* What the burst writes is overheard as well. */
	if (cz2_row_info(row)->overhear == CZ2_OVERHEAR_WRITE)
		return;
	refresh_disturb(&engine->refresh, row);
	if (refresh_dirty(&engine->refresh) && engine->look_at == INT64_MAX)
		engine->look_at = now + DISTURBED_MS;
}

void
engine_link_changed(struct engine *engine, bool open, int64_t now)
{
	engine->link_known = true;
	engine->link_open = open;
	refresh_reset(&engine->refresh);
	engine->full = true;
	engine->next_poll = now;
	if (open)
		return;
	model_disconnected(engine->model, cz2_strerror(CZ2_ECLOSED));
	if (engine->turning) {
		struct cz2_result closed = {.error = CZ2_ECLOSED};

		engine->turn.error = closed.error;
		end_turn(engine, now);
	}
	fail_all(engine, is_any, CZ2_ECLOSED, now);
}

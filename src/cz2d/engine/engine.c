/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The schedule: whose turn it is on the bus. Who waits is in queue.c, how a command is
 * carried out in turn.c, a raw request in probe.c, and a refresh in refresh.c.
 */
#include "build.h"

#include "cz2d/engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/bus/bus.h"
#include "cz2d/engine/doubt.h"
#include "cz2d/engine/pace.h"
#include "cz2d/engine/probe.h"
#include "cz2d/engine/queue.h"
#include "cz2d/engine/refresh.h"
#include "cz2d/engine/turn.h"
#include "cz2d/model/model.h"

enum {
	STOP_MS = 5000,      /* the turn under way may take so long when stopping */
	ROW_MS = 1000,       /* for each row of the program, when all of it is read */
};

/* Whose request is on the bus, or was last. */
enum asker { ASKER_TURN, ASKER_REFRESH, ASKER_PROBE };

struct engine {
	struct engine_config config;
	struct bus *bus;
	struct model *model;
	struct queue queue;
	struct turn turn;
	bool turning;
	struct refresh refresh;
	struct probe probe;
	bool probing;
	engine_id prober; /* who waits for it */
	enum asker asker;

	bool link_known, link_open;
	bool stopping;
	int64_t stop_by;
	int64_t pause_until; /* no turn begins before */
	int zone_count_told;
	struct doubt doubt;
};

_Static_assert((int)MEMBERS_MAX >= (int)ENGINE_QUEUE_MAX, "whoever waits may join");

struct engine *
engine_new(const struct engine_config *config, struct bus *bus, struct model *model)
{
	struct engine *engine = mem_new(1, sizeof *engine);

	engine->config = *config;
	engine->bus = bus;
	engine->model = model;
	engine->pause_until = INT64_MIN;
	refresh_init(&engine->refresh, model, config->attempts, config->refresh_ms);
	return engine;
}

struct engine *
engine_free(struct engine *engine)
{
	free(engine);
	return NULL;
}

/* ------------------------------------------------------------------------
 * The end of commands
 */

void
engine_doubt(struct engine *engine, const struct cz2_command *command, int64_t now)
{
	if (doubt_add(&engine->doubt, command, now))
		log_warning("engine", "a write was not confirmed: what became of it will be read "
				      "as soon as the panel answers");
	for (int place = 0; place < CZ2_COMMAND_ROWS; place++) {
		enum cz2_row in_doubt = cz2_command_row(&engine->doubt.command, place);
		enum cz2_row row = cz2_command_row(command, place);

		if (in_doubt != CZ2_ROW_NONE)
			refresh_disturb(&engine->refresh, in_doubt, now);
		if (row != CZ2_ROW_NONE)
			model_outdate(engine->model, row, now);
	}
}

void
engine_pause(struct engine *engine, int64_t until)
{
	engine->pause_until = clock_later(engine->pause_until, until);
}

static void
finish_member(struct engine *engine, int position, int64_t now)
{
	struct waiter *waiter = queue_at(&engine->queue, position);
	struct outcome outcome = {0};

	turn_outcome(&engine->turn, &waiter->member, &outcome);
	turn_leave(&engine->turn, &waiter->member);
	if (outcome.error == CZ2_OK)
		cz2_command_warn(&waiter->member.command, model_state(engine->model),
				 &waiter->warnings);
	if (outcome.error == CZ2_EUNCONFIRMED)
		engine_doubt(engine, &waiter->member.command, now);
	queue_finish(&engine->queue, position, &outcome, now);
}

/* True when the request on the bus is a write of this row, or of any. */
static bool
writes(const struct engine *engine, enum cz2_row row)
{
	if (engine->asker == ASKER_PROBE)
		return engine->probing && probe_writes(&engine->probe, row);
	return engine->turning && engine->asker == ASKER_TURN && turn_writes(&engine->turn, row);
}

/* A write that still waits for the line is not sent: who wished it is told so. */
static void
cancel_write(struct engine *engine)
{
	if (writes(engine, CZ2_ROW_NONE))
		bus_cancel(engine->bus);
}

/* Nobody may know what became of it: then the row is read soon, if it is one of ours. */
static void
end_probe(struct engine *engine, int64_t now)
{
	int position = queue_find(&engine->queue, waiter_is_running_raw, now);
	struct outcome outcome = {0};

	engine->probing = false;
	probe_outcome(&engine->probe, &outcome);
	if (outcome.error == CZ2_EUNCONFIRMED && engine->probe.known != CZ2_ROW_NONE)
		refresh_disturb(&engine->refresh, engine->probe.known, now);
	if (position >= 0)
		queue_finish(&engine->queue, position, &outcome, now);
}

static void
give_up_probe(struct engine *engine, int error, int64_t now)
{
	cancel_write(engine);
	probe_abort(&engine->probe, error);
	end_probe(engine, now);
}

static void
tell_sent(struct engine *engine, int64_t now)
{
	for (int i = 0; i < queue_count(&engine->queue); i++) {
		struct waiter *waiter = queue_at(&engine->queue, i);
		void (*sent)(void *self, int64_t now) = waiter->sent;

		if (!waiter->member.sent || sent == NULL)
			continue;
		waiter->sent = NULL;
		sent(waiter->self, now);
	}
}

static void
note_probe_sent(struct engine *engine, int64_t now)
{
	struct waiter *waiter = queue_get(&engine->queue, engine->prober);

	probe_sent(&engine->probe, now);
	if (waiter != NULL)
		waiter->member.sent = engine->probe.sent;
}

/* Whoever is answered before the result of the write is there must know that it left. */
static void
note_sent(struct engine *engine, int64_t now)
{
	if (!bus_asked(engine->bus))
		return;
	if (engine->asker == ASKER_TURN && engine->turning)
		turn_sent(&engine->turn);
	else if (engine->asker == ASKER_PROBE && engine->probing)
		note_probe_sent(engine, now);
	else
		return;
	tell_sent(engine, now);
}

static void
expire(struct engine *engine, int64_t now)
{
	int position;

	note_sent(engine, now);
	while ((position = queue_find(&engine->queue, waiter_is_expired, now)) >= 0) {
		const struct waiter *waiter = queue_at(&engine->queue, position);

		if (waiter_is_running_command(waiter, now))
			finish_member(engine, position, now);
		else if (waiter_is_running_raw(waiter, now))
			give_up_probe(engine, CZ2_ETIMEOUT, now);
		else
			queue_fail(&engine->queue, position, CZ2_ETIMEOUT, now);
	}
}

/* ------------------------------------------------------------------------
 * Accepting
 */

int
engine_reachable(const struct engine *engine)
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

/* What has to happen before a command may be sent is begun when its turn has come. */
static bool
is_prepared(struct engine *engine, struct waiter *waiter, int64_t now)
{
	void (*prepare)(void *self, int64_t now) = waiter->prepare;

	if (prepare == NULL || engine->turning)
		return waiter->prepared;
	waiter->prepare = NULL;
	prepare(waiter->self, now);
	return waiter->prepared;
}

/*
 * Who contradicts the turn waits for the next one. Others may go before him unless they
 * contradict him: of two such commands the later one has to win.
 */
static void
join_in_order(struct engine *engine, int64_t now)
{
	struct cz2_command left;

	cz2_command_init(&left);
	for (int i = 0; i < queue_count(&engine->queue); i++) {
		struct waiter *waiter = queue_at(&engine->queue, i);
		struct cz2_command both = left;

		if (waiter->refresh || waiter->is_raw || waiter->state != WAITER_WAITING)
			continue;
		if (cz2_command_merge(&both, &waiter->member.command) != CZ2_OK)
			return;
		if (is_prepared(engine, waiter, now) && turn_join(&engine->turn, &waiter->member))
			waiter->state = WAITER_RUNNING;
		else
			left = both;
	}
}

int
engine_check(const struct engine *engine, const struct cz2_command *command, int64_t now)
{
	struct cz2_problem problem;
	int error = blocked(engine, now);

	if (error == CZ2_OK)
		error = cz2_command_check(command, &problem);
	if (error == CZ2_OK && cz2_command_last_zone(command) > engine->config.zones)
		error = CZ2_EZONE;
	return error;
}

int
engine_check_raw(const struct engine *engine, const struct probe_wish *wish, int64_t now)
{
	if (wish->length == 0)
		return CZ2_OK;
	if (!engine->config.raw_writes || !probe_may_write(wish))
		return CZ2_EREADONLY;
	return blocked(engine, now);
}

int
engine_submit(struct engine *engine, const struct engine_order *order, int64_t now, engine_id *id)
{
	int64_t deadline = order->deadline != 0 ? order->deadline : now + engine->config.timeout_ms;
	struct waiter *waiter;
	int error = order->raw != NULL ? engine_check_raw(engine, order->raw, now)
				       : engine_check(engine, &order->command, now);

	if (error == CZ2_OK)
		error = engine_reachable(engine);
	if (error != CZ2_OK)
		return error;
	waiter = queue_add(&engine->queue, order->done, order->self, now, deadline);
	if (waiter == NULL)
		return CZ2_EBUSY;

	waiter->is_raw = order->raw != NULL;
	if (waiter->is_raw)
		waiter->raw = *order->raw;
	waiter->member.command = order->command;
	waiter->warnings = order->warnings;
	waiter->sent = order->sent;
	waiter->prepare = order->prepare;
	waiter->prepared = order->prepare == NULL;
	if (engine->turning)
		join_in_order(engine, now);
	*id = waiter->id;
	return CZ2_OK;
}

void
engine_prepared(struct engine *engine, engine_id id)
{
	struct waiter *waiter = queue_get(&engine->queue, id);

	if (waiter != NULL)
		waiter->prepared = true;
}

bool
engine_withdraw(struct engine *engine, engine_id id)
{
	const struct waiter *waiter = queue_get(&engine->queue, id);

	if (waiter == NULL || waiter->state == WAITER_RUNNING)
		return false;
	queue_withdraw(&engine->queue, id);
	return true;
}

bool
engine_open(const struct engine *engine)
{
	return !engine->turning || engine->turn.open;
}

/* When who asks now is told that it took too long: the program is many rows. */
static int64_t
refresh_deadline(const struct engine *engine, enum engine_refresh_kind how, int64_t now)
{
	int64_t rows = how == ENGINE_REFRESH_PROGRAM ? engine->config.zones * CZ2_DAYS : 0;

	return now + engine->config.timeout_ms + rows * ROW_MS;
}

static void
want_refresh(struct engine *engine, enum engine_refresh_kind how)
{
	if (how == ENGINE_REFRESH_PROGRAM)
		refresh_want_program(&engine->refresh);
	else
		refresh_want(&engine->refresh,
			     how == ENGINE_REFRESH_ALL ? REFRESH_FULL : REFRESH_FORCED);
}

int
engine_refresh(struct engine *engine, enum engine_refresh_kind how, engine_done done, void *self,
	       int64_t now, engine_id *id)
{
	int error = engine_reachable(engine);
	struct waiter *waiter;

	if (error != CZ2_OK)
		return error;
	waiter = queue_add(&engine->queue, done, self, now, refresh_deadline(engine, how, now));
	if (waiter == NULL)
		return CZ2_EBUSY;
	waiter->refresh = true;
	want_refresh(engine, how);
	*id = waiter->id;
	return CZ2_OK;
}

void
engine_look(struct engine *engine, enum cz2_row row, int64_t now)
{
	refresh_disturb(&engine->refresh, row, now);
}

void
engine_forget(struct engine *engine, engine_id id)
{
	queue_forget(&engine->queue, id);
}

int
engine_pending(const struct engine *engine)
{
	return queue_count(&engine->queue);
}

/* ------------------------------------------------------------------------
 * Turns
 */

static void
take_result(void *self, const struct cz2_result *result, int64_t now);

static bool
start_turn(struct engine *engine, int64_t now)
{
	struct turn_config config = {
		.guard_ms = engine->config.guard_ms,
		.gap_ms = engine->config.gap_ms,
		.doubt_ms = bus_reply_timeout(engine->bus) + CZ2_LATE_MS,
		.attempts = engine->config.attempts,
	};

	if (now < engine->pause_until)
		return false;
	turn_begin(&engine->turn, &config, engine->model, now);
	join_in_order(engine, now);
	engine->turning = queue_find(&engine->queue, waiter_is_running_command, now) >= 0;
	return engine->turning;
}

static void
end_turn(struct engine *engine, int64_t now)
{
	int position;

	engine->turning = false;
	if (engine->turn.error == CZ2_ETIMEOUT)
		refresh_soon(&engine->refresh, now);
	while ((position = queue_find(&engine->queue, waiter_is_running_command, now)) >= 0)
		finish_member(engine, position, now);
}

static void
give_up_turn(struct engine *engine, int error, int64_t now)
{
	note_sent(engine, now);
	cancel_write(engine);
	turn_abort(&engine->turn, error);
	end_turn(engine, now);
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
	engine->asker = ASKER_TURN;
	if (bus_request(engine->bus, &request, room_ms, take_result, engine, now) != CZ2_OK) {
		give_up_turn(engine, CZ2_ECLOSED, now);
		return false;
	}
	return true;
}

/* ------------------------------------------------------------------------
 * Raw requests
 */

static bool
start_probe(struct engine *engine, int64_t now)
{
	for (int i = 0; i < queue_count(&engine->queue); i++) {
		struct waiter *waiter = queue_at(&engine->queue, i);

		if (!waiter->is_raw || waiter->state != WAITER_WAITING)
			continue;
		if (waiter->raw.length != 0 && now < engine->pause_until)
			continue;
		if (!is_prepared(engine, waiter, now))
			continue;
		waiter->state = WAITER_RUNNING;
		engine->probing = true;
		engine->prober = waiter->id;
		probe_begin(&engine->probe, &waiter->raw, engine->model, engine->config.attempts,
			    engine->config.gap_ms, waiter->member.deadline, now);
		return true;
	}
	return false;
}

/* True when it put a request onto the bus. */
static bool
step_probe(struct engine *engine, int64_t now)
{
	struct cz2_request request;
	int room_ms;

	if (!engine->probing && !start_probe(engine, now))
		return false;
	if (!probe_next(&engine->probe, blocked(engine, now), now, &request, &room_ms)) {
		end_probe(engine, now);
		return false;
	}
	engine->asker = ASKER_PROBE;
	if (bus_request(engine->bus, &request, room_ms, take_result, engine, now) != CZ2_OK) {
		give_up_probe(engine, CZ2_ECLOSED, now);
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
	bool forced = queue_find(&engine->queue, waiter_is_waiting_refresh, now) >= 0;

	if (!refresh_start(&engine->refresh, forced, bus_rhythm_known(engine->bus, now), now))
		return false;
	for (int i = 0; i < queue_count(&engine->queue); i++)
		if (queue_at(&engine->queue, i)->refresh)
			queue_at(&engine->queue, i)->state = WAITER_RUNNING;
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
end_refresh(struct engine *engine, int64_t now)
{
	struct outcome outcome = {.error = refresh_end(&engine->refresh, now)};
	int position;

	cz2_command_init(&outcome.applied);
	doubt_settle(&engine->doubt, engine->model);
	compare_zone_count(engine);
	while ((position = queue_find(&engine->queue, waiter_is_running_refresh, now)) >= 0)
		queue_finish(&engine->queue, position, &outcome, now);
}

static bool
step_refresh(struct engine *engine, int64_t now)
{
	struct cz2_request request;

	if (engine->stopping || !engine->link_open)
		return false;
	if (!refresh_active(&engine->refresh) && !start_refresh(engine, now))
		return false;
	if (!refresh_next(&engine->refresh, &request)) {
		end_refresh(engine, now);
		return false;
	}
	engine->asker = ASKER_REFRESH;
	return bus_request(engine->bus, &request, PACE_ROOM_ONE_MS, take_result, engine, now) ==
	       CZ2_OK;
}

/* ------------------------------------------------------------------------
 * Running
 */

/* A raw request may have gone to somebody else. */
static bool
asked_panel(const struct engine *engine)
{
	int device = engine->probe.wish.device;

	return engine->asker != ASKER_PROBE || device == CZ2_ADDRESS_UI ||
	       device == CZ2_ADDRESS_PANEL;
}

static void
take_result(void *self, const struct cz2_result *result, int64_t now)
{
	struct engine *engine = self;

	if ((result->error == CZ2_OK || result->error == CZ2_EREFUSED) && asked_panel(engine))
		model_answered(engine->model, now);
	if (engine->asker == ASKER_TURN && engine->turning) {
		turn_result(&engine->turn, result, now);
		tell_sent(engine, now);
	} else if (engine->asker == ASKER_PROBE && engine->probing) {
		if (result->sends > 0)
			note_probe_sent(engine, now);
		tell_sent(engine, now);
		probe_result(&engine->probe, result, now);
		if (probe_is_over(&engine->probe))
			end_probe(engine, now); /* a turn may come next */
	} else if (engine->asker == ASKER_REFRESH) {
		refresh_result(&engine->refresh, result, now);
	}
	engine_step(engine, now);
}

/* Refreshes and raw requests take turns: who asks for row after row must not keep others
 * from the status. */
static bool
step_others(struct engine *engine, int64_t now)
{
	if (engine->asker == ASKER_PROBE)
		return step_refresh(engine, now) || step_probe(engine, now);
	return step_probe(engine, now) || step_refresh(engine, now);
}

/* A row that is being written is seen through before anything else. */
static bool
step_write(struct engine *engine, int64_t now)
{
	return engine->probing && probe_is_writing(&engine->probe) && step_probe(engine, now);
}

void
engine_step(struct engine *engine, int64_t now)
{
	expire(engine, now);
	if (engine->stopping && engine->turning && now >= engine->stop_by)
		give_up_turn(engine, CZ2_ESTOPPING, now);
	if (engine->stopping && engine->probing && now >= engine->stop_by)
		give_up_probe(engine, CZ2_ESTOPPING, now);
	if (bus_busy(engine->bus) || step_write(engine, now))
		return;
	/* Between two turns a refresh gets on by one request: who keeps giving commands must
	 * not keep others from the status. */
	do {
		if (step_turn(engine, now) || step_others(engine, now))
			return;
	} while (engine->turning || (queue_count(&engine->queue) > 0 && start_turn(engine, now)));
}

static bool
only_reads(const struct waiter *waiter)
{
	return waiter->refresh || (waiter->is_raw && waiter->raw.length == 0);
}

/* Whose preparation is under way will be prepared by whoever does that. */
static int64_t
first_begin(const struct engine *engine, int64_t now)
{
	int64_t turn = clock_later(now, engine->pause_until);
	int64_t first = INT64_MAX;

	for (int i = 0; i < engine->queue.count; i++) {
		const struct waiter *waiter = &engine->queue.waiters[engine->queue.order[i]];

		if (waiter_can_begin(waiter, now) || waiter->prepare != NULL)
			first = clock_earlier(first, only_reads(waiter) ? now : turn);
	}
	return first;
}

int64_t
engine_wake(const struct engine *engine, int64_t now)
{
	int64_t wake = queue_first_deadline(&engine->queue);

	if (engine->stopping && (engine->turning || engine->probing))
		wake = clock_earlier(wake, engine->stop_by);
	if (bus_busy(engine->bus) || !engine->link_open || engine->stopping)
		return wake;
	if (engine->turning || engine->probing || refresh_active(&engine->refresh))
		return now;
	wake = clock_earlier(wake, first_begin(engine, now));
	return clock_earlier(wake, refresh_wake(&engine->refresh));
}

void
engine_stop(struct engine *engine, int64_t now)
{
	if (engine->stopping)
		return;
	engine->stopping = true;
	engine->stop_by = now + STOP_MS;
	queue_fail_all(&engine->queue, waiter_is_not_in_turn, CZ2_ESTOPPING, now);
}

bool
engine_idle(const struct engine *engine)
{
	return !engine->turning && !engine->probing;
}

void
engine_overheard(struct engine *engine, enum cz2_row row, const uint8_t *payload, size_t length,
		 int64_t asked, int64_t now)
{
	struct cz2_image image = {
		.length = (uint8_t)length, .source = CZ2_SOURCE_SNIFF, .time = asked};

	if (!cz2_row_matches(row, payload, length))
		return;
	for (size_t i = 0; i < length; i++)
		image.bytes[i] = payload[i];
	model_apply(engine->model, row, &image);
	/* It may be what says that the installer is at work. */
	if (blocked(engine, now) != CZ2_OK)
		cancel_write(engine);
}

static void
distrust(struct engine *engine, enum cz2_row row, int64_t now)
{
	model_outdate(engine->model, row, now);
	/* A write that still waits for the line rests upon what is outdated now. */
	if (writes(engine, row))
		bus_cancel(engine->bus);
}

void
engine_disturbed(struct engine *engine, enum cz2_row row, int64_t now)
{
	distrust(engine, row, now);
	/* What the burst writes is overheard as well. */
	if (cz2_row_info(row)->overhear == CZ2_OVERHEAR_WRITE)
		return;
	refresh_disturb(&engine->refresh, row, now);
}

static bool
contradicts(const struct cz2_image *known, const struct cz2_frame *reply)
{
	return known->length != reply->length ||
	       memcmp(known->bytes, reply->payload, known->length) != 0;
}

/*
 * Replies carry no number: when a late one passed for the answer, the answer itself comes
 * behind it. Which of the two is the younger is not known: where one of them shows a row
 * otherwise than the other, neither is a ground to write upon.
 */
void
engine_strayed(struct engine *engine, const struct cz2_frame *reply, int64_t now)
{
	const uint8_t *payload = reply->payload;
	enum cz2_row row = cz2_row_find(reply->source, payload[1], payload[2]);

	if (engine->asker == ASKER_PROBE && engine->probing &&
	    probe_contradicted(&engine->probe, reply))
		bus_cancel(engine->bus);
	if (row != CZ2_ROW_NONE && cz2_row_matches(row, payload, reply->length) &&
	    contradicts(model_image(engine->model, row), reply))
		distrust(engine, row, now);
}

void
engine_link_changed(struct engine *engine, bool open, int64_t now)
{
	engine->link_known = true;
	engine->link_open = open;
	refresh_reset(&engine->refresh, open, now);
	if (open) {
		model_connecting(engine->model);
		return;
	}
	model_disconnected(engine->model, cz2_strerror(CZ2_ECLOSED));
	if (engine->turning)
		give_up_turn(engine, CZ2_ECLOSED, now);
	if (engine->probing)
		give_up_probe(engine, CZ2_ECLOSED, now);
	queue_fail_all(&engine->queue, waiter_is_any, CZ2_ECLOSED, now);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Places that keep their address while somebody waits in them (the turn points to
 * them), and their order.
 */
#include "build.h"

#include "cz2d/engine/queue.h"

#include <stddef.h>

bool
waiter_is_any(const struct waiter *waiter, int64_t now)
{
	(void)waiter;
	(void)now;
	return true;
}

bool
waiter_is_expired(const struct waiter *waiter, int64_t now)
{
	return now >= waiter->member.deadline;
}

bool
waiter_is_waiting_refresh(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->refresh && waiter->state == WAITER_WAITING;
}

bool
waiter_can_begin(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->state == WAITER_WAITING && (waiter->refresh || waiter->prepared);
}

bool
waiter_is_running_refresh(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->refresh && waiter->state == WAITER_RUNNING;
}

bool
waiter_is_running_command(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return !waiter->refresh && !waiter->is_raw && waiter->state == WAITER_RUNNING;
}

bool
waiter_is_running_raw(const struct waiter *waiter, int64_t now)
{
	(void)now;
	return waiter->is_raw && waiter->state == WAITER_RUNNING;
}

bool
waiter_is_not_in_turn(const struct waiter *waiter, int64_t now)
{
	return !waiter_is_running_command(waiter, now) && !waiter_is_running_raw(waiter, now);
}

struct waiter *
queue_add(struct queue *queue, engine_done done, void *self, int64_t now, int64_t deadline)
{
	int index = 0;

	if (queue->count == ENGINE_QUEUE_MAX)
		return NULL;
	while (queue->waiters[index].state != WAITER_FREE)
		index++;
	queue->order[queue->count++] = index;
	queue->waiters[index] = (struct waiter){
		.state = WAITER_WAITING,
		.id = ++queue->last_id,
		.member = {.accepted = now, .deadline = deadline},
		.done = done,
		.self = self,
	};
	return &queue->waiters[index];
}

int
queue_count(const struct queue *queue)
{
	return queue->count;
}

struct waiter *
queue_at(struct queue *queue, int position)
{
	return &queue->waiters[queue->order[position]];
}

int
queue_find(struct queue *queue, waiter_kind is, int64_t now)
{
	for (int position = 0; position < queue->count; position++)
		if (is(queue_at(queue, position), now))
			return position;
	return -1;
}

struct waiter *
queue_get(struct queue *queue, engine_id id)
{
	for (int position = 0; position < queue->count; position++)
		if (queue_at(queue, position)->id == id)
			return queue_at(queue, position);
	return NULL;
}

void
queue_forget(struct queue *queue, engine_id id)
{
	struct waiter *waiter = queue_get(queue, id);

	if (waiter == NULL)
		return;
	waiter->done = NULL;
	waiter->sent = waiter->prepare = NULL;
	waiter->prepared = true;
}

static void
take_out(struct queue *queue, int position)
{
	queue_at(queue, position)->state = WAITER_FREE;
	queue->count--;
	for (int i = position; i < queue->count; i++)
		queue->order[i] = queue->order[i + 1];
}

void
queue_withdraw(struct queue *queue, engine_id id)
{
	for (int position = 0; position < queue->count; position++) {
		if (queue_at(queue, position)->id != id)
			continue;
		take_out(queue, position);
		return;
	}
}

void
queue_finish(struct queue *queue, int position, const struct outcome *outcome, int64_t now)
{
	struct waiter *waiter = queue_at(queue, position);
	engine_done done = waiter->done;
	void *self = waiter->self;
	struct outcome told = *outcome;

	told.warnings = waiter->warnings;
	take_out(queue, position);
	if (done != NULL)
		done(self, &told, now);
}

void
queue_fail(struct queue *queue, int position, int error, int64_t now)
{
	struct outcome outcome = {.error = error};

	cz2_command_init(&outcome.applied);
	queue_finish(queue, position, &outcome, now);
}

void
queue_fail_all(struct queue *queue, waiter_kind is, int error, int64_t now)
{
	int position;

	while ((position = queue_find(queue, is, now)) >= 0)
		queue_fail(queue, position, error, now);
}

int64_t
queue_first_deadline(const struct queue *queue)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < queue->count; i++) {
		const struct waiter *waiter = &queue->waiters[queue->order[i]];

		if (waiter->member.deadline < first)
			first = waiter->member.deadline;
	}
	return first;
}

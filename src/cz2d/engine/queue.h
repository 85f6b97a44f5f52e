/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Those who wait for a command, a refresh or a raw request, oldest first, and how they are
 * told of the end. Whose turn it is decides the engine.
 */
#ifndef CZ2D_QUEUE_H
#define CZ2D_QUEUE_H

#include "cz2d/engine/engine.h"
#include "cz2d/engine/probe.h"
#include "cz2d/engine/turn.h"

enum waiter_state { WAITER_FREE, WAITER_WAITING, WAITER_RUNNING };

struct waiter {
	enum waiter_state state;
	engine_id id;
	bool refresh;              /* reads the status; */
	bool is_raw;               /* is a raw request; else a command */
	struct probe_wish raw;
	struct member member; /* accepted, deadline, sent: also of the others */
	struct cz2_warnings warnings;
	bool prepared; /* it may be sent */
	engine_done done;          /* NULL: nobody listens any more */
	void (*sent)(void *self, int64_t now);    /* NULL: told, or not of interest */
	void (*prepare)(void *self, int64_t now); /* NULL: asked, or not needed */
	void *self;
};

/* All members are private. */
struct queue {
	struct waiter waiters[ENGINE_QUEUE_MAX];
	int order[ENGINE_QUEUE_MAX]; /* indices of waiters, oldest first */
	int count;
	engine_id last_id;
};

/* A kind of waiter. */
typedef bool (*waiter_kind)(const struct waiter *waiter, int64_t now);

bool
waiter_is_any(const struct waiter *waiter, int64_t now);

bool
waiter_is_expired(const struct waiter *waiter, int64_t now);

bool
waiter_is_waiting_refresh(const struct waiter *waiter, int64_t now);

bool
waiter_can_begin(const struct waiter *waiter, int64_t now);

bool
waiter_is_running_refresh(const struct waiter *waiter, int64_t now);

bool
waiter_is_running_command(const struct waiter *waiter, int64_t now);

bool
waiter_is_running_raw(const struct waiter *waiter, int64_t now);

/* Everybody but those for whom the panel is being changed. */
bool
waiter_is_not_in_turn(const struct waiter *waiter, int64_t now);

/* NULL when the queue is full. */
struct waiter *
queue_add(struct queue *queue, engine_done done, void *self, int64_t now, int64_t deadline);

int
queue_count(const struct queue *queue);

/* position: 0 is the oldest. */
struct waiter *
queue_at(struct queue *queue, int position);

/*
 * The oldest waiter of a kind; -1 when there is none. Finishing one shifts the others,
 * so who finishes several asks anew after each.
 */
int
queue_find(struct queue *queue, waiter_kind is, int64_t now);

/* NULL when there is none with this handle any more. */
struct waiter *
queue_get(struct queue *queue, engine_id id);

/* The waiter with this handle will not be told. */
void
queue_forget(struct queue *queue, engine_id id);

/* The waiter with this handle never was. */
void
queue_withdraw(struct queue *queue, engine_id id);

/* Tells the end. The place is free before the caller hears of it: it may submit again. */
void
queue_finish(struct queue *queue, int position, const struct outcome *outcome, int64_t now);

/* The same for a failure before anything was done. */
void
queue_fail(struct queue *queue, int position, int error, int64_t now);

void
queue_fail_all(struct queue *queue, waiter_kind is, int error, int64_t now);

/* INT64_MAX when nobody waits. */
int64_t
queue_first_deadline(const struct queue *queue);

#endif

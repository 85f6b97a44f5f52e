/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A request that waits, for the three files that deal with those: api_wait.c (all of
 * them), api_submit.c (for a command), api_repeat.c (with an Idempotency-Key).
 */
#ifndef CZ2D_API_WAIT_H
#define CZ2D_API_WAIT_H

#include "cz2d/api/api_internal.h"

struct repeat;

struct api_wait {
	struct api_wait *next;
	struct api_wait **link; /* what points at this one */
	struct api *api;
	struct http_request *request; /* NULL: its client left */
	ledger_id order;   /* what it waits for; 0: not that */
	engine_id refresh;
	json_t *(*render)(const struct record *records, int count, int64_t total);
	bool changes; /* a device: */
	int device;
	struct api_wish wish;
	struct repeat *repeat;     /* it has a key; owned */
	struct api_wait *original; /* it repeats this one, and is answered alike */
};

struct api_wait *
api_wait_new(const struct api_call *call, const struct api_wish *wish);

void
api_wait_free(struct api_wait *wait);

/* Answers it, and all that repeat it, and frees them. The document is taken. */
void
api_wait_answer(struct api_wait *wait, int status, json_t *document);

/* The same with what became of a command or a refresh. */
void
api_wait_finish(struct api_wait *wait, const struct outcome *outcome, int64_t now);

/* Of a raw request: the same, in api_rows.c. */
void
api_rows_finish(struct api_wait *wait, const struct outcome *outcome, int64_t now);

/* It was not even begun, for an error; CZ2_OK: it was. */
void
api_wait_begun(struct api_wait *wait, int error);

/* Hands the command to the ledger; the texts of the order are the caller's. */
void
api_wait_submit(struct api_wait *wait, const struct ledger_order *order, int64_t now);

/*
 * The same of a request with an Idempotency-Key: only if it is not one that has come
 * before, which is answered as that one was.
 */
void
api_repeat_submit(struct api_wait *wait, const struct ledger_order *order, int64_t now);

struct repeat *
api_repeat_free(struct repeat *repeat);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Forgets commands that are older than anybody wants to know: at the start and once a day,
 * some at a time, so that no command waits for that.
 */
#ifndef CZ2D_RETENTION_H
#define CZ2D_RETENTION_H

#include <uv.h>

struct retention;
struct store;

/* The store is part of the loop already and outlives this. days: at least 1. */
struct retention *
retention_new(uv_loop_t *loop, struct store *store, int days);

/* No more is begun; the loop has to turn once more before the end. */
void
retention_stop(struct retention *retention);

/* After the loop has ended. */
struct retention *
retention_free(struct retention *retention);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Listens on a link without the daemon. Nothing here can send: the line belongs to others.
 */
#ifndef CZ2CTL_EAR_H
#define CZ2CTL_EAR_H

#include <cz2/reader.h>

#include "cz2ctl/event.h"

struct ear;

typedef void (*ear_heard)(void *self, const struct event *event);

/* link: a device, or HOST:PORT. Borrowed. Opened by the first ear_listen(). */
struct ear *
ear_new(const char *link, ear_heard heard, void *self);

struct ear *
ear_free(struct ear *ear);

/* Waits at most so long for bytes, and tells what they are. */
void
ear_listen(struct ear *ear, int wait_ms);

/* The link is open now. */
bool
ear_is_open(const struct ear *ear);

/* It could not be opened the first time. */
bool
ear_has_failed(const struct ear *ear);

/* Why it is not open, as a clause. */
const char *
ear_why(const struct ear *ear);

/* "serial", "pty" or "tcp". */
const char *
ear_kind(const struct ear *ear);

/* The wires look exchanged. */
bool
ear_swapped(const struct ear *ear);

const struct cz2_reader_counters *
ear_counters(const struct ear *ear);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The only way in from another thread: a bounded queue of small messages and a
 * pipe whose read end wakes the loop. Used where a library insists on threads.
 */
#ifndef BASE_MAILBOX_H
#define BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

/* size: bytes of one message; room: how many fit. NULL when out of memory or descriptors. */
struct mailbox *
mailbox_new(size_t size, size_t room);

struct mailbox *
mailbox_free(struct mailbox *mailbox);

/* From any thread, never blocks. False when full: the message is dropped. */
bool
mailbox_put(struct mailbox *mailbox, const void *message);

/* From the loop. Copies the oldest message out; false when there is none. */
bool
mailbox_get(struct mailbox *mailbox, void *message);

/* Readable while there are messages. get() until false empties it. */
int
mailbox_fd(const struct mailbox *mailbox);

#endif

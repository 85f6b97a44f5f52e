/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The other ends of a link, real ones on this machine: pseudo-terminals behind a
 * changing name, and sockets on loopback.
 */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "link/link.h"

enum { LOOPBACK_PATH_MAX = 128, LOOPBACK_PATIENCE_MS = 20000 };

/* A path in a new directory, which loopback_tidy() removes. */
void
loopback_new_path(char path[LOOPBACK_PATH_MAX]);

void
loopback_tidy(void);

/* A new pseudo-terminal; its other end, raw. The path leads to it from now on. */
int
loopback_new_pty(const char *path);

/* Listens at a loopback address and a port of the system's choice. -1: no such family here. */
int
loopback_listen(const char *address, int backlog, char target[LOOPBACK_PATH_MAX]);

/* Waits for a caller. */
int
loopback_accept(int listener);

void
loopback_write(int fd, const void *bytes, size_t length);

/* Exactly so many bytes. */
void
loopback_read(int fd, void *bytes, size_t length);

/* The same for the link. */
void
loopback_link_read(struct link *link, uint8_t *bytes, size_t length, int64_t now);

/* Steps the link as the loop would, at the time now, until it is in the state. */
void
loopback_step_until(struct link *link, enum link_state state, int64_t now);

/* Reads until the link has noticed its end. */
void
loopback_read_until_closed(struct link *link, int64_t now);

#endif

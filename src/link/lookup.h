/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * HOST:PORT into addresses. The C library's way to ask a name server blocks for
 * seconds, so that it is done on a thread of its own, which hands the answer over
 * by mailbox and ends. Addresses that are numbers need none of this.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stdbool.h>
#include <sys/socket.h>

enum { LOOKUP_FOUND_MAX = 4, LOOKUP_TEXT_MAX = 80, LOOKUP_WHY_MAX = 128 };

struct lookup_result {
	int count;
	char address[LOOKUP_FOUND_MAX][LOOKUP_TEXT_MAX]; /* NUMBERS:PORT, best first */
	char why[LOOKUP_WHY_MAX];                        /* a clause when count is 0 */
};

struct lookup;

/* 192.0.2.1:4001 or [2001:db8::1]:4001 into a socket address; false for anything else. */
bool
lookup_numeric(const char *target, struct sockaddr_storage *address, socklen_t *length);

/* Starts looking. NULL when out of descriptors. */
struct lookup *
lookup_new(const char *target);

/* Also while it is still looking: the thread then ends unheard. */
struct lookup *
lookup_free(struct lookup *lookup);

/* Readable when there is a result. */
int
lookup_fd(const struct lookup *lookup);

/* Once true, and never again; false while it is still looking. */
bool
lookup_take(struct lookup *lookup, struct lookup_result *result);

#endif

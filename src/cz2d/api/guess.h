/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who shows one wrong token after another has to wait, longer each time. Nobody else does,
 * and nobody is kept on the line. Who shows the same one for ever is a program that was
 * forgotten, and whoever shares its address should not suffer for it. Pure: time comes as
 * an argument.
 */
#ifndef CZ2D_GUESS_H
#define CZ2D_GUESS_H

#include <netinet/in.h>
#include <stdint.h>

enum {
	GUESS_FREE = 5,                    /* so many may be wrong */
	GUESS_WAIT_MAX_MS = 60 * 1000,     /* the longest pause */
	GUESS_MEMORY_MS = 10 * 60 * 1000,  /* after which nothing is known of somebody any more */
	GUESS_CLIENTS_MAX = 256,           /* more push out whose last guess was longest ago */
};

struct guess_client {
	struct in6_addr network;
	int failures; /* 0: a free place */
	uint64_t shown[GUESS_FREE]; /* the last ones */
	int64_t last, until;
};

struct guess {
	struct guess_client clients[GUESS_CLIENTS_MAX];
};

/* How long a token from there is not even looked at, in ms; 0: it is. */
int64_t
guess_wait(const struct guess *guess, const struct in6_addr *network, int64_t now);

/*
 * It was wrong; shown is a hash of it. The number of those in a row, 0 when it is one of the
 * last ones again.
 */
int
guess_failed(struct guess *guess, const struct in6_addr *network, uint64_t shown, int64_t now);

/* It was right: all is forgotten. */
void
guess_succeeded(struct guess *guess, const struct in6_addr *network);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What browsers tell of a request that others could not: by which name it was meant to
 * reach us (Host), and which page made it (Origin). A page from elsewhere that has given
 * its own name our address, or sends a form to us, betrays itself by them. Pure.
 */
#ifndef CZ2D_HTTP_ORIGIN_H
#define CZ2D_HTTP_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

enum { ORIGIN_NAME_SIZE = 256 };

/* Lists are borrowed, and ended by NULL. */
struct origin_rules {
	const char *const *hosts;   /* that we may be called; NULL: anything */
	const char *const *origins; /* of whom we take more than a GET */
	char machine[ORIGIN_NAME_SIZE]; /* what this machine is called, when hosts is empty */
};

/* A piece of a header. */
struct origin_text {
	const char *text; /* NULL: it is not there */
	size_t length;
};

/* Asks the system for its name. */
void
origin_init(struct origin_rules *rules, const char *const *hosts, const char *const *origins);

/*
 * May we be called so? Always by localhost and by any address, which no name server can
 * turn to us; without a Host nobody was called.
 */
bool
origin_knows_host(const struct origin_rules *rules, struct origin_text host);

/* Is the page from this very host? */
bool
origin_is_own(struct origin_text origin, struct origin_text host);

/* The origin as it is listed; NULL: it is not. */
const char *
origin_listed(const struct origin_rules *rules, struct origin_text origin);

#endif

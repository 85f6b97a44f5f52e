/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The file of tokens as it is in force. It is looked at before each use, so that a token
 * that was added or revoked counts at once.
 */
#ifndef CZ2D_ROSTER_H
#define CZ2D_ROSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "keys/tokens.h"

struct roster;

/* path: "" for none. */
struct roster *
roster_new(const char *path);

struct roster *
roster_free(struct roster *roster);

/* Reads the file again if it has changed; looks once a millisecond at most. */
void
roster_look(struct roster *roster, int64_t now);

/* Reads it again in any case, and says once more what is wrong with it. */
void
roster_reload(struct roster *roster);

/*
 * True when nobody was given a token. A file that cannot be read, or holds nothing but
 * broken lines, is not empty: somebody wanted to be asked.
 */
bool
roster_is_empty(const struct roster *roster);

/* Whose secret it is, until the next look; NULL: nobody's. */
const struct token *
roster_find(const struct roster *roster, const char *secret);

#endif

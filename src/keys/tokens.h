/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The file of tokens: who may come in with one, and what he may then do. A line for
 * each, blanks between the fields:
 *
 *	NAME SCOPES sha256:HASH [CREATED]
 *
 * Lines that are empty or begin with '#' mean nothing. The file holds no token, only its
 * hash: a random number of 256 bits cannot be found by trying, so the hash need not be slow.
 */
#ifndef KEYS_TOKENS_H
#define KEYS_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/crypt.h"
#include "keys/scope.h"

enum {
	TOKENS_MAX = 256,
	TOKENS_BYTES_MAX = 64 * 1024, /* of the file */
	TOKEN_NAME_SIZE = 65,
	TOKEN_LINE_SIZE = 256,
	TOKEN_CREATED_SIZE = 33,
	TOKEN_SECRET_SIZE = 4 + 64 + 1, /* "cz2_" and 256 bits in hex */
};

struct token {
	char name[TOKEN_NAME_SIZE];
	enum scope scope;
	uint8_t digest[CRYPT_DIGEST_SIZE];
	char created[TOKEN_CREATED_SIZE]; /* as it stands there; "" when it does not */
};

struct tokens {
	struct token list[TOKENS_MAX];
	int count;
	int broken; /* lines that are none */
};

/* 1 to 64 of A-Z, a-z, 0-9, '_', '.' and '-', and none of those that mean somebody else. */
bool
token_is_name(const char *name);

/* The name in a line, however broken the rest of it is; "" in one that means nothing. */
void
token_line_name(const char *line, size_t length, char name[TOKEN_NAME_SIZE]);

/*
 * Takes all tokens of a text; of each line that is none, complain is told why (it may be
 * NULL). Lines count from 1.
 */
void
tokens_parse(struct tokens *tokens, const char *text, size_t length,
	     void (*complain)(void *self, int line, const char *why), void *self);

/* The one of this name; NULL: there is none. */
const struct token *
tokens_named(const struct tokens *tokens, const char *name);

/* A new secret, and the line that lets it in; created is the time of day. */
void
token_make(const char *name, enum scope scope, const char *created,
	   char secret[TOKEN_SECRET_SIZE], char line[TOKEN_LINE_SIZE]);

/* Whose secret it is; NULL: nobody's. The time it takes tells nothing about the hashes. */
const struct token *
tokens_find(const struct tokens *tokens, const char *secret);

#endif

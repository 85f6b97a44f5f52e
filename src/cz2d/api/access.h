/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who is it, and may he? Judges by the door that somebody came through and by the token
 * that he shows. Knows no HTTP beyond the text of Authorization.
 */
#ifndef CZ2D_ACCESS_H
#define CZ2D_ACCESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "keys/scope.h"
#include "keys/tokens.h"

struct access;

struct access_config {
	const char *tokens;   /* path of the file, "" for none */
	bool allow_anonymous; /* from anywhere */
};

/* What somebody brings. */
struct access_claim {
	const char *authorization; /* the header; NULL: none */
	bool local;                /* on the Unix socket: the system says who he is */
	bool loopback;             /* from this machine */
	struct in6_addr network;   /* whose guesses count together */
	const char *peer;          /* the same for people */
	int64_t now;
};

enum access_answer {
	ACCESS_GRANTED,
	ACCESS_NOBODY,    /* no token, and one is needed */
	ACCESS_MALFORMED, /* Authorization is no bearer token */
	ACCESS_UNKNOWN,   /* a token that we do not know */
	ACCESS_TOO_LITTLE, /* the scope does not suffice */
	ACCESS_TOO_OFTEN   /* too many wrong ones came from there: not even looked at */
};

struct access_verdict {
	enum access_answer answer;
	enum scope scope;           /* that he has */
	int64_t wait_ms;            /* with ACCESS_TOO_OFTEN: so long */
	char name[TOKEN_NAME_SIZE]; /* of the token, or "anonymous"; "" when the system knows him */
};

struct access *
access_new(const struct access_config *config);

struct access *
access_free(struct access *access);

/* Reads the tokens again. */
void
access_reload(struct access *access);

/* May he do what needs this scope? */
struct access_verdict
access_judge(struct access *access, const struct access_claim *claim, enum scope needed);

#endif

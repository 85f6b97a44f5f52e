/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The rules. Who shows something that is no token of ours is refused even where he would
 * have got in without: he believes to be somebody whom we do not know.
 */
#include "build.h"

#include "cz2d/api/access.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/api/guess.h"
#include "cz2d/api/roster.h"
#include "keys/crypt.h"

enum {
	SECRET_MAX = 256,
	COMPLAIN_MS = 60 * 1000, /* at most one warning in this time */
};

struct access {
	bool allow_anonymous;
	struct roster *roster;
	struct guess guess;
	int64_t complained;
};

/* The token in "Bearer TOKEN"; NULL: there is none. */
static const char *
secret_in(const char *authorization)
{
	static const char scheme[] = "Bearer ";
	size_t length;

	if (strncasecmp(authorization, scheme, strlen(scheme)) != 0)
		return NULL;
	authorization += strlen(scheme);
	authorization += strspn(authorization, " ");
	length = strcspn(authorization, " \t,");
	if (length == 0 || length > SECRET_MAX || authorization[length] != '\0')
		return NULL;
	return authorization;
}

static struct access_verdict
verdict(enum access_answer answer, enum scope scope, const char *name)
{
	struct access_verdict verdict = {.answer = answer, .scope = scope};

	snprintf(verdict.name, sizeof verdict.name, "%s", name);
	return verdict;
}

static bool
admits_anonymous(const struct access *access, const struct access_claim *claim)
{
	return access->allow_anonymous || (claim->loopback && roster_is_empty(access->roster));
}

static void
complain(struct access *access, const struct access_claim *claim, int failures)
{
	if (failures <= GUESS_FREE ||
	    (access->complained != 0 && claim->now - access->complained < COMPLAIN_MS))
		return;
	access->complained = claim->now;
	log_warning("access", "%s has shown %d wrong tokens in a row and has to wait", claim->peer,
		    failures);
}

/* Nothing that a secret could be found by stays in memory. */
static uint64_t
hash_of(const char *text)
{
	uint8_t digest[CRYPT_DIGEST_SIZE];
	uint64_t hash;

	crypt_digest(text, strlen(text), digest);
	memcpy(&hash, digest, sizeof hash);
	return hash;
}

/* What comes with Authorization. */
static struct access_verdict
identify_token(struct access *access, const struct access_claim *claim)
{
	struct access_verdict found = verdict(ACCESS_TOO_OFTEN, SCOPE_OPEN, "");
	const struct token *token;
	const char *secret;

	found.wait_ms = guess_wait(&access->guess, &claim->network, claim->now);
	if (found.wait_ms > 0)
		return found;
	secret = secret_in(claim->authorization);
	token = secret != NULL ? roster_find(access->roster, secret) : NULL;
	if (token != NULL) {
		guess_succeeded(&access->guess, &claim->network);
		return verdict(ACCESS_GRANTED, token->scope, token->name);
	}
	complain(access, claim, guess_failed(&access->guess, &claim->network,
					     hash_of(claim->authorization), claim->now));
	return verdict(secret != NULL ? ACCESS_UNKNOWN : ACCESS_MALFORMED, SCOPE_OPEN, "");
}

/* Who he is, and what he has. */
static struct access_verdict
identify(struct access *access, const struct access_claim *claim)
{

	if (claim->authorization == NULL && claim->local)
		return verdict(ACCESS_GRANTED, SCOPE_ADMIN, "");
	if (claim->authorization == NULL && admits_anonymous(access, claim))
		return verdict(ACCESS_GRANTED, SCOPE_ADMIN, "anonymous");
	if (claim->authorization == NULL)
		return verdict(ACCESS_NOBODY, SCOPE_OPEN, "");
	return identify_token(access, claim);
}

struct access_verdict
access_judge(struct access *access, const struct access_claim *claim, enum scope needed)
{
	struct access_verdict found;

	if (needed == SCOPE_OPEN)
		return verdict(ACCESS_GRANTED, SCOPE_OPEN, "");
	roster_look(access->roster, claim->now);
	found = identify(access, claim);
	if (found.answer == ACCESS_GRANTED && (needed == SCOPE_UNSET || found.scope < needed))
		found.answer = ACCESS_TOO_LITTLE;
	return found;
}

void
access_reload(struct access *access)
{
	roster_reload(access->roster);
}

struct access *
access_new(const struct access_config *config)
{
	struct access *access = mem_new(1, sizeof *access);

	access->allow_anonymous = config->allow_anonymous;
	access->roster = roster_new(config->tokens);
	return access;
}

struct access *
access_free(struct access *access)
{
	if (access == NULL)
		return NULL;
	roster_free(access->roster);
	free(access);
	return NULL;
}

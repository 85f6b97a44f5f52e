/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A small table of those who guessed wrong lately. The tokens themselves are beyond
 * guessing; this keeps the log readable and the processor free, and makes mistakes of a
 * script harmless.
 */
#include "build.h"

#include "cz2d/api/guess.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { FIRST_WAIT_MS = 1000 };

static bool
is_known(const struct guess_client *client, const struct in6_addr *network, int64_t now)
{
	return client->failures > 0 && now - client->last < GUESS_MEMORY_MS &&
	       memcmp(&client->network, network, sizeof *network) == 0;
}

static const struct guess_client *
find(const struct guess *guess, const struct in6_addr *network, int64_t now)
{
	for (int n = 0; n < GUESS_CLIENTS_MAX; n++)
		if (is_known(&guess->clients[n], network, now))
			return &guess->clients[n];
	return NULL;
}

/* The place of the client: his own, else a free one, else the one used longest ago. */
static struct guess_client *
place_of(struct guess *guess, const struct in6_addr *network, int64_t now)
{
	struct guess_client *oldest = &guess->clients[0];

	for (int n = 0; n < GUESS_CLIENTS_MAX; n++) {
		struct guess_client *client = &guess->clients[n];

		if (is_known(client, network, now))
			return client;
		if (oldest->failures > 0 && (client->failures == 0 || client->last < oldest->last))
			oldest = client;
	}
	*oldest = (struct guess_client){.network = *network};
	return oldest;
}

int64_t
guess_wait(const struct guess *guess, const struct in6_addr *network, int64_t now)
{
	const struct guess_client *client = find(guess, network, now);

	return client != NULL && client->until > now ? client->until - now : 0;
}

static bool
is_repeated(const struct guess_client *client, uint64_t shown)
{
	for (int n = 0; n < GUESS_FREE && n < client->failures; n++)
		if (client->shown[n] == shown)
			return true;
	return false;
}

int
guess_failed(struct guess *guess, const struct in6_addr *network, uint64_t shown, int64_t now)
{
	struct guess_client *client = place_of(guess, network, now);
	int64_t wait = FIRST_WAIT_MS;

	if (is_repeated(client, shown))
		return 0;
	client->shown[client->failures % GUESS_FREE] = shown;
	client->last = now;
	client->failures++;
	for (int n = GUESS_FREE + 1; n < client->failures && wait < GUESS_WAIT_MAX_MS; n++)
		wait *= 2;
	if (client->failures > GUESS_FREE)
		client->until = now + (wait < GUESS_WAIT_MAX_MS ? wait : GUESS_WAIT_MAX_MS);
	return client->failures;
}

void
guess_succeeded(struct guess *guess, const struct in6_addr *network)
{
	for (int n = 0; n < GUESS_CLIENTS_MAX; n++)
		if (memcmp(&guess->clients[n].network, network, sizeof *network) == 0)
			guess->clients[n].failures = 0;
}

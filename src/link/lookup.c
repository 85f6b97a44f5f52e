/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One question to the resolver on one thread. The two share nothing but the
 * question, the mailbox and a count of users: who leaves last clears up.
 */
#include "build.h"

#include "link/lookup.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"
#include "base/mem.h"

enum { PORT_TEXT_MAX = 6 };

struct lookup {
	atomic_int users;
	struct mailbox *answer;
	char host[NI_MAXHOST];
	char port[PORT_TEXT_MAX];
};

static const struct {
	int error;
	const char *text;
} failures[] = {
	{EAI_NONAME, "there is no such host name"},
	{EAI_AGAIN, "the name server does not answer"},
	{EAI_FAIL, "the name server reports a failure"},
};

/* At the last colon; brackets around the host go. False when it does not fit. */
static bool
split(const char *target, char host[NI_MAXHOST], char port[PORT_TEXT_MAX])
{
	const char *colon = strrchr(target, ':');
	size_t length;

	if (colon == NULL || colon == target || strlen(colon + 1) >= PORT_TEXT_MAX)
		return false;
	length = (size_t)(colon - target);
	if (target[0] == '[' && length > 2 && target[length - 1] == ']') {
		target++;
		length -= 2;
	}
	if (length >= NI_MAXHOST)
		return false;
	memcpy(host, target, length);
	host[length] = '\0';
	strcpy(port, colon + 1);
	return true;
}

bool
lookup_numeric(const char *target, struct sockaddr_storage *address, socklen_t *length)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				       .ai_socktype = SOCK_STREAM};
	char host[NI_MAXHOST], port[PORT_TEXT_MAX];
	struct addrinfo *found;

	if (!split(target, host, port) || getaddrinfo(host, port, &hints, &found) != 0)
		return false;
	memcpy(address, found->ai_addr, found->ai_addrlen);
	*length = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static void
explain(int error, char why[LOOKUP_WHY_MAX])
{
	const char *text = gai_strerror(error);

	for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++)
		if (failures[i].error == error)
			text = failures[i].text;
	snprintf(why, LOOKUP_WHY_MAX, "%s", text);
}

static void
add(struct lookup_result *result, const struct addrinfo *found)
{
	char host[LOOKUP_TEXT_MAX - PORT_TEXT_MAX - sizeof "[]:"], port[PORT_TEXT_MAX];
	bool colons = found->ai_family == AF_INET6;

	if (getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(result->address[result->count++], LOOKUP_TEXT_MAX, "%s%s%s:%s",
		 colons ? "[" : "", host, colons ? "]" : "", port);
}

static void
look(const struct lookup *lookup, struct lookup_result *result)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int error = getaddrinfo(lookup->host, lookup->port, &hints, &found);

	if (error == 0) {
		for (const struct addrinfo *each = found; each != NULL; each = each->ai_next)
			if (result->count < LOOKUP_FOUND_MAX)
				add(result, each);
		freeaddrinfo(found);
	}
	if (result->count == 0)
		explain(error != 0 ? error : EAI_NONAME, result->why);
}

static void
leave(struct lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->users, 1) > 1)
		return;
	mailbox_free(lookup->answer);
	free(lookup);
}

static void *
run(void *argument)
{
	struct lookup *lookup = argument;
	struct lookup_result result = {0};

	look(lookup, &result);
	mailbox_put(lookup->answer, &result);
	leave(lookup);
	return NULL;
}

/* Signals are for the loop's thread: this one takes none. */
static int
start(struct lookup *lookup)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, &attributes, run, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

static void
answer_at_once(struct lookup *lookup, const char *why)
{
	struct lookup_result result = {0};

	snprintf(result.why, sizeof result.why, "%s", why);
	mailbox_put(lookup->answer, &result);
	leave(lookup);
}

struct lookup *
lookup_new(const char *target)
{
	struct lookup *lookup = mem_new(1, sizeof *lookup);

	lookup->answer = mailbox_new(sizeof(struct lookup_result), 1);
	if (lookup->answer == NULL) {
		free(lookup);
		return NULL;
	}
	atomic_init(&lookup->users, 2);
	if (!split(target, lookup->host, lookup->port))
		answer_at_once(lookup, "it is no HOST:PORT");
	else if (start(lookup) != 0)
		answer_at_once(lookup, "no thread can be started to look its name up");
	return lookup;
}

struct lookup *
lookup_free(struct lookup *lookup)
{
	if (lookup != NULL)
		leave(lookup);
	return NULL;
}

int
lookup_fd(const struct lookup *lookup)
{
	return mailbox_fd(lookup->answer);
}

bool
lookup_take(struct lookup *lookup, struct lookup_result *result)
{
	return mailbox_get(lookup->answer, result);
}

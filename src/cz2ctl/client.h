/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One HTTP exchange with the daemon. What the answer means is left to call.h.
 */
#ifndef CZ2CTL_CLIENT_H
#define CZ2CTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "cz2ctl/exit.h"

struct client;

struct client_settings {
	const char *socket; /* path; for url NULL */
	const char *url;    /* http(s)://HOST:PORT, or NULL */
	const char *ca;     /* PEM file of whom to believe, NULL: the system's */
	const char *token;  /* or NULL */
	long timeout;       /* seconds for one exchange */
};

struct client_answer {
	long status;
	char *text; /* bytes from anybody, and a NUL */
	size_t length;
};

/* NULL after an error was told. The settings stay the caller's, and must live as long. */
struct client *
client_new(const struct client_settings *settings);

/* From now on the daemon is asked to answer a change before it is done. */
void
client_prefer_async(struct client *client);

/* Another one to the same daemon, which may be asked while this one waits. NULL as above. */
struct client *
client_twin(const struct client *client);

/* Called some times a second while an answer is waited for, in place of what says so; or NULL. */
void
client_meanwhile(struct client *client, void (*meanwhile)(void *context), void *context);

/* The HTTP status of the last exchange; 0: there was none. */
long
client_status(const struct client *client);

/* The last exchange failed because we may not use the socket. */
bool
client_was_barred(const struct client *client);

void
client_free(struct client *client);

/*
 * body: JSON text or NULL. CTL_DONE with any HTTP status, the answer's text to be freed;
 * else the error was told.
 */
enum ctl_exit
client_exchange(struct client *client, const char *method, const char *target, const char *body,
		struct client_answer *answer);

/* Takes an answer piece by piece while it goes on. */
struct client_listener {
	void *self;
	/* False: no more is wanted. */
	bool (*take)(void *self, const char *bytes, size_t length);
	/* Asked ten times a second, and after each piece. */
	bool (*wants_more)(void *self);
};

/*
 * GET whose answer may go on for long. answer is filled and to be freed when the status was
 * not 200; else the listener had it. CTL_DONE also when he wanted no more.
 */
enum ctl_exit
client_listen(struct client *client, const char *target, const struct client_listener *listener,
	      struct client_answer *answer);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The life of a link, the same for every kind of it:
 *
 *	          a name              an address, a path
 *	CLOSED ----------> RESOLVING      to CLOSED, at once, for each address found
 *	   |  ^                           in turn; after the last a pause
 *	   |  '--- failed, lost, dropped ----+---------+
 *	   '------> OPENING (TCP only) ------'         |
 *	   '------------'-----------------> OPEN ------'
 *
 * How a device or a socket is opened is left to the kinds, what people are told of
 * it to link_news.
 */
#include "build.h"

#include "link/link.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cz2/error.h>

#include "base/mem.h"
#include "link/link_news.h"
#include "link/lookup.h"

enum {
	PAUSE_MIN_MS = 250,
	PAUSE_MAX_MS = 2500, /* with what follows the opening: usable within three seconds */
	DEADLINE_MS = 3000, /* to look a name up, and to connect */
	/*
	 * An opening has proved itself when bytes come through it after so long. Till
	 * then it may be a bridge that greets and hangs up, for ever.
	 */
	PROOF_MS = 5000,
};

struct link {
	char *target;
	const struct link_kind *kind;
	enum link_state state;
	int fd;
	int64_t since, wake;
	unsigned generation;
	bool tried, proven;
	int pause;
	uint32_t chance;

	struct lookup *lookup; /* outlives its deadline: one thread at most waits */
	struct lookup_result found;
	int next; /* of the addresses found */

	char why[LINK_WHY_MAX];
	struct link_news news;
};

static const struct {
	int error;
	const char *text;
} losses[] = {
	{0, "it hung up (adapter unplugged, or closed at the other end)"},
	{EIO, "it hung up (adapter unplugged, or closed at the other end)"},
	{ENXIO, "the device is gone"},
	{ENODEV, "the device is gone"},
	{ECONNRESET, "the other end broke the connection"},
	{EPIPE, "the other end broke the connection"},
	{ETIMEDOUT, "the other end has fallen silent"},
	{EAGAIN, "it takes no more bytes"},
};

static bool
is_path(const char *target)
{
	return strchr(target, '/') != NULL || strchr(target, ':') == NULL;
}

/* Asked anew at each opening: a link may point elsewhere by then. */
static const struct link_kind *
kind_of_path(const char *target)
{
	static const char below[] = "/dev/pts/";
	char resolved[PATH_MAX];

	if (realpath(target, resolved) != NULL && strncmp(resolved, below, sizeof below - 1) == 0)
		return &link_pty;
	return &link_serial;
}

/* Between three quarters of the pause and all of it, so that many do not come at once. */
static int
next_pause(struct link *link)
{
	int pause = link->pause * 2;

	if (pause < PAUSE_MIN_MS)
		pause = PAUSE_MIN_MS;
	if (pause > PAUSE_MAX_MS)
		pause = PAUSE_MAX_MS;
	link->pause = pause;
	link->chance = link->chance * 1664525 + 1013904223;
	return pause - (int)((link->chance >> 16) % (uint32_t)(pause / 4));
}

/* ------------------------------------------------------------------------
 * From state to state
 */

static void
enter(struct link *link, enum link_state state, int64_t wake, int64_t now)
{
	if ((state == LINK_OPEN) != (link->state == LINK_OPEN))
		link->since = now;
	link->state = state;
	link->wake = wake;
}

static void
close_descriptor(struct link *link)
{
	if (link->fd < 0)
		return;
	if (link->kind->close != NULL)
		link->kind->close(link->fd);
	else
		close(link->fd);
	link->fd = -1;
}

static void
failed(struct link *link, const struct link_kind *kind, int error, const char *why, int64_t now)
{
	close_descriptor(link);
	if (link->next < link->found.count) {
		enter(link, LINK_CLOSED, now, now);
		return;
	}
	link->tried = true;
	snprintf(link->why, sizeof link->why, "%s", why);
	link_news_failed(&link->news, link->target, kind, error, link->why);
	enter(link, LINK_CLOSED, now + next_pause(link), now);
}

static void
lost(struct link *link, const char *why, int64_t now)
{
	close_descriptor(link);
	link->tried = true;
	snprintf(link->why, sizeof link->why, "%s", why);
	link_news_lost(&link->news, link->target, link->why, link->proven);
	link->proven = false;
	enter(link, LINK_CLOSED, now + next_pause(link), now);
}

static void
lost_by(struct link *link, int error, int64_t now)
{
	const char *why = strerror(error);

	for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++)
		if (losses[i].error == error)
			why = losses[i].text;
	lost(link, why, now);
}

static void
opened(struct link *link, int64_t now)
{
	link->tried = true;
	link->generation++;
	link->next = link->found.count = 0;
	link->why[0] = '\0';
	link_news_opened(&link->news, link->target, link->kind);
	enter(link, LINK_OPEN, INT64_MAX, now);
}

static void
attempt(struct link *link, const struct link_kind *kind, const char *target, int64_t now)
{
	char why[LINK_WHY_MAX] = "";
	int fd = -1;
	int result = kind->open(target, &fd, why, sizeof why);

	if (result < 0) {
		failed(link, kind, result, why, now);
		return;
	}
	link->kind = kind;
	link->fd = fd;
	if (result == 0)
		opened(link, now);
	else
		enter(link, LINK_OPENING, now + DEADLINE_MS, now);
}

/* A question that is still open from the last attempt is not asked again. */
static void
start_lookup(struct link *link, int64_t now)
{
	if (link->lookup == NULL)
		link->lookup = lookup_new(link->target);
	if (link->lookup == NULL)
		failed(link, &link_tcp, -errno, "no descriptors are left to look its name up", now);
	else
		enter(link, LINK_RESOLVING, now + DEADLINE_MS, now);
}

static void
begin(struct link *link, int64_t now)
{
	struct sockaddr_storage address;
	socklen_t length;

	if (link->generation == 0 && !link->tried)
		link->since = now;
	if (is_path(link->target))
		attempt(link, kind_of_path(link->target), link->target, now);
	else if (link->next < link->found.count)
		attempt(link, &link_tcp, link->found.address[link->next++], now);
	else if (lookup_numeric(link->target, &address, &length))
		attempt(link, &link_tcp, link->target, now);
	else
		start_lookup(link, now);
}

static void
resolve(struct link *link, int64_t now)
{
	if (!lookup_take(link->lookup, &link->found)) {
		if (now >= link->wake)
			failed(link, &link_tcp, -ETIMEDOUT, "the name server does not answer", now);
		return;
	}
	link->lookup = lookup_free(link->lookup);
	link->next = 0;
	if (link->found.count == 0)
		failed(link, &link_tcp, -EHOSTUNREACH, link->found.why, now);
	else
		enter(link, LINK_CLOSED, now, now);
}

static void
finish(struct link *link, int64_t now)
{
	char why[LINK_WHY_MAX] = "";
	int result = link->kind->finish(link->fd, why, sizeof why);

	if (result == 0)
		opened(link, now);
	else if (result != -EINPROGRESS)
		failed(link, link->kind, result, why, now);
	else if (now >= link->wake)
		failed(link, link->kind, -ETIMEDOUT, "no answer", now);
}

void
link_step(struct link *link, int64_t now)
{
	if (link->state == LINK_CLOSED && now >= link->wake)
		begin(link, now);
	else if (link->state == LINK_RESOLVING)
		resolve(link, now);
	else if (link->state == LINK_OPENING)
		finish(link, now);
}

/* ------------------------------------------------------------------------
 * Bytes
 */

static void
note_proof(struct link *link, int64_t now)
{
	if (link->proven || now - link->since < PROOF_MS)
		return;
	link->proven = true;
	link->pause = 0;
	link_news_proven(&link->news, link->target);
}

size_t
link_read(struct link *link, uint8_t *bytes, size_t size, int64_t now)
{
	ssize_t length;

	if (link->state != LINK_OPEN || size == 0)
		return 0;
	do
		length = read(link->fd, bytes, size);
	while (length < 0 && errno == EINTR);
	if (length > 0) {
		note_proof(link, now);
		return (size_t)length;
	}
	if (length == 0 || errno != EAGAIN)
		lost_by(link, length == 0 ? 0 : errno, now);
	return 0;
}

/* A socket whose other end is gone must not raise SIGPIPE; a terminal never does. */
static ssize_t
put(int fd, const uint8_t *bytes, size_t length)
{
	ssize_t written;

	do {
		written = send(fd, bytes, length, MSG_NOSIGNAL);
		if (written < 0 && errno == ENOTSOCK)
			written = write(fd, bytes, length);
	} while (written < 0 && errno == EINTR);
	return written;
}

/*
 * A frame is small against any buffer below. When not all of it fits, nobody is
 * reading: waiting until it can be written would wake at once, again and again.
 */
int
link_write(struct link *link, const uint8_t *bytes, size_t length, int64_t now)
{
	ssize_t written;

	if (link->state != LINK_OPEN)
		return CZ2_ECLOSED;
	if (length == 0)
		return CZ2_OK;
	written = put(link->fd, bytes, length);
	if (written == (ssize_t)length)
		return CZ2_OK;
	lost_by(link, written < 0 ? errno : EAGAIN, now);
	return CZ2_ECLOSED;
}

void
link_drop(struct link *link, const char *why, int64_t now)
{
	if (link->state != LINK_CLOSED)
		lost(link, why, now);
}

/* ------------------------------------------------------------------------
 * Questions, birth and death
 */

int64_t
link_wake(const struct link *link)
{
	return link->wake;
}

enum link_state
link_state(const struct link *link)
{
	return link->state;
}

unsigned
link_generation(const struct link *link)
{
	return link->generation;
}

bool
link_tried(const struct link *link)
{
	return link->tried;
}

int64_t
link_since(const struct link *link)
{
	return link->since;
}

const struct link_kind *
link_kind(const struct link *link)
{
	return link->kind;
}

int
link_fd(const struct link *link)
{
	return link->state == LINK_RESOLVING ? lookup_fd(link->lookup) : link->fd;
}

const char *
link_why(const struct link *link)
{
	return link->why;
}

struct link *
link_new(const char *target)
{
	struct link *link = mem_new(1, sizeof *link);

	link->target = mem_text(target);
	link->kind = is_path(target) ? kind_of_path(target) : &link_tcp;
	link->fd = -1;
	link->chance = (uint32_t)getpid();
	return link;
}

struct link *
link_free(struct link *link)
{
	if (link == NULL)
		return NULL;
	close_descriptor(link);
	lookup_free(link->lookup);
	free(link->target);
	free(link);
	return NULL;
}

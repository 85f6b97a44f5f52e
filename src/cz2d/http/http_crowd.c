/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The guests of a door. libmicrohttpd's own time-out is reset by every byte and
 * its own limit per address counts loopback too, hence these deadlines and counts.
 */
#include "build.h"

#include "cz2d/http/http_crowd.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cz2d/http/http.h"

enum {
	TAKING_MS = 30000,
	IDLE_MS = 75000,
	STIR_SLACK_MS = 100, /* the kernel counts in jiffies, and its clock is not ours */
	PASSWD_SIZE = 1024,
	NETWORK_BYTES = 8, /* a /64: any machine of it may take any of its addresses */
};

static const int64_t patience[] = {
	[GUEST_ASKING] = HTTP_REQUEST_DEADLINE_MS,
	[GUEST_WAITING] = 0, /* for us: no deadline */
	[GUEST_TAKING] = TAKING_MS,
	[GUEST_IDLE] = IDLE_MS,
};

/* ------------------------------------------------------------------------
 * Addresses
 */

static struct in6_addr
address_of(const struct sockaddr *name)
{
	struct in6_addr address = in6addr_any;

	if (name->sa_family == AF_INET6)
		memcpy(&address, &((const struct sockaddr_in6 *)(const void *)name)->sin6_addr,
		       sizeof address);
	if (name->sa_family == AF_INET) {
		address.s6_addr[10] = address.s6_addr[11] = 0xFF;
		memcpy(address.s6_addr + 12,
		       &((const struct sockaddr_in *)(const void *)name)->sin_addr, 4);
	}
	return address;
}

static bool
is_same(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static bool
is_local(const struct in6_addr *address)
{
	return is_same(address, &in6addr_any);
}

static bool
is_loopback(const struct in6_addr *address)
{
	return is_same(address, &in6addr_loopback) ||
	       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

static struct in6_addr
network_of(struct in6_addr address)
{
	if (!IN6_IS_ADDR_V4MAPPED(&address) && !is_same(&address, &in6addr_loopback))
		memset(address.s6_addr + NETWORK_BYTES, 0, sizeof address - NETWORK_BYTES);
	return address;
}

static bool
is_same_client(const struct in6_addr *a, const struct in6_addr *b)
{
	struct in6_addr one = network_of(*a), other = network_of(*b);

	return is_same(&one, &other);
}

struct in6_addr
guest_network(const struct guest *guest)
{
	return network_of(guest->address);
}

bool
guest_is_local(const struct guest *guest)
{
	return is_local(&guest->address);
}

bool
guest_is_loopback(const struct guest *guest)
{
	return is_loopback(&guest->address);
}

void
guest_name(const struct guest *guest, char *text, size_t size)
{
	bool mapped = IN6_IS_ADDR_V4MAPPED(&guest->address);
	struct ucred who = {.uid = (uid_t)-1};
	socklen_t length = sizeof who;
	char buffer[PASSWD_SIZE];
	struct passwd entry, *found = NULL;

	if (!is_local(&guest->address)) {
		inet_ntop(mapped ? AF_INET : AF_INET6, guest->address.s6_addr + (mapped ? 12 : 0),
			  text, (socklen_t)size);
		return;
	}
	getsockopt(guest->fd, SOL_SOCKET, SO_PEERCRED, &who, &length);
	getpwuid_r(who.uid, &entry, buffer, sizeof buffer, &found);
	if (found != NULL)
		snprintf(text, size, "local:%s", entry.pw_name);
	else
		snprintf(text, size, "local:%ld", (long)who.uid);
}

/* ------------------------------------------------------------------------
 * Coming and going
 */

void
crowd_init(struct crowd *crowd, int max, int max_per_address)
{
	*crowd = (struct crowd){.max = max, .max_per_address = max_per_address};
}

bool
crowd_admits(const struct crowd *crowd, const struct sockaddr *name)
{
	struct in6_addr address = address_of(name);
	int count = 0;

	if (crowd->max_per_address <= 0 || is_local(&address) || is_loopback(&address))
		return true;
	for (const struct guest *guest = crowd->first; guest != NULL; guest = guest->next)
		count += is_same_client(&guest->address, &address);
	return count < crowd->max_per_address;
}

void
crowd_join(struct crowd *crowd, struct guest *guest, int fd, const struct sockaddr *name,
	   int64_t now)
{
	guest->fd = fd;
	guest->address = address_of(name);
	guest->previous = NULL;
	guest->next = crowd->first;
	if (guest->next != NULL)
		guest->next->previous = guest;
	crowd->first = guest;
	crowd->count++;
	guest_enter(guest, GUEST_ASKING, now);
}

void
crowd_leave(struct crowd *crowd, struct guest *guest)
{
	if (guest->previous != NULL)
		guest->previous->next = guest->next;
	else
		crowd->first = guest->next;
	if (guest->next != NULL)
		guest->next->previous = guest->previous;
	crowd->count--;
}

void
guest_enter(struct guest *guest, enum guest_stage stage, int64_t now)
{
	guest->stage = stage;
	guest->since = now;
	guest->deadline = patience[stage] > 0 ? now + patience[stage] : INT64_MAX;
}

void
guest_dismiss(struct guest *guest)
{
	shutdown(guest->fd, SHUT_RDWR);
	guest->dismissed = true;
	guest->deadline = INT64_MAX;
}

bool
guest_is_lost(const struct guest *guest)
{
	struct pollfd wait = {.fd = guest->fd};

	return poll(&wait, 1, 0) == 1 && (wait.revents & (POLLERR | POLLHUP)) != 0;
}

void
crowd_make_room(struct crowd *crowd)
{
	struct guest *oldest = NULL;

	if (crowd->count < crowd->max)
		return;
	for (struct guest *guest = crowd->first; guest != NULL; guest = guest->next)
		if (guest->stage == GUEST_IDLE && (oldest == NULL || guest->since < oldest->since))
			oldest = guest;
	if (oldest != NULL)
		guest_dismiss(oldest);
}

/* ------------------------------------------------------------------------
 * Deadlines
 */

/*
 * Has an idle guest begun to ask? The library tells only when the first line of
 * a request is complete, so the kernel is asked when the last byte came. It does not
 * know of a Unix socket; there the guest counts as idle, and makes room when it must.
 */
static bool
stirs(const struct guest *guest, int64_t now)
{
	struct tcp_info info;
	socklen_t length = sizeof info;

	if (is_local(&guest->address) ||
	    getsockopt(guest->fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
		return false;
	return (int64_t)info.tcpi_last_data_recv + STIR_SLACK_MS < now - guest->since;
}

/*
 * Has it said that nothing follows, and we have read all of it? When that comes together
 * with its last bytes, the library does not see it. Who is owed an answer still gets it.
 */
static bool
has_left(const struct guest *guest)
{
	struct pollfd wait = {.fd = guest->fd, .events = POLLRDHUP};
	int unread = 0;

	if (guest->stage != GUEST_ASKING && guest->stage != GUEST_IDLE)
		return false;
	return poll(&wait, 1, 0) == 1 && (wait.revents & POLLRDHUP) != 0 &&
	       ioctl(guest->fd, FIONREAD, &unread) == 0 && unread == 0;
}

void
crowd_sweep(struct crowd *crowd, int64_t now)
{
	for (struct guest *guest = crowd->first; guest != NULL; guest = guest->next) {
		if (guest->stage == GUEST_IDLE && stirs(guest, now))
			guest_enter(guest, GUEST_ASKING, now);
		if (guest->deadline <= now || has_left(guest))
			guest_dismiss(guest);
	}
}

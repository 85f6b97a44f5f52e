/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bridges on TCP, through real sockets on loopback, and host names, through a
 * resolver that answers when the test wants it to.
 */
#include "build.h"

#include "link/link.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cz2/error.h>

#include "base/log.h"
#include "link/lookup.h"
#include "logged.h"
#include "loopback.h"
#include "support.h"

enum { NOW = 1000000, DEADLINE_MS = 3000, PAUSE_MAX_MS = 2500, BYTES = 256 };

static char target[LOOPBACK_PATH_MAX];
static int listener;
static struct link *link_;

/* ------------------------------------------------------------------------
 * The resolver
 */

static sem_t resolver_may_answer;
static atomic_int questions;

typedef int (*resolver)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int
resolve(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	static resolver real;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(host, port, hints, found);
}

/* The host has two addresses, and nothing listens at the first. */
static int
resolve_two(const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	int error = resolve("127.0.0.2", port, hints, found);

	return error != 0 ? error : resolve("127.0.0.1", port, hints, &(*found)->ai_next);
}

/* In the place of the C library's. */
int
getaddrinfo(const char *restrict host, const char *restrict port,
	    const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
	if (hints != NULL && (hints->ai_flags & AI_NUMERICHOST) != 0)
		return resolve(host, port, hints, found);
	atomic_fetch_add(&questions, 1);
	if (strcmp(host, "nowhere.test") == 0)
		return EAI_NONAME;
	if (strcmp(host, "slow.test") == 0)
		while (sem_wait(&resolver_may_answer) != 0)
			;
	if (strcmp(host, "two.test") == 0)
		return resolve_two(port, hints, found);
	return resolve("127.0.0.1", port, hints, found);
}

/* ------------------------------------------------------------------------
 * Fixtures
 */

static void
set_up(void)
{
	logged_begin();
	log_init(LOG_LEVEL_INFO, false);
	sem_init(&resolver_may_answer, 0, 0);
	listener = loopback_listen("127.0.0.1", 8, target);
	ck_assert_int_ge(listener, 0);
}

static void
tear_down(void)
{
	link_ = link_free(link_);
}

/* Opens to the target and returns the bridge's end. */
static int
open_link(void)
{
	link_ = link_new(target);
	loopback_step_until(link_, LINK_OPEN, NOW);
	return loopback_accept(listener);
}

/* A whole attempt, over all addresses, that ends in a pause. */
static void
fail_to_open(int64_t now)
{
	do
		loopback_step_until(link_, LINK_CLOSED, now);
	while (link_wake(link_) <= now);
	ck_assert(link_tried(link_));
	ck_assert_int_le(link_wake(link_) - now, PAUSE_MAX_MS);
}

/* The listener's port under another host. */
static void
rename_host(const char *host)
{
	char port[8];

	snprintf(port, sizeof port, "%s", strrchr(target, ':'));
	snprintf(target, sizeof target, "%s%s", host, port);
}

static int
option(int level, int name)
{
	int value = -1;
	socklen_t length = sizeof value;

	ck_assert_int_eq(getsockopt(link_fd(link_), level, name, &value, &length), 0);
	return value;
}

/* ------------------------------------------------------------------------
 * Connections
 */

START_TEST(it_connects_to_a_numeric_address)
{
	link_ = link_new(target);
	ck_assert_ptr_eq(link_kind(link_), &link_tcp);
	ck_assert(link_kind(link_)->slow_frames);
	link_step(link_, NOW);
	ck_assert_int_eq(link_state(link_), LINK_OPENING);
	ck_assert_int_eq(link_wake(link_), NOW + DEADLINE_MS);
	loopback_step_until(link_, LINK_OPEN, NOW);
	ck_assert_uint_eq(link_generation(link_), 1);
	ck_assert_int_eq(link_since(link_), NOW);
	ck_assert_int_eq(link_wake(link_), INT64_MAX);
	ck_assert_int_eq(atomic_load(&questions), 0);
	ck_assert_int_eq(logged_lines("opened "), 1);
	ck_assert_int_eq(logged_lines(" (tcp)"), 1);
	close(loopback_accept(listener));
}
END_TEST

START_TEST(it_connects_to_ipv6_in_brackets)
{
	close(listener);
	listener = loopback_listen("::1", 8, target);
	if (listener < 0)
		return; /* no IPv6 on this machine */
	close(open_link());
}
END_TEST

START_TEST(a_dead_bridge_is_noticed_and_frames_are_not_delayed)
{
	int bridge = open_link();

	ck_assert_int_ne(option(IPPROTO_TCP, TCP_NODELAY), 0);
	ck_assert_int_ne(option(SOL_SOCKET, SO_KEEPALIVE), 0);
	ck_assert_int_le(option(IPPROTO_TCP, TCP_KEEPIDLE), 10);
	ck_assert_int_gt(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
	ck_assert_int_le(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 10000);
	ck_assert_int_ne(fcntl(link_fd(link_), F_GETFD) & FD_CLOEXEC, 0);
	close(bridge);
}
END_TEST

START_TEST(every_byte_value_passes_both_ways)
{
	uint8_t sent[BYTES], received[BYTES];
	int bridge = open_link();

	for (int i = 0; i < BYTES; i++)
		sent[i] = (uint8_t)i;
	loopback_write(bridge, sent, sizeof sent);
	loopback_link_read(link_, received, sizeof received, NOW);
	ck_assert_mem_eq(sent, received, sizeof sent);
	memset(received, 0, sizeof received);
	ck_assert_int_eq(link_write(link_, sent, sizeof sent, NOW), CZ2_OK);
	loopback_read(bridge, received, sizeof received);
	ck_assert_mem_eq(sent, received, sizeof sent);
	close(bridge);
}
END_TEST

START_TEST(what_was_sent_before_the_end_is_still_read)
{
	int bridge = open_link();
	uint8_t bytes[3];

	loopback_write(bridge, "end", 3);
	close(bridge);
	loopback_link_read(link_, bytes, sizeof bytes, NOW);
	ck_assert_mem_eq(bytes, "end", 3);
	loopback_read_until_closed(link_, NOW);
}
END_TEST

START_TEST(it_connects_anew_after_the_bridge_closed)
{
	close(open_link());
	loopback_read_until_closed(link_, NOW);
	ck_assert_int_eq(logged_lines("lost "), 1);
	loopback_step_until(link_, LINK_OPEN, link_wake(link_));
	ck_assert_uint_eq(link_generation(link_), 2);
	close(loopback_accept(listener));
}
END_TEST

START_TEST(a_broken_connection_ends_the_link)
{
	const struct linger at_once = {.l_onoff = 1};
	int bridge = open_link();

	setsockopt(bridge, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(bridge);
	loopback_read_until_closed(link_, NOW);
	ck_assert_str_eq(link_why(link_), "the other end broke the connection");
}
END_TEST

/* The default action of SIGPIPE would end this process. */
START_TEST(writing_to_a_bridge_that_is_gone_closes_the_link_without_a_signal)
{
	int bridge = open_link();
	int written = CZ2_OK;

	signal(SIGPIPE, SIG_DFL);
	close(bridge);
	for (int i = 0; written == CZ2_OK; i++) {
		struct pollfd wait = {.fd = link_fd(link_), .events = POLLIN};

		ck_assert_int_lt(i, 10);
		written = link_write(link_, (const uint8_t *)"x", 1, NOW);
		poll(&wait, 1, LOOPBACK_PATIENCE_MS);
	}
	ck_assert_int_eq(written, CZ2_ECLOSED);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
}
END_TEST

START_TEST(a_bridge_that_reads_nothing_ends_the_link)
{
	int bridge = open_link();
	uint8_t frame[BYTES] = {0};

	while (link_write(link_, frame, sizeof frame, NOW) == CZ2_OK)
		;
	ck_assert_str_eq(link_why(link_), "it takes no more bytes");
	close(bridge);
}
END_TEST

START_TEST(a_refused_connection_is_told_once_and_tried_again)
{
	int64_t now = NOW;

	close(listener);
	link_ = link_new(target);
	for (int i = 0; i < 10; i++) {
		fail_to_open(now);
		now = link_wake(link_);
	}
	ck_assert_int_eq(logged_lines("connection refused"), 1);
	ck_assert_int_eq(logged_lines(""), 1);
}
END_TEST

/* Callers beyond the backlog get no answer at all. */
START_TEST(a_connection_without_an_answer_ends_at_its_deadline)
{
	enum { CALLERS = 8 };
	struct link *callers[CALLERS];
	int64_t tried;

	close(listener);
	listener = loopback_listen("127.0.0.1", 0, target);
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = link_new(target);
		link_step(callers[i], NOW);
	}
	link_ = link_new(target);
	link_step(link_, NOW);
	link_step(link_, NOW + DEADLINE_MS - 1);
	ck_assert_int_eq(link_state(link_), LINK_OPENING);
	ck_assert_int_eq(link_wake(link_), NOW + DEADLINE_MS);
	ck_assert(!link_tried(link_));
	tried = link_wake(link_);
	link_step(link_, tried);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
	ck_assert_str_eq(link_why(link_), "no answer");
	ck_assert_int_gt(link_wake(link_), tried);
	for (int i = 0; i < CALLERS; i++)
		link_free(callers[i]);
}
END_TEST

START_TEST(a_connection_under_way_can_be_dropped)
{
	link_ = link_new(target);
	link_step(link_, NOW);
	link_drop(link_, "cannot be waited for", NOW);
	ck_assert_int_eq(link_state(link_), LINK_CLOSED);
	ck_assert_int_eq(link_fd(link_), -1);
	ck_assert(link_tried(link_));
	ck_assert_int_gt(link_wake(link_), NOW);
}
END_TEST

/* As happens to who calls a closed port of his own host long enough. */
START_TEST(a_connection_with_itself_counts_as_refused)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof own;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char why[64] = "";

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&own, &length), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&own, sizeof own), 0);
	ck_assert_int_eq(link_tcp.finish(fd, why, sizeof why), -ECONNREFUSED);
	ck_assert_str_ne(why, "");
	close(fd);
}
END_TEST

/* ------------------------------------------------------------------------
 * Names
 */

START_TEST(it_connects_to_a_host_by_name)
{
	rename_host("bridge.test");
	link_ = link_new(target);
	link_step(link_, NOW);
	ck_assert_int_eq(link_state(link_), LINK_RESOLVING);
	ck_assert_int_ge(link_fd(link_), 0);
	ck_assert_int_eq(link_wake(link_), NOW + DEADLINE_MS);
	loopback_step_until(link_, LINK_OPEN, NOW);
	ck_assert_int_eq(atomic_load(&questions), 1);
	close(loopback_accept(listener));
}
END_TEST

START_TEST(the_name_is_looked_up_anew_at_each_opening)
{
	rename_host("bridge.test");
	close(open_link());
	loopback_read_until_closed(link_, NOW);
	loopback_step_until(link_, LINK_OPEN, link_wake(link_));
	ck_assert_int_eq(atomic_load(&questions), 2);
	close(loopback_accept(listener));
}
END_TEST

START_TEST(an_unknown_name_is_told_once_and_asked_for_again)
{
	int64_t now = NOW;

	rename_host("nowhere.test");
	link_ = link_new(target);
	for (int i = 1; i <= 3; i++) {
		fail_to_open(now);
		ck_assert_str_eq(link_why(link_), "there is no such host name");
		ck_assert_int_eq(atomic_load(&questions), i);
		now = link_wake(link_);
	}
	ck_assert_int_eq(logged_lines(""), 1);
}
END_TEST

START_TEST(every_address_of_a_name_is_tried_before_the_pause)
{
	rename_host("two.test");
	link_ = link_new(target);
	loopback_step_until(link_, LINK_OPEN, NOW);
	ck_assert_int_eq(atomic_load(&questions), 1);
	ck_assert_int_eq(logged_lines("cannot open"), 0);
	close(loopback_accept(listener));

	close(listener);
	link_drop(link_, "it broke", NOW);
	fail_to_open(link_wake(link_));
	ck_assert_int_eq(atomic_load(&questions), 2);
	ck_assert_int_eq(logged_lines("connection refused"), 1);
}
END_TEST

/* The loop may watch a number, not a descriptor: two in one step could bear the same. */
START_TEST(no_step_puts_one_descriptor_in_the_place_of_another)
{
	int before = -1;

	rename_host("two.test");
	link_ = link_new(target);
	while (link_state(link_) != LINK_OPEN) {
		struct pollfd wait = {.fd = before, .events = POLLIN | POLLOUT};
		enum link_state state = link_state(link_);

		poll(&wait, 1, 5);
		link_step(link_, NOW);
		if (link_state(link_) != state && before >= 0)
			ck_assert(link_fd(link_) == -1 || link_state(link_) == LINK_OPEN);
		before = link_fd(link_);
	}
	close(loopback_accept(listener));
}
END_TEST

START_TEST(a_slow_resolver_stalls_nobody_and_is_asked_once)
{
	int64_t now = NOW;

	rename_host("slow.test");
	link_ = link_new(target);
	for (int i = 0; i < 5; i++) {
		link_step(link_, now);
		ck_assert_int_eq(link_state(link_), LINK_RESOLVING);
		now = link_wake(link_);
		link_step(link_, now);
		ck_assert_int_eq(link_state(link_), LINK_CLOSED);
		ck_assert_int_eq(link_fd(link_), -1);
		ck_assert(link_tried(link_));
		ck_assert_str_eq(link_why(link_), "the name server does not answer");
		now = link_wake(link_);
	}
	ck_assert_int_eq(logged_lines(""), 1);
	sem_post(&resolver_may_answer);
	loopback_step_until(link_, LINK_OPEN, now);
	ck_assert_int_eq(atomic_load(&questions), 1);
	close(loopback_accept(listener));
}
END_TEST

START_TEST(a_link_can_be_freed_while_its_name_is_looked_up)
{
	rename_host("slow.test");
	link_ = link_new(target);
	link_step(link_, NOW);
	link_ = link_free(link_);
	sem_post(&resolver_may_answer);
}
END_TEST

START_TEST(a_numeric_address_needs_no_resolver)
{
	struct sockaddr_storage address;
	socklen_t length;

	ck_assert(lookup_numeric("192.0.2.1:4001", &address, &length));
	ck_assert_int_eq(address.ss_family, AF_INET);
	ck_assert(lookup_numeric("[2001:db8::1]:65535", &address, &length));
	ck_assert_int_eq(address.ss_family, AF_INET6);
	ck_assert_uint_eq(ntohs(((struct sockaddr_in6 *)&address)->sin6_port), 65535);
	ck_assert(!lookup_numeric("bridge:4001", &address, &length));
	ck_assert(!lookup_numeric("192.0.2.1", &address, &length));
	ck_assert(!lookup_numeric("192.0.2.1:telnet", &address, &length));
	ck_assert(!lookup_numeric(":4001", &address, &length));
	ck_assert(!lookup_numeric("[]:4001", &address, &length));
	ck_assert(!lookup_numeric("", &address, &length));
}
END_TEST

START_TEST(a_target_that_is_no_address_fails_in_words)
{
	link_ = link_new("bridge:123456");
	loopback_step_until(link_, LINK_RESOLVING, NOW);
	loopback_step_until(link_, LINK_CLOSED, NOW);
	ck_assert_str_eq(link_why(link_), "it is no HOST:PORT");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		it_connects_to_a_numeric_address,
		it_connects_to_ipv6_in_brackets,
		a_dead_bridge_is_noticed_and_frames_are_not_delayed,
		every_byte_value_passes_both_ways,
		what_was_sent_before_the_end_is_still_read,
		it_connects_anew_after_the_bridge_closed,
		a_broken_connection_ends_the_link,
		writing_to_a_bridge_that_is_gone_closes_the_link_without_a_signal,
		a_bridge_that_reads_nothing_ends_the_link,
		a_refused_connection_is_told_once_and_tried_again,
		a_connection_without_an_answer_ends_at_its_deadline,
		a_connection_under_way_can_be_dropped,
		a_connection_with_itself_counts_as_refused,
		it_connects_to_a_host_by_name,
		the_name_is_looked_up_anew_at_each_opening,
		an_unknown_name_is_told_once_and_asked_for_again,
		every_address_of_a_name_is_tried_before_the_pause,
		no_step_puts_one_descriptor_in_the_place_of_another,
		a_slow_resolver_stalls_nobody_and_is_asked_once,
		a_link_can_be_freed_while_its_name_is_looked_up,
		a_numeric_address_needs_no_resolver,
		a_target_that_is_no_address_fails_in_words,
		NULL,
	};

	return run_fixed_suite("link over TCP", tests, set_up, tear_down);
}

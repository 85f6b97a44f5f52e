/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The mailbox: in order, bounded, and readable exactly while it holds something,
 * also with many writing at once.
 */
#include "build.h"

#include "base/mailbox.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "support.h"

enum { ROOM = 4, WRITERS = 4, PER_WRITER = 5000, PATIENCE_MS = 20000 };

static bool
is_readable(const struct mailbox *mailbox, int wait_ms)
{
	struct pollfd wait = {.fd = mailbox_fd(mailbox), .events = POLLIN};

	return poll(&wait, 1, wait_ms) == 1;
}

START_TEST(messages_come_out_in_order)
{
	struct mailbox *mailbox = mailbox_new(sizeof(int), ROOM);
	int message;

	/* Thrice round, so that the ring's seam is passed. */
	for (int i = 0; i < 3 * ROOM; i += 2) {
		for (int j = i; j < i + 2; j++)
			ck_assert(mailbox_put(mailbox, &j));
		for (int j = i; j < i + 2; j++) {
			ck_assert(mailbox_get(mailbox, &message));
			ck_assert_int_eq(message, j);
		}
	}
	ck_assert(!mailbox_get(mailbox, &message));
	ck_assert_ptr_null(mailbox_free(mailbox));
}
END_TEST

START_TEST(it_is_readable_exactly_while_it_holds_something)
{
	struct mailbox *mailbox = mailbox_new(sizeof(int), ROOM);
	int message = 1;

	ck_assert(!is_readable(mailbox, 0));
	mailbox_put(mailbox, &message);
	mailbox_put(mailbox, &message);
	ck_assert(is_readable(mailbox, 0));
	mailbox_get(mailbox, &message);
	ck_assert(is_readable(mailbox, 0));
	mailbox_get(mailbox, &message);
	ck_assert(!is_readable(mailbox, 0));
	mailbox_put(mailbox, &message);
	ck_assert(is_readable(mailbox, 0));
	mailbox_free(mailbox);
}
END_TEST

START_TEST(a_full_mailbox_drops_the_newest)
{
	struct mailbox *mailbox = mailbox_new(sizeof(int), ROOM);
	int message;

	for (int i = 0; i < ROOM; i++)
		ck_assert(mailbox_put(mailbox, &i));
	message = 99;
	ck_assert(!mailbox_put(mailbox, &message));
	ck_assert(!mailbox_put(mailbox, &message));
	for (int i = 0; i < ROOM; i++) {
		ck_assert(mailbox_get(mailbox, &message));
		ck_assert_int_eq(message, i);
	}
	ck_assert(!mailbox_get(mailbox, &message));
	mailbox_free(mailbox);
}
END_TEST

START_TEST(its_descriptors_are_not_inherited)
{
	struct mailbox *mailbox = mailbox_new(1, 1);

	ck_assert_int_ne(fcntl(mailbox_fd(mailbox), F_GETFD) & FD_CLOEXEC, 0);
	mailbox_free(mailbox);
}
END_TEST

START_TEST(without_descriptors_there_is_none)
{
	struct rlimit limit, none;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_ptr_null(mailbox_new(1, 1));
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_ptr_null(mailbox_free(NULL));
}
END_TEST

struct letter {
	int writer, number;
};

struct writer {
	struct mailbox *mailbox;
	int number;
};

static void *
write_all(void *argument)
{
	struct writer *writer = argument;
	struct letter letter = {.writer = writer->number};

	while (letter.number < PER_WRITER)
		if (mailbox_put(writer->mailbox, &letter))
			letter.number++;
		else
			sched_yield(); /* valgrind runs one thread at a time */
	return NULL;
}

/* A wake-up lost, or one too many, ends in a wait without end or an empty box. */
START_TEST(many_can_write_at_once)
{
	struct mailbox *mailbox = mailbox_new(sizeof(struct letter), ROOM);
	struct writer writers[WRITERS];
	pthread_t threads[WRITERS];
	int next[WRITERS] = {0};
	struct letter letter;

	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){mailbox, i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_all, &writers[i]), 0);
	}
	for (int left = WRITERS * PER_WRITER; left > 0; left--) {
		ck_assert(is_readable(mailbox, PATIENCE_MS));
		ck_assert(mailbox_get(mailbox, &letter));
		ck_assert_int_eq(letter.number, next[letter.writer]++);
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert(!is_readable(mailbox, 0));
	mailbox_free(mailbox);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		messages_come_out_in_order,
		it_is_readable_exactly_while_it_holds_something,
		a_full_mailbox_drops_the_newest,
		its_descriptors_are_not_inherited,
		without_descriptors_there_is_none,
		many_can_write_at_once,
		NULL,
	};

	return run_suite("mailbox", tests);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A ring under a lock, and a pipe that holds one byte while the ring holds
 * messages. The pipe carries no data: it only wakes.
 */
#include "build.h"

#include "base/mailbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

struct mailbox {
	pthread_mutex_t lock;
	size_t size, room;
	size_t first, count;
	int wake[2]; /* read end, write end */
	unsigned char *ring;
};

struct mailbox *
mailbox_new(size_t size, size_t room)
{
	struct mailbox *mailbox = calloc(1, sizeof *mailbox);

	if (mailbox == NULL)
		return NULL;
	mailbox->ring = calloc(room, size);
	if (mailbox->ring == NULL || pipe2(mailbox->wake, O_CLOEXEC | O_NONBLOCK) != 0) {
		free(mailbox->ring);
		free(mailbox);
		return NULL;
	}
	mailbox->size = size;
	mailbox->room = room;
	pthread_mutex_init(&mailbox->lock, NULL);
	return mailbox;
}

struct mailbox *
mailbox_free(struct mailbox *mailbox)
{
	if (mailbox == NULL)
		return NULL;
	close(mailbox->wake[0]);
	close(mailbox->wake[1]);
	pthread_mutex_destroy(&mailbox->lock);
	free(mailbox->ring);
	free(mailbox);
	return NULL;
}

static unsigned char *
slot(const struct mailbox *mailbox, size_t position)
{
	return mailbox->ring + (mailbox->first + position) % mailbox->room * mailbox->size;
}

/* A full or an empty pipe cannot be; but the kernel may lack memory for the one byte. */
__attribute__((noreturn)) static void
give_up(void)
{
	log_error("mailbox", "nobody can be woken any more: %s", strerror(errno));
	_exit(EXIT_FAILURE);
}

static void
raise_flag(const struct mailbox *mailbox)
{
	ssize_t written;

	do
		written = write(mailbox->wake[1], "", 1);
	while (written < 0 && errno == EINTR);
	if (written != 1)
		give_up();
}

static void
lower_flag(const struct mailbox *mailbox)
{
	ssize_t taken;
	char byte;

	do
		taken = read(mailbox->wake[0], &byte, 1);
	while (taken < 0 && errno == EINTR);
	if (taken != 1)
		give_up();
}

bool
mailbox_put(struct mailbox *mailbox, const void *message)
{
	bool fits;

	pthread_mutex_lock(&mailbox->lock);
	fits = mailbox->count < mailbox->room;
	if (fits) {
		memcpy(slot(mailbox, mailbox->count), message, mailbox->size);
		if (mailbox->count++ == 0)
			raise_flag(mailbox);
	}
	pthread_mutex_unlock(&mailbox->lock);
	return fits;
}

bool
mailbox_get(struct mailbox *mailbox, void *message)
{
	bool any;

	pthread_mutex_lock(&mailbox->lock);
	any = mailbox->count > 0;
	if (any) {
		memcpy(message, slot(mailbox, 0), mailbox->size);
		mailbox->first = (mailbox->first + 1) % mailbox->room;
		if (--mailbox->count == 0)
			lower_flag(mailbox);
	}
	pthread_mutex_unlock(&mailbox->lock);
	return any;
}

int
mailbox_fd(const struct mailbox *mailbox)
{
	return mailbox->wake[0];
}

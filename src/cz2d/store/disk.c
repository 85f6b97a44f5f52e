/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Two lists: what waits, and the batch that the thread has for itself until it ends.
 * Of a disk that is only read a batch is one job: one that fails is not the others' matter.
 */
#include "build.h"

#include "cz2d/store/disk.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cz2d/store/database.h"
#include <cz2/error.h>

struct disk {
	uv_loop_t *loop;
	struct database *database;
	bool transactions;
	struct disk_job *waiting, **end; /* where the next one goes */
	struct disk_job *batch;
	uv_work_t work;
	bool working;
	int error; /* of the batch */
};

struct disk *
disk_new(uv_loop_t *loop, struct database *database, bool transactions)
{
	struct disk *disk = mem_new(1, sizeof *disk);

	disk->loop = loop;
	disk->database = database;
	disk->transactions = transactions;
	disk->end = &disk->waiting;
	return disk;
}

struct disk *
disk_free(struct disk *disk)
{
	free(disk);
	return NULL;
}

static int
do_batch(void *self)
{
	const struct disk *disk = self;
	int error = CZ2_OK;

	for (struct disk_job *job = disk->batch; job != NULL && error == CZ2_OK;
	     job = job->next)
		error = job->work(job, disk->database);
	return error;
}

static void
on_thread(uv_work_t *work)
{
	struct disk *disk = work->data;

	disk->error = disk->transactions
			      ? database_transaction(disk->database, do_batch, disk)
			      : do_batch(disk);
}

static void
start(struct disk *disk);

static void
on_ended(uv_work_t *work, int status)
{
	struct disk *disk = work->data;
	struct disk_job *job = disk->batch, *next;

	(void)status;
	disk->batch = NULL;
	for (; job != NULL; job = next) {
		next = job->next;
		job->done(job, disk->error);
	}
	disk->working = false; /* not before all were told: what they look at is the thread's */
	start(disk);
}

static void
take_batch(struct disk *disk)
{
	struct disk_job *last = disk->waiting;

	disk->batch = disk->waiting;
	while (disk->transactions && last->next != NULL)
		last = last->next;
	disk->waiting = last->next;
	last->next = NULL;
	if (disk->waiting == NULL)
		disk->end = &disk->waiting;
}

static void
start(struct disk *disk)
{
	if (disk->working || disk->waiting == NULL)
		return;
	take_batch(disk);
	disk->working = true;
	disk->work.data = disk;
	uv_queue_work(disk->loop, &disk->work, on_thread, on_ended);
}

void
disk_do(struct disk *disk, struct disk_job *job)
{
	job->next = NULL;
	*disk->end = job;
	disk->end = &job->next;
	start(disk);
}

bool
disk_busy(const struct disk *disk)
{
	return disk->working || disk->waiting != NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Jobs on a database, in the order given, on a thread of the loop's: a slow disk holds up
 * nothing but itself. Jobs that come while the disk is at work share the next
 * transaction, so that many cost no more than one.
 */
#ifndef CZ2D_DISK_H
#define CZ2D_DISK_H

#include <stdbool.h>
#include <uv.h>

struct database;
struct disk;

/* Embedded in what the job is about. */
struct disk_job {
	struct disk_job *next; /* private */
	/*
	 * On the thread, within a transaction if the disk has those; then called again when
	 * the file had to be replaced, so it has to say all that is to be kept. 0 or what
	 * database_run() failed with.
	 */
	int (*work)(struct disk_job *job, struct database *database);
	/* In the loop, in the order of the jobs. error: CZ2_EIO when nothing was kept. */
	void (*done)(struct disk_job *job, int error);
};

/* transactions: false for a disk that is only read. Never NULL; database is borrowed. */
struct disk *
disk_new(uv_loop_t *loop, struct database *database, bool transactions);

/* Not while it is busy. */
struct disk *
disk_free(struct disk *disk);

/* The job is the disk's until done is called, which is never from within this call. */
void
disk_do(struct disk *disk, struct disk_job *job);

/* True while jobs wait or run. The database is not to be touched meanwhile. */
bool
disk_busy(const struct disk *disk);

#endif

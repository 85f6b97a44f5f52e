/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files of the store share: one file, the disks that work on it, and what each
 * kind of table needs to remember. Not for other rooms.
 */
#ifndef CZ2D_STORE_INTERNAL_H
#define CZ2D_STORE_INTERNAL_H

#include "cz2d/store/database.h"
#include "cz2d/store/disk.h"
#include "cz2d/store/store.h"

struct rows_job {
	struct disk_job job;
	struct store *store;
	struct cz2_image images[CZ2_ROW_COUNT];
	int64_t now, wall_us;
	bool under_way;
};

struct store {
	struct database *database, *look; /* to write, and beside that to read */
	struct disk *writer, *reader;     /* NULL: it is not part of a loop */
	char why[512];                    /* as told: the database may be at work */
	struct {
		unsigned life;                         /* of the file that saved[] is about */
		struct cz2_image saved[CZ2_ROW_COUNT]; /* what it holds, as far as we know */
		struct rows_job aside;
	} rows;
};

/* Parameters of a statement. A text stays the caller's; NULL becomes SQL's. */
struct database_value
store_text(const char *bytes);

struct database_value
store_number(int64_t integer);

/* For an answer of one number: self is an int64_t, left alone when there is none. */
void
store_take_number(void *self, const struct database_value *columns, int count);

/* A number from 0 to below the limit. */
bool
store_is_below(const struct database_value *column, int64_t limit);

/* Something that is kept beside the loop; what it is follows in a struct around this one. */
struct store_keeping {
	struct disk_job job;
	struct store *store;
	store_kept told; /* or NULL */
	void *self;
	void (*release)(struct store_keeping *keeping); /* frees it */
};

/* work keeps it; then told is told, and it is released. */
void
store_keep_aside(struct store *store, struct store_keeping *keeping,
		 int (*work)(struct disk_job *job, struct database *database));

/* After work on the database has ended. */
void
store_note_health(struct store *store);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The database file (SQLite): the last image of each row, so that a restart can show
 * what was known, the records of the ledger, and the devices. A damaged file is set aside, loudly,
 * and control goes on; a newer schema is left alone and nothing is stored.
 */
#ifndef CZ2D_STORE_H
#define CZ2D_STORE_H

#include <cz2/row.h>

#include "cz2d/devices/device.h"
#include "cz2d/ledger/record.h"

struct store;
struct uv_loop_s;

/*
 * Opens or creates path. Never NULL: a store that cannot be opened is not ok,
 * keeps nothing and says so in the log.
 */
struct store *
store_new(const char *path);

/* From now on there is a loop to work beside: what follows "aside" and the ledger need it. */
void
store_join(struct store *store, struct uv_loop_s *loop);

/* Not while it is busy. */
struct store *
store_free(struct store *store);

/*
 * False while nothing can be stored; store_why() then tells why. Of the last save that
 * has ended, as long as another one is under way.
 */
bool
store_ok(const struct store *store);

const char *
store_why(const struct store *store);

/*
 * Saves all images learnt (array of CZ2_ROW_COUNT) in one transaction; those already
 * saved are not written again. now and wall_us are the same moment.
 */
int
store_save_rows(struct store *store, const struct cz2_image *images, int64_t now, int64_t wall_us);

/*
 * The same on a thread of the loop's: a slow disk holds up nothing but itself. Left out
 * while one is under way.
 */
void
store_save_aside(struct store *store, const struct cz2_image *images, int64_t now,
		 int64_t wall_us);

/* Is anything under way that a thread does? */
bool
store_busy(const struct store *store);

/*
 * Fills images with what was saved, source CZ2_SOURCE_RESTORED, time on the monotonic
 * clock (in the past, maybe below 0). Rows that do not match the row table are skipped.
 */
int
store_load_rows(struct store *store, struct cz2_image *images, int64_t now, int64_t wall_us);

typedef void (*store_kept)(void *self, int error, int64_t now);

/*
 * Keeps a record as it is now; kept (from the loop, in the order of the calls) tells that
 * it is on the disk, or CZ2_EIO. The record is copied. What is final stays as it is, and
 * a status never goes back.
 */
void
store_keep(struct store *store, const struct record *record, store_kept kept, void *self);

/* Which records are wanted, newest first. */
struct store_query {
	char id[RECORD_ID_SIZE];       /* "": any */
	char user[RECORD_USER_SIZE];   /* with key: whose; "": any */
	char key[RECORD_KEY_SIZE];     /* "": any */
	int64_t since_us;              /* with key: not requested before */
	char device[RECORD_WORD_SIZE]; /* "": any; without id and key */
	int status;                    /* enum record_status, or -1: any */
	int limit;                     /* 1..STORE_LIMIT_MAX */
	int64_t offset;
};

enum { STORE_LIMIT_MAX = 500 };

/* records are gone after the call; total: how many there are besides limit and offset. */
typedef void (*store_found)(void *self, int error, const struct record *records, int count,
			    int64_t total);

/* Looks up what was kept until now, also what is still on its way to the disk. */
void
store_find(struct store *store, const struct store_query *query, store_found found, void *self);

/* Tells the records that are not final, oldest first; before the loop turns. 0 or CZ2_EIO. */
int
store_load_open(struct store *store, void (*told)(void *self, const struct record *record),
		void *self);

/*
 * Tells those of the newest records that changed since this moment, in that order; before
 * the loop turns. 0 or CZ2_EIO.
 */
int
store_load_since(struct store *store, int64_t updated_us,
		 void (*told)(void *self, const struct record *record), void *self);

/*
 * Keeps a device as it is now; kept (may be NULL; from the loop) tells that it is on the
 * disk, or CZ2_EIO. The device is copied.
 */
void
store_keep_device(struct store *store, const struct device *device, store_kept kept, void *self);

/* Tells the devices that were kept; before the loop turns. 0 or CZ2_EIO. */
int
store_load_devices(struct store *store, void (*told)(void *self, const struct device *device),
		   void *self);

/* count: how many were forgotten; 0: none is left that is so old; negative: CZ2_EIO. */
typedef void (*store_forgotten)(void *self, int count);

/*
 * Forgets some of the final records that were requested before this moment: few enough that
 * who waits for the disk does not wait for long. To be called again until none is left.
 */
void
store_forget_before(struct store *store, int64_t requested_us, store_forgotten told, void *self);

#endif

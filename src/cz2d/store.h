/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The database file (SQLite). For now it keeps the last image of each row, so
 * that a restart can show what was known; a later version adds the ledger of
 * commands and the history. A damaged file is set aside, loudly, and control
 * goes on; a newer schema is left alone and nothing is stored.
 */
#ifndef CZ2D_STORE_H
#define CZ2D_STORE_H

#include <cz2/row.h>

struct store;
struct uv_loop_s;

/*
 * Opens or creates path. Never NULL: a store that cannot be opened is not ok,
 * keeps nothing and says so in the log.
 */
struct store *
store_new(const char *path);

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
 * while one is under way; the store must not be used for anything else meanwhile, except
 * for asking how it is.
 */
void
store_save_aside(struct store *store, struct uv_loop_s *loop, const struct cz2_image *images,
		 int64_t now, int64_t wall_us);

/* Is a save under way? */
bool
store_busy(const struct store *store);

/*
 * Fills images with what was saved, source CZ2_SOURCE_RESTORED, time on the monotonic
 * clock (in the past, maybe below 0). Rows that do not match the row table are skipped.
 */
int
store_load_rows(struct store *store, struct cz2_image *images, int64_t now, int64_t wall_us);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Records that are old enough to go, and how many fewer there are then. When they are old
 * enough is the matter of who asks.
 */
#include "build.h"

#include "cz2d/store/store_internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include <cz2/error.h>

enum { FORGET_AT_ONCE = 500 };

/* Only the oldest are looked at: the rest is younger. */
#define OLDEST "(SELECT seq FROM (SELECT * FROM commands ORDER BY seq LIMIT ?2)" \
	       " WHERE status >= 2 AND requested_us < ?1)"

/* Once in their block, once in all. */
static const char count_fewer[] =
	"INSERT INTO counts (block, device, status, n)"
	" SELECT CASE WHEN whole THEN -1 ELSE seq >> 12 END AS part, device, status, -count(*)"
	" FROM commands, (SELECT 0 AS whole UNION ALL SELECT 1) WHERE seq IN " OLDEST
	" GROUP BY part, device, status"
	" ON CONFLICT (block, device, status) DO UPDATE SET n = n + excluded.n";

static const char drop_empty[] =
	"DELETE FROM counts WHERE n = 0 AND block >= 0 AND block <= (SELECT min(seq) >> 12 FROM commands)";

static const char delete_them[] = "DELETE FROM commands WHERE seq IN " OLDEST;

struct forgetting {
	struct disk_job job;
	struct store *store;
	int64_t requested_us;
	int64_t count;
	store_forgotten told;
	void *self;
};

static int
forget(struct disk_job *job, struct database *database)
{
	struct forgetting *forgetting = (struct forgetting *)job;
	struct database_value values[] = {store_number(forgetting->requested_us),
					  store_number(FORGET_AT_ONCE)};
	int error;

	forgetting->count = 0;
	if ((error = database_run(database, count_fewer, values, 2)) != CZ2_OK ||
	    (error = database_run(database, delete_them, values, 2)) != CZ2_OK ||
	    (error = database_ask(database, "SELECT changes()", NULL, 0, store_take_number,
				  &forgetting->count)) != CZ2_OK)
		return error;
	return database_run(database, drop_empty, NULL, 0);
}

static void
forgotten(struct disk_job *job, int error)
{
	struct forgetting *forgetting = (struct forgetting *)job;

	store_note_health(forgetting->store);
	forgetting->told(forgetting->self, error != CZ2_OK ? error : (int)forgetting->count);
	free(forgetting);
}

void
store_forget_before(struct store *store, int64_t requested_us, store_forgotten told, void *self)
{
	struct forgetting *forgetting = mem_new(1, sizeof *forgetting);

	forgetting->job = (struct disk_job){.work = forget, .done = forgotten};
	forgetting->store = store;
	forgetting->requested_us = requested_us;
	forgetting->told = told;
	forgetting->self = self;
	disk_do(store->writer, &forgetting->job);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Keeps the records of the ledger, and finds those that a start has to go on with. A record
 * is written whole each time: a file that was begun anew in between then holds it too. How
 * many there are of a kind is kept, not counted. Looking for records is left to store_pages.
 */
#include "build.h"

#include "cz2d/store/store_record.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include <cz2/error.h>

static const char keep_record[] =
	"INSERT INTO commands (" STORE_RECORD_NAMES ")"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (id) DO UPDATE SET status = excluded.status, armed = excluded.armed,"
	" updated_us = excluded.updated_us, sent_us = excluded.sent_us,"
	" delivered_us = excluded.delivered_us, expires_us = excluded.expires_us,"
	" result = excluded.result,"
	" answer_status = excluded.answer_status, answer = excluded.answer"
	" WHERE status < 2 AND excluded.status >= status";

/* Blocks of 4096 numbers each: store_pages walks by them. */
static const char count_more[] =
	"INSERT INTO counts (block, device, status, n) VALUES (-1, ?1, ?2, ?3), (?4 >> 12, ?1, ?2, ?3)"
	" ON CONFLICT (block, device, status) DO UPDATE SET n = n + excluded.n";

/* The limit is for files that were stuffed by others: ours never come near it. */
static const char select_open[] =
	"SELECT " STORE_RECORD_NAMES " FROM commands WHERE device IN (SELECT device FROM counts WHERE block = -1)"
	" AND status IN (0, 1) ORDER BY seq LIMIT 2000";

/* More are not given between two saves of the rows, except by who tries how many can be. */
static const char select_since[] =
	"SELECT " STORE_RECORD_NAMES " FROM (SELECT * FROM commands ORDER BY seq DESC LIMIT 1000)"
	" WHERE updated_us >= ?1 ORDER BY updated_us, seq";

/* ------------------------------------------------------------------------
 * Keeping
 */

struct keeping {
	struct store_keeping common;
	struct record record;
};

/* Where a command stands: its number, and how far it has come; -1: nowhere yet. */
struct place {
	int64_t seq, status;
};

static void
take_place(void *self, const struct database_value *columns, int count)
{
	struct place *place = self;

	if (count == 2 && columns[0].kind == DATABASE_INTEGER &&
	    columns[1].kind == DATABASE_INTEGER)
		*place = (struct place){columns[0].integer, columns[1].integer};
}

static int
find_place(struct database *database, const char *id, struct place *place)
{
	struct database_value value = store_text(id);

	*place = (struct place){-1, -1};
	return database_ask(database, "SELECT seq, status FROM commands WHERE id = ?", &value, 1,
			    take_place, place);
}

static int
count(struct database *database, const char *device, const struct place *place, int64_t more)
{
	struct database_value values[] = {store_text(device), store_number(place->status),
					  store_number(more), store_number(place->seq)};

	return place->status < 0 ? CZ2_OK : database_run(database, count_more, values, 4);
}

static int
keep(struct disk_job *job, struct database *database)
{
	const struct record *record = &((struct keeping *)job)->record;
	struct database_value columns[STORE_RECORD_COLUMNS];
	struct place before, after;
	int error;

	store_record_columns(record, columns);
	if ((error = find_place(database, record->id, &before)) != CZ2_OK ||
	    (error = database_run(database, keep_record, columns, STORE_RECORD_COLUMNS)) != CZ2_OK ||
	    (error = find_place(database, record->id, &after)) != CZ2_OK ||
	    before.status == after.status)
		return error;
	error = count(database, record->device, &before, -1);
	return error != CZ2_OK ? error : count(database, record->device, &after, 1);
}

static void
release(struct store_keeping *common)
{
	struct keeping *keeping = (struct keeping *)common;

	record_fini(&keeping->record);
	free(keeping);
}

void
store_keep(struct store *store, const struct record *record, store_kept told, void *self)
{
	struct keeping *keeping = mem_new(1, sizeof *keeping);

	keeping->common = (struct store_keeping){.release = release, .told = told, .self = self};
	record_copy(&keeping->record, record);
	store_keep_aside(store, &keeping->common, keep);
}

/* ------------------------------------------------------------------------
 * After a start
 */

struct loading {
	void (*told)(void *self, const struct record *record);
	void *self;
	bool open; /* only what has not ended */
	int skipped;
};

static void
load(void *self, const struct database_value *columns, int columns_count)
{
	struct loading *loading = self;
	struct record record;

	/* A damaged index may list what has ended. */
	if (!store_record_read(columns, columns_count, &record) ||
	    (loading->open && record_is_final(&record)))
		loading->skipped++;
	else
		loading->told(loading->self, &record);
	record_fini(&record);
}

int
store_load_open(struct store *store, void (*told)(void *self, const struct record *record),
		void *self)
{
	struct loading loading = {.told = told, .self = self, .open = true};
	int error = database_query(store->database, select_open, NULL, 0, load, &loading);

	store_note_health(store);
	if (loading.skipped > 0)
		log_warning("store", "%d stored commands cannot be ours and are skipped",
			    loading.skipped);
	return error;
}

int
store_load_since(struct store *store, int64_t updated_us,
		 void (*told)(void *self, const struct record *record), void *self)
{
	struct loading loading = {.told = told, .self = self};
	struct database_value values[] = {store_number(updated_us)};

	return database_query(store->database, select_since, values, 1, load, &loading);
}

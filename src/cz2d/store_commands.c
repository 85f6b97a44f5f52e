/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The records of the ledger. A record is written whole each time: a file that was begun
 * anew in between then holds it too. How many there are of a kind is kept, not counted.
 */
#include "build.h"

#include "cz2d/store_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include <cz2/error.h>

enum { ANSWER_STATUS_MAX = 1000 };

/* The columns of a record, in the order in which they are written and told. */
enum column {
	ID, DEVICE, COMMAND, USER, SOURCE, STATUS, ARMED, REQUESTED, UPDATED, SENT, DELIVERED,
	EXPIRES, PARAMS, WISH, METADATA, RESULT, KEY, ANSWER_STATUS, ANSWER, COLUMNS
};

#define NAMES "id, device, command, user, source, status, armed, requested_us, updated_us," \
	      " sent_us, delivered_us, expires_us, params, wish, metadata, result," \
	      " key, answer_status, answer"

static const char keep_record[] =
	"INSERT INTO commands (" NAMES ")"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (id) DO UPDATE SET status = excluded.status, armed = excluded.armed,"
	" updated_us = excluded.updated_us, sent_us = excluded.sent_us,"
	" delivered_us = excluded.delivered_us, result = excluded.result,"
	" answer_status = excluded.answer_status, answer = excluded.answer"
	" WHERE status < 2 AND excluded.status >= status";

static const char count_more[] =
	"INSERT INTO counts (device, status, n) VALUES (?, ?, ?)"
	" ON CONFLICT (device, status) DO UPDATE SET n = n + excluded.n";

/* The limit is for files that were stuffed by others: ours never come near it. */
static const char select_open[] =
	"SELECT " NAMES " FROM commands WHERE status < 2 ORDER BY seq LIMIT 2000";

/* More are not given between two saves of the rows, except by who tries how many can be. */
static const char select_since[] =
	"SELECT " NAMES " FROM (SELECT * FROM commands ORDER BY seq DESC LIMIT 1000)"
	" WHERE updated_us >= ?1 ORDER BY updated_us, seq";

/* ------------------------------------------------------------------------
 * Between records and columns
 */

static struct database_value
text(const char *bytes)
{
	struct database_value value = {.kind = DATABASE_TEXT, .bytes = bytes};

	if (bytes == NULL)
		return (struct database_value){.kind = DATABASE_OTHER};
	value.length = (int)strlen(bytes);
	return value;
}

static struct database_value
number(int64_t integer)
{
	return (struct database_value){.kind = DATABASE_INTEGER, .integer = integer};
}

static void
to_columns(const struct record *record, struct database_value columns[COLUMNS])
{
	columns[ID] = text(record->id);
	columns[DEVICE] = text(record->device);
	columns[COMMAND] = text(record->command);
	columns[USER] = text(record->user);
	columns[SOURCE] = number(record->source);
	columns[STATUS] = number(record->status);
	columns[ARMED] = number(record->armed);
	columns[REQUESTED] = number(record->requested_us);
	columns[UPDATED] = number(record->updated_us);
	columns[SENT] = number(record->sent_us);
	columns[DELIVERED] = number(record->delivered_us);
	columns[EXPIRES] = number(record->expires_us);
	columns[PARAMS] = text(record->params);
	columns[WISH] = text(record->wish);
	columns[METADATA] = text(record->metadata);
	columns[RESULT] = text(record->result);
	columns[KEY] = text(record->key[0] != '\0' ? record->key : NULL);
	columns[ANSWER_STATUS] = number(record->answer_status);
	columns[ANSWER] = text(record->answer);
}

static bool
is_text(const struct database_value *column, size_t room)
{
	return column->kind == DATABASE_TEXT && column->length > 0 &&
	       (size_t)column->length < room &&
	       memchr(column->bytes, '\0', (size_t)column->length) == NULL;
}

static bool
is_below(const struct database_value *column, int64_t limit)
{
	return column->kind == DATABASE_INTEGER && column->integer >= 0 && column->integer < limit;
}

/* Anybody may have edited the file: what could not have been one of ours is none. */
static bool
is_record(const struct database_value *columns)
{
	for (int time = REQUESTED; time <= EXPIRES; time++)
		if (!is_below(&columns[time], INT64_MAX))
			return false;
	return is_text(&columns[ID], RECORD_ID_SIZE) &&
	       is_text(&columns[DEVICE], RECORD_WORD_SIZE) &&
	       is_text(&columns[COMMAND], RECORD_WORD_SIZE) &&
	       is_text(&columns[USER], RECORD_USER_SIZE) &&
	       is_below(&columns[SOURCE], RECORD_SOURCE_COUNT) &&
	       is_below(&columns[STATUS], RECORD_STATUS_COUNT) &&
	       is_below(&columns[ANSWER_STATUS], ANSWER_STATUS_MAX) &&
	       (columns[KEY].kind != DATABASE_TEXT || is_text(&columns[KEY], RECORD_KEY_SIZE));
}

static void
copy_text(char *to, const struct database_value *column)
{
	memcpy(to, column->bytes, (size_t)column->length);
	to[column->length] = '\0';
}

/* A long text of its own, or NULL. */
static char *
own_text(const struct database_value *column)
{
	char *copy;

	if (column->kind != DATABASE_TEXT)
		return NULL;
	copy = mem_new((size_t)column->length + 1, 1);
	copy_text(copy, column);
	return copy;
}

static bool
from_columns(const struct database_value *columns, int count, struct record *record)
{
	memset(record, 0, sizeof *record);
	if (count != COLUMNS || !is_record(columns))
		return false;
	copy_text(record->id, &columns[ID]);
	copy_text(record->device, &columns[DEVICE]);
	copy_text(record->command, &columns[COMMAND]);
	copy_text(record->user, &columns[USER]);
	record->source = (enum record_source)columns[SOURCE].integer;
	record->status = (enum record_status)columns[STATUS].integer;
	record->armed = columns[ARMED].integer != 0;
	record->requested_us = columns[REQUESTED].integer;
	record->updated_us = columns[UPDATED].integer;
	record->sent_us = columns[SENT].integer;
	record->delivered_us = columns[DELIVERED].integer;
	record->expires_us = columns[EXPIRES].integer;
	record->params = own_text(&columns[PARAMS]);
	record->wish = own_text(&columns[WISH]);
	record->metadata = own_text(&columns[METADATA]);
	record->result = own_text(&columns[RESULT]);
	if (columns[KEY].kind == DATABASE_TEXT)
		copy_text(record->key, &columns[KEY]);
	record->answer_status = (int)columns[ANSWER_STATUS].integer;
	record->answer = own_text(&columns[ANSWER]);
	return true;
}

/* ------------------------------------------------------------------------
 * Keeping
 */

struct keeping {
	struct disk_job job;
	struct store *store;
	struct record record;
	store_kept kept;
	void *self;
};

static void
take_number(void *self, const struct database_value *columns, int count)
{
	if (count == 1 && columns[0].kind == DATABASE_INTEGER)
		*(int64_t *)self = columns[0].integer;
}

static int
find_status(struct database *database, const char *id, int64_t *status)
{
	struct database_value value = text(id);

	*status = -1;
	return database_ask(database, "SELECT status FROM commands WHERE id = ?", &value, 1,
			    take_number, status);
}

static int
count(struct database *database, const char *device, int64_t status, int64_t more)
{
	struct database_value values[] = {text(device), number(status), number(more)};

	return status < 0 ? CZ2_OK : database_run(database, count_more, values, 3);
}

static int
keep(struct disk_job *job, struct database *database)
{
	const struct record *record = &((struct keeping *)job)->record;
	struct database_value columns[COLUMNS];
	int64_t before, after;
	int error;

	to_columns(record, columns);
	if ((error = find_status(database, record->id, &before)) != CZ2_OK ||
	    (error = database_run(database, keep_record, columns, COLUMNS)) != CZ2_OK ||
	    (error = find_status(database, record->id, &after)) != CZ2_OK || before == after)
		return error;
	error = count(database, record->device, before, -1);
	return error != CZ2_OK ? error : count(database, record->device, after, 1);
}

static void
kept(struct disk_job *job, int error)
{
	struct keeping *keeping = (struct keeping *)job;

	store_note_health(keeping->store);
	if (keeping->kept != NULL)
		keeping->kept(keeping->self, error, clock_now());
	record_fini(&keeping->record);
	free(keeping);
}

void
store_keep(struct store *store, const struct record *record, store_kept told, void *self)
{
	struct keeping *keeping = mem_new(1, sizeof *keeping);

	keeping->job = (struct disk_job){.work = keep, .done = kept};
	keeping->store = store;
	record_copy(&keeping->record, record);
	keeping->kept = told;
	keeping->self = self;
	disk_do(store->writer, &keeping->job);
}

/* ------------------------------------------------------------------------
 * Finding
 */

struct finding {
	struct disk_job fence, job; /* what was kept before, then the search */
	struct store *store;
	struct store_query query;
	store_found found;
	void *self;
	struct record *records;
	int count;
	int64_t total;
};

static struct finding *
finding_of(struct disk_job *job)
{
	return (struct finding *)((char *)job - offsetof(struct finding, job));
}

static void
take_record(void *self, const struct database_value *columns, int columns_count)
{
	struct finding *finding = self;

	if (finding->count < finding->query.limit &&
	    from_columns(columns, columns_count, &finding->records[finding->count]))
		finding->count++;
}

static int
find_one(struct finding *finding, struct database *database)
{
	struct database_value value = text(finding->query.id);
	int error = database_query(database, "SELECT " NAMES " FROM commands WHERE id = ?", &value,
				   1, take_record, finding);

	finding->total = finding->count;
	return error;
}

static int
find_repeat(struct finding *finding, struct database *database)
{
	const struct store_query *query = &finding->query;
	struct database_value values[] = {text(query->key), text(query->user),
					  number(query->since_us)};

	return database_query(database,
			      "SELECT " NAMES " FROM commands WHERE key = ?1 AND user = ?2"
			      " AND requested_us >= ?3 ORDER BY seq DESC LIMIT 1",
			      values, 3, take_record, finding);
}

/* How many there are, and some of them, by what is asked for. */
struct page_texts {
	const char *count, *select;
};

#define NEWEST " ORDER BY seq DESC LIMIT ?3 OFFSET ?4"

static const struct page_texts of_device = {
	"SELECT sum(n) FROM counts WHERE device = ?1",
	"SELECT " NAMES " FROM commands WHERE device = ?1" NEWEST,
};
static const struct page_texts of_device_and_status = {
	"SELECT sum(n) FROM counts WHERE device = ?1 AND status = ?2",
	"SELECT " NAMES " FROM commands WHERE device = ?1 AND status = ?2" NEWEST,
};
static const struct page_texts of_all = {
	"SELECT sum(n) FROM counts",
	"SELECT " NAMES " FROM commands" NEWEST,
};
/* Nearly all are delivered: from the newest on they are soon found. */
static const struct page_texts of_all_delivered = {
	"SELECT sum(n) FROM counts WHERE status = ?2",
	"SELECT " NAMES " FROM commands NOT INDEXED WHERE status = ?2" NEWEST,
};
/* Of the others there are few: by the index, and then sorted. */
static const struct page_texts of_all_with_status = {
	"SELECT sum(n) FROM counts WHERE status = ?2",
	"SELECT " NAMES " FROM commands INDEXED BY commands_by_status"
	" WHERE device IN (SELECT device FROM counts) AND status = ?2" NEWEST,
};

static const struct page_texts *
texts_of(const struct store_query *query)
{
	if (query->device[0] != '\0')
		return query->status < 0 ? &of_device : &of_device_and_status;
	if (query->status < 0)
		return &of_all;
	return query->status == RECORD_DELIVERED ? &of_all_delivered : &of_all_with_status;
}

static int
find_page(struct finding *finding, struct database *database)
{
	const struct store_query *query = &finding->query;
	const struct page_texts *texts = texts_of(query);
	struct database_value values[] = {text(query->device), number(query->status),
					  number(query->limit), number(query->offset)};
	int error = database_query(database, texts->count, values, 4, take_number,
				   &finding->total);

	if (error != CZ2_OK)
		return error;
	return database_query(database, texts->select, values, 4, take_record, finding);
}

static int
search(struct disk_job *job, struct database *database)
{
	struct finding *finding = finding_of(job);

	finding->records = mem_new((size_t)finding->query.limit, sizeof *finding->records);
	if (finding->query.id[0] != '\0')
		return find_one(finding, database);
	if (finding->query.key[0] != '\0')
		return find_repeat(finding, database);
	return find_page(finding, database);
}

static void
found(struct disk_job *job, int error)
{
	struct finding *finding = finding_of(job);

	finding->found(finding->self, error, finding->records, finding->count, finding->total);
	for (int i = 0; i < finding->count; i++)
		record_fini(&finding->records[i]);
	free(finding->records);
	free(finding);
}

static int
pass(struct disk_job *job, struct database *database)
{
	(void)job;
	(void)database;
	return CZ2_OK;
}

/* What cannot be written any more can still be read. */
static void
passed(struct disk_job *fence, int error)
{
	struct finding *finding = (struct finding *)fence;

	(void)error;
	disk_do(finding->store->reader, &finding->job);
}

void
store_find(struct store *store, const struct store_query *query, store_found told, void *self)
{
	struct finding *finding = mem_new(1, sizeof *finding);

	finding->fence = (struct disk_job){.work = pass, .done = passed};
	finding->job = (struct disk_job){.work = search, .done = found};
	finding->store = store;
	finding->query = *query;
	finding->found = told;
	finding->self = self;
	if (disk_busy(store->writer))
		disk_do(store->writer, &finding->fence);
	else
		disk_do(store->reader, &finding->job);
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
	if (!from_columns(columns, columns_count, &record) ||
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
	struct database_value values[] = {number(updated_us)};

	return database_query(store->database, select_since, values, 1, load, &loading);
}

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

enum {
	ANSWER_STATUS_MAX = 1000,
	BLOCK = 4096,       /* numbers that are counted together: the 12 bits in the texts below */
	BLOCKS_MAX = 1 << 30,
	WALK_STEPS = 32,    /* blocks that are asked for at once: the limit in the texts */
	FAR_BACK = 1000,    /* from this offset on it pays to walk by blocks */
};

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
	" delivered_us = excluded.delivered_us, expires_us = excluded.expires_us,"
	" result = excluded.result,"
	" answer_status = excluded.answer_status, answer = excluded.answer"
	" WHERE status < 2 AND excluded.status >= status";

static const char count_more[] =
	"INSERT INTO counts (block, device, status, n) VALUES (-1, ?1, ?2, ?3), (?4 >> 12, ?1, ?2, ?3)"
	" ON CONFLICT (block, device, status) DO UPDATE SET n = n + excluded.n";

/* The limit is for files that were stuffed by others: ours never come near it. */
static const char select_open[] =
	"SELECT " NAMES " FROM commands WHERE device IN (SELECT device FROM counts WHERE block = -1)"
	" AND status IN (0, 1) ORDER BY seq LIMIT 2000";

/* More are not given between two saves of the rows, except by who tries how many can be. */
static const char select_since[] =
	"SELECT " NAMES " FROM (SELECT * FROM commands ORDER BY seq DESC LIMIT 1000)"
	" WHERE updated_us >= ?1 ORDER BY updated_us, seq";

/* ------------------------------------------------------------------------
 * Between records and columns
 */

static void
to_columns(const struct record *record, struct database_value columns[COLUMNS])
{
	columns[ID] = store_text(record->id);
	columns[DEVICE] = store_text(record->device);
	columns[COMMAND] = store_text(record->command);
	columns[USER] = store_text(record->user);
	columns[SOURCE] = store_number(record->source);
	columns[STATUS] = store_number(record->status);
	columns[ARMED] = store_number(record->armed);
	columns[REQUESTED] = store_number(record->requested_us);
	columns[UPDATED] = store_number(record->updated_us);
	columns[SENT] = store_number(record->sent_us);
	columns[DELIVERED] = store_number(record->delivered_us);
	columns[EXPIRES] = store_number(record->expires_us);
	columns[PARAMS] = store_text(record->params);
	columns[WISH] = store_text(record->wish);
	columns[METADATA] = store_text(record->metadata);
	columns[RESULT] = store_text(record->result);
	columns[KEY] = store_text(record->key[0] != '\0' ? record->key : NULL);
	columns[ANSWER_STATUS] = store_number(record->answer_status);
	columns[ANSWER] = store_text(record->answer);
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
	struct database_value columns[COLUMNS];
	struct place before, after;
	int error;

	to_columns(record, columns);
	if ((error = find_place(database, record->id, &before)) != CZ2_OK ||
	    (error = database_run(database, keep_record, columns, COLUMNS)) != CZ2_OK ||
	    (error = find_place(database, record->id, &after)) != CZ2_OK ||
	    before.status == after.status)
		return error;
	error = count(database, record->device, &before, -1);
	return error != CZ2_OK ? error : count(database, record->device, &after, 1);
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
	struct database_value value = store_text(finding->query.id);
	int error = database_query(database, "SELECT " NAMES " FROM commands WHERE id = ?", &value,
				   1, take_record, finding);

	finding->total = finding->count;
	return error;
}

static int
find_repeat(struct finding *finding, struct database *database)
{
	const struct store_query *query = &finding->query;
	struct database_value values[] = {store_text(query->key), store_text(query->user),
					  store_number(query->since_us)};

	return database_query(database,
			      "SELECT " NAMES " FROM commands WHERE key = ?1 AND user = ?2"
			      " AND requested_us >= ?3 ORDER BY seq DESC LIMIT 1",
			      values, 3, take_record, finding);
}

/* How many there are; how many in each of the next blocks, from the newest on; and a page. */
struct page_texts {
	const char *count, *walk, *select;
};

#define COUNT(WHICH) "SELECT sum(n) FROM counts WHERE block = -1" WHICH
#define WALK(WHICH) \
	"SELECT block, sum(n) FROM counts WHERE block >= 0 AND block <= ?5" WHICH \
	" GROUP BY block ORDER BY block DESC LIMIT 32"
#define PAGE(FROM, WHICH) \
	"SELECT " NAMES " FROM commands" FROM " WHERE seq < ?5" WHICH \
	" ORDER BY seq DESC LIMIT ?3 OFFSET ?4"

#define OF_DEVICE " AND device = ?1"
#define WITH_STATUS " AND status = ?2"

static const struct page_texts of_device = {
	COUNT(OF_DEVICE), WALK(OF_DEVICE), PAGE("", OF_DEVICE),
};
static const struct page_texts of_device_and_status = {
	COUNT(OF_DEVICE WITH_STATUS), WALK(OF_DEVICE WITH_STATUS), PAGE("", OF_DEVICE WITH_STATUS),
};
static const struct page_texts of_all = {COUNT(""), WALK(""), PAGE("", "")};
/* Nearly all are delivered: from the newest on they are soon found. */
static const struct page_texts of_all_delivered = {
	COUNT(WITH_STATUS), WALK(WITH_STATUS), PAGE(" NOT INDEXED", WITH_STATUS),
};
/* Of the others there are few: by the index, and then sorted. */
static const struct page_texts of_all_with_status = {
	COUNT(WITH_STATUS), WALK(WITH_STATUS),
	PAGE(" INDEXED BY commands_by_status",
	     " AND device IN (SELECT device FROM counts WHERE block = -1)" WITH_STATUS),
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

/* Blocks from the newest on, until one is not skipped as a whole. */
struct walk {
	int64_t offset; /* how many are to be skipped */
	int64_t above;  /* in the blocks that were */
	int64_t block;
	int steps;
	bool found;
};

static void
take_block(void *self, const struct database_value *columns, int count)
{
	struct walk *walk = self;

	walk->steps++;
	if (walk->found || count != 2 || !is_below(&columns[0], BLOCKS_MAX) ||
	    !is_below(&columns[1], INT32_MAX))
		return;
	walk->found = walk->above + columns[1].integer > walk->offset;
	walk->block = columns[0].integer - !walk->found;
	walk->above += walk->found ? 0 : columns[1].integer;
}

static int
find_block(struct database *database, const char *sql, struct database_value *values,
	   struct walk *walk)
{
	int64_t from;
	int error = CZ2_OK;

	do {
		from = walk->block;
		walk->steps = 0;
		values[4] = store_number(from);
		error = database_query(database, sql, values, 5, take_block, walk);
	} while (error == CZ2_OK && !walk->found && walk->steps == WALK_STEPS &&
		 walk->block < from);
	return error;
}

static int
find_page(struct finding *finding, struct database *database)
{
	const struct store_query *query = &finding->query;
	const struct page_texts *texts = texts_of(query);
	struct walk walk = {.offset = query->offset, .block = BLOCKS_MAX};
	struct database_value values[] = {store_text(query->device), store_number(query->status),
					  store_number(query->limit), store_number(query->offset),
					  store_number(0)};
	int error = database_query(database, texts->count, values, 4, store_take_number,
				   &finding->total);

	if (error == CZ2_OK && query->offset >= FAR_BACK)
		error = find_block(database, texts->walk, values, &walk);
	if (error != CZ2_OK)
		return error;
	values[3] = store_number(query->offset - walk.above);
	values[4] = store_number((walk.block + 1) * BLOCK);
	return database_query(database, texts->select, values, 5, take_record, finding);
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
	struct database_value values[] = {store_number(updated_us)};

	return database_query(store->database, select_since, values, 1, load, &loading);
}

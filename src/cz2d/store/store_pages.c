/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Records that somebody looks for: by id, by Idempotency-Key, or a page of a list. Far pages
 * are reached by kept counts of blocks, not by walking over all that is newer.
 */
#include "build.h"

#include "cz2d/store/store_record.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"
#include <cz2/error.h>

enum {
	BLOCK = 4096,       /* numbers that are counted together: 12 bits, in store_commands.c too */
	BLOCKS_MAX = 1 << 30,
	WALK_STEPS = 32,    /* blocks that are asked for at once: the limit in the texts */
	FAR_BACK = 1000,    /* from this offset on it pays to walk by blocks */
};

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
	    store_record_read(columns, columns_count, &finding->records[finding->count]))
		finding->count++;
}

static int
find_one(struct finding *finding, struct database *database)
{
	struct database_value value = store_text(finding->query.id);
	int error = database_query(database, "SELECT " STORE_RECORD_NAMES " FROM commands WHERE id = ?", &value,
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
			      "SELECT " STORE_RECORD_NAMES " FROM commands WHERE key = ?1 AND user = ?2"
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
	"SELECT " STORE_RECORD_NAMES " FROM commands" FROM " WHERE seq < ?5" WHICH \
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
	if (walk->found || count != 2 || !store_is_below(&columns[0], BLOCKS_MAX) ||
	    !store_is_below(&columns[1], INT32_MAX))
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

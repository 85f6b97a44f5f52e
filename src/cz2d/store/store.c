/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The file and its schema. What stands in the tables is the matter of store_*.c, the
 * file's health is database's.
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/store/store_internal.h"

static const char *const steps[] = {
	"CREATE TABLE rows (device INTEGER NOT NULL, tbl INTEGER NOT NULL, number INTEGER NOT NULL,"
	" payload BLOB NOT NULL, learnt_us INTEGER NOT NULL, PRIMARY KEY (device, tbl, number))"
	" WITHOUT ROWID;",

	/*
	 * counts: how many commands of a device have a status, so that nobody has to count: in
	 * each block of 4096 numbers, so that a page far back is found, and (block -1) in all.
	 */
	"CREATE TABLE commands (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" device TEXT NOT NULL, command TEXT NOT NULL, user TEXT NOT NULL,"
	" source INTEGER NOT NULL, status INTEGER NOT NULL, armed INTEGER NOT NULL,"
	" requested_us INTEGER NOT NULL, updated_us INTEGER NOT NULL, sent_us INTEGER NOT NULL,"
	" delivered_us INTEGER NOT NULL, expires_us INTEGER NOT NULL, params TEXT, wish TEXT,"
	" metadata TEXT, result TEXT, key TEXT, answer_status INTEGER NOT NULL, answer TEXT);"
	"CREATE INDEX commands_of_key ON commands (key, seq) WHERE key IS NOT NULL;"
	"CREATE INDEX commands_of_device ON commands (device, seq);"
	"CREATE INDEX commands_by_status ON commands (device, status, seq);"
	"CREATE TABLE counts (block INTEGER NOT NULL, device TEXT NOT NULL,"
	" status INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (block, device, status))"
	" WITHOUT ROWID;",

	"CREATE TABLE devices (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL,"
	" metadata TEXT NOT NULL, decommissioned INTEGER NOT NULL, created_us INTEGER NOT NULL,"
	" updated_us INTEGER NOT NULL) WITHOUT ROWID;",
};

static const struct database_schema schema = {steps, sizeof steps / sizeof steps[0]};

struct database_value
store_text(const char *bytes)
{
	if (bytes == NULL)
		return (struct database_value){.kind = DATABASE_OTHER};
	return (struct database_value){
		.kind = DATABASE_TEXT, .bytes = bytes, .length = (int)strlen(bytes)};
}

struct database_value
store_number(int64_t integer)
{
	return (struct database_value){.kind = DATABASE_INTEGER, .integer = integer};
}

void
store_take_number(void *self, const struct database_value *columns, int count)
{
	if (count == 1 && columns[0].kind == DATABASE_INTEGER)
		*(int64_t *)self = columns[0].integer;
}

bool
store_is_below(const struct database_value *column, int64_t limit)
{
	return column->kind == DATABASE_INTEGER && column->integer >= 0 && column->integer < limit;
}

static void
kept(struct disk_job *job, int error)
{
	struct store_keeping *keeping = (struct store_keeping *)job;

	store_note_health(keeping->store);
	if (keeping->told != NULL)
		keeping->told(keeping->self, error, clock_now());
	keeping->release(keeping);
}

void
store_keep_aside(struct store *store, struct store_keeping *keeping,
		 int (*work)(struct disk_job *job, struct database *database))
{
	keeping->job = (struct disk_job){.work = work, .done = kept};
	keeping->store = store;
	disk_do(store->writer, &keeping->job);
}

void
store_note_health(struct store *store)
{
	snprintf(store->why, sizeof store->why, "%s", database_why(store->database));
}

struct store *
store_new(const char *path)
{
	struct store *store = mem_new(1, sizeof *store);

	store->database = database_new(path, &schema);
	store->look = database_new_reader(path);
	store_note_health(store);
	return store;
}

void
store_join(struct store *store, uv_loop_t *loop)
{
	store->writer = disk_new(loop, store->database, true);
	store->reader = disk_new(loop, store->look, false);
}

struct store *
store_free(struct store *store)
{
	if (store == NULL)
		return NULL;
	disk_free(store->reader);
	disk_free(store->writer);
	database_free(store->look);
	database_free(store->database);
	free(store);
	return NULL;
}

bool
store_ok(const struct store *store)
{
	return store->why[0] == '\0';
}

const char *
store_why(const struct store *store)
{
	return store->why;
}

bool
store_busy(const struct store *store)
{
	return disk_busy(store->writer) || disk_busy(store->reader);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The only place that knows SQLite. Nothing that goes wrong here may hold up the
 * panel: a file that cannot be used is reported once and tried again when it is
 * needed next; a damaged one is set aside. What the tables hold is store's.
 */
#include "build.h"

#include "cz2d/store/database.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parent.h"
#include "cz2d/store/aside.h"
#include "cz2d/store/backup.h"
#include <cz2/error.h>

enum {
	APPLICATION_ID = 0x637A3264, /* "cz2d": file(1) and we know it again by this */
	BUSY_MS = 100,               /* how long somebody else's look at the file may take */
	PAGE_MIN = 512,              /* bytes of SQLite's smallest page */
	VALUE_MAX = 1 << 20,         /* bytes of a value that are ever read */
	WHOLLY_CHECKED_PAGES = 32768, /* of 2 KiB: read in a fraction of a second */
	WHY_MAX = 512,
};

struct database {
	char *path;
	const struct database_schema *schema; /* NULL: somebody else's file, only read */
	sqlite3 *handle;   /* NULL while there is none that can be used */
	ino_t inode;       /* of the file that is only read */
	unsigned life;
	int code;          /* of the statement that failed last */
	char why[WHY_MAX]; /* it cannot be used; "" while all is well */
};

/*
 * Bytes of a page of a new file: a command changes a few bytes in each of several pages. And
 * the KiB of them that are kept in memory, as SQL wants them: what is written is hardly ever
 * looked at again, and what is asked for the system has at hand.
 */
#define PAGE "2048"
#define WRITER_CACHE "-64"
#define READER_CACHE "-256"

enum verdict { GOOD, DAMAGED, UNUSABLE };

/* A file without its marker has lost what it held, and must not pass for a new one. */
static const char mark[] =
	"CREATE TABLE marker (id INTEGER PRIMARY KEY CHECK (id = 1), created_s INTEGER NOT NULL);"
	"INSERT INTO marker VALUES (1, CAST(strftime('%s') AS INTEGER));";

/* ------------------------------------------------------------------------
 * How it is
 */

__attribute__((format(printf, 2, 3))) static enum verdict
unusable(struct database *database, const char *format, ...)
{
	char why[WHY_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	if (strcmp(why, database->why) != 0)
		log_error("store", "%s; nothing is stored until that is mended", why);
	memcpy(database->why, why, sizeof why);
	return UNUSABLE;
}

static void
usable(struct database *database)
{
	if (database->why[0] != '\0')
		log_info("store", "%s can be used again", database->path);
	database->why[0] = '\0';
}

bool
database_ok(const struct database *database)
{
	return database->why[0] == '\0';
}

const char *
database_why(const struct database *database)
{
	return database->why;
}

unsigned
database_life(const struct database *database)
{
	return database->life;
}

/* What SQLite's answer means for the file. */
static enum verdict
judge(struct database *database, int code)
{
	switch (code & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return GOOD;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* our statements fail only on tables that are not as we made them */
	case SQLITE_MISMATCH:
		return DAMAGED;
	default:
		if (database->schema == NULL)
			return UNUSABLE; /* its owner will tell */
		return unusable(database, "cannot use %s: %s", database->path, sqlite3_errstr(code));
	}
}

static enum verdict
execute(struct database *database, const char *sql)
{
	return judge(database, sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

static void
roll_back(struct database *database)
{
	if (!sqlite3_get_autocommit(database->handle))
		sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

static void
close_file(struct database *database)
{
	sqlite3_close(database->handle);
	database->handle = NULL;
}

/* ------------------------------------------------------------------------
 * Opening: what there is, whether it is whole, and of which version
 */

/* The first column of the first row as text, cut to size. */
static enum verdict
ask(struct database *database, const char *sql, char *out, int size)
{
	sqlite3_stmt *statement = NULL;
	const unsigned char *text = NULL;
	int code = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		text = sqlite3_column_text(statement, 0);
	snprintf(out, (size_t)size, "%s", text != NULL ? (const char *)text : "");
	sqlite3_finalize(statement);
	return judge(database, code);
}

static enum verdict
ask_number(struct database *database, const char *sql, long *number)
{
	char text[32];
	enum verdict verdict = ask(database, sql, text, sizeof text);

	*number = strtol(text, NULL, 10);
	return verdict;
}

/* Nothing in the file may make SQLite do more than read and write tables. */
static void
distrust(sqlite3 *handle)
{
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_busy_timeout(handle, BUSY_MS);
}

static enum verdict
open_file(struct database *database)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int code;

	parent_make(database->path, DATABASE_DIRECTORY_MODE, "store");
	code = sqlite3_open_v2(database->path, &database->handle, flags, NULL);
	if (code != SQLITE_OK) {
		int number = database->handle != NULL ? sqlite3_system_errno(database->handle) : 0;

		return unusable(database, "cannot open %s: %s", database->path,
				number != 0 ? strerror(number) : sqlite3_errstr(code));
	}
	distrust(database->handle);
	if (sqlite3_db_readonly(database->handle, "main") == 1)
		return unusable(database, "%s may not be written", database->path);
	return GOOD;
}

/* SQLite takes what is too short for a page for nothing at all. */
static bool
is_stump(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && file.st_size > 0 && file.st_size < PAGE_MIN;
}

/* Ours, or new; *version gets the schema's. */
static enum verdict
identify(struct database *database, long *version)
{
	enum verdict verdict;
	long application, tables, markers;

	if ((verdict = ask_number(database, "PRAGMA application_id", &application)) != GOOD ||
	    (verdict = ask_number(database, "PRAGMA user_version", version)) != GOOD ||
	    (verdict = ask_number(database, "SELECT count(*) FROM sqlite_schema", &tables)) != GOOD)
		return verdict;
	if (application == 0 && *version == 0 && tables == 0)
		return is_stump(database->path) ? DAMAGED : GOOD;
	if (application != APPLICATION_ID)
		return unusable(database, "%s belongs to another program", database->path);
	if (*version > database->schema->version)
		return unusable(database, "%s was made by a newer cz2d (schema %ld, this one knows %d)",
				database->path, *version, database->schema->version);
	if (*version < 1)
		return DAMAGED;
	verdict = ask_number(database, "SELECT count(*) FROM marker WHERE id = 1", &markers);
	return verdict != GOOD || markers == 1 ? verdict : DAMAGED;
}

/*
 * Inserts into a damaged file succeed: only this tells. The quick check does not compare
 * indexes with what they are about; a file that is so large that the other one would hold
 * up the start has to do with it.
 */
static enum verdict
check_whole(struct database *database)
{
	char answer[64];
	enum verdict verdict;
	long pages;

	if ((verdict = ask_number(database, "PRAGMA page_count", &pages)) != GOOD ||
	    (verdict = ask(database,
			   pages <= WHOLLY_CHECKED_PAGES ? "PRAGMA integrity_check(1)"
							 : "PRAGMA quick_check(1)",
			   answer, sizeof answer)) != GOOD)
		return verdict;
	/* The file may be written: that it must not stands in its header, where we never put it. */
	if (sqlite3_db_readonly(database->handle, "main") == 1)
		return DAMAGED;
	return strcmp(answer, "ok") == 0 ? GOOD : DAMAGED;
}

/* Whatever becomes of the steps, an older version can go on with the copy. */
static enum verdict
back_up(struct database *database, long version)
{
	struct backup backup;
	char *sql;
	int code;

	if (backup_begin(&backup, database->path, database->schema->version) != CZ2_OK)
		return unusable(database, "%s is of an older cz2d and cannot be copied before it is "
				"changed: %s", database->path, strerror(errno));
	sql = mem_or_end(sqlite3_mprintf("VACUUM INTO %Q", backup.part));
	code = sqlite3_exec(database->handle, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	if (code == SQLITE_OK && backup_end(&backup) == CZ2_OK) {
		log_info("store", "%s is brought from schema %ld to %d; as it was it is kept as %s",
			 database->path, version, database->schema->version, backup.name);
		return GOOD;
	}
	backup_drop(&backup);
	return unusable(database, "%s is of an older cz2d and cannot be copied before it is "
			"changed: %s", database->path,
			code != SQLITE_OK ? sqlite3_errstr(code) : strerror(errno));
}

/* Within a transaction: what fails leaves the file as it was. */
static enum verdict
take_steps(struct database *database, long version)
{
	const struct database_schema *schema = database->schema;
	enum verdict verdict = version == 0 ? execute(database, mark) : GOOD;
	char numbers[128];

	for (; version < schema->version && verdict == GOOD; version++)
		verdict = execute(database, schema->steps[version]);
	if (verdict != GOOD)
		return verdict;
	snprintf(numbers, sizeof numbers, "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 APPLICATION_ID, schema->version);
	return execute(database, numbers);
}

static enum verdict
migrate(struct database *database, long version)
{
	enum verdict verdict = GOOD;

	if (version == database->schema->version)
		return GOOD;
	if (version > 0)
		verdict = back_up(database, version);
	if (verdict == GOOD)
		verdict = execute(database, "BEGIN IMMEDIATE");
	if (verdict == GOOD)
		verdict = take_steps(database, version);
	if (verdict == GOOD)
		verdict = execute(database, "COMMIT");
	roll_back(database);
	/* A step that fails is our mistake: people's data stay where they are. */
	if (verdict == DAMAGED && version > 0)
		return unusable(database, "%s cannot be brought from schema %ld to %d",
				database->path, version, database->schema->version);
	return verdict;
}

static enum verdict
open_whole(struct database *database)
{
	enum verdict verdict;
	long version = 0;

	if ((verdict = open_file(database)) != GOOD ||
	    (verdict = identify(database, &version)) != GOOD ||
	    (verdict = check_whole(database)) != GOOD ||
	    (verdict = execute(database, "PRAGMA page_size = " PAGE)) != GOOD ||
	    (verdict = execute(database, "PRAGMA journal_mode = WAL")) != GOOD ||
	    (verdict = execute(database, "PRAGMA synchronous = FULL")) != GOOD ||
	    (verdict = execute(database, "PRAGMA cache_size = " WRITER_CACHE)) != GOOD)
		return verdict;
	return migrate(database, version);
}

/* ------------------------------------------------------------------------
 * Files that are damaged, emptied or gone
 */

static enum verdict
set_aside(struct database *database)
{
	/* SQLite's log goes along: it may be what the file can be mended with. */
	static const char *const companions[] = {"-wal", "-shm", NULL};
	char aside[ASIDE_ROOM];

	close_file(database);
	if (aside_move(database->path, companions, clock_wall_us(), aside) != 0)
		return unusable(database, "%s is damaged and cannot be moved away: %s",
				database->path, strerror(errno));
	log_error("store", "%s is damaged; it was set aside as %s and a new one begun",
		  database->path, aside);
	return GOOD;
}

/* SQLite takes a file of no length for a new one; to us it is one that lost everything. */
static bool
is_empty_file(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_size == 0;
}

/* Whatever is written to a file without a name is gone when we close it. */
static void
notice_removal(struct database *database)
{
	struct stat file;

	if (database->handle == NULL || stat(database->path, &file) == 0 || errno != ENOENT)
		return;
	log_warning("store", "%s was removed; a new one is begun", database->path);
	close_file(database);
}

/*
 * Its owner may have begun a new file meanwhile. Why one cannot be opened is the owner's to
 * tell.
 */
static bool
be_open_to_read(struct database *database)
{
	struct stat file;

	if (stat(database->path, &file) != 0)
		return false;
	if (database->handle != NULL && database->inode == file.st_ino)
		return true;
	close_file(database);
	database->inode = file.st_ino;
	if (sqlite3_open_v2(database->path, &database->handle,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		close_file(database);
		return false;
	}
	distrust(database->handle);
	/* Where that fails it is SQLite's own, of 2 MiB; why shows when the file is asked something. */
	execute(database, "PRAGMA cache_size = " READER_CACHE);
	return true;
}

/* Damaged is what looks so twice: SQLite says the same of a read that failed. */
static enum verdict
open_surely(struct database *database)
{
	enum verdict verdict = open_whole(database);

	if (verdict != DAMAGED)
		return verdict;
	close_file(database);
	return open_whole(database);
}

/* Opens the file, or a new one in place of a damaged one. */
static bool
be_open(struct database *database)
{
	enum verdict verdict;
	bool empty;

	if (database->schema == NULL)
		return be_open_to_read(database);
	notice_removal(database);
	if (database->handle != NULL)
		return true;
	empty = is_empty_file(database->path);
	verdict = open_surely(database);
	if (verdict == DAMAGED && (verdict = set_aside(database)) == GOOD)
		verdict = open_whole(database);
	if (verdict == DAMAGED)
		unusable(database, "%s is damaged again as soon as it is made", database->path);
	if (verdict != GOOD) {
		close_file(database);
		return false;
	}
	if (empty)
		log_warning("store", "%s was empty: whatever it held is lost", database->path);
	database->life++;
	usable(database);
	return true;
}

struct database *
database_new(const char *path, const struct database_schema *schema)
{
	struct database *database = mem_new(1, sizeof *database);

	database->path = mem_text(path);
	database->schema = schema;
	be_open(database);
	return database;
}

struct database *
database_new_reader(const char *path)
{
	struct database *database = mem_new(1, sizeof *database);

	database->path = mem_text(path);
	return database;
}

struct database *
database_free(struct database *database)
{
	if (database == NULL)
		return NULL;
	close_file(database);
	free(database->path);
	free(database);
	return NULL;
}

/* ------------------------------------------------------------------------
 * Statements
 */

static void
bind(sqlite3_stmt *statement, const struct database_value *values, int count)
{
	for (int i = 0; i < count; i++) {
		const struct database_value *value = &values[i];

		if (value->kind == DATABASE_BLOB)
			sqlite3_bind_blob(statement, i + 1, value->bytes, value->length,
					  SQLITE_STATIC);
		else if (value->kind == DATABASE_TEXT)
			sqlite3_bind_text(statement, i + 1, value->bytes, value->length,
					  SQLITE_STATIC);
		else if (value->kind == DATABASE_INTEGER)
			sqlite3_bind_int64(statement, i + 1, value->integer);
	}
}

int
database_run(struct database *database, const char *sql, const struct database_value *values,
	     int count)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL);

	if (code == SQLITE_OK) {
		bind(statement, values, count);
		while ((code = sqlite3_step(statement)) == SQLITE_ROW)
			;
	}
	sqlite3_finalize(statement);
	database->code = code;
	return code == SQLITE_DONE ? CZ2_OK : CZ2_EIO;
}

static enum verdict
try_transaction(struct database *database, int (*body)(void *self), void *self)
{
	enum verdict verdict;

	database->code = sqlite3_exec(database->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (database->code == SQLITE_OK && body(self) == CZ2_OK)
		database->code = sqlite3_exec(database->handle, "COMMIT", NULL, NULL, NULL);
	verdict = judge(database, database->code);
	roll_back(database);
	return verdict;
}

int
database_transaction(struct database *database, int (*body)(void *self), void *self)
{
	enum verdict verdict;

	/* The second try is for a file that only seemed damaged, the third for a new one. */
	for (int tries = 0; tries < 3; tries++) {
		if (!be_open(database))
			return CZ2_EIO;
		verdict = try_transaction(database, body, self);
		if (verdict == GOOD) {
			usable(database);
			return CZ2_OK;
		}
		if (verdict == UNUSABLE)
			return CZ2_EIO;
		if (tries == 0)
			close_file(database);
		else if (set_aside(database) != GOOD)
			return CZ2_EIO;
	}
	unusable(database, "%s is damaged again as soon as it is written", database->path);
	return CZ2_EIO;
}

static struct database_value
column(sqlite3_stmt *statement, int i)
{
	switch (sqlite3_column_type(statement, i)) {
	case SQLITE_INTEGER:
		return (struct database_value){.kind = DATABASE_INTEGER,
					       .integer = sqlite3_column_int64(statement, i)};
	case SQLITE_TEXT:
		return (struct database_value){.kind = DATABASE_TEXT,
					       .bytes = sqlite3_column_text(statement, i),
					       .length = sqlite3_column_bytes(statement, i)};
	case SQLITE_BLOB:
		return (struct database_value){.kind = DATABASE_BLOB,
					       .bytes = sqlite3_column_blob(statement, i),
					       .length = sqlite3_column_bytes(statement, i)};
	default:
		return (struct database_value){.kind = DATABASE_OTHER};
	}
}

/* SQLite's answer to the last step: SQLITE_DONE when all rows were told. */
static int
tell_rows(struct database *database, const char *sql, const struct database_value *values,
	  int given, database_told told, void *self)
{
	struct database_value columns[DATABASE_COLUMNS_MAX];
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(database->handle, sql, -1, &statement, NULL);
	int count = sqlite3_column_count(statement);

	if (code == SQLITE_OK)
		bind(statement, values, given);
	while (code == SQLITE_OK || code == SQLITE_ROW) {
		code = sqlite3_step(statement);
		if (code != SQLITE_ROW)
			break;
		for (int i = 0; i < count && i < DATABASE_COLUMNS_MAX; i++)
			columns[i] = column(statement, i);
		told(self, columns, count);
	}
	sqlite3_finalize(statement);
	return code;
}

int
database_ask(struct database *database, const char *sql, const struct database_value *values,
	     int count, database_told told, void *self)
{
	database->code = tell_rows(database, sql, values, count, told, self);
	return database->code == SQLITE_DONE ? CZ2_OK : CZ2_EIO;
}

int
database_query(struct database *database, const char *sql, const struct database_value *values,
	       int count, database_told told, void *self)
{
	int code = SQLITE_OK;

	/* The second look is for a file that only seemed damaged. */
	for (int looks = 0; looks < 2; looks++) {
		if (!be_open(database))
			return CZ2_EIO;
		code = tell_rows(database, sql, values, count, told, self);
		if (judge(database, code) != DAMAGED)
			return code == SQLITE_DONE ? CZ2_OK : CZ2_EIO;
		if (looks == 0)
			close_file(database);
	}
	if (database->schema != NULL && set_aside(database) == GOOD)
		be_open(database);
	return CZ2_EIO;
}

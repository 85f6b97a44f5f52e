/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One SQLite file and its health: opens it, brings its schema up to date, runs
 * statements in transactions, and replaces it when it is damaged. Does not know
 * what the tables mean.
 */
#ifndef CZ2D_DATABASE_H
#define CZ2D_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

enum { DATABASE_DIRECTORY_MODE = 0750 }; /* of one that has to be made for it */

struct database;

enum { DATABASE_COLUMNS_MAX = 24 };

enum database_kind { DATABASE_OTHER, DATABASE_INTEGER, DATABASE_BLOB, DATABASE_TEXT };

/* A parameter or a column. All zero is SQL's NULL. */
struct database_value {
	int64_t integer;
	const void *bytes; /* blob or text; of a column: until its row has been told */
	int length;        /* of bytes; a text has no NUL within it, but may have one behind */
	enum database_kind kind;
};

/*
 * How the schema grows: step n takes a file of version n to n + 1. All steps that a file
 * needs are one transaction, and before it the file is copied to "path.before-version".
 * Steps are never changed once released, only added. The table marker is ours.
 */
struct database_schema {
	const char *const *steps;
	int version; /* how many steps there are */
};

/* The schema is kept. Never NULL: what cannot be opened is tried again when it is needed. */
struct database *
database_new(const char *path, const struct database_schema *schema);

/*
 * A second look at a file that somebody else owns: opened when it is needed, never written,
 * neither brought up to date nor set aside.
 */
struct database *
database_new_reader(const char *path);

struct database *
database_free(struct database *database);

/* False while the file cannot be used; database_why() then tells why. */
bool
database_ok(const struct database *database);

const char *
database_why(const struct database *database);

/* Another number whenever another file has been opened: what it holds must be asked again. */
unsigned
database_life(const struct database *database);

/*
 * Runs body between BEGIN and COMMIT; body returns 0 or what database_run() failed with,
 * which rolls back. It is called again when a file seemed damaged or had to be replaced.
 * 0 or CZ2_EIO, logged on change.
 */
int
database_transaction(struct database *database, int (*body)(void *self), void *self);

/* One statement with its parameters, inside a transaction. 0 or CZ2_EIO. */
int
database_run(struct database *database, const char *sql, const struct database_value *values,
	     int count);

typedef void (*database_told)(void *self, const struct database_value *columns, int count);

/* Within a transaction: tells each row of the answer. 0 or CZ2_EIO. */
int
database_ask(struct database *database, const char *sql, const struct database_value *values,
	     int count, database_told told, void *self);

/*
 * The same outside of one. Tells some rows twice when a read failed in between. 0 or
 * CZ2_EIO.
 */
int
database_query(struct database *database, const char *sql, const struct database_value *values,
	       int count, database_told told, void *self);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who a database belongs to. SQLite lets two daemons write into one file, but each would end the
 * commands of the other. A lock on a file beside it tells; it ends with the process.
 */
#ifndef CZ2D_CLAIM_H
#define CZ2D_CLAIM_H

struct claim;

/*
 * Claims the database at path, for which it waits some seconds. NULL: another daemon has it, as
 * the log tells. Where no lock can be had, as the log tells, too, that keeps nobody from anything.
 */
struct claim *
claim_new(const char *path);

struct claim *
claim_free(struct claim *claim);

#endif

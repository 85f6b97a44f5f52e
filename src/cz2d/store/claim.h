/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Who a database belongs to: SQLite lets two daemons write into one file, but each would end
 * the commands of the other. A lock on a file beside it tells; it ends with the process.
 */
#ifndef CZ2D_CLAIM_H
#define CZ2D_CLAIM_H

#include <sys/types.h>

/*
 * Claims the database at path. The descriptor that holds the claim; or -1, and *owner is the
 * process that has it, or 0 where no such file can be made, which keeps nobody from anything.
 */
int
claim_take(const char *path, pid_t *owner);

#endif

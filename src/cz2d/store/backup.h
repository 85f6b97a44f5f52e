/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The copy of a file that is kept beside it before the file is changed for good: it has its
 * name only once it is whole and on the disk.
 */
#ifndef CZ2D_BACKUP_H
#define CZ2D_BACKUP_H

enum { BACKUP_ROOM = 4096 };

struct backup {
	char part[BACKUP_ROOM]; /* where the copy is to be made */
	char name[BACKUP_ROOM]; /* "path.before-3" */
};

/* Nothing stands at part any more. 0, or CZ2_EIO with errno. */
int
backup_begin(struct backup *backup, const char *path, int version);

/*
 * The copy is complete: afterwards it is on the disk under its name. One that has the name
 * already was made of an older state, and is replaced. 0, or CZ2_EIO with errno.
 */
int
backup_end(const struct backup *backup);

/* There will be no copy. */
void
backup_drop(const struct backup *backup);

#endif

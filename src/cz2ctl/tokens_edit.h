/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The daemon's file of tokens, changed as a whole: whoever reads it meanwhile sees the
 * old one or the new one, and two who change it wait for each other. Comments and lines
 * that are not understood stay.
 */
#ifndef CZ2CTL_TOKENS_EDIT_H
#define CZ2CTL_TOKENS_EDIT_H

#include "cz2ctl/exit.h"
#include "keys/tokens.h"

struct tokens_edit {
	char *path;  /* where it really lies */
	char *text;  /* "" when there is no file */
	size_t length;
	int lock;    /* of its directory; -1: only to look */
	bool exists;
	struct tokens tokens;
};

/* Reads it; changing holds off others until the end. An error was told; then nothing is open. */
enum ctl_exit
tokens_edit_begin(struct tokens_edit *edit, const char *path, bool changing);

void
tokens_edit_add(struct tokens_edit *edit, const char *line);

/* Takes out every line with this name. */
void
tokens_edit_drop(struct tokens_edit *edit, const char *name);

/* Puts the new one into the place of the old one. An error was told. */
enum ctl_exit
tokens_edit_keep(struct tokens_edit *edit);

void
tokens_edit_end(struct tokens_edit *edit);

#endif

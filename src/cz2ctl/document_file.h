/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A document in a file of the caller's, mostly JSON. "-" is standard input or output.
 */
#ifndef CZ2CTL_DOCUMENT_FILE_H
#define CZ2CTL_DOCUMENT_FILE_H

#include <jansson.h>

#include "cz2ctl/exit.h"

/* All of a file and a NUL, to be freed. NULL after an error was told. */
char *
document_text(const char *path, size_t *length);

/* On CTL_DONE an object, to be given back. An error was told. */
enum ctl_exit
document_load(const char *path, json_t **document);

/*
 * A new file takes the place of the old one when it is whole and on the disk; nobody but its
 * owner may read it. What is no regular file is written to. An error was told.
 */
enum ctl_exit
document_save(const char *path, const json_t *document);

#endif

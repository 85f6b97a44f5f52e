/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The assignments of a configuration file as they are written, includes and
 * all. libconfig turns integers that are too large into other numbers without
 * a word, and does not tell which key stands twice or where a text began that
 * never ends; here the source itself is asked.
 */
#ifndef CZ2D_CONFIG_SCAN_H
#define CZ2D_CONFIG_SCAN_H

#include "cz2d/config/config_key.h"

struct config_scan;

enum { CONFIG_WORD_MAX = 48 };

struct config_written {
	char path[CONFIG_PATH_MAX];
	char where[CONFIG_WHERE_MAX];
	char word[CONFIG_WORD_MAX]; /* the value, if it is a number or another bare word; cut */
};

/*
 * Reads the file and what it includes. On failure NULL, and why is filled.
 * Afterwards no key is given twice, all comments and texts end and the files
 * hold no zero bytes.
 */
struct config_scan *
config_scan_new(const char *path, char *why);

struct config_scan *
config_scan_free(struct config_scan *scan);

/* The whole text of the first file, without its includes. */
const char *
config_scan_text(const struct config_scan *scan);

/* The directory that includes are relative to. */
const char *
config_scan_directory(const struct config_scan *scan);

/* NULL when nothing of that name is assigned outside a list. */
const struct config_written *
config_scan_find(const struct config_scan *scan, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Zones as people write them: "2", "1,3", "1-3", "all", or by their names. Which
 * numbers exist is the daemon's business.
 */
#ifndef CZ2CTL_ZONES_H
#define CZ2CTL_ZONES_H

#include <jansson.h>
#include <stdbool.h>

#include "cz2ctl/exit.h"

struct ctl;

enum { ZONES_NUMBER_MAX = 99, ZONES_WHY_MAX = 320 };

struct zones {
	bool has[ZONES_NUMBER_MAX + 1];
	int count;
};

enum zones_result {
	ZONES_OK,
	ZONES_UNNAMED, /* names or "all" stand in it, and the status knows no zones */
	ZONES_WRONG,   /* why says what is */
};

/* status: an answer of GET /status, NULL when it was not asked for yet. */
enum zones_result
zones_parse(struct zones *zones, const char *text, const json_t *status, char why[ZONES_WHY_MAX]);

/* The same with the status asked for when it takes that. An error was told. */
enum ctl_exit
zones_read(struct ctl *ctl, const char *text, struct zones *zones);

/* The smallest one. */
int
zones_first(const struct zones *zones);

/* A list of their numbers, ascending. */
json_t *
zones_json(const struct zones *zones);

#endif

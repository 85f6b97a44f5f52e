/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A copy of a panel: what people have set, and its rows as they are. It comes from the daemon,
 * or from the document that a backup is.
 */
#ifndef CZ2CTL_COPY_H
#define CZ2CTL_COPY_H

#include <jansson.h>
#include <stdbool.h>

#include <cz2/schedule.h>
#include <cz2/state.h>

#include "cz2ctl/call.h"

enum { COPY_VERSION = 1, COPY_ID_MAX = 64, COPY_WHY_MAX = 512 };

struct copy {
	char panel[COPY_ID_MAX]; /* its ID */
	unsigned zones;          /* bit 0 is zone 1: those that it tells of */
	struct cz2_values values;
	struct cz2_day days[CZ2_SCHEDULES]; /* by row - CZ2_ROW_SCHEDULE; cleared: unknown */
	struct cz2_image rows[CZ2_ROW_COUNT];
	int unread; /* rows that could not be read just now, and days that are not known */
};

static inline bool
copy_has(const struct copy *copy, int zone)
{
	return (copy->zones >> (zone - 1) & 1) != 0;
}

/* copy.c: parts of it */

void
copy_clear_days(struct cz2_day days[CZ2_SCHEDULES]);

/* {"zone_id", "days"}: what makes no sense is unknown. */
void
copy_take_schedule(const json_t *schedule, struct cz2_day days[CZ2_SCHEDULES]);

/* The list of rows, as REST and backups have it. False: why says where it is wrong. */
bool
copy_read_rows(const json_t *list, struct copy *copy, char why[COPY_WHY_MAX]);

/* True for the values that a backup has; their names are those of GET /status. */
bool
copy_is_kept(enum cz2_field field);

/* copy_document.c: what a backup is */

/* names: of zones by their numbers, of which there is none 0; rows: as REST tells them. */
json_t *
copy_document(const struct copy *copy, const char *version, const json_t *names,
	      const json_t *rows);

/* copy_read.c: and back */

/* False: why says where the document is wrong, and what is wanted. */
bool
copy_read(struct copy *copy, json_t *document, char why[COPY_WHY_MAX]);

/* Of a file, or of standard input for "-". An error was told. */
enum ctl_exit
copy_load(const char *path, struct copy *copy);

/* copy_take.c: from the daemon, which reads the panel first. An error was told. */
enum ctl_exit
copy_take(struct ctl *ctl, struct copy *copy, json_t **document);

/* Warns of what of it could not be read. */
void
copy_warn(const struct copy *copy);

#endif

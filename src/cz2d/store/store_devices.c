/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The devices: names, metadata, and which zones are not used. The file may have been
 * edited by anybody: each column is checked before it is believed.
 */
#include "build.h"

#include "cz2d/store/store_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

enum column { ID, NAME, METADATA, DECOMMISSIONED, CREATED, UPDATED, COLUMNS };

#define NAMES "id, name, metadata, decommissioned, created_us, updated_us"

/* What is there already as it should be is not written again. */
static const char keep_device[] =
	"INSERT INTO devices (" NAMES ") VALUES (?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (id) DO UPDATE SET name = excluded.name, metadata = excluded.metadata,"
	" decommissioned = excluded.decommissioned, updated_us = excluded.updated_us"
	" WHERE updated_us <> excluded.updated_us";

/* The limit is for files that were stuffed by others: ours never come near it. */
static const char select_devices[] = "SELECT " NAMES " FROM devices LIMIT 500";

/* ------------------------------------------------------------------------
 * Keeping
 */

struct keeping {
	struct store_keeping common;
	struct device device;
};

static int
keep(struct disk_job *job, struct database *database)
{
	const struct device *device = &((struct keeping *)job)->device;
	const struct database_value columns[COLUMNS] = {
		[ID] = store_text(device->id),
		[NAME] = store_text(device->name),
		[METADATA] = store_text(device->metadata),
		[DECOMMISSIONED] = store_number(device->decommissioned),
		[CREATED] = store_number(device->created_us),
		[UPDATED] = store_number(device->updated_us),
	};

	return database_run(database, keep_device, columns, COLUMNS);
}

static void
release(struct store_keeping *common)
{
	free(common);
}

void
store_keep_device(struct store *store, const struct device *device, store_kept told, void *self)
{
	struct keeping *keeping = mem_new(1, sizeof *keeping);

	keeping->common = (struct store_keeping){.release = release, .told = told, .self = self};
	keeping->device = *device;
	store_keep_aside(store, &keeping->common, keep);
}

/* ------------------------------------------------------------------------
 * Loading
 */

struct loading {
	void (*told)(void *self, const struct device *device);
	void *self;
	int skipped;
};

static bool
take_text(const struct database_value *column, char *to, size_t room)
{
	if (column->kind != DATABASE_TEXT || (size_t)column->length >= room)
		return false;
	if (column->length > 0)
		memcpy(to, column->bytes, (size_t)column->length);
	to[column->length] = '\0';
	return strlen(to) == (size_t)column->length;
}

static bool
take_number(const struct database_value *column, int64_t *to)
{
	*to = column->integer;
	return column->kind == DATABASE_INTEGER && column->integer >= 0;
}

static bool
from_columns(const struct database_value *columns, int count, struct device *device)
{
	int64_t decommissioned;

	if (count != COLUMNS || !take_text(&columns[ID], device->id, sizeof device->id) ||
	    !take_text(&columns[NAME], device->name, sizeof device->name) ||
	    !take_text(&columns[METADATA], device->metadata, sizeof device->metadata) ||
	    !take_number(&columns[DECOMMISSIONED], &decommissioned) ||
	    !take_number(&columns[CREATED], &device->created_us) ||
	    !take_number(&columns[UPDATED], &device->updated_us))
		return false;
	device->decommissioned = decommissioned != 0;
	return device->id[0] != '\0';
}

static void
load(void *self, const struct database_value *columns, int count)
{
	struct loading *loading = self;
	struct device device;

	if (from_columns(columns, count, &device))
		loading->told(loading->self, &device);
	else
		loading->skipped++;
}

int
store_load_devices(struct store *store, void (*told)(void *self, const struct device *device),
		   void *self)
{
	struct loading loading = {told, self, 0};
	int error = database_query(store->database, select_devices, NULL, 0, load, &loading);

	store_note_health(store);
	if (loading.skipped > 0)
		log_warning("store", "%d stored devices cannot be ours and are skipped",
			    loading.skipped);
	return error;
}

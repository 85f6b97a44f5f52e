/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The last image of each row. The file may have been edited by anybody: each column is
 * checked before it is believed.
 */
#include "build.h"

#include "cz2d/store/store_internal.h"

#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include <cz2/error.h>

static const char insert_row[] =
	"INSERT OR REPLACE INTO rows (device, tbl, number, payload, learnt_us)"
	" VALUES (?, ?, ?, ?, ?)";

/* The limit is for files that were stuffed by others: ours never come near it. */
static const char select_rows[] =
	"SELECT device, tbl, number, payload, learnt_us FROM rows LIMIT 500";

enum { DEVICE, TABLE, NUMBER, PAYLOAD, LEARNT, COLUMNS };

/* ------------------------------------------------------------------------
 * Saving
 */

struct saving {
	struct store *store;
	const struct cz2_image *images;
	int64_t now, wall_us;
};

/* Another file than the one we knew holds nothing of ours. */
static void
know_file(struct store *store)
{
	unsigned life = database_life(store->database);

	if (store->rows.life == life)
		return;
	memset(store->rows.saved, 0, sizeof store->rows.saved);
	store->rows.life = life;
}

static bool
is_saved(const struct store *store, int row, const struct cz2_image *image)
{
	const struct cz2_image *saved = &store->rows.saved[row];

	return image->length == 0 ||
	       (saved->time == image->time && cz2_image_same(saved, image));
}

static bool
all_saved(const struct store *store, const struct cz2_image *images)
{
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		if (!is_saved(store, row, &images[row]))
			return false;
	return true;
}

static int
save_row(const struct saving *saving, enum cz2_row row)
{
	const struct cz2_row_info *info = cz2_row_info(row);
	const struct cz2_image *image = &saving->images[row];
	int64_t learnt_us = saving->wall_us - (saving->now - image->time) * 1000;
	struct database_value values[COLUMNS] = {
		[DEVICE] = store_number(info->device),
		[TABLE] = store_number(info->table),
		[NUMBER] = store_number(info->row),
		[PAYLOAD] = {.kind = DATABASE_BLOB, .bytes = image->bytes, .length = image->length},
		[LEARNT] = store_number(learnt_us),
	};

	return database_run(saving->store->database, insert_row, values, COLUMNS);
}

static int
save_new_ones(void *self)
{
	struct saving *saving = self;

	know_file(saving->store);
	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		int error = CZ2_OK;

		if (!is_saved(saving->store, row, &saving->images[row]))
			error = save_row(saving, (enum cz2_row)row);
		if (error != CZ2_OK)
			return error;
	}
	return CZ2_OK;
}

static int
save(struct store *store, const struct cz2_image *images, int64_t now, int64_t wall_us)
{
	struct saving saving = {store, images, now, wall_us};
	int error = database_transaction(store->database, save_new_ones, &saving);

	if (error == CZ2_OK)
		memcpy(store->rows.saved, images, sizeof store->rows.saved);
	return error;
}

int
store_save_rows(struct store *store, const struct cz2_image *images, int64_t now, int64_t wall_us)
{
	int error;

	if (store_ok(store) && all_saved(store, images))
		return CZ2_OK;
	error = save(store, images, now, wall_us);
	store_note_health(store);
	return error;
}

static struct rows_job *
rows_job(struct disk_job *job)
{
	return (struct rows_job *)((char *)job - offsetof(struct rows_job, job));
}

static int
work_aside(struct disk_job *job, struct database *database)
{
	struct rows_job *rows = rows_job(job);
	struct saving saving = {rows->store, rows->images, rows->now, rows->wall_us};

	(void)database;
	return save_new_ones(&saving);
}

static void
on_saved_aside(struct disk_job *job, int error)
{
	struct rows_job *rows = rows_job(job);
	struct store *store = rows->store;

	if (error == CZ2_OK)
		memcpy(store->rows.saved, rows->images, sizeof store->rows.saved);
	rows->under_way = false;
	store_note_health(store);
}

void
store_save_aside(struct store *store, const struct cz2_image *images, int64_t now, int64_t wall_us)
{
	struct rows_job *rows = &store->rows.aside;

	if (rows->under_way || (store_ok(store) && all_saved(store, images)))
		return;
	memcpy(rows->images, images, sizeof rows->images);
	rows->store = store;
	rows->now = now;
	rows->wall_us = wall_us;
	rows->under_way = true;
	rows->job = (struct disk_job){.work = work_aside, .done = on_saved_aside};
	disk_do(store->writer, &rows->job);
}

/* ------------------------------------------------------------------------
 * Loading
 */

struct loading {
	struct cz2_image *images;
	int64_t now, wall_us;
	int skipped;
};

static bool
is_byte(const struct database_value *value)
{
	return value->kind == DATABASE_INTEGER && value->integer >= 0 && value->integer <= UINT8_MAX;
}

/* The row that is stored here; CZ2_ROW_NONE when this cannot have been one of the panel's. */
static enum cz2_row
stored_row(const struct database_value *columns)
{
	const struct database_value *payload = &columns[PAYLOAD];
	enum cz2_row row;

	if (!is_byte(&columns[DEVICE]) || !is_byte(&columns[TABLE]) || !is_byte(&columns[NUMBER]) ||
	    columns[LEARNT].kind != DATABASE_INTEGER || payload->kind != DATABASE_BLOB ||
	    payload->length <= 0 || payload->length > CZ2_ROW_SIZE_MAX)
		return CZ2_ROW_NONE;
	row = cz2_row_find((unsigned)columns[DEVICE].integer, (unsigned)columns[TABLE].integer,
			   (unsigned)columns[NUMBER].integer);
	if (row == CZ2_ROW_NONE || !cz2_row_matches(row, payload->bytes, (size_t)payload->length))
		return CZ2_ROW_NONE;
	return row;
}

static void
load_row(void *self, const struct database_value *columns, int count)
{
	struct loading *loading = self;
	enum cz2_row row = count == COLUMNS ? stored_row(columns) : CZ2_ROW_NONE;
	int64_t learnt_us;
	struct cz2_image *image;

	if (row == CZ2_ROW_NONE) {
		loading->skipped++;
		return;
	}
	/* The clock was set back since, or is not set yet: of unknown age is old. */
	learnt_us = columns[LEARNT].integer;
	if (learnt_us > loading->wall_us || learnt_us < 0)
		learnt_us = 0;
	image = &loading->images[row];
	*image = (struct cz2_image){
		.length = (uint8_t)columns[PAYLOAD].length,
		.source = CZ2_SOURCE_RESTORED,
		.time = loading->now - (loading->wall_us - learnt_us) / 1000,
	};
	memcpy(image->bytes, columns[PAYLOAD].bytes, image->length);
}

int
store_load_rows(struct store *store, struct cz2_image *images, int64_t now, int64_t wall_us)
{
	struct loading loading = {images, now, wall_us, 0};
	int error = database_query(store->database, select_rows, NULL, 0, load_row, &loading);

	store_note_health(store);
	if (loading.skipped > 0)
		log_warning("store", "%d stored rows cannot have come from a panel and are skipped",
			    loading.skipped);
	know_file(store);
	if (error == CZ2_OK)
		memcpy(store->rows.saved, images, sizeof store->rows.saved);
	return error;
}

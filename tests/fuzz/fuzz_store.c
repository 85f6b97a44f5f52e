/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any database file, and any rows in a whole one: what comes back can have come
 * from a panel, a file that is not used stays as it is, one that is replaced is
 * kept aside, and what is then saved is there. Input: a letter, see edits[].
 */
#include "build.h"

#include "cz2d/store/store.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cz2d/model/model.h"
#include "fuzz.h"

enum { FILE_MAX = 1 << 17, PATH_SIZE = 64, RECORD_PREFIX = 3 };

static const int64_t now = 5000000, wall_us = INT64_C(1780000000000000);

struct content {
	uint8_t bytes[FILE_MAX];
	size_t size;
};

static char directory[PATH_SIZE], path[PATH_SIZE + 16], log_path[PATH_SIZE + 16];
static struct content whole;        /* a file as the store leaves it at its end */
static struct content torn, log_of; /* a file and SQLite's log as kill -9 leaves them */
static struct content before, after;

static unsigned
take_16(struct input *input)
{
	unsigned high = take(input);

	return high << 8 | take(input);
}

/* ------------------------------------------------------------------------
 * Files
 */

static void
read_file(const char *name, struct content *content)
{
	FILE *file = fopen(name, "rb");

	content->size = file != NULL ? fread(content->bytes, 1, FILE_MAX, file) : 0;
	if (file != NULL)
		fclose(file);
}

static void
write_file(const char *name, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(name, "wb");

	FUZZ_ASSERT(file != NULL && fwrite(bytes, 1, size, file) == size);
	FUZZ_ASSERT(fclose(file) == 0);
}

/* Calls told (may be NULL) with the name of each file and removes it. */
static void
empty_directory(void (*told)(const char *name))
{
	DIR *files = opendir(directory);
	struct dirent *entry;

	FUZZ_ASSERT(files != NULL);
	while ((entry = readdir(files)) != NULL) {
		char name[PATH_SIZE + sizeof entry->d_name];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", directory, entry->d_name);
		if (told != NULL)
			told(name);
		unlink(name);
	}
	closedir(files);
}

static void
clean_up(void)
{
	empty_directory(NULL);
	rmdir(directory);
}

/* Saves a row with this content. */
static int
save(struct store *store, enum cz2_row row, uint8_t fill)
{
	struct cz2_image images[CZ2_ROW_COUNT] = {0};
	const struct cz2_row_info *info = cz2_row_info(row);

	images[row] = (struct cz2_image){.length = info->length, .time = now};
	memset(images[row].bytes, fill, info->length);
	images[row].bytes[0] = 0;
	images[row].bytes[1] = info->table;
	images[row].bytes[2] = info->row;
	return store_save_rows(store, images, now, wall_us);
}

static void
set_up(void)
{
	struct store *store;

	if (path[0] != '\0')
		return;
	snprintf(directory, sizeof directory, "%s/fuzz_store.XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	FUZZ_ASSERT(mkdtemp(directory) != NULL);
	atexit(clean_up);
	snprintf(path, sizeof path, "%s/db", directory);
	snprintf(log_path, sizeof log_path, "%s/db-wal", directory);
	store = store_new(path);
	FUZZ_ASSERT(save(store, CZ2_ROW_1_12, 1) == 0 && save(store, CZ2_ROW_1_16, 2) == 0);
	read_file(path, &torn);
	read_file(log_path, &log_of);
	store_free(store);
	read_file(path, &whole);
	FUZZ_ASSERT(log_of.size > 0 && whole.size > 0);
}

/* ------------------------------------------------------------------------
 * What is in the way when the store opens
 */

static void
give_bytes(struct input *input)
{
	write_file(path, input->data, input->size);
}

/* Groups of place (16 bits), length and so many bytes; length 0 cuts the file there. */
static void
poke(struct input *input, struct content *content)
{
	while (input->size > 0) {
		size_t place = take_16(input) % (content->size + 1);
		size_t length = take(input);

		if (length == 0)
			content->size = place;
		while (length-- > 0 && place < content->size)
			content->bytes[place++] = take(input);
	}
}

static void
poke_file(struct input *input)
{
	before = whole;
	poke(input, &before);
	write_file(path, before.bytes, before.size);
}

static void
poke_log(struct input *input)
{
	before = log_of;
	poke(input, &before);
	write_file(path, torn.bytes, torn.size);
	write_file(log_path, before.bytes, before.size);
}

enum { OTHER_ROW = 1, OTHER_PREFIX = 2, OTHER_TYPES = 4, WRAPPED = 8 };

static void
bind_number(sqlite3_stmt *statement, int index, int64_t number, int types)
{
	if ((types >> index & 1) == 0)
		sqlite3_bind_int64(statement, index, number);
	else if ((types & 1) == 0)
		sqlite3_bind_double(statement, index, (double)number + 0.5);
	else
		sqlite3_bind_text(statement, index, "yesterday", -1, SQLITE_STATIC);
}

/* How it deviates from a true row, which row, its time (top 16 bits), length and bytes. */
static void
bind_record(struct input *input, sqlite3_stmt *statement, uint8_t *payload)
{
	int how = take(input);
	const struct cz2_row_info *info = cz2_row_info((enum cz2_row)(take(input) % CZ2_ROW_COUNT));
	int64_t number[] = {info->device, info->table, info->row};
	int64_t time = (int64_t)((uint64_t)take_16(input) << 48 | 1);
	int types = how & OTHER_TYPES ? take(input) : 0;
	int length = take(input);

	for (int i = 0; i < length; i++)
		payload[i] = take(input);
	if ((how & OTHER_PREFIX) == 0) {
		payload[0] = 0;
		payload[1] = info->table;
		payload[2] = info->row;
	}
	for (int i = 0; i < 3; i++) {
		number[i] += how & OTHER_ROW ? (int8_t)take(input) : 0;
		number[i] += how & WRAPPED ? INT64_C(1) << take(input) % 63 : 0;
		bind_number(statement, i + 1, number[i], types);
	}
	if ((types & 0x20) == 0)
		sqlite3_bind_blob(statement, 4, payload, length, SQLITE_STATIC);
	else
		sqlite3_bind_text(statement, 4, (char *)payload, length, SQLITE_STATIC);
	bind_number(statement, 5, time, types >> 1);
}

static void
insert_records(struct input *input)
{
	uint8_t payload[UINT8_MAX + RECORD_PREFIX];
	sqlite3_stmt *statement;
	sqlite3 *handle;

	write_file(path, whole.bytes, whole.size);
	FUZZ_ASSERT(sqlite3_open(path, &handle) == SQLITE_OK);
	sqlite3_exec(handle, "PRAGMA synchronous = OFF; BEGIN", NULL, NULL, NULL);
	FUZZ_ASSERT(sqlite3_prepare_v2(handle, "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)",
				       -1, &statement, NULL) == SQLITE_OK);
	while (input->size > 0) {
		bind_record(input, statement, payload);
		sqlite3_step(statement);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
	sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(handle);
}

static const struct {
	char letter;
	void (*make)(struct input *input);
} edits[] = {
	{'b', give_bytes},     /* the file is these bytes */
	{'f', poke_file},      /* a whole file, damaged */
	{'l', poke_log},       /* a file whose log is damaged */
	{'r', insert_records}, /* a whole file with these rows */
};

/* ------------------------------------------------------------------------
 * What the store makes of it
 */

static void
check_state(const struct model *model)
{
	for (int slot = 0; slot < CZ2_SLOT_COUNT; slot++) {
		int value = model_state(model)->at[slot];
		const struct cz2_field_info *info;
		enum cz2_field field;
		int zone;

		cz2_slot_split(slot, &field, &zone);
		info = cz2_field_info(field);
		FUZZ_ASSERT(value == CZ2_UNKNOWN || (value >= info->min && value <= info->max));
	}
}

static void
check_images(const struct cz2_image *images)
{
	struct model *model = model_new(CZ2_ZONES_MAX, 1000);

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_image *image = &images[row];

		if (image->length == 0)
			continue;
		FUZZ_ASSERT(cz2_row_matches((enum cz2_row)row, image->bytes, image->length));
		FUZZ_ASSERT(image->source == CZ2_SOURCE_RESTORED);
		FUZZ_ASSERT(image->time <= now && image->time >= now - wall_us / 1000);
		FUZZ_ASSERT(model_apply(model, (enum cz2_row)row, image));
		check_state(model);
	}
	model_free(model);
}

static void
check_saved(void)
{
	struct cz2_image images[CZ2_ROW_COUNT] = {0};
	struct store *store = store_new(path);

	FUZZ_ASSERT(store_ok(store));
	FUZZ_ASSERT(store_load_rows(store, images, now, wall_us) == 0);
	FUZZ_ASSERT(images[CZ2_ROW_1_9].length > 0 && images[CZ2_ROW_1_9].bytes[3] == 0x5A);
	store_free(store);
}

/* Where it is not used any more, nothing was done to the file. */
static void
check_kept(const char *name)
{
	if (strstr(name, ".damaged-") == NULL || name[strlen(name) - 1] != 'Z')
		return;
	read_file(name, &after);
	FUZZ_ASSERT(after.size == before.size);
	FUZZ_ASSERT(memcmp(after.bytes, before.bytes, after.size) == 0);
}

static void
open_and_save(void)
{
	struct cz2_image images[CZ2_ROW_COUNT] = {0};
	struct store *store = store_new(path);
	bool saved;

	store_load_rows(store, images, now, wall_us);
	check_images(images);
	saved = save(store, CZ2_ROW_1_9, 0x5A) == 0;
	FUZZ_ASSERT(saved == store_ok(store) && saved == (store_why(store)[0] == '\0'));
	store_free(store);
	if (saved)
		check_saved();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint8_t letter = take(&input);

	set_up();
	empty_directory(NULL);
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		if (edits[i].letter != letter)
			continue;
		edits[i].make(&input);
		read_file(path, &before);
		open_and_save();
		empty_directory(check_kept);
	}
	return 0;
}

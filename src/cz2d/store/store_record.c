/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Between a record and its columns. Anybody may have edited the file: what could not have
 * been one of ours is none.
 */
#include "build.h"

#include "cz2d/store/store_record.h"

#include <string.h>

#include "base/mem.h"

enum { ANSWER_STATUS_MAX = 1000 };

/* The columns of a record, in the order in which they are written and told. */
enum column {
	ID, DEVICE, COMMAND, USER, SOURCE, STATUS, ARMED, REQUESTED, UPDATED, SENT, DELIVERED,
	EXPIRES, PARAMS, WISH, METADATA, RESULT, KEY, ANSWER_STATUS, ANSWER, COLUMN_COUNT
};

_Static_assert((int)COLUMN_COUNT == STORE_RECORD_COLUMNS, "a name for each");

void
store_record_columns(const struct record *record,
		     struct database_value columns[STORE_RECORD_COLUMNS])
{
	columns[ID] = store_text(record->id);
	columns[DEVICE] = store_text(record->device);
	columns[COMMAND] = store_text(record->command);
	columns[USER] = store_text(record->user);
	columns[SOURCE] = store_number(record->source);
	columns[STATUS] = store_number(record->status);
	columns[ARMED] = store_number(record->armed);
	columns[REQUESTED] = store_number(record->requested_us);
	columns[UPDATED] = store_number(record->updated_us);
	columns[SENT] = store_number(record->sent_us);
	columns[DELIVERED] = store_number(record->delivered_us);
	columns[EXPIRES] = store_number(record->expires_us);
	columns[PARAMS] = store_text(record->params);
	columns[WISH] = store_text(record->wish);
	columns[METADATA] = store_text(record->metadata);
	columns[RESULT] = store_text(record->result);
	columns[KEY] = store_text(record->key[0] != '\0' ? record->key : NULL);
	columns[ANSWER_STATUS] = store_number(record->answer_status);
	columns[ANSWER] = store_text(record->answer);
}

static bool
is_text(const struct database_value *column, size_t room)
{
	return column->kind == DATABASE_TEXT && column->length > 0 &&
	       (size_t)column->length < room &&
	       memchr(column->bytes, '\0', (size_t)column->length) == NULL;
}

static bool
is_record(const struct database_value *columns)
{
	for (int time = REQUESTED; time <= EXPIRES; time++)
		if (!store_is_below(&columns[time], INT64_MAX))
			return false;
	return is_text(&columns[ID], RECORD_ID_SIZE) &&
	       is_text(&columns[DEVICE], RECORD_WORD_SIZE) &&
	       is_text(&columns[COMMAND], RECORD_WORD_SIZE) &&
	       is_text(&columns[USER], RECORD_USER_SIZE) &&
	       store_is_below(&columns[SOURCE], RECORD_SOURCE_COUNT) &&
	       store_is_below(&columns[STATUS], RECORD_STATUS_COUNT) &&
	       store_is_below(&columns[ANSWER_STATUS], ANSWER_STATUS_MAX) &&
	       (columns[KEY].kind != DATABASE_TEXT || is_text(&columns[KEY], RECORD_KEY_SIZE));
}

static void
copy_text(char *to, const struct database_value *column)
{
	memcpy(to, column->bytes, (size_t)column->length);
	to[column->length] = '\0';
}

/* A long text of its own, or NULL. */
static char *
own_text(const struct database_value *column)
{
	char *copy;

	if (column->kind != DATABASE_TEXT)
		return NULL;
	copy = mem_new((size_t)column->length + 1, 1);
	copy_text(copy, column);
	return copy;
}

bool
store_record_read(const struct database_value *columns, int count, struct record *record)
{
	memset(record, 0, sizeof *record);
	if (count != STORE_RECORD_COLUMNS || !is_record(columns))
		return false;
	copy_text(record->id, &columns[ID]);
	copy_text(record->device, &columns[DEVICE]);
	copy_text(record->command, &columns[COMMAND]);
	copy_text(record->user, &columns[USER]);
	record->source = (enum record_source)columns[SOURCE].integer;
	record->status = (enum record_status)columns[STATUS].integer;
	record->armed = columns[ARMED].integer != 0;
	record->requested_us = columns[REQUESTED].integer;
	record->updated_us = columns[UPDATED].integer;
	record->sent_us = columns[SENT].integer;
	record->delivered_us = columns[DELIVERED].integer;
	record->expires_us = columns[EXPIRES].integer;
	record->params = own_text(&columns[PARAMS]);
	record->wish = own_text(&columns[WISH]);
	record->metadata = own_text(&columns[METADATA]);
	record->result = own_text(&columns[RESULT]);
	if (columns[KEY].kind == DATABASE_TEXT)
		copy_text(record->key, &columns[KEY]);
	record->answer_status = (int)columns[ANSWER_STATUS].integer;
	record->answer = own_text(&columns[ANSWER]);
	return true;
}

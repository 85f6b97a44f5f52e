/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Records as people see them, and as the ledger keeps what has no column of its own.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <string.h>

#include "base/clock.h"
#include "cz2d/json/json_rows.h"
#include "cz2d/ledger/record.h"
#include "cz2d/model/outcome.h"

enum { US_PER_MS = 1000 };
static const json_int_t WALL_MS_MAX = INT64_C(1) << 50; /* some thousand years */

/* ------------------------------------------------------------------------
 * Results
 */

static json_t *
row_of(const char *name, const struct cz2_image *before, const struct cz2_image *after)
{
	return json_pack("{s:s, s:o, s:o}", "row", name, "before", json_hex(before), "after",
			 json_hex(after));
}

static void
add_raw(json_t *rows, const struct outcome_raw *raw)
{
	char name[JSON_ROW_NAME_MAX];

	if (raw->before.length != 0)
		json_array_append_new(rows, row_of(json_row_name(raw->device, raw->table,
								 raw->row, name),
						   &raw->before, &raw->after));
}

static void
add_rows(json_t *list, const struct outcome_row *rows, int count)
{
	for (int i = 0; i < count; i++) {
		char name[16];

		json_array_append_new(list, row_of(cz2_row_name(rows[i].row, name), &rows[i].before,
						   &rows[i].after));
	}
}

static json_t *
rows_of(const struct outcome *outcome)
{
	json_t *rows = json_array();

	add_rows(rows, outcome->rows, outcome->row_count);
	if (outcome->program != NULL)
		add_rows(rows, outcome->program->rows, outcome->program->row_count);
	add_raw(rows, &outcome->raw);
	return rows;
}

/* How it ended, and what of it is on the panel. */
static void
set_end(json_t *result, const struct outcome *outcome)
{
	bool ok = outcome->error == CZ2_OK;

	json_object_set_new(result, "error_code",
			    ok ? json_null() : json_string(cz2_error_word(outcome->error)));
	json_object_set_new(result, "error_message", ok ? json_null() : json_problem(outcome));
	json_object_set_new(result, "applied", json_applied(outcome));
}

json_t *
json_result(const struct outcome *outcome)
{
	json_t *warnings = json_warnings(&outcome->warnings);
	json_t *result = json_pack(
		"{s:o, s:i, s:i, s:i, s:b, s:o}", "rows", rows_of(outcome), "transactions",
		outcome->transactions, "bytes", outcome->bytes, "attempts", outcome->attempts,
		"unchanged", outcome->unchanged, "warnings",
		warnings != NULL ? warnings : json_array());

	set_end(result, outcome);
	return result;
}

/* What a row of the list holds now; NULL: it is not in the list. */
static json_t *
after_in(const json_t *rows, const json_t *name)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (json_equal(json_object_get(json_array_get(rows, i), "row"), name))
			return json_object_get(json_array_get(rows, i), "after");
	return NULL;
}

/* Of the rows that were written before, what they hold now. */
static void
set_after(json_t *rows, const struct outcome *outcome)
{
	json_t *now = rows_of(outcome);
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		json_t *after = after_in(now, json_object_get(row, "row"));

		if (after != NULL)
			json_object_set(row, "after", after);
	}
	json_decref(now);
}

json_t *
json_result_settled(const char *earlier, const struct outcome *outcome)
{
	struct outcome unknown = {.warnings = outcome->warnings};
	json_t *result = earlier != NULL ? json_loads(earlier, 0, NULL) : NULL;

	cz2_command_init(&unknown.applied);
	if (result == NULL)
		result = json_result(&unknown);
	set_after(json_object_get(result, "rows"), outcome);
	set_end(result, outcome);
	return result;
}

/* ------------------------------------------------------------------------
 * Wishes
 */

static int
value_read(const struct cz2_field_info *info, const json_t *value)
{
	if (json_is_boolean(value))
		return json_is_true(value) ? 1 : 0;
	if (json_is_integer(value) && json_integer_value(value) >= INT16_MIN &&
	    json_integer_value(value) <= INT16_MAX)
		return (int)json_integer_value(value);
	for (int i = 0; json_is_string(value) && info->words != NULL && info->words[i] != NULL; i++)
		if (strcmp(info->words[i], json_string_value(value)) == 0)
			return i;
	return CZ2_UNKNOWN;
}

/* Names the fields from first to last that the object has; false when one is not acceptable. */
static bool
fields_read(const json_t *object, int first, int last, int zone, struct cz2_command *command)
{
	for (int field = first; field < last; field++) {
		const struct cz2_field_info *info = cz2_field_info((enum cz2_field)field);
		const json_t *member = json_object_get(object, info->name);
		int value;

		if (member == NULL)
			continue;
		value = value_read(info, member);
		if (field == CZ2_ALL && json_is_true(member))
			value = CZ2_ALL_ON;
		if (cz2_command_set(command, (enum cz2_field)field, zone, value) != CZ2_OK)
			return false;
	}
	return true;
}

/* False: something else than a moment stands there. */
static bool
clock_read(const json_t *clock, struct cz2_command *command)
{
	const json_t *moment = json_object_get(clock, "week_start");
	json_int_t wall_ms = json_integer_value(moment);

	if (clock == NULL)
		return true;
	if (!json_is_integer(moment) || wall_ms < 0 || wall_ms > WALL_MS_MAX)
		return false;
	cz2_command_set_clock(command, wall_ms - clock_wall_us_of(0) / US_PER_MS);
	return true;
}

bool
json_command_read(const json_t *values, struct cz2_command *command)
{
	const json_t *zones = json_object_get(values, "zones");
	const json_t *zone;
	size_t i;

	cz2_command_init(command);
	if (!json_is_object(values) || !fields_read(values, 0, CZ2_FIRST_ZONE_FIELD, 0, command))
		return false;
	json_array_foreach(zones, i, zone) {
		json_int_t number = json_integer_value(json_object_get(zone, "zone_id"));

		if (number < 1 || number > CZ2_ZONES_MAX ||
		    !fields_read(zone, CZ2_FIRST_ZONE_FIELD, CZ2_FIELD_COUNT, (int)number, command))
			return false;
	}
	return clock_read(json_object_get(values, "clock"), command);
}

/* ------------------------------------------------------------------------
 * Records
 */

static json_t *
time_or_null(int64_t wall_us)
{
	return wall_us != 0 ? json_time(wall_us) : json_null();
}

/* What is kept as text; null when there is none, or when the file was edited by others. */
static json_t *
object_or_null(const char *text)
{
	json_t *object = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	return object != NULL ? object : json_null();
}

json_t *
json_record(const struct record *record)
{
	return json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "command_id", record->id, "device_id", record->device, "command",
			 record->command, "params", object_or_null(record->params), "media", "rs485",
			 "request_user_id", record->user, "source",
			 record_source_names[record->source], "status",
			 record_status_names[record->status], "requested_at",
			 time_or_null(record->requested_us), "updated_at",
			 time_or_null(record->updated_us), "sent_at", time_or_null(record->sent_us),
			 "delivered_at", time_or_null(record->delivered_us), "expires_at",
			 time_or_null(record->expires_us), "metadata",
			 object_or_null(record->metadata), "result", object_or_null(record->result));
}

bool
json_texts_same(const char *one, const char *other)
{
	json_t *a, *b;
	bool same;

	if (one == NULL || other == NULL)
		return one == other;
	a = json_loads(one, 0, NULL);
	b = json_loads(other, 0, NULL);
	same = json_equal(a, b);
	json_decref(a);
	json_decref(b);
	return same;
}

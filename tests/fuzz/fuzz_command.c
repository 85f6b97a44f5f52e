/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any wish on any content of any row: what is wished is done, by the tests' own table of
 * places, and every other bit stays; nothing outside the allow-list changes, a refusal
 * touches nothing, and what was edited is shown and stays. The same of a day of the program,
 * in rows that hold one, and of the clock. Input: row, length, the row's content, then field,
 * zone and value of each wish; the same bytes are start, heat, cool and out of each period.
 */
#include "build.h"

#include <cz2/command.h>

#include <string.h>

#include "fuzz.h"
#include "virtual/wishes.h"

static void
check_edit(const struct cz2_command *command, const struct wishes *wishes, enum cz2_row row,
	   const uint8_t *before, size_t length)
{
	uint8_t after[CZ2_ROW_SIZE_MAX], expected[CZ2_ROW_SIZE_MAX];
	struct cz2_problem problem;
	bool changed = false;

	memcpy(after, before, length);
	if (cz2_command_edit(command, row, after, length, 0, &changed, &problem) != CZ2_OK) {
		FUZZ_ASSERT(memcmp(after, before, length) == 0);
		return;
	}
	memcpy(expected, before, length);
	wishes_apply(wishes, row, expected);
	FUZZ_ASSERT(memcmp(after, expected, length) == 0);
	for (unsigned i = 0; i < length; i++)
		FUZZ_ASSERT(((before[i] ^ after[i]) & ~cz2_row_writable_mask(row, i)) == 0);
	FUZZ_ASSERT(changed == (memcmp(after, before, length) != 0));
	FUZZ_ASSERT(cz2_command_shown(command, row, after, length, 0));
	FUZZ_ASSERT(cz2_command_edit(command, row, after, length, 0, &changed, &problem) == CZ2_OK);
	FUZZ_ASSERT(!changed);
}

/* ------------------------------------------------------------------------
 * Days and the clock
 */

enum {
	HOUR_BYTE = 3,
	MINUTE_BYTE = 7,
	HEAT_BYTE = 11,
	COOL_BYTE = 15,
	OUT_FLAG = 0x80,
	QUARTER = 15,
};

/* Anything, also what makes no sense; 0: not wished. */
static struct cz2_day
day_of(const uint8_t *data, size_t size)
{
	struct cz2_day day;

	cz2_day_clear(&day);
	for (int period = 0; period < CZ2_PERIODS && size >= 4; period++, data += 4, size -= 4)
		day.periods[period] = (struct cz2_setting){
			.start = data[0] == 0 ? CZ2_UNKNOWN : (int16_t)(data[0] * QUARTER - QUARTER),
			.heat = data[1] == 0 ? CZ2_UNKNOWN : data[1],
			.cool = data[2] == 0 ? CZ2_UNKNOWN : data[2],
			.out = data[3] % 4 == 0 ? CZ2_UNKNOWN : (int16_t)(data[3] % 4 - 1),
		};
	return day;
}

/* By docs/protocol.md, and not by the library. */
static void
apply_day(const struct cz2_day *day, uint8_t *bytes)
{
	static const uint8_t out[CZ2_PERIODS] = {196, 188, 196, 188};

	for (int period = 0; period < CZ2_PERIODS; period++) {
		const struct cz2_setting *wish = &day->periods[period];
		uint8_t *heat = &bytes[HEAT_BYTE + period];

		if (wish->start != CZ2_UNKNOWN) {
			bytes[HOUR_BYTE + period] = (uint8_t)(wish->start / 60);
			bytes[MINUTE_BYTE + period] = (uint8_t)(wish->start % 60);
		}
		if (wish->cool != CZ2_UNKNOWN)
			bytes[COOL_BYTE + period] = (uint8_t)wish->cool;
		if (wish->heat != CZ2_UNKNOWN)
			*heat = (uint8_t)wish->heat;
		else if (wish->cool != CZ2_UNKNOWN || wish->out == 0)
			*heat &= (uint8_t)~OUT_FLAG;
		else if (wish->out == 1 && *heat < OUT_FLAG)
			*heat = out[period];
	}
}

static void
check_day(enum cz2_row row, const uint8_t *before, size_t length, const struct cz2_day *day)
{
	uint8_t after[CZ2_ROW_SIZE_MAX], expected[CZ2_ROW_SIZE_MAX];
	struct cz2_command command;
	struct cz2_problem problem;
	bool changed = false;
	int error;

	cz2_command_init(&command);
	cz2_command_set_day(&command, row, day);
	memcpy(after, before, length);
	error = cz2_command_edit(&command, row, after, length, 0, &changed, &problem);
	memcpy(expected, before, length);
	if (error == CZ2_OK)
		apply_day(day, expected);
	else if (length == cz2_row_info(row)->length)
		FUZZ_ASSERT(problem.error == error);
	FUZZ_ASSERT(memcmp(after, expected, length) == 0);
	if (error == CZ2_OK && !cz2_command_empty(&command)) {
		FUZZ_ASSERT(cz2_command_shown(&command, row, after, length, 0));
		FUZZ_ASSERT(cz2_command_edit(&command, row, after, length, 0, &changed, &problem) ==
			    CZ2_OK);
		FUZZ_ASSERT(!changed);
	}
	cz2_command_keep_shown(&command, row, before, length, 0);
	FUZZ_ASSERT(cz2_command_shown(&command, row, before, length, 0));
}

static void
check_clock(const uint8_t *before, size_t length, int64_t week_start)
{
	uint8_t after[CZ2_ROW_SIZE_MAX];
	struct cz2_command command;
	struct cz2_problem problem;
	bool changed = false;
	int error;

	cz2_command_init(&command);
	cz2_command_set_clock(&command, week_start);
	memcpy(after, before, length);
	error = cz2_command_edit(&command, CZ2_ROW_1_18, after, length, 0, &changed, &problem);
	FUZZ_ASSERT(changed == (memcmp(after, before, length) != 0));
	FUZZ_ASSERT(error == CZ2_OK || !changed);
	if (error == CZ2_OK)
		FUZZ_ASSERT(cz2_command_shown(&command, CZ2_ROW_1_18, after, length, 0));
	if (changed)
		FUZZ_ASSERT(cz2_clock_read(after, length) == cz2_clock_at(week_start, 0));
}

/* Both of them learn what is wished; what the library does not take is no wish. */
static void
wish(struct cz2_command *command, struct wishes *wishes, const uint8_t *input)
{
	enum cz2_field field = (enum cz2_field)input[0];
	int zone = (int8_t)input[1], value = (int8_t)input[2];

	if (cz2_command_set(command, field, zone, value) == CZ2_OK)
		wishes_add(wishes, (struct wish){field, zone, value});
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[CZ2_ROW_SIZE_MAX] = {0};
	struct cz2_warnings warnings = {.count = 0};
	struct wishes wishes = {.count = 0};
	struct cz2_command command;
	struct cz2_values state;
	enum cz2_row row;
	size_t length;

	if (size < 2)
		return 0;
	row = (enum cz2_row)(data[0] % CZ2_ROW_COUNT);
	length = data[1] % (CZ2_ROW_SIZE_MAX + 1);
	data += 2;
	size -= 2;
	if (length > size)
		length = size;
	memcpy(bytes, data, length);
	if (row >= CZ2_ROW_SCHEDULE) {
		const uint8_t prefix[CZ2_ROW_PREFIX] = {0, 10, cz2_row_info(row)->row};
		struct cz2_day day = day_of(data + length, size - length);

		if (length >= sizeof prefix)
			memcpy(bytes, prefix, sizeof prefix);
		check_day(row, bytes, length, &day);
	} else if (row == CZ2_ROW_1_18 && size > length) {
		check_clock(bytes, length, data[length] * INT64_C(-100000));
	}
	cz2_command_init(&command);
	for (size_t at = length; at + 3 <= size; at += 3)
		wish(&command, &wishes, data + at);
	check_edit(&command, &wishes, row, bytes, length);
	cz2_command_exclude(&command, &warnings);
	wishes_exclude(&wishes);
	check_edit(&command, &wishes, row, bytes, length);
	cz2_values_clear(&state);
	cz2_command_warn(&command, &state, &warnings);
	FUZZ_ASSERT(warnings.count <= CZ2_WARNINGS_MAX);
	cz2_command_keep_shown(&command, row, bytes, length, 0);
	FUZZ_ASSERT(cz2_command_shown(&command, row, bytes, length, 0));
	return 0;
}

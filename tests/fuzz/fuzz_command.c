/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Any wish on any content of any row: what is wished is done, by the tests' own table of
 * places, and every other bit stays; nothing outside the allow-list changes, a refusal
 * touches nothing, and what was edited is shown and stays. Input:
 * row, length, the row's content, then field, zone and value of each wish.
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

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The table of rows: the facts that captures prove, finding and naming rows,
 * what may pass for a row, and that the protocol document tells the same.
 */
#include "build.h"

#include <cz2/row.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

START_TEST(known_rows_have_the_owners_and_lengths_that_were_observed)
{
	static const struct {
		enum cz2_row row;
		unsigned device, table, number, length;
	} known[] = {
		{CZ2_ROW_1_2, 1, 1, 2, 0},     {CZ2_ROW_1_6, 1, 1, 6, 16},
		{CZ2_ROW_1_9, 1, 1, 9, 18},    {CZ2_ROW_1_11, 1, 1, 11, 0},
		{CZ2_ROW_1_12, 1, 1, 12, 17},  {CZ2_ROW_1_16, 1, 1, 16, 19},
		{CZ2_ROW_1_17, 1, 1, 17, 19},  {CZ2_ROW_1_18, 1, 1, 18, 7},
		{CZ2_ROW_1_19, 1, 1, 19, 0},   {CZ2_ROW_1_24, 1, 1, 24, 13},
		{CZ2_ROW_1_31, 1, 1, 31, 0},   {CZ2_ROW_2_1, 2, 2, 1, 13},
		{CZ2_ROW_2_1 + 6, 8, 2, 1, 13},{CZ2_ROW_2_2, 2, 2, 2, 0},
		{CZ2_ROW_2_2 + 6, 8, 2, 2, 0}, {CZ2_ROW_2_3, 2, 2, 3, 13},
		{CZ2_ROW_2_3 + 6, 8, 2, 3, 13},{CZ2_ROW_9_1, 9, 9, 1, 11},
		{CZ2_ROW_9_2, 9, 9, 2, 11},    {CZ2_ROW_9_3, 9, 9, 3, 10},
		{CZ2_ROW_9_4, 9, 9, 4, 11},    {CZ2_ROW_9_5, 9, 9, 5, 4},
		{CZ2_ROW_SCHEDULE, 1, 10, 1, 19},
		{CZ2_ROW_SCHEDULE + 55, 1, 10, 56, 19},
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const struct cz2_row_info *info = cz2_row_info(known[i].row);

		ck_assert_uint_eq(info->device, known[i].device);
		ck_assert_uint_eq(info->table, known[i].table);
		ck_assert_uint_eq(info->row, known[i].number);
		ck_assert_uint_eq(info->length, known[i].length);
	}
}
END_TEST

START_TEST(every_row_is_filled_in_and_found_by_its_address_alone)
{
	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)row);

		ck_assert_uint_ge(info->device, 1);
		ck_assert_uint_le(info->device, 9);
		ck_assert_ptr_nonnull(info->title);
		ck_assert_msg(strlen(info->evidence) == 1 &&
			      strchr("CPSI", info->evidence[0]) != NULL, "%s", info->evidence);
		ck_assert(info->length == 0 || info->length > CZ2_ROW_PREFIX);
		ck_assert_uint_le(info->length, CZ2_ROW_SIZE_MAX);
		ck_assert_int_eq(cz2_row_find(info->device, info->table, info->row), row);
	}
}
END_TEST

START_TEST(no_other_address_is_a_known_row)
{
	int found = 0;

	for (unsigned device = 0; device < 256; device++)
		for (unsigned table = 0; table < 12; table++)
			for (unsigned number = 0; number < 64; number++)
				if (cz2_row_find(device, table, number) != CZ2_ROW_NONE)
					found++;
	ck_assert_int_eq(found, CZ2_ROW_COUNT);
	ck_assert_int_eq(cz2_row_find(9, 1, 16), CZ2_ROW_NONE);
	ck_assert_int_eq(cz2_row_find(1, 16, 1), CZ2_ROW_NONE);
	ck_assert_int_eq(cz2_row_find(1, 2, 3), CZ2_ROW_NONE);
	ck_assert_int_eq(cz2_row_find(1, 10, 57), CZ2_ROW_NONE);
	ck_assert_int_eq(cz2_row_find(257, 257, 272), CZ2_ROW_NONE);
}
END_TEST

START_TEST(a_row_is_named_by_table_and_row_and_sensor_rows_by_device_too)
{
	char name[16];

	ck_assert_str_eq(cz2_row_name(CZ2_ROW_1_16, name), "1.16");
	ck_assert_str_eq(cz2_row_name(CZ2_ROW_9_5, name), "9.5");
	ck_assert_str_eq(cz2_row_name(CZ2_ROW_SCHEDULE + 55, name), "10.56");
	ck_assert_str_eq(cz2_row_name(CZ2_ROW_2_3, name), "2.3@2");
	ck_assert_str_eq(cz2_row_name(CZ2_ROW_2_3 + 2, name), "2.3@4");
	ck_assert_ptr_eq(cz2_row_name(CZ2_ROW_2_1 + 6, name), name);
	ck_assert_str_eq(name, "2.1@8");
}
END_TEST

START_TEST(the_rows_in_captured_frames_are_known_and_match)
{
	const struct captures *all = captures();
	int contents = 0;

	for (int i = 0; i < all->count; i++) {
		const uint8_t *bytes = all->list[i].bytes;
		bool reply = bytes[7] == CZ2_REPLY;
		enum cz2_row row;

		if (all->list[i].noise || bytes[4] <= CZ2_ROW_PREFIX)
			continue;
		row = cz2_row_find(reply ? bytes[2] : bytes[0], bytes[9], bytes[10]);
		ck_assert_msg(row != CZ2_ROW_NONE, "%s", all->list[i].meaning);
		ck_assert_msg(cz2_row_matches(row, bytes + CZ2_HEADER_SIZE, bytes[4]), "%s",
			      all->list[i].meaning);
		contents++;
	}
	ck_assert_int_gt(contents, 100);
}
END_TEST

START_TEST(only_the_known_length_and_the_right_prefix_match)
{
	uint8_t payload[CZ2_PAYLOAD_MAX] = {0, 1, 16};

	for (size_t length = 0; length <= sizeof payload; length++)
		ck_assert_int_eq(cz2_row_matches(CZ2_ROW_1_16, payload, length), length == 19);
	for (int i = 0; i < CZ2_ROW_PREFIX; i++) {
		payload[i] ^= 1;
		ck_assert(!cz2_row_matches(CZ2_ROW_1_16, payload, 19));
		payload[i] ^= 1;
	}
}
END_TEST

START_TEST(a_row_of_unknown_length_takes_any_that_has_content_and_fits)
{
	uint8_t payload[CZ2_PAYLOAD_MAX] = {0, 1, 2};

	for (size_t length = 0; length <= sizeof payload; length++)
		ck_assert_int_eq(cz2_row_matches(CZ2_ROW_1_2, payload, length),
				 length > CZ2_ROW_PREFIX && length <= CZ2_ROW_SIZE_MAX);
}
END_TEST

START_TEST(rows_that_the_panel_shows_every_ten_seconds_can_be_overheard)
{
	for (int row = CZ2_ROW_9_1; row <= CZ2_ROW_9_3; row++)
		ck_assert_int_eq(cz2_row_info((enum cz2_row)row)->overhear, CZ2_OVERHEAR_REPLY);
	ck_assert_int_eq(cz2_row_info(CZ2_ROW_9_4)->overhear, CZ2_OVERHEAR_WRITE);
	ck_assert_int_eq(cz2_row_info(CZ2_ROW_9_5)->overhear, CZ2_OVERHEAR_WRITE);
}
END_TEST

START_TEST(two_images_are_the_same_when_all_their_bytes_are)
{
	const struct cz2_image image = {.length = 5, .bytes = {0, 1, 18, 3, 16, 50}, .source = 1};
	struct cz2_image other = image;

	ck_assert(cz2_image_same(&image, &other));
	other.source = 2;
	other.bytes[5] = 51; /* behind its end */
	ck_assert(cz2_image_same(&image, &other));
	other.bytes[4] = 17;
	ck_assert(!cz2_image_same(&image, &other));
	other = image;
	other.length = 6;
	ck_assert(!cz2_image_same(&image, &other));
	ck_assert(!cz2_image_same(&other, &image));
}
END_TEST

START_TEST(each_source_has_a_word)
{
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_NONE), "none");
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_RESTORED), "restored");
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_SNIFF), "sniff");
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_POLL), "poll");
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_FORCE), "force");
	ck_assert_str_eq(cz2_source_name(CZ2_SOURCE_WRITEBACK), "writeback");
}
END_TEST

/* The beginning of this row's line in docs/protocol.md. */
static void
documented_as(enum cz2_row row, char *out, size_t size)
{
	const struct cz2_row_info *info = cz2_row_info(row);
	char name[16], owner[8], length[8] = "?";

	snprintf(name, sizeof name, "%d.%d", info->table, info->row);
	snprintf(owner, sizeof owner, "%d", info->device);
	if (info->length != 0)
		snprintf(length, sizeof length, "%d", info->length);
	if (info->table == 2)
		snprintf(owner, sizeof owner, "2-8");
	if (info->table == 10)
		snprintf(name, sizeof name, "10.1-10.%d", CZ2_SCHEDULES);
	snprintf(out, size, "\n| %s | %s | %s | %s |", name, owner, length, info->evidence);
}

static int
documented_rows(const char *text)
{
	unsigned table, number;
	int count = 0;

	for (const char *line = text; (line = strstr(line, "\n| ")) != NULL; line++)
		if (sscanf(line, " | %u.%u", &table, &number) == 2)
			count++;
	return count;
}

START_TEST(the_protocol_document_lists_the_same_rows)
{
	char *text = read_source_file("docs/protocol.md");
	int different = 0;

	for (int row = 0; row < CZ2_ROW_COUNT; row++) {
		const struct cz2_row_info *info = cz2_row_info((enum cz2_row)row);
		char line[128];

		if (row > CZ2_ROW_SCHEDULE || (info->table == 2 && info->device != 2))
			continue;
		different++;
		documented_as((enum cz2_row)row, line, sizeof line);
		ck_assert_msg(strstr(text, line) != NULL,
			      "docs/protocol.md has no line that begins with:%s", line);
	}
	ck_assert_int_eq(documented_rows(text), different);
	free(text);
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		known_rows_have_the_owners_and_lengths_that_were_observed,
		every_row_is_filled_in_and_found_by_its_address_alone,
		no_other_address_is_a_known_row,
		a_row_is_named_by_table_and_row_and_sensor_rows_by_device_too,
		the_rows_in_captured_frames_are_known_and_match,
		only_the_known_length_and_the_right_prefix_match,
		a_row_of_unknown_length_takes_any_that_has_content_and_fits,
		rows_that_the_panel_shows_every_ten_seconds_can_be_overheard,
		two_images_are_the_same_when_all_their_bytes_are,
		each_source_has_a_word,
		the_protocol_document_lists_the_same_rows,
		NULL,
	};

	return run_suite("row", tests);
}

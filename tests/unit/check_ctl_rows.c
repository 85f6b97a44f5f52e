/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows in words, of the captured frames and of all rows with any bytes; and bytes from
 * the words of people.
 */
#include "build.h"

#include "cz2ctl/decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/error.h>
#include <cz2/row.h>

#include "cz2ctl/row_text.h"
#include "support.h"

enum { SEED = 2026, TRIALS = 400, COLUMNS = 80 };

static struct decode decode;

static const struct decode_item *
item(const char *label)
{
	for (int i = 0; i < decode.count; i++)
		if (strcmp(decode.items[i].label, label) == 0)
			return &decode.items[i];
	return NULL;
}

static void
decode_hex(unsigned device, const char *hex)
{
	uint8_t bytes[CZ2_PAYLOAD_MAX];

	decode_row(device, bytes, parse_hex(hex, bytes, sizeof bytes), &decode);
}

static const struct {
	unsigned device;
	const char *hex, *name, *title, *label, *value;
} rows[] = {
	{1, "00 01 10 4C 4E 4C 4C 4C 4C 4C 4C 44 44 44 44 44 44 44 44", "1.16", "setpoints",
	 "cool setpoint", "76 78 76 76 76 76 76 76 F"},
	{1, "00 01 0C 0A 02 02 00 00 00 08 0F 00 00 00 00 03 00", "1.12", "mode, flags, ALL", "hold",
	 "zones 1 2 3 4"},
	{1, "00 01 0C 0A 02 02 00 00 00 08 0F 00 00 00 00 03 00", "1.12", "mode, flags, ALL",
	 "all mode", "zone 3 rules"},
	{1, "00 01 0C 0A 09 02 00 00 00 08 0F 00 00 00 00 00 00", "1.12", "mode, flags, ALL",
	 "system mode", "-"},
	{1, "00 01 12 01 0F 2D 0A", "1.18", "clock", "clock", "Mon 15:45:10"},
	{1, "00 01 12 07 0F 2D 0A", "1.18", "clock", "clock", "-"},
	{1, "00 01 11 3A 09 00 00 01 00 03 04 96 00 00 00 00 00 00 F1", "1.17",
	 "installer settings, fan mode", "filter life", "3600 h"},
	{1, "00 01 11 3A 09 00 00 01 00 03 04 96 00 00 00 00 00 00 F1", "1.17",
	 "installer settings, fan mode", "unknown 7-9", "01 00 03"},
	{9, "00 09 01 04 48 FE C0 FF FF 02 7D", "9.1", "remote temperatures, zones 1-4",
	 "temperature exact", "68.5 -20 - 39.8125 F"},
	{1, "00 0A 09 06 08 11 16 1E 00 00 00 44 BC 44 3C 4C 55 4C 50", "10.9",
	 "schedule, zone 2 Mon", "day", "08:00  out"},
	{1, "00 0A 09 06 08 11 16 1E 00 00 00 44 BC 44 3C 4C 55 4C 50", "10.9",
	 "schedule, zone 2 Mon", "sleep", "22:00  heat 60  cool 80"},
	{4, "00 02 03 00 00 00 00 04 48 44 3C 4C 00", "2.3@4", "sensor temperature, setpoints",
	 "temperature exact", "68.5 F"},
	{1, "00 01 0D 01 02", "1.13", "unknown row", "unknown 3-4", "01 02"},
	{20, "00 05 07 01", "5.7@20", "unknown row", "unknown 3", "01"},
	/* Of another length than it should have: nothing that we know. */
	{1, "00 01 12 01 0F 2D", "1.18", "clock", "unknown 3-5", "01 0f 2d"},
	{1, "00 01", "", "unknown row", "unknown 0-1", "00 01"},
};

START_TEST(a_row_is_told_in_words)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		decode_hex(rows[i].device, rows[i].hex);
		ck_assert_str_eq(decode.name, rows[i].name);
		ck_assert_str_eq(decode.title, rows[i].title);
		ck_assert_msg(item(rows[i].label) != NULL, "%s: no %s", rows[i].hex, rows[i].label);
		ck_assert_str_eq(item(rows[i].label)->value, rows[i].value);
	}
}
END_TEST

/* "heat_setpoint[2]=68" and others, as the captures name them. */
static void
check_value(const char *value, const char *meaning)
{
	char label[64];
	size_t length = strcspn(value, "=[");

	snprintf(label, sizeof label, "%.*s", (int)length, value);
	if (strncmp(label, "clock_", strlen("clock_")) == 0)
		snprintf(label, sizeof label, "clock");
	for (char *c = label; *c != '\0'; c++)
		if (*c == '_')
			*c = ' ';
	ck_assert_msg(item(label) != NULL, "%s: no %s", meaning, label);
	ck_assert_msg(strcmp(item(label)->value, "-") != 0, "%s: %s", meaning, label);
}

START_TEST(what_is_known_of_the_captured_frames_is_told)
{
	int checked = 0;

	for (int i = 0; i < captures()->count; i++) {
		const struct capture *capture = &captures()->list[i];
		char values[CAPTURE_TEXT_MAX], *rest = values, *value;
		struct cz2_frame frame;

		if (capture->noise || strcmp(capture->values, "-") == 0 ||
		    cz2_frame_decode(capture->bytes, capture->size, &frame) != CZ2_OK)
			continue;
		snprintf(values, sizeof values, "%s", capture->values);
		decode_row(frame.function == CZ2_REPLY ? frame.source : frame.destination,
			   frame.payload, frame.length, &decode);
		while ((value = strsep(&rest, " ")) != NULL)
			if (*value != '\0')
				check_value(value, capture->meaning);
		checked++;
	}
	ck_assert_int_gt(checked, 20);
}
END_TEST

static void
check_screen(void)
{
	char line[DECODE_LINE_MAX], *text;
	size_t size;
	struct screen screen = {.file = open_memstream(&text, &size)};

	decode_print(&decode, &screen);
	fclose(screen.file);
	for (char *rest = text, *one; (one = strsep(&rest, "\n")) != NULL;)
		ck_assert_msg(strlen(one) <= COLUMNS, "%s", one);
	free(text);
	decode_line(&decode, line);
}

START_TEST(whatever_a_row_holds_fits_the_screen)
{
	uint32_t chance = SEED;
	int trials = TRIALS / setting("CZ2_EVERY", 1);

	for (int trial = 0; trial < trials; trial++) {
		for (int id = 0; id < CZ2_ROW_COUNT; id++) {
			const struct cz2_row_info *info = cz2_row_info((enum cz2_row)id);
			uint8_t bytes[CZ2_PAYLOAD_MAX] = {0, info->table, info->row};
			size_t length = info->length != 0 ? info->length
							  : 4 + random_below(&chance, 60);

			for (size_t i = CZ2_ROW_PREFIX; i < length; i++)
				bytes[i] = (uint8_t)random_below(&chance, 256);
			decode_row(info->device, bytes, length, &decode);
			check_screen();
		}
	}
	for (size_t length = 0; length <= CZ2_PAYLOAD_MAX; length++) {
		uint8_t bytes[CZ2_PAYLOAD_MAX] = {0, 1, 13};

		decode_row(1, bytes, length, &decode);
		check_screen();
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * What people type
 */

static const struct {
	const char *words[4];
	const char *becomes; /* NULL: it is refused */
} edits[] = {
	{{"0.0.0.0.45"}, "00 01 1F 00 00 00 00 2D"},
	{{"000000002d"}, "00 01 1F 00 00 00 00 2D"},
	{{"00011f000000002D"}, "00 01 1F 00 00 00 00 2D"},
	{{"7:45"}, "00 01 1F 00 00 00 00 2D"},
	{{"7:0x2d", "3:1"}, "00 01 1F 01 00 00 00 2D"},
	{{"0.0.0.0"}, NULL},
	{{"0.0.0.0.256"}, NULL},
	{{"0.0.0.0."}, NULL},
	{{"0.0.0.0.-1"}, NULL},
	{{"00011e000000002d"}, NULL},
	{{"00000000"}, NULL},
	{{"2:1"}, NULL},
	{{"8:1"}, NULL},
	{{"7:"}, NULL},
	{{":1"}, NULL},
	{{"7:1x"}, NULL},
	{{"7:1", "0.0.0.0.45"}, NULL},
	{{"0.0.0.0.45", "7:1"}, NULL},
	{{""}, NULL},
};

START_TEST(what_is_to_be_written_is_the_whole_row_or_nothing)
{
	struct row before = {1, 1, 31, 8, {0, 1, 31, 0, 0, 0, 0, 30}};

	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		char *words[5] = {NULL};
		uint8_t wanted[ROW_BYTES_MAX];
		char why[ROW_WHY_MAX] = "";
		struct row after;

		for (int n = 0; n < 4 && edits[i].words[n] != NULL; n++)
			words[n] = (char *)(uintptr_t)edits[i].words[n];
		if (edits[i].becomes == NULL) {
			ck_assert_msg(!row_edit(&before, words, &after, why), "%s", words[0]);
			ck_assert_msg(strstr(why, "wanted") != NULL || strstr(why, "INDEX") != NULL,
				      "%s", why);
			continue;
		}
		ck_assert_msg(row_edit(&before, words, &after, why), "%s", why);
		ck_assert_uint_eq(parse_hex(edits[i].becomes, wanted, sizeof wanted), after.length);
		ck_assert_mem_eq(after.bytes, wanted, after.length);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {a_row_is_told_in_words,
				      what_is_known_of_the_captured_frames_is_told,
				      whatever_a_row_holds_fits_the_screen,
				      what_is_to_be_written_is_the_whole_row_or_nothing, NULL};

	return run_suite("rows in words", tests);
}

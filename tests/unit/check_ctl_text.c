/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a terminal gets to see: escapes, widths, the layout of tables, and answers of
 * which nothing can be relied upon.
 */
#include "build.h"

#include "cz2ctl/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/table.h"
#include "cz2ctl/value.h"
#include "cz2ctl/view.h"
#include "support.h"

static struct screen screen;
static char *output;
static size_t output_size;

static void
open_screen(size_t columns, bool color)
{
	screen = (struct screen){.columns = columns, .color = color};
	screen.file = open_memstream(&output, &output_size);
	ck_assert_ptr_nonnull(screen.file);
}

/* What was written, until the next one is opened. */
static const char *
written(void)
{
	static char text[8192];

	fclose(screen.file);
	ck_assert_uint_lt(output_size, sizeof text);
	memcpy(text, output, output_size + 1);
	free(output);
	return text;
}

/* ------------------------------------------------------------------------
 * Text
 */

static const struct {
	const char *text, *escaped;
	size_t width;
} texts[] = {
	{"", "", 0},
	{"Hall", "Hall", 4},
	{"B\xc3\xbcro", "B\xc3\xbcro", 4},
	{"\xe5\xaf\x9d\xe5\xae\xa4", "\xe5\xaf\x9d\xe5\xae\xa4", 4}, /* two of two columns */
	{"\033[31mred", "\\u001b[31mred", 13},
	{"a\r\nb", "a\\u000d\\u000ab", 14},
	{"\x7f", "\\u007f", 6},
	{"\xc2\x9b"
	 "1m",
	 "\\u009b1m", 8}, /* CSI in eight bits */
	{"\xe2\x80\xae"
	 "cba",
	 "\\u202ecba", 9}, /* from right to left */
	{"\xff\xc3", "\\xff\\xc3", 8},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", 12}, /* half a surrogate pair */
	{"\xc0\xaf", "\\xc0\\xaf", 8},           /* overlong */
};

START_TEST(what_could_fool_a_terminal_is_escaped)
{
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char out[64];

		ck_assert_str_eq(text_escape(texts[i].text, out, sizeof out), texts[i].escaped);
		ck_assert_uint_eq(text_width(out), texts[i].width);
		open_screen(0, false);
		text_put(texts[i].text, screen.file);
		ck_assert_str_eq(written(), texts[i].escaped);
	}
}
END_TEST

START_TEST(text_that_is_too_long_ends_with_an_ellipsis)
{
	char out[8];

	ck_assert_str_eq(text_escape("1234567", out, 8), "1234567");
	ck_assert_str_eq(text_escape("12345678", out, 8), "1234\xe2\x80\xa6");
	ck_assert_str_eq(text_escape("123\xc3\xbc\xc3\xbc\xc3\xbc", out, 8), "123\xe2\x80\xa6");
	ck_assert_str_eq(text_escape("\033\033", out, 8), "\xe2\x80\xa6");
}
END_TEST

START_TEST(no_length_overflows_the_escapes)
{
	uint32_t chance = 7;

	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[41] = {0};
		char out[24];

		random_bytes(&chance, bytes, random_below(&chance, sizeof bytes));
		memset(out, 'X', sizeof out);
		text_escape((const char *)bytes, out, 4 + random_below(&chance, 16));
		for (const char *at = out; *at != '\0'; at++)
			ck_assert((unsigned char)*at >= ' ' && *at != 0x7F);
		ck_assert_uint_lt(strlen(out), 20);
	}
}
END_TEST

START_TEST(text_is_cut_by_columns)
{
	static const struct {
		const char *text;
		size_t width, used;
		const char *shown;
	} cuts[] = {
		{"Living", 6, 6, "Living"},
		{"Living", 5, 5, "Livi\xe2\x80\xa6"},
		{"Living", 1, 1, "\xe2\x80\xa6"},
		{"\xe5\xaf\x9d\xe5\xae\xa4", 4, 4, "\xe5\xaf\x9d\xe5\xae\xa4"},
		{"\xe5\xaf\x9d\xe5\xae\xa4", 3, 3, "\xe5\xaf\x9d\xe2\x80\xa6"},
		{"\xe5\xaf\x9d\xe5\xae\xa4", 2, 1, "\xe2\x80\xa6"},
	};

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		open_screen(0, false);
		ck_assert_uint_eq(text_put_cut(cuts[i].text, cuts[i].width, screen.file),
				  cuts[i].used);
		ck_assert_str_eq(written(), cuts[i].shown);
	}
}
END_TEST

/* ------------------------------------------------------------------------
 * Tables
 */

static const struct table_column columns[] = {{"Zone", TABLE_RIGHT},
					      {"Name", TABLE_ELASTIC},
					      {"Flags", TABLE_LEFT},
					      {"Damper", TABLE_RIGHT}};

static struct table *
small_table(const char *name)
{
	static const char *const rows[][4] = {{"1", "", "hold", "5%"}, {"2", "Hall", "", ""}};
	struct table *table = table_new(columns, 4);

	for (int row = 0; row < 2; row++) {
		struct table_cell *cells = table_add(table);

		for (int i = 0; i < 4; i++)
			strcpy(cells[i].text, rows[row][i]);
	}
	strcpy(table->cells[0][1].text, name);
	return table;
}

static const char *
layout(const char *name, size_t width, bool color)
{
	struct table *table = small_table(name);

	open_screen(width, color);
	table_print(table, &screen);
	table_free(table);
	return written();
}

START_TEST(columns_are_as_wide_as_their_widest_cell)
{
	ck_assert_str_eq(layout("B\xc3\xbcro", 0, false), "Zone  Name  Flags  Damper\n"
							  "   1  B\xc3\xbcro  hold       5%\n"
							  "   2  Hall\n");
}
END_TEST

START_TEST(the_elastic_column_gives_way)
{
	ck_assert_str_eq(layout("Living room", 30, false),
			 "Zone  Name       Flags  Damper\n"
			 "   1  Living r\xe2\x80\xa6  hold       5%\n"
			 "   2  Hall\n");
	/* Narrower than that nothing fits: it stops at four. */
	ck_assert_ptr_nonnull(strstr(layout("Living room", 10, false), "  Liv\xe2\x80\xa6  hold"));
	ck_assert_ptr_nonnull(strstr(layout("Living room", 32, false), "  Living room  hold"));
}
END_TEST

START_TEST(colours_take_no_columns)
{
	ck_assert_str_eq(layout("Hall", 0, true),
			 "\033[1mZone\033[0m  \033[1mName\033[0m  \033[1mFlags\033[0m  "
			 "\033[1mDamper\033[0m\n   1  Hall  hold       5%\n   2  Hall\n");
}
END_TEST

START_TEST(a_full_table_takes_no_more)
{
	struct table *table = table_new(columns, 4);

	for (int row = 0; row < TABLE_ROWS_MAX; row++)
		ck_assert_ptr_nonnull(table_add(table));
	ck_assert_ptr_null(table_add(table));
	table_free(table);
}
END_TEST

/* ------------------------------------------------------------------------
 * Answers
 */

START_TEST(ages_are_told_in_a_unit_for_people)
{
	static const struct {
		const char *seconds, *text;
	} ages[] = {{"0", "0 s"},        {"119", "119 s"}, {"120", "2 min"},
		    {"7199", "120 min"}, {"7200", "2 h"},  {"172800", "2 days"},
		    {"-1", "-"},         {"\"5\"", "-"},   {"null", "-"}};

	for (size_t i = 0; i < sizeof ages / sizeof ages[0]; i++) {
		char out[VALUE_MAX];
		json_t *object = json_object();

		json_object_set_new(object, "age",
				    json_loads(ages[i].seconds, JSON_DECODE_ANY, NULL));
		value_age(object, "age", out);
		ck_assert_str_eq(out, ages[i].text);
		json_decref(object);
	}
}
END_TEST

static const char *
shown(void (*view)(const struct screen *, const json_t *), const char *text)
{
	json_t *answer = json_loads(text, 0, NULL);

	ck_assert_msg(answer != NULL, "%s", text);
	open_screen(80, false);
	view(&screen, answer);
	json_decref(answer);
	return written();
}

START_TEST(unknown_values_are_dashes)
{
	const char *text = shown(view_status, "{\"status\": {\"zones\": [{}]}}");

	ck_assert_ptr_nonnull(strstr(text, "Mode         -\n"));
	ck_assert_ptr_nonnull(strstr(text, "Fan          -\n"));
	ck_assert_ptr_nonnull(strstr(text, "Running      -\n"));
	ck_assert_ptr_nonnull(strstr(text, "Updated      -\n"));
	ck_assert_ptr_nonnull(strstr(text, "   -  -        -     -     -  -           -\n"));
}
END_TEST

START_TEST(values_of_a_wrong_type_are_unknown)
{
	const char *text =
		shown(view_status, "{\"status\": {\"system_mode\": 7, \"fan_mode\": [],"
				   "\"outside_temp\": \"40\", \"all_mode\": true,"
				   "\"humidify\": \"yes\", \"zones\": ["
				   "{\"name\": {}, \"zone_id\": \"x\", \"hold\": 1}, 3]}}");

	ck_assert_ptr_nonnull(strstr(text, "Mode         -\n"));
	ck_assert_ptr_nonnull(strstr(text, "Outside      -\n"));
	ck_assert_ptr_nonnull(strstr(text, "ALL mode     -\n"));
	ck_assert_ptr_nonnull(strstr(text, "Running      -\n"));
	ck_assert_ptr_nonnull(strstr(text, "   -  -        -     -     -  -           -\n"));
}
END_TEST

START_TEST(what_to_beware_of_stands_first)
{
	const char *text = shown(view_status, "{\"status\": null, \"meta\": {\"connected\": false,"
					      "\"source\": \"restored\", \"is_stale\": true,"
					      "\"error\": \"no\\nanswer\"}}");

	ck_assert_str_eq(text, "The panel does not answer.\n"
			       "Restored from before a restart: nothing was read since.\n"
			       "Stale: mode, flags or setpoints were not seen of late.\n"
			       "The last refresh failed: no\\u000aanswer\n"
			       "Nothing is known yet.\n");
}
END_TEST

START_TEST(a_sound_status_has_nothing_to_beware_of)
{
	const char *text = shown(view_status, "{\"status\": {\"system_mode\": \"Auto\","
					      "\"effective_mode\": \"Heat\", \"zones\": []},"
					      "\"meta\": {\"connected\": true, \"is_stale\": false,"
					      "\"source\": \"poll\", \"age_seconds\": 3}}");

	ck_assert_int_eq(strncmp(text, "Panel time", 10), 0);
	ck_assert_ptr_nonnull(strstr(text, "Mode         Auto, now Heat\n"));
	ck_assert_ptr_nonnull(strstr(text, "Updated      3 s ago (poll)\n"));
}
END_TEST

START_TEST(a_health_of_nothing_is_unknown)
{
	const char *text = shown(view_health, "{\"problems\": [1, \"a \\u001b[2J\", null]}");

	ck_assert_ptr_nonnull(strstr(text, "Health   -\n"));
	ck_assert_ptr_nonnull(strstr(text, "MQTT     -\n"));
	ck_assert_ptr_nonnull(strstr(text, "\na \\u001b[2J\n"));
	ck_assert_str_eq(shown(view_version, "{\"name\": 1}"), "- - (API -)\n");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {what_could_fool_a_terminal_is_escaped,
				      text_that_is_too_long_ends_with_an_ellipsis,
				      no_length_overflows_the_escapes,
				      text_is_cut_by_columns,
				      columns_are_as_wide_as_their_widest_cell,
				      the_elastic_column_gives_way,
				      colours_take_no_columns,
				      a_full_table_takes_no_more,
				      ages_are_told_in_a_unit_for_people,
				      unknown_values_are_dashes,
				      values_of_a_wrong_type_are_unknown,
				      what_to_beware_of_stands_first,
				      a_sound_status_has_nothing_to_beware_of,
				      a_health_of_nothing_is_unknown,
				      NULL};

	return run_fixed_suite("cz2ctl: text", tests, text_init, NULL);
}

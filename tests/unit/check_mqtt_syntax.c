/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The topics that are commanded through, and what may stand in their payloads: tables of
 * what is accepted, and of what is refused with which code.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_syntax.h"

#include <cz2/error.h>
#include <cz2/field.h>
#include <jansson.h>
#include <locale.h>
#include <string.h>

#include "cz2d/model/climate.h"
#include "support.h"

enum { REFUSED = -10000 };

static struct mqtt_refusal refusal;

/* The value, or REFUSED. */
static int
read_at(const char *name, const char *payload, size_t length)
{
	int zone, value;
	const struct mqtt_topic_info *info = mqtt_topic_find(name, &zone, &refusal);

	ck_assert_ptr_nonnull(info);
	refusal.code = MQTT_FINE;
	return mqtt_scalar_read(info, name, payload, length, &value, &refusal) ? value : REFUSED;
}

static int
read(const char *name, const char *payload)
{
	return read_at(name, payload, strlen(payload));
}

START_TEST(each_topic_is_found_with_its_zone)
{
	static const struct {
		const char *name;
		int zone;
		enum mqtt_form form;
	} known[] = {
		{"system/mode", 0, MQTT_SCALAR}, {"system/fan", 0, MQTT_SCALAR},
		{"system/all", 0, MQTT_SCALAR},	 {"zone/1/mode", 1, MQTT_SCALAR},
		{"zone/8/power", 8, MQTT_SCALAR}, {"zone/2/target", 2, MQTT_SCALAR},
		{"zone/3/low", 3, MQTT_SCALAR},	 {"zone/4/high", 4, MQTT_SCALAR},
		{"zone/5/preset", 5, MQTT_SCALAR}, {"zone/6/fan", 6, MQTT_SCALAR},
		{"zone/7", 7, MQTT_BODY},	 {"zones", 0, MQTT_BODY},
		{"system", 0, MQTT_BODY},	 {"schedule/8", 8, MQTT_BODY},
		{"resume", 0, MQTT_PRESS},	 {"clock/sync", 0, MQTT_PRESS},
		{"refresh", 0, MQTT_PRESS},
	};
	unsigned rows = 0;

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		int zone;
		const struct mqtt_topic_info *info =
			mqtt_topic_find(known[i].name, &zone, &refusal);

		ck_assert_msg(info != NULL, "%s", known[i].name);
		ck_assert_int_eq(zone, known[i].zone);
		ck_assert_int_eq((int)info->form, (int)known[i].form);
		ck_assert_ptr_eq(info, mqtt_topic_at((unsigned)i));
	}
	while (mqtt_topic_at(rows) != NULL)
		rows++;
	ck_assert_uint_eq(rows, sizeof known / sizeof known[0]);
}
END_TEST

START_TEST(a_week_may_be_longer_than_all_else)
{
	ck_assert_uint_eq(mqtt_topic_room("schedule/1"), MQTT_PROGRAM_MAX);
	ck_assert_uint_eq(mqtt_topic_room("schedule/9"), MQTT_PROGRAM_MAX);
	ck_assert_uint_eq(mqtt_topic_room("zone/1"), MQTT_PAYLOAD_MAX);
	ck_assert_uint_eq(mqtt_topic_room("nothing"), MQTT_PAYLOAD_MAX);
}
END_TEST

START_TEST(what_is_no_topic_is_refused)
{
	static const struct {
		const char *name;
		enum mqtt_code code;
	} wrong[] = {
		{"", MQTT_UNKNOWN_TOPIC},		{"/", MQTT_UNKNOWN_TOPIC},
		{"zone", MQTT_UNKNOWN_TOPIC},		{"zone/", MQTT_UNKNOWN_TOPIC},
		{"zone/x/low", MQTT_UNKNOWN_TOPIC},	{"zone/1x/low", MQTT_UNKNOWN_TOPIC},
		{"zone/01/low", MQTT_UNKNOWN_TOPIC},	{"zone/-1/low", MQTT_UNKNOWN_TOPIC},
		{"zone/1/low/", MQTT_UNKNOWN_TOPIC},	{"zone/1/", MQTT_UNKNOWN_TOPIC},
		{"zone/1/temperature", MQTT_UNKNOWN_TOPIC}, {"Zone/1/low", MQTT_UNKNOWN_TOPIC},
		{"zone/99999999999/low", MQTT_UNKNOWN_TOPIC}, {"refresh/", MQTT_UNKNOWN_TOPIC},
		{"schedule", MQTT_UNKNOWN_TOPIC},	{"clock", MQTT_UNKNOWN_TOPIC},
		{"schedule/1/", MQTT_UNKNOWN_TOPIC},	{"resume/1", MQTT_UNKNOWN_TOPIC},
		{"schedule/0", MQTT_UNKNOWN_ZONE},	{"schedule/9", MQTT_UNKNOWN_ZONE},
		{"zone/N/low", MQTT_UNKNOWN_TOPIC},
		{"zone/0/low", MQTT_UNKNOWN_ZONE},	{"zone/9/low", MQTT_UNKNOWN_ZONE},
		{"zone/999", MQTT_UNKNOWN_ZONE},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		int zone;

		ck_assert_msg(mqtt_topic_find(wrong[i].name, &zone, &refusal) == NULL, "%s",
			      wrong[i].name);
		ck_assert_msg(refusal.code == wrong[i].code, "%s: %s", wrong[i].name,
			      mqtt_code_word(refusal.code));
	}
}
END_TEST

START_TEST(numbers_are_rounded_half_up)
{
	static const struct {
		const char *text;
		int value;
	} numbers[] = {
		{"70", 70},	{"70.0", 70},	{"69.8", 70},	  {"69.5", 70},
		{"69.49", 69},	{"69.4999999999999999999", 69},	  {"+70", 70},
		{"-0.5", 0},	{"-0.51", -1},	{"-0.5000", 0},	  {"-1.5", -1},
		{"-1.6", -2},	{"0070", 70},	{" 70\n", 70},	  {"21.666", 22},
		{"70.50", 71},	{"-0", 0},	{"99.5", 100},
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		ck_assert_msg(read("zone/1/low", numbers[i].text) == numbers[i].value, "\"%s\": %d",
			      numbers[i].text, read("zone/1/low", numbers[i].text));
	ck_assert_int_gt(read("zone/1/low", "99999999999999999999999999999999"), 999);
	ck_assert_int_lt(read("zone/1/low", "-9999999999999999999999999999999"), -999);
}
END_TEST

START_TEST(what_is_no_number_is_refused)
{
	static const char *const wrong[] = {
		"", " ", "nan", "NaN", "inf", "-inf", "1e2", "7e1", "0x46", "70F", "70 F", "7 0",
		"70,5", "70.", ".5", "-", "+", "--70", "+-70", "1.2.3", "None", "null", "\"70\"",
		"70\x01", "７０", "70\xc2\xb0",
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		ck_assert_msg(read("zone/1/target", wrong[i]) == REFUSED, "\"%s\"", wrong[i]);
		ck_assert_msg(refusal.code == MQTT_BAD_NUMBER, "\"%s\"", wrong[i]);
	}
	ck_assert_int_eq(read_at("zone/1/low", "70\0001", 4), REFUSED);
	ck_assert_int_eq(read("zone/1/low", "700000000000000000000000000000000"), REFUSED);
	ck_assert_int_eq((int)refusal.code, MQTT_TOO_LARGE);
}
END_TEST

START_TEST(numbers_do_not_follow_the_locale)
{
	if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
		setlocale(LC_ALL, "C.UTF-8");
	ck_assert_int_eq(read("zone/1/low", "69.5"), 70);
	ck_assert_int_eq(read("zone/1/low", "69,5"), REFUSED);
	setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(words_are_taken_as_documented)
{
	static const struct {
		const char *name, *text;
		int value;
	} words[] = {
		{"system/mode", "Heat", CZ2_MODE_HEAT},
		{"system/mode", "COOL", CZ2_MODE_COOL},
		{"system/mode", "auto", CZ2_MODE_AUTO},
		{"system/mode", "EHeat", CZ2_MODE_EHEAT},
		{"system/mode", "E Heat", CZ2_MODE_EHEAT},
		{"system/mode", "off", CZ2_MODE_OFF},
		{"system/mode", "heat_cool", CZ2_MODE_AUTO},
		{"system/mode", " Heat ", CZ2_MODE_HEAT},
		{"system/fan", "Auto", 0},
		{"system/fan", "on", 1},
		{"system/fan", "always_on", 1},
		{"system/all", "0", 0},
		{"system/all", "Off", 0},
		{"system/all", "8", 8},
		{"system/all", "Zone 3", 3},
		{"zone/1/mode", "heat_cool", CZ2_MODE_AUTO},
		{"zone/1/mode", "auto", CZ2_MODE_AUTO},
		{"zone/1/mode", "off", CZ2_MODE_OFF},
		{"zone/1/power", "ON", 1},
		{"zone/1/power", "OFF", 0},
		{"zone/1/preset", "none", CLIMATE_NONE},
		{"zone/1/preset", "away", CLIMATE_AWAY},
		{"zone/1/preset", "hold", CLIMATE_HOLD},
		{"zone/1/fan", "on", 1},
		{"zone/1/preset", "temporary", CLIMATE_TEMPORARY},
		{"system/mode", "", REFUSED},
		{"system/mode", "Heating", REFUSED},
		{"system/mode", "Hea", REFUSED},
		{"system/all", "9", REFUSED},
		{"system/all", "Zone 9", REFUSED},
		{"zone/1/mode", "Heat", REFUSED},
		{"zone/1/mode", "eheat", REFUSED},
		{"zone/1/mode", "None", REFUSED},
		{"zone/1/power", "on", REFUSED},
		{"zone/1/preset", "Away", REFUSED},
		{"zone/1/fan", "always_on", REFUSED},
		{"system/fan", "He\xc3\xa4t", REFUSED},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		int value = read(words[i].name, words[i].text);

		ck_assert_msg(value == words[i].value, "%s \"%s\": %d", words[i].name,
			      words[i].text, value);
		if (value == REFUSED)
			ck_assert_int_eq((int)refusal.code, MQTT_BAD_VALUE);
	}
}
END_TEST

START_TEST(a_sentence_names_the_field_and_what_is_accepted_and_shows_nothing_hostile)
{
	read("zone/2/preset", "h\x1b[31m\"x");
	ck_assert_str_eq(refusal.sentence,
			 "zone/2/preset: \"h?[31m?x\" is not accepted; "
			 "none, temporary, hold, away are.");
	read("zone/2/low", "warm");
	ck_assert_str_eq(refusal.sentence, "zone/2/low: \"warm\" is no number; accepted are "
					   "decimal digits such as 68 or 68.5.");
}
END_TEST

START_TEST(a_button_is_pressed_with_one_word)
{
	ck_assert(mqtt_press_read("refresh", "PRESS", 5, &refusal));
	ck_assert(mqtt_press_read("refresh", " PRESS\n", 7, &refusal));
	ck_assert(!mqtt_press_read("refresh", "press", 5, &refusal));
	ck_assert(!mqtt_press_read("refresh", " ", 1, &refusal));
	ck_assert_int_eq((int)refusal.code, MQTT_BAD_VALUE);
}
END_TEST

START_TEST(every_code_has_a_word_of_its_own)
{
	for (int one = MQTT_FINE + 1; one < MQTT_CODE_COUNT; one++) {
		ck_assert_ptr_nonnull(mqtt_code_word((enum mqtt_code)one));
		for (int other = one + 1; other < MQTT_CODE_COUNT; other++)
			ck_assert_str_ne(mqtt_code_word((enum mqtt_code)one),
					 mqtt_code_word((enum mqtt_code)other));
	}
	for (int error = -1; error >= CZ2_ERROR_LAST; error--)
		ck_assert_int_ne((int)mqtt_code_of(error), MQTT_FINE);
}
END_TEST

START_TEST(a_sentence_that_is_cut_ends_with_a_whole_character)
{
	char long_name[MQTT_SENTENCE_MAX + 8];
	json_t *text;

	for (int start = 0; start < 4; start++) {
		memset(long_name, 'x', (size_t)start);
		for (size_t i = (size_t)start; i + 4 < sizeof long_name; i += 4)
			memcpy(long_name + i, "\xf0\x9f\x94\xa5", 5);
		mqtt_refuse(&refusal, MQTT_UNKNOWN_MEMBER, "%s: no", long_name);
		text = json_string(refusal.sentence);
		ck_assert_ptr_nonnull(text);
		ck_assert_uint_ge(json_string_length(text), MQTT_SENTENCE_MAX - 8);
		json_decref(text);
	}
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		each_topic_is_found_with_its_zone,
		a_week_may_be_longer_than_all_else,
		what_is_no_topic_is_refused,
		numbers_are_rounded_half_up,
		what_is_no_number_is_refused,
		numbers_do_not_follow_the_locale,
		words_are_taken_as_documented,
		a_sentence_names_the_field_and_what_is_accepted_and_shows_nothing_hostile,
		a_button_is_pressed_with_one_word,
		every_code_has_a_word_of_its_own,
		a_sentence_that_is_cut_ends_with_a_whole_character,
		NULL,
	};

	return run_suite("mqtt syntax", tests);
}

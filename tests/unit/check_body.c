/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Bodies: which spellings of a value are taken, what is said of the others, and
 * that everything wrong is said at once. The expected answers are those of
 * pydantic 2 and FastAPI, tried by hand, where the interface does not differ.
 */
#include "build.h"

#include "cz2d/json/body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/json/lax.h"
#include "support.h"

static const struct body_schema zone_schema = {
	"Zone", .needs_setting = true, .fields = {
		{"heat", BODY_INTEGER, CZ2_HEAT, false, 0, ""},
		{"cool", BODY_INTEGER, CZ2_COOL, false, 0, ""},
		{"hold", BODY_BOOLEAN, CZ2_HOLD, false, 0, ""},
	}};
static const struct body_schema batch_schema = {
	"Batch", .needs_setting = true, .fields = {
		{"zones", BODY_ZONES, CZ2_FIELD_COUNT, true, 0, ""},
		{"heat", BODY_INTEGER, CZ2_HEAT, false, 0, ""},
	}};
static const struct body_schema mode_schema = {
	"Mode", .fields = {
		{"mode", BODY_WORD, CZ2_MODE, true, 0, ""},
		{"all", BODY_BOOLEAN, CZ2_ALL, false, 9, ""},
	}};
static const struct body_schema fan_schema = {
	"Fan", .fields = {{"fan", BODY_WORD, CZ2_FAN, true, 0, ""}}};
static const struct body_schema empty_schema = {"Empty", .optional = true};

static struct body body;

static void
decode_bytes(const struct body_schema *schema, const char *text, size_t length)
{
	body_fini(&body);
	body_init(&body, schema);
	body_decode(&body, text, length);
}

static void
decode(const struct body_schema *schema, const char *text)
{
	decode_bytes(schema, text, strlen(text));
}

static void
set_up(void)
{
	body_init(&body, &zone_schema);
}

static void
tear_down(void)
{
	body_fini(&body);
}

/* "type loc|type loc": what is wrong, in order. */
static const char *
wrong(void)
{
	static char text[4096];
	size_t used = 0, i;
	json_t *error;

	text[0] = '\0';
	json_array_foreach(body.errors, i, error) {
		char *loc = json_dumps(json_object_get(error, "loc"), JSON_COMPACT);

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
					 used == 0 ? "" : "|",
					 json_string_value(json_object_get(error, "type")), loc);
		ck_assert_uint_lt(used, sizeof text);
		ck_assert(json_is_string(json_object_get(error, "msg")));
		ck_assert_ptr_nonnull(json_object_get(error, "input"));
		free(loc);
	}
	return text;
}

static const char *
message(size_t n)
{
	return json_string_value(json_object_get(json_array_get(body.errors, n), "msg"));
}

static void
assert_input(size_t n, const char *expected)
{
	json_t *input = json_object_get(json_array_get(body.errors, n), "input");
	char *text = json_dumps(input, JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_str_eq(text, expected);
	free(text);
}

/* Decodes {"name": value}; the type of the one error, or "" when it was taken. */
static const char *
outcome_of(const struct body_schema *schema, const char *name, const char *value)
{
	static char text[16384];

	snprintf(text, sizeof text, "{\"%s\": %s}", name, value);
	decode(schema, text);
	if (body_ok(&body))
		return "";
	ck_assert_uint_eq(json_array_size(body.errors), 1);
	return json_string_value(json_object_get(json_array_get(body.errors, 0), "type"));
}

START_TEST(integers_are_taken_in_all_the_older_spellings)
{
	static const char *const seventies[] = {
		"70", "70.0", "7e1", "70E0", "\"70\"", "\" 70 \"", "\"\\t70\\n\"", "\"70.0\"",
		"\"70.00\"", "\"+70\"", "\"+70.0\"", "\"0070\"", "\"7_0\"", "\"0_70\"", "\"7_0.0\"",
		"\"70.0 \"", "70.0000000000000001",
	};

	for (size_t i = 0; i < sizeof seventies / sizeof seventies[0]; i++) {
		ck_assert_msg(outcome_of(&zone_schema, "heat", seventies[i])[0] == '\0',
			      "%s was refused", seventies[i]);
		ck_assert_int_eq(body_value(&body, CZ2_HEAT), 70);
	}
}
END_TEST

START_TEST(texts_that_are_no_integer_are_int_parsing)
{
	static const char *const texts[] = {
		"\"\"", "\" \"", "\"x\"", "\"70.5\"", "\"7e1\"", "\"_70\"", "\"70_\"", "\"7__0\"",
		"\"70.\"", "\".70\"", "\"0x46\"", "\"true\"", "\"- 70\"", "\"--70\"", "\"+ 70\"",
		"\"70.0.0\"", "\"70.0_0\"", "\"7 0\"", "\"70,0\"", "\"70 .0\"", "\"+\"", "\"-\"",
		"\"nan\"", "\"1e400\"", "\"\xD9\xA7\xD9\xA0\"",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ck_assert_msg(strcmp(outcome_of(&zone_schema, "heat", texts[i]), "int_parsing") ==
				      0,
			      "%s", texts[i]);
		ck_assert_str_eq(message(0), "Input should be a valid integer, unable to parse "
					     "string as an integer");
		assert_input(0, texts[i]);
		ck_assert_int_eq(body_value(&body, CZ2_HEAT), BODY_ABSENT);
	}
}
END_TEST

START_TEST(other_things_are_no_integers_either)
{
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "[70]"), "int_type");
	assert_input(0, "[70]");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "{}"), "int_type");
	ck_assert_str_eq(message(0), "Input should be a valid integer");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "70.5"), "int_from_float");
	ck_assert_str_eq(message(0), "Input should be a valid integer, got a number with a "
				     "fractional part");
	assert_input(0, "70.5");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "0.1"), "int_from_float");
}
END_TEST

START_TEST(each_setpoint_has_its_own_range)
{
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "44"), "greater_than_equal");
	ck_assert_str_eq(message(0), "Input should be greater than or equal to 45");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "45"), "");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "85"), "");
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "\"86\""), "less_than_equal");
	ck_assert_str_eq(message(0), "Input should be less than or equal to 85");
	assert_input(0, "\"86\"");
	ck_assert_str_eq(outcome_of(&zone_schema, "cool", "63"), "greater_than_equal");
	ck_assert_str_eq(outcome_of(&zone_schema, "cool", "64"), "");
	ck_assert_str_eq(outcome_of(&zone_schema, "cool", "99"), "");
	ck_assert_str_eq(outcome_of(&zone_schema, "cool", "100"), "less_than_equal");
	/* true is 1 where an integer is wanted. */
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", "true"), "greater_than_equal");
	assert_input(0, "true");
}
END_TEST

START_TEST(huge_numbers_do_not_wrap_around)
{
	static const struct {
		const char *value, *type;
	} cases[] = {
		{"4294967366", "less_than_equal"}, /* 2^32 + 70 */
		{"\"4294967366\"", "less_than_equal"},
		{"-4294967226", "greater_than_equal"},
		{"18446744073709551686", "less_than_equal"}, /* 2^64 + 70 */
		{"-18446744073709551546", "greater_than_equal"},
		{"\"18446744073709551686\"", "less_than_equal"},
		{"\"-18446744073709551546\"", "greater_than_equal"},
		{"99999999999999999999999999", "less_than_equal"},
		{"1e19", "less_than_equal"},
		{"-1e300", "greater_than_equal"},
		{"9223372036854775807", "less_than_equal"},
		{"\"-9223372036854775808\"", "greater_than_equal"},
		{"1e400", "json_invalid"},
		{"NaN", "json_invalid"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_msg(strcmp(outcome_of(&zone_schema, "heat", cases[i].value),
				     cases[i].type) == 0, "%s", cases[i].value);
}
END_TEST

START_TEST(thousands_of_digits_are_only_a_large_number)
{
	char digits[4303];

	memset(digits, '9', sizeof digits);
	digits[0] = digits[sizeof digits - 2] = '"';
	digits[sizeof digits - 1] = '\0';
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", digits), "less_than_equal");
	digits[1] = '-';
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", digits), "greater_than_equal");
	memset(digits + 1, '0', sizeof digits - 5);
	memcpy(digits + sizeof digits - 4, "70", 2);
	ck_assert_str_eq(outcome_of(&zone_schema, "heat", digits), "");
	ck_assert_int_eq(body_value(&body, CZ2_HEAT), 70);
}
END_TEST

START_TEST(beside_a_huge_number_the_others_keep_their_values)
{
	decode(&zone_schema, "{\"heat\": 70, \"cool\": 99999999999999999999, \"hold\": 1}");
	ck_assert_str_eq(wrong(), "less_than_equal [\"body\",\"cool\"]");
	ck_assert_int_eq(body_value(&body, CZ2_HEAT), 70);
	ck_assert_int_eq(body_value(&body, CZ2_HOLD), 1);
}
END_TEST

START_TEST(booleans_are_taken_in_all_the_older_spellings)
{
	static const char *const yes[] = {"true", "1", "1.0", "\"1\"", "\"true\"", "\"TRUE\"",
					  "\"on\"", "\"t\"", "\"Y\"", "\"yes\""};
	static const char *const no[] = {"false", "0", "0.0", "-0.0", "\"0\"", "\"False\"",
					 "\"oFf\"", "\"f\"", "\"n\"", "\"NO\""};

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		ck_assert_msg(outcome_of(&zone_schema, "hold", yes[i])[0] == '\0', "%s", yes[i]);
		ck_assert_int_eq(body_value(&body, CZ2_HOLD), 1);
	}
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
		ck_assert_msg(outcome_of(&zone_schema, "hold", no[i])[0] == '\0', "%s", no[i]);
		ck_assert_int_eq(body_value(&body, CZ2_HOLD), 0);
	}
}
END_TEST

START_TEST(what_is_no_boolean_is_named)
{
	static const char *const unreadable[] = {"2", "-1", "2.0", "\"\"", "\"maybe\"", "\" on\"",
						 "\"on \"", "\"1.0\"", "\"tru\"", "\"truee\""};
	static const char *const others[] = {"0.5", "[]", "{}"};

	for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
		ck_assert_str_eq(outcome_of(&zone_schema, "hold", unreadable[i]), "bool_parsing");
		ck_assert_str_eq(message(0), "Input should be a valid boolean, unable to interpret "
					     "input");
		assert_input(0, unreadable[i]);
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ck_assert_str_eq(outcome_of(&zone_schema, "hold", others[i]), "bool_type");
	ck_assert_str_eq(message(0), "Input should be a valid boolean");
}
END_TEST

START_TEST(words_are_taken_exactly_as_they_are)
{
	static const char *const refused[] = {"\"heat\"", "\"Heat \"", "\"\"", "0", "true",
					      "[\"Heat\"]"};

	ck_assert_str_eq(outcome_of(&mode_schema, "mode", "\"EHeat\""), "");
	ck_assert_int_eq(body_value(&body, CZ2_MODE), CZ2_MODE_EHEAT);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ck_assert_str_eq(outcome_of(&mode_schema, "mode", refused[i]), "enum");
		ck_assert_str_eq(message(0),
				 "Input should be 'Heat', 'Cool', 'Auto', 'EHeat' or 'Off'");
		assert_input(0, refused[i]);
	}
	ck_assert_str_eq(outcome_of(&fan_schema, "fan", "\"on\""), "enum");
	ck_assert_str_eq(message(0), "Input should be 'Auto' or 'On'");
}
END_TEST

START_TEST(true_may_stand_for_another_value_than_1)
{
	decode(&mode_schema, "{\"mode\": \"Off\", \"all\": \"on\"}");
	ck_assert(body_ok(&body));
	ck_assert_int_eq(body_value(&body, CZ2_ALL), 9);
	decode(&mode_schema, "{\"mode\": \"Off\", \"all\": false}");
	ck_assert_int_eq(body_value(&body, CZ2_ALL), 0);
}
END_TEST

START_TEST(null_is_the_same_as_absent)
{
	decode(&mode_schema, "{\"mode\": \"Heat\", \"all\": null}");
	ck_assert(body_ok(&body));
	ck_assert_int_eq(body_value(&body, CZ2_ALL), BODY_ABSENT);
	decode(&mode_schema, "{\"mode\": null, \"all\": true}");
	ck_assert_str_eq(wrong(), "missing [\"body\",\"mode\"]");
	ck_assert_str_eq(message(0), "Field required");
	assert_input(0, "{\"mode\":null,\"all\":true}");
	decode(&zone_schema, "{\"heat\": null, \"cool\": 80}");
	ck_assert(body_ok(&body));
	ck_assert_int_eq(body_value(&body, CZ2_HEAT), BODY_ABSENT);
}
END_TEST

START_TEST(a_body_that_names_nothing_breaks_a_rule)
{
	static const char *const bodies[] = {"{}", "{\"heat\":null,\"hold\":null}"};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		decode(&zone_schema, bodies[i]);
		ck_assert_str_eq(wrong(), "value_error [\"body\"]");
		ck_assert_str_eq(message(0), "Value error, nothing to change: give at least one of "
					     "heat, cool, hold");
		assert_input(0, bodies[i]);
	}
	decode(&batch_schema, "{\"zones\": [1]}");
	ck_assert_str_eq(wrong(), "value_error [\"body\"]");
	decode(&batch_schema, "{}");
	ck_assert_str_eq(wrong(), "missing [\"body\",\"zones\"]|value_error [\"body\"]");
	/* The typing error is what went wrong here. */
	decode(&zone_schema, "{\"haet\": 70}");
	ck_assert_str_eq(wrong(), "extra_forbidden [\"body\",\"haet\"]");
}
END_TEST

START_TEST(a_member_may_not_be_unknown_or_come_twice)
{
	decode(&zone_schema, "{\"heat\": 70, \"tempo\": [1], \"Heat\": null}");
	ck_assert_str_eq(wrong(), "extra_forbidden [\"body\",\"tempo\"]|"
				  "extra_forbidden [\"body\",\"Heat\"]");
	ck_assert_str_eq(message(0), "Extra inputs are not permitted");
	assert_input(0, "[1]");
	assert_input(1, "null");
	decode(&zone_schema, "{\"heat\": 70, \"heat\": 71}");
	ck_assert_int_eq(strncmp(wrong(), "json_invalid ", 13), 0);
}
END_TEST

START_TEST(everything_wrong_is_listed_in_order)
{
	decode(&zone_schema,
	       "{\"x\": 1, \"hold\": 9, \"cool\": 1.5, \"heat\": \"a\", \"y\": null}");
	ck_assert_str_eq(wrong(),
			 "int_parsing [\"body\",\"heat\"]|int_from_float [\"body\",\"cool\"]|"
			 "bool_parsing [\"body\",\"hold\"]|extra_forbidden [\"body\",\"x\"]|"
			 "extra_forbidden [\"body\",\"y\"]");
}
END_TEST

START_TEST(zones_are_a_list_of_1_to_8_integers)
{
	decode(&batch_schema, "{\"zones\": [3, \"1\", 2.0, true, -7], \"heat\": 60}");
	ck_assert(body_ok(&body));
	ck_assert_int_eq(body.zone_count, 5);
	ck_assert_int_eq(body.zones[0], 3);
	ck_assert_int_eq(body.zones[1], 1);
	ck_assert_int_eq(body.zones[2], 2);
	ck_assert_int_eq(body.zones[3], 1);
	ck_assert_int_eq(body.zones[4], -7);

	decode(&batch_schema, "{\"zones\": [], \"heat\": 60}");
	ck_assert_str_eq(wrong(), "too_short [\"body\",\"zones\"]");
	ck_assert_str_eq(message(0), "List should have at least 1 item after validation, not 0");
	decode(&batch_schema, "{\"zones\": [1,2,3,4,5,6,7,8,\"x\"], \"heat\": 60}");
	ck_assert_str_eq(wrong(), "too_long [\"body\",\"zones\"]");
	ck_assert_str_eq(message(0), "List should have at most 8 items after validation, not 9");
	decode(&batch_schema, "{\"zones\": \"1\", \"heat\": 60}");
	ck_assert_str_eq(wrong(), "list_type [\"body\",\"zones\"]");
	ck_assert_str_eq(message(0), "Input should be a valid list");
	decode(&batch_schema, "{\"zones\": null, \"heat\": 60}");
	ck_assert_str_eq(wrong(), "missing [\"body\",\"zones\"]");
}
END_TEST

START_TEST(each_bad_item_of_the_list_is_named_by_its_place)
{
	decode(&batch_schema, "{\"zones\": [1, \"x\", null, 1.5, [], 2], \"heat\": 60}");
	ck_assert_str_eq(wrong(),
			 "int_parsing [\"body\",\"zones\",1]|int_type [\"body\",\"zones\",2]|"
			 "int_from_float [\"body\",\"zones\",3]|"
			 "int_type [\"body\",\"zones\",4]");
	assert_input(1, "null");
}
END_TEST

START_TEST(what_is_no_json_is_named_with_its_place)
{
	static const char *const texts[] = {" ",
					    "{",
					    "{\"heat\":}",
					    "{\"heat\": 1,}",
					    "nonsense",
					    "{\"heat\": 70} x",
					    "\xff",
					    "{'heat': 70}",
					    "{\"heat\": 070}",
					    "{\"\\u0000\": 1}",
					    "[1",
					    "\"\xff\""};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		json_t *error;

		decode(&zone_schema, texts[i]);
		ck_assert_uint_eq(json_array_size(body.errors), 1);
		error = json_array_get(body.errors, 0);
		ck_assert_int_eq(strncmp(wrong(), "json_invalid [\"body\",", 21), 0);
		ck_assert_str_eq(message(0), "JSON decode error");
		ck_assert(json_is_string(json_object_get(json_object_get(error, "ctx"), "error")) ||
			  texts[i][0] == '\xff');
	}
}
END_TEST

START_TEST(a_nul_byte_ends_no_body_early)
{
	static const char text[] = "{\"hold\": true}\0{\"heat\": 99}";

	decode_bytes(&zone_schema, text, sizeof text - 1);
	ck_assert_int_eq(strncmp(wrong(), "json_invalid ", 13), 0);
}
END_TEST

START_TEST(a_body_that_is_no_object_is_refused)
{
	static const char *const bodies[] = {"[]", "\"x\"", "3", "null", "true", "[70]"};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		decode(&zone_schema, bodies[i]);
		ck_assert_str_eq(wrong(), "model_attributes_type [\"body\"]");
		ck_assert_str_eq(message(0), "Input should be a valid object");
		assert_input(0, bodies[i]);
	}
}
END_TEST

START_TEST(no_body_at_all_is_missing_where_one_is_needed)
{
	decode(&zone_schema, "");
	ck_assert_str_eq(wrong(), "missing [\"body\"]");
	assert_input(0, "null");
	decode(&empty_schema, "");
	ck_assert(body_ok(&body));
	decode(&empty_schema, "{}");
	ck_assert(body_ok(&body));
	decode(&empty_schema, "{\"zones\": []}");
	ck_assert_str_eq(wrong(), "extra_forbidden [\"body\",\"zones\"]");
}
END_TEST

START_TEST(deep_nesting_ends_in_an_error)
{
	enum { DEEP = 60000 };
	char *text = malloc(DEEP + 1);

	memset(text, '[', DEEP);
	text[DEEP] = '\0';
	decode(&zone_schema, text);
	ck_assert_int_eq(strncmp(wrong(), "json_invalid ", 13), 0);
	free(text);
}
END_TEST

START_TEST(of_a_body_full_of_mistakes_the_first_hundred_are_listed)
{
	enum { MEMBERS = 6000 };
	char *text = malloc(MEMBERS * 10 + 3);
	size_t used = 0;

	for (int i = 0; i < MEMBERS; i++)
		used += (size_t)sprintf(text + used, "%c\"%d\":0", i == 0 ? '{' : ',', i);
	strcpy(text + used, "}");
	decode(&zone_schema, text);
	ck_assert_uint_eq(json_array_size(body.errors), 100);
	free(text);
}
END_TEST

START_TEST(an_integer_in_the_path_is_read_like_any_other)
{
	int64_t zone = 0;

	body_path_integer(&body, "zone_id", "2/hold", 1, &zone);
	ck_assert_int_eq(zone, 2);
	body_path_integer(&body, "zone_id", " 3.0", 4, &zone);
	ck_assert_int_eq(zone, 3);
	body_path_integer(&body, "zone_id", "-1", 2, &zone);
	ck_assert_int_eq(zone, -1);
	ck_assert(body_ok(&body));
	body_path_integer(&body, "zone_id", "two", 3, &zone);
	body_decode(&body, "{\"heat\": 1}", 11);
	ck_assert_str_eq(wrong(), "int_parsing [\"path\",\"zone_id\"]|"
				  "greater_than_equal [\"body\",\"heat\"]");
	assert_input(0, "\"two\"");
}
END_TEST

START_TEST(a_path_that_is_not_utf_8_is_still_answered)
{
	int64_t zone;

	body_path_integer(&body, "zone_id", "\xff\xfe", 2, &zone);
	ck_assert_str_eq(wrong(), "int_parsing [\"path\",\"zone_id\"]");
	assert_input(0, "null");
}
END_TEST

/* No text may crash the decoder or leave a value outside its range without an error. */
START_TEST(mangled_bodies_give_errors_or_values_in_range)
{
	static const char whole[] =
		"{\"heat\": 70, \"cool\": \"75\", \"hold\": tru, \"zones\": [1e5]}";
	uint32_t seed = 7;

	for (int round = 0; round < 20000; round++) {
		char text[sizeof whole];
		int heat;

		memcpy(text, whole, sizeof whole);
		for (unsigned n = random_below(&seed, 4); n > 0; n--)
			text[random_below(&seed, sizeof whole - 1)] = (char)random_next(&seed);
		decode_bytes(round % 2 == 0 ? &zone_schema : &batch_schema, text,
			     random_below(&seed, sizeof whole));
		heat = body_value(&body, CZ2_HEAT);
		ck_assert(heat == BODY_ABSENT || (heat >= 45 && heat <= 85));
		ck_assert(wrong() != NULL);
	}
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		integers_are_taken_in_all_the_older_spellings,
		texts_that_are_no_integer_are_int_parsing,
		other_things_are_no_integers_either,
		each_setpoint_has_its_own_range,
		huge_numbers_do_not_wrap_around,
		thousands_of_digits_are_only_a_large_number,
		beside_a_huge_number_the_others_keep_their_values,
		booleans_are_taken_in_all_the_older_spellings,
		what_is_no_boolean_is_named,
		words_are_taken_exactly_as_they_are,
		true_may_stand_for_another_value_than_1,
		null_is_the_same_as_absent,
		a_body_that_names_nothing_breaks_a_rule,
		a_member_may_not_be_unknown_or_come_twice,
		everything_wrong_is_listed_in_order,
		zones_are_a_list_of_1_to_8_integers,
		each_bad_item_of_the_list_is_named_by_its_place,
		what_is_no_json_is_named_with_its_place,
		a_nul_byte_ends_no_body_early,
		a_body_that_is_no_object_is_refused,
		no_body_at_all_is_missing_where_one_is_needed,
		deep_nesting_ends_in_an_error,
		of_a_body_full_of_mistakes_the_first_hundred_are_listed,
		an_integer_in_the_path_is_read_like_any_other,
		a_path_that_is_not_utf_8_is_still_answered,
		mangled_bodies_give_errors_or_values_in_range,
		NULL,
	};

	return run_fixed_suite("body", tests, set_up, tear_down);
}

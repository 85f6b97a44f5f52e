/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The audit, member by member: people's scripts know the first ones by their names.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/ledger/record.h"
#include "cz2d/ledger/unexpected.h"
#include "support.h"

static json_t *document;

static void
set_up(void)
{
	document = NULL;
}

static void
tear_down(void)
{
	json_decref(document);
}

/* The moment aside, which the clocks tell. */
static void
assert_audit(json_t *made, const char *expected)
{
	char *text;

	document = made;
	ck_assert(json_is_string(json_object_get(made, "timestamp")));
	json_object_set_new(made, "timestamp", json_string("now"));
	text = json_dumps(made, JSON_COMPACT);
	ck_assert_str_eq(text, expected);
	free(text);
}

static char params[] = "{\"zone\":2,\"heat\":68}";
static char damaged[] = "{\"zone\":";

START_TEST(a_command_tells_who_wants_what_through_which_door)
{
	struct record record = {.id = "0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c11",
				.device = "cz2-zone-2",
				.command = "zone.temperature",
				.user = "local:owner",
				.source = RECORD_MQTT,
				.requested_us = 1700000000123456,
				.params = params};

	document = json_audit_command(&record, "cz2");
	ck_assert_str_eq(json_string_value(json_object_get(document, "timestamp")),
			 "2023-11-14T22:13:20.123456+00:00");
	assert_audit(document,
		     "{\"event\":\"command\",\"timestamp\":\"now\",\"caller\":\"local:owner\","
		     "\"command\":\"zone.temperature\",\"args\":{\"zone\":2,\"heat\":68},"
		     "\"command_id\":\"0b7b4f5e-6a41-4d5a-9d0e-4b6f3f1f2c11\","
		     "\"device_id\":\"cz2-zone-2\",\"zone\":2,\"source\":\"mqtt\"}");
}
END_TEST

START_TEST(args_are_an_object_whatever_there_is)
{
	struct record record = {.params = NULL};

	document = json_audit_command(&record, "cz2");
	ck_assert(json_is_object(json_object_get(document, "args")));
	json_decref(document);
	record.params = damaged;
	document = json_audit_command(&record, "cz2");
	ck_assert(json_is_object(json_object_get(document, "args")));
}
END_TEST

START_TEST(a_change_tells_old_and_new_as_scripts_know_them)
{
	struct unexpected_finding finding = {.zone = 2,
					     .cause = UNEXPECTED_UNKNOWN,
					     .scheduled = true,
					     .count = 3,
					     .changes = {{CZ2_HOLD, 1, 0},
							 {CZ2_HEAT, 68, 62},
							 {CZ2_OUT, 0, 1}}};

	assert_audit(json_audit_change(&finding),
		     "{\"event\":\"unexpected_change\",\"timestamp\":\"now\",\"zone\":2,"
		     "\"changes\":{\"hold\":\"True->False\",\"heat_setpoint\":\"68->62\","
		     "\"out\":\"False->True\"},\"cause\":\"unknown\",\"scheduled\":true}");
}
END_TEST

START_TEST(a_change_of_the_house_has_no_zone)
{
	struct unexpected_finding finding = {.cause = UNEXPECTED_RESTARTED,
					     .count = 2,
					     .changes = {{CZ2_MODE, CZ2_MODE_HEAT, CZ2_MODE_OFF},
							 {CZ2_ALL, 0, 3}}};

	assert_audit(json_audit_change(&finding),
		     "{\"event\":\"unexpected_change\",\"timestamp\":\"now\",\"zone\":null,"
		     "\"changes\":{\"system_mode\":\"Heat->Off\",\"all_mode\":\"0->3\"},"
		     "\"cause\":\"panel_restarted\",\"scheduled\":false}");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_command_tells_who_wants_what_through_which_door,
		args_are_an_object_whatever_there_is,
		a_change_tells_old_and_new_as_scripts_know_them,
		a_change_of_the_house_has_no_zone,
		NULL,
	};

	return run_fixed_suite("json_audit", tests, set_up, tear_down);
}

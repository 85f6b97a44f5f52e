/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What Home Assistant is told of our devices: ids that never change, the members that its
 * schema accepts, limits from the table of fields, and what follows the configuration.
 */
#include "build.h"

#include "cz2d/home/ha_device.h"

#include <stdlib.h>
#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/home/ha_entities.h"
#include "device_store.h"
#include "support.h"

enum { LIST_MAX = 8192 };

static struct config config;
static struct devices *devices;
static struct ha_house house;
static json_t *document;

static void
set_up(void)
{
	memset(&config, 0, sizeof config);
	strcpy(config.panel.id, "cz2");
	config.panel.zones = 2;
	strcpy(config.panel.zone_names[0], "Hall");
	strcpy(config.panel.zone_names[1], "Küche");
	strcpy(config.mqtt.device_name, "ComfortZone II");
	device_store_clear();
	devices = devices_new(&config, NULL);
	house = (struct ha_house){&config, devices, "hvac/cz2", true};
	document = NULL;
}

static void
tear_down(void)
{
	json_decref(document);
	devices = devices_free(devices);
}

static json_t *
device(int number)
{
	json_decref(document);
	document = ha_device(&house, number);
	ck_assert_ptr_nonnull(document);
	return document;
}

static json_t *
at(const char *path)
{
	json_t *value = document;
	char copy[128], *rest = copy;

	ck_assert_int_lt(strlen(path), sizeof copy);
	strcpy(copy, path);
	for (char *part; (part = strsep(&rest, "/")) != NULL;)
		value = json_object_get(value, part);
	return value;
}

static const char *
text_at(const char *path)
{
	const char *text = json_string_value(at(path));

	ck_assert_msg(text != NULL, "no text at %s", path);
	return text;
}

static void
assert_list(const char *path, const char *expected)
{
	char *found = json_dumps(at(path), JSON_COMPACT | JSON_ENCODE_ANY);

	ck_assert_str_eq(found, expected);
	free(found);
}

static void
rename_panel(const char *name)
{
	struct devices_change change = {.names = true, .name = name};

	devices_change(devices, 0, &change, "somebody", NULL, NULL);
	device_store_answer(0);
}

/* ------------------------------------------------------------------------
 * Identity
 */

static void
append_ids(char list[LIST_MAX], int number)
{
	json_t *component;
	const char *key;

	device(number);
	json_object_foreach(at("components"), key, component) {
		size_t length = strlen(list);

		snprintf(list + length, LIST_MAX - length, "%s %s\n",
			 json_string_value(json_object_get(component, "unique_id")),
			 json_string_value(json_object_get(component, "platform")));
	}
}

START_TEST(unique_ids_and_platforms_are_those_that_were_always_there)
{
	char *kept = read_source_file("tests/data/unique_ids.txt"), *begin = kept;
	char list[LIST_MAX] = "";

	while (*begin == '#')
		begin = strchr(begin, '\n') + 1;
	for (int number = 0; number <= 2; number++)
		append_ids(list, number);
	ck_assert_str_eq(list, begin);
	free(kept);
}
END_TEST

START_TEST(ids_follow_neither_names_nor_topics)
{
	char before[LIST_MAX] = "", after[LIST_MAX] = "";

	append_ids(before, 0);
	append_ids(before, 2);
	house.prefix = "other";
	strcpy(config.panel.zone_names[1], "Salon");
	strcpy(config.mqtt.device_name, "Furnace");
	append_ids(after, 0);
	append_ids(after, 2);
	ck_assert_str_eq(after, before);
	ck_assert_str_eq(text_at("device/name"), "Salon");
	assert_list("device/identifiers", "[\"cz2d_cz2_zone_2\"]");
}
END_TEST

START_TEST(zones_name_the_panel_as_what_they_hang_on)
{
	char id[HA_ID_MAX];

	device(2);
	ha_device_id(&config, 0, id);
	ck_assert_str_eq(text_at("device/via_device"), id);
	device(0);
	ck_assert_ptr_null(at("device/via_device"));
	assert_list("device/identifiers", "[\"cz2d_cz2\"]");
}
END_TEST

START_TEST(the_panel_is_called_as_somebody_named_it_else_as_configured)
{
	device(0);
	ck_assert_str_eq(text_at("device/name"), "ComfortZone II");
	rename_panel("Cellar");
	device(0);
	ck_assert_str_eq(text_at("device/name"), "Cellar");
	rename_panel(NULL);
	device(0);
	ck_assert_str_eq(text_at("device/name"), "ComfortZone II");
}
END_TEST

START_TEST(the_same_house_gives_the_same_bytes)
{
	char *before = json_dumps(device(1), JSON_COMPACT);
	char *after = json_dumps(device(1), JSON_COMPACT);

	ck_assert_str_eq(after, before);
	free(before);
	free(after);
}
END_TEST

/* ------------------------------------------------------------------------
 * What Home Assistant's schemas accept
 */

static bool
among(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static void
assert_members(const char *path, const char *const *accepted)
{
	json_t *object = path[0] != '\0' ? at(path) : document, *value;
	const char *key;

	json_object_foreach(object, key, value)
		ck_assert_msg(among(key, accepted), "%s/%s is rejected", path, key);
}

START_TEST(nothing_stands_beside_the_components_that_would_reject_the_device)
{
	static const char *const root[] = {"device", "components", "origin", "availability",
					   "availability_mode", NULL};
	static const char *const about[] = {"identifiers", "name", "manufacturer", "model",
					    "via_device", "suggested_area", NULL};
	static const char *const origin[] = {"name", "sw_version", "support_url", NULL};

	strcpy(config.home.areas[0], "Ground floor");
	for (int number = 0; number <= 2; number++) {
		device(number);
		assert_members("", root);
		assert_members("device", about);
		assert_members("origin", origin);
	}
}
END_TEST

START_TEST(whoever_needs_only_the_daemon_says_so_in_the_spelling_of_the_device)
{
	static const char *const steadfast[] = {
		"refresh", "link", "last_contact", "started", "crc_errors", "timeouts",
		"retries", "command_result", NULL};
	json_t *component;
	const char *key;

	device(0);
	assert_list("availability",
		    "[{\"topic\":\"hvac/cz2/availability\"},{\"topic\":\"hvac/cz2/link\"}]");
	json_object_foreach(at("components"), key, component) {
		const json_t *own = json_object_get(component, "availability");

		ck_assert_ptr_null(json_object_get(component, "availability_topic"));
		ck_assert_msg((own != NULL) == among(key, steadfast), "availability of %s", key);
		if (own != NULL)
			ck_assert_int_eq(json_array_size(own), 1);
	}
}
END_TEST

START_TEST(every_component_asks_for_qos_1_itself)
{
	json_t *component;
	const char *key;

	for (int number = 0; number <= 2; number++) {
		device(number);
		json_object_foreach(at("components"), key, component)
			ck_assert_int_eq(
				json_integer_value(json_object_get(component, "qos")), 1);
	}
}
END_TEST

START_TEST(only_the_climate_goes_by_the_name_of_its_device)
{
	json_t *component;
	const char *key;

	device(1);
	json_object_foreach(at("components"), key, component)
		ck_assert_int_eq(json_is_null(json_object_get(component, "name")),
				 strcmp(key, "climate") == 0);
}
END_TEST

/* ------------------------------------------------------------------------
 * From the table of fields
 */

static void
assert_limits(const char *key, enum cz2_field field)
{
	const struct cz2_field_info *info = cz2_field_info(field);
	char path[64];

	snprintf(path, sizeof path, "components/%s/min", key);
	ck_assert_int_eq(json_integer_value(at(path)), info->set_min);
	snprintf(path, sizeof path, "components/%s/max", key);
	ck_assert_int_eq(json_integer_value(at(path)), info->set_max);
}

START_TEST(limits_are_those_that_commands_are_held_to)
{
	device(1);
	assert_limits("heat_setpoint", CZ2_HEAT);
	assert_limits("cool_setpoint", CZ2_COOL);
	ck_assert_int_eq(json_integer_value(at("components/climate/min_temp")),
			 cz2_field_info(CZ2_HEAT)->set_min);
	ck_assert_int_eq(json_integer_value(at("components/climate/max_temp")),
			 cz2_field_info(CZ2_COOL)->set_max);
}
END_TEST

START_TEST(words_and_units_are_the_librarys)
{
	device(0);
	assert_list("components/system_mode/options",
		    "[\"Heat\",\"Cool\",\"Auto\",\"EHeat\",\"Off\"]");
	assert_list("components/fan_mode/options", "[\"Auto\",\"On\"]");
	assert_list("components/all_mode/options", "[\"Off\",\"Zone 1\",\"Zone 2\"]");
	assert_list("components/activity/options",
		    "[\"off\",\"idle\",\"fan\",\"heating\",\"cooling\"]");
	ck_assert_str_eq(text_at("components/outside_temperature/unit_of_measurement"), "°F");
	device(1);
	ck_assert_str_eq(text_at("components/humidity/unit_of_measurement"), "%");
	ck_assert_str_eq(text_at("components/damper/unit_of_measurement"), "%");
}
END_TEST

START_TEST(the_lists_of_a_climate_are_whole_and_none_is_not_in_them)
{
	device(1);
	assert_list("components/climate/modes", "[\"off\",\"heat\",\"cool\",\"heat_cool\"]");
	assert_list("components/climate/preset_modes", "[\"temporary\",\"hold\",\"away\"]");
	ck_assert_ptr_null(at("components/climate/precision"));
	ck_assert_ptr_null(at("components/climate/optimistic"));
	ck_assert_ptr_null(at("components/climate/retain"));
}
END_TEST

/* ------------------------------------------------------------------------
 * What follows the configuration
 */

START_TEST(zones_have_the_fan_where_there_is_no_other_or_somebody_wants_it)
{
	device(2);
	ck_assert_ptr_null(at("components/climate/fan_modes"));
	ck_assert_ptr_null(at("components/climate/fan_mode_command_topic"));
	config.home.zone_fan = true;
	device(2);
	assert_list("components/climate/fan_modes", "[\"auto\",\"on\"]");
	config.home.zone_fan = false;
	config.panel.zones = 1;
	device(1);
	assert_list("components/climate/fan_modes", "[\"auto\",\"on\"]");
	ck_assert_str_eq(text_at("components/climate/fan_mode_command_topic"),
			 "hvac/cz2/set/zone/1/fan");
}
END_TEST

START_TEST(steps_and_areas_are_those_of_the_configuration)
{
	device(1);
	assert_list("components/climate/temp_step", "1");
	ck_assert_ptr_null(at("device/suggested_area"));
	config.home.temp_step = CONFIG_STEP_HALF;
	strcpy(config.home.areas[0], "Ground floor");
	device(1);
	assert_list("components/climate/temp_step", "0.5");
	ck_assert_str_eq(text_at("device/suggested_area"), "Ground floor");
}
END_TEST

START_TEST(humidity_is_told_of_zone_1_and_where_it_was_heard)
{
	device(2);
	ck_assert_ptr_null(at("components/humidity"));
	device(1);
	ck_assert_ptr_nonnull(at("components/humidity"));
	ck_assert_ptr_nonnull(at("components/climate/current_humidity_topic"));
	house.humidity = false;
	device(1);
	ck_assert_ptr_null(at("components/humidity"));
	ck_assert_ptr_null(at("components/climate/current_humidity_topic"));
}
END_TEST

/* ------------------------------------------------------------------------
 * Topics
 */

static void
assert_topics(json_t *component)
{
	json_t *value;
	const char *key;

	json_object_foreach(component, key, value) {
		const char *topic = json_string_value(value);
		const char *end = strrchr(key, '_');

		if (end == NULL || strcmp(end, "_topic") != 0)
			continue;
		ck_assert_msg(strncmp(topic, "attic/a/", 8) == 0, "%s: %s", key, topic);
		ck_assert_msg(strstr(key, "command") == NULL || strncmp(topic + 8, "set/", 4) == 0,
			      "%s: %s", key, topic);
	}
}

START_TEST(every_topic_is_below_the_prefix_and_commands_below_set)
{
	json_t *component;
	const char *key;

	house.prefix = "attic/a";
	for (int number = 0; number <= 2; number++) {
		device(number);
		json_object_foreach(at("components"), key, component)
			assert_topics(component);
	}
}
END_TEST

START_TEST(events_tell_their_kind_and_nothing_that_is_not_there)
{
	device(0);
	ck_assert_str_eq(text_at("components/audit/value_template"),
			 "{{ {'event_type': value_json.event, "
			 "'caller': value_json.caller | default(none), "
			 "'command': value_json.command | default(none), "
			 "'zone': value_json.zone | default(none), "
			 "'changes': value_json.changes | default(none), "
			 "'cause': value_json.cause | default(none)} | tojson }}");
	assert_list("components/audit/event_types", "[\"command\",\"unexpected_change\"]");
	ck_assert_str_eq(text_at("components/command_result/state_topic"), "hvac/cz2/result/+");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		unique_ids_and_platforms_are_those_that_were_always_there,
		ids_follow_neither_names_nor_topics,
		zones_name_the_panel_as_what_they_hang_on,
		the_panel_is_called_as_somebody_named_it_else_as_configured,
		the_same_house_gives_the_same_bytes,
		nothing_stands_beside_the_components_that_would_reject_the_device,
		whoever_needs_only_the_daemon_says_so_in_the_spelling_of_the_device,
		every_component_asks_for_qos_1_itself,
		only_the_climate_goes_by_the_name_of_its_device,
		limits_are_those_that_commands_are_held_to,
		words_and_units_are_the_librarys,
		the_lists_of_a_climate_are_whole_and_none_is_not_in_them,
		zones_have_the_fan_where_there_is_no_other_or_somebody_wants_it,
		steps_and_areas_are_those_of_the_configuration,
		humidity_is_told_of_zone_1_and_where_it_was_heard,
		every_topic_is_below_the_prefix_and_commands_below_set,
		events_tell_their_kind_and_nothing_that_is_not_there,
		NULL,
	};

	return run_fixed_suite("ha_device", tests, set_up, tear_down);
}

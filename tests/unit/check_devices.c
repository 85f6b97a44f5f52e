/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The set of devices: what they are called, that a change counts when it is kept and not
 * before, and that nothing that stands in the file can hide what every house has.
 */
#include "build.h"

#include "cz2d/devices/devices.h"

#include <string.h>

#include <cz2/error.h>

#include "cz2d/config/config.h"
#include "device_store.h"
#include "support.h"

static struct config config;
static struct devices *devices;
static int told, done, last_error;

static void
on_changed(void *self)
{
	ck_assert_ptr_eq(self, &told);
	told++;
}

static void
on_done(void *self, int error, int64_t now)
{
	(void)now;
	ck_assert_ptr_eq(self, &done);
	done++;
	last_error = error;
}

static void
begin(void)
{
	struct devices_observer observer = {.self = &told, .changed = on_changed};

	devices = devices_new(&config, NULL);
	devices_observe(devices, &observer);
	told = done = 0;
	last_error = 1;
}

static void
set_up(void)
{
	memset(&config, 0, sizeof config);
	strcpy(config.panel.id, "attic");
	config.panel.zones = 3;
	strcpy(config.panel.zone_names[0], "Hall");
	strcpy(config.panel.zone_names[1], "Küche");
	strcpy(config.panel.zone_names[2], "Zone 3");
	device_store_clear();
	begin();
}

static void
tear_down(void)
{
	devices = devices_free(devices);
}

static void
begin_anew(void)
{
	tear_down();
	begin();
}

static void
rename_to(int number, const char *name)
{
	struct devices_change change = {.names = true, .name = name};

	devices_change(devices, number, &change, "somebody", on_done, &done);
}

static void
retire(int number, bool decommissioned)
{
	struct devices_change change = {.retires = true, .decommissioned = decommissioned};

	devices_change(devices, number, &change, "somebody", on_done, &done);
}

START_TEST(they_are_found_by_their_ids)
{
	ck_assert_int_eq(devices_zones(devices), 3);
	ck_assert_int_eq(devices_find(devices, "attic", 5), 0);
	ck_assert_int_eq(devices_find(devices, "attic-zone-3", 12), 3);
	ck_assert_int_eq(devices_find(devices, "attic-zone-3 and more", 12), 3);
	ck_assert_int_eq(devices_find(devices, "attic-zone-4", 12), -1);
	ck_assert_int_eq(devices_find(devices, "attic-zone-", 11), -1);
	ck_assert_int_eq(devices_find(devices, "", 0), -1);
}
END_TEST

START_TEST(a_name_counts_when_it_is_kept_and_not_before)
{
	ck_assert_str_eq(devices_name(devices, 2), "Küche");
	rename_to(2, "Salon");
	ck_assert_str_eq(devices_name(devices, 2), "Küche");
	ck_assert_int_eq(done + told, 0);
	device_store_answer(CZ2_OK);
	ck_assert_int_eq(last_error, CZ2_OK);
	ck_assert_int_eq(told, 1);
	ck_assert_str_eq(devices_name(devices, 2), "Salon");
	ck_assert_int_ne(devices_at(devices, 2)->updated_us, devices_at(devices, 1)->updated_us);
}
END_TEST

START_TEST(what_could_not_be_kept_did_not_happen)
{
	int64_t before = devices_at(devices, 3)->updated_us;

	retire(3, true);
	device_store_answer(CZ2_EIO);
	ck_assert_int_eq(last_error, CZ2_EIO);
	ck_assert_int_eq(told, 0);
	ck_assert(devices_in_use(devices, 3));
	ck_assert_int_eq(devices_at(devices, 3)->updated_us, before);
}
END_TEST

START_TEST(without_a_name_of_its_own_the_configuration_names_it)
{
	rename_to(1, "Salon");
	device_store_answer(CZ2_OK);
	strcpy(config.panel.zone_names[0], "Foyer");
	ck_assert_str_eq(devices_name(devices, 1), "Salon");
	rename_to(1, NULL);
	device_store_answer(CZ2_OK);
	ck_assert_str_eq(devices_name(devices, 1), "Foyer");
	ck_assert_str_eq(devices_name(devices, 0), "attic");
}
END_TEST

START_TEST(changes_are_made_one_upon_the_other)
{
	struct devices_change metadata = {.describes = true, .metadata = "{\"floor\":1}"};

	rename_to(2, "Salon");
	devices_change(devices, 2, &metadata, "somebody", on_done, &done);
	retire(2, true);
	ck_assert_int_eq(device_store_waiting(), 1);
	device_store_answer(CZ2_OK);
	device_store_answer(CZ2_EIO);
	device_store_answer(CZ2_OK);
	ck_assert_int_eq(done, 3);
	ck_assert_int_eq(told, 2);
	ck_assert_str_eq(devices_name(devices, 2), "Salon");
	ck_assert_str_eq(devices_at(devices, 2)->metadata, "{}");
	ck_assert(!devices_in_use(devices, 2));
}
END_TEST

START_TEST(what_changes_nothing_is_no_news)
{
	int64_t before = devices_at(devices, 2)->updated_us;

	retire(2, false);
	device_store_answer(CZ2_OK);
	ck_assert_int_eq(last_error, CZ2_OK);
	ck_assert_int_eq(told, 0);
	ck_assert_int_eq(devices_at(devices, 2)->updated_us, before);
}
END_TEST

START_TEST(a_restart_finds_them_as_they_were)
{
	int64_t created;

	devices_save(devices);
	while (device_store_waiting() > 0)
		device_store_answer(CZ2_OK);
	created = devices_at(devices, 2)->created_us;
	rename_to(2, "Salon");
	device_store_answer(CZ2_OK);
	retire(3, true);
	device_store_answer(CZ2_OK);
	begin_anew();
	ck_assert_str_eq(devices_name(devices, 2), "Salon");
	ck_assert(!devices_in_use(devices, 3));
	ck_assert_int_eq(devices_at(devices, 2)->created_us, created);
}
END_TEST

START_TEST(what_is_saved_meanwhile_does_not_undo_a_change)
{
	rename_to(2, "Salon");
	devices_save(devices);
	while (device_store_waiting() > 0)
		device_store_answer(CZ2_OK);
	ck_assert_str_eq(devices_name(devices, 2), "Salon");
	begin_anew();
	ck_assert_str_eq(devices_name(devices, 2), "Salon");
}
END_TEST

START_TEST(a_change_that_waits_at_the_end_is_let_go)
{
	rename_to(1, "One");
	rename_to(2, "Two");
	begin_anew();
	ck_assert_int_eq(done, 0);
}
END_TEST

START_TEST(a_file_that_was_edited_hides_nothing_and_shows_no_rubbish)
{
	struct device stranger = {.id = "attic-zone-7", .decommissioned = true};
	struct device panel = {.id = "attic", .metadata = "{}", .decommissioned = true};
	struct device wall_unit = {.id = "attic-zone-1", .name = "a\nb", .metadata = "{}",
				   .decommissioned = true};

	device_store_put(&stranger);
	device_store_put(&panel);
	device_store_put(&wall_unit);
	begin_anew();
	ck_assert_int_eq(devices_zones(devices), 3);
	ck_assert(devices_in_use(devices, 0));
	ck_assert(devices_in_use(devices, 1));
	ck_assert_str_eq(devices_name(devices, 1), "Hall");
}
END_TEST

int
main(void)
{
	const TTest *tests[] = {
		they_are_found_by_their_ids,
		a_name_counts_when_it_is_kept_and_not_before,
		what_could_not_be_kept_did_not_happen,
		without_a_name_of_its_own_the_configuration_names_it,
		changes_are_made_one_upon_the_other,
		what_changes_nothing_is_no_news,
		a_restart_finds_them_as_they_were,
		what_is_saved_meanwhile_does_not_undo_a_change,
		a_change_that_waits_at_the_end_is_let_go,
		a_file_that_was_edited_hides_nothing_and_shows_no_rubbish,
		NULL,
	};

	return run_fixed_suite("devices", tests, set_up, tear_down);
}

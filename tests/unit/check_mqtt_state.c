/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is published of the panel, and when: a model that is told things, and a broker of
 * paper that notes which topic says what, how often that was changed and repeated.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_internal.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/schedule.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/bus/bus.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/model/model.h"
#include "device_store.h"
#include "link/link.h"
#include "support.h"

enum { TOPICS_MAX = 24, STALE_S = 300, STALE_MS = STALE_S * 1000, HALF_A_SECOND = 500 };

/* ------------------------------------------------------------------------
 * The broker of paper
 */

static struct paper {
	char topic[MQTT_TOPIC_MAX];
	char *text; /* NULL: erased */
	int made, changed, repeated;
	enum mqtt_rank rank;
} papers[TOPICS_MAX];
static int paper_count;

static struct paper *
paper(const char *topic)
{
	for (int i = 0; i < paper_count; i++)
		if (strcmp(papers[i].topic, topic) == 0)
			return &papers[i];
	return NULL;
}

void
mqtt_topic(const struct mqtt *mqtt, const char *name, char topic[MQTT_TOPIC_MAX])
{
	(void)mqtt;
	snprintf(topic, MQTT_TOPIC_MAX, "house/%s", name);
}

void
mqtt_retain(struct mqtt *mqtt, const char *topic, enum mqtt_rank rank, const char *text)
{
	struct paper *one = paper(topic);

	(void)mqtt;
	if (one == NULL) {
		ck_assert_int_lt(paper_count, TOPICS_MAX);
		one = &papers[paper_count++];
		snprintf(one->topic, sizeof one->topic, "%s", topic);
	}
	one->made++;
	if (one->changed > 0 && (text == one->text ||
				 (text != NULL && one->text != NULL &&
				  strcmp(text, one->text) == 0)))
		return;
	free(one->text);
	one->text = mem_text(text);
	one->rank = rank;
	one->changed++;
}

void
mqtt_disown(struct mqtt *mqtt, const char *topic)
{
	if (paper(topic) == NULL)
		mqtt_retain(mqtt, topic, MQTT_RANK_STATE, NULL);
}

void
mqtt_repeat(struct mqtt *mqtt, const char *topic)
{
	(void)mqtt;
	if (paper(topic) != NULL)
		paper(topic)->repeated++;
}

/* ------------------------------------------------------------------------
 * The house
 */

static uv_loop_t loop;
static struct config config;
static struct devices *devices;
static struct model *model;
static struct link *line;
static struct bus *bus;
static struct mqtt_state *state;

static void
set_up(void)
{
	static const struct bus_config address = {.address = 99};
	static const struct bus_observer nobody;
	struct mqtt_rooms rooms;

	memset(&config, 0, sizeof config);
	strcpy(config.panel.id, "cz2");
	config.panel.zones = 2;
	config.cache.stale_seconds = STALE_S;
	device_store_clear();
	uv_loop_init(&loop);
	devices = devices_new(&config, NULL);
	model = model_new(2, STALE_MS);
	line = link_new("/dev/null");
	bus = bus_new(&address, line, &nobody, 1);
	rooms = (struct mqtt_rooms){.config = &config, .devices = devices, .model = model,
				    .bus = bus, .link = line, .loop = &loop,
				    .started = clock_now()};
	state = mqtt_state_new(&rooms, NULL);
}

static void
tear_down(void)
{
	mqtt_state_free(state);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	bus_free(bus);
	link_free(line);
	model_free(model);
	devices_free(devices);
	for (int i = 0; i < paper_count; i++)
		free(papers[i].text);
	memset(papers, 0, sizeof papers);
	paper_count = 0;
}

static void
learn(enum cz2_row row, const char *hex)
{
	struct cz2_image image = {.source = CZ2_SOURCE_POLL, .time = clock_now()};

	image.length = (uint8_t)parse_hex(hex, image.bytes, sizeof image.bytes);
	ck_assert(model_apply(model, row, &image));
}

static void
learn_flags(bool hold)
{
	learn(CZ2_ROW_1_12, hold ? "00 01 0C 00 02 02 00 00 00 00 01 00 00 00 00 00 00"
				 : "00 01 0C 00 02 02 00 00 00 00 00 00 00 00 00 00 00");
}

/* A poll of the panel that ended well. */
static void
poll(void)
{
	model_answered(model, clock_now());
	learn_flags(false);
	learn(CZ2_ROW_1_16, "00 01 10 4B 50 4C 4C 4C 4C 4C 4C 44 3E 44 44 44 44 44 44");
	learn(CZ2_ROW_1_6, "00 01 06 00 00 04 49 2F 00 00 00 00 00 00 00 00");
	model_refreshed(model, NULL);
	model_flush(model);
}

/* Three polls that nobody answered, so long after the last answer. */
static void
panel_is_silent_for(int64_t ms)
{
	model_answered(model, clock_now() - ms);
	for (int i = 0; i < MODEL_POLLS_UNTIL_LOST; i++)
		model_refreshed(model, "the panel does not answer");
	model_flush(model);
}

static const char *
told(const char *topic)
{
	return paper(topic) != NULL ? paper(topic)->text : NULL;
}

static int
changes(const char *topic)
{
	return paper(topic) != NULL ? paper(topic)->changed : 0;
}

static void
assert_member(const char *topic, const char *member)
{
	ck_assert_ptr_nonnull(told(topic));
	ck_assert_msg(strstr(told(topic), member) != NULL, "%s: %s", topic, told(topic));
}

/* ------------------------------------------------------------------------
 * Documents
 */

START_TEST(before_the_panel_answers_there_is_the_link_and_the_line)
{
	mqtt_state_connected(state);
	ck_assert_str_eq(told("house/link"), "offline");
	ck_assert_int_eq(paper("house/link")->rank, MQTT_RANK_LINK);
	assert_member("house/diagnostics", "\"last_contact\":null");
	ck_assert_ptr_null(told("house/status"));
	ck_assert_ptr_null(told("house/system"));
	ck_assert_ptr_null(paper("house/zone/1"));
}
END_TEST

START_TEST(a_poll_tells_everything)
{
	mqtt_state_connected(state);
	poll();
	assert_member("house/status", "\"system_mode\":\"Auto\"");
	assert_member("house/system", "\"mode\":\"Auto\"");
	assert_member("house/zone/1", "\"temperature\":68.5");
	assert_member("house/zone/2", "\"high\":80");
	ck_assert_int_eq(paper("house/zone/1")->rank, MQTT_RANK_STATE);
	ck_assert_str_eq(told("house/link"), "online");
}
END_TEST

START_TEST(a_poll_that_shows_nothing_new_repeats_the_status_only)
{
	poll();
	for (int i = 0; i < 3; i++) {
		int repeats = paper("house/status")->repeated;

		poll();
		ck_assert_int_eq(paper("house/status")->repeated, repeats + 1);
	}
	ck_assert_int_eq(changes("house/zone/1"), 1);
	ck_assert_int_eq(changes("house/zone/2"), 1);
	ck_assert_int_eq(changes("house/system"), 1);
	ck_assert_int_eq(changes("house/link"), 1);
	ck_assert_int_eq(paper("house/zone/1")->repeated, 0);
	ck_assert_int_eq(paper("house/system")->repeated, 0);
}
END_TEST

START_TEST(what_changes_concerns_only_whom_it_concerns)
{
	poll();
	learn_flags(true);
	model_flush(model);
	assert_member("house/zone/1", "\"preset\":\"hold\"");
	ck_assert_int_eq(changes("house/zone/1"), 2);
	ck_assert_int_eq(changes("house/zone/2"), 1);
	ck_assert_int_eq(changes("house/system"), 1);
}
END_TEST

START_TEST(nothing_half_read_is_told)
{
	poll();
	model_hold(model, true);
	learn_flags(true);
	model_flush(model);
	mqtt_state_connected(state);
	mqtt_state_renamed(state);
	assert_member("house/zone/1", "\"hold\":false");
	ck_assert_int_eq(changes("house/status"), 1);
	model_hold(model, false);
	model_flush(model);
	assert_member("house/zone/1", "\"hold\":true");
}
END_TEST

/* Zone 1, every day: 6:00 heat, 8:00 62/80, 17:00 70/76, 22:00 60/78; and a poll that tells it. */
static void
learn_program(int heat)
{
	for (int day = 0; day < CZ2_DAYS; day++) {
		char hex[64];

		snprintf(hex, sizeof hex,
			 "00 0A %02X 06 08 11 16 00 00 00 00 %02X 3E 46 3C 4C 50 4C 4E", day + 1,
			 (unsigned)heat);
		learn(cz2_schedule_row(1, day), hex);
	}
	poll();
}

START_TEST(a_program_is_told_when_it_is_known_and_when_it_changes)
{
	mqtt_state_connected(state);
	poll();
	ck_assert_ptr_null(paper("house/schedule/1"));
	learn_program(70);
	assert_member("house/schedule/1", "\"wake\":{\"start\":\"06:00\",\"heat\":70,");
	ck_assert_int_eq(paper("house/schedule/1")->rank, MQTT_RANK_STATE);
	ck_assert_ptr_null(paper("house/schedule/2"));
	for (int i = 0; i < 3; i++)
		learn_program(70);
	ck_assert_int_eq(paper("house/schedule/1")->made, 1);
	learn_program(71);
	assert_member("house/schedule/1", "\"heat\":71,");
	ck_assert_int_eq(changes("house/schedule/1"), 2);
}
END_TEST

static void
on_kept(void *self, int error, int64_t now)
{
	(void)self;
	(void)now;
	ck_assert_int_eq(error, CZ2_OK);
}

/* The zone is not used any more, or again. */
static void
retire(int zone, bool decommissioned)
{
	struct devices_change change = {.retires = true, .decommissioned = decommissioned};

	devices_change(devices, zone, &change, "somebody", on_kept, NULL);
	device_store_answer(CZ2_OK);
}

START_TEST(a_program_goes_with_its_zone_and_comes_with_it)
{
	learn_program(70);
	retire(1, true);
	mqtt_state_erase(state, 1);
	ck_assert_ptr_null(told("house/schedule/1"));
	ck_assert_ptr_null(told("house/zone/1"));
	poll();
	ck_assert_ptr_null(told("house/schedule/1"));
	retire(1, false);
	mqtt_state_renamed(state);
	assert_member("house/schedule/1", "\"zone_id\":1,");
}
END_TEST

START_TEST(zones_that_are_not_used_have_no_topic)
{
	mqtt_state_connected(state);
	poll();
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		mqtt_state_erase(state, zone);
	ck_assert_ptr_nonnull(told("house/zone/2"));
	for (int zone = 3; zone <= CZ2_ZONES_MAX; zone++) {
		char topic[32];

		snprintf(topic, sizeof topic, "house/zone/%d", zone);
		ck_assert_ptr_nonnull(paper(topic)); /* an earlier configuration may have had it */
		ck_assert_ptr_null(told(topic));
		ck_assert_int_eq(changes(topic), 1);
		snprintf(topic, sizeof topic, "house/schedule/%d", zone);
		ck_assert_ptr_nonnull(paper(topic));
		ck_assert_ptr_null(told(topic));
	}
}
END_TEST

START_TEST(what_an_earlier_life_told_is_erased_but_nothing_of_this_one)
{
	static const char *const earlier[] = {"house/system", "house/status", "house/zone/1",
					      "house/zone/8", "house/schedule/1",
					      "house/schedule/8"};

	mqtt_state_connected(state);
	mqtt_state_disown(state);
	for (size_t i = 0; i < sizeof earlier / sizeof earlier[0]; i++) {
		ck_assert_msg(paper(earlier[i]) != NULL, "%s", earlier[i]);
		ck_assert_ptr_null(told(earlier[i]));
	}
	assert_member("house/diagnostics", "\"last_contact\":null");
	ck_assert_str_eq(told("house/link"), "offline");
	poll();
	mqtt_state_disown(state);
	assert_member("house/zone/1", "\"temperature\":68.5");
	assert_member("house/status", "\"system_mode\":\"Auto\"");
}
END_TEST

START_TEST(who_shows_a_wish_can_be_told_again)
{
	poll();
	mqtt_state_repeat(state, 2);
	ck_assert_int_eq(paper("house/zone/2")->repeated, 1);
	ck_assert_int_eq(paper("house/zone/1")->repeated, 0);
	mqtt_state_repeat(state, 0);
	ck_assert_int_eq(paper("house/system")->repeated, 1);
	mqtt_state_repeat(state, 3);
	ck_assert(paper("house/zone/3") == NULL || paper("house/zone/3")->repeated == 0);
}
END_TEST

START_TEST(other_names_are_told_at_once)
{
	poll();
	strcpy(config.panel.zone_names[0], "Attic");
	mqtt_state_renamed(state);
	assert_member("house/zone/1", "\"name\":\"Attic\"");
	ck_assert_int_eq(changes("house/zone/1"), 2);
	ck_assert_int_eq(changes("house/zone/2"), 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * Whether the panel answers
 */

START_TEST(lost_polls_do_not_take_the_panel_away)
{
	poll();
	panel_is_silent_for(STALE_MS - 60000);
	ck_assert(!model_connected(model));
	ck_assert_str_eq(told("house/link"), "online");
	ck_assert_int_eq(changes("house/link"), 1);
}
END_TEST

START_TEST(a_panel_that_was_silent_for_too_long_is_offline)
{
	poll();
	panel_is_silent_for(STALE_MS + 1);
	ck_assert_str_eq(told("house/link"), "offline");
	poll();
	ck_assert_str_eq(told("house/link"), "online");
}
END_TEST

START_TEST(silence_is_noticed_though_nothing_happens_any_more)
{
	int64_t began = clock_now();

	poll();
	panel_is_silent_for(STALE_MS - HALF_A_SECOND);
	ck_assert_str_eq(told("house/link"), "online");
	uv_run(&loop, UV_RUN_ONCE);
	while (strcmp(told("house/link"), "offline") != 0 && clock_now() - began < 60000)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_str_eq(told("house/link"), "offline");
}
END_TEST

START_TEST(who_is_asked_seldom_is_not_gone)
{
	poll();
	model_answered(model, clock_now() - 2 * STALE_MS);
	mqtt_state_connected(state);
	ck_assert_str_eq(told("house/link"), "online");
}
END_TEST

START_TEST(a_cable_that_is_plugged_in_again_in_time_is_not_noticed)
{
	poll();
	model_disconnected(model, "unplugged");
	model_flush(model);
	ck_assert_str_eq(told("house/link"), "online");
	poll();
	ck_assert_int_eq(changes("house/link"), 1);
}
END_TEST

/* ------------------------------------------------------------------------
 * The line
 */

START_TEST(the_line_is_described_once_a_minute_at_most)
{
	mqtt_state_connected(state);
	for (int i = 0; i < 20; i++) {
		model_refreshed(model, "the panel does not answer");
		model_flush(model);
	}
	ck_assert_int_eq(paper("house/diagnostics")->made, 1);
	for (int i = 0; i < 20; i++)
		poll();
	mqtt_state_connected(state);
	/* That it answers is told at once. */
	ck_assert_int_eq(paper("house/diagnostics")->made, 2);
	assert_member("house/diagnostics", "\"last_contact\":\"");
	ck_assert_int_eq(paper("house/diagnostics")->repeated, 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		before_the_panel_answers_there_is_the_link_and_the_line,
		a_poll_tells_everything,
		a_poll_that_shows_nothing_new_repeats_the_status_only,
		what_changes_concerns_only_whom_it_concerns,
		nothing_half_read_is_told,
		a_program_is_told_when_it_is_known_and_when_it_changes,
		a_program_goes_with_its_zone_and_comes_with_it,
		zones_that_are_not_used_have_no_topic,
		what_an_earlier_life_told_is_erased_but_nothing_of_this_one,
		who_shows_a_wish_can_be_told_again,
		other_names_are_told_at_once,
		lost_polls_do_not_take_the_panel_away,
		a_panel_that_was_silent_for_too_long_is_offline,
		silence_is_noticed_though_nothing_happens_any_more,
		who_is_asked_seldom_is_not_gone,
		a_cable_that_is_plugged_in_again_in_time_is_not_noticed,
		the_line_is_described_once_a_minute_at_most,
		NULL,
	};

	return run_fixed_suite("mqtt_state", tests, set_up, tear_down);
}

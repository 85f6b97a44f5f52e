/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What is published of the panel, and when. The flat status goes out each time the panel has
 * told something, since people watch its time; the documents for Home Assistant only when they
 * say something new; the counters of the line now and then.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/json/json.h"
#include "cz2d/json/json_home.h"
#include "cz2d/json/json_link.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_program.h"

enum {
	DIAGNOSTICS_MS = 60000, /* between two of them */
	NAME_MAX_HERE = 16,     /* "schedule/8" */
};

struct mqtt_state {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
	int half_degrees[CZ2_ZONES_MAX + 1]; /* that each zone was last said to have */
	struct cz2_day weeks[CZ2_ZONES_MAX + 1][CZ2_DAYS]; /* the same of their programs, */
	bool scheduled[CZ2_ZONES_MAX + 1]; /* once they were told; else they have to be */
	bool diagnosed;       /* the line was described since the panel has answered */
	int64_t diagnosed_at; /* when it was described last */
	uv_timer_t silence;   /* until the panel counts as gone */
	uv_timer_t minute;    /* until the line may be described again */
	int handles;          /* not closed yet */
};

/* ------------------------------------------------------------------------
 * Topics and documents
 */

/* JSON null: nothing is known yet, and what an earlier life told stays. The document is taken. */
static void
tell(struct mqtt_state *state, const char *name, json_t *document)
{
	char topic[MQTT_TOPIC_MAX];
	char *text;

	mqtt_topic(state->mqtt, name, topic);
	if (!json_is_null(document)) {
		text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15));
		mqtt_retain(state->mqtt, topic, MQTT_RANK_STATE, text);
		free(text);
	}
	json_decref(document);
}

static void
repeat(struct mqtt_state *state, const char *name)
{
	char topic[MQTT_TOPIC_MAX];

	mqtt_topic(state->mqtt, name, topic);
	mqtt_repeat(state->mqtt, topic);
}

static void
name_zone(int zone, char name[NAME_MAX_HERE])
{
	snprintf(name, NAME_MAX_HERE, "zone/%d", zone);
}

static void
name_schedule(int zone, char name[NAME_MAX_HERE])
{
	snprintf(name, NAME_MAX_HERE, "schedule/%d", zone);
}

static bool
is_used(const struct mqtt_state *state, int zone)
{
	return zone <= devices_zones(state->rooms.devices) &&
	       devices_in_use(state->rooms.devices, zone);
}

static void
tell_zone(struct mqtt_state *state, const struct json_view *view, int zone)
{
	char name[NAME_MAX_HERE];

	name_zone(zone, name);
	if (is_used(state, zone))
		tell(state, name, json_home_zone(view, zone, &state->half_degrees[zone]));
}

/* It is long and changes rarely: it is not even made when the panel has said nothing new. */
static void
tell_schedule(struct mqtt_state *state, const struct json_view *view, int zone)
{
	struct cz2_day week[CZ2_DAYS];
	char name[NAME_MAX_HERE];
	int64_t oldest;

	if (!is_used(state, zone) || !panel_week(view->model, zone, week, &oldest))
		return;
	if (state->scheduled[zone] && memcmp(state->weeks[zone], week, sizeof week) == 0)
		return;
	memcpy(state->weeks[zone], week, sizeof week);
	state->scheduled[zone] = true;
	name_schedule(zone, name);
	tell(state, name, json_home_schedule(view, zone));
}

static void
tell_documents(struct mqtt_state *state)
{
	const struct mqtt_rooms *rooms = &state->rooms;
	struct json_view view = json_view_at(rooms->devices, rooms->model, clock_now());

	/* What is half read is not told: the model says when it is whole. */
	if (model_is_held(rooms->model))
		return;
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		tell_zone(state, &view, zone);
		tell_schedule(state, &view, zone);
	}
	tell(state, "system", json_home_system(&view));
	tell(state, "status", json_status_flat(&view));
}

/* ------------------------------------------------------------------------
 * Whether the panel answers
 */

/* How long it still counts as there; 0: it does not; INT64_MAX: it answers what it is asked. */
static int64_t
presence(const struct mqtt_state *state)
{
	int64_t answered = model_answered_at(state->rooms.model);
	int64_t stale_ms = state->rooms.config->cache.stale_seconds * INT64_C(1000);

	if (answered == INT64_MIN)
		return 0;
	if (model_connected(state->rooms.model))
		return INT64_MAX;
	return clock_later(answered + stale_ms - clock_now(), 0);
}

static void
on_silence(uv_timer_t *timer);

static void
tell_link(struct mqtt_state *state)
{
	int64_t left = presence(state);
	char topic[MQTT_TOPIC_MAX];

	mqtt_topic(state->mqtt, "link", topic);
	mqtt_retain(state->mqtt, topic, MQTT_RANK_LINK, left > 0 ? "online" : "offline");
	if (left > 0 && left != INT64_MAX)
		uv_timer_start(&state->silence, on_silence, (uint64_t)left, 0);
	else
		uv_timer_stop(&state->silence);
}

static void
on_silence(uv_timer_t *timer)
{
	tell_link(timer->data);
}

/* ------------------------------------------------------------------------
 * The line
 */

static void
describe_line(struct mqtt_state *state)
{
	const struct mqtt_rooms *rooms = &state->rooms;
	int64_t now = clock_now();
	struct json_view view = json_view_at(rooms->devices, rooms->model, now);

	state->diagnosed = model_answered_at(rooms->model) != INT64_MIN;
	state->diagnosed_at = now;
	uv_timer_stop(&state->minute);
	tell(state, "diagnostics", json_diagnostics(&view, rooms->bus, rooms->link, rooms->started));
}

static void
on_minute(uv_timer_t *timer)
{
	describe_line(timer->data);
}

/* At once if that may be or the panel has just come, else as soon as it may. */
static void
tell_line(struct mqtt_state *state)
{
	int64_t due = state->diagnosed_at + DIAGNOSTICS_MS - clock_now();
	bool came = !state->diagnosed && model_answered_at(state->rooms.model) != INT64_MIN;

	if (came || due <= 0)
		describe_line(state);
	else if (!uv_is_active((uv_handle_t *)&state->minute))
		uv_timer_start(&state->minute, on_minute, (uint64_t)due, 0);
}

/* ------------------------------------------------------------------------
 * What happens
 */

static void
on_model_changed(void *self, unsigned events, const bool *changed)
{
	struct mqtt_state *state = self;

	(void)changed;
	if ((events & (MODEL_CHANGED | MODEL_REFRESHED | MODEL_WRITTEN)) != 0) {
		tell_documents(state);
		repeat(state, "status");
	}
	tell_link(state);
	tell_line(state);
}

void
mqtt_state_connected(struct mqtt_state *state)
{
	tell_documents(state);
	tell_link(state);
	tell_line(state);
}

void
mqtt_state_renamed(struct mqtt_state *state)
{
	memset(state->scheduled, 0, sizeof state->scheduled);
	tell_documents(state);
	repeat(state, "status");
}

void
mqtt_state_repeat(struct mqtt_state *state, int zone)
{
	char name[NAME_MAX_HERE];

	name_zone(zone, name);
	if (zone == 0)
		repeat(state, "system");
	else if (is_used(state, zone))
		repeat(state, name);
}

static void
disown(struct mqtt_state *state, const char *name)
{
	char topic[MQTT_TOPIC_MAX];

	mqtt_topic(state->mqtt, name, topic);
	mqtt_disown(state->mqtt, topic);
}

void
mqtt_state_disown(struct mqtt_state *state)
{
	char name[NAME_MAX_HERE];

	disown(state, "system");
	disown(state, "status");
	disown(state, "diagnostics");
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++) {
		name_zone(zone, name);
		disown(state, name);
		name_schedule(zone, name);
		disown(state, name);
	}
}

void
mqtt_state_erase(struct mqtt_state *state, int zone)
{
	char name[NAME_MAX_HERE], topic[MQTT_TOPIC_MAX];

	if (is_used(state, zone))
		return;
	state->scheduled[zone] = false;
	name_zone(zone, name);
	mqtt_topic(state->mqtt, name, topic);
	mqtt_retain(state->mqtt, topic, MQTT_RANK_STATE, NULL);
	name_schedule(zone, name);
	mqtt_topic(state->mqtt, name, topic);
	mqtt_retain(state->mqtt, topic, MQTT_RANK_STATE, NULL);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct mqtt_state *
mqtt_state_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt)
{
	struct mqtt_state *state = mem_new(1, sizeof *state);
	struct model_observer observer = {.self = state, .changed = on_model_changed};

	state->rooms = *rooms;
	state->mqtt = mqtt;
	state->diagnosed_at = INT64_MIN / 2;
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		state->half_degrees[zone] = CZ2_UNKNOWN;
	uv_timer_init(rooms->loop, &state->silence);
	uv_timer_init(rooms->loop, &state->minute);
	state->silence.data = state->minute.data = state;
	state->handles = 2;
	model_observe(rooms->model, &observer);
	return state;
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt_state *state = handle->data;

	if (--state->handles == 0)
		free(state);
}

struct mqtt_state *
mqtt_state_free(struct mqtt_state *state)
{
	if (state == NULL)
		return NULL;
	model_unobserve(state->rooms.model, state);
	uv_close((uv_handle_t *)&state->silence, on_closed);
	uv_close((uv_handle_t *)&state->minute, on_closed);
	return NULL;
}

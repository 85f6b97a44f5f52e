/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Messages under <prefix>/set/, in the order of checks that docs/mqtt.md promises: each is
 * refused with a result, or becomes part of a batch, or is a command by itself. An empty one
 * is how a retained command is erased, and passes in silence.
 */
#include "build.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/json/command_kind.h"
#include "cz2d/mqtt/mqtt_command_internal.h"
#include "cz2d/mqtt/mqtt_result.h"

enum {
	PER_SECOND = 10, /* messages, in the long run */
	BURST = 40,      /* and at once */
};

static const char set_topic[] = "set/#";

void
mqtt_command_refuse(struct mqtt_command *door, const char *id, const struct mqtt_refusal *refusal,
		    struct mqtt_letter *letters, unsigned documents)
{
	json_t *result = mqtt_result_refused(id, refusal, letters, clock_now());

	log_debug("mqtt", "refused set/%s: %s", letters->name, refusal->sentence);
	for (int zone = 0; zone <= devices_zones(door->rooms.devices); zone++)
		if ((documents & mqtt_document_of(zone)) != 0)
			mqtt_state_repeat(door->state, zone);
	mqtt_result_say(door->mqtt, result, letters);
	mqtt_letter_free(letters);
}

void
mqtt_command_supersede(struct mqtt_command *door, struct mqtt_letter *letters, int64_t now)
{
	mqtt_result_say(door->mqtt, mqtt_result_superseded(letters, now), letters);
	mqtt_letter_free(letters);
}

void
mqtt_command_wake(struct mqtt_command *door, uv_timer_t *timer, uv_timer_cb tick, int64_t at,
		  int64_t now)
{
	if (at == INT64_MAX) {
		uv_timer_stop(timer);
		return;
	}
	uv_update_time(door->rooms.loop);
	uv_timer_start(timer, tick, at > now ? (uint64_t)(at - now) : 0, 0);
}

/* ------------------------------------------------------------------------
 * Retained commands
 */

static void
forget_erased(struct mqtt_command *door)
{
	while (door->erased_count > 0)
		free(door->erased[--door->erased_count]);
}

/* Once per topic and connection: a broker that does not let us must not be asked for ever. */
static void
erase(struct mqtt_command *door, const char *topic)
{
	struct mqtt_note note = {.topic = topic};

	for (int i = 0; i < door->erased_count; i++)
		if (strcmp(door->erased[i], topic) == 0)
			return;
	if (door->erased_count == MQTT_ERASED_MAX)
		return;
	door->erased[door->erased_count++] = mem_text(topic);
	log_warning("mqtt", "a retained command lay on %s: refused and erased; whoever sends it "
		    "must not retain it", topic);
	mqtt_say(door->mqtt, &note);
}

/* ------------------------------------------------------------------------
 * Who may, and how often
 */

bool
mqtt_command_admit(struct mqtt_command *door, bool writes, struct mqtt_refusal *refusal,
		   int64_t now)
{
	const struct config *config = door->rooms.config;

	if (!config->mqtt.commands)
		return mqtt_refuse(refusal, MQTT_READ_ONLY,
				   "Commands over MQTT are switched off (mqtt.commands).");
	if (writes && config->panel.read_only)
		return mqtt_refuse_error(refusal, CZ2_EREADONLY);
	if (!allowance_take(&door->messages, now))
		return mqtt_refuse(refusal, MQTT_RATE_LIMITED,
				   "Too many messages: %d a second are accepted, and %d at once.",
				   PER_SECOND, BURST);
	return true;
}

/* ------------------------------------------------------------------------
 * Messages
 */

bool
mqtt_command_has_zone(const struct mqtt_command *door, int zone, struct mqtt_refusal *refusal)
{
	const struct devices *devices = door->rooms.devices;
	enum command_flaw flaw = COMMAND_ZONE;
	json_t *sentence;

	if (zone <= devices_zones(devices)) {
		if (devices_in_use(devices, zone))
			return true;
		flaw = COMMAND_RETIRED;
	}
	sentence = command_flaw_sentence(flaw, zone);
	mqtt_refuse(refusal, MQTT_UNKNOWN_ZONE, "%s", json_string_value(sentence));
	json_decref(sentence);
	return false;
}

bool
mqtt_command_has_zones(const struct mqtt_command *door, unsigned documents, int ruler,
		       struct mqtt_refusal *refusal)
{
	for (int zone = 1; zone <= CZ2_ZONES_MAX; zone++)
		if (((documents & mqtt_document_of(zone)) != 0 || zone == ruler) &&
		    !mqtt_command_has_zone(door, zone, refusal))
			return false;
	return true;
}

/* What is wrong with a message whatever it says; NULL with the refusal. */
static const struct mqtt_topic_info *
inspect(struct mqtt_command *door, const struct mqtt_incoming *message, const char *name,
	int *zone, struct mqtt_refusal *refusal)
{
	const struct mqtt_topic_info *info;
	size_t room = mqtt_topic_room(name);

	if (message->retained) {
		erase(door, message->topic);
		mqtt_refuse(refusal, MQTT_RETAINED,
			    "Retained commands would come again with each connection: not done.");
		return NULL;
	}
	if (message->length > room) {
		mqtt_refuse(refusal, MQTT_TOO_LARGE,
			    "%zu bytes are more than the %zu that are accepted.", message->length,
			    room);
		return NULL;
	}
	info = mqtt_topic_find(name, zone, refusal);
	return info != NULL && mqtt_command_has_zone(door, *zone, refusal) ? info : NULL;
}

/* What follows <prefix>/set/; NULL: it is not for us. */
static const char *
name_of(const struct mqtt_command *door, const char *topic)
{
	char above[MQTT_TOPIC_MAX];
	size_t length;

	mqtt_topic(door->mqtt, "set", above);
	length = strlen(above);
	if (strncmp(topic, above, length) != 0)
		return NULL;
	if (topic[length] == '\0') /* it belongs to what "set/#" asks for */
		return topic + length;
	return topic[length] == '/' ? topic + length + 1 : NULL;
}

void
mqtt_command_message(struct mqtt_command *door, const struct mqtt_incoming *message)
{
	static void (*const take[])(struct mqtt_command *, const struct mqtt_topic_info *, int,
				    const struct mqtt_incoming *, struct mqtt_letter *, int64_t) = {
		[MQTT_SCALAR] = mqtt_scalar_take,
		[MQTT_BODY] = mqtt_body_take,
		[MQTT_PRESS] = mqtt_press_take,
	};
	const char *name = name_of(door, message->topic);
	const struct mqtt_topic_info *info;
	struct mqtt_refusal refusal;
	struct mqtt_letter *letter;
	int zone = 0;

	if (name == NULL || message->length == 0)
		return;
	letter = mqtt_letter_new(message, name, door->rooms.config, clock_now());
	info = inspect(door, message, name, &zone, &refusal);
	if (info != NULL)
		take[info->form](door, info, zone, message, letter, clock_now());
	else
		mqtt_command_refuse(door, NULL, &refusal, letter, 0);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

struct mqtt_command *
mqtt_command_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt, struct mqtt_state *state)
{
	struct mqtt_command *door = mem_new(1, sizeof *door);

	door->rooms = *rooms;
	door->mqtt = mqtt;
	door->state = state;
	allowance_init(&door->messages, BURST, 1000 / PER_SECOND, clock_now());
	mqtt_scalars_init(door);
	uv_timer_init(rooms->loop, &door->nudge);
	uv_prepare_init(rooms->loop, &door->before_sleep);
	door->nudge.data = door->before_sleep.data = door;
	mqtt_turns_init(door);
	door->handles = 4;
	mqtt_orders_init(door);
	return door;
}

void
mqtt_command_connected(struct mqtt_command *door)
{
	char topic[MQTT_TOPIC_MAX];

	forget_erased(door);
	mqtt_topic(door->mqtt, set_topic, topic);
	mqtt_subscribe(door->mqtt, topic);
}

static void
on_closed(uv_handle_t *handle)
{
	struct mqtt_command *door = handle->data;

	if (--door->handles == 0)
		free(door);
}

void
mqtt_command_finish(struct mqtt_command *door)
{
	mqtt_scalars_leave(door, MQTT_ALL_BATCHES, clock_now());
	mqtt_orders_say(door);
}

bool
mqtt_command_hand_over(struct mqtt_command *door)
{
	mqtt_scalars_leave(door, MQTT_ALL_BATCHES, clock_now());
	return door->looking == 0;
}

struct mqtt_command *
mqtt_command_free(struct mqtt_command *door)
{
	if (door == NULL)
		return NULL;
	mqtt_orders_fini(door);
	forget_erased(door);
	uv_close((uv_handle_t *)&door->due, on_closed);
	uv_close((uv_handle_t *)&door->overdue, on_closed);
	uv_close((uv_handle_t *)&door->nudge, on_closed);
	uv_close((uv_handle_t *)&door->before_sleep, on_closed);
	return NULL;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Messages under <prefix>/set/, in the order of checks that docs/mqtt.md promises: each is
 * refused with a result, or becomes part of a batch, or is a command by itself. An empty one
 * is how a retained command is erased, and passes in silence.
 */
#include "build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/command_kind.h"
#include "cz2d/config.h"
#include "cz2d/devices.h"
#include "cz2d/model.h"
#include "cz2d/mqtt_command_internal.h"
#include "cz2d/mqtt_judge.h"
#include "cz2d/mqtt_result.h"

enum {
	PER_SECOND = 10, /* messages, in the long run */
	BURST = 40,      /* and at once */
	THOUSAND = 1000,
};

static const char set_topic[] = "set/#";

/* The documents that show what is commanded for the zone (0: the system). */
static unsigned
document_of(int zone)
{
	return 1U << zone;
}

void
mqtt_command_refuse(struct mqtt_command *door, const char *id, const struct mqtt_refusal *refusal,
		    struct mqtt_letter *letters, unsigned documents)
{
	json_t *result = mqtt_result_refused(id, refusal, letters, clock_now());

	log_debug("mqtt", "refused set/%s: %s", letters->name, refusal->sentence);
	for (int zone = 0; zone <= devices_zones(door->rooms.devices); zone++)
		if ((documents & document_of(zone)) != 0)
			mqtt_state_repeat(door->state, zone);
	mqtt_result_say(door->mqtt, result, letters);
	mqtt_letter_free(letters);
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

static bool
pass_rate(struct mqtt_command *door, int64_t now)
{
	int64_t more = (now - door->allowed_at) * PER_SECOND;

	door->allowance = clock_earlier(door->allowance + more, BURST * THOUSAND);
	door->allowed_at = now;
	if (door->allowance < THOUSAND)
		return false;
	door->allowance -= THOUSAND;
	return true;
}

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
	if (!pass_rate(door, now))
		return mqtt_refuse(refusal, MQTT_RATE_LIMITED,
				   "Too many messages: %d a second are accepted, and %d at once.",
				   PER_SECOND, BURST);
	return true;
}

/* ------------------------------------------------------------------------
 * Batches
 */

static void
arm(struct mqtt_command *door, int64_t now);

/* In the order in which they came. */
static struct mqtt_letter *
letters_of(const struct mqtt_batch *batch)
{
	struct mqtt_letter *letters = NULL;

	for (int n = 1; n <= batch->count; n++)
		for (int field = 0; field < MQTT_FIELD_COUNT; field++)
			if (batch->order[field] == n)
				letters = mqtt_letter_join(letters, batch->letters[field]);
	return letters;
}

/* What a scalar batch wishes, in the words of REST's bodies. */
static char *
params_of(const struct cz2_command *wish, int zone)
{
	static const struct {
		const char *name;
		enum cz2_field field;
		bool flag;
	} members[] = {
		{"mode", CZ2_MODE, false},     {"all", CZ2_ALL, false},
		{"fan", CZ2_FAN, false},       {"heat", CZ2_HEAT, false},
		{"cool", CZ2_COOL, false},     {"temp", CZ2_TEMPORARY, true},
		{"hold", CZ2_HOLD, true},      {"out", CZ2_OUT, true},
	};
	json_t *params = json_object();
	char *text;

	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
		const struct cz2_field_info *info = cz2_field_info(members[i].field);
		int value = cz2_values_get(&wish->wish, members[i].field, zone != 0 ? zone : 1);

		if (value == CZ2_UNKNOWN)
			continue;
		json_object_set_new(params, members[i].name,
				    members[i].flag ? json_boolean(value)
				    : info->words != NULL ? json_string(info->words[value])
							  : json_integer(value));
	}
	text = json_dumps(params, JSON_COMPACT);
	json_decref(params);
	return text;
}

static void
leave(struct mqtt_command *door, int zone, int64_t now)
{
	struct mqtt_batch batch = mqtt_batch_take(&door->batches, zone);
	struct mqtt_letter *letters = letters_of(&batch);
	struct mqtt_plan plan = {.zone = zone, .documents = document_of(zone)};
	struct mqtt_refusal refusal;
	struct cz2_values expected;
	const struct mqtt_case judged = {.config = door->rooms.config, .state = &expected,
					 .batch = &batch, .zone = zone};

	mqtt_order_expect(door, &expected);
	if (!mqtt_judge(&judged, &plan.wish, &plan.warnings, &refusal)) {
		mqtt_command_refuse(door, NULL, &refusal, letters, plan.documents);
		return;
	}
	plan.command = mqtt_command_name(&plan.wish, zone);
	plan.params = params_of(&plan.wish, zone);
	mqtt_order_give(door, &plan, letters, now);
}

void
mqtt_command_leave(struct mqtt_command *door, unsigned batches, int64_t now)
{
	for (int zone = 0; zone < MQTT_BATCHES; zone++)
		if ((batches & 1U << zone) != 0 && door->batches.of[zone].count != 0)
			leave(door, zone, now);
	arm(door, now);
}

static void
on_due(uv_timer_t *timer)
{
	struct mqtt_command *door = timer->data;
	int64_t now = clock_now();

	mqtt_command_leave(door, mqtt_batch_due(&door->batches, now), now);
}

static void
arm(struct mqtt_command *door, int64_t now)
{
	int64_t wake = mqtt_batch_wake(&door->batches);

	if (wake == INT64_MAX) {
		uv_timer_stop(&door->due);
		return;
	}
	uv_update_time(door->rooms.loop);
	uv_timer_start(&door->due, on_due, wake > now ? (uint64_t)(wake - now) : 0, 0);
}

/* ------------------------------------------------------------------------
 * Messages
 */

static void
take_scalar(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
	    const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now)
{
	struct mqtt_refusal refusal;
	struct mqtt_letter *overtaken;
	int value;

	if (!mqtt_scalar_read(info, letter->name, message->payload, message->length, &value,
			      &refusal) ||
	    !mqtt_command_admit(door, true, &refusal, now)) {
		mqtt_command_refuse(door, NULL, &refusal, letter, document_of(zone));
		return;
	}
	overtaken = mqtt_batch_add(&door->batches, zone, info->field, value, letter, now);
	if (overtaken != NULL)
		mqtt_result_say(door->mqtt, mqtt_result_superseded(overtaken, now), overtaken);
	mqtt_letter_free(overtaken);
	arm(door, now);
}

static void
take_press(struct mqtt_command *door, const struct mqtt_topic_info *info, int zone,
	   const struct mqtt_incoming *message, struct mqtt_letter *letter, int64_t now)
{
	struct mqtt_plan plan = {.command = info->kind->name, .zone = zone,
				 .refresh = info->kind->reads, .how = info->kind->refresh};
	struct mqtt_refusal refusal;

	if (!mqtt_press_read(letter->name, message->payload, message->length, &refusal) ||
	    !mqtt_command_admit(door, false, &refusal, now)) {
		mqtt_command_refuse(door, NULL, &refusal, letter, 0);
		return;
	}
	cz2_command_init(&plan.wish);
	plan.params = mem_text("{}");
	mqtt_order_give(door, &plan, letter, now);
}

/* The zone is one that this house has and uses. */
static bool
has_zone(const struct mqtt_command *door, int zone, struct mqtt_refusal *refusal)
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

/* What is wrong with a message whatever it says; NULL with the refusal. */
static const struct mqtt_topic_info *
inspect(struct mqtt_command *door, const struct mqtt_incoming *message, const char *name,
	int *zone, struct mqtt_refusal *refusal)
{
	const struct mqtt_topic_info *info;

	if (message->retained) {
		erase(door, message->topic);
		mqtt_refuse(refusal, MQTT_RETAINED,
			    "Retained commands would come again with each connection: not done.");
		return NULL;
	}
	if (message->length > MQTT_PAYLOAD_MAX) {
		mqtt_refuse(refusal, MQTT_TOO_LARGE,
			    "%zu bytes are more than the %d that are accepted.", message->length,
			    MQTT_PAYLOAD_MAX);
		return NULL;
	}
	info = mqtt_topic_find(name, zone, refusal);
	return info != NULL && has_zone(door, *zone, refusal) ? info : NULL;
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
		[MQTT_SCALAR] = take_scalar,
		[MQTT_BODY] = mqtt_body_take,
		[MQTT_PRESS] = take_press,
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
	door->allowance = BURST * THOUSAND;
	door->allowed_at = clock_now();
	uv_timer_init(rooms->loop, &door->due);
	uv_timer_init(rooms->loop, &door->turn);
	uv_prepare_init(rooms->loop, &door->before_sleep);
	door->due.data = door->turn.data = door->before_sleep.data = door;
	door->handles = 3;
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

/* What has been acknowledged to the broker is carried out, though nobody will be told by us. */
struct mqtt_command *
mqtt_command_free(struct mqtt_command *door)
{
	if (door == NULL)
		return NULL;
	mqtt_command_leave(door, (1U << MQTT_BATCHES) - 1, clock_now());
	mqtt_repeat_fini(door);
	mqtt_orders_fini(door);
	forget_erased(door);
	uv_close((uv_handle_t *)&door->due, on_closed);
	uv_close((uv_handle_t *)&door->turn, on_closed);
	uv_close((uv_handle_t *)&door->before_sleep, on_closed);
	return NULL;
}

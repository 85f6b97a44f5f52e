/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The other door, as people see it: what the broker was told, and to tell it anew or take
 * it all back.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "base/log.h"
#include "cz2d/mqtt/mqtt.h"

const struct command_kind api_announce = {.schema = {"Announce", .optional = true}};
const struct command_kind api_forget = {.schema = {"Forget", .optional = true}};

static struct mqtt *
mqtt_of(const struct api_call *call)
{
	return call->api->parts.mqtt != NULL ? *call->api->parts.mqtt : NULL;
}

void
api_get_mqtt(const struct api_call *call)
{
	api_answer(call->request, 200, mqtt_report(mqtt_of(call)));
}

/* False when there is no broker to be told anything: then the request has been answered. */
static bool
has_broker(const struct api_call *call)
{
	const struct mqtt *mqtt = mqtt_of(call);

	if (mqtt == NULL)
		api_answer_detail(call->request, 409, json_string("MQTT is off (mqtt.enabled)."));
	else if (!mqtt_connected(mqtt))
		api_answer_detail(call->request, 503,
				  json_string("There is no connection to the broker."));
	return mqtt != NULL && mqtt_connected(mqtt);
}

static void
order(const struct api_call *call, void (*carry_out)(struct mqtt *mqtt), const char *message)
{
	if (!api_read_nothing(call) || !has_broker(call))
		return;
	carry_out(mqtt_of(call));
	log_info("mqtt", "%s, by order of %s", message, api_user(call));
	api_answer(call->request, 200, json_pack("{s:s}", "message", message));
}

void
api_post_announce(const struct api_call *call)
{
	order(call, mqtt_announce, "Everything is told once more");
}

void
api_post_forget(const struct api_call *call)
{
	order(call, mqtt_forget, "All that was retained is being erased");
}

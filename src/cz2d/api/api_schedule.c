/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's program, as it is known or read anew. How it is changed is api_command.c's, like
 * any command.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

#include "cz2d/config/config.h"
#include "cz2d/json/json_schedule.h"

enum { ALL_ZONES = (1U << CZ2_ZONES_MAX) - 1 };

static const struct body_schema no_body = {.optional = true};

static void
add_meta(const struct api *api, const struct json_view *view, const struct api_wish *wish,
	 json_t *document)
{
	if (api->parts.config->cache.enabled)
		json_object_set_new(document, "meta", json_meta(view, wish->source));
}

json_t *
api_schedule_document(const struct api *api, const struct api_wish *wish, int64_t now)
{
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, now);
	json_t *document = json_object();

	json_object_set_new(document, "schedule",
			    json_schedule(&view, __builtin_ffs((int)wish->zones)));
	add_meta(api, &view, wish, document);
	return document;
}

json_t *
api_schedules_document(const struct api *api, const struct api_wish *wish, int64_t now)
{
	struct json_view view = json_view_at(api->parts.devices, api->parts.model, now);
	json_t *document = json_object();

	json_object_set_new(document, "schedules", json_schedules(&view, wish->zones));
	if (wish->message[0] == '\0')
		json_object_set_new(document, "progress", json_schedule_progress(&view));
	add_meta(api, &view, wish, document);
	return document;
}

static void
answer(const struct api_call *call, struct api_wish *wish)
{
	bool force;

	if (!api_read_flag(call, "force", &force))
		return;
	wish->source = force ? CZ2_SOURCE_FORCE : CZ2_SOURCE_NONE;
	if (force)
		api_wait_refresh(call, ENGINE_REFRESH_PROGRAM, wish);
	else
		api_answer(call->request, 200, wish->document(call->api, wish, call->now));
}

void
api_get_schedules(const struct api_call *call)
{
	struct api_wish wish = {.document = api_schedules_document, .zones = ALL_ZONES};

	answer(call, &wish);
}

/* The zone that the path names; false when there is none: then the request has been answered. */
static bool
find_zone(const struct api_call *call, int64_t *zone)
{
	const struct devices *devices = call->api->parts.devices;
	const struct api_part *part = &call->parts[0];
	enum command_flaw flaw = COMMAND_SOUND;
	struct body body;

	body_init(&body, &no_body);
	body_path_integer(&body, "zone_id", part->text, part->length, zone);
	if (!body_ok(&body))
		flaw = COMMAND_BODY;
	else if (*zone < 1 || *zone > devices_zones(devices))
		flaw = COMMAND_ZONE;
	else if (!devices_in_use(devices, (int)*zone))
		flaw = COMMAND_RETIRED;
	if (flaw != COMMAND_SOUND)
		api_answer_flaw(call, flaw, *zone, &body);
	body_fini(&body);
	return flaw == COMMAND_SOUND;
}

void
api_get_schedule(const struct api_call *call)
{
	struct api_wish wish = {.document = api_schedule_document};
	int64_t zone = 0;

	if (!find_zone(call, &zone))
		return;
	wish.zones = 1U << (zone - 1);
	answer(call, &wish);
}

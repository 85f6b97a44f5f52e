/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From the table of entities to the documents of devices. Home Assistant rejects a whole
 * device for one unknown member beside the components, and for a component that names its
 * availability otherwise than the device does; inside a component it overlooks what it does
 * not know.
 */
#include "build.h"

#include "cz2d/home/ha_device.h"

#include <stdio.h>

#include "cz2d/config/config.h"
#include "cz2d/devices/devices.h"
#include "cz2d/home/ha_entities.h"

enum { RULER_MAX = 256 }; /* the template that names the ruling zone */

const char ha_origin_name[] = "cz2d";

void
ha_device_id(const struct config *config, int number, char id[HA_ID_MAX])
{
	if (number == 0)
		snprintf(id, HA_ID_MAX, "cz2d_%s", config->panel.id);
	else
		snprintf(id, HA_ID_MAX, "cz2d_%s_zone_%d", config->panel.id, number);
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, key, json_string(text));
}

static json_t *
list_of(const char *const *words)
{
	json_t *list = json_array();

	for (; *words != NULL; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

static json_t *
plain(const char *member)
{
	return json_sprintf("{{ value_json.%s }}", member);
}

/* ------------------------------------------------------------------------
 * Kinds of entities
 */

static void
fill_measure(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	(void)house;
	put_text(component, "state_class", "measurement");
	put_text(component, "unit_of_measurement", ha_entity_unit(entity));
	json_object_set_new(component, "value_template", plain(entity->member));
}

static void
fill_word(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	const char *const *words = entity->names;

	(void)house;
	if (words == NULL)
		words = cz2_field_info(entity->field)->words;
	json_object_set_new(component, "options", list_of(words));
	json_object_set_new(component, "value_template", plain(entity->member));
}

/* The panel may be ruled by a zone that the daemon was not told of: then it is unknown. */
static void
fill_ruler(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	json_t *options = json_array();
	char words[RULER_MAX];
	int length = snprintf(words, sizeof words, "'Off'");

	json_array_append_new(options, json_string("Off"));
	for (int zone = 1; zone <= house->config->panel.zones; zone++) {
		json_array_append_new(options, json_sprintf("Zone %d", zone));
		length += snprintf(words + length, sizeof words - (size_t)length, ", 'Zone %d'",
				   zone);
	}
	json_object_set_new(component, "options", options);
	json_object_set_new(component, "value_template",
			    json_sprintf("{{ [%s][value_json.%s] | default(none) }}", words,
					 entity->member));
}

static void
fill_flag(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	const char *member = entity->member;

	(void)house;
	put_text(component, "payload_on", "ON");
	put_text(component, "payload_off", "OFF");
	json_object_set_new(component, "value_template",
			    json_sprintf("{{ none if value_json.%s is none else "
					 "'ON' if value_json.%s else 'OFF' }}", member, member));
}

static void
fill_online(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	(void)house;
	(void)entity;
	put_text(component, "payload_on", "online");
	put_text(component, "payload_off", "offline");
}

static void
fill_moment(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	(void)house;
	json_object_set_new(component, "value_template", plain(entity->member));
}

static void
fill_counter(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	(void)house;
	put_text(component, "state_class", "total_increasing");
	json_object_set_new(component, "value_template", plain(entity->member));
}

static void
fill_press(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	(void)house;
	(void)entity;
	put_text(component, "payload_press", "PRESS");
}

/* {{ {'event_type': value_json.event, 'zone': value_json.zone | default(none)} | tojson }} */
static void
fill_event(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	json_t *template = json_sprintf("{{ {'event_type': value_json.%s", entity->member);

	(void)house;
	for (const char *const *more = entity->more; *more != NULL; more += 2) {
		json_t *longer = json_sprintf("%s, '%s': value_json.%s | default(none)",
					      json_string_value(template), more[0], more[1]);

		json_decref(template);
		template = longer;
	}
	json_object_set_new(component, "event_types", list_of(entity->names));
	json_object_set_new(component, "value_template",
			    json_sprintf("%s} | tojson }}", json_string_value(template)));
	json_decref(template);
}

static void
fill_limited(const struct ha_house *house, const struct ha_entity *entity, json_t *component)
{
	const struct cz2_field_info *info = cz2_field_info(entity->field);

	(void)house;
	put_text(component, "unit_of_measurement", ha_entity_unit(entity));
	json_object_set_new(component, "min", json_integer(info->set_min));
	json_object_set_new(component, "max", json_integer(info->set_max));
	json_object_set_new(component, "step", json_integer(1));
	put_text(component, "mode", "box");
	/* The panel may hold what nobody may command; Home Assistant logs that as an error. */
	json_object_set_new(component, "value_template",
			    json_sprintf("{{ value_json.%s if %d <= (value_json.%s or 0) <= %d "
					 "else none }}", entity->member, info->set_min,
					 entity->member, info->set_max));
}

static void (*const fill[HA_KIND_COUNT])(const struct ha_house *, const struct ha_entity *,
					 json_t *) = {
	[HA_MEASURE] = fill_measure, [HA_WORD] = fill_word,	  [HA_RULER] = fill_ruler,
	[HA_FLAG] = fill_flag,	     [HA_ONLINE] = fill_online,	  [HA_MOMENT] = fill_moment,
	[HA_COUNTER] = fill_counter, [HA_PRESS] = fill_press,	  [HA_EVENT] = fill_event,
	[HA_LIMITED] = fill_limited, [HA_CLIMATE] = NULL, /* of a zone, see below */
};

/* ------------------------------------------------------------------------
 * Components
 */

static void
put_topics(const struct ha_house *house, int number, const struct ha_entity *entity,
	   json_t *component)
{
	const char *prefix = house->prefix;

	if (number != 0)
		json_object_set_new(component, "state_topic",
				    json_sprintf("%s/zone/%d", prefix, number));
	else if (entity->state != NULL)
		json_object_set_new(component, "state_topic",
				    json_sprintf("%s/%s", prefix, entity->state));
	if (entity->command == NULL)
		return;
	json_object_set_new(component, "command_topic",
			    number != 0 ? json_sprintf("%s/set/zone/%d/%s", prefix, number,
						       entity->command)
					: json_sprintf("%s/set/%s", prefix, entity->command));
}

static json_t *
availability(const struct ha_house *house, bool of_panel)
{
	json_t *list =
		json_pack("[{s:o}]", "topic", json_sprintf("%s/availability", house->prefix));

	if (of_panel)
		json_array_append_new(list, json_pack("{s:o}", "topic",
						      json_sprintf("%s/link", house->prefix)));
	return list;
}

/* qos: only newer releases take it from the device. */
static json_t *
component_of(const struct ha_house *house, int number, const struct ha_entity *entity,
	     const char *id)
{
	json_t *component = json_pack("{s:s, s:o, s:s?, s:i}", "platform", entity->platform,
				      "unique_id", json_sprintf("%s_%s", id, entity->key), "name",
				      entity->name, "qos", 1);

	put_text(component, "device_class", entity->device_class);
	put_text(component, "entity_category", entity->category);
	put_text(component, "icon", entity->icon);
	if (entity->disabled)
		json_object_set_new(component, "enabled_by_default", json_false());
	if (entity->steadfast)
		json_object_set_new(component, "availability", availability(house, false));
	if (entity->kind == HA_CLIMATE) {
		ha_climate(house, number, component);
		return component;
	}
	put_topics(house, number, entity, component);
	fill[entity->kind](house, entity, component);
	return component;
}

static json_t *
components_of(const struct ha_house *house, int number, const char *id)
{
	json_t *components = json_object();
	const struct ha_entity *entity;

	for (unsigned n = 0; (entity = ha_entity_at(number != 0, n)) != NULL; n++)
		if (!entity->fitted || (number == 1 && house->humidity))
			json_object_set_new(components, entity->key,
					    component_of(house, number, entity, id));
	return components;
}

/* ------------------------------------------------------------------------
 * Devices
 */

/* As somebody has named it; unnamed it goes by its model, not by its id. */
static const char *
panel_name(const struct ha_house *house)
{
	const char *given = devices_at(house->devices, 0)->name;

	return given[0] != '\0' ? given : house->config->mqtt.device_name;
}

static json_t *
about_panel(const struct ha_house *house, const char *id)
{
	return json_pack("{s:[s], s:s, s:s, s:s}", "identifiers", id, "name", panel_name(house),
			 "manufacturer", "Carrier", "model", "ComfortZone II");
}

/* A device of its own, since areas and voices know rooms by devices. */
static json_t *
about_zone(const struct ha_house *house, int zone, const char *id)
{
	const char *area = house->config->home.areas[zone - 1];
	char panel[HA_ID_MAX];
	json_t *about;

	ha_device_id(house->config, 0, panel);
	about = json_pack("{s:[s], s:s, s:s, s:s, s:s}", "identifiers", id, "name",
			  devices_name(house->devices, zone), "manufacturer", "Carrier", "model",
			  "ComfortZone II zone", "via_device", panel);
	if (area[0] != '\0')
		put_text(about, "suggested_area", area);
	return about;
}

json_t *
ha_device(const struct ha_house *house, int number)
{
	char id[HA_ID_MAX];

	ha_device_id(house->config, number, id);
	return json_pack("{s:o, s:{s:s, s:s, s:s}, s:o, s:s, s:o}", "device",
			 number == 0 ? about_panel(house, id) : about_zone(house, number, id),
			 "origin", "name", ha_origin_name, "sw_version", PACKAGE_VERSION,
			 "support_url", PACKAGE_BUGREPORT, "availability",
			 availability(house, true), "availability_mode", "all", "components",
			 components_of(house, number, id));
}

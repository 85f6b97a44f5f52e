/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A zone as Home Assistant's climate entity. Its document speaks Home Assistant's words
 * already, so each template only names a member; all are in one document, so that they
 * change together.
 */
#include "build.h"

#include "cz2d/home/ha_device.h"

#include <ctype.h>
#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/model/climate.h"

enum { WORD_MAX = 16 };

/* Where an attribute is read, and where it is set. */
struct attribute {
	const char *topic, *template, *member; /* NULL: it cannot be read */
	const char *command_topic, *command;   /* NULL: it cannot be set */
};

static const struct attribute attributes[] = {
	{"mode_state_topic", "mode_state_template", "mode", "mode_command_topic", "mode"},
	/* Else "turn on" would be the first of the modes, and "turn off" the whole house's. */
	{NULL, NULL, NULL, "power_command_topic", "power"},
	{"action_topic", "action_template", "action", NULL, NULL},
	{"current_temperature_topic", "current_temperature_template", "temperature", NULL, NULL},
	{"temperature_state_topic", "temperature_state_template", "target",
	 "temperature_command_topic", "target"},
	{"temperature_low_state_topic", "temperature_low_state_template", "low",
	 "temperature_low_command_topic", "low"},
	{"temperature_high_state_topic", "temperature_high_state_template", "high",
	 "temperature_high_command_topic", "high"},
	{"preset_mode_state_topic", "preset_mode_value_template", "preset",
	 "preset_mode_command_topic", "preset"},
};
static const struct attribute humidity = {
	"current_humidity_topic", "current_humidity_template", "humidity", NULL, NULL};
static const struct attribute fan = {
	"fan_mode_state_topic", "fan_mode_state_template", "fan_mode", "fan_mode_command_topic",
	"fan"};

static void
put(const struct ha_house *house, int zone, const struct attribute *attribute, json_t *component)
{
	if (attribute->topic != NULL) {
		json_object_set_new(component, attribute->topic,
				    json_sprintf("%s/zone/%d", house->prefix, zone));
		json_object_set_new(component, attribute->template,
				    json_sprintf("{{ value_json.%s }}", attribute->member));
	}
	if (attribute->command_topic != NULL)
		json_object_set_new(component, attribute->command_topic,
				    json_sprintf("%s/set/zone/%d/%s", house->prefix, zone,
						 attribute->command));
}

static void
append_lower(json_t *list, const char *word)
{
	char lower[WORD_MAX];
	size_t length = strlen(word);

	for (size_t i = 0; i <= length && i < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)word[i]);
	json_array_append_new(list, json_stringn(lower, length));
}

/* The fan is the house's: a zone has it where there is no other, or where somebody wants it. */
static void
put_fan(const struct ha_house *house, int zone, json_t *component)
{
	const char *const *words = cz2_field_info(CZ2_FAN)->words;
	json_t *modes;

	if (house->config->panel.zones > 1 && !house->config->home.zone_fan)
		return;
	modes = json_array();
	for (; *words != NULL; words++)
		append_lower(modes, *words);
	json_object_set_new(component, "fan_modes", modes);
	put(house, zone, &fan, component);
}

/* All of them, whatever the panel's mode: another list would be another document. */
static json_t *
names_from(const char *const *names, int first)
{
	json_t *list = json_array();

	for (int name = first; names[name] != NULL; name++)
		json_array_append_new(list, json_string(names[name]));
	return list;
}

/* No precision: given one, people with degrees Celsius would see whole ones. */
void
ha_climate(const struct ha_house *house, int zone, json_t *component)
{
	bool halves = house->config->home.temp_step == CONFIG_STEP_HALF;

	json_object_set_new(component, "temperature_unit", json_string("F"));
	json_object_set_new(component, "min_temp", json_integer(cz2_field_info(CZ2_HEAT)->set_min));
	json_object_set_new(component, "max_temp", json_integer(cz2_field_info(CZ2_COOL)->set_max));
	json_object_set_new(component, "temp_step", halves ? json_real(0.5) : json_integer(1));
	json_object_set_new(component, "payload_on", json_string("ON"));
	json_object_set_new(component, "payload_off", json_string("OFF"));
	json_object_set_new(component, "modes", names_from(climate_mode_names, CLIMATE_OFF));
	/* "none" is known to every climate, and refused in the list. */
	json_object_set_new(component, "preset_modes",
			    names_from(climate_preset_names, CLIMATE_NONE + 1));
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
		put(house, zone, &attributes[i], component);
	if (zone == 1 && house->humidity)
		put(house, zone, &humidity, component);
	put_fan(house, zone, component);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A list is read part by part; a part is tried as a number, a range, "all", a name.
 */
#include "build.h"

#include "cz2ctl/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cz2ctl/call.h"
#include "cz2ctl/say.h"

enum { PART_MAX = 256, DIGITS_MAX = 6 };

static void
add(struct zones *zones, int number)
{
	if (!zones->has[number])
		zones->count++;
	zones->has[number] = true;
}

/* Moves on behind the digits. */
static bool
read_number(const char **text, int *number)
{
	size_t length = strspn(*text, "0123456789");

	if (length == 0 || length > DIGITS_MAX)
		return false;
	*number = atoi(*text);
	*text += length;
	return true;
}

/* "2" or "1-3". False when it is neither. */
static bool
read_range(const char *part, int *first, int *last)
{
	if (!read_number(&part, first))
		return false;
	*last = *first;
	if (*part == '-') {
		part++;
		if (!read_number(&part, last))
			return false;
	}
	return *part == '\0';
}

static enum zones_result
add_range(struct zones *zones, const char *part, int first, int last, char why[ZONES_WHY_MAX])
{
	if (first > last || last > ZONES_NUMBER_MAX) {
		snprintf(why, ZONES_WHY_MAX, "'%s' is no range of zones", part);
		return ZONES_WRONG;
	}
	for (int number = first; number <= last; number++)
		add(zones, number);
	return ZONES_OK;
}

static const json_t *
zones_of(const json_t *status)
{
	return json_object_get(json_object_get(status, "status"), "zones");
}

/* The number of a zone in the status, and its name; false when it has none that will do. */
static bool
read_zone(const json_t *zone, int *number, const char **name)
{
	const json_t *id = json_object_get(zone, "zone_id");

	*name = json_string_value(json_object_get(zone, "name"));
	if (!json_is_integer(id) || json_integer_value(id) < 0 ||
	    json_integer_value(id) > ZONES_NUMBER_MAX)
		return false;
	*number = (int)json_integer_value(id);
	return true;
}

/* Adds the zones of that name, all of them when it is NULL. Returns how many there are. */
static int
add_named(struct zones *zones, const json_t *status, const char *wanted)
{
	const json_t *list = zones_of(status);
	const json_t *zone;
	size_t index;
	int found = 0;

	json_array_foreach(list, index, zone)
	{
		const char *name;
		int number;

		if (!read_zone(zone, &number, &name))
			continue;
		if (wanted != NULL && (name == NULL || strcasecmp(name, wanted) != 0))
			continue;
		add(zones, number);
		found++;
	}
	return found;
}

/* "no zone is called 'Bed': there are Hall, Bedrooms", as far as there is room. */
static void
say_names(const json_t *status, const char *part, char why[ZONES_WHY_MAX])
{
	const json_t *list = zones_of(status);
	int used = snprintf(why, ZONES_WHY_MAX, "no zone is called '%s'", part);
	const char *between = ": there are ";
	const json_t *zone;
	size_t index;

	json_array_foreach(list, index, zone)
	{
		const char *name;
		int number;

		if (!read_zone(zone, &number, &name) || name == NULL)
			continue;
		if ((size_t)used + strlen(between) + strlen(name) >= ZONES_WHY_MAX)
			return;
		used += snprintf(why + used, ZONES_WHY_MAX - (size_t)used, "%s%s", between, name);
		between = ", ";
	}
}

static enum zones_result
add_name(struct zones *zones, const char *part, const json_t *status, char why[ZONES_WHY_MAX])
{
	bool all = strcasecmp(part, "all") == 0;
	int found;

	if (!json_is_array(zones_of(status)))
		return ZONES_UNNAMED;
	found = add_named(zones, status, all ? NULL : part);
	if (found == 1 || (all && found > 0))
		return ZONES_OK;
	if (all)
		snprintf(why, ZONES_WHY_MAX, "the daemon has no zones");
	else if (found == 0)
		say_names(status, part, why);
	else
		snprintf(why, ZONES_WHY_MAX, "%d zones are called '%s': use their numbers", found,
			 part);
	return ZONES_WRONG;
}

static enum zones_result
add_part(struct zones *zones, const char *part, const json_t *status, char why[ZONES_WHY_MAX])
{
	int first, last;

	if (part[0] == '\0') {
		snprintf(why, ZONES_WHY_MAX, "a zone is missing in the list");
		return ZONES_WRONG;
	}
	if (read_range(part, &first, &last))
		return add_range(zones, part, first, last, why);
	return add_name(zones, part, status, why);
}

/* The text up to the next comma, without the blanks around it; NULL when it is too long. */
static const char *
next_part(const char **text, char part[PART_MAX])
{
	const char *from = *text + strspn(*text, " ");
	size_t length = strcspn(from, ",");

	*text = from + length;
	while (length > 0 && from[length - 1] == ' ')
		length--;
	if (length >= PART_MAX)
		return NULL;
	memcpy(part, from, length);
	part[length] = '\0';
	return part;
}

enum zones_result
zones_parse(struct zones *zones, const char *text, const json_t *status, char why[ZONES_WHY_MAX])
{
	char part[PART_MAX];

	memset(zones, 0, sizeof *zones);
	/* A name may have a comma in it; "all" is all zones, whatever one of them is called. */
	if (strcasecmp(text, "all") != 0 && add_named(zones, status, text) == 1)
		return ZONES_OK;
	memset(zones, 0, sizeof *zones);
	for (;; text++) {
		enum zones_result result;

		if (next_part(&text, part) == NULL) {
			snprintf(why, ZONES_WHY_MAX, "a name in the list is too long");
			return ZONES_WRONG;
		}
		result = add_part(zones, part, status, why);
		if (result != ZONES_OK || *text == '\0')
			return result;
	}
}

/* The status is asked for only when the zones are not all numbers. */
enum ctl_exit
zones_read(struct ctl *ctl, const char *text, struct zones *zones)
{
	char why[ZONES_WHY_MAX];
	json_t *status = NULL;
	enum zones_result result = zones_parse(zones, text, NULL, why);

	if (result == ZONES_UNNAMED) {
		enum ctl_exit code = call_get(ctl, "/status", 0, &status);

		if (code != CTL_DONE)
			return code;
		result = zones_parse(zones, text, status, why);
		json_decref(status);
	}
	if (result == ZONES_UNNAMED) {
		say_error("the names of the zones are not known: the panel has not answered yet");
		return CTL_NO_PANEL;
	}
	if (result == ZONES_WRONG)
		say_error("%s", why);
	return result == ZONES_OK ? CTL_DONE : CTL_USAGE;
}

int
zones_first(const struct zones *zones)
{
	int number = 0;

	while (number < ZONES_NUMBER_MAX && !zones->has[number])
		number++;
	return number;
}

json_t *
zones_json(const struct zones *zones)
{
	json_t *list = mem_or_end(json_array());

	for (int number = 0; number <= ZONES_NUMBER_MAX; number++)
		if (zones->has[number])
			json_array_append_new(list, json_integer(number));
	return list;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * "detail" is a sentence, or the list of all that is wrong with a body; "applied" is what
 * the panel took all the same.
 */
#include "build.h"

#include "cz2ctl/refusal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2ctl/http_status.h"
#include "cz2ctl/say.h"
#include "cz2ctl/value.h"

enum { ERRORS_MAX = 100, PLACE_MAX = 128 };

/* Adds "zones", or "[1]" for a number. */
static void
add_step(char place[PLACE_MAX], const json_t *step)
{
	size_t used = strlen(place);

	if (json_is_integer(step))
		snprintf(place + used, PLACE_MAX - used, "[%" JSON_INTEGER_FORMAT "]",
			 json_integer_value(step));
	else if (json_is_string(step))
		snprintf(place + used, PLACE_MAX - used, "%s%s", used > 0 ? "." : "",
			 json_string_value(step));
}

/* ["body", "zones", 1] is "zones[1]"; ["body"], the whole, needs no place. */
static void
describe_place(const json_t *loc, char place[PLACE_MAX])
{
	place[0] = '\0';
	for (size_t i = 1; i < json_array_size(loc); i++)
		add_step(place, json_array_get(loc, i));
}

static void
tell_error(const json_t *error)
{
	static const char rule[] = "Value error, "; /* for programs */
	const char *message = json_string_value(json_object_get(error, "msg"));
	char place[PLACE_MAX];

	if (message != NULL && strncmp(message, rule, sizeof rule - 1) == 0)
		message += sizeof rule - 1;
	describe_place(json_object_get(error, "loc"), place);
	say_error("%s%s%s", place, place[0] != '\0' ? ": " : "",
		  message != NULL ? message : "no reason is given");
}

/* After a write whose fate is unknown it may have been so before. */
static void
tell_applied(const json_t *applied, bool unknown)
{
	char *text;

	if (!json_is_object(applied))
		return;
	if (json_object_size(applied) == 0) {
		if (!unknown)
			say_error("the panel took nothing of it");
		return;
	}
	text = value_json(applied);
	say_error("the panel %s this of it: %s", unknown ? "shows" : "took", text);
	free(text);
}

static bool
tell_detail(const json_t *detail)
{
	if (json_is_string(detail)) {
		say_error("%s", json_string_value(detail));
		return true;
	}
	for (size_t i = 0; i < json_array_size(detail) && i < ERRORS_MAX; i++)
		tell_error(json_array_get(detail, i));
	return json_array_size(detail) > 0;
}

enum ctl_exit
refusal_tell(long status, const json_t *answer)
{
	if (!tell_detail(json_object_get(answer, "detail")))
		say_error("the daemon answered with HTTP status %ld and no reason", status);
	if (status == STATUS_NO_TOKEN)
		say_error("a token is given by --token-file or CZ2_TOKEN");
	tell_applied(json_object_get(answer, "applied"), status == STATUS_SILENT);
	return status == STATUS_SILENT ? CTL_NO_PANEL : CTL_REFUSED;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one place that says what an unknown value looks like.
 */
#include "build.h"

#include "cz2ctl/value.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cz2ctl/text.h"

static void
unknown(char out[VALUE_MAX])
{
	strcpy(out, "-");
}

void
value_word(const json_t *object, const char *member, char out[VALUE_MAX])
{
	const char *word = json_string_value(json_object_get(object, member));

	if (word == NULL || word[0] == '\0')
		unknown(out);
	else
		text_escape(word, out, VALUE_MAX);
}

char *
value_json(const json_t *object)
{
	return mem_or_end(json_dumps(object, JSON_COMPACT));
}

void
value_number(const json_t *object, const char *member, const char *unit, char out[VALUE_MAX])
{
	const json_t *value = json_object_get(object, member);

	if (!json_is_number(value))
		unknown(out);
	else
		snprintf(out, VALUE_MAX, "%g%s", json_number_value(value), unit);
}

void
value_age(const json_t *object, const char *member, char out[VALUE_MAX])
{
	static const struct {
		double seconds;
		const char *name;
	} units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	const json_t *value = json_object_get(object, member);
	double seconds = json_number_value(value);
	size_t unit = 0;

	if (!json_is_number(value) || seconds < 0) {
		unknown(out);
		return;
	}
	/* Two of the larger unit before it is taken: "90 min" says more than "1 h". */
	while (units[unit].seconds > 1 && seconds < 2 * units[unit].seconds)
		unit++;
	snprintf(out, VALUE_MAX, "%.0f %s", seconds / units[unit].seconds, units[unit].name);
}

bool
value_is_true(const json_t *object, const char *member)
{
	return json_is_true(json_object_get(object, member));
}

bool
value_is_false(const json_t *object, const char *member)
{
	return json_is_false(json_object_get(object, member));
}

bool
value_is_word(const json_t *object, const char *member, const char *word)
{
	const char *value = json_string_value(json_object_get(object, member));

	return value != NULL && strcmp(value, word) == 0;
}

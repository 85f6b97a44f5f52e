/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one place that turns an unknown value into null, whatever document it is for.
 */
#include "build.h"

#include "cz2d/json/json_value.h"

#include <cz2/field.h>

enum { DAMPER_OPEN = 15 }; /* raw value of a fully open damper */

json_t *
json_value_integer(int value)
{
	return value == CZ2_UNKNOWN ? json_null() : json_integer(value);
}

json_t *
json_value_boolean(int value)
{
	return value == CZ2_UNKNOWN ? json_null() : json_boolean(value);
}

json_t *
json_value_word(const char *const *names, int value)
{
	return value < 0 ? json_null() : json_string(names[value]);
}

int
json_damper_percent(int raw)
{
	return raw == CZ2_UNKNOWN ? raw : (raw * 100 + DAMPER_OPEN / 2) / DAMPER_OPEN;
}

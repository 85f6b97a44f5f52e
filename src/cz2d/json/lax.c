/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The spellings of integers and booleans that pydantic 2 takes in its lax mode,
 * which older scripts rely on. Ranges and names are the business of the caller.
 */
#include "build.h"

#include "cz2d/json/lax.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *type;
	const char *message;
} outcomes[LAX_COUNT] = {
	[LAX_OK] = {"ok", ""},
	[LAX_INT_PARSING] = {"int_parsing",
			     "Input should be a valid integer, unable to parse string as an "
			     "integer"},
	[LAX_INT_TYPE] = {"int_type", "Input should be a valid integer"},
	[LAX_INT_FROM_FLOAT] = {"int_from_float", "Input should be a valid integer, got a number "
						  "with a fractional part"},
	[LAX_BOOL_PARSING] = {"bool_parsing",
			      "Input should be a valid boolean, unable to interpret input"},
	[LAX_BOOL_TYPE] = {"bool_type", "Input should be a valid boolean"},
};

const char *
lax_type(enum lax outcome)
{
	return outcomes[outcome].type;
}

const char *
lax_message(enum lax outcome)
{
	return outcomes[outcome].message;
}

/* What is left to read. */
struct rest {
	const char *at;
	const char *end;
};

static bool
is_digit(const struct rest *rest)
{
	return rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9';
}

static bool
skip(struct rest *rest, char wanted)
{
	if (rest->at == rest->end || *rest->at != wanted)
		return false;
	rest->at++;
	return true;
}

static bool
is_space(char c)
{
	return c != '\0' && strchr(" \t\n\v\f\r", c) != NULL;
}

static struct rest
trimmed(const char *text, size_t length)
{
	struct rest rest = {text, text + length};

	while (rest.at < rest.end && is_space(*rest.at))
		rest.at++;
	while (rest.at < rest.end && is_space(rest.end[-1]))
		rest.end--;
	return rest;
}

/* Digits, with single underscores between them as in Python; negative counts downwards. */
static bool
read_digits(struct rest *rest, bool negative, int64_t *result)
{
	int64_t value = 0;

	if (!is_digit(rest))
		return false;
	while (is_digit(rest)) {
		int digit = *rest->at++ - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value)) {
			value = negative ? INT64_MIN : INT64_MAX;
			while (is_digit(rest))
				rest->at++;
		}
		if (skip(rest, '_') && !is_digit(rest))
			return false;
	}
	*result = value;
	return true;
}

/* ".0", ".00", or nothing. */
static bool
skip_zero_fraction(struct rest *rest)
{
	if (!skip(rest, '.'))
		return true;
	if (!skip(rest, '0'))
		return false;
	while (skip(rest, '0'))
		;
	return true;
}

enum lax
lax_integer_text(const char *text, size_t length, int64_t *result)
{
	struct rest rest = trimmed(text, length);
	bool negative = skip(&rest, '-');

	if (!negative)
		skip(&rest, '+');
	if (!read_digits(&rest, negative, result) || !skip_zero_fraction(&rest))
		return LAX_INT_PARSING;
	return rest.at == rest.end ? LAX_OK : LAX_INT_PARSING;
}

static bool
is_whole(double value)
{
	return __builtin_trunc(value) == value;
}

static enum lax
integer_of_real(double value, int64_t *result)
{
	if (!is_whole(value))
		return LAX_INT_FROM_FLOAT;
	if (value >= 0x1p63)
		*result = INT64_MAX;
	else if (value < -0x1p63)
		*result = INT64_MIN;
	else
		*result = (int64_t)value;
	return LAX_OK;
}

enum lax
lax_integer(const json_t *value, int64_t *result)
{
	switch (json_typeof(value)) {
	case JSON_INTEGER:
		*result = json_integer_value(value);
		return LAX_OK;
	case JSON_REAL:
		return integer_of_real(json_real_value(value), result);
	case JSON_TRUE:
	case JSON_FALSE:
		*result = json_is_true(value);
		return LAX_OK;
	case JSON_STRING:
		return lax_integer_text(json_string_value(value), json_string_length(value),
					result);
	default:
		return LAX_INT_TYPE;
	}
}

static bool
is_one_of(const char *text, size_t length, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == length && strncasecmp(*words, text, length) == 0)
			return true;
	return false;
}

enum lax
lax_boolean_text(const char *text, size_t length, bool *result)
{
	static const char *const yes[] = {"1", "true", "on", "t", "y", "yes", NULL};
	static const char *const no[] = {"0", "false", "off", "f", "n", "no", NULL};

	*result = is_one_of(text, length, yes);
	return *result || is_one_of(text, length, no) ? LAX_OK : LAX_BOOL_PARSING;
}

enum lax
lax_boolean(const json_t *value, bool *result)
{
	double number = json_number_value(value);

	switch (json_typeof(value)) {
	case JSON_TRUE:
	case JSON_FALSE:
		*result = json_is_true(value);
		return LAX_OK;
	case JSON_STRING:
		return lax_boolean_text(json_string_value(value), json_string_length(value),
					result);
	case JSON_INTEGER:
	case JSON_REAL:
		if (!is_whole(number))
			return LAX_BOOL_TYPE;
		*result = number == 1;
		return number == 0 || number == 1 ? LAX_OK : LAX_BOOL_PARSING;
	default:
		return LAX_BOOL_TYPE;
	}
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One or two digits for the hour, two for all else; am and pm as on the panel, where the
 * hour after midnight is 12am. Whether it is a quarter of an hour is the business of the caller.
 */
#include "build.h"

#include "cz2d/json/lax_time.h"

#include <strings.h>

enum { MINUTE_S = 60, HOUR_S = 60 * MINUTE_S, HOURS = 24, HALF_DAY = 12 };

/* What is left to read. */
struct rest {
	const char *at, *end;
};

static bool
is_digit(const struct rest *rest)
{
	return rest->at < rest->end && *rest->at >= '0' && *rest->at <= '9';
}

/* A number of least to two digits. */
static bool
read_digits(struct rest *rest, int least, int *value)
{
	int count = 0;

	for (*value = 0; count < 2 && is_digit(rest); count++)
		*value = *value * 10 + (*rest->at++ - '0');
	return count >= least;
}

/* ":30", if there is any; limit is what it may not reach. */
static bool
read_part(struct rest *rest, int limit, int *value)
{
	*value = 0;
	if (rest->at == rest->end || *rest->at != ':')
		return true;
	rest->at++;
	return read_digits(rest, 2, value) && *value < limit;
}

/* What is left says am, pm, or nothing; hour is made one of 24. */
static bool
read_half(const struct rest *rest, int *hour)
{
	size_t left = (size_t)(rest->end - rest->at);
	bool morning = left == 2 && strncasecmp(rest->at, "am", left) == 0;

	if (left == 0)
		return *hour < HOURS;
	if ((!morning && (left != 2 || strncasecmp(rest->at, "pm", left) != 0)) || *hour < 1 ||
	    *hour > HALF_DAY)
		return false;
	*hour = *hour % HALF_DAY + (morning ? 0 : HALF_DAY);
	return true;
}

bool
lax_time(const char *text, size_t length, int *second)
{
	struct rest rest = {text, text + length};
	int hour, minute, seconds;
	const char *colon;

	if (!read_digits(&rest, 1, &hour))
		return false;
	colon = rest.at;
	if (!read_part(&rest, 60, &minute) || rest.at == colon || !read_part(&rest, 60, &seconds))
		return false;
	if (rest.at < rest.end && *rest.at == ' ')
		rest.at++;
	if (!read_half(&rest, &hour))
		return false;
	*second = hour * HOUR_S + minute * MINUTE_S + seconds;
	return true;
}

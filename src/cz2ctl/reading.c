/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One client waits for the answer, and a second one asks which rows have been read since.
 */
#include "build.h"

#include "cz2ctl/reading.h"

#include "base/clock.h"
#include "base/mem.h"
#include "cz2ctl/say.h"

enum { SCHEDULE_TABLE = 10, PAUSE_MS = 250 };

struct reading {
	struct ctl ctl; /* of the second client */
	int64_t began, asked;
	int of;
};

/* The rows of the program that are younger than our request. */
static int
count_fresh(const json_t *rows, double seconds)
{
	const json_t *row;
	size_t index;
	int fresh = 0;

	json_array_foreach(rows, index, row)
	{
		const json_t *age = json_object_get(row, "age_seconds");

		if (json_integer_value(json_object_get(row, "table")) == SCHEDULE_TABLE &&
		    json_is_number(age) && json_number_value(age) < seconds)
			fresh++;
	}
	return fresh;
}

static void
look(void *context)
{
	struct reading *reading = context;
	int64_t now = clock_now();
	json_t *answer;
	int done;

	if (now - reading->asked < PAUSE_MS)
		return;
	reading->asked = now;
	answer = call_try(&reading->ctl, "/api/v1/rows");
	done = count_fresh(json_object_get(answer, "rows"), (double)(now - reading->began) / 1000);
	json_decref(answer);
	say_bar("Reading schedules", done < reading->of ? done : reading->of, reading->of);
}

static int
rows_of(struct ctl *ctl)
{
	json_t *answer = call_try(ctl, "/schedules");
	const json_t *of = json_object_get(json_object_get(answer, "progress"), "of");
	int count = (int)json_integer_value(of);

	json_decref(answer);
	return count;
}

enum ctl_exit
reading_program(struct ctl *ctl, json_t **answer)
{
	struct reading reading = {.ctl = *ctl, .began = clock_now()};
	enum ctl_exit code;

	*answer = NULL;
	reading.ctl.client = client_twin(ctl->client);
	if (reading.ctl.client == NULL)
		return CTL_UNREACHED;
	reading.of = rows_of(&reading.ctl);
	client_meanwhile(ctl->client, reading.of > 0 ? look : NULL, &reading);
	code = call_get(ctl, "/schedules?force=true", 0, answer);
	client_meanwhile(ctl->client, NULL, NULL);
	say_bar_end();
	client_free(reading.ctl.client);
	return code;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Moments of the week, and what two clocks make of the same one.
 */
#include "build.h"

#include "cz2d/json/json_clock.h"

#include <cz2/clock.h>

#include "base/host_clock.h"
#include "cz2d/config/config.h"
#include "cz2d/json/json_schedule.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_clock.h"

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
	HALF_DAY = 12,
};

static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

const char *const json_clock_syncs[] = {
	[CONFIG_CLOCK_OFF] = "off", [CONFIG_CLOCK_WARN] = "warn",
	[CONFIG_CLOCK_AUTO] = "auto", NULL,
};

static json_t *
time_of_day(int second)
{
	return json_sprintf("%02d:%02d:%02d", second % DAY_S / HOUR_S,
			    second % HOUR_S / MINUTE_S, second % MINUTE_S);
}

json_t *
json_week_second(int second)
{
	json_t *time = time_of_day(second);
	json_t *moment = json_sprintf("%s %s", days[second / DAY_S % CZ2_DAYS],
				      json_string_value(time));

	json_decref(time);
	return moment;
}

json_t *
json_week_minute(int minute)
{
	int hour;

	if (minute == CZ2_UNKNOWN)
		return json_null();
	hour = minute % CZ2_DAY_MINUTES / 60;
	return json_sprintf("%s %02d:%02d%s", days[minute / CZ2_DAY_MINUTES % CZ2_DAYS],
			    hour % HALF_DAY == 0 ? HALF_DAY : hour % HALF_DAY, minute % 60,
			    hour < HALF_DAY ? "am" : "pm");
}

static int
host_second(const struct json_view *view)
{
	return (int)(host_clock_week_ms(view->wall_us) / 1000);
}

int
json_clock_ahead(const struct json_view *view, int second)
{
	return cz2_clock_ahead(second, host_second(view));
}

static json_t *
host_document(const struct json_view *view)
{
	int second = host_second(view);

	return json_pack("{s:s, s:o, s:b}", "day", json_day_names[second / DAY_S], "time",
			 time_of_day(second), "synchronized", host_clock_is_synchronized());
}

json_t *
json_clock(const struct json_view *view, int sync)
{
	int64_t read = model_image(view->model, CZ2_ROW_1_18)->time;
	int second;

	if (!panel_clock(view->model, view->now, &second))
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:i, s:o, s:s, s:I}", "day",
			 json_day_names[second / DAY_S], "time", time_of_day(second),
			 "system_time", json_week_minute(second / MINUTE_S), "offset_seconds",
			 json_clock_ahead(view, second), "host", host_document(view), "sync",
			 json_clock_syncs[sync], "age_seconds",
			 (json_int_t)((view->now - read) / 1000));
}

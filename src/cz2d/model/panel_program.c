/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* See panel_program.h. */
#include "build.h"

#include "cz2d/model/panel_program.h"

#include "base/clock.h"
#include "cz2d/model/model.h"
#include "cz2d/model/panel_clock.h"

bool
panel_week(const struct model *model, int zone, struct cz2_day week[CZ2_DAYS], int64_t *oldest)
{
	bool whole = true;

	*oldest = INT64_MAX;
	for (int day = 0; day < CZ2_DAYS; day++) {
		const struct cz2_image *image = model_image(model, cz2_schedule_row(zone, day));

		if (cz2_day_read(image->bytes, image->length, &week[day]))
			*oldest = clock_earlier(*oldest, image->time);
		else
			whole = false;
	}
	return whole;
}

int
panel_period(const struct model *model, int zone, int64_t now)
{
	struct cz2_day week[CZ2_DAYS];
	int64_t oldest;
	int second, period;

	if (!panel_clock(model, now, &second) || !panel_week(model, zone, week, &oldest))
		return -1;
	period = cz2_schedule_period(week, second / 60);
	return period < 0 ? -1 : period % CZ2_PERIODS;
}

void
panel_program_progress(const struct model *model, int zones, int *known, int *of)
{
	*known = 0;
	*of = zones * CZ2_DAYS;
	for (int row = 0; row < *of; row++)
		*known += model_image(model, (enum cz2_row)(CZ2_ROW_SCHEDULE + row))->length != 0;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* See panel_clock.h. */
#include "build.h"

#include "cz2d/model/panel_clock.h"

#include <cz2/clock.h>

#include "cz2d/model/model.h"

bool
panel_clock(const struct model *model, int64_t now, int *second)
{
	const struct cz2_image *image = model_image(model, CZ2_ROW_1_18);
	int read = cz2_clock_read(image->bytes, image->length);

	if (read == CZ2_CLOCK_NONE)
		return false;
	*second = cz2_clock_at(image->time - read * INT64_C(1000), now);
	return true;
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Which of the devices that a broker has announcements of are ours. What is not is left alone.
 */
#ifndef CZ2D_HA_FOUND_H
#define CZ2D_HA_FOUND_H

#include <stdbool.h>
#include <stddef.h>

struct config;

/* What somebody has announced. */
struct ha_found {
	int number;    /* 0: the panel, 1 to CZ2_ZONES_MAX: a zone, used or not */
	bool humidity; /* it has the sensor */
};

/*
 * Looks at the document that is retained for a device of this id. False unless both its id
 * and its origin are ours: of this panel, and made by cz2d.
 */
bool
ha_find(const struct config *config, const char *id, size_t id_length, const char *document,
	size_t length, struct ha_found *found);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How the line to the panel is, in JSON: what REST says in a device's health and MQTT in its
 * diagnostics.
 */
#ifndef CZ2D_JSON_LINK_H
#define CZ2D_JSON_LINK_H

#include "cz2d/json/json.h"

struct bus;
struct link;

/* Counters since the start, and how good the line is of late. */
json_t *
json_link(const struct json_view *view, const struct bus *bus, const struct link *link);

/*
 * The same, behind the moments (monotonic ms) at which the daemon started and the panel
 * answered last; null: it never has.
 */
json_t *
json_diagnostics(const struct json_view *view, const struct bus *bus, const struct link *link,
		 int64_t started);

#endif

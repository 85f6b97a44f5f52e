/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What people can ask of the door: whether there is a broker, what it retains of us, and how
 * much was said.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_internal.h"

#include <string.h>

#include <cz2/row.h>

#include "cz2d/mqtt/mqtt_connection.h"
#include "cz2d/mqtt/mqtt_retained.h"

static void
append(json_t *list, const char *topic, size_t bytes)
{
	if (bytes > 0)
		json_array_append_new(list, json_pack("{s:s, s:I}", "topic", topic, "bytes",
						      (json_int_t)bytes));
}

/* Documents of devices may be there from an earlier life: only discovery knows of all. */
static json_t *
topics_of(const struct mqtt_view *view)
{
	json_t *list = json_array();
	const char *topic;
	enum mqtt_rank rank;
	size_t bytes;

	for (size_t n = 0; mqtt_retained_at(view->retained, n, &topic, &rank, &bytes); n++)
		if (rank != MQTT_RANK_DISCOVERY)
			append(list, topic, bytes);
	for (int number = 0; number <= CZ2_ZONES_MAX; number++) {
		char device[MQTT_TOPIC_MAX];
		const char *text = mqtt_discovery_told(view->discovery, number, device);

		append(list, device, text != NULL ? strlen(text) : 0);
	}
	return list;
}

static json_t *
counts_of(const struct mqtt_counts *counts, const struct mqtt_discovery_counts *told)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "published",
			 (json_int_t)counts->published, "acknowledged",
			 (json_int_t)counts->acknowledged, "received",
			 (json_int_t)counts->received, "dropped", (json_int_t)counts->dropped,
			 "announced", (json_int_t)told->announced, "taken_back",
			 (json_int_t)told->taken_back, "births", (json_int_t)told->births);
}

json_t *
mqtt_view_document(const struct mqtt_view *view)
{
	struct mqtt_discovery_counts told = {0};

	if (view->connection == NULL)
		return json_pack("{s:b, s:b, s:n, s:n, s:s, s:[], s:o}", "enabled", 0, "connected", 0,
				 "broker", "version", "discovery", "off", "topics", "counts",
				 counts_of(&view->counts, &told));
	told = mqtt_discovery_counts(view->discovery);
	return json_pack("{s:b, s:b, s:s, s:s?, s:s, s:o, s:o}", "enabled", 1, "connected",
			 mqtt_connection_is_up(view->connection), "broker",
			 mqtt_connection_broker(view->connection), "version",
			 mqtt_connection_version(view->connection), "discovery",
			 mqtt_discovery_phase(view->discovery), "topics", topics_of(view), "counts",
			 counts_of(&view->counts, &told));
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Copies, ends and names of records.
 */
#include "build.h"

#include "cz2d/ledger/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/row.h>

#include "base/mem.h"

const char *const record_status_names[] = {
	[RECORD_PENDING] = "pending", [RECORD_SENT] = "sent",
	[RECORD_DELIVERED] = "delivered", [RECORD_FAILED] = "failed",
	[RECORD_EXPIRED] = "expired", [RECORD_STATUS_COUNT] = NULL,
};

const char *const record_source_names[] = {
	[RECORD_REST] = "rest", [RECORD_MQTT] = "mqtt", [RECORD_CTL] = "ctl",
	[RECORD_GUARD] = "guard", [RECORD_SCHEDULE] = "schedule", [RECORD_PANEL] = "panel",
	[RECORD_SOURCE_COUNT] = NULL,
};

void
record_copy(struct record *to, const struct record *from)
{
	*to = *from;
	to->params = mem_text(from->params);
	to->wish = mem_text(from->wish);
	to->metadata = mem_text(from->metadata);
	to->result = mem_text(from->result);
	to->answer = mem_text(from->answer);
}

void
record_fini(struct record *record)
{
	free(record->params);
	free(record->wish);
	free(record->metadata);
	free(record->result);
	free(record->answer);
	record->params = record->wish = record->metadata = NULL;
	record->result = record->answer = NULL;
}

bool
record_is_final(const struct record *record)
{
	return record->status >= RECORD_DELIVERED;
}

bool
record_is_of(const struct record *record, const char *panel_id, const char *command, int zone)
{
	char device[RECORD_WORD_SIZE];

	record_device_name(panel_id, zone, device);
	return strcmp(record->command, command) == 0 && strcmp(record->device, device) == 0;
}

int
record_zone(const struct record *record, const char *panel_id)
{
	char device[RECORD_WORD_SIZE];

	for (int zone = CZ2_ZONES_MAX; zone > 0; zone--) {
		record_device_name(panel_id, zone, device);
		if (strcmp(record->device, device) == 0)
			return zone;
	}
	return 0;
}

void
record_device_name(const char *panel_id, int zone, char out[RECORD_WORD_SIZE])
{
	if (zone == 0)
		snprintf(out, RECORD_WORD_SIZE, "%s", panel_id);
	else
		snprintf(out, RECORD_WORD_SIZE, "%s-zone-%d", panel_id, zone);
}

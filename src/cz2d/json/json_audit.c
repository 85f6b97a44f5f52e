/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the audit tells: who wants what, and what changed although nobody wanted it. Its
 * members have been read by people's scripts for years: more may come, none is renamed.
 */
#include "build.h"

#include "cz2d/json/json.h"

#include <stdio.h>

#include "base/clock.h"
#include "cz2d/ledger/record.h"
#include "cz2d/ledger/unexpected.h"

enum { VALUE_MAX = 16 };

static json_t *
zone_json(int zone)
{
	return zone != 0 ? json_integer(zone) : json_null();
}

json_t *
json_audit_command(const struct record *record, const char *panel_id)
{
	int zone = record_zone(record, panel_id);
	json_t *args = record->params != NULL ? json_loads(record->params, 0, NULL) : NULL;

	return json_pack("{s:s, s:o, s:s, s:s, s:o, s:s, s:s, s:o, s:s}", "event", "command", "timestamp",
			 json_time(record->requested_us), "caller", record->user, "command",
			 record->command, "args", args != NULL ? args : json_object(), "command_id",
			 record->id, "device_id", record->device, "zone", zone_json(zone),
			 "source", record_source_names[record->source]);
}

/* As the scripts know it: "True", "Heat", "68". */
static const char *
value_text(enum cz2_field field, int value, char text[VALUE_MAX])
{
	const struct cz2_field_info *info = cz2_field_info(field);

	if (info->words != NULL)
		return info->words[value];
	if (cz2_field_is_flag(info))
		return value ? "True" : "False";
	snprintf(text, VALUE_MAX, "%d", value);
	return text;
}

json_t *
json_audit_change(const struct unexpected_finding *finding)
{
	json_t *changes = json_object();

	for (int i = 0; i < finding->count; i++) {
		const struct unexpected_change *change = &finding->changes[i];
		char old[VALUE_MAX], now[VALUE_MAX];

		json_object_set_new(changes, cz2_field_info(change->field)->name,
				    json_sprintf("%s->%s",
						 value_text(change->field, change->old, old),
						 value_text(change->field, change->now, now)));
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:s, s:b}", "event", "unexpected_change", "timestamp",
			 json_time(clock_wall_us_of(finding->seen)), "zone",
			 zone_json(finding->zone), "changes",
			 changes, "cause", unexpected_cause_names[finding->cause], "scheduled",
			 finding->scheduled);
}

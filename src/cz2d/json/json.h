/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * JSON documents, one shape per thing: what REST and MQTT say alike is made here.
 */
#ifndef CZ2D_JSON_H
#define CZ2D_JSON_H

#include <jansson.h>

#include <cz2/command.h>

#include "cz2d/devices/device.h"

struct devices;
struct outcome;
struct model;
struct record;
struct unexpected_finding;

/* Borrowed for the length of a call: what documents are made from. */
struct json_view {
	const struct devices *devices;
	const struct model *model;
	int64_t now;     /* monotonic ms */
	int64_t wall_us; /* the same moment, microseconds since 1970 */
};

/* As things are now. */
struct json_view
json_view_at(const struct devices *devices, const struct model *model, int64_t now);

/* The status object of REST, or JSON null before the panel has ever answered. */
json_t *
json_status(const struct json_view *view);

/* The member of its zones that is about this one; JSON null also for one that is not used. */
json_t *
json_zone_status(const struct json_view *view, int zone);

/*
 * The flat status of REST's ?flat=1 and MQTT: the members of the status, `time`
 * in Unix seconds, dampers as text. JSON null before the first answer.
 */
json_t *
json_status_flat(const struct json_view *view);

/* source overrides how the newest row was learnt unless it is CZ2_SOURCE_NONE. */
json_t *
json_meta(const struct json_view *view, enum cz2_source source);

/* The JSON Schemas of the three, made from the same tables. */
json_t *
json_status_schema(void);
json_t *
json_zone_schema(void);
json_t *
json_status_flat_schema(void);

/* Base64 of the nine status rows, each with a byte of length before it; 0 when never read. */
json_t *
json_raw(const struct json_view *view);

/* The values that a command names, and of the program and the clock what it does. */
json_t *
json_command_values(const struct cz2_command *command);

/* What of a command is known to be on the panel, in the same shape. */
json_t *
json_applied(const struct outcome *outcome);

/* A value of the panel: its word, true or false, or the number. */
json_t *
json_field_value(enum cz2_field field, int value);

/* Whether two texts say the same: members may stand in another order. NULL is like NULL only. */
bool
json_texts_same(const char *one, const char *other);

/* The inverse, but for the program. False, and command is of no use, when something is not
 * acceptable. */
bool
json_command_read(const json_t *values, struct cz2_command *command);

/* What came of a command. */
json_t *
json_result(const struct outcome *outcome);

/*
 * The same once the panel was looked at: earlier (JSON text, or NULL) is the result as it
 * was known then, of outcome count error, applied, and what the rows hold after it.
 */
json_t *
json_result_settled(const char *earlier, const struct outcome *outcome);

/* What changed on the panel without a command: the params of its record. */
json_t *
json_finding(const struct unexpected_finding *finding);

/* That somebody gave a command; and that something changed without one: the audit. */
json_t *
json_audit_command(const struct record *record, const char *panel_id);

json_t *
json_audit_change(const struct unexpected_finding *finding);

/* A device (of devices.h, by its number), with the status that it has now. */
json_t *
json_device(const struct json_view *view, int number, enum device_status status);

/* The rows that values of the device lie in, each with how and when it was learnt. */
json_t *
json_device_rows(const struct json_view *view, int number);

/* The installer's settings of the device, as the rows have them; null: not known. */
json_t *
json_device_settings(const struct json_view *view, int number);

/* When the device was last heard of; JSON null: never. */
json_t *
json_device_seen(const struct json_view *view, int number);

/* A command of the ledger. */
json_t *
json_record(const struct record *record);

/* Sentences; NULL when there are none. */
json_t *
json_warnings(const struct cz2_warnings *warnings);

/*
 * The sentence for a failed command. CZ2_EGAP and CZ2_ERANGE give the rule as a clause, to
 * be put behind "Value error, ".
 */
json_t *
json_problem(const struct outcome *outcome);

/* The wall time, microseconds since 1970, of a moment of the monotonic clock. */
int64_t
json_wall_us(const struct json_view *view, int64_t moment);

/* RFC 3339 in UTC with microseconds and +00:00, from microseconds since 1970. */
json_t *
json_time(int64_t wall_us);

#endif

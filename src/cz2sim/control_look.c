/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Control commands that look back: the log of frames, the history of rows, the counters. */
#include "build.h"

#include "cz2sim/control.h"

#include <stdio.h>

static const char *const directions[] = {
	[RECORD_IN] = "in", [RECORD_OUT] = "out", [RECORD_BUS] = "bus"};

static bool
since_of(struct control_call *call, uint64_t *since)
{
	json_int_t number = 0;

	if (!control_unpack(call, "{s?I}", "since", &number))
		return false;
	*since = number > 0 ? (uint64_t)number : 0;
	return true;
}

static json_t *
frame_to_json(const struct record_frame *frame)
{
	json_t *json = json_pack("{s:I, s:o, s:s, s:i, s:i, s:o, s:b, s:b, s:s}", "n",
				 (json_int_t)frame->number, "t_ms", control_time(frame->time),
				 "dir", directions[frame->direction], "client", frame->client,
				 "source", frame->size > 2 ? frame->bytes[2] : 0, "hex",
				 control_hex(frame->bytes, frame->size), "ok", frame->ok,
				 "collision", frame->collision, "note", frame->note);

	if (frame->heard != NULL)
		json_object_set_new(json, "heard", control_hex(frame->heard, frame->heard_size));
	return json;
}

json_t *
control_log(struct control_call *call)
{
	const struct record *record = call->sim->record;
	const struct record_frame *frame;
	uint64_t last;
	json_t *list;

	if (!since_of(call, &last))
		return NULL;
	list = json_array();
	while ((frame = record_next_frame(record, last)) != NULL) {
		json_array_append_new(list, frame_to_json(frame));
		last = frame->number;
	}
	return json_pack("{s:o, s:I, s:I}", "log", list, "last", (json_int_t)last, "dropped",
			 (json_int_t)record_dropped_frames(record));
}

static json_t *
change_to_json(const struct record_change *change)
{
	unsigned device, table, row;
	char name[16];
	json_t *json;

	panel_slot_split(change->slot, &device, &table, &row);
	snprintf(name, sizeof name, "%u.%u", table, row);
	json = json_pack("{s:I, s:o, s:i, s:s, s:o, s:s}", "n", (json_int_t)change->number, "t_ms",
			 control_time(change->time), "device", (int)device, "row", name, "new",
			 control_hex(change->new.bytes, change->new.length), "cause",
			 panel_cause_name(change->cause));
	if (change->old.length > 0)
		json_object_set_new(json, "old",
				    control_hex(change->old.bytes, change->old.length));
	return json;
}

json_t *
control_history(struct control_call *call)
{
	const struct record *record = call->sim->record;
	const struct record_change *change;
	uint64_t last;
	json_t *list;

	if (!since_of(call, &last))
		return NULL;
	list = json_array();
	while ((change = record_next_change(record, last)) != NULL) {
		json_array_append_new(list, change_to_json(change));
		last = change->number;
	}
	return json_pack("{s:o, s:I, s:I}", "history", list, "last", (json_int_t)last, "dropped",
			 (json_int_t)record_dropped_changes(record));
}

static json_t *
requests_to_json(const struct record_requests *requests)
{
	return json_pack("{s:I, s:I}", "reads", (json_int_t)requests->reads, "writes",
			 (json_int_t)requests->writes);
}

static json_t *
rows_to_json(const struct record_counters *counters)
{
	json_t *json = json_object();

	for (int slot = 0; slot < PANEL_ROWS; slot++) {
		const struct record_requests *requests = &counters->rows[slot];
		unsigned device, table, row;
		char name[16];

		if (requests->reads + requests->writes == 0)
			continue;
		panel_slot_split(slot, &device, &table, &row);
		snprintf(name, sizeof name, "%u.%u", table, row);
		json_object_set_new(json, name, requests_to_json(requests));
	}
	return json;
}

static json_t *
sources_to_json(const struct record_counters *counters)
{
	json_t *json = json_object();

	for (int source = 0; source < 256; source++) {
		const struct record_requests *requests = &counters->sources[source];
		char name[8];

		if (requests->reads + requests->writes == 0)
			continue;
		snprintf(name, sizeof name, "%d", source);
		json_object_set_new(json, name, requests_to_json(requests));
	}
	return json;
}

static json_t *
faults_to_json(const struct record_counters *counters)
{
	json_t *json = json_object();

	for (int kind = 0; kind < FAULT_KINDS; kind++)
		if (counters->faults[kind] > 0)
			json_object_set_new(json, fault_info((enum fault_kind)kind)->name,
					    json_integer((json_int_t)counters->faults[kind]));
	return json;
}

json_t *
control_counters(struct control_call *call)
{
	const struct record_counters *counters = record_counters(call->sim->record);
	const struct {
		const char *name;
		uint64_t value;
	} plain[] = {
		{"requests", counters->requests},
		{"reads", counters->reads},
		{"writes", counters->writes},
		{"replies", counters->replies},
		{"acks", counters->acks},
		{"errors", counters->errors},
		{"bytes_in", counters->bytes_in},
		{"bytes_out", counters->bytes_out},
		{"crc_errors", counters->crc_errors},
		{"overlaps", counters->overlaps},
		{"noise_bytes", counters->noise_bytes},
		{"bursts", counters->bursts},
		{"foreign_frames", counters->foreign_frames},
	};
	json_t *json;
	int clients = 0;

	if (!control_unpack(call, "{}"))
		return NULL;
	for (int i = 0; i < SIM_CLIENTS; i++)
		clients += call->sim->clients[i].connected;
	json = json_pack("{s:i, s:o, s:o, s:o}", "clients", clients, "faults",
			 faults_to_json(counters), "rows", rows_to_json(counters), "sources",
			 sources_to_json(counters));
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		json_object_set_new(json, plain[i].name, json_integer((json_int_t)plain[i].value));
	return json;
}

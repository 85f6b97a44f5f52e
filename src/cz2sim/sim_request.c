/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * From a request to its reply on the line: what the devices do, and what goes
 * wrong on the way by order or by chance.
 */
#include "build.h"

#include <stdio.h>
#include <string.h>

#include <cz2/error.h>

#include "cz2sim/sim_internal.h"

enum {
	MS = 1000,
	FOREIGN_TURNAROUND = 2 * MS, /* so that the load can reach its percentage */
	AFTER_REQUEST = 500,         /* a twin begins so long after the request */
};

static struct record_counters *
counters(struct sim *sim)
{
	return record_counters(sim->record);
}

static bool
is_request(const struct cz2_frame *frame)
{
	return (frame->function == CZ2_READ || frame->function == CZ2_WRITE) &&
	       (frame->destination == CZ2_ADDRESS_UI || frame->destination == CZ2_ADDRESS_PANEL);
}

/* The row it asks for, when this device has it; else -1. */
static int
slot_asked(const struct cz2_frame *request)
{
	unsigned device, table, row;
	int slot;

	if (request->length < CZ2_ROW_PREFIX || request->payload[0] != 0)
		return -1;
	slot = panel_slot(request->payload[1], request->payload[2]);
	if (slot < 0)
		return -1;
	panel_slot_split(slot, &device, &table, &row);
	return device == request->destination ? slot : -1;
}

static void
answer_read(struct sim *sim, struct passage *passage, int slot)
{
	const struct panel_row *row = &sim->panel.rows[slot];

	if (passage->request->length != CZ2_ROW_PREFIX) {
		sim_reply_code(passage, CZ2_ERROR, 0);
		return;
	}
	if (slot == panel_slot(1, 6) || slot == panel_slot(1, 18))
		thermostat_show_clock(&sim->thermostat, passage->now);
	sim_reply_with(passage, CZ2_REPLY, row->bytes, row->length);
}

static void
answer_write(struct sim *sim, struct passage *passage, int slot)
{
	const struct cz2_frame *request = passage->request;
	struct panel_row row = sim->panel.rows[slot];

	if (request->length != row.length) {
		sim_reply_code(passage, CZ2_ERROR, 0);
		return;
	}
	memcpy(row.bytes, request->payload, row.length);
	if (passage->keep && request->source == CZ2_ADDRESS_UI)
		panel_store(&sim->panel, slot, &row, PANEL_EQUIPMENT, passage->now);
	else if (passage->keep)
		thermostat_write(&sim->thermostat, slot, &row, passage->now);
	sim_reply_code(passage, CZ2_REPLY, 0);
}

static void
answer(struct sim *sim, struct passage *passage)
{
	int slot = slot_asked(passage->request);

	if (slot < 0)
		sim_reply_code(passage, CZ2_ERROR, 0);
	else if (passage->request->function == CZ2_READ)
		answer_read(sim, passage, slot);
	else
		answer_write(sim, passage, slot);
}

void
sim_say_frame(struct sim *sim, const struct cz2_frame *frame, const char *note, int64_t start)
{
	struct line_label label = {.direction = RECORD_BUS};

	snprintf(label.note, sizeof label.note, "%s", note);
	label.meant_size = cz2_frame_encode(frame, label.meant);
	line_say(&sim->line, label.meant, label.meant_size, start, &label);
}

static void
count_request(struct sim *sim, const struct passage *passage)
{
	const struct cz2_frame *request = passage->request;
	bool read = request->function == CZ2_READ;
	int slot = slot_asked(request);
	struct record_requests *source = &counters(sim)->sources[request->source];

	counters(sim)->requests++;
	counters(sim)->reads += read;
	counters(sim)->writes += !read;
	source->reads += read;
	source->writes += !read;
	if (slot < 0)
		return;
	counters(sim)->rows[slot].reads += read;
	counters(sim)->rows[slot].writes += !read;
}

static void
make_plan(struct sim *sim, struct passage *passage)
{
	const struct cz2_frame *request = passage->request;
	struct fault_filter filter = {
		.function = request->function, .source = request->source, .table = -2, .row = -2};

	if (request->length >= CZ2_ROW_PREFIX) {
		filter.table = request->payload[1];
		filter.row = request->payload[2];
	}
	faults_plan(&sim->faults, &filter, &passage->plan);
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		if (!fault_planned(&passage->plan, (enum fault_kind)kind))
			continue;
		counters(sim)->faults[kind]++;
		record_add_note(passage->note, fault_info((enum fault_kind)kind)->name);
	}
}

static void
log_request(struct sim *sim, const struct passage *passage, bool ok, const uint8_t *heard,
	    size_t heard_size)
{
	struct record_frame frame = {
		.time = passage->now, .direction = RECORD_IN, .client = passage->client, .ok = ok};
	struct cz2_frame decoded;
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t size = cz2_frame_encode(passage->request, bytes);

	memcpy(frame.note, passage->note, sizeof frame.note);
	frame.collision = heard != NULL && cz2_frame_decode(heard, heard_size, &decoded) == 0;
	record_frame(sim->record, &frame, bytes, size, heard, heard_size);
}

/*
 * The request's way to the panel. False when it does not arrive as a frame;
 * else arrived is what the panel takes it for.
 */
static bool
arrive(struct sim *sim, struct passage *passage, struct cz2_frame *arrived)
{
	uint8_t bytes[CZ2_FRAME_MAX], meant[CZ2_FRAME_MAX];
	int64_t silence = passage_parameter(passage, FAULT_SILENCE, 0) * (int64_t)MS;
	size_t meant_size = cz2_frame_encode(passage->request, meant);
	size_t size = meant_size;
	bool same, good;

	if (passage_planned(passage, FAULT_SILENCE) && sim->silent_until < passage->now + silence)
		sim->silent_until = passage->now + silence;
	memcpy(bytes, meant, size);
	size = faults_damage(&sim->faults, bytes, size);
	if (passage_planned(passage, FAULT_FLIP_REQUEST) && size > 0)
		fault_flip(&sim->chance, bytes, size);
	if (passage_planned(passage, FAULT_DROP_BYTE_REQUEST) && size > 0)
		size = fault_drop(&sim->chance, bytes, size);
	if (passage_planned(passage, FAULT_LOSE_REQUEST) || sim_silent(sim, passage->now)) {
		if (sim_silent(sim, passage->now))
			record_add_note(passage->note, "silent");
		log_request(sim, passage, false, NULL, 0);
		return false;
	}
	same = size == meant_size && memcmp(bytes, meant, size) == 0;
	good = cz2_frame_decode(bytes, size, arrived) == 0;
	counters(sim)->crc_errors += !good;
	log_request(sim, passage, same, same ? NULL : bytes, size);
	return good;
}

/* Somebody else with the client's address asks the same device right after the request. */
static void
say_twin(struct sim *sim, struct passage *passage)
{
	int address = passage_parameter(passage, FAULT_TWIN, 0);
	uint8_t device = passage->request->destination;
	struct cz2_frame twin = {.destination = device,
				 .function = CZ2_READ,
				 .source = passage->request->source,
				 .length = CZ2_ROW_PREFIX,
				 .payload = {0, device, device == CZ2_ADDRESS_UI ? 6 : 3}};
	size_t size = (size_t)CZ2_ROW_PREFIX + CZ2_FRAME_OVERHEAD;

	if (address != FAULT_UNSET)
		twin.source = (uint8_t)address;
	sim_say_frame(sim, &twin, "twin", passage->now + AFTER_REQUEST);
	passage->delay += AFTER_REQUEST + line_time(&sim->line, size);
}

/* What happens besides the answer, before it is given. */
static void
events_around(struct sim *sim, struct passage *passage)
{
	if (passage_planned(passage, FAULT_TWIN))
		say_twin(sim, passage);
	if (passage_planned(passage, FAULT_LATE_REPLY))
		passage->delay += passage_parameter(passage, FAULT_LATE_REPLY, 0) * (int64_t)MS;
	if (passage_planned(passage, FAULT_HANG_UP) && sim->host.hang_up != NULL)
		sim->host.hang_up(sim->host.context, passage->client);
}

static void
carry_out(struct sim *sim, struct passage *passage)
{
	bool edit = passage_planned(passage, FAULT_WALL_EDIT);

	passage->delay = sim->config.turnaround_us;
	passage->keep = !passage_planned(passage, FAULT_ERROR_REPLY) &&
			!passage_planned(passage, FAULT_NACK) &&
			!passage_planned(passage, FAULT_NOT_KEPT);
	if (edit && !passage->plan.after)
		thermostat_wall(&sim->thermostat, &passage->plan.edit, passage->now);
	answer(sim, passage);
	if (edit && passage->plan.after)
		thermostat_wall(&sim->thermostat, &passage->plan.edit, passage->now);
	sim_spoil_reply(sim, passage);
	events_around(sim, passage);
	sim_send_reply(sim, passage);
}

void
sim_request(struct sim *sim, int client, const struct cz2_frame *frame, bool whole, int64_t now)
{
	struct passage passage = {.client = client, .request = frame, .now = now};
	struct cz2_frame arrived;

	if (!whole) {
		counters(sim)->overlaps++;
		record_add_note(passage.note, "overlap");
		log_request(sim, &passage, false, NULL, 0);
		return;
	}
	if (!is_request(frame)) {
		log_request(sim, &passage, true, NULL, 0);
		return;
	}
	count_request(sim, &passage);
	make_plan(sim, &passage);
	if (!arrive(sim, &passage, &arrived) || !is_request(&arrived))
		return;
	passage.request = &arrived;
	carry_out(sim, &passage);
}

void
sim_bus_request(struct sim *sim, const struct cz2_frame *frame, int64_t now)
{
	struct passage passage = {.request = frame, .now = now, .delay = sim->config.turnaround_us};

	if (!is_request(frame) || frame->source == frame->destination || sim_silent(sim, now))
		return;
	if (frame->source == sim->load.address && passage.delay > FOREIGN_TURNAROUND)
		passage.delay = FOREIGN_TURNAROUND;
	passage.keep = true;
	answer(sim, &passage);
	sim_send_reply(sim, &passage);
}

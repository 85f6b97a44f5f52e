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

/* One request on its way through the panel. */
struct passage {
	int client; /* 0: not from a client */
	const struct cz2_frame *request;
	struct fault_plan plan;
	struct cz2_frame reply;
	bool keep; /* the request takes effect */
	int64_t now;
	int64_t delay; /* of the reply, on top of the turnaround */
	char note[RECORD_NOTE_SIZE];
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
reply_with(struct passage *passage, uint8_t function, const uint8_t *payload, uint8_t length)
{
	passage->reply.destination = passage->request->source;
	passage->reply.source = passage->request->destination;
	passage->reply.function = function;
	passage->reply.length = length;
	memcpy(passage->reply.payload, payload, length);
}

static void
reply_code(struct passage *passage, uint8_t function, uint8_t code)
{
	reply_with(passage, function, &code, 1);
}

static void
answer_read(struct sim *sim, struct passage *passage, int slot)
{
	const struct panel_row *row = &sim->panel.rows[slot];

	if (passage->request->length != CZ2_ROW_PREFIX) {
		reply_code(passage, CZ2_ERROR, 0);
		return;
	}
	if (slot == panel_slot(1, 6) || slot == panel_slot(1, 18))
		thermostat_show_clock(&sim->thermostat, passage->now);
	reply_with(passage, CZ2_REPLY, row->bytes, row->length);
}

static void
answer_write(struct sim *sim, struct passage *passage, int slot)
{
	const struct cz2_frame *request = passage->request;
	struct panel_row row = sim->panel.rows[slot];

	if (request->length != row.length) {
		reply_code(passage, CZ2_ERROR, 0);
		return;
	}
	memcpy(row.bytes, request->payload, row.length);
	if (passage->keep && request->source == CZ2_ADDRESS_UI)
		panel_store(&sim->panel, slot, &row, PANEL_EQUIPMENT, passage->now);
	else if (passage->keep)
		thermostat_write(&sim->thermostat, slot, &row, passage->now);
	reply_code(passage, CZ2_REPLY, 0);
}

static void
answer(struct sim *sim, struct passage *passage)
{
	int slot = slot_asked(passage->request);

	if (slot < 0)
		reply_code(passage, CZ2_ERROR, 0);
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

/* Names in the note of what happens on the way to the panel, or on the way back. */
static void
add_note(char note[RECORD_NOTE_SIZE], const char *name)
{
	size_t used = strlen(note);

	snprintf(note + used, RECORD_NOTE_SIZE - used, "%s%s", used > 0 ? "+" : "", name);
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
	struct fault_filter filter = {.function = request->function, .source = request->source,
				      .table = -2, .row = -2};

	if (request->length >= CZ2_ROW_PREFIX) {
		filter.table = request->payload[1];
		filter.row = request->payload[2];
	}
	faults_plan(&sim->faults, &filter, &passage->plan);
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		if (!fault_planned(&passage->plan, (enum fault_kind)kind))
			continue;
		counters(sim)->faults[kind]++;
		add_note(passage->note, fault_info((enum fault_kind)kind)->name);
	}
}

static bool
planned(const struct passage *passage, enum fault_kind kind)
{
	return fault_planned(&passage->plan, kind);
}

static int
parameter(const struct passage *passage, enum fault_kind kind, int index)
{
	return passage->plan.parameters[kind][index];
}

static void
log_request(struct sim *sim, const struct passage *passage, bool ok, const uint8_t *heard,
	    size_t heard_size)
{
	struct record_frame frame = {.time = passage->now, .direction = RECORD_IN,
				     .client = passage->client, .ok = ok};
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
	int64_t silence = parameter(passage, FAULT_SILENCE, 0) * (int64_t)MS;
	size_t meant_size = cz2_frame_encode(passage->request, meant);
	size_t size = meant_size;
	bool same, good;

	if (planned(passage, FAULT_SILENCE) && sim->silent_until < passage->now + silence)
		sim->silent_until = passage->now + silence;
	memcpy(bytes, meant, size);
	size = faults_damage(&sim->faults, bytes, size);
	if (planned(passage, FAULT_FLIP_REQUEST) && size > 0)
		fault_flip(&sim->chance, bytes, size);
	if (planned(passage, FAULT_DROP_BYTE_REQUEST) && size > 0)
		size = fault_drop(&sim->chance, bytes, size);
	if (planned(passage, FAULT_LOSE_REQUEST) || sim_silent(sim, passage->now)) {
		if (sim_silent(sim, passage->now))
			add_note(passage->note, "silent");
		log_request(sim, passage, false, NULL, 0);
		return false;
	}
	same = size == meant_size && memcmp(bytes, meant, size) == 0;
	good = cz2_frame_decode(bytes, size, arrived) == 0;
	counters(sim)->crc_errors += !good;
	log_request(sim, passage, same, same ? NULL : bytes, size);
	return good;
}

/* Faults that change what the panel does or says, before it goes on the line. */
static void
spoil_answer(struct sim *sim, struct passage *passage)
{
	struct cz2_frame *reply = &passage->reply;
	bool write = passage->request->function == CZ2_WRITE;

	if (planned(passage, FAULT_ERROR_REPLY))
		reply_code(passage, CZ2_ERROR, 0);
	if (planned(passage, FAULT_NACK) && write)
		reply_code(passage, CZ2_REPLY, (uint8_t)parameter(passage, FAULT_NACK, 0));
	if (planned(passage, FAULT_WRONG_ROW)) {
		const struct panel_row *row = panel_row(
			&sim->panel, 1, passage->request->payload[2] == 24 ? 16 : 24);

		reply_with(passage, CZ2_REPLY, row->bytes, row->length);
	}
	if (planned(passage, FAULT_WRONG_LENGTH)) {
		int by = parameter(passage, FAULT_WRONG_LENGTH, 0);
		int length = reply->length + (reply->length + by > 0 ? by : -by);

		for (int at = reply->length; at < length; at++)
			reply->payload[at] = 0;
		reply->length = (uint8_t)length;
	}
	if (planned(passage, FAULT_FOREIGN_REPLY)) {
		int from = parameter(passage, FAULT_FOREIGN_REPLY, 1);

		reply->destination = (uint8_t)parameter(passage, FAULT_FOREIGN_REPLY, 0);
		if (from != FAULT_UNSET)
			reply->source = (uint8_t)from;
	}
}

static void
count_reply(struct sim *sim, const struct cz2_frame *reply)
{
	counters(sim)->replies++;
	counters(sim)->acks += reply->function == CZ2_REPLY && reply->length == 1;
	counters(sim)->errors += reply->function == CZ2_ERROR;
}

/* Says a part of a damaged reply; only the last part carries the label. */
static void
say_reply(struct sim *sim, struct passage *passage, const struct line_label *label,
	  const uint8_t *bytes, size_t size, int64_t start)
{
	static const struct line_label unnamed = {.direction = RECORD_OUT};
	struct line_label rest;
	size_t first = size / 2;
	int64_t pause = parameter(passage, FAULT_SPLIT_REPLY, 0) * (int64_t)MS;

	if (size == 0)
		return;
	if (!planned(passage, FAULT_SPLIT_REPLY) || first == 0) {
		line_say(&sim->line, bytes, size, start, label);
		return;
	}
	line_say(&sim->line, bytes, first, start, &unnamed);
	start += line_time(&sim->line, first) + pause;
	rest = *label;
	rest.prior_size = first;
	memcpy(rest.prior, bytes, first);
	line_say(&sim->line, bytes + first, size - first, start, &rest);
}

/* Damages the bytes of the reply; returns how many are left. */
static size_t
damage_reply(struct sim *sim, struct passage *passage, uint8_t *bytes, size_t size)
{
	int first_bytes = parameter(passage, FAULT_TRUNCATE_REPLY, 0);

	size = faults_damage(&sim->faults, bytes, size);
	if (planned(passage, FAULT_FLIP_REPLY) && size > 0)
		fault_flip(&sim->chance, bytes, size);
	if (planned(passage, FAULT_DROP_BYTE_REPLY) && size > 0)
		size = fault_drop(&sim->chance, bytes, size);
	if (!planned(passage, FAULT_TRUNCATE_REPLY))
		return size;
	if (first_bytes == FAULT_UNSET)
		return size / 2;
	return (size_t)first_bytes < size ? (size_t)first_bytes : size;
}

static int64_t
say_garbage(struct sim *sim, struct passage *passage, int64_t start)
{
	static const struct line_label unnamed = {.direction = RECORD_OUT};
	uint8_t bytes[LINE_BYTES];
	size_t size = (size_t)parameter(passage, FAULT_GARBAGE, 0);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)chance_below(&sim->chance, 256);
	line_say(&sim->line, bytes, size, start, &unnamed);
	return start + line_time(&sim->line, size);
}

static void
log_lost_reply(struct sim *sim, const struct passage *passage, const struct line_label *label)
{
	struct record_frame frame = {.time = passage->now, .direction = label->direction,
				     .client = label->client};

	memcpy(frame.note, label->note, sizeof frame.note);
	record_frame(sim->record, &frame, label->meant, label->meant_size, NULL, 0);
}

static bool
lost(const struct passage *passage)
{
	return planned(passage, FAULT_LOSE_REPLY) || planned(passage, FAULT_HANG_UP);
}

static int64_t *
busy_of(struct sim *sim, uint8_t device)
{
	return device == CZ2_ADDRESS_UI ? &sim->ui_busy : &sim->equipment_busy;
}

/* Puts the reply on the line as the plan has it. */
static void
send_reply(struct sim *sim, struct passage *passage)
{
	struct line_label label = {.direction = passage->client > 0 ? RECORD_OUT : RECORD_BUS,
				   .client = passage->client};
	int64_t *busy = busy_of(sim, passage->request->destination);
	uint8_t bytes[CZ2_FRAME_MAX];
	int64_t start = passage->now + passage->delay;
	size_t size;

	memcpy(label.note, passage->note, sizeof label.note);
	label.meant_size = cz2_frame_encode(&passage->reply, label.meant);
	if (lost(passage)) {
		log_lost_reply(sim, passage, &label);
		return;
	}
	if (start < *busy)
		start = *busy;
	if (passage->client > 0)
		count_reply(sim, &passage->reply);
	memcpy(bytes, label.meant, label.meant_size);
	size = damage_reply(sim, passage, bytes, label.meant_size);
	if (planned(passage, FAULT_GARBAGE))
		start = say_garbage(sim, passage, start);
	say_reply(sim, passage, &label, bytes, size, start);
	*busy = start + line_time(&sim->line, size);
	if (planned(passage, FAULT_DOUBLE_REPLY))
		say_reply(sim, passage, &label, bytes, size,
			  *busy + parameter(passage, FAULT_DOUBLE_REPLY, 0) * (int64_t)MS);
}

/* Somebody else with the client's address asks the same device right after the request. */
static void
say_twin(struct sim *sim, struct passage *passage)
{
	int address = parameter(passage, FAULT_TWIN, 0);
	uint8_t device = passage->request->destination;
	struct cz2_frame twin = {.destination = device, .function = CZ2_READ,
				 .source = passage->request->source, .length = CZ2_ROW_PREFIX,
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
	if (planned(passage, FAULT_TWIN))
		say_twin(sim, passage);
	if (planned(passage, FAULT_LATE_REPLY))
		passage->delay += parameter(passage, FAULT_LATE_REPLY, 0) * (int64_t)MS;
	if (planned(passage, FAULT_HANG_UP) && sim->host.hang_up != NULL)
		sim->host.hang_up(sim->host.context, passage->client);
}

static void
carry_out(struct sim *sim, struct passage *passage)
{
	bool edit = planned(passage, FAULT_WALL_EDIT);

	passage->delay = sim->config.turnaround_us;
	passage->keep = !planned(passage, FAULT_ERROR_REPLY) && !planned(passage, FAULT_NACK) &&
			!planned(passage, FAULT_NOT_KEPT);
	if (edit && !passage->plan.after)
		thermostat_wall(&sim->thermostat, &passage->plan.edit, passage->now);
	answer(sim, passage);
	if (edit && passage->plan.after)
		thermostat_wall(&sim->thermostat, &passage->plan.edit, passage->now);
	spoil_answer(sim, passage);
	events_around(sim, passage);
	send_reply(sim, passage);
}

void
sim_request(struct sim *sim, int client, const struct cz2_frame *frame, bool whole, int64_t now)
{
	struct passage passage = {.client = client, .request = frame, .now = now};
	struct cz2_frame arrived;

	if (!whole) {
		counters(sim)->overlaps++;
		add_note(passage.note, "overlap");
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
	struct passage passage = {.request = frame, .now = now,
				  .delay = sim->config.turnaround_us};

	if (!is_request(frame) || frame->source == frame->destination || sim_silent(sim, now))
		return;
	if (frame->source == sim->load.address && passage.delay > FOREIGN_TURNAROUND)
		passage.delay = FOREIGN_TURNAROUND;
	passage.keep = true;
	answer(sim, &passage);
	send_reply(sim, &passage);
}

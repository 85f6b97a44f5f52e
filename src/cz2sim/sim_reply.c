/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The way of a reply back to who asked: what is made wrong about it on purpose
 * or by chance, and when its bytes are on the line.
 */
#include "build.h"

#include <string.h>

#include "cz2sim/sim_internal.h"

enum { MS = 1000 };

bool
passage_planned(const struct passage *passage, enum fault_kind kind)
{
	return fault_planned(&passage->plan, kind);
}

int
passage_parameter(const struct passage *passage, enum fault_kind kind, int index)
{
	return passage->plan.parameters[kind][index];
}

void
sim_reply_with(struct passage *passage, uint8_t function, const uint8_t *payload, uint8_t length)
{
	passage->reply.destination = passage->request->source;
	passage->reply.source = passage->request->destination;
	passage->reply.function = function;
	passage->reply.length = length;
	memcpy(passage->reply.payload, payload, length);
}

void
sim_reply_code(struct passage *passage, uint8_t function, uint8_t code)
{
	sim_reply_with(passage, function, &code, 1);
}

/* Faults that change what the panel does or says, before it goes on the line. */
void
sim_spoil_reply(struct sim *sim, struct passage *passage)
{
	struct cz2_frame *reply = &passage->reply;
	bool write = passage->request->function == CZ2_WRITE;

	if (passage_planned(passage, FAULT_ERROR_REPLY))
		sim_reply_code(passage, CZ2_ERROR, 0);
	if (passage_planned(passage, FAULT_NACK) && write)
		sim_reply_code(passage, CZ2_REPLY,
			       (uint8_t)passage_parameter(passage, FAULT_NACK, 0));
	if (passage_planned(passage, FAULT_WRONG_ROW)) {
		const struct panel_row *row =
			panel_row(&sim->panel, 1, passage->request->payload[2] == 24 ? 16 : 24);

		sim_reply_with(passage, CZ2_REPLY, row->bytes, row->length);
	}
	if (passage_planned(passage, FAULT_WRONG_LENGTH)) {
		int by = passage_parameter(passage, FAULT_WRONG_LENGTH, 0);
		int length = reply->length + (reply->length + by > 0 ? by : -by);

		for (int at = reply->length; at < length; at++)
			reply->payload[at] = 0;
		reply->length = (uint8_t)length;
	}
	if (passage_planned(passage, FAULT_FOREIGN_REPLY)) {
		int from = passage_parameter(passage, FAULT_FOREIGN_REPLY, 1);

		reply->destination = (uint8_t)passage_parameter(passage, FAULT_FOREIGN_REPLY, 0);
		if (from != FAULT_UNSET)
			reply->source = (uint8_t)from;
	}
}

static void
count_reply(struct sim *sim, const struct cz2_frame *reply)
{
	record_counters(sim->record)->replies++;
	record_counters(sim->record)->acks += reply->function == CZ2_REPLY && reply->length == 1;
	record_counters(sim->record)->errors += reply->function == CZ2_ERROR;
}

/* Says a part of a damaged reply; only the last part carries the label. */
static void
say_reply(struct sim *sim, struct passage *passage, const struct line_label *label,
	  const uint8_t *bytes, size_t size, int64_t start)
{
	static const struct line_label unnamed = {.direction = RECORD_OUT};
	struct line_label rest;
	size_t first = size / 2;
	int64_t pause = passage_parameter(passage, FAULT_SPLIT_REPLY, 0) * (int64_t)MS;

	if (size == 0)
		return;
	if (!passage_planned(passage, FAULT_SPLIT_REPLY) || first == 0) {
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
	int first_bytes = passage_parameter(passage, FAULT_TRUNCATE_REPLY, 0);

	size = faults_damage(&sim->faults, bytes, size);
	if (passage_planned(passage, FAULT_FLIP_REPLY) && size > 0)
		fault_flip(&sim->chance, bytes, size);
	if (passage_planned(passage, FAULT_DROP_BYTE_REPLY) && size > 0)
		size = fault_drop(&sim->chance, bytes, size);
	if (!passage_planned(passage, FAULT_TRUNCATE_REPLY))
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
	size_t size = (size_t)passage_parameter(passage, FAULT_GARBAGE, 0);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)chance_below(&sim->chance, 256);
	line_say(&sim->line, bytes, size, start, &unnamed);
	return start + line_time(&sim->line, size);
}

static void
log_lost_reply(struct sim *sim, const struct passage *passage, const struct line_label *label)
{
	struct record_frame frame = {
		.time = passage->now, .direction = label->direction, .client = label->client};

	memcpy(frame.note, label->note, sizeof frame.note);
	record_frame(sim->record, &frame, label->meant, label->meant_size, NULL, 0);
}

static bool
lost(const struct passage *passage)
{
	return passage_planned(passage, FAULT_LOSE_REPLY) ||
	       passage_planned(passage, FAULT_HANG_UP);
}

static int64_t *
busy_of(struct sim *sim, uint8_t device)
{
	return device == CZ2_ADDRESS_UI ? &sim->ui_busy : &sim->equipment_busy;
}

/* Puts the reply on the line as the plan has it. */
void
sim_send_reply(struct sim *sim, struct passage *passage)
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
	if (passage_planned(passage, FAULT_GARBAGE))
		start = say_garbage(sim, passage, start);
	say_reply(sim, passage, &label, bytes, size, start);
	*busy = start + line_time(&sim->line, size);
	if (passage_planned(passage, FAULT_DOUBLE_REPLY))
		say_reply(sim, passage, &label, bytes, size,
			  *busy + passage_parameter(passage, FAULT_DOUBLE_REPLY, 0) * (int64_t)MS);
}

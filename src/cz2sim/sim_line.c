/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What each byte on the line brings about: clients hear it, a client's own
 * bytes become frames, and what the bus has said goes into the log and to
 * those who waited for it.
 */
#include "build.h"

#include <string.h>

#include "cz2sim/sim_internal.h"

enum {
	MS = 1000,
	FRAMER_IDLE = 20 * MS,       /* a gap no frame has, on the paced line ... */
	FRAMER_IDLE_FAST = 100 * MS, /* ... and between segments of TCP */
};

/* A client that does not read loses the oldest, as in an adapter's small buffer. */
static void
hear(struct sim_client *client, uint8_t byte)
{
	if (client->output_length == SIM_OUTPUT_SIZE) {
		memmove(client->output, client->output + 1, SIM_OUTPUT_SIZE - 1);
		client->output_length--;
	}
	client->output[client->output_length++] = byte;
}

static void
deliver(struct sim *sim, const struct line_event *event)
{
	for (int i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (!client->connected || (i + 1 == event->talk->sender && !sim->config.echo))
			continue;
		hear(client, event->byte);
		record_counters(sim->record)->bytes_out++;
	}
}

static int64_t
framer_idle(const struct sim *sim)
{
	return sim->config.paced ? FRAMER_IDLE : FRAMER_IDLE_FAST;
}

/* All frames that the client's bytes have completed. */
static void
take_frames(struct sim *sim, int number, int64_t now)
{
	struct sim_client *client = sim_client(sim, number);
	struct cz2_frame frame;

	while (client->connected && cz2_reader_next(&client->framer, &frame))
		sim_request(sim, number, &frame,
			    client->clean >= (size_t)frame.length + CZ2_FRAME_OVERHEAD, now);
	record_counters(sim->record)->noise_bytes +=
		cz2_reader_counters(&client->framer)->skipped - client->noise_counted;
	client->noise_counted = cz2_reader_counters(&client->framer)->skipped;
}

static void
client_byte(struct sim *sim, int number, const struct line_event *event)
{
	struct sim_client *client = sim_client(sim, number);

	if (client == NULL)
		return;
	client->clean = event->overlapped ? 0 : client->clean + 1;
	client->last_byte = event->time;
	cz2_reader_feed(&client->framer, &event->meant, 1);
	take_frames(sim, number, event->time);
}

/* The others may have waited for what has just been said. */
static void
tell_devices(struct sim *sim, const struct line_label *label, int64_t now)
{
	struct cz2_frame frame;

	if (cz2_frame_decode(label->meant, label->meant_size, &frame) != 0)
		return;
	if (label->direction == RECORD_BUS)
		sim_bus_request(sim, &frame, now);
	if (frame.destination == sim->burst.address && frame.source == CZ2_ADDRESS_PANEL)
		talker_heard(&sim->burst, now);
	if (frame.destination == sim->load.address)
		talker_heard(&sim->load, now);
}

static void
count_overlap(struct sim *sim, const struct line_talk *talk, struct record_frame *frame)
{
	if (!talk->overlapped)
		return;
	record_counters(sim->record)->overlaps++;
	record_add_note(frame->note, "overlap");
}

/* A talk of the bus has ended. */
static void
bus_talk_ended(struct sim *sim, const struct line_talk *talk, int64_t now)
{
	const struct line_label *label = &talk->label;
	struct record_frame frame = {
		.time = now, .direction = label->direction, .client = label->client};
	struct line_label ended = *label; /* the talk goes when others are said */
	struct cz2_frame decoded;
	bool same = talk->heard_length == label->meant_size &&
		    memcmp(talk->heard, label->meant, label->meant_size) == 0;

	if (label->meant_size == 0)
		return;
	memcpy(frame.note, label->note, sizeof frame.note);
	frame.ok = same && !talk->overlapped;
	frame.collision = !same && cz2_frame_decode(talk->heard, talk->heard_length, &decoded) == 0;
	count_overlap(sim, talk, &frame);
	record_frame(sim->record, &frame, label->meant, label->meant_size,
		     same ? NULL : talk->heard, talk->heard_length);
	if (frame.ok)
		tell_devices(sim, &ended, now);
}

void
sim_line_event(struct sim *sim, const struct line_event *event)
{
	if (!event->swallowed)
		deliver(sim, event);
	if (event->talk->sender != LINE_BUS)
		client_byte(sim, event->talk->sender, event);
	else if (event->last)
		bus_talk_ended(sim, event->talk, event->time);
}

/* A client that stopped in the middle of what looked like a frame. */
void
sim_release_framers(struct sim *sim, int64_t now)
{
	for (int i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (!client->connected || !cz2_reader_pending(&client->framer) ||
		    now < client->last_byte + framer_idle(sim))
			continue;
		cz2_reader_idle(&client->framer);
		take_frames(sim, i + 1, now);
		client->last_byte = now;
	}
}

int64_t
sim_framers_wake(const struct sim *sim)
{
	int64_t wake = INT64_MAX;

	for (int i = 0; i < SIM_CLIENTS; i++) {
		const struct sim_client *client = &sim->clients[i];
		int64_t idle = client->last_byte + framer_idle(sim);

		if (client->connected && cz2_reader_pending(&client->framer) && idle < wake)
			wake = idle;
	}
	return wake;
}

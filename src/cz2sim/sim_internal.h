/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The simulator's inside, shared by sim.c (time), sim_line.c (bytes on the
 * line), sim_request.c and sim_reply.c (what a request brings about) and
 * control*.c (the control socket).
 */
#ifndef CZ2SIM_SIM_INTERNAL_H
#define CZ2SIM_SIM_INTERNAL_H

#include <cz2/reader.h>

#include "cz2sim/line.h"
#include "cz2sim/record.h"
#include "cz2sim/sim.h"
#include "cz2sim/talker.h"
#include "cz2sim/thermostat.h"

enum { SIM_OUTPUT_SIZE = 8192 };

struct sim_client {
	bool connected;
	struct cz2_reader framer; /* its bytes as it sent them */
	size_t clean;             /* bytes since the last one that overlapped */
	int64_t last_byte;
	uint64_t noise_counted;
	uint8_t output[SIM_OUTPUT_SIZE];
	size_t output_length;
};

struct sim {
	struct sim_config config;
	struct sim_host host;
	struct chance chance;
	struct record *record;
	struct panel panel;
	struct thermostat thermostat;
	struct faults faults;
	struct line line;
	struct talker burst, load;
	bool burst_on, equipment_on;
	int64_t equipment_at;            /* next look at demand */
	int64_t silent_until;            /* INT64_MAX: until told otherwise */
	int64_t ui_busy, equipment_busy; /* until then the device itself speaks */
	struct sim_client clients[SIM_CLIENTS];
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

/* The client with this number; NULL when it is not connected. */
struct sim_client *
sim_client(struct sim *sim, int client);

/* A byte has come to its end on the line. */
void
sim_line_event(struct sim *sim, const struct line_event *event);

/* Clients that stopped in the middle of what looked like a frame; and when. */
void
sim_release_framers(struct sim *sim, int64_t now);

int64_t
sim_framers_wake(const struct sim *sim);

/* A frame has arrived at its end; whole tells whether nobody talked over it. */
void
sim_request(struct sim *sim, int client, const struct cz2_frame *frame, bool whole, int64_t now);

/* A request of the panel's own or of a stranger was said. */
void
sim_bus_request(struct sim *sim, const struct cz2_frame *frame, int64_t now);

bool
passage_planned(const struct passage *passage, enum fault_kind kind);

/* The parameter of a planned fault. */
int
passage_parameter(const struct passage *passage, enum fault_kind kind, int index);

/* Makes the reply: this payload, or one byte. */
void
sim_reply_with(struct passage *passage, uint8_t function, const uint8_t *payload, uint8_t length);

void
sim_reply_code(struct passage *passage, uint8_t function, uint8_t code);

/* Faults that change what the reply says, before it goes on the line. */
void
sim_spoil_reply(struct sim *sim, struct passage *passage);

/* Puts the reply on the line as the plan has it. */
void
sim_send_reply(struct sim *sim, struct passage *passage);

/* Says a frame on behalf of somebody who is no client. */
void
sim_say_frame(struct sim *sim, const struct cz2_frame *frame, const char *note, int64_t start);

bool
sim_silent(const struct sim *sim, int64_t now);

void
sim_power_cut(struct sim *sim, int64_t silence_us, int64_t now);

/* Tells the whole memory to the history, as its beginning. */
void
sim_begin_history(struct sim *sim, int64_t now);

#endif

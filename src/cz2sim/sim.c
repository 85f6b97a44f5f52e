/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Joins the rooms: takes the next event of any of them, in the order of time,
 * until now is reached. What a byte on the line brings about is in sim_line.c,
 * what a request does in sim_request.c.
 */
#include "build.h"

#include "cz2sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/error.h>

#include "base/mem.h"
#include "cz2sim/equipment.h"
#include "cz2sim/sim_internal.h"

enum {
	MS = 1000,
	EQUIPMENT_PERIOD = 10000 * MS,
	INPUT_MAX = 4096, /* bytes of a client that may wait for the line */
	QUIET = 10 * MS,  /* the panel's own talk waits for so much silence */
};

struct sim_config
sim_config_default(void)
{
	return (struct sim_config){
		.zones = 8,
		.paced = true,
		.burst = true,
		.turnaround_us = INT64_C(30) * MS,
		.revert_us = INT64_C(2000) * MS,
		.setpoint_min = 40,
		.setpoint_max = 99,
		.seed = 1,
	};
}

static void
row_changed(void *context, int slot, const struct panel_row *old, const struct panel_row *new,
	    enum panel_cause cause, int64_t now)
{
	struct sim *sim = context;

	record_change(sim->record,
		      &(struct record_change){
			      .time = now, .slot = slot, .cause = cause, .old = *old, .new = *new});
}

void
sim_begin_history(struct sim *sim, int64_t now)
{
	static const struct panel_row nothing = {0};

	for (int slot = 0; slot < PANEL_ROWS; slot++)
		row_changed(sim, slot, &nothing, &sim->panel.rows[slot], PANEL_START, now);
}

static void
init_thermostat(struct sim *sim, int64_t now)
{
	const struct sim_config *config = &sim->config;
	struct thermostat_config thermostat = {
		.zones = config->zones,
		.revert = config->revert_us,
		.setpoint_min = config->setpoint_min,
		.setpoint_max = config->setpoint_max,
		.both_flags_keep = config->both_flags_keep,
		.deadband_on_bus = config->deadband_on_bus,
	};

	thermostat_init(&sim->thermostat, &thermostat, &sim->panel, now);
}

struct sim *
sim_new(const struct sim_config *config, const struct sim_host *host, int64_t now)
{
	struct sim *sim = mem_new(1, sizeof *sim);

	sim->config = *config;
	if (host != NULL)
		sim->host = *host;
	chance_init(&sim->chance, config->seed);
	sim->record = record_new();
	panel_init(&sim->panel, config->zones, row_changed, sim);
	init_thermostat(sim, now);
	faults_init(&sim->faults, &sim->chance);
	memcpy(sim->faults.rates, config->rates, sizeof sim->faults.rates);
	line_init(&sim->line, config->paced, &sim->chance);
	talker_init_burst(&sim->burst, now);
	talker_init_load(&sim->load, config->load, now);
	sim->burst_on = config->burst;
	sim->equipment_on = true;
	sim->equipment_at = now;
	sim_begin_history(sim, now);
	return sim;
}

struct sim *
sim_free(struct sim *sim)
{
	if (sim == NULL)
		return NULL;
	record_free(sim->record);
	free(sim);
	return NULL;
}

struct sim_client *
sim_client(struct sim *sim, int client)
{
	if (client < 1 || client > SIM_CLIENTS || !sim->clients[client - 1].connected)
		return NULL;
	return &sim->clients[client - 1];
}

int
sim_connect(struct sim *sim, int64_t now)
{
	for (int i = 0; i < SIM_CLIENTS; i++) {
		struct sim_client *client = &sim->clients[i];

		if (client->connected)
			continue;
		memset(client, 0, sizeof *client);
		cz2_reader_init(&client->framer);
		client->connected = true;
		client->last_byte = now;
		return i + 1;
	}
	return CZ2_EBUSY;
}

void
sim_disconnect(struct sim *sim, int client)
{
	if (sim_client(sim, client) == NULL)
		return;
	line_hush(&sim->line, client);
	sim->clients[client - 1].connected = false;
}

size_t
sim_room(const struct sim *sim, int client)
{
	size_t waiting = line_waiting(&sim->line, client);

	return waiting < INPUT_MAX ? INPUT_MAX - waiting : 0;
}

size_t
sim_input(struct sim *sim, int client, const uint8_t *bytes, size_t length, int64_t now)
{
	size_t room = sim_room(sim, client);
	size_t taken = 0;

	if (length > room)
		length = room;
	while (taken < length && sim_client(sim, client) != NULL) {
		size_t part = line_send(&sim->line, client, bytes + taken, length - taken, now);

		if (part == 0)
			break;
		record_counters(sim->record)->bytes_in += part;
		taken += part;
		sim_step(sim, now);
	}
	return taken;
}

size_t
sim_output(struct sim *sim, int number, uint8_t *bytes, size_t size)
{
	struct sim_client *client = sim_client(sim, number);
	size_t length;

	if (client == NULL)
		return 0;
	length = client->output_length < size ? client->output_length : size;
	memcpy(bytes, client->output, length);
	memmove(client->output, client->output + length, client->output_length - length);
	client->output_length -= length;
	return length;
}

bool
sim_silent(const struct sim *sim, int64_t now)
{
	return now < sim->silent_until;
}

void
sim_power_cut(struct sim *sim, int64_t silence_us, int64_t now)
{
	line_hush(&sim->line, LINE_BUS);
	if (sim->silent_until < now + silence_us)
		sim->silent_until = now + silence_us;
	thermostat_power_cut(&sim->thermostat, now);
}

/* What the wall unit makes of the demand just now. */
static void
demand(struct sim *sim, struct panel_row *dampers, struct panel_row *outputs, int64_t now)
{
	*dampers = *panel_row(&sim->panel, 9, 4);
	*outputs = *panel_row(&sim->panel, 9, 5);
	if (!sim->equipment_on)
		return;
	equipment_choose_mode(&sim->panel, sim->config.zones, now);
	equipment_wanted(&sim->panel, sim->config.zones, dampers, outputs);
}

static void
let_talk(struct sim *sim, struct talker *talker, int64_t now)
{
	struct panel_row dampers = {0}, outputs = {0};
	struct cz2_frame frame;
	bool first, own = talker == &sim->burst;

	if (talker_wake(talker) > now)
		return;
	if (sim_silent(sim, now) || line_busy(&sim->line, now, sim->config.paced ? QUIET : 0) ||
	    (own ? now < sim->ui_busy : line_promised(&sim->line))) {
		talker_wait(talker, now);
		return;
	}
	if (own)
		demand(sim, &dampers, &outputs, now);
	if (!talker_speak(talker, &dampers, &outputs, &frame, &sim->chance, &first, now))
		return;
	if (first && own)
		record_counters(sim->record)->bursts++;
	if (!own)
		record_counters(sim->record)->foreign_frames++;
	sim_say_frame(sim, &frame, "", now);
}

/* Without a burst the equipment is told without words. */
static void
look_at_demand(struct sim *sim, int64_t now)
{
	struct panel_row dampers, outputs;

	sim->equipment_at = now + EQUIPMENT_PERIOD;
	if (sim->burst_on)
		return;
	demand(sim, &dampers, &outputs, now);
	panel_store(&sim->panel, panel_slot(9, 4), &dampers, PANEL_EQUIPMENT, now);
	panel_store(&sim->panel, panel_slot(9, 5), &outputs, PANEL_EQUIPMENT, now);
}

static int64_t
earliest(const int64_t *times, size_t count)
{
	int64_t best = INT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (times[i] < best)
			best = times[i];
	return best;
}

int64_t
sim_wake(const struct sim *sim)
{
	const int64_t times[] = {
		line_wake(&sim->line),
		thermostat_wake(&sim->thermostat),
		sim->burst_on ? talker_wake(&sim->burst) : INT64_MAX,
		talker_wake(&sim->load),
		sim->equipment_at,
		sim_framers_wake(sim),
	};

	return earliest(times, sizeof times / sizeof times[0]);
}

void
sim_step(struct sim *sim, int64_t now)
{
	int64_t time;

	while ((time = sim_wake(sim)) <= now) {
		struct line_event event;

		if (line_step(&sim->line, time, &event)) {
			sim_line_event(sim, &event);
			continue;
		}
		thermostat_step(&sim->thermostat, time);
		if (sim->equipment_at <= time)
			look_at_demand(sim, time);
		if (sim->burst_on)
			let_talk(sim, &sim->burst, time);
		let_talk(sim, &sim->load, time);
		sim_release_framers(sim, time);
	}
}

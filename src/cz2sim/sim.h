/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The simulated panel as a whole: bytes, commands and the time go in, bytes
 * come out. No clock, no sockets, so tests run it as fast as they like. Times
 * are microseconds on any monotonic clock and must not go back.
 */
#ifndef CZ2SIM_SIM_H
#define CZ2SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2sim/fault.h"

enum { SIM_CLIENTS = 16, SIM_LOAD_MAX = 60 };

struct sim_config {
	int zones;
	bool paced; /* bytes take their time on the line */
	bool echo;  /* clients hear themselves */
	bool burst;
	int load; /* percent of the line */
	int64_t turnaround_us;
	int64_t revert_us;
	int setpoint_min, setpoint_max;
	bool both_flags_keep;
	bool deadband_on_bus;
	uint64_t seed;
	double rates[FAULT_RATES];
};

/* What only the outside can do; any member may be NULL. */
struct sim_host {
	/* Breaks the connection of one client, or of all when client is 0. */
	void (*hang_up)(void *context, int client);
	/* The present path of the pseudo-terminal, or NULL. */
	const char *(*pty)(void *context);
	void (*quit)(void *context);
	void *context;
};

struct sim;

struct sim_config
sim_config_default(void);

struct sim *
sim_new(const struct sim_config *config, const struct sim_host *host, int64_t now);

struct sim *
sim_free(struct sim *sim);

/* A client's number, from 1; CZ2_EBUSY when there is no room. */
int
sim_connect(struct sim *sim, int64_t now);

void
sim_disconnect(struct sim *sim, int client);

/* How many bytes of this client can be taken at present. */
size_t
sim_room(const struct sim *sim, int client);

/* Bytes of a client have come, at most sim_room(). Returns how many were taken. */
size_t
sim_input(struct sim *sim, int client, const uint8_t *bytes, size_t length, int64_t now);

/* Everything up to now happens. */
void
sim_step(struct sim *sim, int64_t now);

/* The moment of the next step. */
int64_t
sim_wake(const struct sim *sim);

/* Takes bytes that are due for a client; returns how many. */
size_t
sim_output(struct sim *sim, int client, uint8_t *bytes, size_t size);

/* Carries out a line of the control socket; the answer has no line end and is to be freed. */
char *
sim_control(struct sim *sim, const char *line, int64_t now);

#endif

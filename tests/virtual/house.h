/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The daemon's core and the simulated panel on one wire, at virtual speed, and what
 * is done to them and asked of them by tests. When it fails, it shows the line.
 */
#ifndef TESTS_HOUSE_H
#define TESTS_HOUSE_H

#include <check.h>
#include <jansson.h>

#include "cz2sim/sim.h"
#include "virtual/wire.h"
#include "virtual/wishes.h"

enum { HOUSE_NAME_SIZE = 256 };

struct house {
	struct core core;
	struct sim *sim;
	int client; /* 0: the plug is pulled */
	char name[HOUSE_NAME_SIZE]; /* of what happens here, for messages */
	/* Sees what the daemon is about to send; may be NULL. */
	void (*before_send)(const uint8_t *bytes, size_t length);
};

/* One kind of command, as a table. */
struct house_wish {
	const char *name;
	struct wish values[8];
	int count;
};

/* The house must stay where it is; its name may be set before. */
void
house_open(struct house *house, const struct sim_config *config);

void
house_close(struct house *house);

/* The core dies and a new one begins, with the same panel and at the same time. */
void
house_restart(struct house *house);

/* Pulls the plug, or puts it in again. */
void
house_plug(struct house *house, bool in);

/* A line for the simulator's control socket. The answer is to be released. */
json_t *
house_ask(struct house *house, const char *line);

/* The same, for lines whose answer nobody needs. */
void
house_do(struct house *house, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the panel holds; the length. */
size_t
house_row(struct house *house, enum cz2_row row, uint8_t bytes[CZ2_ROW_SIZE_MAX]);

/* True when the model holds of the row what the panel does. */
bool
house_knows(struct house *house, enum cz2_row row);

/* True when the panel shows all that is wished. */
bool
house_shows(struct house *house, const struct wishes *wishes);

/* Anything that may be wished; a setpoint comes with a hold, else the schedule may take it back. */
struct house_wish
house_draw_wish(uint32_t *chance);

/* The same wish as the daemon takes it, and as it is judged. */
struct cz2_command
house_command(const struct house_wish *wish);

struct wishes
house_wishes(const struct house_wish *wish);

/* What the daemon says it applied. */
struct wishes
house_applied(const struct outcome *outcome);

/* Every frame that was on the line, to standard error. */
void
house_tell_frames(struct house *house);

#define house_assert(house, condition, ...) \
	do { \
		if (!(condition)) { \
			house_tell_frames(house); \
			ck_abort_msg(__VA_ARGS__); \
		} \
	} while (0)

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A simulated panel and its clients at virtual time, for the tests of cz2sim.
 * Times are microseconds.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <jansson.h>

#include <cz2/frame.h>

#include "cz2sim/sim.h"

enum { STAGE_HEARD_MAX = 16384, STAGE_START = 1000000, MS = 1000, SECOND = 1000 * MS };

/* What a client has heard, byte by byte, with the moment of each. */
struct heard {
	uint8_t bytes[STAGE_HEARD_MAX];
	int64_t times[STAGE_HEARD_MAX];
	size_t length;
	size_t read; /* by stage_next() */
};

struct stage {
	struct sim *sim;
	int64_t now;
	struct heard heard[SIM_CLIENTS + 1]; /* by the client's number */
};

/* The one stage of the running test. */
extern struct stage stage;

/* A quiet panel: no burst, otherwise as sim_config_default() has it. */
struct sim_config
stage_config(void);

void
stage_open(const struct sim_config *config);

void
stage_close(void);

int
stage_connect(void);

/* Lets time pass, event by event. */
void
stage_run(int64_t duration);

void
stage_send(int client, const uint8_t *bytes, size_t length);

/* A request from address 99. content is the row's content from byte 3 on; NULL: a read. */
struct cz2_frame
stage_request(unsigned device, unsigned table, unsigned row, const uint8_t *content, size_t length);

void
stage_send_frame(int client, const struct cz2_frame *frame);

/* The next frame that the client has heard; false when there is none. time: of its end. */
bool
stage_next(int client, struct cz2_frame *frame, int64_t *time);

/* Sends and waits up to a second for the reply to 99; false when none comes. */
bool
stage_ask(int client, const struct cz2_frame *request, struct cz2_frame *reply);

/* Reads a row over the bus; the payload, which must come. */
struct cz2_frame
stage_read(int client, unsigned table, unsigned row);

/* Writes a whole payload over the bus; the acknowledgement, which must come and be 0. */
void
stage_write(int client, const struct cz2_frame *row);

/* A control command that must succeed; the answer is to be freed. */
json_t *
stage_control(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same where nobody wants the answer. */
void
stage_do(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The bytes of a row as the control socket tells them. */
size_t
stage_row(const char *row, uint8_t *out);

#endif

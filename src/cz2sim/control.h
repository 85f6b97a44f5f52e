/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Between the files of the control socket's commands: one call, how it fails,
 * and the handlers that the table in control.c names. docs/simulator.md is
 * the contract.
 */
#ifndef CZ2SIM_CONTROL_H
#define CZ2SIM_CONTROL_H

#include <jansson.h>
#include <stdarg.h>

#include "cz2sim/sim_internal.h"

struct control_call {
	struct sim *sim;
	json_t *request;
	int64_t now;
	char error[256];
};

/* Answers with members, or NULL after control_fail(). */
typedef json_t *(*control_handler)(struct control_call *call);

/* Puts the error down and returns NULL. */
json_t *
control_fail(struct control_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* json_unpack() of the request, "cmd" aside; unknown members fail. */
bool
control_unpack(struct control_call *call, const char *format, ...);

/* "1.16" to its table and row; false after control_fail(). */
bool
control_parse_row(struct control_call *call, const char *text, int *table, int *row);

json_t *
control_hex(const uint8_t *bytes, size_t size);

/* Hex to bytes; false after control_fail(). */
bool
control_parse_hex(struct control_call *call, const char *text, uint8_t *bytes, size_t room,
		  size_t *size);

json_t *
control_time(int64_t time);

/* control_memory.c */
json_t *
control_get(struct control_call *call);
json_t *
control_row(struct control_call *call);
json_t *
control_value(struct control_call *call);
json_t *
control_set(struct control_call *call);

/* control_house.c */
json_t *
control_wall(struct control_call *call);
json_t *
control_clock(struct control_call *call);
json_t *
control_period(struct control_call *call);
json_t *
control_power_cut(struct control_call *call);
json_t *
control_silence(struct control_call *call);
json_t *
control_equipment(struct control_call *call);
json_t *
control_burst(struct control_call *call);
json_t *
control_load(struct control_call *call);
json_t *
control_say(struct control_call *call);
json_t *
control_hang_up(struct control_call *call);

/* Reads the members of a hand at the wall; false after control_fail(). */
bool
control_parse_wall(struct control_call *call, json_t *members, struct wall_edit *edit);

/* control_fault.c */
json_t *
control_fault(struct control_call *call);
json_t *
control_faults(struct control_call *call);
json_t *
control_rates(struct control_call *call);

/* control_look.c */
json_t *
control_log(struct control_call *call);
json_t *
control_history(struct control_call *call);
json_t *
control_counters(struct control_call *call);

#endif

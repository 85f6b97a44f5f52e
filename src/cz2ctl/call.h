/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A request as a command sees it: JSON in, and JSON out or an error that was told.
 */
#ifndef CZ2CTL_CALL_H
#define CZ2CTL_CALL_H

#include <jansson.h>

#include "cz2ctl/client.h"
#include "cz2ctl/option.h"
#include "cz2ctl/screen.h"

struct command;

/* One run of cz2ctl. */
struct ctl {
	const struct command *command;
	const struct options *options;
	char **arguments; /* behind the command; ended by NULL */
	struct client *client;
	struct screen screen; /* standard output */
};

/*
 * GET target. On CTL_DONE answer is an object, to be given back; warnings in it were told.
 * also: an HTTP status beside 200 that brings an answer and no error, or 0.
 */
enum ctl_exit
call_get(struct ctl *ctl, const char *target, long also, json_t **answer);

/* GET target, whatever comes: on CTL_DONE the status, and an answer that is the caller's, or NULL. */
enum ctl_exit
call_any(struct ctl *ctl, const char *target, long *status, json_t **answer);

/* Such a status is an error after all: tells it. Takes the answer. */
enum ctl_exit
call_refused(const struct ctl *ctl, long status, json_t *answer);

/* GET target, where a refusal is no error: NULL then. That nobody answers is told. */
json_t *
call_try(struct ctl *ctl, const char *target);

/* GET target, and shows what it answers. */
enum ctl_exit
call_look(struct ctl *ctl, const char *target,
	  void (*view)(const struct screen *screen, const json_t *answer));

/* GET an answer that goes on. What was no success was told. */
enum ctl_exit
call_listen(struct ctl *ctl, const char *target, const struct client_listener *listener);

/*
 * POST, and shows the daemon's message, or the ID of the command when nobody waits for it.
 * Takes the body; NULL: none.
 */
enum ctl_exit
call_command(struct ctl *ctl, const char *target, json_t *body);

/* Sends a command that changes the panel. Takes the body; NULL: none. The answer is the caller's. */
enum ctl_exit
call_send(struct ctl *ctl, const char *method, const char *target, json_t *body, json_t **answer);

/* Shows the answer as call_command() does. */
void
call_show_sent(const struct ctl *ctl, const json_t *answer);

/* A change of the daemon itself: shows what came of it by view. Takes the body. */
enum ctl_exit
call_change(struct ctl *ctl, const char *method, const char *target, json_t *body,
	    void (*view)(const struct screen *screen, const json_t *answer));

/* Of a request that named a device: when there is none such says where they are. Returns code. */
enum ctl_exit
call_hint_devices(const struct ctl *ctl, enum ctl_exit code);

/* Prints an answer: by view, or as JSON if that was asked for. */
void
call_show(const struct ctl *ctl, const json_t *answer,
	  void (*view)(const struct screen *screen, const json_t *answer));

#endif

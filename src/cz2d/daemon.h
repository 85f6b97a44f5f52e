/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The daemon as one object: owns every part, gives birth to them in one order
 * and ends them in the mirror order.
 */
#ifndef CZ2D_DAEMON_H
#define CZ2D_DAEMON_H

struct config;
struct daemon;

/*
 * Builds everything and starts listening. config is copied; path, the file that
 * was named (may be NULL), is read again on SIGHUP; verbosity is added to the log level. NULL when it cannot
 * start; the reason is logged.
 */
struct daemon *
daemon_new(const struct config *config, const char *path, int verbosity);

/* Runs until TERM or INT. */
void
daemon_run(struct daemon *daemon);

struct daemon *
daemon_free(struct daemon *daemon);

#endif

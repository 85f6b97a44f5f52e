/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one log call. Lines go to standard error: with the journal's priority
 * prefix ("<6>") under systemd or a pipe, with the time of day on a terminal.
 * A line that repeats the one before it is counted, not repeated; the count is
 * told with the next other line, after a minute, or by log_flush(). Control
 * characters and broken UTF-8 in arguments are escaped. errno survives every call.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_FRAMES, /* debug, and every frame on the bus as hex */
	LOG_LEVEL_COUNT
};

/* "error", "warning", ... indexed by enum log_level, ended by NULL. */
extern const char *const log_level_names[];

/* terminal: times instead of priorities. Before the first call: info, not a terminal. */
void
log_init(enum log_level level, bool terminal);

void
log_set_level(enum log_level level);

bool
log_enabled(enum log_level level);

/* room is the word for the part that speaks: "bus", "http", ... */
void
log_line(enum log_level level, const char *room, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(room, ...) log_line(LOG_LEVEL_ERROR, room, __VA_ARGS__)
#define log_warning(room, ...) log_line(LOG_LEVEL_WARNING, room, __VA_ARGS__)
#define log_info(room, ...) log_line(LOG_LEVEL_INFO, room, __VA_ARGS__)
#define log_debug(room, ...) log_line(LOG_LEVEL_DEBUG, room, __VA_ARGS__)

/* One hex line of bytes at level frames, never folded; direction is ">>" (ours) or "<<". */
void
log_frame(const char *direction, const unsigned char *bytes, size_t length);

/* Tells the repeats that are still held back. Call at exit. */
void
log_flush(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * An open byte channel to the bus, whatever carries it: a real serial port, a
 * pseudo-terminal, or a transparent serial bridge on TCP. Opens, notices that
 * it broke, and opens again for ever (back-off capped at 3 s; logged on change
 * only). Knows nothing of frames.
 *
 * The configured path or address is resolved anew at each opening, so that a
 * udev link may point elsewhere after an adapter was unplugged.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct link;

enum link_state {
	LINK_CLOSED,    /* waiting for the next attempt */
	LINK_RESOLVING, /* the address of a host name is being looked up */
	LINK_OPENING,   /* TCP connect under way */
	LINK_OPEN,
};

/*
 * What a kind of channel can do. Nothing blocks.
 * open: a descriptor in *fd; 0 open, 1 connecting (then call finish when it can
 *   be written), or -errno with a clause in why.
 * finish: 0 when the connection stands, -EINPROGRESS when it does not yet, else as
 *   open. NULL where open never says 1.
 * close: NULL: close(2).
 * present: what could be opened instead of a device that is not there, as a
 *   clause. Asked once per outage, since looking touches all ports. May be NULL.
 */
struct link_kind {
	const char *name; /* "serial", "pty", "tcp" */
	bool slow_frames; /* bytes of one frame may come apart (a bridge) */
	int (*open)(const char *target, int *fd, char *why, size_t why_size);
	int (*finish)(int fd, char *why, size_t why_size);
	void (*close)(int fd);
	void (*present)(char *text, size_t text_size);
};

extern const struct link_kind link_serial, link_pty, link_tcp;

/*
 * target: a device path, or HOST:PORT. Never NULL; nothing is opened before the first
 * link_step(). True kinds are chosen at each opening: a path that resolves below /dev/pts is a
 * pty, any other path a serial port.
 */
struct link *
link_new(const char *target);

struct link *
link_free(struct link *link);

/*
 * Opens, finishes opening or waits. Call at link_wake() and when the descriptor is
 * ready. One step never puts one descriptor in the place of another (their numbers
 * could be equal): link_fd() is -1 in between.
 */
void
link_step(struct link *link, int64_t now);

/* The moment of the next step; INT64_MAX when only the descriptor matters. */
int64_t
link_wake(const struct link *link);

enum link_state
link_state(const struct link *link);

/* Changes with every successful opening. Starts at 0: never opened. */
unsigned
link_generation(const struct link *link);

/* True once the first attempt to open has ended, well or not. */
bool
link_tried(const struct link *link);

/* Monotonic ms since when the link is open, or is not. 0 before the first step. */
int64_t
link_since(const struct link *link);

/* The kind last opened; before that the one the target's form suggests. Never NULL. */
const struct link_kind *
link_kind(const struct link *link);

/* -1 when there is none to wait for. Wait for writing while LINK_OPENING, else for reading. */
int
link_fd(const struct link *link);

/*
 * Bytes that are there, 0 when none are. The link closes itself when the other
 * end hung up; now is for the back-off.
 */
size_t
link_read(struct link *link, uint8_t *bytes, size_t size, int64_t now);

/* 0, or CZ2_ECLOSED when not all could be written: the link is then closed. */
int
link_write(struct link *link, const uint8_t *bytes, size_t length, int64_t now);

/* Closes a link that looks open but is dead (half-open bridge); why is logged. */
void
link_drop(struct link *link, const char *why, int64_t now);

/* Why the link is not open, as a clause; "" while it is, or before the first attempt. */
const char *
link_why(const struct link *link);

#endif

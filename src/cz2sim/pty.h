/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A pseudo-terminal that stays when clients come and go: both ends are kept
 * open here, so a hang-up happens only when it is closed on purpose. Whether a
 * client has it open is told by the file system.
 */
#ifndef CZ2SIM_PTY_H
#define CZ2SIM_PTY_H

#include <stdbool.h>

struct pty {
	int master, slave;
	int watch; /* readable when a client comes or goes; -1: nobody tells */
	int users;
	char path[64];
};

/* 0, or CZ2_EIO with errno telling why. link may be NULL. */
int
pty_open(struct pty *pty, const char *link);

void
pty_close(struct pty *pty);

/* For the end, whether or not pty_open() came to make it. */
void
pty_remove_link(const char *link);

/* Takes note of who came and went. */
void
pty_look(struct pty *pty);

/* False when nobody would hear what is written. */
bool
pty_in_use(const struct pty *pty);

#endif

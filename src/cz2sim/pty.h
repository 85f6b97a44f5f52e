/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A pseudo-terminal that stays when clients come and go: both ends are kept
 * open here, so a hang-up happens only when it is closed on purpose.
 */
#ifndef CZ2SIM_PTY_H
#define CZ2SIM_PTY_H

struct pty {
	int master, slave;
	char path[64];
};

/* 0, or CZ2_EIO with errno telling why. link may be NULL. */
int
pty_open(struct pty *pty, const char *link);

void
pty_close(struct pty *pty);

/* A client that is gone leaves neither its lock nor unread bytes behind. */
void
pty_tidy(const struct pty *pty);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a serial port and a pseudo-terminal share: being opened, being ours
 * alone, and the terminal settings that tell a hang-up from silence.
 */
#ifndef LINK_TTY_H
#define LINK_TTY_H

#include <stddef.h>

/* Opens and locks a terminal, changes nothing in it. 0 or -errno with a clause in why. */
int
link_tty_open(const char *path, int *fd, char *why, size_t why_size);

/* The last step, after speed and format were set; discards what came before it. As above. */
int
link_tty_settle(int fd, char *why, size_t why_size);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The secret that says who we are: from a file or CZ2_TOKEN, never from the command
 * line, where every user could read it.
 */
#ifndef CZ2CTL_TOKEN_H
#define CZ2CTL_TOKEN_H

#include "cz2ctl/exit.h"

enum { TOKEN_MAX = 1024 };

/* path may be NULL; then "" when there is none at all. An error was told. */
enum ctl_exit
token_read(const char *path, char token[TOKEN_MAX]);

#endif

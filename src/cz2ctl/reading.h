/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Having the daemon read the whole program: as that takes seconds, a bar tells how far it is.
 */
#ifndef CZ2CTL_READING_H
#define CZ2CTL_READING_H

#include "cz2ctl/call.h"

/* GET /schedules, read from the panel now. On CTL_DONE the answer is the caller's. */
enum ctl_exit
reading_program(struct ctl *ctl, json_t **answer);

#endif

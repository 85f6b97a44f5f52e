/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the two files of commands share.
 */
#ifndef CZ2_COMMAND_INTERNAL_H
#define CZ2_COMMAND_INTERNAL_H

#include <cz2/command.h>

/* CZ2_EGAP fills problem when both are known and too close. */
int
command_check_gap(int zone, int heat, int cool, struct cz2_problem *problem);

#endif

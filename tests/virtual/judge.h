/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What one command did to the panel, judged by the frames on the line and the changes
 * of the panel's rows, and by nothing that the daemon says or knows.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "virtual/house.h"

/* Hands at the wall, and how many of their edits a write of ours took back. */
struct judge_walls {
	int edits, overwritten;
};

/* From here on the command is watched. */
void
judge_begin(struct house *house);

/*
 * Each write has to be what was read right before it, with nothing changed but what is
 * wished: so only an edit at the wall between our read and our write can be lost. At the
 * end every other bit is as it was or as the wall left it. Adds to walls.
 */
void
judge_end(struct house *house, const struct wishes *wishes, struct judge_walls *walls);

#endif

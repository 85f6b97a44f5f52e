/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How requests follow each other, whoever of the engine makes them.
 */
#ifndef CZ2D_PACE_H
#define CZ2D_PACE_H

enum {
	PACE_PAIR_MS = 150,  /* a write follows the read that was made for it within this */
	PACE_READS_MAX = 12, /* of one row for one purpose, whatever happens */
	/* The time that must be left before the panel's burst: */
	PACE_ROOM_PAIR_MS = 300, /* a read and the write that has to follow it at once */
	PACE_ROOM_ONE_MS = 150,
};

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The rhythm of the panel's own traffic: every ten seconds the wall unit asks
 * the equipment controller for 9.1, 9.2, 9.3 and writes 9.4 and 9.5 (captured;
 * with Smart Sensors some more frames follow). Nothing arbitrates this bus, so
 * we send between the bursts.
 */
#ifndef CZ2D_RHYTHM_H
#define CZ2D_RHYTHM_H

#include <cz2/frame.h>

/* All members are private. */
struct rhythm {
	int64_t start;  /* of the last burst; INT64_MIN: none was heard */
	int64_t end;    /* of the last burst: nothing is sent before */
	int64_t period; /* smoothed */
	bool closing;   /* the burst's last write was seen, its answer is awaited */
};

void
rhythm_init(struct rhythm *rhythm);

/* A good frame was heard, ending now. */
void
rhythm_heard(struct rhythm *rhythm, const struct cz2_frame *frame, int64_t now);

/* True while bursts are heard: the next one can be foretold. */
bool
rhythm_known(const struct rhythm *rhythm, int64_t now);

/* The first moment, now or later, with room_ms left before the next burst. */
int64_t
rhythm_clear(const struct rhythm *rhythm, int room_ms, int64_t now);

#endif

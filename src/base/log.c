/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Lines for people, one write each, so that they never mix. Text from outside
 * (a file, the network) may stand in any argument: what could break a line or
 * fool a terminal is escaped here and nowhere else. When to speak, and in which
 * words, is left to the rooms.
 */
#include "config.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	TEXT_MAX = 1024,  /* of one message; what is longer is cut */
	HEAD_MAX = 64,    /* priority or time of day, and the level's word */
	LINE_MAX_ = HEAD_MAX + TEXT_MAX,
	HELD_MS = 60000,  /* repeats are held back for so long at most */
	FRAME_MAX = 300,  /* bytes of a frame that are shown */
};

const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error",   [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",     [LOG_LEVEL_DEBUG] = "debug",
	[LOG_LEVEL_FRAMES] = "frames", [LOG_LEVEL_COUNT] = NULL,
};

/* What the journal calls the levels: see sd-daemon(3). */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3, [LOG_LEVEL_WARNING] = 4, [LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7, [LOG_LEVEL_FRAMES] = 7,
};

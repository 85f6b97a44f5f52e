/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The week as a clock on the wall of this machine shows it: local time, with whatever its
 * time zone does to it; and whether that clock can be trusted.
 */
#ifndef BASE_HOST_CLOCK_H
#define BASE_HOST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since Sunday 00:00 of local time, at a moment in microseconds since 1970. */
int64_t
host_clock_week_ms(int64_t wall_us);

/* How many seconds local time is before UTC at that moment: summer time changes it. */
int
host_clock_zone_s(int64_t wall_us);

/* True once this machine has heard the right time since it was started (systemd-timesyncd). */
bool
host_clock_is_synchronized(void);

#endif

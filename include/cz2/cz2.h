/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * libcz2: the protocol of the Carrier ComfortZone II panel. No I/O, no clock,
 * no threads, no globals, no allocation: bytes and times come in, bytes and
 * events go out. Times are int64_t milliseconds on any monotonic clock.
 */
#ifndef CZ2_CZ2_H
#define CZ2_CZ2_H

#include <cz2/clock.h>
#include <cz2/command.h>
#include <cz2/error.h>
#include <cz2/exchange.h>
#include <cz2/field.h>
#include <cz2/frame.h>
#include <cz2/reader.h>
#include <cz2/row.h>
#include <cz2/schedule.h>
#include <cz2/state.h>

#endif

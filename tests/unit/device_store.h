/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * In place of the store, for tests of what uses devices: holds what a file would hold,
 * and keeps what it is given when the test says so.
 */
#ifndef TESTS_UNIT_DEVICE_STORE_H
#define TESTS_UNIT_DEVICE_STORE_H

#include "cz2d/devices/device.h"

/* Nothing is held, nothing waits. */
void
device_store_clear(void);

/* Puts a device into the file, as an earlier life has left it. */
void
device_store_put(const struct device *device);

/* The device of this id in the file; NULL: there is none. */
const struct device *
device_store_get(const char *id);

/* How many wait to be kept. */
int
device_store_waiting(void);

/* Ends the oldest of those that wait: kept, or not for this error. */
void
device_store_answer(int error);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The set of devices: the panel (number 0) and its zones (1 on), what they are called and
 * whether they are used. A change counts when it is on the disk, and not before; changes
 * are made one after the other.
 */
#ifndef CZ2D_DEVICES_H
#define CZ2D_DEVICES_H

#include <stddef.h>

#include "cz2d/devices/device.h"

struct config;
struct devices;
struct store;

/* What shall be otherwise. Texts are copied. */
struct devices_change {
	bool names, describes, retires; /* which of these are meant: */
	const char *name;               /* NULL: the configured one */
	const char *metadata;           /* JSON text */
	bool decommissioned;
};

/* error: 0, or CZ2_EIO and nothing has changed. */
typedef void (*devices_done)(void *self, int error, int64_t now);

/* The rest of the house is told after each change. */
struct devices_observer {
	void *self;
	void (*changed)(void *self);
};

/* Reads what was kept. Config and store must outlive it. */
struct devices *
devices_new(const struct config *config, struct store *store);

/* Not while the store is busy: who waits for a change is not told any more. */
struct devices *
devices_free(struct devices *devices);

/* One observer. */
void
devices_observe(struct devices *devices, const struct devices_observer *observer);

/* Keeps all of them, if the file does not hold them as they are. */
void
devices_save(struct devices *devices);

/* How many zones there are, used or not. */
int
devices_zones(const struct devices *devices);

/* The number of the device with this id, of so many bytes; -1: there is none. */
int
devices_find(const struct devices *devices, const char *id, size_t length);

/* By its number, 0 to devices_zones(). */
const struct device *
devices_at(const struct devices *devices, int number);

/*
 * What it is called: as somebody named it, else as panel.zone_names has it, else "Zone N";
 * the panel by its id.
 */
const char *
devices_name(const struct devices *devices, int number);

/* False for a decommissioned zone. */
bool
devices_in_use(const struct devices *devices, int number);

/* Every house has the panel, and zone 1: that is the wall unit itself. */
bool
devices_can_retire(int number);

/*
 * Records the change and then makes it; done is called later, never from within this call.
 * user: who wants it, for the log.
 */
void
devices_change(struct devices *devices, int number, const struct devices_change *change,
	       const char *user, devices_done done, void *self);

#endif

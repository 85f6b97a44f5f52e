/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The devices in memory, and the queue of changes: the first one is on its way to the
 * disk, the others wait, because each is made upon what the one before it left.
 */
#include "build.h"

#include "cz2d/devices/devices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/config/config_check.h"
#include "cz2d/store/store.h"
#include <cz2/error.h>

const char *const device_type_names[] = {
	[DEVICE_PANEL] = "panel", [DEVICE_ZONE] = "zone", [DEVICE_TYPE_COUNT] = NULL,
};

const char *const device_status_names[] = {
	[DEVICE_ONLINE] = "online", [DEVICE_OFFLINE] = "offline", [DEVICE_ERROR] = "error",
	[DEVICE_DECOMMISSIONED] = "decommissioned", [DEVICE_STATUS_COUNT] = NULL,
};

struct change {
	struct change *next;
	struct devices *devices;
	int number;
	struct devices_change wish;
	char *name, *metadata; /* what the wish points to */
	char user[RECORD_USER_SIZE];
	struct device result; /* as soon as it is the first one */
	devices_done done;
	void *self;
};

struct devices {
	const struct config *config;
	struct store *store;
	struct devices_observer observer;
	int count; /* with the panel */
	struct device list[1 + CZ2_ZONES_MAX];
	struct change *first, **end;
};

/* ------------------------------------------------------------------------
 * Looking
 */

int
devices_zones(const struct devices *devices)
{
	return devices->count - 1;
}

int
devices_find(const struct devices *devices, const char *id, size_t length)
{
	for (int number = 0; number < devices->count; number++) {
		const char *known = devices->list[number].id;

		if (strlen(known) == length && memcmp(known, id, length) == 0)
			return number;
	}
	return -1;
}

const struct device *
devices_at(const struct devices *devices, int number)
{
	return &devices->list[number];
}

static const char *
configured_name(const struct devices *devices, int number)
{
	return number == 0 ? devices->config->panel.id
			   : devices->config->panel.zone_names[number - 1];
}

const char *
devices_name(const struct devices *devices, int number)
{
	const char *given = devices->list[number].name;

	return given[0] != '\0' ? given : configured_name(devices, number);
}

bool
devices_can_retire(int number)
{
	return number > 1;
}

bool
devices_in_use(const struct devices *devices, int number)
{
	return !devices->list[number].decommissioned;
}

/* ------------------------------------------------------------------------
 * Changing
 */

static void
change_free(struct change *change)
{
	free(change->name);
	free(change->metadata);
	free(change);
}

/* True when the device is another one now. */
static bool
edit(struct device *device, const struct devices_change *wish)
{
	const struct device before = *device;

	if (wish->names)
		snprintf(device->name, sizeof device->name, "%s",
			 wish->name != NULL ? wish->name : "");
	if (wish->describes)
		snprintf(device->metadata, sizeof device->metadata, "%s", wish->metadata);
	if (wish->retires)
		device->decommissioned = wish->decommissioned;
	return strcmp(before.name, device->name) != 0 ||
	       strcmp(before.metadata, device->metadata) != 0 ||
	       before.decommissioned != device->decommissioned;
}

static void
tell_log(const struct change *change, const struct device *before)
{
	const struct device *after = &change->result;

	if (strcmp(before->name, after->name) != 0)
		log_info("devices", "%s is called %s by order of %s", after->id,
			 devices_name(change->devices, change->number), change->user);
	if (strcmp(before->metadata, after->metadata) != 0)
		log_info("devices", "%s has other metadata by order of %s", after->id,
			 change->user);
	if (before->decommissioned != after->decommissioned)
		log_info("devices", "%s is %s by order of %s", after->id,
			 after->decommissioned ? "decommissioned" : "in use again", change->user);
}

/* On the disk: now it counts. */
static void
adopt(struct change *change)
{
	struct devices *devices = change->devices;
	struct device *device = &devices->list[change->number];
	struct device before = *device;

	if (before.updated_us == change->result.updated_us)
		return;
	*device = change->result;
	tell_log(change, &before);
	if (devices->observer.changed != NULL)
		devices->observer.changed(devices->observer.self);
}

static void
start(struct devices *devices);

static void
on_kept(void *self, int error, int64_t now)
{
	struct change *change = self;
	struct devices *devices = change->devices;

	devices->first = change->next;
	if (devices->first == NULL)
		devices->end = &devices->first;
	if (error == CZ2_OK)
		adopt(change);
	if (change->done != NULL)
		change->done(change->self, error, now);
	change_free(change);
	start(devices);
}

/* Two changes within a microsecond are two, and so are two of a clock that was set back. */
static int64_t
moment_after(int64_t before_us)
{
	int64_t now_us = clock_wall_us();

	return now_us == before_us ? now_us + 1 : now_us;
}

static void
start(struct devices *devices)
{
	struct change *change = devices->first;

	if (change == NULL)
		return;
	change->result = devices->list[change->number];
	if (edit(&change->result, &change->wish))
		change->result.updated_us = moment_after(change->result.updated_us);
	store_keep_device(devices->store, &change->result, on_kept, change);
}

void
devices_change(struct devices *devices, int number, const struct devices_change *wish,
	       const char *user, devices_done done, void *self)
{
	struct change *change = mem_new(1, sizeof *change);

	change->devices = devices;
	change->number = number;
	change->wish = *wish;
	change->wish.name = change->name = mem_text(wish->name);
	change->wish.metadata = change->metadata = mem_text(wish->metadata);
	snprintf(change->user, sizeof change->user, "%s", user);
	change->done = done;
	change->self = self;
	*devices->end = change;
	devices->end = &change->next;
	if (devices->first == change)
		start(devices);
}

/* What is kept of it now is newer than what counts yet. */
static bool
is_on_its_way(const struct devices *devices, int number)
{
	return devices->first != NULL && devices->first->number == number;
}

void
devices_save(struct devices *devices)
{
	for (int number = 0; number < devices->count; number++)
		if (!is_on_its_way(devices, number))
			store_keep_device(devices->store, &devices->list[number], NULL, NULL);
}

/* ------------------------------------------------------------------------
 * Birth and death
 */

/*
 * A zone that the configuration does not have any more stays in the file, which anybody
 * may have edited.
 */
static void
take_up(void *self, const struct device *device)
{
	struct devices *devices = self;
	int number = devices_find(devices, device->id, strlen(device->id));

	if (number < 0)
		return;
	devices->list[number] = *device;
	if (!config_check_plain(device->name))
		devices->list[number].name[0] = '\0';
	if (!devices_can_retire(number))
		devices->list[number].decommissioned = false;
}

struct devices *
devices_new(const struct config *config, struct store *store)
{
	struct devices *devices = mem_new(1, sizeof *devices);
	int64_t now_us = clock_wall_us();

	devices->config = config;
	devices->store = store;
	devices->count = 1 + config->panel.zones;
	devices->end = &devices->first;
	for (int number = 0; number < devices->count; number++) {
		struct device *device = &devices->list[number];

		record_device_name(config->panel.id, number, device->id);
		strcpy(device->metadata, "{}");
		device->created_us = device->updated_us = now_us;
	}
	store_load_devices(store, take_up, devices);
	return devices;
}

struct devices *
devices_free(struct devices *devices)
{
	struct change *next;

	if (devices == NULL)
		return NULL;
	for (struct change *change = devices->first; change != NULL; change = next) {
		next = change->next;
		change_free(change);
	}
	free(devices);
	return NULL;
}

void
devices_observe(struct devices *devices, const struct devices_observer *observer)
{
	devices->observer = *observer;
}

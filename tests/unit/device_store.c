/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The two functions of the store that devices call.
 */
#include "build.h"

#include "device_store.h"

#include <string.h>

#include "cz2d/store/store.h"
#include "support.h"

enum { ROOM = 32 };

static struct device held[ROOM];
static int held_count;
static struct {
	struct device device;
	store_kept kept;
	void *self;
} waiting[ROOM];
static int waiting_count;

void
device_store_clear(void)
{
	held_count = waiting_count = 0;
}

const struct device *
device_store_get(const char *id)
{
	for (int i = 0; i < held_count; i++)
		if (strcmp(held[i].id, id) == 0)
			return &held[i];
	return NULL;
}

void
device_store_put(const struct device *device)
{
	struct device *old = (struct device *)(uintptr_t)device_store_get(device->id);

	if (old == NULL) {
		ck_assert_int_lt(held_count, ROOM);
		old = &held[held_count++];
	}
	*old = *device;
}

int
device_store_waiting(void)
{
	return waiting_count;
}

void
device_store_answer(int error)
{
	store_kept kept = waiting[0].kept;
	void *self = waiting[0].self;

	ck_assert_int_gt(waiting_count, 0);
	if (error == 0)
		device_store_put(&waiting[0].device);
	waiting_count--;
	memmove(waiting, waiting + 1, (size_t)waiting_count * sizeof waiting[0]);
	if (kept != NULL)
		kept(self, error, 0);
}

void
store_keep_device(struct store *store, const struct device *device, store_kept kept, void *self)
{
	(void)store;
	ck_assert_int_lt(waiting_count, ROOM);
	waiting[waiting_count].device = *device;
	waiting[waiting_count].kept = kept;
	waiting[waiting_count].self = self;
	waiting_count++;
}

int
store_load_devices(struct store *store, void (*told)(void *self, const struct device *device),
		   void *self)
{
	(void)store;
	for (int i = 0; i < held_count; i++)
		told(self, &held[i]);
	return 0;
}

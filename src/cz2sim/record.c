/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Two rings of entries and the counters. What an entry means is known to those
 * who make it; this file only keeps it, in order and within bounds.
 */
#include "build.h"

#include "cz2sim/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ENTRIES_MAX = 200000 };

/* Entries have consecutive numbers, so a number leads to its place at once. */
struct ring {
	void **entries;
	size_t first, count;
	uint64_t first_number; /* of the entry at first */
	uint64_t dropped;
};

struct record {
	struct ring frames, changes;
	struct record_counters counters;
};

static void
ring_init(struct ring *ring)
{
	ring->entries = mem_new(ENTRIES_MAX, sizeof *ring->entries);
	ring->first_number = 1;
}

static void
ring_drop_oldest(struct ring *ring)
{
	free(ring->entries[ring->first]);
	ring->first = (ring->first + 1) % ENTRIES_MAX;
	ring->first_number++;
	ring->count--;
}

static void
ring_clear(struct ring *ring)
{
	while (ring->count > 0)
		ring_drop_oldest(ring);
	ring->dropped = 0;
}

static void
ring_fini(struct ring *ring)
{
	ring_clear(ring);
	free(ring->entries);
}

static uint64_t
ring_next_number(const struct ring *ring)
{
	return ring->first_number + ring->count;
}

/* Takes the entry over. */
static void
ring_take(struct ring *ring, void *entry)
{
	if (ring->count == ENTRIES_MAX) {
		ring_drop_oldest(ring);
		ring->dropped++;
	}
	ring->entries[(ring->first + ring->count) % ENTRIES_MAX] = entry;
	ring->count++;
}

static const void *
ring_after(const struct ring *ring, uint64_t since)
{
	uint64_t number = since + 1 > ring->first_number ? since + 1 : ring->first_number;
	uint64_t index = number - ring->first_number;

	if (index >= ring->count)
		return NULL;
	return ring->entries[(ring->first + (size_t)index) % ENTRIES_MAX];
}

struct record *
record_new(void)
{
	struct record *record = mem_new(1, sizeof *record);

	ring_init(&record->frames);
	ring_init(&record->changes);
	return record;
}

struct record *
record_free(struct record *record)
{
	if (record == NULL)
		return NULL;
	ring_fini(&record->frames);
	ring_fini(&record->changes);
	free(record);
	return NULL;
}

void
record_frame(struct record *record, const struct record_frame *frame, const uint8_t *bytes,
	     size_t size, const uint8_t *heard, size_t heard_size)
{
	size_t room = size + (heard != NULL ? heard_size : 0);
	struct record_frame *entry = mem_new(1, sizeof *entry + room);

	*entry = *frame;
	entry->number = ring_next_number(&record->frames);
	entry->size = size;
	entry->heard = NULL;
	memcpy(entry->bytes, bytes, size);
	if (heard != NULL) {
		memcpy(entry->bytes + size, heard, heard_size);
		entry->heard = entry->bytes + size;
		entry->heard_size = heard_size;
	}
	ring_take(&record->frames, entry);
}

void
record_change(struct record *record, const struct record_change *change)
{
	struct record_change *entry = mem_new(1, sizeof *entry);

	*entry = *change;
	entry->number = ring_next_number(&record->changes);
	ring_take(&record->changes, entry);
}

void
record_add_note(char note[RECORD_NOTE_SIZE], const char *name)
{
	size_t used = strlen(note);

	snprintf(note + used, RECORD_NOTE_SIZE - used, "%s%s", used > 0 ? "+" : "", name);
}

struct record_counters *
record_counters(struct record *record)
{
	return &record->counters;
}

void
record_reset(struct record *record)
{
	ring_clear(&record->frames);
	ring_clear(&record->changes);
	memset(&record->counters, 0, sizeof record->counters);
}

const struct record_frame *
record_next_frame(const struct record *record, uint64_t since)
{
	return ring_after(&record->frames, since);
}

const struct record_change *
record_next_change(const struct record *record, uint64_t since)
{
	return ring_after(&record->changes, since);
}

uint64_t
record_dropped_frames(const struct record *record)
{
	return record->frames.dropped;
}

uint64_t
record_dropped_changes(const struct record *record)
{
	return record->changes.dropped;
}

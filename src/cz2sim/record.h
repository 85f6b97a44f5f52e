/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the simulator remembers for those who look back: every frame on the
 * line, every change of a row, and counters. Bounded: the oldest goes first.
 * Times are microseconds on the caller's monotonic clock.
 */
#ifndef CZ2SIM_RECORD_H
#define CZ2SIM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cz2sim/fault.h"
#include "cz2sim/panel.h"

enum { RECORD_NOTE_SIZE = 96 };

enum record_direction {
	RECORD_IN,  /* from a client */
	RECORD_OUT, /* the panel's reply to a client */
	RECORD_BUS, /* everything else */
};

struct record_frame {
	uint64_t number;
	int64_t time; /* its last byte was on the wire */
	enum record_direction direction;
	int client;
	bool ok;        /* its addressee got it whole */
	bool collision; /* damaged, with a right CRC nevertheless */
	char note[RECORD_NOTE_SIZE];
	size_t size, heard_size;
	const uint8_t *heard; /* NULL when undamaged */
	uint8_t bytes[];      /* as its sender meant it */
};

struct record_change {
	uint64_t number;
	int64_t time;
	int slot; /* see panel_slot() */
	enum panel_cause cause;
	struct panel_row old, new;
};

struct record_requests {
	uint64_t reads, writes;
};

struct record_counters {
	uint64_t requests, reads, writes; /* whole ones from clients */
	uint64_t replies, acks, errors;   /* to clients */
	uint64_t bytes_in, bytes_out;
	uint64_t crc_errors, overlaps, noise_bytes;
	uint64_t bursts, foreign_frames;
	uint64_t faults[FAULT_KINDS];
	struct record_requests rows[PANEL_ROWS];
	struct record_requests sources[256];
};

struct record;

struct record *
record_new(void);

struct record *
record_free(struct record *record);

/* frame: all members but number, heard and bytes; heard may be NULL. */
void
record_frame(struct record *record, const struct record_frame *frame, const uint8_t *bytes,
	     size_t size, const uint8_t *heard, size_t heard_size);

/* number is given here. */
void
record_change(struct record *record, const struct record_change *change);

/* Puts a name into a note, behind those that are there. */
void
record_add_note(char note[RECORD_NOTE_SIZE], const char *name);

struct record_counters *
record_counters(struct record *record);

/* Forgets the frames and changes and counts from 0; numbers go on. */
void
record_reset(struct record *record);

/*
 * The first entry with a number above since, and from there the next ones with
 * the number of the one before; NULL at the end.
 */
const struct record_frame *
record_next_frame(const struct record *record, uint64_t since);

const struct record_change *
record_next_change(const struct record *record, uint64_t since);

/* How many entries were forgotten for want of room since the last reset. */
uint64_t
record_dropped_frames(const struct record *record);

uint64_t
record_dropped_changes(const struct record *record);

#endif

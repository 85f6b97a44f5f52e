/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What others on the bus tell each other: rows that they read, and rows that they
 * write. A row that was heard need not be asked for.
 */
#ifndef CZ2D_OVERHEAR_H
#define CZ2D_OVERHEAR_H

#include <cz2/frame.h>
#include <cz2/row.h>

/* self is handed back. */
struct overhear_observer {
	void *self;
	/* A row that others exchanged; asked: when it was asked for, or written. */
	void (*overheard)(void *self, enum cz2_row row, const uint8_t *payload, size_t length,
			  int64_t asked, int64_t now);
	/* Somebody else wrote this row: what is known of it may be outdated. */
	void (*disturbed)(void *self, enum cz2_row row, int64_t now);
};

/* All members are private. */
struct overhear {
	struct overhear_observer observer;
	struct {
		enum cz2_row row; /* CZ2_ROW_NONE: none is open */
		uint8_t reader;
		int64_t time;
	} read;
	struct {
		enum cz2_row row; /* CZ2_ROW_NONE: none waits for its acknowledgement */
		struct cz2_frame frame;
		int64_t time;
	} write;
};

void
overhear_init(struct overhear *overhear, const struct overhear_observer *observer);

/* The link broke off: nothing that was half heard goes on. */
void
overhear_reset(struct overhear *overhear);

/* A good frame between others, or from a twin on our address. */
void
overhear_frame(struct overhear *overhear, const struct cz2_frame *frame, int64_t now);

#endif

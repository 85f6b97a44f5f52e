/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The memory of the simulated panel: its rows as bytes, and the values in them
 * by way of libcz2's table. Whoever changes a row says why; an observer is told.
 * What a change means (schedules, deadband, ...) is thermostat's subject.
 */
#ifndef CZ2SIM_PANEL_H
#define CZ2SIM_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include <cz2/field.h>

enum {
	PANEL_ROWS_UI = 34,       /* rows 1.1 to 1.34, device 1 */
	PANEL_ROWS_EQUIPMENT = 5, /* rows 9.1 to 9.5, device 9 */
	PANEL_ROWS = PANEL_ROWS_UI + PANEL_ROWS_EQUIPMENT + CZ2_SCHEDULES,
};

/* Why a row changed. */
enum panel_cause {
	PANEL_START,
	PANEL_WRITE,
	PANEL_WALL,
	PANEL_SCHEDULE,
	PANEL_PERIOD,
	PANEL_POWER,
	PANEL_CONTROL,
	PANEL_EQUIPMENT,
	PANEL_CLOCK,
};

/* A row's whole payload, the prefix 0, table, row included. */
struct panel_row {
	uint8_t length;
	uint8_t bytes[CZ2_ROW_SIZE_MAX];
};

typedef void (*panel_observer)(void *context, int slot, const struct panel_row *old,
			       const struct panel_row *new, enum panel_cause cause, int64_t now);

struct panel {
	struct panel_row rows[PANEL_ROWS];
	panel_observer observer;
	void *context;
};

/* Fills the memory as it is found in a house with so many zones. */
void
panel_init(struct panel *panel, int zones, panel_observer observer, void *context);

/* Where row table.row is kept; -1 when the panel has no such row. */
int
panel_slot(unsigned table, unsigned row);

/* The address of the device that owns it, the table and the row. */
void
panel_slot_split(int slot, unsigned *device, unsigned *table, unsigned *row);

/* row must exist. */
const struct panel_row *
panel_row(const struct panel *panel, unsigned table, unsigned row);

/* Replaces a row; tells the observer when that is a change. */
void
panel_store(struct panel *panel, int slot, const struct panel_row *row, enum panel_cause cause,
	    int64_t now);

/* The first known value of the field, else CZ2_UNKNOWN. zone is ignored for the system's. */
int
panel_value(const struct panel *panel, enum cz2_field field, int zone);

/* The value at the field's first place, in a copy of the row where that lies. */
int
panel_value_in(const struct panel_row *row, enum cz2_field field, int zone);

/* Puts a value into a copy of the row where the field has its first place. */
void
panel_edit(struct panel_row *row, enum cz2_field field, int zone, int value);

/*
 * Sets the value wherever the panel knows it; where it is known nowhere, at the
 * last of its places (zone 1 has its sensor in the wall unit, not among the remote ones).
 */
void
panel_set(struct panel *panel, enum cz2_field field, int zone, int value, enum panel_cause cause,
	  int64_t now);

/* "write", "wall", ... */
const char *
panel_cause_name(enum panel_cause cause);

#endif

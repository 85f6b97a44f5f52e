/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A validated wish: the writable values that somebody wants, and what it takes
 * to get them. A wish is a set of values like a state, with a day of the panel's
 * program and its clock besides; what it does not name stays as it is on the panel.
 * Only what is marked writable can be named, so no other bit of the panel can be
 * changed through here.
 */
#ifndef CZ2_COMMAND_H
#define CZ2_COMMAND_H

#include <cz2/clock.h>
#include <cz2/error.h>
#include <cz2/schedule.h>
#include <cz2/state.h>

enum {
	CZ2_SETPOINT_GAP = 2, /* cool is at least this much above heat, degrees F */
	CZ2_ALL_ON = 9,       /* value of CZ2_ALL: on; the ruling zone stays, else zone 1 */
	CZ2_COOL_OFF_ABOVE = 90, /* the manual: stepped above 90 means zone off */
};

/* One of them changes one day of the program at most. */
struct cz2_command {
	struct cz2_values wish;
	enum cz2_row program; /* the row of that day; CZ2_ROW_NONE: none */
	struct cz2_day day;
	int64_t week_start;   /* of the panel's clock, see clock.h; CZ2_CLOCK_AS_IT_IS: not wished */
};

#define CZ2_CLOCK_AS_IT_IS INT64_MIN

/* Why a command cannot be carried out. */
struct cz2_problem {
	int error; /* enum cz2_error */
	int zone;  /* 1..8, or 0 */
	int heat, cool; /* CZ2_EGAP: what they would be */
	enum cz2_field field; /* CZ2_ERANGE, CZ2_EIMPLAUSIBLE */
	int row;   /* enum cz2_row, CZ2_EIMPLAUSIBLE */
	/* Unless its fault is none: the program of the zone and this day (0..6) is what is wrong. */
	int day;
	struct cz2_schedule_problem schedule;
};

/* Things a caller should hear about although the command is carried out. */
enum cz2_warning_kind {
	CZ2_WARN_HOLD_AND_TEMP,   /* both flags given: taken as hold */
	CZ2_WARN_NOT_HELD,        /* setpoint of a zone with neither hold nor temporary */
	CZ2_WARN_ALL_RULED,       /* another zone rules in ALL mode */
	CZ2_WARN_ZONE_OUT,
	CZ2_WARN_COOL_HIGH,       /* above 90: the panel may take it for "zone off" */
	CZ2_WARN_DEADBAND,        /* gap smaller than the panel's own deadband */
	CZ2_WARN_NO_HEAT_PUMP,    /* emergency heat without a heat pump */
};

struct cz2_warning {
	enum cz2_warning_kind kind;
	int zone;  /* 1..8, or 0 */
	int value; /* kind's number: the ruling zone, the setpoint, the deadband */
};

enum { CZ2_WARNINGS_MAX = 49 }; /* six kinds in each of eight zones, and the heat pump */

struct cz2_warnings {
	struct cz2_warning list[CZ2_WARNINGS_MAX];
	int count;
};

void
cz2_command_init(struct cz2_command *command);

/*
 * Names a value. CZ2_EUNSUPPORTED: no such field; CZ2_EREADONLY: not writable;
 * CZ2_EZONE; CZ2_ERANGE: outside the accepted range of the field.
 */
int
cz2_command_set(struct cz2_command *command, enum cz2_field field, int zone, int value);

/* Names what is to change in the row of one zone and day, instead of what was named before. */
void
cz2_command_set_day(struct cz2_command *command, enum cz2_row row, const struct cz2_day *day);

/* The panel's clock is to count from this Sunday 00:00. */
void
cz2_command_set_clock(struct cz2_command *command, int64_t week_start);

bool
cz2_command_empty(const struct cz2_command *command);

/*
 * Makes hold and temporary exclusive: hold on takes temporary off and the
 * other way round; both on counts as hold, with a warning. Call once, after
 * the last set.
 */
void
cz2_command_exclude(struct cz2_command *command, struct cz2_warnings *warnings);

/* The highest zone that is named; 0 when none is. */
int
cz2_command_last_zone(const struct cz2_command *command);

/* The rules within the wish itself. CZ2_EGAP, or CZ2_ERANGE for a day, fills problem. */
int
cz2_command_check(const struct cz2_command *command, struct cz2_problem *problem);

/*
 * Adds the wishes of from. CZ2_EBUSY, and into unchanged, when they name another
 * value for the same field, another day of the program, or break a rule together.
 */
int
cz2_command_merge(struct cz2_command *into, const struct cz2_command *from);

/* Values as they will be when the command has been carried out. */
void
cz2_command_foresee(const struct cz2_command *command, struct cz2_values *values);

/* True when the command names something that lies in this row. */
bool
cz2_command_touches(const struct cz2_command *command, enum cz2_row row);

/*
 * The rows that one command can change have places, in the order in which they are written:
 * setpoints, flags and mode, fan, clock, and one day of the program.
 */
enum { CZ2_COMMAND_ROWS = 5 };

/* The place of a row; -1: nobody can write it. */
int
cz2_row_place(enum cz2_row row);

/* The row at a place, if the command names something in it; else CZ2_ROW_NONE. */
enum cz2_row
cz2_command_row(const struct cz2_command *command, int place);

/*
 * Edits a copy of a row. bytes (length of them) hold the row as just read and
 * receive the row to write; *changed tells whether anything differs. Bytes not
 * named stay as they were read. now: monotonic ms, which a clock is set by.
 * CZ2_EUNSUPPORTED: wrong length; CZ2_ERANGE: a value that cz2_command_set() would have
 * refused, or a day that would break a rule; CZ2_EIMPLAUSIBLE: the old content of what is
 * to change makes no sense; CZ2_EGAP: what stays and what is named are too
 * close. bytes are untouched on failure.
 */
int
cz2_command_edit(const struct cz2_command *command, enum cz2_row row, uint8_t *bytes,
		 size_t length, int64_t now, bool *changed, struct cz2_problem *problem);

/* True when the row, as it was at a moment, shows everything that the command names in it. */
bool
cz2_command_shown(const struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		  size_t length, int64_t at);

/* Takes out of the command what it names in the row and the row does not show. */
void
cz2_command_keep_shown(struct cz2_command *command, enum cz2_row row, const uint8_t *bytes,
		       size_t length, int64_t at);

/* What the caller should hear, judged against the known state. Appends. */
void
cz2_command_warn(const struct cz2_command *command, const struct cz2_values *state,
		 struct cz2_warnings *warnings);

/*
 * True when the schedule may take the zone's setpoint back at once: neither the
 * state nor the command holds the zone.
 */
bool
cz2_command_unheld(const struct cz2_command *command, const struct cz2_values *state, int zone);

/*
 * The mask of the bits of one byte of a row that may ever be written: the
 * allow-list of docs/protocol.md. 0 for everything else.
 */
uint8_t
cz2_row_writable_mask(enum cz2_row row, unsigned byte);

#endif

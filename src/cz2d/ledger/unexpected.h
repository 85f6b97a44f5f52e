/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Finds what changed on the panel without a command of ours: compares each row that is
 * seen with what was believed of it and with what we wrote. Stored values count, not what
 * ALL mode shows. Asks nobody and tells nobody: it is told what is seen, and looked into.
 */
#ifndef CZ2D_UNEXPECTED_H
#define CZ2D_UNEXPECTED_H

#include "cz2d/model/outcome.h"

struct unexpected;

enum unexpected_cause {
	UNEXPECTED_UNKNOWN,   /* maybe somebody at a wall thermostat, or a schedule */
	UNEXPECTED_RESTARTED, /* the panel's clock began anew, or all holds vanished together */
	UNEXPECTED_CLIENT,    /* somebody else on the bus was heard writing the row */
	UNEXPECTED_PERIOD,    /* a period of the zone's program began, and left it just so */
	UNEXPECTED_WALL,      /* a setpoint was turned at a thermostat, which holds it since */
	UNEXPECTED_CAUSE_COUNT
};

/* "unknown", ...; ended by NULL. */
extern const char *const unexpected_cause_names[];

enum {
	UNEXPECTED_CHANGES_MAX = 5, /* as many values of a zone can be written; of the panel less */
	UNEXPECTED_FINDINGS_MAX = CZ2_ZONES_MAX + 1,
};

struct unexpected_change {
	enum cz2_field field;
	int old, now;
};

/* What happened to one device. */
struct unexpected_finding {
	int zone; /* 0: the panel itself */
	enum unexpected_cause cause;
	bool scheduled; /* a schedule may have done all of it: nobody held the zone */
	int64_t seen;   /* when all of it had been seen, monotonic ms */
	int count;
	struct unexpected_change changes[UNEXPECTED_CHANGES_MAX];
	int row_count;
	struct outcome_row rows[CZ2_COMMAND_ROWS]; /* before and after */
};

/* Only the panel and so many zones are watched. Never NULL. */
struct unexpected *
unexpected_new(int zones);

struct unexpected *
unexpected_free(struct unexpected *unexpected);

/*
 * The panel showed this row, or showed it before a restart. True: it shows something new,
 * which is believed only when it is read again.
 */
bool
unexpected_saw(struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *image);

/*
 * The panel has shown this row, which was not given to unexpected_saw() yet: something beyond
 * doubt, that was not taken yet, is over. It has to be taken first.
 */
bool
unexpected_contradicts(const struct unexpected *unexpected, enum cz2_row row,
		       const struct cz2_image *image);

/* A write of ours left. What it named may be on the panel from now on, or not. */
void
unexpected_wrote(struct unexpected *unexpected, enum cz2_row row, const struct cz2_image *before,
		 const struct cz2_image *after, int64_t now);

/* Up to now somebody may have written who was not heard: the daemon or the link was away. */
void
unexpected_deaf(struct unexpected *unexpected, int64_t now);

/* Somebody else was heard writing the row. */
void
unexpected_disturbed(struct unexpected *unexpected, enum cz2_row row, int64_t now);

/* A command of before a restart: it was delivered after the rows were kept that were seen. */
void
unexpected_delivered(struct unexpected *unexpected, const struct cz2_command *command,
		     int64_t now);

/* The same, but nobody knows what became of it. */
void
unexpected_doubtful(struct unexpected *unexpected, const struct cz2_command *command, int64_t now);

/* Something has been beyond doubt for so long (2 * CZ2_LATE_MS) that nothing is waited for. */
bool
unexpected_overdue(const struct unexpected *unexpected, int64_t now);

/*
 * Something is beyond doubt, and something else of the same zone, which may have happened
 * together with it, is not yet, or was not read since: all is better taken after the next look,
 * unless something is overdue.
 */
bool
unexpected_waits(const struct unexpected *unexpected, int64_t now);

/*
 * What is beyond doubt by now, each once; how many. Best asked when a refresh has ended and
 * nothing is waited for, so that what happened together is found together.
 */
int
unexpected_take(struct unexpected *unexpected,
		struct unexpected_finding findings[UNEXPECTED_FINDINGS_MAX]);

#endif

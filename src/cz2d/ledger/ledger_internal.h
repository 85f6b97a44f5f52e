/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What the files of the ledger share: ledger.c lets commands in, ledger_life.c follows each of
 * them to its end, ledger_settle.c finds out what nobody confirmed, and ledger_program.c
 * knows what comes next of a program. Not for other rooms.
 */
#ifndef CZ2D_LEDGER_INTERNAL_H
#define CZ2D_LEDGER_INTERNAL_H

#include <jansson.h>

#include "cz2d/engine/doubt.h"
#include "cz2d/engine/probe.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/ledger_program.h"

/* In the order of a life. */
enum phase {
	PHASE_RECORDING, /* on its way to the disk */
	PHASE_REFUSED,   /* for the error that stands in the entry; its caller is told next */
	PHASE_HELD,      /* waits for the panel */
	PHASE_QUEUED,    /* the engine's */
	PHASE_SETTLING,  /* written, and nobody knows what became of it */
	PHASE_ENDED,     /* its end is on the way to the disk, */
	PHASE_UNKEPT,    /* or could not be kept there */
	PHASE_LEFT,      /* to the next start */
};

/* A command that has not ended, or whose end is not on the disk yet. */
struct entry {
	struct entry *next, **link; /* what points at this one */
	struct ledger *ledger;
	ledger_id id;
	enum phase phase;
	struct record record;
	bool refresh, patient;
	bool shown; /* nothing is to be done for it */
	enum engine_refresh_kind how;
	struct cz2_command wish;
	struct program *program; /* owned; NULL: the wish is all there is */
	bool is_raw;           /* a row is written by its address: */
	struct probe_wish raw;
	int zone_s;            /* of the local time that a clock is wished in, before UTC */
	struct cz2_warnings warnings;
	int error;           /* of PHASE_REFUSED */
	int64_t record_by;   /* its caller waits no longer for the disk */
	int64_t deadline;    /* of what the phase waits for */
	int keeps;           /* on their way to the disk */
	bool recorded;       /* one of them has arrived */
	bool arming;         /* the newest of them is the mark before the first write */
	engine_id order;
	struct doubt doubt;
	int64_t doubt_from;  /* its doubt begins then; INT64_MAX: it has begun */
	int looks;           /* at a raw row, in vain */
	struct ledger_caller caller;
};

struct ledger {
	struct ledger_config config;
	struct ledger_disk disk;
	struct engine *engine;
	struct model *model;
	struct entry *first, **end;
	ledger_id last_id;
	bool stopping;
	struct ledger_observer observers[LEDGER_OBSERVERS_MAX];
	int observer_count;
};

/* At the end of the list. */
struct entry *
entry_new(struct ledger *ledger);

void
entry_free(struct entry *entry);

/* Sends the record to the disk as it is now. */
void
entry_keep(struct entry *entry);

/* The result is taken. */
void
entry_set_result(struct entry *entry, json_t *result);

/* Its caller is told, once. */
void
entry_tell(struct entry *entry, const struct outcome *outcome, int64_t now);

/* How it ended; its result has been set. */
void
entry_end(struct entry *entry, enum record_status status, const struct outcome *outcome,
	  int64_t now);

/* Nothing more is written for it, for an error. It may point into the entry. */
struct outcome
entry_failure(const struct entry *entry, int error);

/* Its write may have left in an earlier life of the daemon: the panel is looked at. */
void
entry_doubt(struct entry *entry, int64_t now);

/* A write of it was not confirmed: its caller is told so, and the panel is looked at. */
void
entry_leave_open(struct entry *entry, const struct outcome *outcome, int64_t now);

/* The panel shows it, or something else; or it is silent for too long. */
void
entry_settle(struct entry *entry, int64_t now);

/* True when the other one, accepted before, has to end first: they wish something else of a day. */
bool
entry_follows(const struct entry *entry, const struct entry *other);

/* Nothing was written for it, for an error. */
void
entry_fail(struct entry *entry, int error, int64_t now);

/* What is due. May free the entry. */
void
entry_step(struct entry *entry, int64_t now);

/* The same of a row that was written by its address: it is asked for until it is shown. */
void
entry_settle_raw(struct entry *entry, int64_t now);

/* The moment of the next step; INT64_MAX: none. */
int64_t
entry_wake(const struct entry *entry, int64_t now);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The life of each command, whatever its door: recorded before the bus is touched, marked
 * before its first write frame may leave, followed to a true end.
 *
 *	            kept         the panel answers      turn       first write
 *	submitted ------> HELD ------------------> QUEUED ---> ... -----------> sent
 *	                   |                          |                          |
 *	                   '--- expired               '--- failed, expired       |
 *	                                                                         v
 *	        delivered, failed <--- the row is read <--- SETTLING <--- unconfirmed
 *
 * What became of a write that nobody confirmed is found out by reading; it is never sent
 * again, not even after a restart.
 */
#ifndef CZ2D_LEDGER_H
#define CZ2D_LEDGER_H

#include "cz2d/engine.h"
#include "cz2d/record.h"
#include "cz2d/store.h"

struct ledger;

struct ledger_config {
	const char *panel_id;
	int64_t timeout_ms; /* of those who wait for the end */
	int queue_limit;    /* of those who do not */
};

/* What a door wants. Texts are copied. */
struct ledger_order {
	const char *command; /* "zone.temperature" */
	int zone;            /* the device it is for; 0: the panel */
	const char *user;
	enum record_source source;
	const char *params, *metadata; /* JSON; metadata may be NULL */
	bool refresh;                  /* reads the panel and wishes nothing */
	enum engine_refresh_kind how;
	struct cz2_command wish;
	struct cz2_warnings warnings;
	int64_t patience_ms; /* it may wait so long for the panel; 0: its caller waits for the end */
};

/* Whom the ledger tells of one command; each function may be NULL. */
struct ledger_caller {
	void *self;
	/* It is on the disk; what happens now happens. */
	void (*recorded)(void *self, const struct record *record, int64_t now);
	/* The end, or that it cannot be known yet (CZ2_EUNCONFIRMED). The last call. */
	void (*ended)(void *self, const struct record *record, const struct outcome *outcome,
		      int64_t now);
};

/* A handle of a command that has not ended; 0 is none. */
typedef uint64_t ledger_id;

/* All parts must outlive the ledger. Takes up what was not final at the last end. */
struct ledger *
ledger_new(const struct ledger_config *config, struct engine *engine, struct model *model,
	   struct store *store);

struct ledger *
ledger_free(struct ledger *ledger);

/*
 * Accepts a command. The caller is told later, never from within this call. Negative, and
 * nobody is told: what engine_check() says; what engine_reachable() says, unless it is patient;
 * CZ2_EBUSY: too many wait.
 */
int
ledger_submit(struct ledger *ledger, const struct ledger_order *order,
	      const struct ledger_caller *caller, int64_t now, ledger_id *id);

/* The caller went away: its command goes on. */
void
ledger_forget(struct ledger *ledger, ledger_id id);

/* The record of a command that is not on the disk as it is now; NULL: ask the store. */
const struct record *
ledger_open_record(const struct ledger *ledger, const char *id);

/* Commands that have not ended. */
int
ledger_pending(const struct ledger *ledger);

/* Accepts no more; the patient ones stay for the next start. */
void
ledger_stop(struct ledger *ledger);

void
ledger_step(struct ledger *ledger, int64_t now);

/* The moment of the next step; INT64_MAX: none. */
int64_t
ledger_wake(const struct ledger *ledger, int64_t now);

#endif

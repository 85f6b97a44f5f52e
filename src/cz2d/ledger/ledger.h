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

#include "cz2d/engine/engine.h"
#include "cz2d/ledger/record.h"

struct ledger;
struct model;
struct probe_wish;

struct ledger_config {
	const char *panel_id;
	int64_t timeout_ms; /* of those who wait for the end, and of each day of a program */
	int queue_limit;    /* of those who do not */
};

/* Called when a record is on the disk, or with an error when it could not be kept. */
typedef void (*ledger_kept)(void *self, int error, int64_t now);

/*
 * Where records are kept. keep() copies the record and tells the end of each call later,
 * in the order of the calls.
 */
struct ledger_disk {
	void *self;
	void (*keep)(void *self, const struct record *record, ledger_kept kept, void *entry);
};

/*
 * What a door wants. Texts are copied. A program has timeout_ms and a second for each day, its own
 * and those of a program before it that wishes something else of one of them: that has to end.
 */
struct ledger_order {
	const char *command; /* "zone.temperature" */
	int zone;            /* the device it is for; 0: the panel */
	const char *user;
	enum record_source source;
	const char *params, *metadata; /* JSON; metadata may be NULL */
	const char *key;               /* Idempotency-Key, or NULL */
	const char *id; /* of its record: a UUID that no other has; NULL: one is made */
	bool shown; /* the panel was just seen to be so: nothing is to be done */
	bool refresh;                  /* reads the panel and wishes nothing */
	enum engine_refresh_kind how;
	struct cz2_command wish;
	/* Days of the program, instead of a wish; copied. NULL: none. Each day is a turn of its own. */
	const struct cz2_program *program;
	/* A row to be written by its address; the wish is what it comes to. Copied. */
	const struct probe_wish *raw;
	struct cz2_warnings warnings;
	int64_t patience_ms; /* it may wait so long for the panel; 0: its caller waits for the end */
	int64_t waited_ms;   /* of that, or of the caller's patience, so much is gone already */
};

/* What happened without a command of anybody's. Texts are copied. */
struct ledger_note {
	const char *command; /* "unexpected" */
	int zone;            /* the device it happened to; 0: the panel */
	const char *user;
	enum record_source source;
	const char *params;  /* JSON */
	const struct outcome *outcome;
	int64_t moment;      /* of the monotonic clock */
};

/* Whom the ledger tells of one command; each function may be NULL. */
struct ledger_caller {
	void *self;
	/* It is on the disk; what happens now happens. */
	void (*recorded)(void *self, const struct record *record, int64_t now);
	/*
	 * The end, or that it cannot be known yet (CZ2_EUNCONFIRMED), or that it could not
	 * be recorded and will not be carried out (CZ2_EIO). The last call.
	 */
	void (*ended)(void *self, const struct record *record, const struct outcome *outcome,
		      int64_t now);
};

/* Whom the ledger tells of all commands, whoever asked for them; each function may be NULL. */
struct ledger_observer {
	void *self;
	/* It is on the disk and will be carried out. */
	void (*accepted)(void *self, const struct record *record, int64_t now);
	/* It has got its end: also what was unconfirmed first, or is from before the start. */
	void (*final)(void *self, const struct record *record, const struct outcome *outcome,
		      int64_t now);
};

enum { LEDGER_OBSERVERS_MAX = 4 };

/* A handle of a command that has not ended; 0 is none. */
typedef uint64_t ledger_id;

/* All parts must outlive the ledger. */
struct ledger *
ledger_new(const struct ledger_config *config, const struct ledger_disk *disk,
	   struct engine *engine, struct model *model);

struct ledger *
ledger_free(struct ledger *ledger);

/* The observer is copied; self must outlive the ledger, or be taken out before. */
void
ledger_observe(struct ledger *ledger, const struct ledger_observer *observer);

/* The observer with this self is told nothing any more. */
void
ledger_unobserve(struct ledger *ledger, const void *self);

/* Goes on with a record that was not final when the last daemon ended. It is copied. */
void
ledger_take_up(struct ledger *ledger, const struct record *record, int64_t now);

/*
 * Accepts a command; its caller is told later, never from within this call. What the panel
 * would not do now is recorded as failed. Negative, and nobody is told: CZ2_ESTOPPING;
 * CZ2_EBUSY: too many wait.
 */
int
ledger_submit(struct ledger *ledger, const struct ledger_order *order,
	      const struct ledger_caller *caller, int64_t now, ledger_id *id);

/*
 * What the caller of a command with a key was answered, to be kept with it. Only from
 * within one of the caller's functions. The text is copied.
 */
void
ledger_answered(struct ledger *ledger, ledger_id id, int status, const char *text);

/* Keeps a record that is final from the beginning, now or as soon as that is possible. */
void
ledger_note(struct ledger *ledger, const struct ledger_note *note);

/* The caller went away: its command goes on. */
void
ledger_forget(struct ledger *ledger, ledger_id id);

/* The record of a command whose end is not on the disk, as it is now; NULL: ask the store. */
const struct record *
ledger_open_record(const struct ledger *ledger, const char *id);

/* Commands that have not ended and for which something is to be done. */
int
ledger_pending(const struct ledger *ledger);

/* What the panel shows, and will when all of them have been carried out. */
void
ledger_expect(const struct ledger *ledger, struct cz2_values *values);

/* Those of them that the engine does not have yet. */
int
ledger_waiting(const struct ledger *ledger);

/* Accepts no more; the patient ones stay for the next start. */
void
ledger_stop(struct ledger *ledger);

void
ledger_step(struct ledger *ledger, int64_t now);

/* The moment of the next step; INT64_MAX: none. */
int64_t
ledger_wake(const struct ledger *ledger, int64_t now);

#endif

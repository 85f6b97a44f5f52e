/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one queue. Commands before polls; waiting commands that do not exclude
 * each other become one change, carried out as read, edit, write, read back.
 * Decides when the status is refreshed and which rows that takes.
 * Works on bus and model only; callers hand in a function that hears the end.
 */
#ifndef CZ2D_ENGINE_H
#define CZ2D_ENGINE_H

#include "cz2d/model/outcome.h"

struct bus;
struct engine;
struct model;
struct probe_wish;

struct engine_config {
	int zones;
	bool read_only;
	bool raw_writes;     /* rows may be written by their address alone */
	int64_t refresh_ms;  /* between polls */
	int64_t timeout_ms;  /* of a command, from acceptance to its answer */
	int64_t guard_ms;    /* how long a row read counts as fresh enough to write onto */
	int64_t gap_ms;      /* that a request has to wait after the frame before it */
	int attempts;        /* sends of each read */
};

enum { ENGINE_QUEUE_MAX = 640 }; /* commands, refreshes and raw requests that wait or run */

typedef void (*engine_done)(void *self, const struct outcome *outcome, int64_t now);

/* A handle of a waiting or running command; 0 is none. */
typedef uint64_t engine_id;

enum engine_refresh_kind {
	ENGINE_REFRESH_STATUS, /* what a status needs */
	ENGINE_REFRESH_ALL,    /* every row of the status, whatever its age */
	ENGINE_REFRESH_PROGRAM, /* all days of the zones' program, and nothing else */
};

/* Bus and model must outlive the engine. Never NULL. */
struct engine *
engine_new(const struct engine_config *config, struct bus *bus, struct model *model);

struct engine *
engine_free(struct engine *engine);

/* A command and who waits for it. */
struct engine_order {
	struct cz2_command command;
	struct cz2_warnings warnings; /* known before (both flags given): part of the outcome */
	int64_t deadline; /* 0: timeout_ms from now */
	engine_done done; /* how it ended: called once, never from within engine_submit() */
	/* Its first write frame has left. NULL: not of interest. */
	void (*sent)(void *self, int64_t now);
	/*
	 * Its turn has come. It is not begun before engine_prepared(), which may be called
	 * from here. NULL: needs no preparation.
	 */
	void (*prepare)(void *self, int64_t now);
	void *self;
	/*
	 * A row by its address instead of a command, probe.h: to be read, or written whole.
	 * Copied; NULL: none.
	 */
	const struct probe_wish *raw;
};

/*
 * Whether the command could be carried out now: CZ2_OK, CZ2_EREADONLY, CZ2_ECONFLICT,
 * CZ2_ETESTMODE, CZ2_EGAP (within itself), CZ2_EZONE.
 */
int
engine_check(const struct engine *engine, const struct cz2_command *command, int64_t now);

/* The same of a raw request; to read one is never refused. */
int
engine_check_raw(const struct engine *engine, const struct probe_wish *wish, int64_t now);

/* Why the panel cannot be asked now: CZ2_ESTOPPING, CZ2_ECLOSED, CZ2_ETIMEOUT; or CZ2_OK. */
int
engine_reachable(const struct engine *engine);

/*
 * Accepts a command. Negative, and nobody will be called: what engine_check() and
 * engine_reachable() say, or CZ2_EBUSY (queue full). *id may be used to forget the caller.
 */
int
engine_submit(struct engine *engine, const struct engine_order *order, int64_t now, engine_id *id);

/* The command may be sent. */
void
engine_prepared(struct engine *engine, engine_id id);

/* It must not be sent after all; nobody is told. False when its turn has begun, or is over. */
bool
engine_withdraw(struct engine *engine, engine_id id);

/*
 * Nobody knows what became of a write of this command: its rows are read as soon as the
 * panel answers, and before they are written again. What this engine gave up itself need
 * not be told.
 */
void
engine_doubt(struct engine *engine, const struct cz2_command *command, int64_t now);

/*
 * No command is begun before this moment: what an earlier life of the daemon wrote has to be
 * looked at before anything is written over it.
 */
void
engine_pause(struct engine *engine, int64_t until);

/* True when a command that is submitted now would be begun at once, or joined to one that has. */
bool
engine_open(const struct engine *engine);

/* Reads the panel now; callers that wait at the same time share one refresh. */
int
engine_refresh(struct engine *engine, enum engine_refresh_kind how, engine_done done, void *self,
	       int64_t now, engine_id *id);

/* Reads one row soon, whatever its age. */
void
engine_look(struct engine *engine, enum cz2_row row, int64_t now);

/* The caller went away: its command goes on, done is not called. */
void
engine_forget(struct engine *engine, engine_id id);

/* Commands and refreshes that wait or run. */
int
engine_pending(const struct engine *engine);

/* Refuses new ones, fails those that wait; the turn under way is finished if it is soon. */
void
engine_stop(struct engine *engine, int64_t now);

/* True when no command is being carried out. */
bool
engine_idle(const struct engine *engine);

void
engine_step(struct engine *engine, int64_t now);

/* The moment of the next step, now or earlier when one is due. */
int64_t
engine_wake(const struct engine *engine, int64_t now);

/* From the bus observer. */
void
engine_overheard(struct engine *engine, enum cz2_row row, const uint8_t *payload, size_t length,
		 int64_t asked, int64_t now);
void
engine_disturbed(struct engine *engine, enum cz2_row row, int64_t now);
void
engine_strayed(struct engine *engine, const struct cz2_frame *reply, int64_t now);
void
engine_link_changed(struct engine *engine, bool open, int64_t now);

#endif

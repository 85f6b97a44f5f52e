/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * A program that somebody wishes, day by day: what comes next, and what came of those before.
 * Each day is a command of its own for the engine, so that others come in between; all of
 * them are one for the ledger. A part of the ledger, not for other rooms.
 */
#ifndef CZ2D_LEDGER_PROGRAM_H
#define CZ2D_LEDGER_PROGRAM_H

#include "cz2d/ledger/ledger.h"

struct program;

/* The wish is copied. Never NULL. */
struct program *
program_new(const struct cz2_program *wish);

struct program *
program_free(struct program *program);

/* How many days it names. */
int
program_days(const struct program *program);

/* True when they wish something of a day that cannot be had together. */
bool
program_contradicts(const struct program *program, const struct program *other);

/* Why the engine would not take one of its days now, or CZ2_OK. */
int
program_check(const struct program *program, const struct engine *engine, int64_t now);

/*
 * From its first day on. What is known to break a rule comes first, and what is not known at
 * all before the rest: so what cannot be done whole is found out before anything is written,
 * unless somebody changes it meanwhile.
 */
void
program_begin(struct program *program, const struct model *model);

/* The day at hand as a command. False: there is none left. */
bool
program_command(const struct program *program, struct cz2_command *command);

/* What came of the day at hand. The next one is, if all went well. */
void
program_took(struct program *program, const struct outcome *outcome);

/* Nobody knows what of it was written: each day is looked at anew. */
void
program_look(struct program *program);

/* The day at hand shows this. The next one is at hand. */
void
program_saw(struct program *program, const struct cz2_image *image);

/* True when all that is named was seen on the panel. */
bool
program_whole(const struct program *program);

/* Makes of the outcome of a day that of all of them. It points into the program. */
void
program_tell(const struct program *program, struct outcome *outcome);

#endif

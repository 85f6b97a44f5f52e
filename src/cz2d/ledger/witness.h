/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Says what changed on the panel without a command: to the log, to the ledger, and to
 * whoever else wants to know. Finding it out is left to unexpected.h.
 */
#ifndef CZ2D_WITNESS_H
#define CZ2D_WITNESS_H

#include "cz2d/ledger/unexpected.h"

struct engine;
struct ledger;
struct model;
struct record;
struct witness;

/* Called for each finding, from within the loop's turn. */
typedef void (*witness_told)(void *self, const struct unexpected_finding *finding);

/* All parts must outlive the witness. What the model knows by now counts as known. */
struct witness *
witness_new(struct engine *engine, struct ledger *ledger, struct model *model);

struct witness *
witness_free(struct witness *witness);

/*
 * The moment, microseconds since 1970, of the oldest row that was known from the beginning;
 * INT64_MAX: none was. What the ledger says of commands since has to be recalled.
 */
int64_t
witness_since(const struct witness *witness);

/* A command from before the start, oldest first. */
void
witness_recall(struct witness *witness, const struct record *record);

/* Records what is beyond doubt: the next life takes rows that are kept now for what it knows. */
void
witness_record(struct witness *witness);

/* NULL: nobody any more. */
void
witness_tell(struct witness *witness, witness_told told, void *self);

/* The link was opened or closed: in between nobody was heard, and no look ends. */
void
witness_link_changed(struct witness *witness, int64_t now);

/* Somebody else on the bus was heard writing the row. */
void
witness_disturbed(struct witness *witness, enum cz2_row row, int64_t now);

/* The daemon stops: nothing waits any more. */
void
witness_stop(struct witness *witness);

/* Nothing more will be found: says how much the log was not told. */
void
witness_sum_up(struct witness *witness);

#endif

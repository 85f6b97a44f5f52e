/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * How a command ended, as the engine tells whoever gave it.
 */
#ifndef CZ2D_OUTCOME_H
#define CZ2D_OUTCOME_H

#include <cz2/command.h>

/* A row that was written for the command. */
struct outcome_row {
	enum cz2_row row;
	struct cz2_image before; /* as read before the first write */
	struct cz2_image after;  /* as read since the last one; length 0: not read */
};

/* The same of a program: of all its days together. */
struct outcome_program {
	struct cz2_program applied;
	struct outcome_row rows[CZ2_SCHEDULES];
	int row_count;
};

/* A row that was asked for or written by its address alone. */
struct outcome_raw {
	uint8_t device, table, row; /* device 0: this was not about one */
	struct cz2_image before;    /* what was written upon; length 0: nothing was */
	struct cz2_image after;     /* as read last, and since the write; length 0: not read */
};

struct outcome {
	int error; /* enum cz2_error: CZ2_OK means delivered */
	struct cz2_problem problem; /* CZ2_EGAP, CZ2_EIMPLAUSIBLE; of a program, where it ended */
	struct cz2_warnings warnings;
	bool unchanged;    /* nothing had to be written for this command */
	bool sent;         /* a write frame that carried it left */
	int transactions, bytes, attempts; /* of the turn it was part of */
	struct cz2_command applied; /* what of it is known to be on the panel */
	struct outcome_row rows[CZ2_COMMAND_ROWS];
	int row_count;
	const struct outcome_program *program; /* of a program instead of applied and rows; NULL */
	struct outcome_raw raw;
};

#endif

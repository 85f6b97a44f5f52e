/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows of the panel from the daemon, by their address.
 */
#ifndef CZ2CTL_ROW_CALL_H
#define CZ2CTL_ROW_CALL_H

#include "cz2ctl/call.h"
#include "cz2ctl/row_text.h"

enum { ROW_TARGET_MAX = 64 };

/* The route of a row. Returns out. */
const char *
row_target(const struct row *row, char out[ROW_TARGET_MAX]);

/* False when the answer is not about this row; else the row has its bytes. */
bool
row_take(struct row *row, const json_t *answer);

/* Has it read now. On CTL_DONE the row has its bytes, and the answer is the caller's. */
enum ctl_exit
row_fetch(struct ctl *ctl, struct row *row, json_t **answer);

#endif

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * One route, and what it answers.
 */
#include "build.h"

#include "cz2ctl/row_call.h"

#include <stdio.h>

#include "cz2ctl/say.h"

const char *
row_target(const struct row *row, char out[ROW_TARGET_MAX])
{
	snprintf(out, ROW_TARGET_MAX, "/api/v1/rows/%d/%d/%d", row->device, row->table, row->row);
	return out;
}

bool
row_take(struct row *row, const json_t *answer)
{
	const struct row wanted = *row;

	return row_of_answer(row, answer) && row->device == wanted.device &&
	       row->table == wanted.table && row->row == wanted.row;
}

enum ctl_exit
row_fetch(struct ctl *ctl, struct row *row, json_t **answer)
{
	char target[ROW_TARGET_MAX];
	enum ctl_exit code = call_get(ctl, row_target(row, target), 0, answer);

	if (code != CTL_DONE || row_take(row, *answer))
		return code;
	say_error("the daemon's answer is not understood");
	json_decref(*answer);
	*answer = NULL;
	return CTL_REFUSED;
}

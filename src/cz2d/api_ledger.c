/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What became of commands.
 */
#include "build.h"

#include "cz2d/api_internal.h"

#include <stdio.h>
#include <string.h>

static json_t *
render_one(const struct record *records, int count, int64_t total)
{
	(void)total;
	return count == 1 ? json_record(&records[0]) : NULL;
}

void
api_get_command(const struct api_call *call)
{
	struct store_query query = {.status = -1, .limit = 1};
	const struct record *open;

	/* A longer one is nobody's: found it will not be. */
	snprintf(query.id, sizeof query.id, "%.*s", (int)call->part_length, call->part);
	open = ledger_open_record(call->api->parts.ledger, query.id);
	if (open != NULL)
		api_answer(call->request, 200, json_record(open));
	else
		api_wait_records(call, &query, render_one);
}

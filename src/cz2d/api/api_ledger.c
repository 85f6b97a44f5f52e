/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What became of commands.
 */
#include "build.h"

#include "cz2d/api/api_internal.h"

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
	const struct api_part *id = &call->parts[0];
	const struct record *open;

	if (id->length >= sizeof query.id) {
		api_answer_absent(call->request, "Command");
		return;
	}
	snprintf(query.id, sizeof query.id, "%.*s", (int)id->length, id->text);
	open = ledger_open_record(call->api->parts.ledger, query.id);
	if (open != NULL)
		api_answer(call->request, 200, json_record(open));
	else
		api_wait_records(call, &query, render_one);
}

/* ------------------------------------------------------------------------
 * Of a device
 */

static json_t *
render_list(const struct record *records, int count, int64_t total)
{
	json_t *list = json_array();

	(void)total;
	for (int i = 0; i < count; i++)
		json_array_append_new(list, json_record(&records[i]));
	return list;
}

static json_t *
render_page(const struct record *records, int count, int64_t total)
{
	return json_pack("{s:o, s:I}", "commands", render_list(records, count, total), "total",
			 (json_int_t)total);
}

/* The device of the path; answers when there is none. */
static bool
read_device(const struct api_call *call, struct store_query *query)
{
	int number;

	if (!api_find_device(call, &number))
		return false;
	strcpy(query->device, devices_at(call->api->parts.devices, number)->id);
	return true;
}

/* status: what the parameter is called. */
static bool
read_filter(const struct api_call *call, const char *status_name, struct store_query *query)
{
	int64_t status, limit;

	if (!api_read_query(call, status_name, &status) || !api_read_query(call, "limit", &limit))
		return false;
	query->status = (int)status;
	query->limit = (int)limit;
	return true;
}

static void
answer_page(const struct api_call *call, struct store_query *query)
{
	if (read_filter(call, "status_filter", query) &&
	    api_read_query(call, "offset", &query->offset))
		api_wait_records(call, query, render_page);
}

void
api_get_page(const struct api_call *call)
{
	struct store_query query = {.offset = 0};

	answer_page(call, &query);
}

void
api_get_device_page(const struct api_call *call)
{
	struct store_query query = {.offset = 0};

	if (read_device(call, &query))
		answer_page(call, &query);
}

void
api_get_device_list(const struct api_call *call)
{
	struct store_query query = {.offset = 0};

	if (read_device(call, &query) && read_filter(call, "status", &query))
		api_wait_records(call, &query, render_list);
}

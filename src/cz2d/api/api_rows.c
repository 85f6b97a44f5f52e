/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The panel's memory by its addresses: what is known of it, a row as it is now, and a row
 * written whole for whoever was allowed to do that.
 */
#include "build.h"

#include "cz2d/api/api_wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cz2d/config/config.h"
#include "cz2d/json/json_rows.h"

enum {
	DEVICE_MAX = 254,
	BYTE_MAX = 255,
	HEX_MAX = 2 * CZ2_ROW_SIZE_MAX,
	RULE_MAX = 128,
};

const struct command_kind api_raw_write = {
	.schema = {"RawWrite", .fields = {
		{"hex", BODY_TEXT, CZ2_FIELD_COUNT, true, 0,
		 "the whole row as it is to be: 0, table, row and the content, in hexadecimal", 1,
		 HEX_MAX},
		{"expected", BODY_TEXT, CZ2_FIELD_COUNT, true, 0,
		 "the whole row as it was when it was read last", 1, HEX_MAX},
	}},
};

void
api_get_rows(const struct api_call *call)
{
	struct json_view view =
		json_view_at(call->api->parts.devices, call->api->parts.model, call->now);

	api_answer(call->request, 200, json_rows(&view));
}

/* ------------------------------------------------------------------------
 * The path
 */

static int
read_part(struct body *body, const struct api_call *call, int n, const char *name, int least,
	  int most)
{
	const struct api_part *part = &call->parts[n];
	int value = 0;

	body_path_number(body, name, part->text, part->length, least, most, &value);
	return value;
}

static void
read_address(struct body *body, const struct api_call *call, struct probe_wish *wish)
{
	int own = call->api->parts.config->panel.bus_address;

	memset(wish, 0, sizeof *wish);
	wish->device = (uint8_t)read_part(body, call, 0, "device", 1, DEVICE_MAX);
	wish->table = (uint8_t)read_part(body, call, 1, "table", 0, BYTE_MAX);
	wish->row = (uint8_t)read_part(body, call, 2, "row", 0, BYTE_MAX);
	if (wish->device == own)
		body_path_refuse(body, "device", "that is the daemon itself (panel.bus_address)",
				 own);
}

/* ------------------------------------------------------------------------
 * Answers
 */

static json_t *
row_document(const struct api_wait *wait, const struct outcome_raw *raw, int64_t now)
{
	struct json_view view =
		json_view_at(wait->api->parts.devices, wait->api->parts.model, now);

	return json_row(&view, raw->device, raw->table, raw->row, &raw->after);
}

static json_t *
written_document(const struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	const struct outcome_raw *raw = &outcome->raw;
	json_t *document = row_document(wait, raw, now);
	char name[JSON_ROW_NAME_MAX];

	json_row_name(raw->device, raw->table, raw->row, name);
	json_object_set_new(document, "message",
			    json_sprintf(outcome->unchanged ? "Row %s was so already"
							    : "Row %s written", name));
	return document;
}

/* What there is instead is part of the answer, as far as it was seen. */
static json_t *
failed_document(const struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	json_t *document = json_pack("{s:o}", "detail", json_problem(outcome));

	if (outcome->raw.after.length != 0)
		json_object_set_new(document, "row", row_document(wait, &outcome->raw, now));
	return document;
}

/* The panel has no such row, or does not show it; a write never began. */
static json_t *
absent_document(const struct outcome_raw *raw)
{
	return json_pack("{s:o}", "detail",
			 json_sprintf("Device %d refused to show row %d of table %d: it has none.",
				      raw->device, raw->row, raw->table));
}

void
api_rows_finish(struct api_wait *wait, const struct outcome *outcome, int64_t now)
{
	int status = api_status_of(outcome->error);

	if (outcome->error == CZ2_OK && wait->wish.message[0] != '\0')
		api_wait_answer(wait, 200, written_document(wait, outcome, now));
	else if (outcome->error == CZ2_OK)
		api_wait_answer(wait, 200, row_document(wait, &outcome->raw, now));
	else if (outcome->error == CZ2_EREFUSED && !outcome->sent)
		api_wait_answer(wait, 404, absent_document(&outcome->raw));
	else
		api_wait_answer(wait, status, failed_document(wait, outcome, now));
}

/* ------------------------------------------------------------------------
 * Reading
 */

void
api_get_row(const struct api_call *call)
{
	struct body body;
	struct probe_wish wish;

	body_init(&body, &api_raw_write.schema);
	read_address(&body, call, &wish);
	if (body_ok(&body))
		api_wait_row(call, &wish);
	else
		api_answer_body(call->request, &body);
	body_fini(&body);
}

/* ------------------------------------------------------------------------
 * Writing
 */

static size_t
read_bytes(struct body *body, const struct probe_wish *wish, const char *member,
	   uint8_t bytes[CZ2_ROW_SIZE_MAX])
{
	size_t length = json_hex_read(json_string_value(body_member(body, member)), bytes);
	char rule[RULE_MAX];

	if (length > CZ2_ROW_PREFIX && bytes[0] == 0 && bytes[1] == wish->table &&
	    bytes[2] == wish->row)
		return length;
	snprintf(rule, sizeof rule,
		 "wanted are %d to %d bytes in hexadecimal that begin with 00%02x%02x",
		 CZ2_ROW_PREFIX + 1, CZ2_ROW_SIZE_MAX, wish->table, wish->row);
	body_refuse(body, member, rule);
	return 0;
}

static void
read_wish(struct body *body, struct probe_wish *wish)
{
	size_t length, expected;

	if (!body_ok(body))
		return;
	length = read_bytes(body, wish, "hex", wish->bytes);
	expected = read_bytes(body, wish, "expected", wish->expected);
	wish->length = (uint8_t)length;
	if (body_ok(body) && length != expected)
		body_refuse(body, "hex",
			    "it must be as long as expected is: a row keeps its length");
}

/* Why nobody may write this row here; NULL: somebody may. */
static const char *
forbidden(const struct api_call *call, const struct probe_wish *wish)
{
	if (!probe_may_write(wish))
		return "Rows of tables 2 and 9 are never written: the wall unit owns them, and "
		       "drives compressors and dampers through them; a write there would bypass "
		       "what protects the equipment.";
	if (!call->api->parts.config->panel.raw_writes)
		return "Raw writes are switched off. To allow them to tokens of scope admin, add "
		       "raw_writes = true; to panel in the configuration.";
	return NULL;
}

static void
submit(const struct api_call *call, const struct probe_wish *wish)
{
	json_t *params = json_raw_params(wish);
	char *text = json_dumps(params, JSON_COMPACT);
	struct ledger_order order = {
		.command = RECORD_RAW_WRITE, .params = text, .raw = wish};
	struct api_wish answer = {.message = RECORD_RAW_WRITE, .source = CZ2_SOURCE_WRITEBACK};

	json_raw_values(wish, &order.wish);
	api_wait_order(call, &order, &answer);
	free(text);
	json_decref(params);
}

void
api_put_row(const struct api_call *call)
{
	struct probe_wish wish;
	struct body body;
	size_t length;
	const char *text = http_body(call->request, &length);

	body_init(&body, &call->route->command->schema);
	read_address(&body, call, &wish);
	body_decode(&body, text, length);
	read_wish(&body, &wish);
	if (!body_ok(&body))
		api_answer_body(call->request, &body);
	else if (forbidden(call, &wish) != NULL)
		api_answer_detail(call->request, 403, json_string(forbidden(call, &wish)));
	else
		submit(call, &wish);
	body_fini(&body);
}

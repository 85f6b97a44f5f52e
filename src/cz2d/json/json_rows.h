/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Rows of the panel as bytes: in documents, in the records of raw writes, and back.
 */
#ifndef CZ2D_JSON_ROWS_H
#define CZ2D_JSON_ROWS_H

#include "cz2d/engine/probe.h"
#include "cz2d/json/json.h"

enum { JSON_ROW_NAME_MAX = 24 };

/* "1.16"; of what is in no table of ours "5.7@20", with the device. Returns out. */
const char *
json_row_name(unsigned device, unsigned table, unsigned row, char out[JSON_ROW_NAME_MAX]);

/* "000110...", of at most CZ2_FRAME_MAX bytes. */
json_t *
json_hex_of(const uint8_t *bytes, size_t length);

/* The bytes of a row, "000110...", JSON null when there are none. */
json_t *
json_hex(const struct cz2_image *image);

/* How many bytes the text has, in pairs of hexadecimal digits; 0: none, too many, or no such text. */
size_t
json_hex_read(const char *text, uint8_t bytes[CZ2_ROW_SIZE_MAX]);

/* A row that is read by its address, as it is known at the moment of the view. */
json_t *
json_row(const struct json_view *view, unsigned device, unsigned table, unsigned row,
	 const struct cz2_image *image);

/* All rows that are known. */
json_t *
json_rows(const struct json_view *view);

/* What the ledger keeps of a raw write, and the inverse: false when that makes no sense. */
json_t *
json_raw_params(const struct probe_wish *wish);

bool
json_raw_read(const char *params, struct probe_wish *wish);

/* The values that it comes to; those that no command may set are not named. */
void
json_raw_values(const struct probe_wish *wish, struct cz2_command *values);

#endif

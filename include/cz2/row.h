/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The rows of the panel: where each lives, how long it is, how it is learnt
 * and how fresh it is kept. The panel's memory is tables of rows; a row is
 * read and written whole. Everything that names a row goes through this table.
 *
 * Byte positions count from the first payload byte, so bytes 0..2 are always
 * 0, table, row, and the content begins at byte 3.
 */
#ifndef CZ2_ROW_H
#define CZ2_ROW_H

#include <cz2/frame.h>

enum {
	CZ2_ZONES_MAX = 8,
	CZ2_SENSORS = 7,    /* Smart Sensors, at bus addresses 2..8 */
	CZ2_SCHEDULES = 56, /* 8 zones x 7 days */
	CZ2_ROW_SIZE_MAX = 64 /* longest row image kept; the longest known is 19 */
};

/* The name is table_row. Rows of table 2 exist once per Smart Sensor. */
enum cz2_row {
	CZ2_ROW_1_2,
	CZ2_ROW_1_6,
	CZ2_ROW_1_9,
	CZ2_ROW_1_11,
	CZ2_ROW_1_12,
	CZ2_ROW_1_16,
	CZ2_ROW_1_17,
	CZ2_ROW_1_18,
	CZ2_ROW_1_19,
	CZ2_ROW_1_24,
	CZ2_ROW_1_31,
	CZ2_ROW_2_1,                                   /* of zone 2; zone z: + z - 2 */
	CZ2_ROW_2_2 = CZ2_ROW_2_1 + CZ2_SENSORS,
	CZ2_ROW_2_3 = CZ2_ROW_2_2 + CZ2_SENSORS,
	CZ2_ROW_9_1 = CZ2_ROW_2_3 + CZ2_SENSORS,
	CZ2_ROW_9_2,
	CZ2_ROW_9_3,
	CZ2_ROW_9_4,
	CZ2_ROW_9_5,
	CZ2_ROW_SCHEDULE,                              /* 10.1; 10.n: + n - 1 */
	CZ2_ROW_COUNT = CZ2_ROW_SCHEDULE + CZ2_SCHEDULES,
	CZ2_ROW_NONE = -1
};

/* How a row's content may be learnt by listening, besides asking for it. */
enum cz2_overhear {
	CZ2_OVERHEAR_NO,
	CZ2_OVERHEAR_REPLY, /* the owner answers somebody's read */
	CZ2_OVERHEAR_WRITE, /* also: the wall unit writes it and the owner takes it */
};

/* When a refresh of the status asks for a row that was not overheard. */
enum cz2_refresh {
	CZ2_REFRESH_NEVER,  /* read on demand only */
	CZ2_REFRESH_ALWAYS, /* every time */
	CZ2_REFRESH_TURNS,  /* the most overdue ones, as far as the budget goes */
	CZ2_REFRESH_LAZY,   /* never; one at a time between refreshes, when nothing else is to do */
};

struct cz2_row_info {
	uint8_t device; /* bus address of the owner */
	uint8_t table;
	uint8_t row;
	uint8_t length;      /* payload length incl. the 3 prefix bytes; 0: unknown */
	uint8_t overhear;    /* enum cz2_overhear */
	uint8_t refresh;     /* enum cz2_refresh */
	uint16_t fresh_s;    /* seconds after which it is due again, unless it is read each time */
	const char *title;
	const char *evidence;/* C captured, P captured payload, S stated, I inferred */
};

/* How an image came to us. */
enum cz2_source {
	CZ2_SOURCE_NONE, /* never learnt */
	CZ2_SOURCE_RESTORED,
	CZ2_SOURCE_SNIFF,
	CZ2_SOURCE_POLL,
	CZ2_SOURCE_FORCE,
	CZ2_SOURCE_WRITEBACK,
};

/* A copy of one row. */
struct cz2_image {
	uint8_t length; /* 0: never learnt */
	uint8_t source; /* enum cz2_source */
	uint8_t bytes[CZ2_ROW_SIZE_MAX];
	/*
	 * Monotonic milliseconds: the earliest moment at which the panel can
	 * have shown this content (when the oldest request that the reply may
	 * answer was sent), not when it arrived. See cz2_exchange.
	 */
	int64_t time;
};

/* Never NULL for 0 <= row < CZ2_ROW_COUNT. */
const struct cz2_row_info *
cz2_row_info(enum cz2_row row);

/* CZ2_ROW_NONE when this device has no such known row. */
enum cz2_row
cz2_row_find(unsigned device, unsigned table, unsigned row);

/* "1.16"; for Smart Sensor rows "2.3@4" with the device. out holds >= 16. */
const char *
cz2_row_name(enum cz2_row row, char out[16]);

/* True when payload (of length bytes) can be the content of row. */
bool
cz2_row_matches(enum cz2_row row, const uint8_t *payload, size_t length);

/* True when both have the same content, whenever and however it was learnt. */
bool
cz2_image_same(const struct cz2_image *a, const struct cz2_image *b);

/* "poll", "sniff", "writeback", "force", "restored"; "none". */
const char *
cz2_source_name(enum cz2_source source);

#endif

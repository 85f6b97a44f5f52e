/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* See judge.h. */
#include "build.h"

#include "virtual/judge.h"

#include <stdio.h>
#include <string.h>

enum {
	HEADER = 8, /* of a frame; "frames" of docs/protocol.md */
	CRC = 2,
	FUNCTION = 7,
	SOURCE = 2,
	ROW_OF_PAYLOAD = 2,
	PREFIX = 3,
	READ = 0x0B,
	REPLY = 0x06,
	WRITE = 0x0C,
	FRAME_SIZE_MAX = 265,
	FRAMES_MAX = 2000,
	FRESH_MS = 250, /* the configuration's guard, from the end of the read to the write */
	ASKED_MS = 300 + 700, /* a reply is waited for, and may be so much later than that */
};

/* Rows of table 1, the only ones that may be written. */
static const struct {
	enum cz2_row row;
	uint8_t number;
	const char *name;
} watched[] = {
	{CZ2_ROW_1_12, 12, "1.12"},
	{CZ2_ROW_1_16, 16, "1.16"},
	{CZ2_ROW_1_17, 17, "1.17"},
};

enum { WATCHED = sizeof watched / sizeof watched[0] };

struct frame {
	double ms;
	bool incoming, ok;
	char note[96];
	uint8_t function, source;
	uint8_t length; /* of the payload */
	uint8_t payload[FRAME_SIZE_MAX];
};

static struct {
	struct frame frames[FRAMES_MAX]; /* that carry a row, in the order of their ends */
	int count;
	uint8_t before[WATCHED][CZ2_ROW_SIZE_MAX];
	size_t lengths[WATCHED];
} seen;

/* ------------------------------------------------------------------------
 * What was seen
 */

static size_t
from_hex(const char *hex, uint8_t *bytes, size_t size)
{
	size_t length = 0;
	unsigned byte;

	for (; length < size && sscanf(hex + 2 * length, "%2x", &byte) == 1; length++)
		bytes[length] = (uint8_t)byte;
	return length;
}

static const char *
text_of(const json_t *entry, const char *name)
{
	return json_string_value(json_object_get(entry, name));
}

static void
note_frame(const json_t *entry)
{
	uint8_t bytes[FRAME_SIZE_MAX];
	size_t size = from_hex(text_of(entry, "hex"), bytes, sizeof bytes);
	struct frame *frame = &seen.frames[seen.count];

	if (size < HEADER + PREFIX + CRC)
		return;
	ck_assert_int_lt(++seen.count, FRAMES_MAX);
	frame->ms = json_number_value(json_object_get(entry, "t_ms"));
	frame->incoming = strcmp(text_of(entry, "dir"), "in") == 0;
	frame->ok = json_is_true(json_object_get(entry, "ok"));
	snprintf(frame->note, sizeof frame->note, "%s", text_of(entry, "note"));
	frame->function = bytes[FUNCTION];
	frame->source = bytes[SOURCE];
	frame->length = (uint8_t)(size - HEADER - CRC);
	memcpy(frame->payload, bytes + HEADER, frame->length);
}

static void
look_back(struct house *house)
{
	json_t *answer = house_ask(house, "{\"cmd\":\"log\"}");
	const json_t *entry;
	size_t index;

	seen.count = 0;
	json_array_foreach(json_object_get(answer, "log"), index, entry)
		note_frame(entry);
	json_decref(answer);
}

/* ------------------------------------------------------------------------
 * Writes
 */

/* The last frame of the same row before this one; NULL. */
static const struct frame *
earlier(const struct frame *than, uint8_t function, bool incoming, const char *note)
{
	for (const struct frame *one = than - 1; one >= seen.frames; one--)
		if (one->function == function && one->incoming == incoming && one->ok &&
		    memcmp(one->payload, than->payload, PREFIX) == 0 &&
		    (note == NULL || strcmp(one->note, note) == 0))
			return one;
	return NULL;
}

static double
wire_ms(size_t payload)
{
	return (double)(HEADER + payload + CRC) * 10 / 9.6;
}

static void
judge_write(struct house *house, const struct wishes *wishes, enum cz2_row row,
	    const struct frame *write)
{
	const struct frame *read = earlier(write, REPLY, false, NULL), *asked;
	uint8_t expected[FRAME_SIZE_MAX];
	double begin = write->ms - wire_ms(write->length);

	house_assert(house, read != NULL && read->length == write->length,
		     "%s: written, and not read before", house->name);
	memcpy(expected, read->payload, read->length);
	wishes_apply(wishes, row, expected);
	house_assert(house, memcmp(expected, write->payload, write->length) == 0,
		     "%s: what is written is not what was read with what is wished", house->name);
	/* A fault is noted at the request and at its reply: that tells late ones from others. */
	asked = earlier(read, READ, true, read->note);
	house_assert(house, asked != NULL, "%s: a reply to nobody", house->name);
	house_assert(house, begin - read->ms <= FRESH_MS && begin - asked->ms <= ASKED_MS,
		     "%s: written %.0f ms after it was asked for and %.0f ms after it was read",
		     house->name, begin - asked->ms, begin - read->ms);
}

static void
judge_writes(struct house *house, const struct wishes *wishes)
{
	for (const struct frame *one = seen.frames; one < seen.frames + seen.count; one++) {
		int i = 0;

		if (!one->incoming || one->function != WRITE || one->source != WIRE_ADDRESS)
			continue;
		while (i < WATCHED && watched[i].number != one->payload[ROW_OF_PAYLOAD])
			i++;
		house_assert(house, one->payload[1] == 1 && i < WATCHED,
			     "%s: row %u.%u is written", house->name, one->payload[1],
			     one->payload[ROW_OF_PAYLOAD]);
		judge_write(house, wishes, watched[i].row, one);
	}
}

/* ------------------------------------------------------------------------
 * Rows
 */

/* One change of a row by the wall or by us. */
static void
follow(struct house *house, const struct wishes *wishes, int i, const json_t *entry,
       uint8_t *walled, struct judge_walls *walls)
{
	uint8_t old[CZ2_ROW_SIZE_MAX], new[CZ2_ROW_SIZE_MAX];
	size_t length = from_hex(text_of(entry, "new"), new, sizeof new);
	const char *cause = text_of(entry, "cause");
	bool wall = strcmp(cause, "wall") == 0, lost = false;

	if (strcmp(cause, "start") == 0)
		return;
	house_assert(house, wall || strcmp(cause, "write") == 0, "%s: the panel's own: %s",
		     house->name, cause);
	ck_assert_uint_eq(from_hex(text_of(entry, "old"), old, sizeof old), length);
	for (size_t at = 0; at < length; at++) {
		uint8_t changed = (uint8_t)((old[at] ^ new[at]) &
					    ~wishes_mask(wishes, watched[i].row, at));

		if (wall)
			walled[at] |= changed;
		else
			lost |= (changed & walled[at]) != 0;
	}
	walls->edits += wall;
	walls->overwritten += lost;
}

static void
judge_row(struct house *house, const struct wishes *wishes, int i, const json_t *history,
	  struct judge_walls *walls)
{
	uint8_t walled[CZ2_ROW_SIZE_MAX] = {0}, after[CZ2_ROW_SIZE_MAX];
	const json_t *entry;
	size_t index;

	json_array_foreach(history, index, entry)
		if (strcmp(text_of(entry, "row"), watched[i].name) == 0)
			follow(house, wishes, i, entry, walled, walls);
	ck_assert_uint_eq(house_row(house, watched[i].row, after), seen.lengths[i]);
	for (size_t at = 0; at < seen.lengths[i]; at++) {
		uint8_t free = wishes_mask(wishes, watched[i].row, at) | walled[at];

		house_assert(house, ((after[at] ^ seen.before[i][at]) & ~free) == 0,
			     "%s: byte %zu of row %s was %02X and is %02X", house->name, at,
			     watched[i].name, seen.before[i][at], after[at]);
	}
}

void
judge_begin(struct house *house)
{
	house_do(house, "{\"cmd\":\"reset\"}");
	for (int i = 0; i < WATCHED; i++)
		seen.lengths[i] = house_row(house, watched[i].row, seen.before[i]);
}

void
judge_end(struct house *house, const struct wishes *wishes, struct judge_walls *walls)
{
	json_t *answer = house_ask(house, "{\"cmd\":\"history\"}");

	look_back(house);
	judge_writes(house, wishes);
	for (int i = 0; i < WATCHED; i++)
		judge_row(house, wishes, i, json_object_get(answer, "history"), walls);
	json_decref(answer);
}

/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Names, pairs of request and answer, and the line. What rows hold is decode's.
 */
#include "build.h"

#include "cz2ctl/talk.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cz2/row.h>

#include "cz2ctl/hex.h"
#include "cz2ctl/text.h"

enum {
	SECOND_US = 1000000,
	MS_US = 1000,
	FIRST_SENSOR = 2,
	LAST_SENSOR = 8,
	LINE_MAX_BYTES = 4 * EVENT_BYTES_MAX,
};

/* ------------------------------------------------------------------------
 * Understanding
 */

static void
name(const struct talk *talk, uint8_t address, char out[TALK_NAME_MAX])
{
	if (talk->us != 0 && address == talk->us)
		strcpy(out, "cz2d");
	else if (address == CZ2_ADDRESS_UI)
		strcpy(out, "wall");
	else if (address == CZ2_ADDRESS_PANEL)
		strcpy(out, "panel");
	else
		snprintf(out, TALK_NAME_MAX,
			 address >= FIRST_SENSOR && address <= LAST_SENSOR ? "zone%d" : "%d",
			 address);
}

static bool
is_answer(const struct talk *talk, const struct cz2_frame *frame)
{
	return talk->asked && frame->source == talk->request.destination &&
	       frame->destination == talk->request.source;
}

static const char *
word_of(const struct cz2_frame *frame)
{
	switch (frame->function) {
	case CZ2_READ:
		return "read";
	case CZ2_WRITE:
		return "write";
	case CZ2_ERROR:
		return "error";
	case CZ2_REPLY:
		if (frame->length > 1)
			return "reply";
		return frame->payload[0] == 0 ? "ack" : "nack";
	default:
		return "other";
	}
}

/* The frame that names the row: this one, or the request that it answers; NULL: none does. */
static const struct cz2_frame *
named_by(const struct talk *talk, const struct cz2_frame *frame)
{
	bool knows = frame->function != CZ2_ERROR && frame->length >= CZ2_ROW_PREFIX;

	if (knows)
		return frame;
	return is_answer(talk, frame) ? &talk->request : NULL;
}

/* Who has the row: whom it is asked for or written to, and who answers. */
static uint8_t
owner(const struct cz2_frame *frame)
{
	return frame->function == CZ2_REPLY ? frame->source : frame->destination;
}

void
talk_hear(struct talk *talk, const struct event *event, struct talk_facts *facts)
{
	struct cz2_frame *frame = &facts->frame;
	const struct cz2_frame *named;

	memset(facts, 0, sizeof *facts);
	if (event->kind != EVENT_FRAME || cz2_frame_decode(event->bytes, event->length, frame) != 0)
		return;
	if (event->out)
		talk->us = frame->source;
	facts->function = word_of(frame);
	name(talk, frame->source, facts->from);
	name(talk, frame->destination, facts->to);
	named = named_by(talk, frame);
	facts->about = named != NULL;
	if (named != NULL)
		decode_name(owner(named), named->payload[1], named->payload[2], facts->row);
	talk->asked = frame->function == CZ2_READ || frame->function == CZ2_WRITE;
	if (talk->asked)
		talk->request = *frame;
}

/* ------------------------------------------------------------------------
 * Showing
 */

/* As a clock on the wall here shows it. */
static void
put_time(const struct event *event, char *out, size_t size)
{
	time_t seconds = (time_t)(event->time_us / SECOND_US);
	char clock[16];
	struct tm local;

	strftime(clock, sizeof clock, "%H:%M:%S", localtime_r(&seconds, &local));
	snprintf(out, size, "%s.%03d ", clock, (int)(event->time_us % SECOND_US / MS_US));
}

static const char *
title_of(const struct cz2_frame *frame)
{
	enum cz2_row row = cz2_row_find(owner(frame), frame->payload[1], frame->payload[2]);

	return row != CZ2_ROW_NONE ? cz2_row_info(row)->title : "";
}

/* The payload of a write, and of an answer to a read, is a row. */
static bool
holds_row(const struct cz2_frame *frame)
{
	return (frame->function == CZ2_WRITE || frame->function == CZ2_REPLY) &&
	       frame->length > CZ2_ROW_PREFIX;
}

/* What the row is about, and what it holds. */
static void
put_content(const struct talk_facts *facts, bool titled, char *out, size_t size)
{
	const struct cz2_frame *frame = &facts->frame;
	char values[DECODE_LINE_MAX] = "";
	size_t used = strlen(out);
	struct decode decode;

	if (frame->length < CZ2_ROW_PREFIX || frame->function == CZ2_ERROR)
		return;
	if (holds_row(frame)) {
		decode_row(owner(frame), frame->payload, frame->length, &decode);
		decode_line(&decode, values);
	}
	if (titled || values[0] == '\0')
		snprintf(out + used, size - used, "%s%s%s", title_of(frame),
			 values[0] != '\0' ? ": " : "", values);
	else
		snprintf(out + used, size - used, "%s", values);
}

/* Where there is too little room for all of it, the row's number says enough. */
static void
put_frame(const struct talk_facts *facts, size_t columns, char *out, size_t size)
{
	size_t used = strlen(out), content;

	snprintf(out + used, size - used, "%5s -> %-5s %-5s %-5s ", facts->from, facts->to,
		 facts->function, facts->row);
	content = strlen(out);
	put_content(facts, true, out, size);
	if (columns == 0 || strlen(out) <= columns)
		return;
	out[content] = '\0';
	put_content(facts, false, out, size);
}

static void
put_bytes(const struct event *event, char *out, size_t size)
{
	size_t used = strlen(out);

	used += (size_t)snprintf(out + used, size - used, "%c ", event->out ? '>' : '<');
	hex_write(event->bytes, event->length, "", out + used, size - used);
}

static void
put_noise(const struct event *event, char *out, size_t size)
{
	bool broken = event_checksum_errors(event) > 0;
	size_t used = strlen(out);

	used += (size_t)snprintf(out + used, size - used, "%s, %zu byte%s: ",
				 broken ? "wrong checksum" : "noise", event->length,
				 event->length == 1 ? "" : "s");
	hex_write(event->bytes, event->length, " ", out + used, size - used);
}

static enum style
style_of(const struct event *event, const struct talk_facts *facts)
{
	if (event->kind != EVENT_FRAME || strcmp(facts->function, "error") == 0 ||
	    strcmp(facts->function, "nack") == 0)
		return STYLE_BAD;
	return strcmp(facts->function, "write") == 0 ? STYLE_WARN : STYLE_PLAIN;
}

static void
trim(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}

void
talk_print(const struct event *event, const struct talk_facts *facts, bool hex,
	   const struct screen *screen)
{
	char line[LINE_MAX_BYTES];
	size_t used;

	put_time(event, line, sizeof line);
	used = strlen(line);
	if (event->kind == EVENT_FRAME && hex)
		put_bytes(event, line, sizeof line);
	else if (event->kind == EVENT_FRAME)
		put_frame(facts, screen->columns, line, sizeof line);
	else if (event->kind == EVENT_NOISE)
		put_noise(event, line, sizeof line);
	else
		snprintf(line + used, sizeof line - used, "lost: %lld lines came too fast for us",
			 (long long)event->count);
	trim(line);
	screen_begin(screen, style_of(event, facts));
	text_put_cut(line, screen->columns > 0 ? screen->columns : sizeof line, screen->file);
	screen_end(screen, style_of(event, facts));
	putc('\n', screen->file);
}

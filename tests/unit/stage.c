/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/* Moves virtual time from event to event and keeps what the clients hear. */
#include "build.h"

#include "stage.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cz2/row.h>

#include "support.h"

enum { REMOTE = 99 };

struct stage stage;

struct sim_config
stage_config(void)
{
	struct sim_config config = sim_config_default();

	config.burst = false;
	return config;
}

void
stage_open(const struct sim_config *config)
{
	memset(&stage, 0, sizeof stage);
	stage.now = STAGE_START;
	stage.sim = sim_new(config, NULL, stage.now);
}

void
stage_close(void)
{
	stage.sim = sim_free(stage.sim);
}

int
stage_connect(void)
{
	int client = sim_connect(stage.sim, stage.now);

	ck_assert_int_gt(client, 0);
	return client;
}

static void
collect(void)
{
	for (int client = 1; client <= SIM_CLIENTS; client++) {
		struct heard *heard = &stage.heard[client];
		size_t length = sim_output(stage.sim, client, heard->bytes + heard->length,
					   STAGE_HEARD_MAX - heard->length);

		for (size_t i = 0; i < length; i++)
			heard->times[heard->length + i] = stage.now;
		heard->length += length;
	}
}

void
stage_run(int64_t duration)
{
	int64_t end = stage.now + duration;

	while (sim_wake(stage.sim) <= end) {
		if (stage.now < sim_wake(stage.sim))
			stage.now = sim_wake(stage.sim);
		sim_step(stage.sim, stage.now);
		collect();
	}
	stage.now = end;
}

void
stage_send(int client, const uint8_t *bytes, size_t length)
{
	ck_assert_uint_eq(sim_input(stage.sim, client, bytes, length, stage.now), length);
	collect();
}

struct cz2_frame
stage_request(unsigned device, unsigned table, unsigned row, const uint8_t *content, size_t length)
{
	struct cz2_frame frame = {.destination = (uint8_t)device,
				  .source = REMOTE,
				  .function = content != NULL ? CZ2_WRITE : CZ2_READ,
				  .length = (uint8_t)(CZ2_ROW_PREFIX + length),
				  .payload = {0, (uint8_t)table, (uint8_t)row}};

	if (content != NULL)
		memcpy(frame.payload + CZ2_ROW_PREFIX, content, length);
	return frame;
}

void
stage_send_frame(int client, const struct cz2_frame *frame)
{
	uint8_t bytes[CZ2_FRAME_MAX];

	stage_send(client, bytes, cz2_frame_encode(frame, bytes));
}

bool
stage_next(int client, struct cz2_frame *frame, int64_t *time)
{
	struct heard *heard = &stage.heard[client];

	for (; heard->read + CZ2_FRAME_MIN <= heard->length; heard->read++) {
		const uint8_t *at = heard->bytes + heard->read;
		size_t size = (size_t)at[4] + CZ2_FRAME_OVERHEAD;

		if (!cz2_frame_header_ok(at))
			continue;
		if (size > heard->length - heard->read)
			return false;
		if (cz2_frame_decode(at, size, frame) != 0)
			continue;
		heard->read += size;
		*time = heard->times[heard->read - 1];
		return true;
	}
	return false;
}

bool
stage_ask(int client, const struct cz2_frame *request, struct cz2_frame *reply)
{
	int64_t deadline = stage.now + SECOND, time;

	stage.heard[client].read = stage.heard[client].length;
	stage_send_frame(client, request);
	while (stage.now < deadline) {
		while (stage_next(client, reply, &time))
			if (reply->destination == request->source)
				return true;
		stage_run(MS);
	}
	return false;
}

struct cz2_frame
stage_read(int client, unsigned table, unsigned row)
{
	struct cz2_frame reply;
	struct cz2_frame request =
		stage_request(table == 9 ? CZ2_ADDRESS_PANEL : CZ2_ADDRESS_UI, table, row, NULL, 0);

	ck_assert(stage_ask(client, &request, &reply));
	ck_assert_int_eq(reply.function, CZ2_REPLY);
	ck_assert_int_eq(reply.source, request.destination);
	ck_assert_mem_eq(reply.payload, request.payload, CZ2_ROW_PREFIX);
	return reply;
}

void
stage_write(int client, const struct cz2_frame *row)
{
	struct cz2_frame request = *row, reply;

	request.destination = row->payload[1] == 9 ? CZ2_ADDRESS_PANEL : CZ2_ADDRESS_UI;
	request.source = REMOTE;
	request.function = CZ2_WRITE;
	ck_assert(stage_ask(client, &request, &reply));
	ck_assert_int_eq(reply.function, CZ2_REPLY);
	ck_assert_int_eq(reply.length, 1);
	ck_assert_int_eq(reply.payload[0], 0);
}

__attribute__((format(printf, 1, 0))) static json_t *
control(const char *format, va_list arguments)
{
	char line[1024];
	char *text;
	json_t *answer;

	vsnprintf(line, sizeof line, format, arguments);
	/* Tests write single quotes, which C lets stand. */
	for (char *at = line; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	text = sim_control(stage.sim, line, stage.now);
	collect();
	answer = json_loads(text, 0, NULL);
	ck_assert_msg(json_is_true(json_object_get(answer, "ok")), "%s: %s", line, text);
	free(text);
	return answer;
}

json_t *
stage_control(const char *format, ...)
{
	va_list arguments;
	json_t *answer;

	va_start(arguments, format);
	answer = control(format, arguments);
	va_end(arguments);
	return answer;
}

void
stage_do(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	json_decref(control(format, arguments));
	va_end(arguments);
}

size_t
stage_row(const char *row, uint8_t *out)
{
	json_t *answer = stage_control("{'cmd':'get','row':'%s'}", row);
	const char *hex = json_string_value(json_object_get(answer, "hex"));
	size_t length = 0;
	unsigned byte;

	while (length < CZ2_ROW_SIZE_MAX && sscanf(hex + 2 * length, "%2x", &byte) == 1)
		out[length++] = (uint8_t)byte;
	json_decref(answer);
	return length;
}

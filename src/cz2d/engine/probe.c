/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Each question is one send, so that commands come between the tries of a read. From the
 * moment a copy was read that a write rests upon, they wait.
 */
#include "build.h"

#include "cz2d/engine/probe.h"

#include <string.h>

#include "base/clock.h"
#include "cz2d/engine/pace.h"
#include "cz2d/model/model.h"
#include "cz2d/model/outcome.h"

enum {
	TABLE_SENSORS = 2,
	TABLE_EQUIPMENT = 9,
};

/*
 * Table 9 is how the wall unit drives compressors and dampers, and what it writes there
 * keeps the compressor's pauses; table 2 is how it tells its Smart Sensors.
 */
bool
probe_may_write(const struct probe_wish *wish)
{
	return wish->table != TABLE_SENSORS && wish->table != TABLE_EQUIPMENT;
}

bool
probe_shown(const struct probe_wish *wish, const struct cz2_image *image)
{
	if (image->length != wish->length)
		return false;
	/* Others may move by themselves, as a clock does. */
	for (int i = 0; i < wish->length; i++)
		if (wish->bytes[i] != wish->expected[i] && wish->bytes[i] != image->bytes[i])
			return false;
	return true;
}

void
probe_begin(struct probe *probe, const struct probe_wish *wish, struct model *model, int attempts,
	    int64_t gap_ms, int64_t deadline, int64_t now)
{
	*probe = (struct probe){
		.wish = *wish,
		.model = model,
		.known = cz2_row_find(wish->device, wish->table, wish->row),
		.attempts = attempts,
		.gap_ms = gap_ms,
		.started = now,
		.deadline = deadline,
		.written = INT64_MIN,
	};
}

static void
finish(struct probe *probe, int error)
{
	probe->error = error;
	probe->state = PROBE_DONE;
}

/* ------------------------------------------------------------------------
 * Requests
 */

static bool
ask(struct probe *probe, uint8_t function, struct cz2_request *request)
{
	*request = (struct cz2_request){
		.function = function,
		.device = probe->wish.device,
		.table = probe->wish.table,
		.row = probe->wish.row,
		.length = probe->known != CZ2_ROW_NONE ? cz2_row_info(probe->known)->length : 0,
		.attempts = 1,
		.deadline = probe->deadline,
	};
	return true;
}

static bool
ask_read(struct probe *probe, struct cz2_request *request, int *room_ms)
{
	*room_ms = probe->wish.length != 0 ? PACE_ROOM_PAIR_MS : PACE_ROOM_ONE_MS;
	return ask(probe, CZ2_READ, request);
}

static bool
ask_write(struct probe *probe, struct cz2_request *request, int *room_ms)
{
	*room_ms = PACE_ROOM_ONE_MS;
	ask(probe, CZ2_WRITE, request);
	request->length = probe->wish.length;
	memcpy(request->bytes, probe->wish.bytes, probe->wish.length);
	/* What was read must still be what is there. */
	request->deadline = clock_earlier(probe->deadline,
					  probe->settled + probe->gap_ms + PACE_PAIR_MS);
	probe->state = PROBE_WRITING;
	return true;
}

bool
probe_next(struct probe *probe, int blocked, int64_t now, struct cz2_request *request,
	   int *room_ms)
{
	if (now >= probe->deadline && probe->state != PROBE_DONE)
		finish(probe, CZ2_ETIMEOUT);
	if (probe->state == PROBE_WRITE && blocked != CZ2_OK)
		finish(probe, blocked);
	switch (probe->state) {
	case PROBE_READ:
	case PROBE_CHECK:
		return ask_read(probe, request, room_ms);
	case PROBE_WRITE:
		return ask_write(probe, request, room_ms);
	default:
		return false;
	}
}

bool
probe_is_writing(const struct probe *probe)
{
	return probe->state == PROBE_WRITE || probe->state == PROBE_WRITING ||
	       probe->state == PROBE_CHECK;
}

bool
probe_is_over(const struct probe *probe)
{
	return probe->state == PROBE_DONE;
}

bool
probe_writes(const struct probe *probe, enum cz2_row row)
{
	return probe->state == PROBE_WRITING && (row == CZ2_ROW_NONE || row == probe->known);
}

static bool
is_as_expected(const struct probe_wish *wish, const uint8_t *bytes, size_t length)
{
	return length == wish->length && memcmp(bytes, wish->expected, length) == 0;
}

bool
probe_contradicted(const struct probe *probe, const struct cz2_frame *reply)
{
	const struct probe_wish *wish = &probe->wish;

	return probe->state == PROBE_WRITING && reply->source == wish->device &&
	       reply->payload[1] == wish->table && reply->payload[2] == wish->row &&
	       !is_as_expected(wish, reply->payload, reply->length);
}

/* ------------------------------------------------------------------------
 * Results
 */

/* Why the bytes are not there: refused, taken and not kept, or never heard. */
static int
failure_of(const struct probe *probe)
{
	if (probe->refused)
		return CZ2_EREFUSED;
	return probe->acknowledged ? CZ2_ENOTKEPT : CZ2_ETIMEOUT;
}

/* What is to be written upon. */
static void
compare(struct probe *probe, const struct cz2_image *image)
{
	const struct probe_wish *wish = &probe->wish;
	bool reads = wish->length == 0;

	probe->after = *image;
	if (!reads && !is_as_expected(wish, image->bytes, image->length)) {
		finish(probe, CZ2_ECHANGED);
	} else if (reads || memcmp(wish->bytes, wish->expected, wish->length) == 0) {
		finish(probe, CZ2_OK);
	} else {
		probe->before = *image;
		probe->state = PROBE_WRITE;
	}
}

/*
 * Replies carry no number: one that came twice may show the row as it was before the write.
 * That it is missing is said only when two reads show that.
 */
static void
judge(struct probe *probe, const struct cz2_image *image)
{
	bool missed = probe->missed;

	probe->after = *image;
	probe->missed = true;
	if (probe_shown(&probe->wish, image))
		finish(probe, CZ2_OK);
	else if (missed)
		finish(probe, failure_of(probe));
}

static void
take_row(struct probe *probe, const struct cz2_result *result)
{
	bool check = probe->state == PROBE_CHECK;
	struct cz2_image image = {
		.length = result->length,
		.source = check ? CZ2_SOURCE_WRITEBACK : CZ2_SOURCE_FORCE,
		.time = result->asked,
	};

	memcpy(image.bytes, result->bytes, result->length);
	if (probe->known != CZ2_ROW_NONE)
		model_apply(probe->model, probe->known, &image);
	probe->settled = result->settled;
	/* What the copy before the write did not show was read after it. */
	if (check && probe_shown(&probe->wish, &image))
		image.time = clock_later(image.time, probe->written);
	/* Else a reply to an older question tells nothing of now. */
	if (image.time < (check ? probe->written : probe->started))
		return;
	probe->tries = 0;
	if (!check) {
		compare(probe, &image);
		return;
	}
	judge(probe, &image);
}

void
probe_sent(struct probe *probe, int64_t now)
{
	struct cz2_image after = probe->before;

	if (probe->state != PROBE_WRITING || probe->sent)
		return;
	probe->sent = true;
	probe->written = now;
	if (probe->known == CZ2_ROW_NONE)
		return;
	memcpy(after.bytes, probe->wish.bytes, probe->wish.length);
	model_wrote(probe->model, probe->known, &probe->before, &after, now);
	model_outdate(probe->model, probe->known, now);
}

static void
take_written(struct probe *probe, const struct cz2_result *result, int64_t now)
{
	if (result->sends == 0) {
		/* The line was not free in time: what was read has grown too old. */
		probe->state = PROBE_READ;
		if (result->error == CZ2_ECLOSED)
			finish(probe, CZ2_ECLOSED);
		return;
	}
	probe_sent(probe, now);
	probe->acknowledged = result->error == CZ2_OK;
	probe->refused = result->error == CZ2_EREFUSED;
	probe->tries = 0;
	probe->state = PROBE_CHECK;
}

static void
take_silence(struct probe *probe, int sends)
{
	probe->tries += sends;
	if (probe->tries >= probe->attempts)
		finish(probe, CZ2_ETIMEOUT);
}

void
probe_result(struct probe *probe, const struct cz2_result *result, int64_t now)
{
	probe->transactions += result->sends > 0;
	probe->sends += result->sends;
	probe->bytes += result->bytes_sent + result->bytes_received;

	if (probe->state == PROBE_WRITING) {
		take_written(probe, result, now);
		return;
	}
	probe->reads += result->sends > 0;
	if (result->error == CZ2_OK)
		take_row(probe, result);
	else if (result->error == CZ2_ETIMEOUT)
		take_silence(probe, result->sends);
	else if (result->error == CZ2_EREFUSED && !probe->sent)
		finish(probe, CZ2_EREFUSED);
	else if (result->error == CZ2_ECLOSED)
		finish(probe, CZ2_ECLOSED);
	if (probe->state != PROBE_DONE && probe->reads >= PACE_READS_MAX)
		finish(probe, CZ2_ETIMEOUT);
}

void
probe_abort(struct probe *probe, int error)
{
	if (probe->state != PROBE_DONE)
		finish(probe, error);
}

/* ------------------------------------------------------------------------
 * Outcome
 */

/* Whether it left and was not seen since is another question than why not. */
static int
error_of(const struct probe *probe)
{
	bool unseen = probe->sent && probe->after.time < probe->written;
	bool doubtful =
		probe->missed && probe->error != CZ2_OK && probe->error != failure_of(probe);

	return unseen || doubtful ? CZ2_EUNCONFIRMED : probe->error;
}

void
probe_outcome(const struct probe *probe, struct outcome *outcome)
{
	outcome->error = error_of(probe);
	outcome->sent = probe->sent;
	outcome->unchanged = outcome->error == CZ2_OK && probe->wish.length != 0 && !probe->sent;
	outcome->transactions = probe->transactions;
	outcome->bytes = probe->bytes;
	outcome->attempts = probe->sends;
	outcome->raw = (struct outcome_raw){
		.device = probe->wish.device,
		.table = probe->wish.table,
		.row = probe->wish.row,
		.before = probe->before,
	};
	if (!probe->sent || probe->after.time >= probe->written)
		outcome->raw.after = probe->after;
	cz2_command_init(&outcome->applied);
}

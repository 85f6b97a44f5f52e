/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The bus as the daemon uses it: reads the link, hands frames to the exchange
 * and the observers, and decides when the line may be used. What the frames
 * mean is left to the engine.
 */
#include "build.h"

#include "cz2d/bus/bus.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cz2d/bus/rhythm.h"
#include "link/link.h"
#include "link/noise.h"

enum {
	REPLY_TIMEOUT_MS = 300,
	REPLY_TIMEOUT_BRIDGE_MS = 500,
	/*
	 * A longer silence ends a frame. USB adapters hand over bytes every 16 ms
	 * at worst; a bridge may hold them back for 50 ms and the network adds to it.
	 */
	FRAME_GAP_MS = 40,
	FRAME_GAP_BRIDGE_MS = 150,
	FOREIGN_GAP_MS = 200,     /* silence after others' frames while their rhythm is unknown */
	FOREIGN_MAX_MS = 300,     /* ... which hold a request up no longer */
	FOREIGN_RECENT_MS = 15000,/* ... and are forgotten so long after the last of them */
	NOISE_MAX_MS = 1000,      /* noise without frames holds a request up no longer */
	WRITE_MAX_MS = 100,       /* ... and neither a write: what it rests upon grows old */
	CONFLICT_MS = 600000,     /* a twin is believed to be there for so long */
	BRIDGE_SILENT_MS = 30000, /* a bridge that passes nothing on is opened anew */
	STUCK_MS = 60000,         /* a request makes no step for so long: something is wrong */
	READ_SIZE = 512,
	READS_MAX = 16,           /* in one step: what sends without end must not stop the rest */
};

struct bus {
	struct bus_config config;
	struct link *link;
	struct bus_observer observer;
	struct bus_watcher watcher; /* frame is NULL while nobody watches */
	struct noise noise;         /* that the watcher was not told yet */
	struct cz2_reader reader;
	struct cz2_exchange exchange;
	struct rhythm rhythm;
	struct overhear overhear;
	struct bus_counters counters;
	struct quality quality;
	bool owed[CZ2_ROW_COUNT]; /* an answer, to the last frame that was about the row */

	unsigned generation; /* of the link that the rest is about */
	bool open, told;     /* what observers were told of the link */
	int64_t last_byte, last_frame, last_foreign;
	int64_t conflict_until;
	bool swapped;
	int unanswered;      /* sends since the last frame */
	int64_t heard_or_opened;

	bus_done done;
	void *self;
	int room_ms;
	int64_t requested, progress;
};

struct bus *
bus_new(const struct bus_config *config, struct link *link, const struct bus_observer *observer,
	uint32_t seed)
{
	struct bus *bus = mem_new(1, sizeof *bus);
	struct cz2_exchange_config exchange = {.address = config->address,
					       .reply_timeout_ms = REPLY_TIMEOUT_MS};

	bus->config = *config;
	bus->link = link;
	bus->observer = *observer;
	overhear_init(&bus->overhear, &observer->others);
	bus->last_byte = bus->last_frame = bus->last_foreign = INT64_MIN / 2;
	bus->conflict_until = INT64_MIN;
	cz2_reader_init(&bus->reader);
	cz2_exchange_init(&bus->exchange, &exchange, seed);
	rhythm_init(&bus->rhythm);
	quality_init(&bus->quality);
	return bus;
}

struct bus *
bus_free(struct bus *bus)
{
	free(bus);
	return NULL;
}

void
bus_watch(struct bus *bus, const struct bus_watcher *watcher)
{
	bus->watcher = watcher != NULL ? *watcher : (struct bus_watcher){.self = NULL};
	noise_init(&bus->noise, bus->watcher.noise, bus->watcher.self);
}

static bool
is_watched(const struct bus *bus)
{
	return bus->watcher.frame != NULL;
}

static bool
is_bridge(const struct bus *bus)
{
	return link_kind(bus->link)->slow_frames;
}

int
bus_reply_timeout(const struct bus *bus)
{
	if (bus->config.reply_timeout_ms > 0)
		return bus->config.reply_timeout_ms;
	return is_bridge(bus) ? REPLY_TIMEOUT_BRIDGE_MS : REPLY_TIMEOUT_MS;
}

static int
frame_gap(const struct bus *bus)
{
	return is_bridge(bus) ? FRAME_GAP_BRIDGE_MS : FRAME_GAP_MS;
}

/* ------------------------------------------------------------------------
 * Sending
 */

static bool
is_writing(const struct bus *bus)
{
	return bus_busy(bus) && bus->exchange.request.function == CZ2_WRITE;
}

/* No later than so long after the request could leave: others must not hold it up for ever. */
static int64_t
at_most(const struct bus *bus, int64_t moment, int64_t patience_ms)
{
	int64_t first = clock_later(bus->requested, cz2_exchange_held_until(&bus->exchange));

	return clock_earlier(moment, first + (is_writing(bus) ? WRITE_MAX_MS : patience_ms));
}

/* The moment from which the line may be used for the request at hand. */
static int64_t
line_clear(const struct bus *bus, int64_t now)
{
	int gap = cz2_reader_pending(&bus->reader) ? frame_gap(bus) : bus->config.gap_ms;
	int64_t clear = at_most(bus, bus->last_byte + gap, NOISE_MAX_MS);

	/* Others talk, and when they will again is not known. */
	if (!rhythm_known(&bus->rhythm, now) && now - bus->last_foreign < FOREIGN_RECENT_MS)
		clear = clock_later(clear, at_most(bus, bus->last_foreign + FOREIGN_GAP_MS,
						   FOREIGN_MAX_MS));
	clear = clock_later(clear, bus->last_frame + bus->config.gap_ms);
	return clock_later(clear, rhythm_clear(&bus->rhythm, bus->room_ms, now));
}

/* What was asked and not answered is asked again, whoever's request that is. */
static void
note_asked(struct bus *bus)
{
	const struct cz2_request *request = &bus->exchange.request;
	enum cz2_row row = cz2_row_find(request->device, request->table, request->row);

	if (row == CZ2_ROW_NONE)
		return;
	bus->counters.retries += bus->owed[row];
	bus->owed[row] = true;
}

static void
send_frame(struct bus *bus, int64_t now)
{
	const struct cz2_exchange *exchange = &bus->exchange;

	log_frame(">>", exchange->frame, exchange->frame_size);
	bus->counters.sends++;
	bus->counters.bytes_sent += exchange->frame_size;
	note_asked(bus);
	bus->unanswered++;
	if (is_watched(bus))
		bus->watcher.frame(bus->watcher.self, true, exchange->frame, exchange->frame_size,
				   now);
	/* A failed write closes the link; the next step notices. */
	link_write(bus->link, exchange->frame, exchange->frame_size, now);
}

static void
count_result(struct bus *bus, const struct cz2_result *result)
{
	if (result->error == CZ2_ETIMEOUT)
		bus->counters.timeouts++;
	else if (result->error == CZ2_EREFUSED)
		bus->counters.refused++;
}

static void
finish(struct bus *bus, int64_t now)
{
	struct cz2_result result = bus->exchange.result;
	bus_done done = bus->done;

	bus->done = NULL;
	count_result(bus, &result);
	done(bus->self, &result, now);
}

/* sending: the line may be used, if it is clear. */
static void
step_exchange(struct bus *bus, bool sending, int64_t now)
{
	enum cz2_step step;

	do {
		step = cz2_exchange_step(&bus->exchange, now,
					 sending ? line_clear(bus, now) : INT64_MAX);
		if (step != CZ2_STEP_NOTHING)
			bus->progress = now;
		if (step == CZ2_STEP_SEND)
			send_frame(bus, now);
		else if (step == CZ2_STEP_DONE)
			finish(bus, now);
	} while (step == CZ2_STEP_DONE);
}

static void
run_exchange(struct bus *bus, int64_t now)
{
	step_exchange(bus, true, now);
}

/* Before the next frame is heard: that may contradict what a raw request now rests upon. */
static void
tell_answer(struct bus *bus, int64_t now)
{
	step_exchange(bus, false, now);
}

/* ------------------------------------------------------------------------
 * Hearing
 */

static void
note_twin(struct bus *bus, int64_t now)
{
	bus->counters.conflicts++;
	if (!bus_conflict(bus, now))
		log_error("bus",
			  "another device uses our bus address %d: nothing is written until it "
			  "has been silent for %d minutes; give one of the two another address "
			  "(panel.bus_address)",
			  bus->config.address, CONFLICT_MS / 60000);
	bus->conflict_until = now + CONFLICT_MS;
	if (is_writing(bus))
		bus_cancel(bus);
}

static void
note_answered(struct bus *bus)
{
	const struct cz2_request *request = &bus->exchange.request;
	enum cz2_row row = cz2_row_find(request->device, request->table, request->row);

	if (row != CZ2_ROW_NONE)
		bus->owed[row] = false;
	quality_answered(&bus->quality, bus->exchange.result.turnaround_ms);
}

static void
tell_stray(struct bus *bus, const struct cz2_frame *frame, int64_t now)
{
	if (frame->function == CZ2_REPLY && frame->length > CZ2_ROW_PREFIX)
		bus->observer.strayed(bus->observer.self, frame, now);
}

static void
show(struct bus *bus, const struct cz2_frame *frame, int64_t now)
{
	uint8_t bytes[CZ2_FRAME_MAX];
	size_t length = cz2_frame_encode(frame, bytes);

	noise_end(&bus->noise);
	bus->watcher.frame(bus->watcher.self, false, bytes, length, now);
}

static void
hear(struct bus *bus, const struct cz2_frame *frame, int64_t now)
{
	enum cz2_heard heard;

	if (log_enabled(LOG_LEVEL_FRAMES)) {
		uint8_t bytes[CZ2_FRAME_MAX];

		log_frame("<<", bytes, cz2_frame_encode(frame, bytes));
	}
	bus->last_frame = bus->heard_or_opened = now;
	bus->unanswered = 0;
	rhythm_heard(&bus->rhythm, frame, now);
	heard = cz2_exchange_heard(&bus->exchange, frame, now);
	if (is_watched(bus) && heard != CZ2_HEARD_ECHO)
		show(bus, frame, now);
	switch (heard) {
	case CZ2_HEARD_MATCH:
		bus->counters.matched++;
		note_answered(bus);
		tell_answer(bus, now);
		break;
	case CZ2_HEARD_FOREIGN:
		bus->counters.foreign++;
		quality_heard(&bus->quality, CZ2_FRAME_OVERHEAD + (size_t)frame->length, now);
		bus->last_foreign = now;
		overhear_frame(&bus->overhear, frame, now);
		break;
	case CZ2_HEARD_STRAY:
		bus->counters.strays++;
		tell_stray(bus, frame, now);
		break;
	case CZ2_HEARD_CONFLICT:
		note_twin(bus, now);
		if (frame->function == CZ2_WRITE)
			overhear_frame(&bus->overhear, frame, now);
		break;
	case CZ2_HEARD_ECHO:
		break;
	}
}

/* ------------------------------------------------------------------------
 * Reading
 */

static void
take_frames(struct bus *bus, int64_t now)
{
	struct cz2_frame frame;
	bool found;

	do {
		found = cz2_reader_next(&bus->reader, &frame);
		if (is_watched(bus))
			noise_heard(&bus->noise, &bus->reader, now);
		if (found)
			hear(bus, &frame, now);
	} while (found);
}

static void
note_swapped(struct bus *bus)
{
	bool swapped = cz2_reader_swapped(&bus->reader);

	if (swapped && !bus->swapped)
		log_error("bus", "the A and B wires of the bus look swapped: exchange them");
	else if (!swapped && bus->swapped)
		log_info("bus", "the wires of the bus are right now");
	bus->swapped = swapped;
}

static void
read_link(struct bus *bus, int64_t now)
{
	uint8_t bytes[READ_SIZE];
	size_t length = 0;

	for (int i = 0; i < READS_MAX; i++) {
		size_t taken = 0;

		length = link_read(bus->link, bytes, sizeof bytes, now);
		if (length == 0)
			break;

		bus->last_byte = now;
		bus->counters.bytes_received += length;
		while (taken < length) {
			taken += cz2_reader_feed(&bus->reader, bytes + taken, length - taken);
			take_frames(bus, now);
		}
		note_swapped(bus);
	}
	/* Judged after reading only: a stalled loop must not pass for a silent line. */
	if (length == 0 && cz2_reader_pending(&bus->reader) &&
	    now - bus->last_byte > frame_gap(bus)) {
		cz2_reader_idle(&bus->reader);
		take_frames(bus, now);
		noise_end(&bus->noise);
	}
}

/* ------------------------------------------------------------------------
 * The link
 */

static void
tell_link(struct bus *bus, bool open, int64_t now)
{
	bus->open = open;
	bus->told = true;
	bus->observer.link_changed(bus->observer.self, open, now);
}

/* A new link: what was half heard on the old one means nothing. */
static void
link_came(struct bus *bus, int64_t now)
{
	bus->generation = link_generation(bus->link);
	cz2_reader_idle(&bus->reader);
	take_frames(bus, now);
	bus->exchange.config.reply_timeout_ms = bus_reply_timeout(bus);
	overhear_reset(&bus->overhear);
	quality_begin(&bus->quality, now);
	bus->last_byte = bus->heard_or_opened = now;
	bus->unanswered = 0;
	tell_link(bus, true, now);
}

static void
follow_link(struct bus *bus, int64_t now)
{
	bool open = link_state(bus->link) == LINK_OPEN;
	bool other = open && link_generation(bus->link) != bus->generation;

	if (bus->open && (!open || other)) {
		bus->open = false;
		cz2_exchange_abort(&bus->exchange);
		run_exchange(bus, now);
		tell_link(bus, false, now);
	}
	if (open && !bus->open)
		link_came(bus, now);
	else if (!open && !bus->told && link_tried(bus->link))
		tell_link(bus, false, now);
}

/* A bridge can look open and be dead: nothing comes, however often we ask. */
static void
check_bridge(struct bus *bus, int64_t now)
{
	if (bus->open && is_bridge(bus) && bus->unanswered >= 3 &&
	    now - bus->heard_or_opened > BRIDGE_SILENT_MS)
		link_drop(bus->link, "nothing comes through the bridge", now);
}

void
bus_step(struct bus *bus, int64_t now)
{
	link_step(bus->link, now);
	follow_link(bus, now);
	read_link(bus, now);
	check_bridge(bus, now);
	follow_link(bus, now);
	run_exchange(bus, now);
	follow_link(bus, now);
}

int
bus_request(struct bus *bus, const struct cz2_request *request, int room_ms, bus_done done,
	    void *self, int64_t now)
{
	int error;

	if (!bus->open)
		return CZ2_ECLOSED;
	error = cz2_exchange_start(&bus->exchange, request);
	if (error != CZ2_OK)
		return error;
	bus->counters.requests++;
	bus->done = done;
	bus->self = self;
	bus->room_ms = room_ms;
	bus->requested = bus->progress = now;
	return CZ2_OK;
}

void
bus_cancel(struct bus *bus)
{
	cz2_exchange_cancel(&bus->exchange);
}

bool
bus_asked(const struct bus *bus)
{
	return cz2_exchange_asked(&bus->exchange);
}

bool
bus_busy(const struct bus *bus)
{
	return cz2_exchange_active(&bus->exchange);
}

int64_t
bus_wake(const struct bus *bus, int64_t now)
{
	int64_t wake = link_wake(bus->link);
	int64_t exchange = cz2_exchange_wake(&bus->exchange, line_clear(bus, now));

	if (exchange < wake)
		wake = exchange;
	if (cz2_reader_pending(&bus->reader) && bus->last_byte + frame_gap(bus) + 1 < wake)
		wake = bus->last_byte + frame_gap(bus) + 1;
	return wake;
}

bool
bus_conflict(const struct bus *bus, int64_t now)
{
	return now < bus->conflict_until;
}

bool
bus_swapped(const struct bus *bus)
{
	return bus->swapped;
}

int64_t
bus_last_frame(const struct bus *bus)
{
	return bus->last_frame == INT64_MIN / 2 ? INT64_MIN : bus->last_frame;
}

bool
bus_rhythm_known(const struct bus *bus, int64_t now)
{
	return rhythm_known(&bus->rhythm, now);
}

bool
bus_healthy(const struct bus *bus, int64_t now)
{
	return !bus_busy(bus) || now - bus->progress < STUCK_MS;
}

const struct bus_counters *
bus_counters(const struct bus *bus)
{
	return &bus->counters;
}

const struct quality *
bus_quality(const struct bus *bus)
{
	return &bus->quality;
}

const struct cz2_reader_counters *
bus_reader_counters(const struct bus *bus)
{
	return cz2_reader_counters(&bus->reader);
}

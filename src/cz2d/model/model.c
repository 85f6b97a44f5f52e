/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Row images, the state decoded from them, and what may be said about their
 * age. Observers are told once per turn of the loop, however many rows came.
 */
#include "build.h"

#include "cz2d/model/model.h"

#include <stdlib.h>
#include <string.h>

#include <cz2/command.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cz2d/model/panel_clock.h"

struct model {
	int zones;
	int64_t stale_ms;
	struct cz2_image images[CZ2_ROW_COUNT];
	bool confirmed[CZ2_ROW_COUNT];
	int64_t outdated[CZ2_ROW_COUNT]; /* last; INT64_MIN: never */
	struct cz2_values state;
	struct cz2_values told; /* the state as the observers know it */
	unsigned events;        /* since the last flush */
	bool held;
	bool withheld; /* what was held is not told yet */
	uint64_t version;

	enum cz2_row newest;    /* the row learnt last, CZ2_ROW_NONE before any */
	int failed_polls;
	bool answered;          /* since the link came */
	int64_t answered_at;    /* last; INT64_MIN: never */
	const char *error;

	struct model_observer observers[MODEL_OBSERVERS_MAX];
	int observer_count;
};

struct model *
model_new(int zones, int64_t stale_ms)
{
	struct model *model = mem_new(1, sizeof *model);

	model->zones = zones;
	model->stale_ms = stale_ms;
	model->newest = CZ2_ROW_NONE;
	model->answered_at = INT64_MIN;
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		model->outdated[row] = INT64_MIN;
	cz2_values_clear(&model->state);
	cz2_values_clear(&model->told);
	return model;
}

struct model *
model_free(struct model *model)
{
	free(model);
	return NULL;
}

void
model_observe(struct model *model, const struct model_observer *observer)
{
	if (model->observer_count == MODEL_OBSERVERS_MAX)
		abort();
	model->observers[model->observer_count++] = *observer;
}

void
model_unobserve(struct model *model, const void *self)
{
	for (int i = 0; i < model->observer_count; i++) {
		if (model->observers[i].self != self)
			continue;
		model->observers[i] = model->observers[--model->observer_count];
		return;
	}
}

static void
happened(struct model *model, unsigned event)
{
	model->events |= event;
	model->version++;
}

static bool
agree(enum cz2_row row, const struct cz2_image *a, const struct cz2_image *b)
{
	if (a->length != b->length)
		return false;
	for (unsigned i = 0; i < a->length; i++)
		if (((a->bytes[i] ^ b->bytes[i]) & ~cz2_row_writable_mask(row, i)) != 0)
			return false;
	return true;
}

bool
model_apply(struct model *model, enum cz2_row row, const struct cz2_image *image)
{
	struct cz2_image *known = &model->images[row];

	if (!cz2_row_matches(row, image->bytes, image->length))
		return false;
	if (known->length != 0 && image->time < known->time)
		return false;

	model->confirmed[row] = agree(row, known, image);
	*known = *image;
	if (model->newest == CZ2_ROW_NONE || image->time >= model->images[model->newest].time)
		model->newest = row;
	/* Even a row that shows nothing new may change a value: its age decides which of
	 * several places is believed. The flush finds out. */
	happened(model, MODEL_CHANGED);
	if (image->source == CZ2_SOURCE_WRITEBACK)
		happened(model, MODEL_WRITTEN);
	cz2_state_decode(model->images, &model->state);
	return true;
}

void
model_outdate(struct model *model, enum cz2_row row, int64_t now)
{
	model->outdated[row] = clock_later(model->outdated[row], now);
}

void
model_wrote(struct model *model, enum cz2_row row, const struct cz2_image *before,
	    const struct cz2_image *after, int64_t now)
{
	for (int i = 0; i < model->observer_count; i++)
		if (model->observers[i].wrote != NULL)
			model->observers[i].wrote(model->observers[i].self, row, before, after,
						  now);
}

bool
model_outdated_since(const struct model *model, enum cz2_row row, int64_t since)
{
	return model->outdated[row] >= since;
}

bool
model_confirmed(const struct model *model, enum cz2_row row)
{
	return model->confirmed[row];
}

bool
model_fresh(const struct model *model, enum cz2_row row, int64_t guard_ms, int64_t now)
{
	const struct cz2_image *image = &model->images[row];

	switch ((enum cz2_source)image->source) {
	case CZ2_SOURCE_POLL:
	case CZ2_SOURCE_FORCE:
	case CZ2_SOURCE_WRITEBACK:
		return image->length != 0 && now - image->time < guard_ms &&
		       !model_outdated_since(model, row, image->time);
	default:
		return false;
	}
}

static void
set_connection(struct model *model, bool before)
{
	if (model_connected(model) != before)
		happened(model, MODEL_LINK);
}

void
model_answered(struct model *model, int64_t now)
{
	bool before = model_connected(model);

	model->answered = true;
	model->answered_at = now;
	model->failed_polls = 0;
	set_connection(model, before);
}

int64_t
model_answered_at(const struct model *model)
{
	return model->answered_at;
}

void
model_refreshed(struct model *model, const char *error)
{
	bool before = model_connected(model);

	if (error != NULL && model->failed_polls < MODEL_POLLS_UNTIL_LOST)
		model->failed_polls++;
	model->error = error;
	happened(model, error == NULL ? MODEL_REFRESHED : MODEL_ERROR);
	set_connection(model, before);
}

void
model_connecting(struct model *model)
{
	model->error = NULL;
	model->version++;
}

void
model_disconnected(struct model *model, const char *error)
{
	bool before = model_connected(model);

	model->answered = false;
	model->error = error;
	happened(model, MODEL_ERROR);
	set_connection(model, before);
}

void
model_hold(struct model *model, bool on)
{
	model->held = on;
	model->withheld = on || (model->withheld && model->events != 0);
}

bool
model_is_held(const struct model *model)
{
	return model->withheld;
}

void
model_flush(struct model *model)
{
	bool changed[CZ2_SLOT_COUNT];
	unsigned events = model->events;

	if (events == 0 || model->held)
		return;
	if (cz2_state_differs(&model->state, &model->told, changed))
		events |= MODEL_CHANGED;
	else
		events &= ~(unsigned)MODEL_CHANGED;
	model->told = model->state;
	model->events = 0;
	model->withheld = false;
	for (int i = 0; events != 0 && i < model->observer_count; i++)
		model->observers[i].changed(model->observers[i].self, events, changed);
}

int
model_zones(const struct model *model)
{
	return model->zones;
}

const struct cz2_values *
model_state(const struct model *model)
{
	return &model->state;
}

const struct cz2_image *
model_image(const struct model *model, enum cz2_row row)
{
	return &model->images[row];
}

const struct cz2_image *
model_images(const struct model *model)
{
	return model->images;
}

/*
 * Mode, flags and setpoints are what people act upon: the status is as old as
 * the older of their two rows, however often others were overheard since.
 */
static bool
is_stale(const struct model *model, int64_t now)
{
	static const enum cz2_row essential[] = {CZ2_ROW_1_12, CZ2_ROW_1_16};

	for (size_t i = 0; i < sizeof essential / sizeof essential[0]; i++) {
		const struct cz2_image *image = &model->images[essential[i]];

		if (image->length == 0 || now - image->time > model->stale_ms)
			return true;
	}
	return false;
}

/* What the equipment tells the wall unit is overheard also where nobody answers us. */
static bool
has_answered(const struct model *model)
{
	for (int row = 0; row < CZ2_ROW_COUNT; row++)
		if (model->images[row].length != 0 &&
		    cz2_row_info((enum cz2_row)row)->device == CZ2_ADDRESS_UI)
			return true;
	return false;
}

void
model_meta(const struct model *model, int64_t now, struct model_meta *meta)
{
	const struct cz2_image *newest =
		model->newest != CZ2_ROW_NONE ? &model->images[model->newest] : NULL;

	*meta = (struct model_meta){
		.connected = model_connected(model),
		.is_stale = is_stale(model, now),
		.source = newest != NULL ? (enum cz2_source)newest->source : CZ2_SOURCE_NONE,
		.known = has_answered(model),
		.updated = newest != NULL ? newest->time : 0,
		.error = model->error,
	};
}

bool
model_connected(const struct model *model)
{
	return model->answered && model->failed_polls < MODEL_POLLS_UNTIL_LOST;
}

uint64_t
model_version(const struct model *model)
{
	return model->version;
}

int
model_clock(const struct model *model, int64_t now)
{
	int second;

	return panel_clock(model, now, &second) ? second / 60 : CZ2_UNKNOWN;
}

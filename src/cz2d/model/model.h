/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The one truth in memory: the last known image of each row, with its age and
 * how it was learnt, and the state decoded from them. Tells its observers what
 * changed, once per turn of the loop. Does no I/O and asks nobody.
 */
#ifndef CZ2D_MODEL_H
#define CZ2D_MODEL_H

#include <cz2/state.h>

struct model;

/* What happened since the last flush, as bits. */
enum model_event {
	MODEL_CHANGED = 1,   /* some value of the state */
	MODEL_REFRESHED = 2, /* a poll or forced refresh was completed */
	MODEL_WRITTEN = 4,   /* a row was read back after a write */
	MODEL_LINK = 8,      /* connected, or not any more */
	MODEL_ERROR = 16,    /* a refresh failed */
};

struct model_observer {
	void *self;
	/* changed has one bool per slot of the state. */
	void (*changed)(void *self, unsigned events, const bool *changed);
	/* A write of ours left: the row as it was read for it, and as it was sent. May be NULL. */
	void (*wrote)(void *self, enum cz2_row row, const struct cz2_image *before,
		      const struct cz2_image *after, int64_t now);
};

struct model_meta {
	bool connected;          /* the panel answered within the last three polls */
	bool is_stale;
	enum cz2_source source;  /* how the newest row was learnt */
	bool known;              /* false: the wall unit has never answered */
	int64_t updated;         /* monotonic ms of the newest row; only if known */
	const char *error;       /* why the last refresh failed, or NULL */
};

enum { MODEL_OBSERVERS_MAX = 8, MODEL_POLLS_UNTIL_LOST = 3 };

/* stale_ms: age from which the status is called stale. */
struct model *
model_new(int zones, int64_t stale_ms);

struct model *
model_free(struct model *model);

/* The observer is copied; self must outlive the model. */
void
model_observe(struct model *model, const struct model_observer *observer);

/* The observer with this self is told nothing any more. */
void
model_unobserve(struct model *model, const void *self);

/*
 * Takes a row that the panel showed at image->time. A row that does not match its
 * length, or is older than what is known, is refused with false.
 */
bool
model_apply(struct model *model, enum cz2_row row, const struct cz2_image *image);

/* The panel answered something, whatever it was. */
void
model_answered(struct model *model, int64_t now);

/* The moment of its last answer, monotonic ms; INT64_MIN: it has given none in this life. */
int64_t
model_answered_at(const struct model *model);

/* The row was written, by us or others, or was seen otherwise than we know it: what was read
 * before is no ground to write upon. */
void
model_outdate(struct model *model, enum cz2_row row, int64_t now);

/* A write of ours left at that moment. What became of it is not known yet. */
void
model_wrote(struct model *model, enum cz2_row row, const struct cz2_image *before,
	    const struct cz2_image *after, int64_t now);

/* True when the row was outdated at that moment or after it. */
bool
model_outdated_since(const struct model *model, enum cz2_row row, int64_t since);

/* True when the two newest images of the row agree in all bits that may not be written. */
bool
model_confirmed(const struct model *model, enum cz2_row row);

/* True when the row was read by us, not longer than guard_ms ago and not outdated since. */
bool
model_fresh(const struct model *model, enum cz2_row row, int64_t guard_ms, int64_t now);

/* A refresh of the status succeeded (error NULL), or failed: error is a static sentence. */
void
model_refreshed(struct model *model, const char *error);

/* The link came: until the panel was asked there is nothing to complain about. */
void
model_connecting(struct model *model);

/* The link went down: not connected until the panel answers again. */
void
model_disconnected(struct model *model, const char *error);

/*
 * While on, nothing is told: rows are being read that belong together, and old ones
 * among new ones would tell a state that never was.
 */
void
model_hold(struct model *model, bool on);

/* Also until that has been told for which it was held. */
bool
model_is_held(const struct model *model);

/* Tells the observers what has happened since the last time, if anything has. */
void
model_flush(struct model *model);

int
model_zones(const struct model *model);

const struct cz2_values *
model_state(const struct model *model);

const struct cz2_image *
model_image(const struct model *model, enum cz2_row row);

/* All of them, an array of CZ2_ROW_COUNT. */
const struct cz2_image *
model_images(const struct model *model);

void
model_meta(const struct model *model, int64_t now, struct model_meta *meta);

bool
model_connected(const struct model *model);

/* Grows with every row taken and every change of meta: the key of cached documents. */
uint64_t
model_version(const struct model *model);

/* panel_clock() in whole minutes since Sunday 00:00, or CZ2_UNKNOWN. */
int
model_clock(const struct model *model, int64_t now);

#endif

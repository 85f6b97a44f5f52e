/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What Home Assistant was told of each device, and when it may be told something else: two
 * different documents of one device within ten seconds cost it entities. Has no clock and
 * publishes nothing.
 */
#ifndef CZ2D_HA_TOLD_H
#define CZ2D_HA_TOLD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	HA_QUIET_MS = 10 * 1000,   /* without a change, before a change is told */
	HA_PANEL_FIRST_MS = 1000,  /* zones hang on the panel, which has to be there */
};

struct ha_told;

struct ha_told *
ha_told_new(void);

struct ha_told *
ha_told_free(struct ha_told *told);

/* A new connection: the broker may have lost everything. */
void
ha_told_begin(struct ha_told *told, int64_t now);

/* The broker retains this of the device (0: the panel). */
void
ha_told_heard(struct ha_told *told, int number, const char *text);

/* There may be something else to tell, and more of it soon. */
void
ha_told_changed(struct ha_told *told, int64_t now);

/*
 * When the device may be told as the text (NULL: no more) has it; INT64_MAX: the broker has
 * just that.
 */
int64_t
ha_told_due(const struct ha_told *told, int number, const char *text);

/* It goes out, for the first time or once more. */
void
ha_told_said(struct ha_told *told, int number, const char *text, int64_t now);

/* As far as we know the broker retains something of the device. */
bool
ha_told_is_there(const struct ha_told *told, int number);

/* What was said last; NULL: nothing, or that there is no such device any more. */
const char *
ha_told_text(const struct ha_told *told, int number);

#endif

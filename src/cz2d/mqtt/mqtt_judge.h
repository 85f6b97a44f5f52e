/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What a batch of scalars means for the panel as it is: one wish, or one refusal. All rules
 * of thermostats over a panel that has one mode for the house stand here. Works on values
 * only; that the zones it names are used is known before.
 */
#ifndef CZ2D_MQTT_JUDGE_H
#define CZ2D_MQTT_JUDGE_H

#include <cz2/command.h>

#include "cz2d/mqtt/mqtt_batch.h"

struct config;

struct mqtt_case {
	const struct config *config;
	const struct cz2_values *state; /* of the panel, as far as it is known or under way */
	const struct mqtt_batch *batch;
	int zone; /* 0: of the system */
};

/*
 * False with the refusal. An empty wish is one too: what is asked for is so already.
 */
bool
mqtt_judge(const struct mqtt_case *judged, struct cz2_command *wish, struct cz2_warnings *warnings,
	   struct mqtt_refusal *refusal);

/* What the ledger calls such a wish. */
const char *
mqtt_command_name(const struct cz2_command *wish, int zone);

/* Whether a zone's mode may be Off, in this configuration. */
bool
mqtt_zone_off_allowed(const struct config *config);

#endif

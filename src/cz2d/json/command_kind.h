/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * The commands that a door can take: what their bodies look like, and the one way from a
 * body to a wish on the panel. Knows neither HTTP nor MQTT; says what is wrong and leaves
 * it to the door to refuse.
 */
#ifndef CZ2D_COMMAND_KIND_H
#define CZ2D_COMMAND_KIND_H

#include <cz2/command.h>

#include "cz2d/engine/engine.h"
#include "cz2d/json/body.h"

struct devices;

/* What a command makes of its body. */
enum command_deed {
	COMMAND_VALUES,  /* its members are values of the panel */
	COMMAND_READS,   /* the panel, and writes nothing */
	COMMAND_PROGRAM, /* its days become those of the zones */
	COMMAND_RESUME,  /* nothing keeps the zones from following their program */
	COMMAND_CLOCK,   /* what the panel's clock shows from now on */
};

/*
 * What it is called and takes; and what is said when it is done: before, the word, the moment
 * or the zones, after.
 */
struct command_kind {
	const char *name; /* in the ledger */
	struct body_schema schema;
	const char *before, *after;
	bool zonal; /* for one zone, which is named outside the body */
	bool whole; /* for all zones that are used, unless the body names some */
	enum command_deed deed;
	enum engine_refresh_kind refresh; /* COMMAND_READS */
};

extern const struct command_kind command_mode, command_fan, command_temperature, command_batch,
	command_hold, command_update, command_clear, command_schedule, command_schedules,
	command_resume, command_resume_all, command_clock;
/* Mode, ALL mode and fan in one; not to be had by name. */
extern const struct command_kind command_system;

/* The names of those to be had by name; ended by NULL. */
extern const char *const command_kind_names[];

/* The command of the nth name. */
const struct command_kind *
command_kind_at(int n);

/* One command while it is made. The body has been decoded. */
struct command_making {
	const struct command_kind *kind;
	struct body body;
	bool zonal;      /* for this zone; else for those of the body, or the system */
	int64_t zone;
	unsigned zones;  /* found by command_check(); bit 0 is zone 1 */
	int64_t now;     /* the moment that it came */
};

enum command_flaw {
	COMMAND_SOUND,
	COMMAND_BODY,    /* the body's errors tell */
	COMMAND_GAP,     /* the same, and the only one is that the setpoints are too close */
	COMMAND_ZONE,    /* this house has no such zone */
	COMMAND_RETIRED, /* a zone that is not used */
};

/* What is wrong with it as a whole; zone: which one, for the last two. */
enum command_flaw
command_check(struct command_making *making, const struct devices *devices, int64_t *zone);

/* "Zone 9 not found."; NULL when the flaw is not a zone's. */
json_t *
command_flaw_sentence(enum command_flaw flaw, int64_t zone);

/* What a sound command wishes; what COMMAND_PROGRAM does, command_program() tells. */
void
command_wish(const struct command_making *making, struct cz2_command *wish,
	     struct cz2_warnings *warnings);

/* What a sound COMMAND_PROGRAM wishes. */
void
command_program(const struct command_making *making, struct cz2_program *program);

/* The milliseconds of the week that a sound COMMAND_CLOCK sets the panel's clock to. */
int64_t
command_clock_ms(const struct command_making *making);

/* Its parameters as the ledger keeps them: JSON text, to be freed. */
char *
command_params(const struct command_making *making);

/* The same for a wish that came in no body: for one zone, or for the system (0). */
char *
command_params_of(const struct cz2_command *wish, int zone);

#endif

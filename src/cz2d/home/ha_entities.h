/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * What Home Assistant shows of the panel and of each zone: THE table of entities. Keys,
 * classes, units and options are frozen: its registry knows an entity by them, and its
 * statistics break when they change. How a row becomes a document is left to ha_device.
 */
#ifndef CZ2D_HA_ENTITIES_H
#define CZ2D_HA_ENTITIES_H

#include <stdbool.h>

#include <cz2/field.h>

/* What an entity is made from, and so which options it has. */
enum ha_kind {
	HA_MEASURE, /* a number in the unit of the field */
	HA_WORD,    /* one of names, else of the field's words */
	HA_RULER,   /* the zone that rules all */
	HA_FLAG,    /* true or false */
	HA_ONLINE,  /* the topic is no document: "online" or "offline" */
	HA_MOMENT,  /* a time */
	HA_COUNTER, /* grows while the daemon lives */
	HA_PRESS,   /* nothing to show, something to do */
	HA_EVENT,   /* one of names, with members of the document */
	HA_LIMITED, /* a setpoint, within the limits of the field */
	HA_CLIMATE, /* a thermostat */
	HA_KIND_COUNT
};

struct ha_entity {
	const char *key;      /* part of its identity, like the platform */
	const char *platform;
	const char *name;     /* NULL: it goes by the name of its device */
	enum ha_kind kind;
	enum cz2_field field;
	const char *const *names; /* ended by NULL */
	const char *device_class, *category, *icon; /* NULL: none */
	const char *unit;     /* of a measure that is no field's; NULL: the field's */
	const char *state;    /* of the panel: its topic below the prefix; a zone has its own */
	const char *member;   /* of the document there; of an event's: that which tells the kind */
	const char *const *more; /* of an event: what else it tells, name and member; ended by NULL */
	const char *command;  /* below set/, or set/zone/N/; NULL: nobody may change it */
	bool disabled;        /* until somebody wants it */
	bool steadfast;       /* there while the daemon is, also when the panel is silent */
	bool fitted;          /* only where the sensor is */
};

/* The nth of a zone, or of the panel; NULL behind the last. */
const struct ha_entity *
ha_entity_at(bool of_zone, unsigned n);

/* Its unit in Home Assistant's words. */
const char *
ha_entity_unit(const struct ha_entity *entity);

#endif

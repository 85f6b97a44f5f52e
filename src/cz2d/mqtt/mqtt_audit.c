/* SPDX-License-Identifier: MIT */
/* Copyright 2026 The cz2d authors */
/*
 * Tells <prefix>/audit of every command that is accepted, whatever its door, and of what
 * changed on the panel without one. It is told once and not kept: the ledger has it all.
 */
#include "build.h"

#include "cz2d/mqtt/mqtt_internal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cz2d/config/config.h"
#include "cz2d/json/json.h"
#include "cz2d/ledger/ledger.h"
#include "cz2d/ledger/witness.h"

struct mqtt_audit {
	struct mqtt_rooms rooms;
	struct mqtt *mqtt;
};

static void
say(struct mqtt_audit *audit, json_t *document)
{
	char topic[MQTT_TOPIC_MAX];
	struct mqtt_note note = {.topic = topic, .document = document};

	mqtt_topic(audit->mqtt, "audit", topic);
	mqtt_say(audit->mqtt, &note);
}

static void
on_accepted(void *self, const struct record *record, int64_t now)
{
	struct mqtt_audit *audit = self;

	(void)now;
	say(audit, json_audit_command(record, audit->rooms.config->panel.id));
}

static void
on_changed(void *self, const struct unexpected_finding *finding)
{
	say(self, json_audit_change(finding));
}

struct mqtt_audit *
mqtt_audit_new(const struct mqtt_rooms *rooms, struct mqtt *mqtt)
{
	struct mqtt_audit *audit = mem_new(1, sizeof *audit);
	struct ledger_observer observer = {.self = audit, .accepted = on_accepted};

	audit->rooms = *rooms;
	audit->mqtt = mqtt;
	ledger_observe(rooms->ledger, &observer);
	witness_tell(rooms->witness, on_changed, audit);
	return audit;
}

struct mqtt_audit *
mqtt_audit_free(struct mqtt_audit *audit)
{
	if (audit == NULL)
		return NULL;
	ledger_unobserve(audit->rooms.ledger, audit);
	witness_tell(audit->rooms.witness, NULL, NULL);
	free(audit);
	return NULL;
}
